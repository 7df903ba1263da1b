"""Distributions that once stopped or spoiled a run, as the program meets them in a process of its own.

They lie outside this repository; where they are not at hand these tests are skipped. ``tests/test_plugins.py`` has
others of the same kinds.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

CASES = Path(os.environ.get("CEMAUDIT_SHARED", Path(__file__).parents[3] / "shared")) / "cases"


@pytest.fixture
def run(tmp_path: Path) -> Any:
    """Call the program in the folder of a case, with what it installs."""

    def run(case: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        if not (CASES / case).is_dir():
            pytest.skip("the cases are not here")
        folder = Path(shutil.copytree(CASES / case, tmp_path / case))
        environment = {**os.environ, "PYTHONPATH": "site", "PYTHONUTF8": "1", "LC_ALL": "C.UTF-8"}
        command = [sys.executable, "-m", "cemaudit", *arguments]
        return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)

    return run


def test_one_entry_twice_is_one_plugin(run: Any) -> None:
    done = run("entry-twice", "plugins", "--json")
    (cafe,) = (plugin for plugin in json.loads(done.stdout) if plugin["name"] == "cafe")
    assert (done.returncode, cafe["checklists"], cafe["problems"]) == (0, ["cafe.counter@1.0.0"], [])


def test_damaged_entry_points_are_named_and_nothing_stops(run: Any) -> None:
    done = run("stranger-entry-points", "score", "v.jsonl", "--checklist", "t.toml", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["visit"] == "v1"
    assert "the entry points of distribution broken cannot be read" in done.stderr


@pytest.mark.parametrize("language", ["en", "ko"])
def test_what_a_plugin_prints_is_not_in_the_output(run: Any, language: str) -> None:
    done = run("plugin-prints", "checklists", "--json", "--lang", language)
    assert done.returncode == 0, done.stderr
    assert {checklist["id"] for checklist in json.loads(done.stdout)} >= {"retail.green-smile"}
    assert "hello from plugin" in done.stderr

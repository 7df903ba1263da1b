"""The plugin that ``docs/plugins.md`` builds works, and passes the conformance suite, exactly as written there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tomli


@pytest.fixture
def plugin(tmp_path: Path, pages: dict[str, str], page_blocks: Callable[[str], list[Any]]) -> Path:
    """The plugin's folder, its blocks put together, with the metadata an installation would leave beside it."""
    texts: dict[str, list[str]] = {}
    for block in page_blocks("plugins.md"):
        if block.title:
            texts.setdefault(block.title, []).append(block.text)
    for name, parts in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("\n\n".join(parts), encoding="utf-8")
    project = tomli.loads((tmp_path / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    name, version = project["name"], project["version"]
    info = tmp_path / "src" / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
    points = (f"{key} = {value}" for key, value in project["entry-points"]["cemaudit"].items())
    (info / "entry_points.txt").write_text("\n".join(["[cemaudit]", *points, ""]), encoding="utf-8")
    return tmp_path


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder / "src"), "PYTHONUTF8": "1", "LC_ALL": "C.UTF-8"}
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_it_passes_the_conformance_suite(plugin: Path) -> None:
    done = run(plugin, "pytest", "-q", "-p", "no:cacheprovider", "-W", "error", "tests")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_its_types_hold(plugin: Path) -> None:
    pytest.importorskip("mypy")
    done = run(plugin, "mypy", "--strict", "--no-incremental", "src/cemaudit_cafe")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        ("-> Fraction | None:\n    values", "-> str:\n    values"),
        ("options: Mapping[str, Fraction])", "options: Mapping[str, Fraction], store: str)"),
    ],
)
def test_an_aggregator_of_another_form_is_told_by_its_type(plugin: Path, written: str, wrong: str) -> None:
    pytest.importorskip("mypy")
    hooks = plugin / "src" / "cemaudit_cafe" / "__init__.py"
    text = hooks.read_text(encoding="utf-8")
    assert written in text
    hooks.write_text(text.replace(written, wrong), encoding="utf-8")
    done = run(plugin, "mypy", "--strict", "--no-incremental", "src/cemaudit_cafe")
    assert (done.returncode, '"AggregatorFunction"' in done.stdout) == (1, True), done.stdout


def test_it_is_listed_without_problems(plugin: Path) -> None:
    done = run(plugin, "cemaudit", "plugins")
    assert done.returncode == 0, done.stdout
    assert "cafe  (cemaudit-cafe 0.1.0)\n  hooks: " in done.stdout
    assert "checklists: cafe.counter@1.0.0" in done.stdout

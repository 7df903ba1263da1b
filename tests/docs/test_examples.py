"""Every example of the documentation is right: files load, code compiles, commands say what the page says."""

from __future__ import annotations

import json
import re
import shlex
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import tomli

from cemaudit.checklists import load_file
from cemaudit.cli.app import run
from cemaudit.exchange.inventories import read_inventory
from cemaudit.exchange.tables.mapping import load_mapping
from cemaudit.model import Checklist, Item, Journey, Measure, Scheme, Visit
from cemaudit.model.lenses import Lens
from cemaudit.model.platform import Platform
from cemaudit.programme.policy import read_policy
from cemaudit.scoring import Engine
from cemaudit.scoring.lint import LintLevel, lint_checklist, lint_journey, lint_scheme
from cemaudit.scoring.promises import lint_platform

COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
DEMO = ["demo", "--out", "demo-output", "--stores", "12", "--no-plugin", "hospital", "--no-plugin", "ecommerce"]
"""What ``tools/consoles.py`` makes, too."""
NOTED = re.compile(r"noted on \d{4}-\d\d-\d\d")
"""The day an example was run."""
RECORDS: dict[str, Any] = {"items": Item, "measures": Measure}


def test_toml_loads(toml_block: Any, tmp_path: Path) -> None:
    """A whole file loads; a part of one holds records of the model; ``bad-...`` files are there to be refused."""
    data = tomli.loads(toml_block.text, parse_float=Decimal)
    file = tmp_path / "example.toml"
    file.write_text(toml_block.text, encoding="utf-8")
    if toml_block.title.startswith("bad-"):
        return
    if data.keys() & {"targets", "gates", "alerts"}:
        assert read_policy(file).ref
    elif "id" in data:
        record = load_file(file)
        lint = {
            Checklist: lint_checklist,
            Journey: lint_journey,
            Scheme: lint_scheme,
            Platform: lambda platform: lint_platform(platform, Engine().library.checklists),
        }[type(record)]
        assert [str(remark.problem) for remark in lint(record) if remark.level is LintLevel.ERROR] == []
    elif "lens" in data:
        assert isinstance(load_file(file), Lens)
    elif any("found_by" in entry for entry in data.get("touchpoints", ())):
        assert read_inventory(file).touchpoints
    elif "checklist" in data:
        assert load_mapping(file).visit
    else:
        for part in data.keys() & RECORDS.keys():
            assert [RECORDS[part].model_validate(one) for one in data[part]]


def test_python_runs(python_block: Any, example_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are only compiled here; ``test_plugin_page`` puts them together."""
    monkeypatch.chdir(example_folder)
    code = compile(python_block.text, f"{python_block.page}:{python_block.line}", "exec")
    if not python_block.title:
        exec(code, {})


def test_visits_fit_their_checklists(pages: dict[str, str]) -> None:
    engine = Engine()
    visits = re.findall(r'^```json(?: title="[^"]+")?\n(.*?)^```$', pages["visits.md"], re.MULTILINE | re.DOTALL)
    assert visits
    for text in visits:
        assert engine.audit(Visit.model_validate(json.loads(text))).headline.value is not None


@pytest.mark.parametrize(
    "name",
    [
        "actions.md",
        "checklists.md",
        "cli.md",
        "compare.md",
        "explain.md",
        "ko.md",
        "promises.md",
        "relation.md",
        "reports.md",
        "scoring.md",
        "screening.md",
        "visits.md",
    ],
)
def test_commands_say_what_the_page_says(
    name: str,
    pages: dict[str, str],
    example_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(example_folder)
    for variable, value in {"LC_ALL": "C.UTF-8", "LANGUAGE": "en", "COLUMNS": "80"}.items():
        monkeypatch.setenv(variable, value)
    if "demo-output" in "".join(command for command, _ in COMMAND.findall(pages[name])):
        pytest.importorskip("duckdb")
        pytest.importorskip("scipy")
        assert run(DEMO) == 0
        capsys.readouterr()
    consoles = re.findall(r"^```console\n(.*?)^```$", pages[name], re.MULTILINE | re.DOTALL)
    code = 0
    for command, expected in (pair for text in consoles for pair in COMMAND.findall(text)):
        if command == "echo $?":
            assert expected == f"{code}\n"
            continue
        program, *arguments = shlex.split(command)
        assert program == "cemaudit", "only our own command can be run here"
        code = run(arguments)
        said = capsys.readouterr()
        assert NOTED.sub("noted", said.out + said.err) == NOTED.sub("noted", expected), command

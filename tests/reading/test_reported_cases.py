"""Cases rebuilt from public reports of tools like ours: each folder has its input, its mapping and the right value.

They lie outside this repository; where they are not at hand these tests are skipped. Kinds have tests of their own in
this folder, with other inputs.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from helpers.program import Outcome, call

CASES = Path(os.environ.get("CEMAUDIT_SHARED", Path(__file__).parents[3] / "shared")) / "cases"


class Imported(NamedTuple):
    """What importing a case's table ended with."""

    outcome: Outcome
    visits: list[dict[str, Any]]


@pytest.fixture
def imported(tmp_path: Path) -> Any:
    """Import the only table of a case: by its mapping, or as a form."""

    def imported(case: str) -> Imported:
        if not (CASES / case).is_dir():
            pytest.skip("the cases are not here")
        folder = Path(shutil.copytree(CASES / case, tmp_path / case))
        folder.chmod(0o755)
        (table,) = (path.name for path in folder.iterdir() if path.suffix in {".csv", ".xlsx"})
        mapping = [path.name for path in folder.glob("m*.toml")]
        how = ("--mapping", *mapping) if mapping else ("--checklist", "t.toml")
        outcome = call(folder, "import", table, *how, "--out", "out.jsonl")
        out = folder / "out.jsonl"
        lines = out.read_text(encoding="utf-8").splitlines() if out.exists() else []
        return Imported(outcome, [json.loads(line) for line in lines])

    return imported


@pytest.mark.parametrize(
    ("case", "item", "answer"),
    [
        ("decimal-comma-csv", "D", 2.5),
        ("float-noise-boundary", "D", 5),
        ("offset-hours-only", "T", "14:05"),
        ("split-select-true-false", "C", ["price"]),
        ("sep-line", "C", ["terms"]),
    ],
)
def test_an_answer(imported: Any, case: str, item: str, answer: object) -> None:
    outcome, (visit,) = imported(case)
    assert outcome.code == 0
    assert visit["answers"][item] == answer


def test_percent_cells_are_what_they_show(imported: Any) -> None:
    _, visits = imported("percent-cell")
    assert [visit["answers"]["P"] for visit in visits] == [85, 100]


@pytest.mark.parametrize(
    ("case", "stores"),
    [("leading-zeros-format", ["007", "012"]), ("equals-quoted-id", ["007"]), ("hidden-first-sheet", ["007"])],
)
def test_stores_are_what_the_sheet_shows(imported: Any, case: str, stores: list[str]) -> None:
    outcome, visits = imported(case)
    assert (outcome.code, [visit["store"] for visit in visits]) == (0, stores)


@pytest.mark.parametrize(("case", "rows"), [("error-cell", [2, 2, 3]), ("long-number-id", [2, 3, 4])])
def test_every_row_is_bad_and_named(imported: Any, case: str, rows: list[int]) -> None:
    outcome, visits = imported(case)
    assert (outcome.code, visits) == (3, [])
    problems = [line for line in outcome.err.splitlines() if line.startswith("cemaudit: ")]
    numbers = [re.findall(r"rows? ([\d, ]+):", line)[0].split(", ") for line in problems]
    assert [int(number) for line in numbers for number in line] == rows


@pytest.mark.parametrize(
    ("case", "started"),
    [
        ("korean-am-pm-mapping", ["2026-11-21T14:05:33+09:00"] * 5),
        ("midnight-xlsx", ["2026-11-21T23:59:00+09:00", "2026-11-22T00:00:00+09:00"]),
    ],
)
def test_moments(imported: Any, case: str, started: list[str]) -> None:
    outcome, visits = imported(case)
    assert outcome.code == 0
    assert [visit["started"] for visit in visits][: len(started)] == started


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("header-in-row-3", "header_row of the mapping says which row holds them"),
        ("password-xlsx", "locked with a password"),
    ],
)
def test_one_line_says_what_to_do(imported: Any, case: str, words: str) -> None:
    outcome, _ = imported(case)
    assert outcome.code == 3
    (line,) = outcome.err.splitlines()
    assert words in line


def test_a_hidden_row_is_told(imported: Any) -> None:
    outcome, visits = imported("hidden-rows")
    assert [visit["store"] for visit in visits] == ["007", "test", "009"]
    assert "hidden rows were read as well (1): 3" in outcome.err

"""Problems of a table are told once for each column, cause and remedy; every row is counted."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from helpers import samples
from helpers.program import call
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.errors import Problem
from cemaudit.exchange.forms.making import form_of
from cemaudit.exchange.forms.templates import blank_records, write_csv
from cemaudit.exchange.tables import problem_groups
from cemaudit.exchange.tables.filled_forms import import_filled
from cemaudit.exchange.tables.importing import import_table
from cemaudit.exchange.tables.problem_groups import ProblemGroups
from cemaudit.language import message, use
from cemaudit.model import Checklist

SHOP = samples.items_only(samples.item("greeted"), samples.item("wait", "duration"), samples.item("said", "text"))

YES_NO_HINT = "write yes or no, 예 or 아니요, 1 or 0"


@pytest.fixture
def lines(make_mapping: Any, make_table: Any, checklist: Checklist) -> Callable[[str], list[str]]:
    def lines(rows: str) -> list[str]:
        table = import_table(make_table(f"id,store,greeted,tidy\n{rows}"), make_mapping(""), checklist)
        list(table)
        assert len({str(problem).split(": ")[1] for problem in table.problems}) == table.counts.bad
        return [str(problem) for problem in table.problem_groups.problems]

    return lines


def test_two_thousand_rows_with_the_same_word_are_one_line(lines: Any) -> None:
    rows = "".join(f"v{number},S1,예요,4\n" for number in range(2_000))
    assert lines(rows) == [
        f"table.csv: column greeted: rows 2, 3, 4 and 1,997 more: expected yes or no, found 예요 ({YES_NO_HINT})"
    ]


def test_cells_that_differ_are_one_line_with_the_first_of_them(lines: Any) -> None:
    rows = "".join(f"v{number},S1,1,{number + 6}\n" for number in range(5))
    assert lines(rows) == [
        "table.csv: column tidy: rows 2, 3, 4 and 2 more: expected a whole number from 1 to 5, found 6; 7; 8; …"
    ]
    assert lines("v1,S1,1,9\nv2,S1,1,5\nv3,S1,1,8\n") == [
        "table.csv: column tidy: rows 2, 4: expected a whole number from 1 to 5, found 9; 8"
    ]


def test_a_problem_of_one_row_is_told_as_ever(lines: Any) -> None:
    assert lines("v1,S1,soon,4\nv2,S1,1,5\n") == [
        "table.csv: row 2: greeted: expected yes or no, found soon (write yes or no, 예 or 아니요, 1 or 0)"
    ]


def test_columns_causes_and_rows_without_a_column_stay_apart(lines: Any) -> None:
    found = lines("v1,S1,soon,y\nv2,S1,soon,y\nv3,,1,4\nv4,,1,4\nv5,S1\nv6,S1\nv7,S1,1,x\n")
    assert found == [
        "table.csv: column greeted: rows 2, 3: expected yes or no, found soon (write yes or no, 예 or 아니요, 1 or 0)",
        "table.csv: column tidy: rows 2, 3, 8: expected a whole number from 1 to 5, found y; x",
        "table.csv: column store: rows 4, 5: is missing",
        "table.csv: rows 6, 7: 2 cells where the header has 4",
    ]


def test_another_remedy_is_another_line() -> None:
    groups = ProblemGroups("t.csv")
    for row, (word, hint) in enumerate([("cah", "cash"), ("crad", "card"), ("cach", "cash")], 2):
        hinted = message("did you mean {name}?", name=hint)
        groups.add(row, Problem(message("no such option: {option}", option=word), "pay", hinted))
    assert [str(problem) for problem in groups.problems] == [
        "t.csv: column pay: rows 2, 4: no such option: cah; cach (did you mean cash?)",
        "t.csv: row 3: pay: no such option: crad (did you mean card?)",
    ]


def test_long_cells_leave_room_for_each_other_and_hold_no_control_characters() -> None:
    groups = ProblemGroups("t.csv")
    for row in range(2, 5):
        found = message("expected {what}, found {value}", what=message("a number"), value=f"{row}\x1b[31m" + "x" * 500)
        groups.add(row, Problem(found, "c"))
    (line,) = map(str, groups.problems)
    assert len(line) < 300
    assert line.isprintable()
    assert all(f" {row}�" in line for row in range(2, 5))


def test_kinds_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(problem_groups, "MOST_GROUPS", 2)
    groups = ProblemGroups("t.csv")
    for row, column in enumerate("abcab", 2):
        groups.add(row, Problem(message("is missing"), column))
    assert [str(problem) for problem in groups.problems] == [
        "t.csv: column a: rows 2, 5: is missing",
        "t.csv: column b: rows 3, 6: is missing",
    ]


CAUSES = [message("is missing"), message("no such option: {option}", option="x"), "words"]


@given(st.lists(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(CAUSES)), max_size=4), max_size=20))
def test_every_row_is_in_exactly_one_line_of_its_kind(rows: list[list[tuple[str, Any]]]) -> None:
    groups = ProblemGroups("t.csv")
    expected: dict[tuple[str, str], set[int]] = {}
    for number, problems in enumerate(rows, 2):
        for column, cause in problems:
            groups.add(number, Problem(cause, column))
            expected.setdefault((column, str(cause)), set()).add(number)
    lines = [str(problem) for problem in groups.problems]
    assert len(lines) == len(expected)
    for line, ((column, cause), numbers) in zip(lines, expected.items(), strict=True):
        assert column in line
        assert line.endswith(cause)
        told = re.search(r"rows? (\d+(?:, \d+)*)(?: and ([\d,]+) more)?", line)
        assert told
        named = [int(number) for number in told[1].split(", ")]
        assert named == sorted(numbers)[:3]
        assert len(named) + int(told[2] or 0) == len(numbers)


def test_filled_forms_are_told_the_same_way(tmp_path: Path) -> None:
    form, path = form_of(SHOP), tmp_path / "form.csv"
    records = [{**blank, "visit__store": "S", "greeted": "예요"} for blank in blank_records(form, 40)]
    write_csv(form, [*records, {**records[0], "visit__id": "other", "greeted": "예", "wait": "soon"}], path)
    result = import_filled(path, lambda _: SHOP, tmp_path / "media")
    assert list(result) == []
    assert len(result.problems) == result.counts.bad == result.counts.rows == 41
    assert [str(problem) for problem in result.problem_groups.problems] == [
        f"form.csv: column greeted: rows 2, 3, 4 and 37 more: expected yes or no, found 예요 ({YES_NO_HINT})",
        "form.csv: row 42: wait: expected a number, found soon",
    ]
    with use("ko"):
        first, _ = map(str, result.problem_groups.problems)
    assert first.startswith("form.csv: greeted 열: 2, 3, 4행 외 37개 행: ")


MAPPING = """
checklist = "retail.green-smile@1.0.0"
[visit]
id = { column = "no" }
store = { column = "shop" }
[items]
GS02 = { column = "after" }
GS10 = { column = "GS10" }
"""


@pytest.mark.parametrize(
    ("language", "line", "counts"),
    [
        ("en", "column GS10: rows 2, 3, 4 and 1,997 more: expected", "2001 rows = 1 good + 2000 bad"),
        ("ko", "GS10 열: 2, 3, 4행 외 1,997개 행: ", "2001행 = 정상 1 + 오류 2000"),
    ],
)
def test_the_command_tells_two_thousand_rows_in_one_line(tmp_path: Path, language: str, line: str, counts: str) -> None:
    rows = [f"v{number},s1,25,예요" for number in range(2_000)]
    (tmp_path / "t.csv").write_text("\n".join(["no,shop,after,GS10", *rows, "last,s1,25,예"]), encoding="utf-8")
    (tmp_path / "m.toml").write_text(MAPPING, encoding="utf-8")
    outcome = call(tmp_path, "import", "t.csv", "--mapping", "m.toml", "--out", "o.jsonl", "--lang", language)
    assert outcome.code == 3
    said = outcome.err.splitlines()
    assert sum(line in one for one in said) == 1
    assert any(one.startswith(counts) for one in said)
    # What the one good visit lacks is said beside this, as warnings.
    warned = {"en": "warning", "ko": "경고"}[language]
    assert len([one for one in said if one.startswith("cemaudit:") and warned not in one]) == 1

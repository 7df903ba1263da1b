"""Actions: what was decided, kept as decided, and vouched for like everything else."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from cemaudit.errors import BadInput
from cemaudit.ledger import Ledger
from cemaudit.ledger.actions import Action, current_actions, find_action, read_actions, save_actions
from cemaudit.ledger.maintenance import check

GREETING = Action(
    id="greet-2026", kind="raise", what="two more people at the door", since=dt.date(2026, 7, 1), stores=("s1", "s2")
)


def table(path: Path, *rows: str, header: str = "id,kind,what,owner,since,store") -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def test_an_action_is_kept_once(ledger: Ledger) -> None:
    assert save_actions(ledger, [GREETING]) == 1
    assert save_actions(ledger, [GREETING]) == 0
    assert current_actions(ledger) == {"greet-2026": GREETING}
    assert list(check(ledger)) == []


def test_a_changed_action_adds_a_row_and_the_latest_holds(ledger: Ledger) -> None:
    later = GREETING.model_copy(update={"stores": ("s1",)})
    save_actions(ledger, [GREETING])
    assert save_actions(ledger, [later]) == 1
    assert find_action(ledger, "greet-2026") == later
    assert ledger.database.run("select count(*) from action") == [(2,)]


def test_actions_come_in_the_order_they_began(ledger: Ledger) -> None:
    earlier = GREETING.model_copy(update={"id": "zeal", "since": dt.date(2025, 1, 1)})
    save_actions(ledger, [GREETING, earlier])
    assert list(current_actions(ledger)) == ["zeal", "greet-2026"]


def test_an_unknown_action_is_named_with_the_nearest(ledger: Ledger) -> None:
    with pytest.raises(BadInput, match=r"no such action: greet .*'cemaudit actions add'"):
        find_action(ledger, "greet")
    save_actions(ledger, [GREETING])
    with pytest.raises(BadInput, match=r"no such action: greet-2025 .*did you mean greet-2026"):
        find_action(ledger, "greet-2025")


def test_a_changed_row_is_found(ledger: Ledger) -> None:
    save_actions(ledger, [GREETING])
    ledger.database.run("update action set since = '2020-01-01'")
    assert [problem for problem in check(ledger) if "action" in str(problem)]


def test_a_table_has_a_row_for_each_store(tmp_path: Path) -> None:
    what = "greet-2026,raise,two more people at the door,,2026-07-01"
    found = read_actions(table(tmp_path / "a.csv", f"{what},s1", f"{what},s2", f"{what},s2"))
    assert found == [GREETING]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["a,raise,x,,2026-07-01,s1", "a,reduce,x,,2026-07-01,s2"], "a.csv: row 3: kind: expected raise, found reduce"),
        (["a,improve,x,,2026-07-01,s1"], "a.csv: a: kind: "),
        (["a,raise,x,,July,s1"], "a.csv: a: since: "),
        (["a,raise,x,,2026-07-01,"], "a.csv: a: stores"),
    ],
)
def test_a_table_is_taken_whole_or_not_at_all(tmp_path: Path, rows: list[str], said: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_actions(table(tmp_path / "a.csv", *rows, "b,raise,x,,2026-07-01,s1"))
    assert said in str(caught.value)


def test_a_table_without_its_columns_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"a\.csv: no column since"):
        read_actions(table(tmp_path / "a.csv", "a,raise,x,s1", header="id,kind,what,store"))

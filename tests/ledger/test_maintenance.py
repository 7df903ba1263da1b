"""Whatever is changed in a ledger by other means is found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from helpers import samples
from helpers.ledgers import amended, take, visit

from cemaudit.errors import CemauditError
from cemaudit.ledger import Ledger, open_ledger
from cemaudit.ledger.action_updates import ActionChange, ActionStatus, update_action
from cemaudit.ledger.actions import Action, save_actions
from cemaudit.ledger.appeal_decisions import NewDecision, decide_appeal
from cemaudit.ledger.appeals import NewAppeal, open_appeal
from cemaudit.ledger.audit_trail import TrailEntry
from cemaudit.ledger.documents import compress, decompress
from cemaudit.ledger.history import review_visits
from cemaudit.ledger.maintenance import check
from cemaudit.ledger.marks import mark_earlier_visits
from cemaudit.ledger.schema import AUDITED_TABLES, columns_of, keys_of
from cemaudit.ledger.screening_remarks import ScreeningRemark, save_remarks
from cemaudit.ledger.settings import change_setting
from cemaudit.ledger.states import VisitState
from cemaudit.ledger.store_registry import Store, import_stores


class Undone(Exception):
    """Nothing of it is to stay."""


def rescored(entry: TrailEntry) -> None:
    for name in ("b", "a"):
        entry.add("snapshot", [(f"{name}.parquet", "test.shop@1", "test.scheme@1", 2, 1, 2, "0" * 64, entry.at)])
    entry.note(blocks=1)


@pytest.fixture
def full(ledger: Ledger) -> Ledger:
    """A ledger with rows in every table."""
    first = visit("v1")
    import_stores(ledger, [Store(id="s1", name="강남점", region="서울", opened="2020-01-01"), Store(id="s2")])
    take(ledger, first, visit("v2", wave="2026-4"))
    take(ledger, amended(first), visit("v3"))
    review_visits(ledger, ["v1", "v2"], VisitState.EXCLUDED, "closed")
    review_visits(ledger, ["v2"], VisitState.ACCEPTED, "")
    ledger.write("scheme", lambda entry: ledger.shelf.put(entry, [samples.scheme({"id": "m", "how": "sum"})]))
    ledger.write("rescored", rescored)
    change_setting(ledger, "incomplete", "leave-out")
    mark_earlier_visits(ledger)
    save_actions(
        ledger, [Action(id=name, kind="raise", what="greet", since="2026-01-01", stores=["s1"]) for name in "ab"]
    )
    for item, outcome in (("I1", "upheld"), ("I2", "refused")):
        take(ledger, visit("v4", answers={"I1": True, "I2": "slow"}))
        decide_appeal(ledger, open_appeal(ledger, NewAppeal("v4", item, "no")).name, NewDecision(outcome, "seen"))
    save_remarks(ledger, [ScreeningRemark(number, "texts", "notes.I1", 1, "0.90") for number in (2, 3)])
    for status in (ActionStatus.DOING, ActionStatus.DONE):
        update_action(ledger, "a", ActionChange(dt.date(2026, 1, 2), status, "said"))
    return ledger


@contextmanager
def tampered(ledger: Ledger, statement: str, *values: Any) -> Iterator[None]:
    """What holds after a statement, which is undone."""
    try:
        with ledger.database.transaction():
            ledger.database.run(statement, values)
            yield
            raise Undone
    except Undone:
        return


def others(value: Any, column: str = "") -> list[Any]:
    """Values that are not the given one, and near to it."""
    if value is None:
        return [1000] if column == "revision" else ["x"]
    if isinstance(value, int):
        return [value + 1000]
    if isinstance(value, bytes):
        line = decompress(value)
        return [value[:-1], b"", compress(line + b" "), compress(line.replace(b"true", b"false"))]
    return [f"{value} ", value[:-1], value.upper() if value != value.upper() else value.lower() + "x"]


def rows(ledger: Ledger, table: str) -> list[dict[str, Any]]:
    columns = columns_of(table)
    found = ledger.database.run(f"select {', '.join(columns)} from {table}")
    return [dict(zip(columns, row, strict=True)) for row in found]


def where(table: str, row: dict[str, Any]) -> tuple[str, list[Any]]:
    keys = keys_of(table)
    return " and ".join(f"{key} = ?" for key in keys), [row[key] for key in keys]


def test_all_is_well(full: Ledger) -> None:
    assert list(check(full)) == []
    assert all(rows(full, table) for table in AUDITED_TABLES)


@pytest.mark.parametrize("table", [*AUDITED_TABLES, "trail"])
def test_any_changed_value_is_found(full: Ledger, table: str) -> None:
    for row in rows(full, table):
        condition, key = where(table, row)
        for column, value in row.items():
            for other in others(value, column):
                if other == value or (other == "" and value == ""):
                    continue
                with tampered(full, f"update {table} set {column} = ? where {condition}", other, *key):
                    assert list(check(full)), (table, column, value, other)
    assert list(check(full)) == []


@pytest.mark.parametrize("table", [*AUDITED_TABLES, "trail"])
def test_any_missing_or_further_row_is_found(full: Ledger, table: str) -> None:
    for row in rows(full, table):
        condition, key = where(table, row)
        with tampered(full, f"delete from {table} where {condition}", *key):
            assert list(check(full)), row
        new = {**row, **({"id": "new"} if table == "visit" else {})}
        for name in keys_of(table):
            new[name] = new[name] + 500 if isinstance(new[name], int) else f"{new[name]}x"
        places = ", ".join("?" * len(new))
        with tampered(full, f"insert into {table} ({', '.join(new)}) values ({places})", *new.values()):
            assert list(check(full)), new


def test_rows_in_another_order_are_found(full: Ledger) -> None:
    for table in ("visit", "state", "store", "trail"):
        with tampered(full, f"update {table} set number = -number"):
            full.database.run(f"update {table} set number = 3 + number where number in (-1, -2)")
            full.database.run(f"update {table} set number = -number where number < 0")
            assert [row["number"] for row in rows(full, table)]
            assert list(check(full)), table


def test_the_end_of_the_trail_is_noted_in_two_places(full: Ledger) -> None:
    number, last = full.trail.head()
    with tampered(full, "delete from trail where number = ?", number):
        assert "trail: the trail does not end where it did" in map(str, check(full))
    with tampered(full, "update ledger set value = ? where name = 'head'", f"{number - 1} {last}"):
        assert list(check(full))
    with tampered(full, "delete from ledger where name = 'head'"):
        assert list(check(full))
    with tampered(full, "update ledger set value = 'x' where name = 'head'"):
        assert list(check(full))


def test_a_hash_noted_earlier(full: Ledger) -> None:
    noted = full.trail.head()[1]
    take(full, visit("v9"))
    assert list(check(full, noted)) == []
    assert [str(problem) for problem in check(full, "f" * 64)] == [
        f"trail: no line has the hash that was noted: {'f' * 64}"
    ]


def test_a_whole_forgery_is_found_by_the_noted_hash_alone(full: Ledger, tmp_path: Any) -> None:
    noted = full.trail.head()[1]
    with open_ledger(str(tmp_path / "forged.db"), make=True, who="hq") as forged:
        take(forged, visit("v1", answers={"I1": False}))
        assert list(check(forged)) == []
        assert list(check(forged, noted)) != []


def test_pseudonyms_of_others_are_found(full: Ledger) -> None:
    with tampered(full, "update people.person set code = 's-99'"):
        assert [problem.place for problem in check(full)] == ["people"]
    with tampered(full, "update people.person set kind = 'x'"):
        assert [problem.place for problem in check(full)] == ["people"]


def test_damaged_pages_are_found(tmp_path: Any) -> None:
    """Whatever is written over, it is found, or was of no use."""
    path = tmp_path / "hq.db"
    with open_ledger(str(path), make=True) as ledger:
        for number in range(10):
            take(ledger, *(visit(f"v{number}-{place}", notes={"I1": "x" * 200}) for place in range(20)))
        everything = {table: rows(ledger, table) for table in (*AUDITED_TABLES, "trail")}
    whole, size, found = path.read_bytes(), 4096, 0
    for start in range(0, len(whole), 5 * size // 2):
        path.write_bytes(whole[:start] + b"\xaa" * 300 + whole[start + 300 :])
        try:
            with open_ledger(str(path)) as ledger:
                problems = list(map(str, check(ledger)))
                assert problems or {table: rows(ledger, table) for table in everything} == everything
        except CemauditError as error:
            problems = str(error).splitlines()
        found += bool(problems)
    assert found > 3
    path.write_bytes(whole)
    with open_ledger(str(path)) as ledger:
        assert list(check(ledger)) == []

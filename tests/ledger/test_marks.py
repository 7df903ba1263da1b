"""The mark of incomplete visits: kept when they are collected, changing no number by itself, left out on demand."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from helpers import ledgers, samples
from helpers.ledgers import amended, collect, counts, lines

from cemaudit.errors import BadInput
from cemaudit.ledger import Ledger, open_ledger, visit_history
from cemaudit.ledger.maintenance import check, info
from cemaudit.ledger.marks import incomplete_visits, mark_earlier_visits, marks_of
from cemaudit.ledger.purging import purge, visits_to_purge
from cemaudit.ledger.query.completeness import CompletenessCount, completeness_notes, count_completeness
from cemaudit.ledger.query.keys import Condition
from cemaudit.ledger.query.question import LedgerQuery
from cemaudit.ledger.query.reading import reading
from cemaudit.ledger.query.scores import visits_counted
from cemaudit.ledger.query.statement import Filter
from cemaudit.ledger.settings import SETTINGS, change_setting, settings_in_force
from cemaudit.ledger.snapshot.manifest import MANIFEST_FILE
from cemaudit.ledger.snapshot.taking import update_snapshot
from cemaudit.model import Visit
from cemaudit.scoring import Engine

SHOP = samples.checklist(
    samples.touchpoint(
        "greeting", samples.item("I1", evidence="required"), samples.item("I2", "text"), emotion=True
    )
)  # fmt: skip
SCHEME = samples.scheme({"id": "it", "how": "sum"})
PROOF = {"I1": [{"file": "media/a.jpg", "sha256": "a" * 64}]}
WHOLE: dict[str, Any] = {
    "checklist": SHOP.ref, "answers": {"I1": True, "I2": "well"}, "emotions": {"greeting": 1}, "evidence": PROOF,
}  # fmt: skip
YES, NO = Condition("complete", ("yes",)), Condition("complete", ("no",))


def shop_visit(name: str, **changes: Any) -> Visit:
    return ledgers.visit(name, **{**WHOLE, **changes})


def open_item(name: str, **changes: Any) -> Visit:
    return shop_visit(name, answers={"I1": True}, **changes)


@pytest.fixture(scope="module")
def engine() -> Engine:
    found = Engine()
    found.library.schemes[SCHEME.ref] = SCHEME
    found.library.schemes["cem.experience@1"] = found.library.scheme("cem.experience@1")
    return found


def take(ledger: Ledger, folder: Path, *visits: Visit, told: list[str] | None = None) -> tuple[int, ...]:
    path = lines(folder / f"{visits[0].id}.jsonl", visits)
    return counts(collect(ledger, path, any_store=True, checklists=[SHOP], told=told))


def test_collect_keeps_what_each_visit_lacks(tmp_path: Path) -> None:
    with open_ledger(str(tmp_path / "hq.db"), make=True) as ledger:
        path = lines(
            tmp_path / "v.jsonl", [shop_visit("v1"), open_item("v2", evidence={}), shop_visit("v3", emotions={})]
        )
        summary = collect(ledger, path, any_store=True, checklists=[SHOP])
        assert (counts(summary), summary.incomplete) == ((3, 0, 0, 0), 2)
        assert incomplete_visits(ledger, 3) == {2: "answers.I2 evidence.I1", 3: "emotions.greeting"}
        assert [visit_history(ledger, name)[-1].missing for name in ("v1", "v3")] == [(), ("emotions.greeting",)]
        assert visit_history(ledger, "v2")[0].as_json()["complete"] is False
        assert info(ledger)["incomplete"] == 2
        assert mark_earlier_visits(ledger) == 0
        assert list(check(ledger)) == []


def test_a_visit_from_before_marks_were_kept_gets_its_mark_once(tmp_path: Path) -> None:
    with open_ledger(str(tmp_path / "hq.db"), make=True) as ledger:
        ledgers.take(ledger, shop_visit("v1"), open_item("v2"), checklist=SHOP)
        assert marks_of(ledger, [1, 2]) == {1: (), 2: ("answers.I2",)}
        assert incomplete_visits(ledger, 2) == {}
        assert [mark_earlier_visits(ledger), mark_earlier_visits(ledger)] == [2, 0]
        assert incomplete_visits(ledger, 2) == {2: "answers.I2"}
        assert list(check(ledger)) == []


def test_what_a_purge_took_away_was_not_missing(tmp_path: Path) -> None:
    with open_ledger(str(tmp_path / "hq.db"), make=True) as ledger:
        ledgers.take(ledger, shop_visit("v1"), open_item("v2"), checklist=SHOP)
        purge(ledger, visits_to_purge(ledger, shopper="s-12"), "asked to", None)
        assert marks_of(ledger, [1, 2]) == {1: (), 2: ("answers.I2",)}


@pytest.fixture
def made(tmp_path: Path, engine: Engine) -> tuple[Ledger, Path]:
    with open_ledger(str(tmp_path / "hq.db"), make=True) as ledger:
        take(ledger, tmp_path, *(shop_visit(f"v{number}") for number in range(3)), open_item("w1"), open_item("w2"))
        update_snapshot(ledger, engine, tmp_path / "snapshot")
        yield ledger, tmp_path / "snapshot"


def visits_of(folder: Path, **which: Any) -> int:
    with reading(folder) as snapshot:
        return sum(visits_counted(snapshot, LedgerQuery(which=Filter(**which))).values())


def test_incomplete_visits_count_unless_the_ledger_is_set_otherwise(made: tuple[Ledger, Path], engine: Engine) -> None:
    ledger, folder = made
    assert [visits_of(folder, conditions=asked) for asked in ((), (YES,), (NO,))] == [5, 3, 2]
    assert settings_in_force(ledger.database)["incomplete"] == "count"
    assert change_setting(ledger, "incomplete", "leave-out")
    assert visits_of(folder) == 5  # until the next snapshot
    update_snapshot(ledger, engine, folder)
    assert [visits_of(folder, conditions=asked) for asked in ((), (YES,), (NO,))] == [3, 3, 0]
    assert visits_of(folder, excluded=True) == 3  # excluded ones are others
    with reading(folder) as snapshot:
        assert count_completeness(snapshot, Filter()) == CompletenessCount(3, 0, 2)
        [note] = completeness_notes(snapshot, Filter())
        assert str(note.what) == "left out as the ledger is set: 2 incomplete visits"
    change_setting(ledger, "incomplete", "count")
    update_snapshot(ledger, engine, folder)
    assert visits_of(folder) == 5
    assert list(check(ledger)) == []


def test_every_result_says_how_many_are_incomplete(made: tuple[Ledger, Path]) -> None:
    with reading(made[1]) as snapshot:
        assert count_completeness(snapshot, Filter()) == CompletenessCount(5, 2, 0)
        assert [str(note) for note in completeness_notes(snapshot, Filter())] == [
            "2 of 5 visits are incomplete (--where complete=yes leaves them out)"
        ]
        assert list(completeness_notes(snapshot, Filter((YES,)))) == []


def test_an_amended_visit_is_as_complete_as_its_latest_revision(
    made: tuple[Ledger, Path], engine: Engine, tmp_path: Path
) -> None:
    ledger, folder = made
    take(ledger, tmp_path, amended(open_item("w1"), answers=WHOLE["answers"]))
    update_snapshot(ledger, engine, folder)
    with reading(folder) as snapshot:
        assert count_completeness(snapshot, Filter()) == CompletenessCount(5, 1, 0)


def test_a_snapshot_from_before_says_that_it_is_not_known(made: tuple[Ledger, Path]) -> None:
    _, folder = made
    manifest = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
    manifest["parts"] = [part for part in manifest["parts"] if not part["file"].startswith("incomplete/")]
    (folder / MANIFEST_FILE).write_text(json.dumps(manifest), encoding="utf-8")
    assert visits_of(folder) == 5
    with pytest.raises(BadInput, match="make the snapshot again"):
        visits_of(folder, conditions=(YES,))
    with reading(folder) as snapshot:
        assert count_completeness(snapshot, Filter()) is None
        assert list(completeness_notes(snapshot, Filter())) == []


def test_a_setting_is_kept_with_who_and_when_and_nothing_is_overwritten(tmp_path: Path) -> None:
    with open_ledger(str(tmp_path / "hq.db"), make=True, who="kim") as ledger:
        changes = [
            change_setting(ledger, "incomplete", value) for value in ("count", "leave-out", "leave-out", "count")
        ]
        assert changes == [False, True, False, True]
        rows = ledger.database.run("select name, value, who from setting where name = 'incomplete' order by number")
        assert rows == [("incomplete", "leave-out", "kim"), ("incomplete", "count", "kim")]
        assert list(check(ledger)) == []


@pytest.mark.parametrize(("name", "value"), [("incomplet", "count"), ("incomplete", "leave"), ("incomplete", "")])
def test_an_unknown_setting_or_value_is_refused(tmp_path: Path, name: str, value: str) -> None:
    with open_ledger(str(tmp_path / "hq.db"), make=True) as ledger, pytest.raises(BadInput):
        change_setting(ledger, name, value)
    assert all(setting.read(setting.default) == setting.default and setting.title for setting in SETTINGS.values())


def at(name: str, store: str, start: int, minutes: int = 30, **changes: Any) -> Visit:
    begun = dt.datetime(2026, 11, 21, 14, tzinfo=dt.UTC) + dt.timedelta(minutes=start)
    times = {"started": begun.isoformat(), "finished": (begun + dt.timedelta(minutes=minutes)).isoformat()}
    return shop_visit(name, store=store, date=None, **times, **changes)


@pytest.mark.parametrize(
    ("second", "is_told"),
    [
        (at("b", "s2", 10), True),
        (at("b", "s1", 10), False),
        (at("b", "s2", 30), False),
        (at("b", "s2", 10, shopper="s-13"), False),
        (at("b", "s2", -600, 615), True),
    ],
)
def test_one_shopper_in_two_stores_at_once_is_told(tmp_path: Path, second: Visit, is_told: bool) -> None:
    first = at("a", "s1", 0)
    for number, batches in enumerate(([[first], [second]], [[second], [first]], [[first, second]])):
        told: list[str] = []
        with open_ledger(str(tmp_path / f"{number}.db"), make=True) as ledger:
            for batch in batches:
                take(ledger, tmp_path / str(number), *batch, told=told)
        assert len(told) == is_told
        assert all("the same shopper was in store" in text for text in told)


def test_an_overlap_that_stands_for_a_reason_is_not_told_again(tmp_path: Path) -> None:
    first, second = at("a", "s1", 0), at("b", "s2", 10)
    stands = {"check": "times.overlap", "said": "the same shopper was in store s1 (visit a)", "reason": "one mall"}
    agreed = at("b", "s2", 10, overrides=[stands])
    for number, batch in enumerate(([first, agreed], [agreed, first])):
        told: list[str] = []
        with open_ledger(str(tmp_path / f"{number}.db"), make=True) as ledger:
            for one in batch:
                take(ledger, tmp_path / str(number), one, told=told)
        assert told == []
    assert second != agreed

"""Purging: words, identities and evidence go, scores stay, and the trail still vouches for everything."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from helpers import samples, sealed_visits

from cemaudit.exchange.canonical_json import line_of, read_line
from cemaudit.ledger import Ledger, open_ledger
from cemaudit.ledger.collecting import AcceptanceWorkers, Collector, acceptance_rules
from cemaudit.ledger.history import visit_history
from cemaudit.ledger.maintenance import check
from cemaudit.ledger.purging import (
    Anonymiser,
    PurgeResult,
    number_ranges,
    purge,
    purges_of,
    remove_unreferenced_evidence,
    visits_to_purge,
)
from cemaudit.ledger.sources import find_sources
from cemaudit.ledger.sqlite import people_file
from cemaudit.ledger.states import CollectionStatus
from cemaudit.model import Checklist, Visit
from cemaudit.scoring import Engine, audit_visit
from cemaudit.simulate import simulate

SHOP = samples.items_only(samples.item("I1"), samples.item("I2", "text"), samples.item("I3"))
WORDS = "kim-said-so"
VISITS: list[dict[str, Any]] = [
    {"id": "old", "shopper": "s-anna", "date": "2020-03-01"},
    {"id": "new", "shopper": "s-anna", "date": "2024-03-01"},
    {"id": "other", "shopper": "s-berta", "date": "2020-04-01"},
]
REASON = "kept for three years"


def spoken(**keys: Any) -> Visit:
    """A visit with words wherever there can be some."""
    complaint = [{"touchpoint": "t", "text": WORDS}]
    return samples.visit(
        **{
            "answers": {"I1": True, "I2": WORDS},
            "skipped": {"I3": {"state": "declined", "reason": WORDS}},
            "feelings_skipped": {"expectations.t": {"state": "declined", "reason": WORDS}},
            "notes": {"I1": WORDS},
            "evidence": {"I1": [{"file": "a.jpg", "caption": WORDS}]},
            "claims": complaint,
            "blames": complaint,
            "overrides": [{"check": "c", "said": WORDS, "reason": WORDS}],
            "emotions": {"t": 2},
            **keys,
        }
    )


@contextmanager
def a_ledger(url: str, media: Path, *sources: Path) -> Iterator[tuple[Ledger, dict[CollectionStatus, int]]]:
    checklists = {SHOP.ref: SHOP}
    with open_ledger(url, make=True, who="tester") as ledger:
        collector = Collector(ledger, AcceptanceWorkers(acceptance_rules(ledger, checklists, media), 1), checklists)
        collector.collect(s for s in find_sources([str(path) for path in sources]) if not isinstance(s, Path))
        yield ledger, dict(collector.summary.fates)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    path = tmp_path / "visits.jsonl"
    path.write_bytes(b"".join(line_of(spoken(**one)) + b"\n" for one in VISITS))
    return path


def ids(ledger: Ledger, numbers: list[int]) -> list[str]:
    return [held.id for held in ledger.visits() if held.number in numbers]


def words_in(ledger: Ledger) -> list[str]:
    return [held.id for held in ledger.visits() if WORDS in held.line.decode()]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"before": dt.date(2020, 4, 1)}, ["old"]),
        ({"before": dt.date(2024, 1, 1)}, ["old", "other"]),
        ({"shopper": "s-anna"}, ["old", "new"]),
        ({"shopper": "s-anna", "before": dt.date(2024, 1, 1)}, ["old"]),
        ({"shopper": "s-nobody"}, []),
        ({}, []),
    ],
)
def test_whose_data_are_meant(url: str, inbox: Path, wanted: dict[str, Any], found: list[str]) -> None:
    with a_ledger(url, inbox.parent, inbox) as (ledger, _):
        assert ids(ledger, visits_to_purge(ledger, **wanted)) == found


def test_a_visit_without_a_day_counts_as_of_the_day_it_came_in(url: str, tmp_path: Path) -> None:
    (tmp_path / "v.jsonl").write_bytes(line_of(spoken(id="undated")))
    with a_ledger(url, tmp_path, tmp_path / "v.jsonl") as (ledger, _):
        today = dt.datetime.now(dt.UTC).date()
        assert visits_to_purge(ledger, before=today - dt.timedelta(days=1)) == []
        assert visits_to_purge(ledger, before=today + dt.timedelta(days=2)) == [1]


def test_words_and_identities_go_and_the_trail_still_vouches(url: str, inbox: Path) -> None:
    with a_ledger(url, inbox.parent, inbox) as (ledger, _):
        names = {held.id: held.shopper for held in ledger.visits()}
        assert purge(ledger, visits_to_purge(ledger, before=dt.date(2024, 1, 1)), REASON, None) == PurgeResult(2, 1, 0)
        assert words_in(ledger) == ["new"]
        assert ledger.people.code(str(names["other"])) is None
        assert ledger.people.code(str(names["new"])) == "s-anna"
        assert {held.id for held in ledger.visits() if held.shopper == names["old"]} == {"new"}
        assert list(check(ledger)) == []
        assert visits_to_purge(ledger, before=dt.date(2024, 1, 1)) == []


def test_two_visits_of_one_shopper_stay_together(url: str, inbox: Path) -> None:
    with a_ledger(url, inbox.parent, inbox) as (ledger, _):
        before = {held.shopper for held in ledger.visits() if held.id in {"old", "new"}}
        purge(ledger, visits_to_purge(ledger, shopper="s-anna"), REASON, None)
        after = {held.shopper for held in ledger.visits() if held.id in {"old", "new"}}
        assert len(after) == 1
        assert not before & after
        assert all(held.visit.shopper == held.shopper for held in ledger.visits())


def test_answers_and_feelings_stay(url: str, inbox: Path) -> None:
    with a_ledger(url, inbox.parent, inbox) as (ledger, _):
        purge(ledger, visits_to_purge(ledger, shopper="s-berta"), REASON, None)
        (visit,) = (held.visit for held in ledger.visits() if held.id == "other")
    assert visit.answers == {"I1": True, "I2": ""}
    assert visit.skipped["I3"].state == "declined"
    assert visit.feelings_skipped["expectations.t"].state == "declined"
    assert visit.emotions == {"t": 2}
    assert [claim.touchpoint for claim in (*visit.claims, *visit.blames)] == ["t", "t"]
    assert [one.check for one in visit.overrides] == ["c"]
    assert not visit.evidence
    assert not visit.notes


def test_collecting_the_same_again_brings_nothing_back(url: str, inbox: Path) -> None:
    with a_ledger(url, inbox.parent, inbox) as (ledger, fates):
        assert fates == {CollectionStatus.COLLECTED: 3}
        purge(ledger, visits_to_purge(ledger, before=dt.date(2030, 1, 1)), REASON, None)
    with a_ledger(url, inbox.parent, inbox) as (ledger, fates):
        assert fates == {CollectionStatus.AGAIN: 3}
        assert words_in(ledger) == []
        assert ledger.database.run("select count(*) from people.person") == [(0,)]


def test_the_trail_says_when_and_why(url: str, inbox: Path) -> None:
    with a_ledger(url, inbox.parent, inbox) as (ledger, _):
        purge(ledger, visits_to_purge(ledger, before=dt.date(2020, 3, 2)), REASON, None)
        (said,) = purges_of(ledger, 1)
        assert (said.by, said.reason) == ("tester", REASON)
        assert purges_of(ledger, 2) == []


def test_ended_half_way_and_run_again_it_is_done(url: str, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cemaudit.ledger import purging

    def ended(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(purging, "_AT_ONCE", 1)
    with a_ledger(url, inbox.parent, inbox) as (ledger, _):
        everything = dt.date(2030, 1, 1)
        for step in ("_delete_identities", "remove_unreferenced_evidence", "_vacuum"):
            with monkeypatch.context() as patch:
                patch.setattr(purging, step, ended)
                with pytest.raises(KeyboardInterrupt):
                    purge(ledger, visits_to_purge(ledger, before=everything)[:1], REASON, inbox.parent)
            assert list(check(ledger)) == []
        purge(ledger, visits_to_purge(ledger, before=everything), REASON, inbox.parent)
        assert words_in(ledger) == []
        assert ledger.database.run("select count(*) from people.person") == [(0,)]
        assert list(check(ledger)) == []


def test_evidence_goes_when_no_visit_names_it(url: str, tmp_path: Path) -> None:
    folder = tmp_path / "sealed"
    one = sealed_visits.seal(folder, id="v1", shopper="s-anna", started="2020-03-01T10:00:00+09:00")
    two = sealed_visits.seal(folder, id="v2", shopper="s-berta", started="2021-03-01T10:00:00+09:00")
    media = tmp_path / "media"
    photo = media / sealed_visits.PHOTO_NAME
    stranger = photo.with_name("not-ours.jpg")
    with a_ledger(url, media, one.path, two.path) as (ledger, _):
        stranger.write_bytes(b"x")
        assert purge(ledger, visits_to_purge(ledger, shopper="s-anna"), REASON, media) == PurgeResult(1, 1, 0)
        assert photo.exists()
        assert ledger.people.sealed_papers("v1") == []
        assert ledger.people.sealed_papers("v2") != []
        assert purge(ledger, visits_to_purge(ledger, shopper="s-berta"), REASON, None) == PurgeResult(1, 1, 0)
        assert remove_unreferenced_evidence(ledger, media) == 1
        assert not photo.exists()
        assert stranger.exists()
        assert ledger.people.sealed_papers("v2") == []
        assert list(check(ledger)) == []


def test_a_sealed_file_collected_again_does_not_bring_its_evidence_back(url: str, tmp_path: Path) -> None:
    sealed, media = sealed_visits.seal(tmp_path / "sealed", id="v1", shopper="s-anna"), tmp_path / "media"
    with a_ledger(url, media, sealed.path) as (ledger, _):
        assert purge(ledger, visits_to_purge(ledger, shopper="s-anna"), REASON, media) == PurgeResult(1, 1, 1)
    with a_ledger(url, media, sealed.path) as (ledger, fates):
        assert fates == {CollectionStatus.AGAIN: 1}
        assert not (media / sealed_visits.PHOTO_NAME).exists()
        assert ledger.people.sealed_papers("v1") == []


def test_a_later_revision_of_a_purged_visit_still_fits(url: str, tmp_path: Path) -> None:
    first = sealed_visits.seal(tmp_path / "sealed", id="v1", shopper="s-anna")
    second = sealed_visits.revise(tmp_path / "sealed", first)
    with a_ledger(url, tmp_path / "media", first.path) as (ledger, _):
        purge(ledger, visits_to_purge(ledger, shopper="s-anna"), REASON, tmp_path / "media")
    with a_ledger(url, tmp_path / "media", second.path) as (ledger, fates):
        assert fates == {CollectionStatus.COLLECTED: 1}
        purge(ledger, visits_to_purge(ledger, shopper="s-anna"), REASON, tmp_path / "media")
        assert [revision.amendment for revision in visit_history(ledger, "v1")] == [None, "-"]
        assert list(check(ledger)) == []


def test_nothing_deleted_is_left_in_the_files(tmp_path: Path) -> None:
    path = tmp_path / "hq.db"
    (tmp_path / "v.jsonl").write_bytes(
        b"".join(line_of(spoken(id=f"v{number}", shopper=f"s-code-{number}")) + b"\n" for number in range(300))
    )
    with a_ledger(str(path), tmp_path, tmp_path / "v.jsonl") as (ledger, _):
        packed = [held.document for held in ledger.visits()]
        assert path.read_bytes().count(packed[7][-40:]) > 0
        assert b"s-code-7" in people_file(path).read_bytes()
        purge(ledger, visits_to_purge(ledger, before=dt.date(2100, 1, 1)), REASON, None)
    for file in tmp_path.glob("hq*"):
        content = file.read_bytes()
        assert b"s-code-" not in content
        assert not [number for number, document in enumerate(packed) if document[:60] in content]


def left_of(visit: Visit, forgetting: Anonymiser) -> Visit:
    line = forgetting.of(read_line(line_of(visit))[0]).line
    left = Visit.model_validate_json(line)
    assert line_of(left) == line
    return left


@pytest.fixture(scope="session")
def shipped(engine: Engine) -> dict[str, Checklist]:
    return dict(engine.library.all_checklists())


@pytest.mark.slow
def test_every_score_stays(engine: Engine, shipped: dict[str, Checklist]) -> None:
    forgetting = Anonymiser(shipped)
    for checklist in shipped.values():
        scheme = engine.library.scheme(checklist.scheme)
        for visit in simulate(checklist, stores=1, visits=2, seed=5):
            left = left_of(visit, forgetting)
            before, after = (audit_visit(one, checklist, scheme) for one in (visit, left))
            assert after.scores == before.scores
            assert not left.notes
            assert not left.evidence
            assert left.answers == visit.answers


def test_words_that_decide_what_is_asked_stay() -> None:
    items = [samples.item("I1", "text"), samples.item("I2", "text"), samples.item("I3", when="I1 == 'yes'")]
    checklist = samples.items_only(*items)
    visit = samples.visit(answers={"I1": "yes", "I2": "kim", "I3": True})
    left = left_of(visit, Anonymiser({checklist.ref: checklist}))
    assert left.answers == {"I1": "yes", "I2": "", "I3": True}


def test_the_same_digest_stays_beside_another_document(url: str, inbox: Path) -> None:
    query = "select digest, stored from visit order by number"
    with a_ledger(url, inbox.parent, inbox) as (ledger, _):
        before = ledger.database.run(query)
        purge(ledger, visits_to_purge(ledger, before=dt.date(2030, 1, 1)), REASON, None)
        after = ledger.database.run(query)
        lines = [hashlib.sha256(held.line).hexdigest() for held in ledger.visits()]
    assert [digest for digest, _ in before] == [digest for digest, _ in after]
    assert [stored for _, stored in after] == lines
    assert all(one != another for (_, one), (_, another) in zip(before, after, strict=True))


def test_numbers_in_a_row_are_a_run() -> None:
    assert number_ranges([1, 2, 3, 7, 9, 10]) == [(1, 3), (7, 7), (9, 10)]
    assert number_ranges([]) == []

from __future__ import annotations

import datetime as dt
import json
import unicodedata
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from helpers import samples, strategies
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from cemaudit.language import use
from cemaudit.model import ClaimState, Visit, faults


def complaints(**keys: Any) -> list[str]:
    with use("en"), pytest.raises(ValidationError) as caught:
        samples.visit(**keys)
    return [str(problem) for problem in faults.problems(caught.value, keys)]


@given(st.data())
def test_round_trip(data: st.DataObject) -> None:
    visit = data.draw(strategies.visits(data.draw(strategies.checklists())))
    assert Visit.model_validate_json(visit.model_dump_json()) == visit
    assert Visit.model_validate(visit.model_dump()) == visit


@given(st.one_of(st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), strategies.words))
def test_any_answer_is_the_same_after_a_round_trip(value: Any) -> None:
    once = samples.visit(answers={"A": value})
    assert Visit.model_validate_json(once.model_dump_json()) == once


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (3.0, 3),
        (3.5, Decimal("3.5")),
        (-0.0, 0),
        (0.1, Decimal("0.1")),
        (1e22, Decimal("1E+22")),
        (10**20, 10**20),
        (Decimal("2.50"), Decimal("2.5")),
        (True, True),
        ("3", "3"),
        (["a", "b"], ("a", "b")),
    ],
)
def test_answers_as_they_are_kept(given: Any, kept: Any) -> None:
    answer = samples.visit(answers={"A": given}).answers["A"]
    assert answer == kept
    assert type(answer) is type(kept)


@pytest.mark.parametrize(
    "given", [None, {}, ["a", 1], [""], ["a\nb"], ["\ud800"], float("nan"), Decimal("1e999999999")]
)
def test_what_cannot_be_an_answer_is_one_complaint(given: Any) -> None:
    assert len(complaints(answers={"A": given})) == 1


def test_a_whole_number_too_long_for_a_float_is_refused() -> None:
    assert complaints(answers={"A": 10**400})[0].startswith("answers.A: expected a number")


def test_long_comments_are_kept() -> None:
    words = "가나다라 " * 4_000
    assert samples.visit(notes={"A": words}, answers={"B": words}).answers["B"] == words.strip()


@pytest.mark.parametrize("field", ["notes", "answers"])
def test_endless_comments_are_refused_in_one_line(field: str) -> None:
    (line,) = complaints(**{field: {"A": "x" * 50_000}})
    assert line.startswith(f"{field}.A: expected at most 20000 characters, found xxx")
    assert len(line) < 250


def test_names_are_composed_and_file_names_are_left_alone() -> None:
    apart = unicodedata.normalize("NFD", "강남")
    visit = samples.visit(store=apart, evidence={"A": [{"file": apart}]})
    assert visit.store == "강남"
    assert visit.evidence["A"][0].file == apart


@pytest.mark.parametrize("name", ["", "a\nb", "x" * 121, "fdp\u202e.exe", "\x1b[2J"])
def test_names_are_short_and_on_one_line(name: str) -> None:
    assert "expected 1 to 120 characters on one line" in complaints(store=name)[0]


@pytest.mark.parametrize("time", ["2026-11-21T14:05:00", "2026-11-21", "now"])
def test_times_need_a_zone(time: str) -> None:
    (line,) = complaints(started=time)
    assert "expected a time with its zone" in line


def test_a_visit_ends_after_it_began_also_across_zones() -> None:
    samples.visit(started="2026-11-21T14:00:00+09:00", finished="2026-11-21T05:00:01Z")
    assert (
        "expected finished not before started"
        in complaints(started="2026-11-21T14:00:00+09:00", finished="2026-11-21T04:59:59Z")[0]
    )


def test_a_visit_is_entered_after_it_began() -> None:
    line = complaints(started="2026-11-21T14:00:00Z", entered="2026-11-21T13:00:00Z")[0]
    assert "expected entered not before started" in line


def test_a_claim_has_a_state_and_a_blame_has_none() -> None:
    said = {"touchpoint": "t", "text": "slow"}
    for state in ClaimState:
        visit = samples.visit(claims=[{**said, "state": state.value}])
        assert visit.claims[0].state is state
        assert Visit.model_validate_json(visit.model_dump_json(exclude_defaults=True)) == visit
    assert "state" not in samples.visit(claims=[said]).model_dump(exclude_defaults=True)["claims"][0]
    assert "a state of claims only" in complaints(blames=[{**said, "state": "told"}])[0]
    assert complaints(claims=[{**said, "state": "forgotten"}])[0].startswith("claims.1.state: ")


def test_an_item_is_answered_or_skipped() -> None:
    line = complaints(answers={"A": 1, "B": 1}, skipped=samples.skipped("B", "C"))[0]
    assert "either answered or skipped, not both: B" in line


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        ({"emotions": {"t": 4}}, "emotions.t"),
        ({"expectations": {"t": 0}}, "expectations.t"),
        ({"episode": {"id": "e", "step": "V1", "number": 0}}, "episode.number"),
        ({"skipped": {"A": {"state": "forgot"}}}, "skipped.A.state"),
        ({"evidence": {"A": [{"file": "a.jpg", "sha256": "abc"}]}}, "evidence.A.1.sha256"),
        ({"shoper": "x"}, "shoper"),
        ({"checklist": "test.shop"}, "checklist"),
    ],
)
def test_places_of_complaints(keys: Any, place: str) -> None:
    (line,) = complaints(**keys)
    assert line.startswith(f"{place}: ")


def test_the_day_is_the_visits_own() -> None:
    visit = samples.visit(started="2026-11-21T00:30:00+09:00", date="2020-01-01")
    assert str(visit.day) == "2026-11-21"


def test_written_answers_are_plain_json() -> None:
    written = json.loads(samples.visit(answers={"A": 2.5, "B": ["x"], "C": 3.0}).model_dump_json())
    assert written["answers"] == {"A": 2.5, "B": ["x"], "C": 3}


BERLIN, NEW_YORK, SEOUL = (ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Asia/Seoul"))


@pytest.mark.parametrize(
    ("zone", "started", "finished", "minutes"),
    [
        (BERLIN, (2026, 10, 25, 2, 50), (2026, 10, 25, 2, 10), 20),  # the hour comes twice
        (BERLIN, (2026, 10, 25, 2, 10), (2026, 10, 25, 2, 50), 40),
        (BERLIN, (2026, 10, 25, 1, 50), (2026, 10, 25, 3, 10), 140),
        (NEW_YORK, (2026, 11, 1, 1, 59), (2026, 11, 1, 1, 0), 1),
        (BERLIN, (2026, 3, 29, 1, 50), (2026, 3, 29, 3, 10), 20),  # the hour is skipped
        (SEOUL, (2026, 10, 25, 2, 10), (2026, 10, 25, 2, 50), 40),
    ],
)
def test_times_are_compared_as_moments(
    zone: ZoneInfo, started: tuple[int, ...], finished: tuple[int, ...], minutes: int
) -> None:
    visit = samples.visit(started=dt.datetime(*started, tzinfo=zone), finished=dt.datetime(*finished, tzinfo=zone))
    assert visit.started is not None
    assert visit.finished is not None
    assert visit.finished - visit.started == dt.timedelta(minutes=minutes)
    assert Visit.model_validate_json(visit.model_dump_json()) == visit


@pytest.mark.parametrize(
    ("zone", "started", "finished"),
    [
        (BERLIN, (2026, 3, 29, 2, 30), (2026, 3, 29, 3, 10)),  # a time the clock never showed
        (BERLIN, (2026, 10, 25, 3, 10), (2026, 10, 25, 2, 50)),
        (SEOUL, (2026, 10, 25, 2, 50), (2026, 10, 25, 2, 10)),
    ],
)
def test_a_visit_that_ends_before_it_began_in_truth_is_refused(
    zone: ZoneInfo, started: tuple[int, ...], finished: tuple[int, ...]
) -> None:
    with pytest.raises(ValidationError, match="finished not before started"):
        samples.visit(started=dt.datetime(*started, tzinfo=zone), finished=dt.datetime(*finished, tzinfo=zone))


DECLINED = {"state": "declined", "reason": "asked too late"}


def test_only_a_visit_with_skipped_feelings_is_of_the_second_format() -> None:
    plain = samples.visit(emotions={"t": 1})
    assert "format" not in plain.model_dump(exclude_defaults=True)
    assert samples.visit(emotions={"t": 1}, format=2) == plain
    declined = samples.visit(feelings_skipped={"emotions.t": DECLINED})
    assert declined.format == 2
    assert declined.model_dump(exclude_defaults=True)["format"] == 2
    assert plain.model_copy(update={"emotions": {}}).with_feelings_skipped(declined.feelings_skipped) == declined
    assert declined.with_feelings_skipped({}).format == 1
    over_days = samples.visit(date="2026-06-01", until="2026-06-04")
    assert over_days.format == over_days.with_feelings_skipped({}).format == 2


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"format": 3}, "newer version"),
        ({"format": 0}, "format 1 or 2"),
        ({"feelings_skipped": {"emotions.t": DECLINED}, "emotions": {"t": 1}}, "either given or skipped"),
        ({"feelings_skipped": {"perceived.t": DECLINED}, "perceived": {"t": 4}}, "emotions|perceived.t"),
        ({"feelings_skipped": {"claims.t": DECLINED}}, "feelings_skipped"),
        ({"feelings_skipped": {"t": DECLINED}}, "feelings_skipped"),
    ],
)
def test_skipped_feelings_that_cannot_be(keys: Any, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        samples.visit(**keys)

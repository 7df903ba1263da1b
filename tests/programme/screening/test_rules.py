"""What each rule remarks on, and what it lets be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from random import Random
from typing import Any

from helpers import samples

from cemaudit.entry.doubts.earlier import shingles
from cemaudit.entry.doubts.overlaps import Stay
from cemaudit.programme.screening.rules import FALSE_ALARMS, RULES, ScreenedVisit, screen_visits, screened_visit

LONG = "Nobody looked up when I came in, and when I asked they only pointed to the other side without a word."
NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def visit(number: int, **keys: Any) -> ScreenedVisit:
    return ScreenedVisit(**{"number": number, "id": f"v{number}", "checklist": "c@1", "store": f"s{number}",
                            "shopper": f"p{number}", **keys})  # fmt: skip


def remarks(visits: Sequence[ScreenedVisit]) -> list[tuple[int, str, str, int | None]]:
    return [(remark.visit, remark.rule, remark.place, remark.other) for remark in screen_visits(visits)]


def test_one_wording_of_two_shoppers() -> None:
    text = {"notes.A": shingles(LONG)}
    assert remarks([visit(1, texts=text), visit(2, texts=text)]) == [(2, "texts", "notes.A", 1)]
    assert remarks([visit(1, texts=text), visit(2, texts={"notes.A": shingles(LONG[::-1])})]) == []


def test_one_picture_in_two_visits() -> None:
    rng = Random(1)
    bits = rng.getrandbits(256)
    found = remarks(
        [
            visit(1, pictures={"p": bits}),
            visit(2, pictures={"p": bits ^ 5}),
            visit(3, pictures={"p": ~bits & (1 << 256) - 1}),
        ]
    )
    assert found == [(2, "pictures", "p", 1)]


def stay(number: int, hours: float, agreed: tuple[str, ...] = (), shopper: str = "p") -> ScreenedVisit:
    begun = NOON + dt.timedelta(hours=hours)
    own = Stay(begun, begun + dt.timedelta(hours=1), f"s{number}", f"v{number}", shopper, agreed)
    return visit(number, shopper=shopper, stay=own)


def test_one_shopper_in_two_places() -> None:
    assert remarks([stay(1, 0), stay(2, 0.5)]) == [(2, "places", "started", 1)]
    assert remarks([stay(1, 0), stay(2, 1)]) == []
    assert remarks([stay(1, 0), stay(2, 0.5, shopper="q")]) == []
    assert remarks([stay(1, 0), stay(2, 0.5, agreed=("at s1 (visit v1)",))]) == []


def test_a_visit_much_shorter_than_others() -> None:
    timed = [visit(number, minutes=30.0 + number % 5) for number in range(20)]
    assert remarks([*timed, visit(20, minutes=9.0), visit(21, minutes=15.0)]) == [(20, "pace", "finished", None)]
    assert remarks([*timed[:10], visit(20, minutes=1.0)]) == []


def test_the_same_feeling_everywhere() -> None:
    alike = {f"t{number}": 2 for number in range(6)}
    assert remarks([visit(1, feelings=alike)]) == [(1, "alike", "emotions", None)]
    assert remarks([visit(1, feelings={**alike, "t0": 1})]) == []
    assert remarks([visit(1, feelings={"t0": 2, "t1": 2})]) == []


def drawn(seed: int, items: int = 20) -> dict[str, object]:
    rng = Random(seed)
    return {f"i{number}": rng.randrange(4) for number in range(items)}


def test_every_answer_as_in_the_visit_before() -> None:
    others = [visit(number, answers=drawn(number)) for number in range(10)]
    mine = visit(10, shopper="p", answers=drawn(99))
    assert remarks([*others, mine, visit(11, shopper="p", answers=drawn(99))]) == [(11, "alike", "answers", 10)]
    # Of another shopper the same answers are no repetition; and where everybody answers so they say nothing.
    assert remarks([*others, mine, visit(11, shopper="q", answers=drawn(99))]) == []
    met = dict.fromkeys(drawn(0), True)
    assert remarks([visit(number, shopper="p", answers=met) for number in range(10)]) == []
    few = [visit(number, answers=drawn(number, 5)) for number in range(10)]
    assert (
        remarks([*few, visit(10, shopper="p", answers=drawn(99, 5)), visit(11, shopper="p", answers=drawn(99, 5))])
        == []
    )


SHOP = samples.checklist(samples.touchpoint("door", samples.item("A"), samples.item("B", "text"), emotion=True))


def seen(**keys: Any) -> ScreenedVisit:
    blame = {"blames": [{"touchpoint": "door", "text": "never again"}]}
    return screened_visit(
        1, samples.visit(**{"answers": {"A": True}, "emotions": {"door": 2}, **blame, **keys}), SHOP, {}
    )


def test_a_complaint_against_the_marks() -> None:
    assert remarks([seen()]) == [(1, "against", "claims.door", None)]
    assert remarks([seen(emotions={"door": 1})]) == []
    assert remarks([seen(answers={"A": False})]) == []
    assert remarks([seen(blames=[])]) == []


def test_words_are_no_answers_and_only_long_ones_are_texts() -> None:
    visit = seen(answers={"A": True, "B": "secret"}, notes={"A": LONG, "B": "short"})
    assert visit.answers == {"A": True}
    assert list(visit.texts) == ["notes.A"]


def test_only_new_visits_are_remarked_on() -> None:
    text = {"notes.A": shingles(LONG)}
    old = [visit(1, texts=text, is_new=False), visit(2, texts=text, is_new=False)]
    assert remarks(old) == []
    assert remarks([*old, visit(3, texts=text)]) == [(3, "texts", "notes.A", 1)]


def test_every_rule_says_how_often_it_is_wrong() -> None:
    assert FALSE_ALARMS.keys() == RULES.keys()
    assert all(0 < share < 0.02 for share in FALSE_ALARMS.values())

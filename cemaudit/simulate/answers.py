"""Simulated answers, and answers that follow from others of the same episode."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import TypeVar

from cemaudit.language import Language
from cemaudit.model.answers import (
    AnswerType,
    AnswerValue,
    Choice,
    Choices,
    Date,
    Nps,
    Option,
    Quantity,
    Scale,
    Time,
    YesNo,
)
from cemaudit.simulate import sentences
from cemaudit.simulate.schedule import VisitSchedule

__all__ = ["draw_answer", "linked_answers", "reckoned_days", "settled_answers"]

Answers = Mapping[str, AnswerValue]
Linked = dict[str, AnswerValue | None]
SATURDAY = 5
COMPLAINS = 0.15


def settled_answers(checklist_ref: str, course: VisitSchedule, rng: Random) -> Linked:
    """Return the answers that the course settles before any other; ``None`` where the item does not apply."""
    rule = _SETTLED.get(checklist_ref)
    return rule(course, rng) if rule else {}


def linked_answers(checklist_ref: str, answers: Answers, course: VisitSchedule, rng: Random) -> Linked:
    """Return the answers that follow from ``answers`` and the course; ``None`` where the item does not apply.

    Editions of a checklist without rules of their own have those of its id.
    """
    rule = _RULES.get(checklist_ref) or _RULES.get(checklist_ref.partition("@")[0])
    return rule(answers, course, rng) if rule else {}


def _shop(_answers: Answers, course: VisitSchedule, _rng: Random) -> Linked:
    return {"GS08": "not-bought"} if course.scenario == "repair" else {}


def _order(answers: Answers, course: VisitSchedule, rng: Random) -> Linked:
    ordered = course.slots[0].start.date()
    promised = ordered + timedelta(days=rng.randint(2, 4))
    arrived = promised + timedelta(days=_whole(answers.get("E12", 0)))
    returned = arrived + timedelta(days=rng.randint(3, 6))
    refunded = _after_business_days(returned, _whole(answers.get("E19", 2)))
    days = {"E11A": ordered, "E12A": promised, "E12B": arrived, "E19A": returned, "E19B": refunded}
    dates: Linked = {item: day.isoformat() for item, day in days.items()}
    return {**dates, "E17": None} if course.scenario == "question-on-the-way" else {**dates, "E22": None}


PAID = {"any": 0.62, "card": 0.2, "kiosk": 0.14, "refused": 0.04}
EXCHANGE_DAYS, OTHER_EXCHANGE_DAYS = (14, 14, 30), 7
REFUND_DAYS, OTHER_REFUND_DAYS = 3, 7
TOLD_OTHERWISE = 0.15
"""How often a second channel says something else than the first."""


def _paid(course: VisitSchedule, rng: Random) -> Linked:
    """How the shopper of the second Green Smile edition pays, by what is played."""
    drawn = rng.choices(list(PAID), list(PAID.values()))[0]
    return {"GS15": {"repair": "not-bought", "pick-up": "online"}.get(course.scenario or "", drawn)}


def _shop_2(answers: Answers, _course: VisitSchedule, rng: Random) -> Linked:
    days = rng.choice(EXCHANGE_DAYS)
    return _told_days(answers, {"GS17": days, "GS22": _said_again(days, OTHER_EXCHANGE_DAYS, rng)})


def _told_days(answers: Answers, days: Mapping[str, int]) -> Linked:
    """The days that were told at all."""
    return {item: value for item, value in days.items() if item in answers}


def _said_again(days: int, other: int, rng: Random) -> int:
    return other if rng.random() < TOLD_OTHERWISE else days


def _returned(course: VisitSchedule, _rng: Random) -> Linked:
    """Whether the shopper of the second order edition sends something back, by what is played."""
    return {} if course.scenario == "order-and-return" else {"E17": None}


def _order_2(answers: Answers, course: VisitSchedule, rng: Random) -> Linked:
    ordered = course.slots[0].start.date()
    promised = ordered + timedelta(days=rng.randint(1, 3))
    arrived = promised + timedelta(days=_whole(answers.get("E12", 0)))
    returned = arrived + timedelta(days=rng.randint(3, 6))
    days = {"E11A": ordered, "E12A": promised, "E19A": returned}
    played: dict[str | None, tuple[str, ...]] = {
        "question-on-the-way": ("E46", "E47"),
        "subscribe-and-cancel": ("E34", "E41"),
    }
    absent = played.get(course.scenario, ("E34", "E41"))
    return {
        **{item: day.isoformat() for item, day in days.items()},
        **_told_days(answers, {"E30": REFUND_DAYS, "E42": _said_again(REFUND_DAYS, OTHER_REFUND_DAYS, rng)}),
        **dict.fromkeys(absent),
    }


def reckoned_days(checklist_ref: str, answers: Answers) -> list[date]:
    """Return the days on which something happened that answers tell of without naming them."""
    if checklist_ref != "ecommerce.order@2.0.0":
        return []
    days = []
    if "E12A" in answers and "E12" in answers:
        days.append(date.fromisoformat(str(answers["E12A"])) + timedelta(days=_whole(answers["E12"])))
    if "E19A" in answers and "E19" in answers:
        days.append(_after_business_days(date.fromisoformat(str(answers["E19A"])), _whole(answers["E19"])))
    return days


def _treatment(_answers: Answers, course: VisitSchedule, rng: Random) -> Linked:
    in_clinic = [slot for slot in course.planned if slot.step in {"V1", "Vn", "VE"}]
    plan: Linked = {"H17-visits": len(in_clinic), "H17-until": in_clinic[-1].start.date().isoformat()}
    unchanged: Linked = {"H21-visits": None}
    return {**plan, **unchanged} if rng.random() < COMPLAINS else {**plan, **unchanged, "H24-days": None}


PRICES, OTHER_PRICE = (20_000, 30_000, 50_000, 80_000), 10_000
CLOSING_TIMES = ("12:30", "13:00", "14:00")


def _treatment_2(answers: Answers, course: VisitSchedule, rng: Random) -> Linked:
    """The plan of a treatment, and what website and phone of the second outpatient edition say."""
    linked = _treatment(answers, course, rng)
    price, closing = rng.choice(PRICES), rng.choice(CLOSING_TIMES)
    said: Linked = {
        "H29-web": price,
        "H29-phone": _said_again(price, price + OTHER_PRICE, rng),
        "H30-web": closing,
        "H30-phone": closing if rng.random() >= TOLD_OTHERWISE else rng.choice(CLOSING_TIMES),
    }
    return linked | {item: value for item, value in said.items() if item in answers}


_RULES: dict[str, Callable[[Answers, VisitSchedule, Random], Linked]] = {
    "retail.green-smile": _shop,
    "ecommerce.order": _order,
    "hospital.outpatient": _treatment,
    "hospital.outpatient@2.0.0": _treatment_2,
    "retail.green-smile@2.0.0": _shop_2,
    "ecommerce.order@2.0.0": _order_2,
}
_SETTLED: dict[str, Callable[[VisitSchedule, Random], Linked]] = {
    "retail.green-smile@2.0.0": _paid,
    "ecommerce.order@2.0.0": _returned,
}


def _after_business_days(day: date, count: int) -> date:
    while count > 0:
        day += timedelta(days=1)
        count -= day.weekday() < SATURDAY
    return day


def _whole(value: AnswerValue) -> int:
    return int(str(value))


Drawn = TypeVar("Drawn")
WITHOUT_POINTS = 0.04
NOTHING = "nothing"
"""The id of the option which says that none of the others holds."""

USUAL_AMOUNT = {"money": (12_000, 89_000), "duration": (3, 30), "number": (1, 10), "count": (1, 5)}


def draw_answer(answer: AnswerType, level: float, now: datetime, language: Language, rng: Random) -> AnswerValue:
    """Draw an answer whose share of the points is ``level`` (0..1) on average; ``now`` is a time it may name."""
    value: AnswerValue
    match answer:
        case YesNo():
            value = rng.random() < (level if answer.yes >= answer.no else 1 - level)
        case Choice():
            value = _choice(answer.options, level, rng)
        case Choices():
            chosen = tuple(option.id for option in answer.options if rng.random() < _chance(option, level))
            value = _not_both(chosen, answer)
        case Scale() | Nps():
            low, high = (answer.lowest, answer.highest) if isinstance(answer, Scale) else (0, 10)
            value = _by_points([(step, answer.points(step)) for step in range(low, high + 1)], level, rng)
        case Quantity():
            value = _quantity(answer, level, rng)
        case Date():
            value = (now.date() + timedelta(days=rng.randint(0, 3))).isoformat()
        case Time():
            value = (now + timedelta(minutes=rng.randint(0, 20))).strftime("%H:%M")
        case _:
            value = sentences.remark(language, rng)
    return value


def _choice(options: Sequence[Option], level: float, rng: Random) -> str:
    worth = [(option.id, option.points) for option in options if option.points is not None]
    rest = [option.id for option in options if option.points is None]
    if rest and (not worth or rng.random() < WITHOUT_POINTS):
        return rng.choice(rest)
    return _by_points(worth, level, rng)


def _chance(option: Option, level: float) -> float:
    if option.points is None:
        return 0.3
    return level if option.points >= 0 else (1 - level) / 2


def _not_both(chosen: tuple[str, ...], answer: Choices) -> tuple[str, ...]:
    """What was chosen; the option that says nothing holds goes alone, and stands where no other was chosen."""
    if all(option.id != NOTHING for option in answer.options):
        return chosen
    return tuple(name for name in chosen if name != NOTHING) or (NOTHING,)


def _by_points(worth: Sequence[tuple[Drawn, Fraction]], level: float, rng: Random) -> Drawn:
    """One of the two whose share of the points lies next to ``level``, the nearer one more often."""
    ranked = sorted({points for _, points in worth})
    target = ranked[0] + Fraction(level) * (ranked[-1] - ranked[0])
    low = max(points for points in ranked if points <= target)
    high = min(points for points in ranked if points >= target)
    points = high if high > low and rng.random() < (target - low) / (high - low) else low
    return rng.choice([name for name, own in worth if own == points])


def _quantity(answer: Quantity, level: float, rng: Random) -> int | Decimal:
    if isinstance(answer.table, tuple):
        rows = answer.table
        row_index = _by_points([(number, row.points) for number, row in enumerate(rows)], level, rng)
        low, high = _between([row.up_to for row in rows[:-1] if row.up_to is not None], row_index, answer)
        return _number(answer, low, high, rng)
    low, high = _typical_range(answer)
    if answer.table == "value":
        target = low + Fraction(level) * (high - low)
        return _within(answer, Fraction(math.floor(target + Fraction(rng.random()))), low, high)
    return _number(answer, low, high, rng)


def _typical_range(answer: Quantity) -> tuple[Fraction, Fraction]:
    """The values to be expected without a points table; up to ``max`` where the value itself is the points."""
    low, high = map(Fraction, USUAL_AMOUNT[answer.type])
    if answer.min is not None:
        low, high = answer.min, answer.min + high - low
    if answer.max is not None:
        high = answer.max if answer.table == "value" else min(high, answer.max)
    return min(low, high), high


def _between(edges: Sequence[Fraction], index: int, answer: Quantity) -> tuple[Fraction, Fraction]:
    """The values of a row of the table: above ``low``, up to ``high``; open rows are as wide as their neighbour."""
    if not edges:
        return answer.min or Fraction(0), answer.max if answer.max is not None else Fraction(10)
    width = edges[1] - edges[0] if len(edges) > 1 else max(abs(edges[0]), Fraction(1))
    low = edges[index - 1] if index else edges[0] - width
    high = edges[index] if index < len(edges) else edges[-1] + max(width, abs(edges[-1]))
    if index == 0 and answer.type != "number":
        low = max(low, Fraction(0))
    least = answer.min if answer.min is not None else low
    most = answer.max if answer.max is not None else high
    return max(low, least), min(high, most)


def _number(answer: Quantity, low: Fraction, high: Fraction, rng: Random) -> int | Decimal:
    target = Fraction(rng.triangular(float(low), float(high), float(low + (high - low) * Fraction(3, 5))))
    unit = 100 if answer.type == "money" and high - low >= 1000 else 1
    return _within(answer, Fraction(math.ceil(target / unit) * unit), low, high)


def _within(answer: Quantity, value: Fraction, low: Fraction, high: Fraction) -> int | Decimal:
    """``value`` as an answer; ``high`` itself (to the nearest hundredth) where there is no whole number to choose."""
    least = answer.min if answer.min is not None else low
    if least <= value <= high:
        return int(value)
    whole_part = math.floor(high)
    if whole_part >= least and (whole_part > low or answer.type == "count"):
        return whole_part
    return Decimal(math.floor(high * 100)) / 100

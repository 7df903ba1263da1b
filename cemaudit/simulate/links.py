"""Answers that follow from others, in the checklists that come with the package.

Dates of an order must agree with the days counted, a treatment plan with the visits planned, and all with what the
scenario says to do. A checklist without an entry here is drawn item by item.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from random import Random

from cemaudit.model.answers import AnswerValue
from cemaudit.simulate.course import Course

__all__ = ["linked"]

Answers = Mapping[str, AnswerValue]
Linked = dict[str, AnswerValue | None]
SATURDAY = 5
COMPLAINS = 0.15


def linked(checklist_id: str, answers: Answers, course: Course, rng: Random) -> Linked:
    """The answers that follow from ``answers`` and the course; ``None`` where the item does not apply."""
    rule = _RULES.get(checklist_id)
    return rule(answers, course, rng) if rule else {}


def _shop(_answers: Answers, course: Course, _rng: Random) -> Linked:
    return {"GS08": "not-bought"} if course.scenario == "repair" else {}


def _order(answers: Answers, course: Course, rng: Random) -> Linked:
    ordered = course.slots[0].start.date()
    promised = ordered + timedelta(days=rng.randint(2, 4))
    arrived = promised + timedelta(days=_whole(answers.get("E12", 0)))
    returned = arrived + timedelta(days=rng.randint(3, 6))
    refunded = _after_business_days(returned, _whole(answers.get("E19", 2)))
    days = {"E11A": ordered, "E12A": promised, "E12B": arrived, "E19A": returned, "E19B": refunded}
    known: Linked = {item: day.isoformat() for item, day in days.items()}
    return {**known, "E17": None} if course.scenario == "question-on-the-way" else {**known, "E22": None}


def _treatment(_answers: Answers, course: Course, rng: Random) -> Linked:
    in_clinic = [slot for slot in course.planned if slot.step in {"V1", "Vn", "VE"}]
    plan: Linked = {"H17-visits": len(in_clinic), "H17-until": in_clinic[-1].start.date().isoformat()}
    unchanged: Linked = {"H21-visits": None}
    return {**plan, **unchanged} if rng.random() < COMPLAINS else {**plan, **unchanged, "H24-days": None}


_RULES: dict[str, Callable[[Answers, Course, Random], Linked]] = {
    "retail.green-smile": _shop,
    "ecommerce.order": _order,
    "hospital.outpatient": _treatment,
}


def _after_business_days(day: date, count: int) -> date:
    while count > 0:
        day += timedelta(days=1)
        count -= day.weekday() < SATURDAY
    return day


def _whole(value: AnswerValue) -> int:
    return int(str(value))

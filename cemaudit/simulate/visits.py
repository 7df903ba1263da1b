"""Simulated visits of a chain."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from cemaudit.language import Language
from cemaudit.model import Checklist, Consent, EpisodeStep, Evidence, Item, Medium, MicroMoment, Text, Touchpoint, Visit
from cemaudit.model.answers import Date, Quantity
from cemaudit.simulate import sentences
from cemaudit.simulate.answers import reckoned_days
from cemaudit.simulate.chain import make_chain
from cemaudit.simulate.responses import SimulatedAnswers, VisitAssignment, draw_answers, draw_feelings
from cemaudit.simulate.schedule import FIRST_DAY, KOREA, make_schedules

__all__ = ["PHOTOS", "simulate"]

PHOTOS = "photos"
PHOTO_WHERE_OPTIONAL = 0.25
FAILED = 0.0
EXPECTED_BEFORE = timedelta(minutes=40)
"""How long before a visit its shopper notes what is expected."""
_SECONDS = {"s": 1, "sec": 1, "min": 60}


def simulate(checklist: Checklist, stores: int = 6, visits: int = 3, seed: int = 1) -> Iterator[Visit]:
    """Yield the visits of a made-up chain, store by store, each store's in the order of their days.

    ``visits`` is the number of rounds per store; where the checklist has steps, each round is an episode of several
    visits. The same arguments give the same visits. Evidence is named but not drawn: see ``draw_photos``.
    """
    chain = make_chain(checklist, stores, seed)
    for store in chain.stores:
        # A generator of its own for each store: its visits do not depend on those of the stores before it.
        rng = Random(f"{seed} visits {checklist.ref} {store.id}")  # noqa: S311 (a simulation, no secret)
        first = rng.randrange(len(chain.shoppers))
        for course in make_schedules(checklist, visits, 1 / (1 + math.exp(store.quality)), rng):
            shopper = chain.shopper_for(store, first + course.number, rng)
            for slot in course.slots:
                yield _visit(VisitAssignment(checklist, chain, store, shopper, course, slot), rng)


def _visit(setting: VisitAssignment, rng: Random) -> Visit:
    form = draw_answers(setting, rng)
    feelings = draw_feelings(form, setting, rng)
    times = _times(form, setting, rng)
    slot = setting.slot
    return Visit(
        id=setting.visit_id,
        checklist=setting.checklist.ref,
        store=setting.store.id,
        store_name=setting.store.outlet.name,
        shopper=setting.shopper.id,
        wave=f"{FIRST_DAY.year}-{setting.course.wave}",
        **times.noted(setting.checklist, slot.start),
        entered=times.entered,
        scenario=setting.course.scenario,
        persona=_persona(setting),
        place=setting.store.outlet.place,
        occasion=_occasion(setting),
        consent=_consent(setting),
        episode=EpisodeStep(id=setting.course_id, step=slot.step, number=slot.number) if slot.step else None,
        origin="simulated",
        answers=form.answers,
        skipped=form.skipped,
        notes=feelings.notes,
        evidence=dict(_evidence(form, setting, rng)),
        emotions=feelings.emotions,
        expectations=feelings.expectations,
        expected=slot.start - EXPECTED_BEFORE if feelings.perceived else None,
        perceived=feelings.perceived,
        claims=tuple(feelings.claims),
        blames=tuple(feelings.blames),
    )


def _persona(setting: VisitAssignment) -> str | None:
    """The persona declared in the place of the scenario; else the scenario's own, in words."""
    checklist = setting.checklist
    if checklist.personas:
        places = {scenario.id: place for place, scenario in enumerate(checklist.scenarios)}
        return checklist.personas[places.get(setting.course.scenario or "", 0) % len(checklist.personas)].id
    return _in(setting.shopper.language, setting.persona) if setting.persona else None


def _occasion(setting: VisitAssignment) -> str:
    """A declared occasion; else the time of the week in words."""
    if setting.checklist.occasions:
        # A generator of its own: the visits of checklists that declare some are otherwise as before.
        return Random(setting.visit_id).choice(setting.checklist.occasions).id  # noqa: S311
    start = setting.slot.start
    return sentences.occasion(start.weekday(), start.hour, setting.shopper.language)


def _in(language: Language, text: Text) -> str:
    return text.in_language(language)


def _consent(setting: VisitAssignment) -> Consent | None:
    """The consent of the customer, given a week before the first visit of the course."""
    if setting.checklist.consent == "none":
        return None
    day = setting.course.slots[0].start.date() - timedelta(days=7)
    return Consent(date=day, form=f"C-{setting.course_id}")


@dataclass(frozen=True)
class _VisitTimes:
    finished: datetime
    entered: datetime

    def noted(self, checklist: Checklist, start: datetime) -> dict[str, Any]:
        """The beginning and the end, as the checklist asks for them: moments, or the days of what runs over days."""
        if checklist.spans_days:
            return {"date": start.date(), "until": self.finished.date()}
        return {"started": start, "finished": self.finished}


def _times(form: SimulatedAnswers, setting: VisitAssignment, rng: Random) -> _VisitTimes:
    """Long enough for every duration noted, up to the last day the answers name; entered later that day."""
    start = setting.slot.start
    finished = start + timedelta(minutes=rng.randint(12, 35), seconds=_seconds_noted(form, setting.checklist))
    # In an episode the days its answers name belong to later visits, or are plans.
    days = (
        []
        if setting.checklist.steps
        else [
            date.fromisoformat(str(value))
            for item_id, value in form.answers.items()
            if isinstance(setting.checklist.items[item_id].answer, Date)
        ]
    )
    last = max([start.date(), *days, *reckoned_days(setting.checklist.ref, form.answers)])
    if last > start.date():
        finished = datetime.combine(last, time(18, rng.randrange(60)), KOREA)
    latest = datetime.combine(finished.date(), time(23, 50), KOREA)
    entered = min(finished + timedelta(minutes=rng.randint(15, 180)), max(latest, finished))
    return _VisitTimes(finished, entered)


def _seconds_noted(form: SimulatedAnswers, checklist: Checklist) -> int:
    total = Decimal(0)
    for item_id, value in form.answers.items():
        answer = checklist.items[item_id].answer
        if isinstance(answer, Quantity) and answer.type == "duration" and not isinstance(value, str | tuple):
            total += Decimal(value) * _SECONDS.get(answer.unit, 0)
    return int(total)


def _evidence(
    form: SimulatedAnswers, setting: VisitAssignment, rng: Random
) -> Iterator[tuple[str, tuple[Evidence, ...]]]:
    language = setting.shopper.language
    for item in setting.checklist.items.values():
        touchpoint = setting.checklist.touchpoint_of[item.id]
        if _is_wanted(item, touchpoint, form.share(item), rng):
            file, caption = f"{PHOTOS}/{setting.visit_id}-{item.id}.jpg", _in(language, touchpoint.title)
            is_receipt = touchpoint.own_micro_moment is MicroMoment.BUY and touchpoint.medium is Medium.IN_PERSON
            kind = "receipt" if is_receipt else "photo"
            yield item.id, (Evidence(file=file, kind=kind, caption=caption),)


def _is_wanted(item: Item, touchpoint: Touchpoint, share: float | None, rng: Random) -> bool:
    """Whether a picture comes with the item; what was paid for always has its receipt."""
    if share is None or item.evidence == "none":
        return False
    if item.evidence == "optional":
        return rng.random() < PHOTO_WHERE_OPTIONAL or touchpoint.own_micro_moment is MicroMoment.BUY
    return item.evidence == "required" or share == FAILED

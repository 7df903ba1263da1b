"""Responses of a simulated customer: how the store does on a day, what is felt and expected."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from random import Random

from cemaudit.language import Language
from cemaudit.model import Checklist, Complaint, Item, Mode, Skip, SkipState, Text, Touchpoint
from cemaudit.model.answers import AnswerValue, Date, Nps
from cemaudit.scoring.items import item_applies
from cemaudit.simulate import sentences
from cemaudit.simulate.answers import draw_answer, linked_answers, settled_answers
from cemaudit.simulate.chain import SimulatedChain, SimulatedShopper, SimulatedStore
from cemaudit.simulate.schedule import PlannedVisit, VisitSchedule

__all__ = ["SimulatedAnswers", "SimulatedFeelings", "VisitAssignment", "draw_answers", "draw_feelings"]

VISIT_SD = 0.35
ITEM_SD = 0.8
CRITICAL_IS_MINDED = 1.3
DUTY_IS_MINDED = 2.0
DUTIES_BAR_GRADES = "cem.experience@2"
"""The scheme under which a duty not met bars the top grades, so that stores mind it more than other items."""

MOST_PASSES = 6
NOT_OBSERVED, DECLINED, NOT_APPLICABLE = 0.02, 0.004, 0.02
OFTEN_NOT_APPLICABLE = 0.12

OVERALL = "overall"
"""The tag of a question for the whole visit."""

RECOMMEND_SD = 1.2
ASKED_IN_PASSING = 0.3
"""How often a touchpoint that belongs to no step of an episode is looked at in one of its visits."""


@dataclass(frozen=True)
class VisitAssignment:
    """Who visits which store, where, and at which point of what course."""

    checklist: Checklist
    chain: SimulatedChain
    store: SimulatedStore
    shopper: SimulatedShopper
    course: VisitSchedule
    slot: PlannedVisit

    @property
    def course_id(self) -> str:
        """Return the id of the course, which is that of the episode where there is one."""
        return f"{self.store.id}-{self.course.number:02}"

    @property
    def visit_id(self) -> str:
        """Return the id of the visit: that of its course, numbered within an episode."""
        return f"{self.course_id}-{self.slot.number:02}" if self.slot.step else self.course_id

    @property
    def persona(self) -> Text | None:
        """Return whom the shopper plays, by the scenario of the course."""
        personas = {scenario.id: scenario.persona for scenario in self.checklist.scenarios}
        return personas.get(self.course.scenario or "")


@dataclass
class SimulatedAnswers:
    """The items of a visit as they are filled in; ``levels`` is how well each touchpoint went (0..1)."""

    levels: Mapping[str, float]
    answers: dict[str, AnswerValue] = field(default_factory=dict)
    skipped: dict[str, Skip] = field(default_factory=dict)

    @property
    def decided(self) -> tuple[str, ...]:
        """Return the items answered or left out."""
        return (*self.answers, *self.skipped)

    def clear(self, item: str) -> None:
        """Make ``item`` undecided again."""
        self.answers.pop(item, None)
        self.skipped.pop(item, None)

    def settle(self, item: str, value: AnswerValue | None) -> None:
        """Decide ``item`` for good; ``None`` where it does not apply."""
        self.clear(item)
        if value is None:
            self.skipped[item] = Skip(state=SkipState.NOT_APPLICABLE)
        else:
            self.answers[item] = value

    def share(self, item: Item) -> float | None:
        """Return the share of the points the answer to ``item`` earned, 0..1; ``None`` without points."""
        points = item.answer.points(self.answers[item.id]) if item.id in self.answers else None
        possible = item.answer.possible
        return None if points is None or not possible else min(max(float(points / possible), 0.0), 1.0)

    def performance(self, touchpoint: Touchpoint) -> float | None:
        """Return the mean share of a touchpoint's items (its level without points); ``None`` where none was seen."""
        if not any(item.id in self.answers for item in touchpoint.items):
            return None
        shares = [share for item in touchpoint.items if (share := self.share(item)) is not None]
        return sum(shares) / len(shares) if shares else self.levels[touchpoint.id]


def draw_answers(setting: VisitAssignment, rng: Random) -> SimulatedAnswers:
    """Fill in the items of one visit. Those that do not arise stay empty; what follows from others agrees with them."""
    form = SimulatedAnswers(_levels(setting, rng))
    for name, value in settled_answers(setting.checklist.ref, setting.course, rng).items():
        form.settle(name, value)
    # Items arise by the answers to others, which may arise themselves: several passes, but not without end.
    for _ in range(MOST_PASSES):
        if not _fill_once(form, setting, rng):
            break
    _make_consistent(form, setting, rng)
    _recommend(form, setting.checklist, rng)
    # What was brought into line may have taken their condition away from answers given before.
    while stray := [item for item in form.decided if not _arises(setting.checklist.items[item], form, setting)]:
        for item in stray:
            form.clear(item)
    return form


def _levels(setting: VisitAssignment, rng: Random) -> dict[str, float]:
    store, wave = setting.store, setting.course.wave - 1
    visit = store.quality + store.trend * wave - setting.shopper.severity + rng.gauss(0, VISIT_SD)
    difficulty = setting.chain.difficulty
    return {
        touchpoint.id: _share(visit + store.channels[touchpoint.channel] - difficulty[touchpoint.id])
        for touchpoint in setting.checklist.touchpoints
    }


def _fill_once(form: SimulatedAnswers, setting: VisitAssignment, rng: Random) -> bool:
    """One pass over the items, answering those that arise and clearing those that do not; whether anything changed."""
    changed = False
    for item in setting.checklist.items.values():
        decided = item.id in form.decided
        if _arises(item, form, setting) == decided:
            continue
        changed = True
        if decided:
            form.clear(item.id)
        else:
            _decide(item, form, setting, rng)
    return changed


def _arises(item: Item, form: SimulatedAnswers, setting: VisitAssignment) -> bool:
    steps = setting.checklist.touchpoint_of[item.id].steps
    return item_applies(item, steps, form.answers, setting.slot.step)


def _decide(item: Item, form: SimulatedAnswers, setting: VisitAssignment, rng: Random) -> None:
    state = _left_out(item, setting, rng)
    if state:
        reason = sentences.skipped(setting.shopper.language, rng) if state is SkipState.NOT_OBSERVED else None
        form.skipped[item.id] = Skip(state=state, reason=reason)
        return
    touchpoint = setting.checklist.touchpoint_of[item.id]
    minded = CRITICAL_IS_MINDED if item.critical else 0
    if item.is_duty and setting.checklist.scheme == DUTIES_BAR_GRADES:
        minded = DUTY_IS_MINDED
    share = form.levels[touchpoint.id]
    level = _share(math.log(share / (1 - share)) + minded + rng.gauss(0, ITEM_SD))
    value = draw_answer(item.answer, level, setting.slot.start, setting.shopper.language, rng)
    if item.answer.problem(value):
        form.skipped[item.id] = Skip(state=SkipState.NOT_OBSERVED)
    else:
        form.answers[item.id] = value


def _left_out(item: Item, setting: VisitAssignment, rng: Random) -> SkipState | None:
    touchpoint, chance = setting.checklist.touchpoint_of[item.id], rng.random()
    if setting.slot.step and not touchpoint.steps and rng.random() > ASKED_IN_PASSING:
        return SkipState.NOT_OBSERVED
    if item.na == "refuse":
        return None
    # An item whose help says when it does not apply is left out more often.
    help_texts = (item.help.ko or "", item.help.en or "") if item.help else ("", "")
    often_not_applicable = "해당 없음" in help_texts[0] or "ot applicable" in help_texts[1]
    rates = {
        SkipState.NOT_APPLICABLE: OFTEN_NOT_APPLICABLE if often_not_applicable else NOT_APPLICABLE,
        SkipState.NOT_OBSERVED: NOT_OBSERVED,
        SkipState.DECLINED: DECLINED,
    }
    for state, often in rates.items():
        if chance < often:
            return state
        chance -= often
    return None


def _make_consistent(form: SimulatedAnswers, setting: VisitAssignment, rng: Random) -> None:
    """Bring answers that follow from others into line, and dates into the order of their items."""
    items = setting.checklist.items
    answers = linked_answers(setting.checklist.ref, form.answers, setting.course, rng)
    for name, value in answers.items():
        if name in items and _arises(items[name], form, setting):
            form.settle(name, value)
    day = setting.slot.start.date()
    for item in items.values():
        if isinstance(item.answer, Date) and item.id in form.answers and item.id not in answers:
            drawn = date.fromisoformat(str(form.answers[item.id]))
            day += drawn - setting.slot.start.date()
            form.answers[item.id] = day.isoformat()


def _recommend(form: SimulatedAnswers, checklist: Checklist, rng: Random) -> None:
    """Let the overall question follow how the whole visit went."""
    for item in checklist.items.values():
        if OVERALL in item.tags and isinstance(item.answer, Nps) and item.id in form.answers:
            shares = [form.share(other) for other in checklist.items.values() if other is not item]
            seen = [share for share in shares if share is not None]
            whole = sum(seen) / len(seen) if seen else INDIFFERENT
            form.answers[item.id] = _step(10 * whole + rng.gauss(0, RECOMMEND_SD), 0, 10)


def _share(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))


STRENGTH = 4.0
"""Steps of emotion (-3..+3) between nothing done and all done."""

INDIFFERENT = 0.45
MOOD_SD = 0.4
FEELING_SD = 1.05
SMOOTH = 0.5
"""What is left of a good feeling where none is what a smooth moment feels like."""

PERCEIVED_SD = 0.9
EXPECTED = {Mode.ACTIVE: 5.3, Mode.PASSIVE: 4.6}
BAD, WELL = 0.34, 0.99
WRITES_REGRET, WRITES_PRAISE, WRITES_COLD = 0.6, 0.16, 0.7
CLAIMS, BLAMES = 0.35, 0.3


@dataclass
class SimulatedFeelings:
    """Emotions, expectations and what was perceived by touchpoint, notes by item, claims and blames."""

    emotions: dict[str, int] = field(default_factory=dict)
    expectations: dict[str, int] = field(default_factory=dict)
    perceived: dict[str, int] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    claims: list[Complaint] = field(default_factory=list)
    blames: list[Complaint] = field(default_factory=list)


def draw_feelings(form: SimulatedAnswers, setting: VisitAssignment, rng: Random) -> SimulatedFeelings:
    """Draw feelings that follow performance with a noise of their own: something done well may still feel bad."""
    feelings, language = SimulatedFeelings(), setting.shopper.language
    mood = setting.store.warmth + rng.gauss(0, MOOD_SD)
    for touchpoint in setting.checklist.touchpoints:
        performance = form.performance(touchpoint)
        if performance is None:
            continue
        if touchpoint.expectation:
            expectation = EXPECTED[touchpoint.mode] + setting.shopper.demand + rng.gauss(0, 0.7)
            feelings.expectations[touchpoint.id] = _step(expectation, 1, 7)
        if touchpoint.emotion:
            felt = STRENGTH * (performance - INDIFFERENT) + mood + rng.gauss(0, FEELING_SD)
            if touchpoint.zero == "neutral":
                felt = min(felt, SMOOTH * felt)
            feelings.emotions[touchpoint.id] = _step(felt, -3, 3)
        if touchpoint.perceived:
            feelings.perceived[touchpoint.id] = _step(1.5 + 5 * performance + rng.gauss(0, PERCEIVED_SD), 1, 7)
        _complain(feelings, touchpoint, performance, language, rng)
        for item in touchpoint.items:
            note = _note(form.share(item), feelings.emotions.get(touchpoint.id, 0), touchpoint, language, rng)
            least = item.least_note(form.answers[item.id]) if item.id in form.answers else 0
            # Where a note is demanded, it is as long as it must be.
            while len("".join((note or "").split())) < least:
                note = " ".join(filter(None, (note, sentences.regret(touchpoint, language, rng))))
            if note and (least or note not in feelings.notes.values()):
                feelings.notes[item.id] = note
    return feelings


def _complain(
    feelings: SimulatedFeelings, touchpoint: Touchpoint, performance: float, language: Language, rng: Random
) -> None:
    emotion = feelings.emotions.get(touchpoint.id, 0)
    if performance < INDIFFERENT and emotion <= -1 and rng.random() < CLAIMS:
        text = sentences.claim(touchpoint.element, language, rng)
        feelings.claims.append(Complaint(touchpoint=touchpoint.id, text=text))
    if emotion <= -2 and rng.random() < BLAMES:
        feelings.blames.append(Complaint(touchpoint=touchpoint.id, text=sentences.blame(language, rng)))


def _note(share: float | None, emotion: int, touchpoint: Touchpoint, language: Language, rng: Random) -> str | None:
    if share is None:
        return None
    if share <= BAD:
        return sentences.regret(touchpoint, language, rng) if rng.random() < WRITES_REGRET else None
    if share >= WELL and emotion < 0:
        return sentences.cold(language, rng) if rng.random() < WRITES_COLD else None
    if share >= WELL and rng.random() < WRITES_PRAISE:
        return sentences.praise(touchpoint, language, rng)
    return None


def _step(value: float, low: int, high: int) -> int:
    return min(max(round(value), low), high)

"""What was felt and expected at each touchpoint, and what the shopper wrote about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from cemaudit.language import Language
from cemaudit.model import Complaint, Mode, Touchpoint
from cemaudit.simulate import words
from cemaudit.simulate.form import Form, Setting

__all__ = ["Feelings", "feel"]

STRENGTH = 4.0
"""Steps of emotion (-3..+3) between nothing done and all done."""

INDIFFERENT = 0.45
MOODS_DIFFER = 0.4
FEELINGS_DIFFER = 1.05
EXPECTED = {Mode.ACTIVE: 5.3, Mode.PASSIVE: 4.6}
BAD, WELL = 0.34, 0.99
WRITES_REGRET, WRITES_PRAISE, WRITES_COLD = 0.6, 0.16, 0.7
CLAIMS, BLAMES = 0.35, 0.3


@dataclass
class Feelings:
    """Emotions and expectations by touchpoint, notes by item, claims and blames."""

    emotions: dict[str, int] = field(default_factory=dict)
    expectations: dict[str, int] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    claims: list[Complaint] = field(default_factory=list)
    blames: list[Complaint] = field(default_factory=list)


def feel(form: Form, setting: Setting, rng: Random) -> Feelings:
    """Feelings that follow performance with a noise of their own, so that something done well may still feel bad."""
    feelings, language = Feelings(), setting.shopper.language
    mood = setting.store.warmth + rng.gauss(0, MOODS_DIFFER)
    for touchpoint, performance in _seen(form, setting):
        if touchpoint.expectation:
            wanted = EXPECTED[touchpoint.mode] + setting.shopper.demand + rng.gauss(0, 0.7)
            feelings.expectations[touchpoint.id] = _step(wanted, 1, 7)
        if touchpoint.emotion:
            felt = STRENGTH * (performance - INDIFFERENT) + mood + rng.gauss(0, FEELINGS_DIFFER)
            feelings.emotions[touchpoint.id] = _step(felt, -3, 3)
        _complain(feelings, touchpoint, performance, language, rng)
        for item in touchpoint.items:
            note = _note(form.share(item), feelings.emotions.get(touchpoint.id, 0), touchpoint, language, rng)
            least = item.least_note(form.answers[item.id]) if item.id in form.answers else 0
            while len("".join((note or "").split())) < least:
                note = " ".join(filter(None, (note, words.regret(touchpoint, language, rng))))
            if note and (least or note not in feelings.notes.values()):
                feelings.notes[item.id] = note
    return feelings


def _seen(form: Form, setting: Setting) -> Iterator[tuple[Touchpoint, float]]:
    for touchpoint in setting.checklist.touchpoints:
        performance = form.performance(touchpoint)
        if performance is not None:
            yield touchpoint, performance


def _complain(feelings: Feelings, touchpoint: Touchpoint, performance: float, language: Language, rng: Random) -> None:
    emotion = feelings.emotions.get(touchpoint.id, 0)
    if performance < INDIFFERENT and emotion <= -1 and rng.random() < CLAIMS:
        text = words.claim(touchpoint.element, language, rng)
        feelings.claims.append(Complaint(touchpoint=touchpoint.id, text=text))
    if emotion <= -2 and rng.random() < BLAMES:
        feelings.blames.append(Complaint(touchpoint=touchpoint.id, text=words.blame(language, rng)))


def _note(share: float | None, emotion: int, touchpoint: Touchpoint, language: Language, rng: Random) -> str | None:
    if share is None:
        return None
    if share <= BAD:
        return words.regret(touchpoint, language, rng) if rng.random() < WRITES_REGRET else None
    if share >= WELL and emotion < 0:
        return words.cold(language, rng) if rng.random() < WRITES_COLD else None
    if share >= WELL and rng.random() < WRITES_PRAISE:
        return words.praise(touchpoint, language, rng)
    return None


def _step(value: float, low: int, high: int) -> int:
    return min(max(round(value), low), high)

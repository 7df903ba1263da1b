"""The rules of the screening: what of a visit is remarked beside all others, and how often that is a false alarm.

A false alarm is a remark on an honest visit. ``FALSE_ALARMS`` are the shares of simulated honest visits that each rule
remarks on; ``benchmarks/screening.py`` measures them. A remark is a reason to look, never a proof.
"""

from __future__ import annotations

import datetime as dt
import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from cemaudit.entry.doubts.earlier import narratives, shingles
from cemaudit.entry.doubts.overlaps import Stay, Stays, stay_of
from cemaudit.ledger.screening_remarks import (
    AGAINST,
    ALIKE,
    PACE,
    PICTURES,
    PLACES,
    TEXTS,
    ScreeningRemark,
)
from cemaudit.model import Checklist, Visit
from cemaudit.model.answers import TextAnswer
from cemaudit.programme.screening.pictures import similar_pictures
from cemaudit.programme.screening.texts import Similar, similar_texts

__all__ = ["FALSE_ALARMS", "RULES", "ScreenedVisit", "screen_visits", "screened_visit"]

Content = TypeVar("Content")


@dataclass(frozen=True)
class ScreenedVisit:
    """What the rules look at in a visit: its ``number`` in the ledger, and whether it ``is_new`` or only compared with.

    ``texts`` and ``pictures`` by their places: shingles of words, difference hashes. ``answers``: of items with points
    or choices. ``minutes`` in the store; ``feelings`` by touchpoint. ``against``: touchpoints with a claim or a blame
    where all was met and felt well.
    """

    number: int
    id: str
    checklist: str
    store: str
    shopper: str | None
    texts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    pictures: Mapping[str, int] = field(default_factory=dict)
    answers: Mapping[str, object] = field(default_factory=dict)
    minutes: float | None = None
    feelings: Mapping[str, int] = field(default_factory=dict)
    against: tuple[str, ...] = ()
    stay: Stay | None = None
    is_new: bool = True


LEAST_FEELINGS = 6
"""Fewer feelings may well be all the same."""
LEAST_ANSWERS = 15
"""Fewer answers may well be the same twice."""
LEAST_BITS = 10.0
"""Answers less surprising than one in a thousand may well be the same twice."""
LEAST_VISITS = 20
"""Fewer visits of a checklist do not say how long one takes."""
SHORT = 1 / 3
"""A visit shorter than this part of the median of its checklist is remarked on."""
_FELT_WELL = 2


def screened_visit(
    number: int, visit: Visit, checklist: Checklist, pictures: Mapping[str, int], *, is_new: bool = True
) -> ScreenedVisit:
    """Return what the rules look at; ``pictures``: the difference hashes of its evidence, by file."""
    places = {
        f"evidence.{item}.{piece.file}": pictures[piece.file]
        for item, pieces in visit.evidence.items()
        for piece in pieces
        if piece.file in pictures
    }
    words = {item for item in visit.answers if isinstance(checklist.items[item].answer, TextAnswer)}
    stay = stay_of(visit, checklist)
    return ScreenedVisit(
        number=number,
        id=visit.id,
        checklist=checklist.ref,
        store=visit.store,
        shopper=visit.shopper,
        texts={place: shingles(text) for place, text in narratives(visit)},
        pictures=places,
        answers={item: value for item, value in visit.answers.items() if item not in words},
        minutes=(stay.finished - stay.started) / dt.timedelta(minutes=1) if stay else None,
        feelings=dict(visit.emotions),
        against=tuple(_against(visit, checklist)),
        stay=stay,
        is_new=is_new,
    )


def _against(visit: Visit, checklist: Checklist) -> Iterator[str]:
    """The touchpoints complained of where every item earned all its points and it felt well."""
    for name in dict.fromkeys(complaint.touchpoint for complaint in (*visit.claims, *visit.blames)):
        if visit.emotions.get(name, 0) < _FELT_WELL:
            continue
        scored = [
            (item.answer.points(visit.answers[item.id]), item.possible)
            for item in checklist.touchpoint[name].items
            if item.id in visit.answers and item.possible
        ]
        if all(points is None or points >= (possible or 0) for points, possible in scored):
            yield name


def near_same_texts(visits: Sequence[ScreenedVisit]) -> Iterator[ScreeningRemark]:
    """Remark on texts with the wording of a text in an earlier visit, of whatever shopper and store."""
    return _near_same(TEXTS, visits, lambda visit: visit.texts, similar_texts)


def near_same_pictures(visits: Sequence[ScreenedVisit]) -> Iterator[ScreeningRemark]:
    """Remark on pictures that look like one of an earlier visit, saved again or not."""
    return _near_same(PICTURES, visits, lambda visit: visit.pictures, similar_pictures)


def _near_same(
    rule: str,
    visits: Sequence[ScreenedVisit],
    contents: Callable[[ScreenedVisit], Mapping[str, Content]],
    similar: Callable[[Sequence[Content], Sequence[str], int], Iterator[Similar]],
) -> Iterator[ScreeningRemark]:
    """Remark on what is ``similar`` to something in an earlier visit, by the places of the ``contents`` of visits."""
    listed = [(visit, place, content) for visit in visits for place, content in contents(visit).items()]
    first_new = next((number for number, (visit, _, _) in enumerate(listed) if visit.is_new), len(listed))
    owners = [visit.id for visit, _, _ in listed]
    for pair in similar([content for _, _, content in listed], owners, first_new):
        (visit, place, _), (other, _, _) = listed[pair.place], listed[pair.earlier]
        yield ScreeningRemark(visit.number, rule, place, other.number, f"{pair.similarity:.2f}")


def two_places_at_once(visits: Sequence[ScreenedVisit]) -> Iterator[ScreeningRemark]:
    """Remark on visits of a shopper who was in another store at that time, unless that was let stand."""
    numbers = {visit.id: visit.number for visit in visits}
    stays = Stays()
    for visit in visits:
        if visit.stay:
            other = next(stays.beside(visit.stay), None)
            if other and visit.is_new:
                yield ScreeningRemark(visit.number, PLACES, "started", numbers[other.visit], "")
            stays.add(visit.stay)


def short_visits(visits: Sequence[ScreenedVisit]) -> Iterator[ScreeningRemark]:
    """Remark on visits that took less than a third of what visits by their checklist take (median)."""
    by_checklist: dict[str, list[ScreenedVisit]] = defaultdict(list)
    for visit in visits:
        if visit.minutes is not None:
            by_checklist[visit.checklist].append(visit)
    for timed in by_checklist.values():
        if len(timed) < LEAST_VISITS:
            continue
        usual = statistics.median(visit.minutes or 0 for visit in timed)
        for visit in timed:
            if visit.is_new and (visit.minutes or 0) < SHORT * usual:
                yield ScreeningRemark(visit.number, PACE, "finished", None, f"{visit.minutes:.0f}/{usual:.0f}")


def all_alike(visits: Sequence[ScreenedVisit]) -> Iterator[ScreeningRemark]:
    """Remark on visits that felt the same everywhere, and on those whose answers a shopper gave before, every one.

    Two honest visits to good stores may well be met in everything alike, so the answers must be surprising: in bits,
    minus the binary logarithm of the share of visits that answer an item so, added up over the items.
    """
    counts: Counter[tuple[str, str, str]] = Counter()
    asked: Counter[tuple[str, str]] = Counter()
    for visit in visits:
        counts.update((visit.checklist, item, str(value)) for item, value in visit.answers.items())
        asked.update((visit.checklist, item) for item in visit.answers)
    given: dict[tuple[str | None, str], dict[tuple[tuple[str, str], ...], ScreenedVisit]] = defaultdict(dict)
    for visit in visits:
        felt = set(visit.feelings.values())
        if visit.is_new and len(visit.feelings) >= LEAST_FEELINGS and len(felt) == 1:
            yield ScreeningRemark(visit.number, ALIKE, "emotions", None, f"{felt.pop():+d}")
        if visit.shopper is None or len(visit.answers) < LEAST_ANSWERS:
            continue
        answers = tuple(sorted((item, str(value)) for item, value in visit.answers.items()))
        earlier = given[visit.shopper, visit.checklist].setdefault(answers, visit)
        if earlier.id == visit.id or not visit.is_new:
            continue
        shares = [counts[visit.checklist, item, value] / asked[visit.checklist, item] for item, value in answers]
        if -math.fsum(map(math.log2, shares)) >= LEAST_BITS:
            yield ScreeningRemark(visit.number, ALIKE, "answers", earlier.number, str(len(answers)))


def marks_against_comments(visits: Sequence[ScreenedVisit]) -> Iterator[ScreeningRemark]:
    """Remark on claims and blames at touchpoints where all was met and it felt well."""
    for visit in visits:
        for touchpoint in visit.against if visit.is_new else ():
            yield ScreeningRemark(visit.number, AGAINST, f"claims.{touchpoint}", None, "")


Rule = Callable[[Sequence[ScreenedVisit]], Iterable[ScreeningRemark]]
"""A function that remarks on the new ones among visits, which come in the order they were collected."""

RULES: Mapping[str, Rule] = {
    TEXTS: near_same_texts,
    PICTURES: near_same_pictures,
    PLACES: two_places_at_once,
    PACE: short_visits,
    ALIKE: all_alike,
    AGAINST: marks_against_comments,
}
"""All rules, by the name that remarks carry."""

FALSE_ALARMS: Mapping[str, float] = {
    TEXTS: 0.001,
    PICTURES: 0.0072,
    PLACES: 0.0048,
    PACE: 0.001,
    ALIKE: 0.001,
    AGAINST: 0.001,
}
"""The most (95 %) that each rule remarks on of honest visits, 0 to 1: ``benchmarks/screening.py``. Of ``PLACES``: the
shoppers of the simulation are in two stores at once now and then."""


def screen_visits(visits: Sequence[ScreenedVisit]) -> Iterator[ScreeningRemark]:
    """Yield what the rules remark on the new ones among ``visits``, which come in the order they were collected."""
    for rule in RULES.values():
        yield from rule(visits)

"""Episodes: the visits of one customer that belong together (a treatment), and the one score of them all.

With S_i the score of visit i and w_i its weight, the score of an episode is Σ w_i·S_i / Σ w_i. Every visit weighs 1,
or, under schemes that say so (``weighs_what_was_met``), the sum of the weights of the touchpoints it met: then a text
message does not weigh as much as a consultation. The last visit on site counts double. A planned visit that did not
happen is no blank: it has the mean weight of those on site, and 0 or the lowest score, whichever is lower.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from cemaudit.model.audit import Audit
from cemaudit.model.checklist import Checklist, Touchpoint
from cemaudit.model.scheme import Scheme
from cemaudit.model.text import Text
from cemaudit.model.vocabulary import Channel

__all__ = [
    "EXPERIENCE",
    "FALL",
    "LAST_FACTOR",
    "PERFORMANCE",
    "PLANNED_UNTIL",
    "PLANNED_VISITS",
    "Attendance",
    "Episode",
    "EpisodeKind",
    "Line",
    "attendance",
    "episode_kind",
    "episode_score",
    "episodes",
    "falls",
    "feelings",
    "lost",
    "missing_weight",
    "outcome",
    "series",
    "visit_weights",
    "weighs_what_was_met",
]

Line = tuple[Fraction | None, ...]
"""One value for each visit of an episode, in order; ``None``: not scored at that visit."""

FALL = Fraction(1, 3)
"""The share of a scale lost from one visit to the next that is a fall."""

LAST_FACTOR = Fraction(2)
"""How often the last visit on site counts: the end is what is remembered."""

PLANNED_VISITS, PLANNED_UNTIL = "planned-visits", "planned-until"
"""The tags of items that tell how many visits are planned in all, and the day planned for the last one."""

# Its file was written before there were the tags, and stays as it is.
_UNTAGGED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "hospital.outpatient@1.0.0": {PLANNED_VISITS: ("H17-visits", "H21-visits"), PLANNED_UNTIL: ("H17-until",)}
}


@dataclass(frozen=True)
class EpisodeKind:
    """What an episode is told in: the measure of a touchpoint, that of a whole visit, and the scale of both."""

    touchpoint: str
    visit: str
    low: int
    high: int
    title: Text


EXPERIENCE = EpisodeKind("touchpoint.experience", "overall", -100, 100, Text(ko="경험", en="Experience"))
PERFORMANCE = EpisodeKind("touchpoint.performance", "performance", 0, 100, Text(ko="수행", en="Performance"))


@dataclass(frozen=True)
class Episode:
    """The audits of one episode of one customer, ordered by the number of the visit."""

    id: str
    audits: tuple[Audit, ...]

    def line(self, measure: str, *key: str) -> Line:
        """A measure at each visit."""
        return tuple(audit.score(measure, *key).value for audit in self.audits)


@dataclass(frozen=True)
class Attendance:
    """Visits on site: ``planned`` (``None``: no plan known), recorded, and ``missing``, the drop-outs."""

    planned: int | None
    recorded: int
    missing: int

    @property
    def ahead(self) -> int:
        """Planned visits of an episode that still runs: to come, or not recorded yet."""
        return 0 if self.planned is None else max(self.planned - self.recorded - self.missing, 0)


def episodes(audits: Iterable[Audit]) -> tuple[Episode, ...]:
    """The episodes among ``audits``, sorted by id; audits that belong to none are left out."""
    members: dict[str, list[Audit]] = defaultdict(list)
    for audit in audits:
        if audit.visit.episode:
            members[audit.visit.episode.id].append(audit)
    return tuple(Episode(name, tuple(sorted(members[name], key=_place))) for name in sorted(members))


def episode_kind(episode: Episode) -> EpisodeKind:
    """Experience where any visit has it, else performance: never the two in one number."""
    felt = any(value is not None for value in episode.line(EXPERIENCE.visit))
    return EXPERIENCE if felt else PERFORMANCE


def series(episode: Episode) -> dict[str, Line]:
    """Vertical item id -> its share of the points possible at each visit (0..1); items never scored are left out."""
    names = in_order(episode, lambda audit: audit.checklist.items)
    tracked = [name for name in names if any(_is_vertical(audit, name) for audit in episode.audits)]
    return _scored_lines(episode, tracked, _share)


def feelings(episode: Episode) -> dict[str, Line]:
    """Touchpoint id -> the feeling noted at each visit (-3..3); touchpoints without any are left out."""
    names = in_order(episode, lambda audit: audit.checklist.touchpoint)
    return _scored_lines(episode, names, _feeling)


def falls(values: Sequence[Fraction], scale: Fraction = Fraction(1)) -> bool:
    """Whether the last of ``values`` is a new low at least ``FALL`` of the scale under the one before, or the second
    fall in a row.

    Coming back to where it was before a single good visit is no fall.
    """
    if len(values) < 2:
        return False
    at_once = values[-2] - values[-1] >= FALL * scale and values[-1] < min(values[:-1])
    step_by_step = len(values) > 2 and values[-3] > values[-2] > values[-1]
    return at_once or step_by_step


def attendance(episode: Episode) -> Attendance:
    """Planned against recorded visits on site.

    A visit is missing where the numbering leaves a gap, and where an episode that is over (ended, or past its planned
    end) had fewer visits than planned. An episode that still runs misses nothing yet.
    """
    recorded = sum(is_on_site(audit) for audit in episode.audits)
    planned = _planned(episode)
    short = planned - recorded if planned is not None and _is_over(episode) else 0
    return Attendance(planned, recorded, max(short, _gaps(episode), 0))


def weighs_what_was_met(scheme: Scheme) -> bool:
    """Whether a visit weighs as the touchpoints it met; under earlier versions of the scheme each weighs 1."""
    return scheme.id == "cem.experience" and scheme.version != "1"


def visit_weights(episode: Episode) -> tuple[Fraction, ...]:
    """The weight of each visit: 0 where it has no score; that of the last one scored on site is doubled."""
    kind = episode_kind(episode)
    values = episode.line(kind.visit)
    scored = [place for place, value in enumerate(values) if value is not None]
    on_site = [place for place in scored if is_on_site(episode.audits[place])]
    last = (on_site or scored)[-1:]
    return tuple(
        _weight(episode.audits[place], kind) * (LAST_FACTOR if place in last else 1) if place in scored else Fraction(0)
        for place in range(len(values))
    )


def missing_weight(episode: Episode) -> Fraction:
    """What a planned visit that did not happen weighs: the mean of those scored on site, 1 where there is none."""
    kind = episode_kind(episode)
    weights = [
        _weight(audit, kind)
        for audit in episode.audits
        if is_on_site(audit) and audit.score(kind.visit).value is not None
    ]
    return sum(weights, Fraction(0)) / len(weights) if weights else Fraction(1)


def lost(values: Sequence[Fraction | None]) -> Fraction:
    """What a planned visit that did not happen counts: 0, or as the worst visit where that is below 0."""
    return min([Fraction(0), *(value for value in values if value is not None)])


def outcome(
    values: Sequence[Fraction | None],
    weights: Sequence[Fraction],
    missing: int = 0,
    weight_of_missing: Fraction = Fraction(1),
) -> Fraction | None:
    """The weighted mean of the visits' scores; ``None`` where no visit has one.

    A drop-out is no blank: each missing visit counts ``lost``, so that losing a customer never raises the score.
    """
    scored = [(value, weight) for value, weight in zip(values, weights, strict=True) if value is not None]
    total = sum((weight for _, weight in scored), Fraction(0))
    if not total:
        return None
    earned = sum((value * weight for value, weight in scored), Fraction(0))
    absent = missing * weight_of_missing
    return (earned + absent * lost(values)) / (total + absent)


def episode_score(episode: Episode) -> Fraction | None:
    """``outcome`` of the episode's visits, drop-outs counted."""
    values = episode.line(episode_kind(episode).visit)
    return outcome(values, visit_weights(episode), attendance(episode).missing, missing_weight(episode))


def is_on_site(audit: Audit) -> bool:
    """Whether a visit is one to the place itself: its step has a touchpoint face to face."""
    return audit.visit.step in on_site_steps(audit.checklist)


def on_site_steps(checklist: Checklist) -> tuple[str, ...]:
    """The steps at which customer and staff meet face to face, in order."""
    met = {step for spot in checklist.touchpoints if spot.channel is Channel.FACE_TO_FACE for step in spot.steps}
    return tuple(step.id for step in checklist.steps if step.id in met)


def in_order(episode: Episode, of: Callable[[Audit], Mapping[str, object]]) -> tuple[str, ...]:
    """Ids in the order of the checklist, also where the visits answer different versions of it."""
    return tuple(dict.fromkeys(name for audit in reversed(episode.audits) for name in of(audit)))


def _scored_lines(
    episode: Episode, names: Iterable[str], value: Callable[[Audit, str], Fraction | None]
) -> dict[str, Line]:
    lines = {name: tuple(value(audit, name) for audit in episode.audits) for name in names}
    return {name: line for name, line in lines.items() if line.count(None) < len(line)}


def _weight(audit: Audit, kind: EpisodeKind) -> Fraction:
    if not weighs_what_was_met(audit.scheme):
        return Fraction(1)
    met = [spot for spot in audit.checklist.touchpoints if audit.score(kind.touchpoint, spot.id).value is not None]
    return sum((_declared(audit.scheme, spot) for spot in met), Fraction(0))


def _declared(scheme: Scheme, touchpoint: Touchpoint) -> Fraction:
    """What a touchpoint weighs in the headline: its own weight, times the factors of its facets."""
    weights = scheme.measure[scheme.leading].weights
    factor = touchpoint.weight if weights.declared else Fraction(1)
    for facet, factors in weights.facets.items():
        factor *= factors.get(str(getattr(touchpoint, facet.value, "")), Fraction(1))
    return factor


def _place(audit: Audit) -> tuple[int, str, str]:
    number = audit.visit.episode.number if audit.visit.episode else 0
    return number, str(audit.visit.day or ""), audit.visit.id


def _is_vertical(audit: Audit, item: str) -> bool:
    return item in audit.checklist.items and audit.checklist.items[item].vertical


def _share(audit: Audit, item: str) -> Fraction | None:
    score = audit.items.get(item)
    return score.share if score else None


def _feeling(audit: Audit, touchpoint: str) -> Fraction | None:
    emotion = audit.visit.emotions.get(touchpoint)
    return None if emotion is None else Fraction(emotion)


def _said(episode: Episode, tag: str) -> list[object]:
    """The answers to the items with a tag, visit by visit."""
    answers: list[object] = []
    for audit in episode.audits:
        tagged = [item.id for item in audit.checklist.items.values() if tag in item.tags]
        names = tagged or _UNTAGGED.get(audit.checklist.ref, {}).get(tag, ())
        answers += [audit.visit.answers[name] for name in names if name in audit.visit.answers]
    return answers


def _planned(episode: Episode) -> int | None:
    """The visits planned, as last told; unknown where the first visit on site is not among the audits."""
    if not any(audit.visit.step in on_site_steps(audit.checklist)[:1] for audit in episode.audits):
        return None
    counts = [
        answer
        for answer in _said(episode, PLANNED_VISITS)
        if isinstance(answer, int | Decimal) and not isinstance(answer, bool)
    ]
    return int(counts[-1]) if counts else None


def _is_over(episode: Episode) -> bool:
    for audit in episode.audits:
        steps = [step.id for step in audit.checklist.steps]
        last = on_site_steps(audit.checklist)[-1:]
        if last and audit.visit.step in steps[steps.index(last[0]) :]:
            return True
    until = [day for answer in _said(episode, PLANNED_UNTIL) if (day := _day(answer))]
    seen = [audit.visit.day for audit in episode.audits if audit.visit.day]
    return bool(until and seen) and max(seen) > until[-1]


def _gaps(episode: Episode) -> int:
    """How many numbers are left out between the first and the last visit at hand."""
    numbers = {audit.visit.episode.number for audit in episode.audits if audit.visit.episode}
    return max(numbers) - min(numbers) + 1 - len(numbers) if numbers else 0


def _day(answer: object) -> date | None:
    try:
        return date.fromisoformat(str(answer))
    except ValueError:
        return None

"""An audit: a visit scored under a scheme."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from cemaudit.language import N_, translate
from cemaudit.model.bands import Band
from cemaudit.model.base import Exact, Id, Record
from cemaudit.model.checklist import Checklist
from cemaudit.model.scheme import Scheme
from cemaudit.model.text import Text
from cemaudit.model.visit import Visit

__all__ = ["Audit", "Finding", "ItemScore", "Reason", "Score", "Severity", "score_name"]


class Reason(StrEnum):
    """Why there is no score. Never 0, never a pass."""

    NOT_APPLICABLE = "not-applicable"
    NOT_OBSERVED = "not-observed"
    DECLINED = "declined"
    UNANSWERED = "unanswered"
    NOT_RELEVANT = "not-relevant"
    NOT_ASKED = "not-asked"
    NO_POINTS = "no-points"
    REFUSED = "refused"
    NOTHING_TO_SCORE = "nothing-to-score"
    TOO_FEW = "too-few"
    INCOMPLETE = "incomplete"
    FAILED = "failed"

    @property
    def words(self) -> str:
        """The reason for people, in the language in force."""
        return translate(_WORDS[self])


_WORDS = {
    Reason.NOT_APPLICABLE: N_("not applicable"),
    Reason.NOT_OBSERVED: N_("not observed"),
    Reason.DECLINED: N_("declined"),
    Reason.UNANSWERED: N_("not answered"),
    Reason.NOT_RELEVANT: N_("does not arise in this visit"),
    Reason.NOT_ASKED: N_("not asked"),
    Reason.NO_POINTS: N_("carries no points"),
    Reason.REFUSED: N_("may not be left out"),
    Reason.NOTHING_TO_SCORE: N_("nothing to score"),
    Reason.TOO_FEW: N_("too few answers"),
    Reason.INCOMPLETE: N_("a part of it has no score"),
    Reason.FAILED: N_("code of a plugin failed"),
}


@dataclass(frozen=True, slots=True)
class Score:
    """A value, or the reason why there is none."""

    value: Exact | None = None
    """The number, never rounded unless its measure says so; ``None`` where there is no score."""
    reason: Reason | None = None
    """Why there is no score; ``None`` where there is one."""
    used: int = 0
    """So many members went into it."""
    asked: int = 0
    """So many members were in question."""


@dataclass(frozen=True, slots=True)
class ItemScore:
    """What one item earned, or why nothing."""

    points: Exact | None = None
    """The points earned, before weighting."""
    possible: Exact | None = None
    """The points possible, before weighting."""
    reason: Reason | None = None
    """Why there are no points; ``None`` where there are."""

    @property
    def share(self) -> Fraction | None:
        """Points divided by possible, where both exist and possible is above 0."""
        if self.points is None or self.possible is None or self.possible <= 0:
            return None
        return self.points / self.possible


class Severity(StrEnum):
    """How much a finding matters."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    STRENGTH = "strength"


class Finding(Record):
    """What the audit says must be looked at."""

    rule: Id
    """The rule that found it, beginning with the plugin's name and a dot."""
    severity: Severity
    """How much it matters."""
    title: Text
    """What it is, in a few words; league reports count findings under it."""
    text: Text
    """What was seen, and what to do about it."""
    touchpoint: Id | None = None
    """The touchpoint it is about, by id; one of the checklist's."""
    item: Id | None = None
    """The item it is about, by id; one of the checklist's."""
    kind: Literal["finding", "episode"] = "finding"
    """Whether it is about this visit, or about an episode as a whole."""


class Audit(Record):
    """A visit scored under a scheme. Scores are keyed ``measure`` or ``measure[key]``."""

    visit: Visit
    """The visit, as it was handed in."""
    checklist: Checklist
    """The checklist version it answers."""
    scheme: Scheme
    """The scheme it was scored under."""
    scores: dict[str, Score]
    """Every score by its name, as ``overall`` or ``touchpoint.gap[greeting]``."""
    items: dict[str, ItemScore]
    """What each item of the checklist earned, by item id."""
    failed_critical: tuple[str, ...] = ()
    """The critical items that failed, by id, in the checklist's order."""
    band: Band | None = None
    """The grade; ``None`` where a score it needs is missing, or the scheme has no bands."""
    findings: tuple[Finding, ...] = ()
    """What must be looked at, the gravest first; empty until findings are asked for."""

    def score(self, measure: str, *key: str) -> Score:
        """The score of a measure, or of one of its keys; not scored where the audit has none."""
        return self.scores.get(score_name(measure, key), Score(reason=Reason.NOT_ASKED))

    @property
    def headline(self) -> Score:
        """The score a report leads with."""
        return self.score(self.scheme.leading)


@lru_cache(maxsize=10_000)
def score_name(measure: str, key: tuple[str, ...] = ()) -> str:
    """The name of a score: ``overall``, ``touchpoint.gap[greeting]``, ``map[electronic,enter]``."""
    return f"{measure}[{','.join(key)}]" if key else measure

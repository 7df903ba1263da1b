"""What came after claims in later waves, at the same touchpoint of the same store: a blame, another claim, nothing.

A case is a touchpoint of a store in a wave with at least one claim there. It is followed in the next wave in which
visits met that touchpoint in that store; where there is none yet it is right-censored, and in no share. Of n cases that
were followed, d of them with an outcome, the share is d / n, with Wilson's interval.

The share of blames says little by itself, for some touchpoints are blamed anyway. So beside it stands the share to be
expected: the mean, over the cases followed, of how often the same touchpoint was blamed next after waves without claim.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from cemaudit.compare.intervals import Interval, wilson_interval

__all__ = [
    "MIXED",
    "ClaimCase",
    "ClaimFollowUp",
    "NextWave",
    "OutcomeShare",
    "TouchpointWave",
    "WaveComplaints",
    "claim_cases",
    "follow_up",
]

MIXED = "mixed"
"""In place of a state where the claims of a case were noted to have come to different ends."""


class TouchpointWave(NamedTuple):
    """A touchpoint of a store in a wave; ``wave`` is its place among the waves, the oldest first."""

    store: str
    touchpoint: str
    wave: int


class WaveComplaints(NamedTuple):
    """The claims and blames there, of any number of visits; ``states``: those that were noted of claims."""

    claims: int
    blames: int
    states: tuple[str, ...] = ()

    @property
    def state(self) -> str | None:
        """What became of the claims; ``None`` where nobody noted it."""
        return self.states[0] if len(set(self.states)) == 1 else MIXED if self.states else None


class NextWave(StrEnum):
    """What the next wave at a touchpoint brought: a blame (beside whatever else), a claim, or neither."""

    BLAMED = "blamed"
    CLAIMED_AGAIN = "claimed_again"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class ClaimCase:
    """A touchpoint of a store with a claim in a wave.

    ``next_wave``: ``None`` where no later wave met the touchpoint. ``blamed_later``: whether any later wave brought a
    blame there; ``waves_followed``: how many there were. ``expected``: the share of blames (0 to 1) in the next wave
    at this touchpoint of any store after waves without a claim; ``None`` where there are none.
    """

    at: TouchpointWave
    state: str | None
    next_wave: NextWave | None
    blamed_later: bool
    waves_followed: int
    expected: float | None


class OutcomeShare(NamedTuple):
    """``hits`` of ``cases``; ``share`` is ``None`` without cases."""

    hits: int
    cases: int
    interval: Interval

    @property
    def share(self) -> float | None:
        """0 to 1."""
        return self.hits / self.cases if self.cases else None


@dataclass(frozen=True)
class ClaimFollowUp:
    """What came after ``cases``, of which ``censored`` have no later wave.

    ``outcomes`` of the next wave and ``blamed_later`` are of the cases followed. ``expected`` is the mean of theirs.
    """

    cases: int
    censored: int
    outcomes: Mapping[NextWave, OutcomeShare]
    blamed_later: OutcomeShare
    expected: float | None

    @property
    def followed(self) -> int:
        """The cases with a later wave."""
        return self.cases - self.censored


def claim_cases(complaints: Mapping[TouchpointWave, WaveComplaints]) -> list[ClaimCase]:
    """Return the cases among touchpoints that were met in a wave, in the order of stores, touchpoints and waves."""
    courses: dict[tuple[str, str], list[TouchpointWave]] = defaultdict(list)
    for at in sorted(complaints):
        courses[at.store, at.touchpoint].append(at)
    usual = _blames_without_claim(courses.values(), complaints)
    cases = []
    for course in courses.values():
        for place, at in enumerate(course):
            if complaints[at].claims:
                later = [complaints[other] for other in course[place + 1 :]]
                cases.append(
                    ClaimCase(
                        at,
                        complaints[at].state,
                        _next_wave(later[0]) if later else None,
                        blamed_later=any(wave.blames for wave in later),
                        waves_followed=len(later),
                        expected=usual.get(at.touchpoint),
                    )
                )
    return cases


def _next_wave(complaints: WaveComplaints) -> NextWave:
    if complaints.blames:
        return NextWave.BLAMED
    return NextWave.CLAIMED_AGAIN if complaints.claims else NextWave.NOTHING


def _blames_without_claim(
    courses: Iterable[Sequence[TouchpointWave]], complaints: Mapping[TouchpointWave, WaveComplaints]
) -> dict[str, float]:
    """The share of next waves with a blame, by touchpoint, after waves without a claim."""
    blamed: dict[str, list[bool]] = defaultdict(list)
    for course in courses:
        for at, following in pairwise(course):
            if not complaints[at].claims:
                blamed[at.touchpoint].append(complaints[following].blames > 0)
    return {touchpoint: sum(flags) / len(flags) for touchpoint, flags in blamed.items()}


def follow_up(cases: Sequence[ClaimCase], level: float) -> ClaimFollowUp:
    """Return what came after cases; intervals are meant to hold the truth with probability ``level``."""
    followed = [case for case in cases if case.next_wave]
    expected = [case.expected for case in followed if case.expected is not None]

    def share(hits: Iterator[bool]) -> OutcomeShare:
        count = sum(hits)
        return OutcomeShare(count, len(followed), wilson_interval(count, len(followed), level))

    return ClaimFollowUp(
        len(cases),
        len(cases) - len(followed),
        {outcome: share(case.next_wave is outcome for case in followed) for outcome in NextWave},
        share(case.blamed_later for case in followed),
        sum(expected) / len(expected) if expected else None,
    )

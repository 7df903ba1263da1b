"""Findings that one visit cannot show: what falls over the visits of a treatment, and visits that did not happen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from cemaudit.model import Audit, Finding, Severity, Text
from cemaudit_hospital.episode import Episode, episodes, series
from cemaudit_hospital.outcome import attendance

__all__ = ["FALL", "course", "falls"]

FALL = Fraction(1, 3)
"""The share of an item's points lost from one visit to the next that is a finding."""


def course(audit: Audit, history: Sequence[Audit]) -> Iterator[Finding]:
    """Findings on the treatment up to ``audit``; nothing where no earlier visit of it is known."""
    episode = _up_to(audit, history)
    if episode and len(episode.audits) > 1:
        yield from _falling_items(episode)
        yield from _dropped_visits(episode)


def falls(shares: Sequence[Fraction]) -> bool:
    """Whether the last of ``shares`` is a new low at least ``FALL`` under the one before, or the second fall in a row.

    Coming back to where it was before a single good visit is no fall.
    """
    if len(shares) < 2:
        return False
    at_once = shares[-2] - shares[-1] >= FALL and shares[-1] < min(shares[:-1])
    step_by_step = len(shares) > 2 and shares[-3] > shares[-2] > shares[-1]
    return at_once or step_by_step


def _up_to(audit: Audit, history: Sequence[Audit]) -> Episode | None:
    own = audit.visit.episode
    if own is None:
        return None
    earlier = [
        past
        for past in history
        if past.visit.episode
        and past.visit.episode.id == own.id
        and past.visit.episode.number < own.number
        and past.visit.store == audit.visit.store
    ]
    return episodes([*earlier, audit])[0]


def _falling_items(episode: Episode) -> Iterator[Finding]:
    checklist = episode.audits[-1].checklist
    for item, line in series(episode).items():
        shares = [share for share in line if share is not None]
        if line[-1] is None or not falls(shares):
            continue
        ask, way = checklist.items[item].ask, " → ".join(f"{float(100 * share):.0f}%" for share in shares)
        yield Finding(
            rule="hospital.vertical-fall",
            severity=Severity.MINOR if shares[-1] else Severity.MAJOR,
            touchpoint=checklist.touchpoint_of[item].id,
            item=item,
            title=Text(ko="방문을 거듭하며 나빠짐", en="Worse from visit to visit"),
            text=Text(ko=f"{ask.ko or ask.en}: {way}", en=f"{ask.en or ask.ko}: {way}"),
            kind="episode",
        )


def _dropped_visits(episode: Episode) -> Iterator[Finding]:
    seen, before = attendance(episode), attendance(Episode(episode.id, episode.audits[:-1]))
    if seen.missing <= before.missing:
        return  # told when it came to light, once
    yield Finding(
        rule="hospital.drop-out",
        severity=Severity.MAJOR,
        title=Text(ko="이루어지지 않은 계획 방문", en="Planned visits that did not happen"),
        text=seen.words,
        kind="episode",
    )

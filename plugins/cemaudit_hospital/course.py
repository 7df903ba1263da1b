"""Findings that one visit cannot show: what falls over the visits of a treatment, and visits that did not happen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from cemaudit.model import Audit, Finding, Severity, Text
from cemaudit.model.episodes import Episode, Line, attendance, episodes, falls, feelings, series
from cemaudit_hospital.outcome import attendance_words
from cemaudit_hospital.shown import feeling

__all__ = ["course"]

FEELINGS = Fraction(6)
"""The length of the scale of feelings, from -3 to 3."""


def course(audit: Audit, history: Sequence[Audit]) -> Iterator[Finding]:
    """Findings on the treatment up to ``audit``; nothing where no earlier visit of it is known."""
    episode = _up_to(audit, history)
    if episode and len(episode.audits) > 1:
        yield from _falling_items(episode)
        yield from _falling_feelings(episode)
        yield from _dropped_visits(episode)


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
        if not _has_fallen(line):
            continue
        shares = [share for share in line if share is not None]
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


def _falling_feelings(episode: Episode) -> Iterator[Finding]:
    """What is felt worse from visit to visit, also where the points stay as they are."""
    last = episode.audits[-1]
    worse = {last.checklist.touchpoint_of[item].id for item, line in series(episode).items() if _has_fallen(line)}
    for name, line in feelings(episode).items():
        values = [value for value in line if value is not None]
        if line[-1] is None or not falls(values, FEELINGS):
            continue
        title, way = last.checklist.touchpoint[name].title, " → ".join(map(feeling, values))
        yield Finding(
            rule="hospital.vertical-feeling",
            severity=Severity.MAJOR if values[-1] < 0 else Severity.MINOR,
            touchpoint=name,
            title=Text(ko="방문을 거듭하며 나쁘게 느낌", en="Felt worse from visit to visit"),
            text=Text(
                ko=f"{title.ko or title.en}: 감정 {way}."
                + ("" if name in worse else " 항목 점수는 떨어지지 않았습니다. 태도와 상황을 살펴보십시오."),
                en=f"{title.en or title.ko}: feelings {way}."
                + ("" if name in worse else " The points did not fall: look at manner and circumstances."),
            ),
            kind="episode",
        )


def _has_fallen(line: Line) -> bool:
    return line[-1] is not None and falls([share for share in line if share is not None])


def _dropped_visits(episode: Episode) -> Iterator[Finding]:
    seen, before = attendance(episode), attendance(Episode(episode.id, episode.audits[:-1]))
    if seen.missing <= before.missing:
        return  # told when it came to light, once
    yield Finding(
        rule="hospital.drop-out",
        severity=Severity.MAJOR,
        title=Text(ko="이루어지지 않은 계획 방문", en="Planned visits that did not happen"),
        text=attendance_words(seen),
        kind="episode",
    )

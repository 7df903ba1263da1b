"""An episode on the first page: its own figures over all its visits, not those of the last one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from cemaudit.model import Audit, Reason, Text, Touchpoint
from cemaudit.model.blocks import Figure, Tone, Words
from cemaudit.model.episodes import (
    Attendance,
    Episode,
    EpisodeKind,
    attendance,
    episode_kind,
    falls,
    feelings,
    series,
)
from cemaudit.report.sections.words import asked_items, both, visit_name

__all__ = ["episode_extremes", "episode_figures", "missing_words", "signed_points", "tone_between"]

MINUS = "\N{MINUS SIGN}"
FEELINGS = Fraction(6)
"""The length of the scale of feelings, from -3 to 3."""

_TONES: tuple[Tone, ...] = ("worst", "poor", "fair", "good", "best")


def episode_figures(audits: Sequence[Audit]) -> Iterator[Figure]:
    """Yield what the episode comes to: visits planned and kept, claims and blames, answers, what fell."""
    episode = Episode("", tuple(audits))
    seen = attendance(episode)
    planned = "" if seen.planned is None else f" / {seen.planned}"
    yield Figure(label=Text(ko="이루어진 방문 / 계획", en="Visits kept / planned"), value=f"{seen.recorded}{planned}")
    yield Figure(
        label=Text(ko="이루어지지 않은 방문", en="Visits that did not happen"),
        value=str(seen.missing),
        tone="worst" if seen.missing else "plain",
    )
    answered, whole = _answers(audits)
    yield Figure(label=Text(ko="응답한 항목", en="Items answered"), value=f"{answered} / {whole}")
    claims = sum(len(audit.visit.claims) for audit in audits)
    blames = sum(len(audit.visit.blames) for audit in audits)
    yield Figure(
        label=Text(ko="클레임 / 원망", en="Claims / blames"),
        value=f"{claims} / {blames}",
        tone="worst" if blames else "plain",
    )
    points = [line for line in series(episode).values() if _has_fallen(line)]
    felt = [line for line in feelings(episode).values() if _has_fallen(line, FEELINGS)]
    yield Figure(
        label=Text(ko="나빠진 항목", en="Items that fell"),
        value=str(len(points)),
        tone="poor" if points else "plain",
    )
    yield Figure(
        label=Text(ko="나빠진 감정", en="Feelings that fell"),
        value=str(len(felt)),
        tone="poor" if felt else "plain",
    )


def episode_extremes(audits: Sequence[Audit]) -> Words | None:
    """The strongest and the weakest touchpoint over all visits, each with its visit."""
    kind = episode_kind(Episode("", tuple(audits)))
    scored = [
        (value, audit, touchpoint)
        for audit in audits
        for touchpoint in audit.checklist.touchpoints
        if (value := audit.score(kind.touchpoint, touchpoint.id).value) is not None
    ]
    if len(scored) < 2:
        return None
    worst, best = min(scored, key=lambda place: place[0]), max(scored, key=lambda place: place[0])
    labels = (
        Text(ko="가장 좋았던 접점", en="Strongest touchpoint"),
        Text(ko="가장 아쉬웠던 접점", en="Weakest touchpoint"),
    )
    return both(lambda: f"{labels[0]}: {_placed(best, kind)}. {labels[1]}: {_placed(worst, kind)}.")


def missing_words(seen: Attendance) -> Text:
    """How many of the planned visits did not happen."""
    if seen.planned is None:
        return Text(ko=f"이루어지지 않은 방문 {seen.missing}회", en=f"{seen.missing} visits did not happen")
    return Text(
        ko=f"계획한 방문 {seen.planned}회 가운데 {seen.missing}회가 이루어지지 않음",
        en=f"{seen.missing} of {seen.planned} planned visits did not happen",
    )


def signed_points(value: Fraction, *, signed: bool) -> str:
    """A score with one decimal, halves up; with its sign where the scale has one."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    shown = exact.quantize(Decimal("0.1"), ROUND_HALF_UP) + 0  # no minus before a zero
    return f"{shown:+}".replace("-", MINUS) if signed and shown else str(shown)


def tone_between(value: Fraction | None, low: int, high: int) -> Tone:
    """The fifth of the scale that a value lies in."""
    if value is None:
        return "plain"
    fifth = int((value - low) * len(_TONES) / (high - low))
    return _TONES[min(max(fifth, 0), len(_TONES) - 1)]


def _answers(audits: Sequence[Audit]) -> tuple[int, int]:
    """How many items were answered, of those that were asked, over all visits."""
    answered = whole = 0
    for audit in audits:
        asked = [name for name, score in asked_items(audit).items() if score.reason is not Reason.NOT_RELEVANT]
        whole += len(asked)
        answered += sum(name in audit.visit.answers for name in asked)
    return answered, whole


def _has_fallen(line: Sequence[Fraction | None], scale: Fraction = Fraction(1)) -> bool:
    """Whether the values of a line fell at the last visit that has one, or at any before."""
    values = [value for value in line if value is not None]
    return any(falls(values[:length], scale) for length in range(2, len(values) + 1))


def _placed(place: tuple[Fraction, Audit, Touchpoint], kind: EpisodeKind) -> str:
    value, audit, touchpoint = place
    number = signed_points(value, signed=kind.low < 0)
    return f"{touchpoint.title} ({visit_name(audit)}, {kind.title} {number})"

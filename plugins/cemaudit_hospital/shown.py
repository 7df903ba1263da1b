"""How this sector's numbers are written and coloured."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from cemaudit.model import Audit, Text
from cemaudit.model.blocks import Tone
from cemaudit.model.episodes import EpisodeKind

__all__ = ["FEELING", "NOTHING", "feeling", "percent", "pieces", "points", "tone", "visit_name", "weight_shown"]

NOTHING = "–"
FEELING = EpisodeKind("touchpoint.emotion", "emotion", -3, 3, Text(ko="감정", en="Emotion"))
"""The scale feelings are noted on."""

MINUS = "\N{MINUS SIGN}"
_TONES: tuple[Tone, ...] = ("worst", "poor", "fair", "good", "best")


def points(value: Fraction | None, kind: EpisodeKind) -> str:
    """A score with one decimal, halves up; with its sign where the scale has one."""
    if value is None:
        return NOTHING
    shown = _rounded(value, "0.1")
    return f"{shown:+}".replace("-", MINUS) if kind.low < 0 and shown else str(shown)


def feeling(value: Fraction | None) -> str:
    """A feeling of -3..3 with its sign."""
    return NOTHING if value is None else f"{int(value):+}".replace("-", MINUS).replace("+0", "0")


def weight_shown(weight: Fraction) -> str:
    """A weight with as many decimals as it needs, two at most."""
    return str(weight) if weight.denominator == 1 else f"{_rounded(weight, '0.01'):f}".rstrip("0")


def percent(share: Fraction | None) -> str:
    """A share of 0..1 as a whole percentage, halves up."""
    return NOTHING if share is None else f"{_rounded(100 * share, '1')}%"


def tone(value: Fraction | None, kind: EpisodeKind | None = None) -> Tone:
    """The fifth of the scale (0..1 without ``kind``) that ``value`` lies in."""
    if value is None:
        return "plain"
    low, high = (kind.low, kind.high) if kind else (0, 1)
    fifth = int((value - low) * len(_TONES) / (high - low))
    return _TONES[min(max(fifth, 0), len(_TONES) - 1)]


def visit_name(audit: Audit) -> Text:
    """``2. Return visit``: the number and the step of a visit of an episode."""
    episode = audit.visit.episode
    if episode is None:
        return Text(ko=audit.visit.id, en=audit.visit.id)
    titles = {step.id: step.title for step in audit.checklist.steps}
    title = titles.get(episode.step, Text(ko=episode.step, en=episode.step))
    return Text(ko=f"{episode.number}. {title.ko or title.en}", en=f"{episode.number}. {title.en or title.ko}")


def pieces(length: int, most: int) -> Iterator[slice]:
    """``length`` things in runs of at most ``most``."""
    return (slice(start, start + most) for start in range(0, length, most))


def _rounded(value: Fraction, step: str) -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal(step), ROUND_HALF_UP) + 0  # no minus before a zero

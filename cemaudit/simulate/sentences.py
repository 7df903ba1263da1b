"""What simulated shoppers write: short comments in Korean and English, to suit what happened and where."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Any

from cemaudit.language import Language
from cemaudit.model import Channel, Element, Touchpoint
from cemaudit.packages import shipped_table

__all__ = ["blame", "claim", "cold", "occasion", "praise", "regret", "remark", "skipped"]

_Bank = dict[Language, list[str]]


@cache
def _sentences() -> dict[str, Any]:
    # Plain tables, not checked again at each start: a test holds the file to its form.
    return shipped_table("cemaudit.simulate", "sentences.toml")


def _draw(bank: _Bank, language: Language, rng: Random) -> str:
    return rng.choice(bank[language])


def praise(touchpoint: Touchpoint, language: Language, rng: Random) -> str:
    """Draw a comment on something done well."""
    return _draw(_suiting(touchpoint, "praise"), language, rng)


def regret(touchpoint: Touchpoint, language: Language, rng: Random) -> str:
    """Draw a comment on something done badly."""
    return _draw(_suiting(touchpoint, "regret"), language, rng)


def _suiting(touchpoint: Touchpoint, kind: str) -> _Bank:
    """The sentences that suit the element; people and rooms are not seen by phone or on a screen."""
    on_site: dict[str, _Bank] = _sentences()[kind]
    from_afar: dict[str, _Bank] = (
        {} if touchpoint.channel is Channel.FACE_TO_FACE else _sentences()[f"{kind}-from-afar"]
    )
    return {**on_site, **from_afar}[touchpoint.element]


def cold(language: Language, rng: Random) -> str:
    """Draw a comment on something done well that felt bad."""
    return _draw(_sentences()["cold"], language, rng)


def claim(element: Element, language: Language, rng: Random) -> str:
    """Draw what the company is asked to repair."""
    return _draw(_sentences()["claim"][element], language, rng)


def blame(language: Language, rng: Random) -> str:
    """Draw what the company is resented for."""
    return _draw(_sentences()["blame"], language, rng)


def remark(language: Language, rng: Random) -> str:
    """Draw an answer to an open question."""
    return _draw(_sentences()["remark"], language, rng)


def skipped(language: Language, rng: Random) -> str:
    """Draw why something was not seen."""
    return _draw(_sentences()["skipped"], language, rng)


def occasion(weekday: int, hour: int, language: Language) -> str:
    """Return the time of the week in words; ``weekday`` 0 is Monday."""
    times: list[list[str]] = _sentences()["occasion"][language]
    return times[weekday >= 5][(hour >= 12) + (hour >= 18)]

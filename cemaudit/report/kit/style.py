"""The look: page measures in points, colours, sizes of type."""

from __future__ import annotations

from typing import NamedTuple

from cemaudit.model.blocks import Tone

__all__ = [
    "ACCENT",
    "BODY",
    "BOTTOM",
    "DEEP",
    "GROUND",
    "HAIRLINE",
    "INK",
    "LEFT",
    "PAGE",
    "PALE",
    "QUIET",
    "SMALL",
    "TINIER",
    "TINT",
    "TINY",
    "TOP",
    "WHITE",
    "WIDTH",
    "Colour",
    "TextStyle",
    "contrast",
    "mix",
    "on",
]

PAGE = (595.28, 841.89)
LEFT, TOP, BOTTOM = 48.0, 60.0, 56.0
WIDTH = PAGE[0] - 2 * LEFT


class Colour(NamedTuple):
    """Red, green, blue, each 0..1."""

    red: float
    green: float
    blue: float

    @classmethod
    def of(cls, hexadecimal: str) -> Colour:
        """A colour from ``1f4e79``."""
        return cls(*(int(hexadecimal[start : start + 2], 16) / 255 for start in (0, 2, 4)))


class TextStyle(NamedTuple):
    """Size and line distance in points, and the weight."""

    size: float
    leading: float
    bold: bool = False

    @property
    def strong(self) -> TextStyle:
        """The same, bold."""
        return self._replace(bold=True)


BODY = TextStyle(9.5, 15)
SMALL = TextStyle(8, 11.5)
TINY = TextStyle(7, 9.5)
TINIER = TextStyle(5.8, 8)
"""For a column's name where a word of it would have to be split."""

INK = Colour.of("1d2733")
QUIET = Colour.of("67737f")
HAIRLINE = Colour.of("d5dbe1")
GROUND = Colour.of("f4f6f8")
PALE = Colour.of("e6eaee")
WHITE = Colour.of("ffffff")
BLACK = Colour.of("000000")
ACCENT = Colour.of("17456b")

# From orange (worst) to blue (best): told apart with any colour vision, and in grey print by their depth.
DEEP: dict[Tone, Colour] = {
    "best": Colour.of("17568c"),
    "good": Colour.of("4a8ec2"),
    "fair": Colour.of("7c8691"),
    "poor": Colour.of("d9822b"),
    "worst": Colour.of("b5420f"),
    "plain": ACCENT,
}
TINT: dict[Tone, Colour] = {
    "best": Colour.of("d6e6f3"),
    "good": Colour.of("e9f2f9"),
    "fair": Colour.of("f0f2f4"),
    "poor": Colour.of("fcedda"),
    "worst": Colour.of("f8d9c8"),
    "plain": GROUND,
}


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """``share`` (0..1) of the way from one colour to the other."""
    return Colour(*(a + (b - a) * share for a, b in zip(one, other, strict=True)))


def on(ground: Colour) -> Colour:
    """Black or white, whichever can be read better on ``ground``: a contrast of 4.5 at least."""
    return max(BLACK, WHITE, key=lambda colour: contrast(colour, ground))


def contrast(one: Colour, other: Colour) -> float:
    """How well one colour stands out from the other, 1..21, as the WCAG reckon it."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Colour) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

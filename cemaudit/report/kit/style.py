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
    "TINT",
    "TINY",
    "TOP",
    "WHITE",
    "WIDTH",
    "Colour",
    "Type",
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


class Type(NamedTuple):
    """Size and line distance in points, and the weight."""

    size: float
    leading: float
    bold: bool = False

    @property
    def strong(self) -> Type:
        """The same, bold."""
        return self._replace(bold=True)


BODY = Type(9.5, 15)
SMALL = Type(8, 11.5)
TINY = Type(7, 9.5)

INK = Colour.of("1d2733")
QUIET = Colour.of("67737f")
HAIRLINE = Colour.of("d5dbe1")
GROUND = Colour.of("f4f6f8")
PALE = Colour.of("e6eaee")
WHITE = Colour.of("ffffff")
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
    """The colour of text that can be read on ``ground``."""
    brightness = 0.299 * ground.red + 0.587 * ground.green + 0.114 * ground.blue
    return INK if brightness > 0.6 else WHITE

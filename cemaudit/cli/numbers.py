"""Numbers on the command line."""

from __future__ import annotations

import math
from typing import Any

import click

from cemaudit.language import message

__all__ = ["CHANCE", "POINTS", "Number"]

MOST = 1_000_000


class Number(click.FloatRange):
    """A number within limits; ``nan`` is none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        found: float = super().convert(value, param, ctx)
        if math.isnan(found):
            self.fail(str(message("{value} is not a number", value=value)), param, ctx)
        return found


class _Points(click.types.FloatParamType):
    """A score; ``inf``, ``nan`` and what no scale of points reaches are none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        found: float = super().convert(value, param, ctx)
        if not abs(found) <= MOST:
            self.fail(str(message("{value} is no score", value=value)), param, ctx)
        return found


POINTS = _Points()
CHANCE = Number(0.5, 1, max_open=True)
"""A probability that is worth acting on: a half or more, never certainty."""

"""Bands: the grades of a scheme, what lowers a grade, and what follows from grades over time."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from cemaudit.errors import Expected
from cemaudit.language import N_
from cemaudit.model.base import Id, Record, Whole
from cemaudit.model.conditions import Conditions, contains, is_empty, region
from cemaudit.model.text import Text

__all__ = ["Band", "Consequence", "Downgrade", "check_bands"]

Label = Annotated[str, Field(min_length=1, max_length=40)]


class Band(Record):
    """A grade: the first band whose conditions all hold is the visit's.

    ``tone`` says how a page colours it. ``outcome`` tells a grade from its absence: ``pending`` (a re-inspection
    follows) and ``no-grade`` (the score stands without one).
    """

    label: Label
    title: Text | None = None
    where: Conditions = {}
    tone: Literal["best", "good", "fair", "poor", "worst"] = "fair"
    outcome: Literal["graded", "pending", "no-grade"] = "graded"

    def __str__(self) -> str:
        return str(self.title or self.label)


class Downgrade(Record):
    """The band is lowered by ``by`` rows where all conditions hold; never below the last row."""

    where: Conditions
    by: Annotated[Whole, Field(ge=1)] = 1


class Consequence(Record):
    """What follows when the bands of consecutive waves, the latest last, are all among ``bands``."""

    id: Id
    title: Text
    bands: Annotated[tuple[Label, ...], Field(min_length=1)]
    in_a_row: Annotated[Whole, Field(ge=1)] = 1


def check_bands(rows: tuple[Band, ...]) -> None:
    """Raise ``Expected`` where a band can never be reached, or two have one label."""
    regions = [region(row.where) for row in rows]
    for number, (row, mine) in enumerate(zip(rows, regions, strict=True)):
        if is_empty(mine):
            raise Expected("bands that can be reached; no value meets the conditions of {label}", label=row.label)
        for earlier in range(number):
            if contains(regions[earlier], mine):
                taken = rows[earlier].label
                text = N_("bands that can be reached; {label} is always taken by {earlier} before it")
                raise Expected(text, label=row.label, earlier=taken)

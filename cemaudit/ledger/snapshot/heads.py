"""What every table of a snapshot says of a visit besides its answers and scores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from cemaudit.ledger.snapshot.noted import Setting
from cemaudit.ledger.snapshot.table import Field, dates, texts, wholes

__all__ = ["HEADS", "Row", "head_fields", "visit_fields"]

HEADS = ("number", "store", "wave", "day", "month", "step", "scenario", "origin")
"""The columns of every table of visits. ``month`` is the day's, written ``2026-11``."""

_MONTH = len("2026-11")


class Row(NamedTuple):
    """A row of the ledger; ``document`` is the visit's line, packed; ``scheme`` the place of its scheme in the job."""

    number: int
    id: str
    revision: int
    store: str
    shopper: str | None
    wave: str | None
    day: str | None
    document: bytes
    scheme: int = 0


def head_fields(rows: Sequence[Row], settings: Sequence[Setting]) -> Iterator[Field]:
    """The columns of ``HEADS``."""
    yield wholes("number", np.array([row.number for row in rows], np.int64))
    yield texts("store", [row.store for row in rows])
    yield texts("wave", [row.wave for row in rows])
    yield dates("day", [row.day for row in rows])
    yield texts("month", [row.day and row.day[:_MONTH] for row in rows])
    yield texts("step", [one.step for one in settings])
    yield texts("scenario", [one.scenario for one in settings])
    yield texts("origin", [one.origin for one in settings])


def visit_fields(rows: Sequence[Row]) -> Iterator[Field]:
    """What the table of answers says beyond that."""
    yield texts("visit", [row.id for row in rows])
    yield wholes("revision", np.array([row.revision for row in rows], np.int64), "integer")
    yield texts("shopper", [row.shopper for row in rows])

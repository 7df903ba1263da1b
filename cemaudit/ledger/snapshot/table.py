"""A table on its way into a file: arrays, what each is called, and how SQL makes its column of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cemaudit.ledger.snapshot.names import quoted

__all__ = ["NONE", "Beside", "Field", "Table", "dates", "texts", "wholes", "words"]

NONE = int(np.iinfo(np.int64).min)
"""Stands in arrays of whole numbers where there is none."""

Array = NDArray[Any]


class Field(NamedTuple):
    """One column: its ``name``, its ``values``, and the SQL that makes it of them (``{}``)."""

    name: str
    values: Array
    written: str = "{}"


class Beside(NamedTuple):
    """``columns`` taken over from a Parquet file of the same rows."""

    path: Path
    columns: Sequence[str]


@dataclass(frozen=True)
class Table:
    """The columns of ``rows`` visits, and what is said ``about`` them (as JSON, inside the file).

    Those of the file ``beside`` come first.
    """

    rows: int
    fields: Sequence[Field]
    about: Mapping[str, Any] = field(default_factory=dict)
    beside: Beside | None = None

    @property
    def arrays(self) -> dict[str, Array]:
        """The arrays by a plain name."""
        return {f"c{number}": one.values for number, one in enumerate(self.fields)}

    @property
    def selected(self) -> str:
        """What SQL selects of the arrays, and of the file beside them."""
        taken_over = [f"beside.{quoted(name)}" for name in self.beside.columns] if self.beside else []
        made = [f"{one.written.format(f'c{number}')} as {quoted(one.name)}" for number, one in enumerate(self.fields)]
        return ", ".join([*taken_over, *made])


def wholes(name: str, values: Array, kind: str = "bigint") -> Field:
    """Whole numbers; ``NONE``, or the least its type can hold, where there is none."""
    return Field(name, values, f"cast(nullif({{}}, {np.iinfo(values.dtype).min}) as {kind})")


def texts(name: str, values: Sequence[str | None]) -> Field:
    """Texts."""
    return Field(name, np.array(values, object), "cast({} as varchar)")


def dates(name: str, values: Sequence[str | None]) -> Field:
    """Calendar days, written ``2026-11-21``."""
    return Field(name, np.array(values, object), "cast(cast({} as varchar) as date)")


def words(name: str, codes: Array, known: Sequence[str]) -> Field:
    """Words by their place among those ``known``; -1 where there is none."""
    listed = ", ".join("'" + word.replace("'", "''") + "'" for word in known).replace("{", "{{").replace("}", "}}")
    return Field(name, np.maximum(codes, -1), f"cast([{listed}] as varchar[])[{{}} + 1]")

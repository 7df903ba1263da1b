"""Parquet files of a snapshot: tables as columns, written and read by DuckDB."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from cemaudit.errors import BadEnvironment, BadInput, Problem
from cemaudit.files import unwritable
from cemaudit.language import message
from cemaudit.ledger.snapshot.names import quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = [
    "ABOUT",
    "NONE",
    "UNNAMED",
    "Beside",
    "Field",
    "Table",
    "Written",
    "connected",
    "dates",
    "listed",
    "missing",
    "name_durably",
    "own_link",
    "reading_of",
    "said_by",
    "text_of",
    "texts",
    "wholes",
    "words",
    "write",
]


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
        return {f"c{number}": field.values for number, field in enumerate(self.fields)}

    @property
    def selected(self) -> str:
        """What SQL selects of the arrays, and of the file beside them."""
        taken_over = [f"beside.{quoted(name)}" for name in self.beside.columns] if self.beside else []
        made = [
            f"{field.written.format(f'c{number}')} as {quoted(field.name)}" for number, field in enumerate(self.fields)
        ]
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


def words(name: str, codes: Array, texts: Sequence[str]) -> Field:
    """Words by their place among those ``texts``; -1 where there is none."""
    listed = ", ".join("'" + text.replace("'", "''") + "'" for text in texts).replace("{", "{{").replace("}", "}}")
    return Field(name, np.maximum(codes, -1), f"cast([{listed}] as varchar[])[{{}} + 1]")


ABOUT = "cemaudit"
"""Under this key a file says what it holds, as JSON."""


UNNAMED = ".parquet.tmp"
"""What the names of files end with that do not count yet."""


_ANEW = message("make it with 'cemaudit snapshot'")


_ROWS_AT_ONCE = 1 << 20


class Written(NamedTuple):
    """A file that is on the disk and whole, under a name that does not count yet."""

    path: Path
    rows: int
    size: int
    sha256: str


def connected(threads: int | None = None) -> DuckDBPyConnection:
    """DuckDB in memory, which neither loads nor fetches anything; ``BadEnvironment`` without the extra ``hq``."""
    try:
        import duckdb  # noqa: PLC0415 an extra, and slow to load
    except ImportError as error:
        hint = message("install it: {command}", command="pip install 'cemaudit[hq]'")
        raise BadEnvironment(Problem(message("snapshots need the extra {extra}", extra="hq"), hint=hint)) from error
    settings: dict[str, Any] = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
    return duckdb.connect(":memory:", config={**settings, **({"threads": threads} if threads else {})})


@contextmanager
def own_link() -> Iterator[DuckDBPyConnection]:
    """DuckDB on one core, for files one after the other: begun once in a process, which takes as long as a file."""
    with _own().cursor() as link:
        yield link


@cache
def _own() -> DuckDBPyConnection:
    link = connected(threads=1)
    link.execute("set enable_external_file_cache = false")  # each file is read once
    return link


def write(table: Table, folder: Path) -> Written:
    """Write a table to a new file in ``folder``; ``BadEnvironment`` where the disk does not take it."""
    path = folder / f".{uuid4().hex}{UNNAMED}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with own_link() as link:
            _copy(link, table, path)
            _to_the_disk(path)
            return _read_again(link, table, path)
    except OSError as error:
        _drop(path)
        raise unwritable(path, error) from error
    except BaseException:
        _drop(path)
        raise


def _copy(link: DuckDBPyConnection, table: Table, path: Path) -> None:
    import duckdb  # noqa: PLC0415

    about = text_of(json.dumps(table.about, ensure_ascii=False, sort_keys=True))
    options = f"format parquet, compression zstd, row_group_size {_ROWS_AT_ONCE}, kv_metadata {{{ABOUT}: {about}}}"
    link.register("given", table.arrays)
    source = "given" if table.beside is None else f"{listed([table.beside.path])} as beside positional join given"
    try:
        link.execute(f"copy (select {table.selected} from {source}) to {text_of(str(path))} ({options})")
    except duckdb.IOException as error:
        why = str(error).splitlines()[0]
        raise BadEnvironment(Problem(message("cannot be written: {why}", why=why), str(path.parent))) from error


def _read_again(link: DuckDBPyConnection, table: Table, path: Path) -> Written:
    """``BadEnvironment`` where what is on the disk is not what was written."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    rows = link.execute(f"select count(*) from {listed([path])}").fetchall()
    if rows != [(table.rows,)]:
        raise BadEnvironment(Problem(message("what was written does not read back"), str(path.parent)))
    return Written(path, table.rows, path.stat().st_size, digest)


@contextmanager
def reading_of(folder: Path) -> Iterator[None]:
    """DuckDB's errors in words: ``BadInput`` that names the ``folder``."""
    import duckdb  # noqa: PLC0415 (an extra)

    try:
        yield
    except duckdb.Error as error:
        text = message("the snapshot cannot be read: {why}", why=str(error).splitlines()[0])
        raise BadInput(Problem(text, str(folder), _ANEW)) from error


def missing(path: Path) -> Problem:
    """The problem of a file that is not there, or not whole."""
    return Problem(message("missing, or not as it was written"), str(path), _ANEW)


def said_by(paths: Sequence[Path]) -> list[Any]:
    """What each of these files says of itself."""
    query = "select value from parquet_kv_metadata({}) where key = ?"
    with own_link() as link:
        metadata = [
            link.execute(query.format(text_of(_literally(path))), [ABOUT.encode()]).fetchall() for path in paths
        ]
    return [json.loads(rows[0][0]) for rows in metadata]


def name_durably(path: Path, name: str) -> None:
    """Give a file of ``write`` its name, for good."""
    target = path.with_name(name)
    try:
        path.replace(target)
        _to_the_disk(target.parent)
    except OSError as error:
        raise unwritable(target, error) from error


def _to_the_disk(path: Path) -> None:
    """What is written to a file, or the names in a folder, is on the disk when this returns."""
    if path.is_dir() and os.name == "nt":
        return  # Windows does not open folders
    handle = os.open(path, os.O_RDWR if path.is_file() else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _drop(path: Path) -> None:
    with suppress(OSError):
        path.unlink(missing_ok=True)


def text_of(value: str) -> str:
    """A text as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"


def listed(paths: Sequence[Path], *, by_name: bool = False) -> str:
    """Files as SQL reads them, one below the other; ``by_name``: they need not have the same columns."""
    names = ", ".join(text_of(_literally(path)) for path in paths)
    return f"read_parquet([{names}], hive_partitioning = false, union_by_name = {str(by_name).lower()})"


def _literally(path: Path) -> str:
    """A path in which no character stands for others."""
    return "".join(f"[{char}]" if char in "*?[" else char for char in str(path.absolute()))

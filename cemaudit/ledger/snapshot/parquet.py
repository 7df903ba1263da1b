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
from cemaudit.files import find_full_disk, unwritable
from cemaudit.language import message
from cemaudit.ledger.snapshot.names import quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = [
    "METADATA_KEY",
    "NULL",
    "UNNAMED",
    "CopiedColumns",
    "SnapshotColumn",
    "SnapshotTable",
    "WrittenFile",
    "coded_column",
    "commit_file",
    "connected",
    "date_column",
    "integer_column",
    "missing",
    "parquet_sql",
    "read_metadata",
    "shared_connection",
    "sql_text",
    "text_column",
    "translate_errors",
    "write",
]

NULL = int(np.iinfo(np.int64).min)
"""Stands in arrays of whole numbers where there is none."""

Array = NDArray[Any]


class SnapshotColumn(NamedTuple):
    """One column: its ``name``, its ``values``, and the SQL that makes it of them (``{}``)."""

    name: str
    values: Array
    written: str = "{}"


class CopiedColumns(NamedTuple):
    """``columns`` taken over from a Parquet file of the same rows."""

    path: Path
    columns: Sequence[str]


@dataclass(frozen=True)
class SnapshotTable:
    """The columns of ``rows`` visits, and what is said ``about`` them (as JSON, inside the file).

    Those of the file ``copied_columns`` come first.
    """

    rows: int
    fields: Sequence[SnapshotColumn]
    about: Mapping[str, Any] = field(default_factory=dict)
    copied_columns: CopiedColumns | None = None

    @property
    def arrays(self) -> dict[str, Array]:
        """Return the arrays by a plain name."""
        return {f"c{number}": field.values for number, field in enumerate(self.fields)}

    @property
    def selected(self) -> str:
        """Return what SQL selects of the arrays, and of the file beside them."""
        taken_over = [f"beside.{quoted(name)}" for name in self.copied_columns.columns] if self.copied_columns else []
        made = [
            f"{field.written.format(f'c{number}')} as {quoted(field.name)}" for number, field in enumerate(self.fields)
        ]
        return ", ".join([*taken_over, *made])


def integer_column(name: str, values: Array, kind: str = "bigint") -> SnapshotColumn:
    """Return a column of whole numbers; ``NULL``, or the least its type can hold, where there is none."""
    return SnapshotColumn(name, values, f"cast(nullif({{}}, {np.iinfo(values.dtype).min}) as {kind})")


def text_column(name: str, values: Sequence[str | None]) -> SnapshotColumn:
    """Return a column of texts."""
    return SnapshotColumn(name, np.array(values, object), "cast({} as varchar)")


def date_column(name: str, values: Sequence[str | None]) -> SnapshotColumn:
    """Return a column of calendar days, written ``2026-11-21``."""
    return SnapshotColumn(name, np.array(values, object), "cast(cast({} as varchar) as date)")


def coded_column(name: str, codes: Array, texts: Sequence[str]) -> SnapshotColumn:
    """Return a column of words by their place among ``texts``; -1 where there is none."""
    # A list in SQL begins at 1, and what stands at 0 is nothing.
    listed = ", ".join("'" + text.replace("'", "''") + "'" for text in texts).replace("{", "{{").replace("}", "}}")
    return SnapshotColumn(name, np.maximum(codes, -1), f"cast([{listed}] as varchar[])[{{}} + 1]")


METADATA_KEY = "cemaudit"
"""Under this key a file says what it holds, as JSON."""

UNNAMED = ".parquet.tmp"
"""What the names of files end with that do not count yet."""

_REMAKE_HINT = message("make it with 'cemaudit snapshot'")
_ROWS_AT_ONCE = 1 << 20


class WrittenFile(NamedTuple):
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
def shared_connection() -> Iterator[DuckDBPyConnection]:
    """DuckDB on one core, for files one after the other: begun once in a process, which takes as long as a file."""
    with _own().cursor() as link:
        yield link


@cache
def _own() -> DuckDBPyConnection:
    link = connected(threads=1)
    link.execute("set enable_external_file_cache = false")  # each file is read once
    return link


def write(table: SnapshotTable, folder: Path) -> WrittenFile:
    """Write a table to a new file in ``folder``; ``BadEnvironment`` where the disk does not take it."""
    path = folder / f".{uuid4().hex}{UNNAMED}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with shared_connection() as link:
            _copy(link, table, path)
            _sync(path)
            return _read_again(link, table, path)
    except OSError as error:
        _drop(path)
        raise unwritable(path, error) from error
    # Also where somebody stops the run: no half file stays behind.
    except BaseException:
        _drop(path)
        raise


def _copy(link: DuckDBPyConnection, table: SnapshotTable, path: Path) -> None:
    import duckdb  # noqa: PLC0415

    about = sql_text(json.dumps(table.about, ensure_ascii=False, sort_keys=True))
    options = (
        f"format parquet, compression zstd, row_group_size {_ROWS_AT_ONCE}, kv_metadata {{{METADATA_KEY}: {about}}}"
    )
    link.register("given", table.arrays)
    source = (
        "given"
        if table.copied_columns is None
        else f"{parquet_sql([table.copied_columns.path])} as beside positional join given"
    )
    try:
        link.execute(f"copy (select {table.selected} from {source}) to {sql_text(str(path))} ({options})")
    except duckdb.IOException as error:
        full_disk = find_full_disk(error)
        why = full_disk.strerror if full_disk else str(error).splitlines()[0]
        raise BadEnvironment(Problem(message("cannot be written: {why}", why=why), str(path.parent))) from error


def _read_again(link: DuckDBPyConnection, table: SnapshotTable, path: Path) -> WrittenFile:
    """``BadEnvironment`` where what is on the disk is not what was written."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    # Counted by reading it: what does not read back must never come to count.
    rows = link.execute(f"select count(*) from {parquet_sql([path])}").fetchall()
    if rows != [(table.rows,)]:
        raise BadEnvironment(Problem(message("what was written does not read back"), str(path.parent)))
    return WrittenFile(path, table.rows, path.stat().st_size, digest)


@contextmanager
def translate_errors(folder: Path) -> Iterator[None]:
    """DuckDB's errors in words that name the ``folder``: ``BadInput``, or ``BadEnvironment`` of a full disk."""
    import duckdb  # noqa: PLC0415 (an extra)

    try:
        yield
    except duckdb.Error as error:
        if full_disk := find_full_disk(error):
            raise unwritable(folder, full_disk) from error
        text = message("the snapshot cannot be read: {why}", why=str(error).splitlines()[0])
        raise BadInput(Problem(text, str(folder), _REMAKE_HINT)) from error


def missing(path: Path) -> Problem:
    """Return the problem of a file that is not there, or not whole."""
    return Problem(message("missing, or not as it was written"), str(path), _REMAKE_HINT)


def read_metadata(paths: Sequence[Path]) -> list[Any]:
    """Return what each of these files says of itself."""
    query = "select value from parquet_kv_metadata({}) where key = ?"
    with shared_connection() as link:
        metadata = [
            link.execute(query.format(sql_text(_literally(path))), [METADATA_KEY.encode()]).fetchall() for path in paths
        ]
    return [json.loads(rows[0][0]) for rows in metadata]


def commit_file(path: Path, name: str) -> None:
    """Give a file of ``write`` its name, for good."""
    target = path.with_name(name)
    try:
        path.replace(target)
        # The folder as well: what was written may be on the disk, and its name not yet.
        _sync(target.parent)
    except OSError as error:
        raise unwritable(target, error) from error


def _sync(path: Path) -> None:
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


def sql_text(value: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"


def parquet_sql(paths: Sequence[Path], *, by_name: bool = False) -> str:
    """Return files as SQL reads them, one below the other; ``by_name``: they need not have the same columns."""
    # Not as Hive names folders: one that is called a=b adds no column.
    names = ", ".join(sql_text(_literally(path)) for path in paths)
    return f"read_parquet([{names}], hive_partitioning = false, union_by_name = {str(by_name).lower()})"


def _literally(path: Path) -> str:
    """A path in which no character stands for others."""
    return "".join(f"[{char}]" if char in "*?[" else char for char in str(path.absolute()))

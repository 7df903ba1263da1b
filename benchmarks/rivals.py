"""What somebody would use instead: polars, SQLite and PostgreSQL, asked the same of the same scores.

Each returns whole numbers for every group: how many scores, their sum, the sum of their squares where it takes those.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import duckdb
import polars as pl
from chain import CHECKLIST, LEVELS, WEIGHTS
from faults import binaries, server

__all__ = ["Rival", "all_rivals", "answers_by_polars", "overall_of", "rescore_by_polars"]

EACH = [f"score:each:{name}" for name in CHECKLIST.touchpoint]
OVERALL = "score:overall"
PLAIN = ["overall", *CHECKLIST.touchpoint]
KEYS = {"league": ["store"], "heatmap": ["store"], "trend": ["month"], "distribution": ["overall"]}
AT_ONCE = 100_000
Found = list[tuple[Any, ...]]
Period = tuple[dt.date, dt.date] | None


class Rival(Protocol):
    """Answers the same questions, about all visits or those of a period."""

    name: str

    def ask(self, question: str, period: Period) -> Found: ...


class Polars:
    """polars on the snapshot's own files, on all cores."""

    name = "polars"

    def __init__(self, snapshot: Path) -> None:
        self._files = pl.scan_parquet(sorted(snapshot.glob("scores/*/*.parquet")))

    def ask(self, question: str, period: Period) -> Found:
        table = self._files.filter(pl.col("day").is_between(*period)) if period else self._files
        if question == "distribution":
            return table.group_by(OVERALL).len().sort(OVERALL).collect().rows()
        (key,) = KEYS[question]
        columns = EACH if question == "heatmap" else [OVERALL]
        asked = [number for column in columns for number in _polars_sums(column, squares=question != "heatmap")]
        return table.group_by(key).agg(asked).sort(key).collect().rows()


def _polars_sums(name: str, *, squares: bool) -> Iterator[pl.Expr]:
    column = pl.col(name).cast(pl.Int64)
    yield column.count().alias(f"n {name}")
    yield column.sum().alias(f"sum {name}")
    if squares:
        yield (column * column).sum().alias(f"squares {name}")


def statement(question: str, period: Period, place: str) -> tuple[str, Sequence[str]]:
    """The same in SQL; ``place`` stands for a value."""
    where = f" where day between {place} and {place}" if period else ""
    values = [day.isoformat() for day in period or ()]
    (key,) = KEYS[question]
    if question == "distribution":
        return f"select overall, count(*) from visits{where} group by overall order by overall", values
    asked = []
    for name in CHECKLIST.touchpoint if question == "heatmap" else ["overall"]:
        asked += [f"count({name})", f"sum({name})"]
        asked += [] if question == "heatmap" else [f"sum(cast({name} as bigint) * {name})"]
    return f"select {key}, {', '.join(asked)} from visits{where} group by {key} order by {key}", values


def _rows(snapshot: Path) -> Iterator[Found]:
    """The rows of the snapshot's scores, some at a time."""
    files = [str(path) for path in sorted(snapshot.glob("scores/*/*.parquet"))]
    columns = ", ".join(f'"{name}"' for name in (OVERALL, *EACH))
    with duckdb.connect() as link:
        link.execute(f"select store, month, cast(day as varchar), {columns} from read_parquet({files})")
        while rows := link.fetchmany(AT_ONCE):
            yield rows


COLUMNS = ", ".join(["store text", "month text", "day {day}", *(f"{name} integer" for name in PLAIN)])


class Sqlite:
    """SQLite with the scores as a table, the day indexed."""

    name = "SQLite"

    def __init__(self, snapshot: Path, file: Path) -> None:
        self._link = sqlite3.connect(file)
        self._link.execute("pragma cache_size = -1000000")
        self._link.execute(f"create table visits ({COLUMNS.format(day='text')})")
        for rows in _rows(snapshot):
            self._link.executemany(f"insert into visits values ({', '.join('?' * len(rows[0]))})", rows)
        self._link.execute("create index by_day on visits (day)")
        self._link.execute("analyze")
        self._link.commit()

    def ask(self, question: str, period: Period) -> Found:
        return self._link.execute(*statement(question, period, "?")).fetchall()


class Postgres:
    """PostgreSQL with the scores as a table, the day indexed, memory enough, two workers beside."""

    name = "PostgreSQL"

    def __init__(self, snapshot: Path, url: str) -> None:
        import psycopg  # noqa: PLC0415 (an extra that not everybody has)

        self._link = psycopg.connect(url, autocommit=True)
        for setting, value in {"work_mem": "256MB", "maintenance_work_mem": "256MB", "jit": "off"}.items():
            self._link.execute(f"set {setting} = '{value}'")
        self._link.execute("drop table if exists visits")
        self._link.execute(f"create unlogged table visits ({COLUMNS.format(day='date')})")
        with self._link.cursor() as cursor, cursor.copy("copy visits from stdin") as copy:
            for rows in _rows(snapshot):
                copy.write("".join("\t".join(map(_copied, row)) + "\n" for row in rows))
        self._link.execute("create index by_day on visits (day)")
        self._link.execute("vacuum analyze visits")

    def ask(self, question: str, period: Period) -> Found:
        return self._link.execute(*statement(question, period, "%s")).fetchall()


def _copied(value: object) -> str:
    return r"\N" if value is None else str(value)


@contextmanager
def all_rivals(snapshot: Path, folder: Path) -> Iterator[list[Rival]]:
    """Each with the scores loaded; PostgreSQL where its programs are found."""
    found: list[Rival] = [Polars(snapshot), Sqlite(snapshot, folder / "sqlite.db")]
    place = binaries() if find_spec("psycopg") else None
    if place is None:
        yield found
        return
    with TemporaryDirectory() as name, server(Path(name), place) as running:
        yield [*found, Postgres(snapshot, running.url)]


def answers_by_polars(lines: Path, out: Path) -> None:
    """The answers in lines of JSON as columns of a Parquet file, without any check."""
    files = pl.scan_ndjson(lines, infer_schema_length=1_000)
    files.select(["id", "store", "wave", "started"], pl.col("answers").struct.unnest()).sink_parquet(out)


def overall_of(out: Path) -> list[tuple[int, float]]:
    """How many headlines ``rescore_by_polars`` found, and their mean."""
    column = pl.scan_parquet(out).select(pl.col("overall").count().alias("n"), pl.col("overall").sum().alias("sum"))
    ((count, total),) = column.collect().rows()
    return [(count, total / (count * 100))]


def rescore_by_polars(snapshot: Path, out: Path) -> None:
    """The rule of the other schemes as polars expressions, from the snapshot's files to one Parquet file."""
    files = pl.scan_parquet(sorted(snapshot.glob("answers/*/*.parquet")))
    items = list(CHECKLIST.items)
    shares = [_share([items.index(item.id) for item in one.items]).alias(one.id) for one in CHECKLIST.touchpoints]
    whole = _share(range(len(items)))
    overall = pl.when(_given(0) == 0).then(pl.min_horizontal(whole, 6000)).otherwise(whole).alias("overall")
    heads = ["number", "store", "wave", "day", "month", "step", "scenario", "origin"]
    files.select([*heads, *shares, overall]).sink_parquet(out, compression="zstd")


def _share(numbers: Sequence[int]) -> pl.Expr:
    """Points in hundredths of a percent of those possible, halves up."""
    earned = pl.sum_horizontal([_given(number).fill_null(0) * WEIGHTS[number] for number in numbers])
    possible = pl.sum_horizontal([_given(n).is_not_null().cast(pl.Int64) * (WEIGHTS[n] * LEVELS[n]) for n in numbers])
    return pl.when(possible > 0).then((20_000 * earned + possible) // (2 * possible))


def _given(number: int) -> pl.Expr:
    return pl.col(f"answer:I{number:02}").cast(pl.Int64)

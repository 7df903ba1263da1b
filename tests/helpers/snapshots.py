"""Snapshots of small ledgers, for tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cemaudit.exchange.canonical_json import line_of
from cemaudit.ledger import Ledger
from cemaudit.ledger.definitions import as_text
from cemaudit.ledger.documents import compress
from cemaudit.ledger.query.reading import Local, reading
from cemaudit.ledger.snapshot import block, manifest, taking
from cemaudit.ledger.snapshot.answer_columns import LedgerRow
from cemaudit.ledger.snapshot.block import BlockFiles, BlockJob, hundredths_scorer, make_files
from cemaudit.ledger.snapshot.parquet import connected, parquet_sql
from cemaudit.model import Scheme, Visit
from cemaudit.model.aggregator import Aggregator
from cemaudit.scoring import Engine, Plan

Rows = list[dict[str, Any]]


class Shelves:
    """An engine as far as workers ask one: its plugins' aggregators."""

    def __init__(self, aggregators: dict[str, Aggregator]) -> None:
        self.library = self
        self.aggregators = aggregators
        self.plugins = None


def know(patch: pytest.MonkeyPatch, aggregators: dict[str, Aggregator]) -> None:
    """Let these aggregators be those of plugins."""
    hundredths_scorer.cache_clear()
    patch.setattr(block, "Engine", lambda blocked: Shelves(aggregators))


def small_blocks(patch: pytest.MonkeyPatch, size: int) -> None:
    """Let so many visit numbers go into a file."""
    patch.setattr(manifest, "BLOCK", size)
    patch.setattr(taking, "BLOCK", size)


def rows_of(visits: Iterable[Visit], schemes: Iterable[int] | None = None) -> list[LedgerRow]:
    """The ledger's rows of visits."""
    found = []
    for number, visit in enumerate(visits, 1):
        day = visit.day.isoformat() if visit.day else None
        document = compress(line_of(visit))
        found.append(LedgerRow(number, visit.id, 1, visit.store, visit.shopper, visit.wave, day, document))
    if schemes is None:
        return found
    return [row._replace(scheme=scheme) for row, scheme in zip(found, schemes, strict=True)]


def files(folder: Path, plan: Plan, rows: list[LedgerRow], *more: Scheme) -> BlockFiles:
    """The files of rows."""
    schemes = (as_text(plan.scheme), *map(as_text, more))
    return make_files(BlockJob(0, folder, as_text(plan.checklist), schemes, (), rows))


def read(path: Path) -> Rows:
    """The rows of a file, by number."""
    with connected() as link:
        found = link.execute(f"select * from {parquet_sql([path])} order by number")
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@contextmanager
def snapshot(ledger: Ledger, engine: Engine, folder: Path) -> Iterator[Local]:
    """The snapshot of a ledger, brought up to date and opened."""
    taking.update_snapshot(ledger, engine, folder)
    with reading(folder) as opened_:
        yield opened_

"""What may change later is not in the files of visits: which of them count, and what is known of the stores."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from cemaudit.ledger.ledger import Ledger
from cemaudit.ledger.snapshot.parquet import write
from cemaudit.ledger.snapshot.store import New
from cemaudit.ledger.snapshot.table import Field, Table, dates, texts, wholes
from cemaudit.ledger.stores import stores_now

__all__ = ["EXCLUDED", "STORE_COLUMNS", "SUPERSEDED", "gone_file", "stores_file"]

SUPERSEDED, EXCLUDED = "superseded", "excluded"
"""Why a visit does not count: a later revision takes its place, or headquarters excluded it."""

STORE_COLUMNS = ("name", "region", "format", "brand", "owner", "pool")
"""What is known of stores, as far as visits are grouped by it; ``opened`` is a date."""

_SUPERSEDED = (
    "select distinct visit.number from visit join visit later on later.id = visit.id "
    "where later.revision > 1 and later.revision > visit.revision and visit.number <= ? and later.number <= ?"
)
_EXCLUDED = (
    "select state.visit from state where state.state = 'excluded' and state.visit <= ? and not exists "
    "(select 1 from state later where later.visit = state.visit and later.number > state.number)"
)


def gone_file(ledger: Ledger, folder: Path, covered: int) -> New:
    """The table ``gone``: the ``number`` of each visit up to ``covered`` that does not count, and ``why``."""
    why = {number: EXCLUDED for (number,) in ledger.database.run(_EXCLUDED, (covered,))}
    why |= {number: SUPERSEDED for (number,) in ledger.database.run(_SUPERSEDED, (covered, covered))}
    rows = sorted(why.items())
    numbers = wholes("number", np.array([number for number, _ in rows], np.int64))
    fields = [numbers, texts("why", [word for _, word in rows])]
    return New("gone", "", "", 0, covered, write(Table(len(rows), fields), folder / "gone"))


def stores_file(ledger: Ledger, folder: Path, covered: int) -> New:
    """The table ``stores``: what the registry knows of each ``store``."""
    stores = stores_now(ledger)

    def fields() -> Iterator[Field]:
        yield texts("store", list(stores))
        for name in STORE_COLUMNS:
            yield texts(name, [getattr(store, name) or None for store in stores.values()])
        yield dates("opened", [store.opened.isoformat() if store.opened else None for store in stores.values()])

    return New("stores", "", "", 0, covered, write(Table(len(stores), list(fields())), folder / "stores"))

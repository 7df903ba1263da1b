"""The table of a simulated chain's stores, as headquarters would keep it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from cemaudit.files import replaced
from cemaudit.simulate.chain import Chain, Store
from cemaudit.simulate.names import brand_of

__all__ = ["write_stores"]

HEADINGS = ("id", "name", "region", "format", "brand", "opened", "pool")


def write_stores(path: Path, chain: Chain, sector: str) -> None:
    """Write the stores of a chain as CSV for ``cemaudit stores import``; ``BadEnvironment`` where the disk refuses."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(HEADINGS)
    table.writerows(_row(store, sector) for store in chain.stores)
    with replaced(path) as file:
        file.write(text.getvalue().encode())


def _row(store: Store, sector: str) -> list[str]:
    outlet = store.outlet
    opened = store.opened.isoformat()
    return [store.id, outlet.name, outlet.region or "", store.format, brand_of(sector), opened, store.pool]

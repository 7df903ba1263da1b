"""Writes the registry of stores: ``python stores.py visits.jsonl > stores.csv``.

Id, name, region (the borough) and brand (the chain) of each, as its last visit says.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

COLUMNS = ("id", "name", "region", "brand")


def rows(lines: Iterable[str]) -> Iterator[tuple[str, str, str, str]]:
    """The stores of visits, each once, by id."""
    visits = sorted((json.loads(line) for line in lines), key=lambda visit: str(visit["date"]))
    last = {visit["store"]: visit for visit in visits}
    for store, visit in sorted(last.items()):
        yield store, visit["store_name"], visit["place"].title(), visit["answers"]["chain"]


def main() -> None:
    """Write the table to the standard output."""
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows(rows(Path(sys.argv[1]).read_text("utf-8").splitlines()))


if __name__ == "__main__":
    main()

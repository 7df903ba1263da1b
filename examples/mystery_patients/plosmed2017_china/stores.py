"""Writes the registry of facilities: ``python stores.py visits.jsonl > stores.csv``.

Id, name, region (the county) and format (the level) of each.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path


def main() -> None:
    """Write the table to the standard output; every facility was visited once."""
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(("id", "name", "region", "format"))
    for line in Path(sys.argv[1]).read_text("utf-8").splitlines():
        visit = json.loads(line)
        table.writerow((visit["store"], visit["store_name"], visit["place"], visit["answers"]["level"]))


if __name__ == "__main__":
    main()

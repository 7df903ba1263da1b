"""What lme4 publishes of small public tables, what the same method gives here, and what ``compare`` prints of few.

``python benchmarks/published_fits.py`` prints the table of docs/not-known.md. The tables are read from the shared data.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np

from cemaudit.compare.mixed_model.crossproducts import CrossProducts, cross_products_of_rows
from cemaudit.compare.mixed_model.model import MixedModel
from cemaudit.compare.mixed_model.posterior import fit_best
from cemaudit.compare.mixed_model.reml import fit_reml

TABLES = {
    "Penicillin": ("diameter", "plate", ("sample",), "0.8467, 1.9316, 0.5499"),
    "Dyestuff": ("Yield", "Batch", (), "42.00, 49.51"),
    "Dyestuff2": ("Yield", "Batch", (), "0, 3.716"),
}
"""The measured column, what is compared, further random factors, and the deviations of lme4's manual (REML)."""


def sums_of(name: str) -> CrossProducts:
    """Return the sums of a published table."""
    measured, unit, others, _ = TABLES[name]
    root = Path(os.environ.get("CEMAUDIT_SHARED", Path(__file__).parents[2] / "shared"))
    with (root / "data" / "statistics" / f"{name}.csv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    codes = [np.unique([row[column] for row in rows], return_inverse=True)[1] for column in (unit, *others)]
    scores = np.array([float(row[measured]) for row in rows])
    return cross_products_of_rows(codes[0], codes[1:], np.ones((len(rows), 1)), scores)


def deviations(model: MixedModel) -> str:
    """Return the standard deviations of units, of further factors, and of the rest."""
    return ", ".join(f"{value:.4f}" for value in (model.unit_sd, *model.random_sds, model.sigma))


def main() -> None:
    """Print the table."""
    print("| table, units | lme4 (REML) | here, best ratios (REML) | here, as `compare` prints it |")
    print("|---|---:|---:|---:|")
    for name, (*_, published) in TABLES.items():
        sums = sums_of(name)
        best, shown = deviations(fit_reml(sums)), deviations(fit_best(sums))
        print(f"| {name}, {sums.units} | {published} | {best} | {shown} |")


if __name__ == "__main__":
    main()

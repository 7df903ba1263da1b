"""How often the interval of an agreement between channels is given, and how often a given one holds the truth.

``python benchmarks/channels.py [SETS]`` prints the table of docs/not-known.md: 2,000 made-up chains a row by default.
"""

from __future__ import annotations

import sys

import numpy as np

from cemaudit.compare.channels import Sums, disattenuated_correlation

DESIGNS = ((24, 8), (60, 6), (200, 12))
"""Stores, and visits of each."""

DEVIATIONS = ((13, 25), (7, 30))
"""Standard deviations between stores, and between visits of one store."""

TRUE = (0.0, 0.5, 0.9)
DRAWS = 2_000


def chain(draw: np.random.Generator, true: float, stores: int, visits: int, ratio: float) -> Sums:
    """Return the sums of stores whose two sides correlate by ``true``."""
    levels = ratio * draw.multivariate_normal([0, 0], [[1, true], [true, 1]], stores)
    a, b = np.moveaxis(levels[:, None, :] + draw.normal(size=(stores, visits, 2)), -1, 0)
    return np.column_stack(
        [np.full(stores, visits), a.sum(1), b.sum(1), (a * a).sum(1), (b * b).sum(1), (a * b).sum(1)]
    )


def judged(true: float, design: tuple[int, int], ratio: float, sets: int) -> tuple[int, int]:
    """Return in how many sets the agreement is known, and in how many of these the interval holds the truth."""
    draw = np.random.default_rng(list(map(int, (*design, 100 * true, 1_000 * ratio))))
    known = held = 0
    for _ in range(sets):
        interval = disattenuated_correlation(chain(draw, true, *design, ratio), draws=DRAWS).interval
        if interval:
            known += 1
            held += interval.low <= true <= interval.high
    return known, held


def main() -> None:
    """Print the table."""
    sets = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    print("| stores x visits | SD of stores, of visits | true | not known | of those given, hold the truth |")
    print("|---|---|---:|---:|---:|")
    for between, within in DEVIATIONS:
        for stores, visits in DESIGNS:
            for true in TRUE:
                known, held = judged(true, (stores, visits), between / within, sets)
                share = f"{held / known:.1%}" if known else "-"
                row = f"| {stores} x {visits} | {between}, {within} | {true} | {1 - known / sets:.0%} | {share} |"
                print(row, flush=True)


if __name__ == "__main__":
    main()

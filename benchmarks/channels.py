"""How often the interval of an agreement between channels is given, and how often a given one holds the truth.

``python benchmarks/channels.py [SETS]`` prints the tables of docs/not-known.md: 2,000 made-up chains a row by default.
In the second one both sides of a visit share some of its chance, and stores hardly differ: the weakest case known.
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
SHARED = 0.6
"""How the chances of the two sides of a visit correlate where they share some."""


def chain(draw: np.random.Generator, true: float, design: tuple[int, int], ratio: float, shared: float) -> Sums:
    """Return the sums of stores whose two sides correlate by ``true``, and the chances of a visit by ``shared``."""
    stores, visits = design
    levels = ratio * draw.multivariate_normal([0, 0], [[1, true], [true, 1]], stores)
    chances = draw.normal(size=(stores, visits, 2))
    chances[..., 1] = shared * chances[..., 0] + np.sqrt(1 - shared**2) * chances[..., 1]
    a, b = np.moveaxis(levels[:, None, :] + chances, -1, 0)
    return np.column_stack(
        [np.full(stores, visits), a.sum(1), b.sum(1), (a * a).sum(1), (b * b).sum(1), (a * b).sum(1)]
    )


def judged(true: float, design: tuple[int, int], ratio: float, sets: int, shared: float = 0.0) -> tuple[int, int]:
    """Return in how many sets the agreement is known, and in how many of these the interval holds the truth."""
    draw = np.random.default_rng(list(map(int, (*design, 100 * true, 1_000 * ratio))))
    known = held = 0
    for _ in range(sets):
        interval = disattenuated_correlation(chain(draw, true, design, ratio, shared), draws=DRAWS).interval
        if interval:
            known += 1
            held += interval.low <= true <= interval.high
    return known, held


def print_row(deviations: tuple[int, int], design: tuple[int, int], true: float, sets: int, shared: float) -> None:
    """Print how one case went."""
    (between, within), (stores, visits) = deviations, design
    known, held = judged(true, design, between / within, sets, shared)
    share = f"{held / known:.1%}" if known else "-"
    row = f"| {stores} x {visits} | {between}, {within} | {true} | {1 - known / sets:.0%} | {share} |"
    print(row, flush=True)


def main() -> None:
    """Print the tables."""
    sets = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    cases = [(deviations, design, true, 0.0) for deviations in DEVIATIONS for design in DESIGNS for true in TRUE]
    weakest = [(DEVIATIONS[-1], design, 0.0, SHARED) for design in DESIGNS]
    for title, rows in (("", cases), (f"\nVisits share chance, correlated by {SHARED}:\n", weakest)):
        if title:
            print(title)
        print("| stores x visits | SD of stores, of visits | true | not known | of those given, hold the truth |")
        print("|---|---|---:|---:|---:|")
        for deviations, design, true, shared in rows:
            print_row(deviations, design, true, sets, shared)


if __name__ == "__main__":
    main()

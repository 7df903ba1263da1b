"""How many shoppers who judge as all others are called erratic, or of little variation, by chance alone.

``python benchmarks/blameless_shoppers.py [CHAINS]`` prints the table of docs/not-known.md: 150 shoppers of 14 visits in
40 stores, 8 chains a row by default.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cemaudit.compare import shopper_severity

SHOPPERS, VISITS, STORES = 150, 14, 40

Points = NDArray[np.float64]
Scores = Callable[[np.random.Generator, Points, NDArray[np.int64]], Points]


def normal(draw: np.random.Generator, good: Points, _case: NDArray[np.int64]) -> Points:
    """Return points whose scatter is everywhere alike."""
    return 70 + 10 * good + draw.normal(0, 10, len(good))


def yes_or_no(draw: np.random.Generator, good: Points, _case: NDArray[np.int64]) -> Points:
    """Return 0 or 100, by the store alone."""
    return 100.0 * (draw.random(len(good)) < 1 / (1 + np.exp(-good)))


def seldom_managed(
    draw: np.random.Generator, good: NDArray[np.float64], case: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return 0 or 100; a quarter of the shoppers play a case that is managed in 12 % of visits."""
    odds = good + np.where(case == 0, -2.0, 0.0)
    return 100.0 * (draw.random(len(good)) < 1 / (1 + np.exp(-odds)))


def counts(draw: np.random.Generator, good: Points, _case: NDArray[np.int64]) -> Points:
    """Return counts, whose scatter grows with their size."""
    return draw.poisson(np.exp(0.3 + good)).astype(float)


def ceiling(draw: np.random.Generator, good: Points, _case: NDArray[np.int64]) -> Points:
    """Return points in steps of 5, most of them the highest there are."""
    return np.minimum(100, np.round((97 + 4 * good + 6 * draw.normal(size=len(good))) / 5) * 5)


KINDS: dict[str, Scores] = {
    "points, normal": normal,
    "yes or no": yes_or_no,
    "yes or no, a quarter of the shoppers in a case managed in 12 % of visits": seldom_managed,
    "counts": counts,
    "points at the ceiling": ceiling,
}


def called(scores: Scores, seed: int) -> Counter[str | None]:
    """Return how often each word is said of the shoppers of one chain."""
    draw = np.random.default_rng(seed)
    shopper = np.repeat(np.arange(SHOPPERS), VISITS)
    store, case = draw.integers(0, STORES, len(shopper)), shopper % 4
    good = draw.normal(0, 0.4, STORES)[store]
    visits = {
        "store": [f"s{number}" for number in store],
        "shopper": [f"u{number}" for number in shopper],
        "scenario": [f"c{number}" for number in case],
        "score": scores(draw, good, case),
    }
    return Counter(found.spread for found in shopper_severity(visits, adjust_for=["scenario"]).shoppers)


def main() -> None:
    """Print the table."""
    chains = int(sys.argv[1]) if len(sys.argv) > 1 else 8
    print("| kind of measure | called erratic | called of little variation | of |")
    print("|---|---:|---:|---:|")
    for name, scores in KINDS.items():
        words = sum((called(scores, seed) for seed in range(chains)), Counter[str | None]())
        erratic, alike = words["erratic"], words["uniform"]
        print(f"| {name} | {erratic} | {alike} | {sum(words.values()):,} |", flush=True)


if __name__ == "__main__":
    main()

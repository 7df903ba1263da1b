"""What shares of drivers say where nothing drives anything: of an outcome reckoned from them by declared weights.

``python benchmarks/neutral_drivers.py [CHAINS]`` prints how far the shares go with the weights, the reason why none are
shown for such an outcome: 60 stores of 20 visits, five touchpoints that have nothing to do with each other.
"""

from __future__ import annotations

import sys

import numpy as np

from cemaudit.compare import key_drivers

STORES, VISITS = 60, 20
WEIGHTS = {"greeting": 1.0, "advice": 2.0, "room": 3.0, "till": 4.0, "parting": 5.0}


def correlation(seed: int) -> float:
    """Return the correlation of the shares of one chain with the declared weights."""
    draw = np.random.default_rng(seed)
    rows = STORES * VISITS
    columns: dict[str, object] = {name: draw.uniform(0, 100, rows).round(2) for name in WEIGHTS}
    columns["whole"] = np.average([columns[name] for name in WEIGHTS], axis=0, weights=list(WEIGHTS.values()))
    columns["store"] = [f"s{number % STORES}" for number in range(rows)]
    shares = {driver.name: driver.share for driver in key_drivers(columns, "whole", list(WEIGHTS)).drivers}
    return float(np.corrcoef([shares[name] for name in WEIGHTS], list(WEIGHTS.values()))[0, 1])


def main() -> None:
    """Print the mean of all chains, and the least and the greatest."""
    chains = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    found = [correlation(seed) for seed in range(chains)]
    print(f"{chains} chains: shares go with the weights by a correlation of {np.mean(found):.2f}", end=" ")
    print(f"({min(found):.2f} to {max(found):.2f}), and nothing drives anything")


if __name__ == "__main__":
    main()

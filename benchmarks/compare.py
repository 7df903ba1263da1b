"""What plain means and cemaudit conclude of chains whose truth is known; and how fast large chains are compared.

    python benchmarks/compare.py [--size tiny|small|full] [--part PART ...] [--write]

Parts: ``truth`` (the headline tables, simulated chains), ``traps`` (regions, and what comes back by itself), ``real``
(held-out ratings), ``visits`` (how many are enough), ``speed`` (beside other libraries, and from snapshots). ``small``
takes about ten minutes, ``full`` an hour: chains of 10,000 stores, interlace on all ratings, ten million audits.
``--write`` puts the tables between their marks in docs/fairness.md and docs/performance.md. Times are processor
seconds, for other work may go on beside; of several runs the shortest counts, and every way must find the same
numbers.
"""

from __future__ import annotations

import os

from apart import ONE_THREAD

os.environ.update(dict.fromkeys(ONE_THREAD, "1"))

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from judging import judged, mean_of
from shown import UNEVEN, flags, flags_in_words, in_words, methods, pairs, percent, table, visits_needed
from traps import Returned, regional, returned
from truth import CHAIN, SMALL_CHAIN, Chain, World, network

DOCS = Path(__file__).parents[1] / "docs"
FAIRNESS, PERFORMANCE = DOCS / "fairness.md", DOCS / "performance.md"
WORLDS = {
    "12 visits, 30 % by the shopper of the visit before": World(),
    "4 visits": World(4, 4),
    UNEVEN: World(1, 12),
    "12 visits, 80 % by the shopper of the visit before": World(again=0.8),
    "12 visits, shoppers from anywhere": World(again=0.0, away=1.0),
    "12 visits, shoppers differ more (SD 8)": World(shopper_sd=8.0),
}
SHARES = (0.0, 0.02, 0.10, 1.0)
GAIN = 5.0


class Size(NamedTuple):
    """How much is measured."""

    chain: Chain
    seeds: int
    trap_seeds: int
    halves: int
    audits: Sequence[int]
    everything: bool = False


SIZES = {
    "tiny": Size(Chain(400, 80, 4), 1, 1, 1, (20_000,)),
    "small": Size(SMALL_CHAIN, 5, 10, 10, (1_000_000,)),
    "full": Size(CHAIN, 3, 20, 20, (1_000_000, 10_000_000), everything=True),
}


def truth(size: Size) -> Iterator[tuple[Path, str, str]]:
    """The chains, each judged; means over seeds."""
    found = {}
    for name, world in WORLDS.items():
        found[name] = mean_of([judged(network(world, size.chain, seed)) for seed in range(size.seeds)])
        print(name, found[name], file=sys.stderr)
    stores, shoppers, regions = size.chain
    about = f"{stores:,} stores, {shoppers:,} shoppers, {regions} regions; {size.seeds} chains"
    yield FAIRNESS, "headline", f"{methods(found, about)}\n\n{in_words(found, stores)}"
    yield FAIRNESS, "flags", f"{flags(found)}\n\n{flags_in_words(found, stores)}"
    yield FAIRNESS, "pairs", pairs(found)


def traps(size: Size) -> Iterator[tuple[Path, str, str]]:
    rows = []
    for away in SHARES:
        many = [regional(away, seed) for seed in range(size.trap_seeds)]
        one = np.mean(many, axis=0)
        rows.append([percent(away), *(f"{value:.2f}" for value in one)])
    headings = [
        f"visits by shoppers from anywhere ({size.trap_seeds} chains)",
        "error: plain means",
        "model without regions",
        "cemaudit",
        "kept of a true difference: without regions",
        "cemaudit",
    ]
    yield FAIRNESS, "regions", table(headings, rows)
    yield FAIRNESS, "back", back(size)


def back(size: Size) -> str:
    headings = [
        f"visits before, and after ({size.trap_seeds} chains)",
        "an action worth",
        "plain means rise by",
        "of this chance",
        "the action",
        "its standard error",
    ]
    rows = []
    for visits in (1, 2, 4):
        for gain in (0.0, GAIN):
            one = Returned(
                *np.mean([returned(visits, gain, SMALL_CHAIN, seed) for seed in range(size.trap_seeds)], axis=0)
            )
            cells = [f"{value:+.1f}" for value in (one.naive, one.chance, one.effect)]
            rows.append([str(visits), f"{gain:g}", *cells, f"{one.se:.2f}"])
    return table(headings, rows)


def real(size: Size) -> Iterator[tuple[Path, str, str]]:
    import insteval  # noqa: PLC0415

    if not insteval.file().is_file():
        print("the shared data are not here: no ratings of lecturers", file=sys.stderr)
        return
    many = [insteval.foretold(seed) for seed in range(size.halves)]
    rows = []
    for name in many[0]:
        correlation, error = np.mean([one[name] for one in many], axis=0)
        rows.append([name, f"{correlation:.3f}", f"{error:.3f}"])
    headings = [f"{size.halves} divisions", "rank correlation with the held-out means", "error of a held-out rating"]
    yield FAIRNESS, "real", table(headings, rows)


def visits(size: Size) -> Iterator[tuple[Path, str, str]]:
    del size
    yield FAIRNESS, "visits", visits_needed()


def speed(size: Size) -> Iterator[tuple[Path, str, str]]:
    import crossings  # noqa: PLC0415
    import insteval  # noqa: PLC0415

    races = list(insteval.races(everything=size.everything)) if insteval.file().is_file() else []
    print(races, file=sys.stderr)
    crossed = [crossings.in_memory()]
    with tempfile.TemporaryDirectory() as name:
        for audits in size.audits:
            crossed.extend(crossings.on_disk(Path(name) / str(audits), audits))
            print(crossed, file=sys.stderr)
    yield PERFORMANCE, "compare", f"{busy()}\n\n{insteval.shown(races)}\n\n{crossings.shown(crossed)}"


def busy() -> str:
    load = os.getloadavg()[0]
    return f"Processor seconds; {os.cpu_count()} cores, on which {load:.1f} processes wanted to run when it ended."


PARTS: dict[str, Callable[[Size], Iterator[tuple[Path, str, str]]]] = {
    "truth": truth,
    "traps": traps,
    "real": real,
    "visits": visits,
    "speed": speed,
}


def put(page: Path, name: str, text: str) -> None:
    """Put a text between its marks in a page."""
    mark = f"<!-- {name} -->"
    head, found, rest = page.read_text(encoding="utf-8").partition(mark)
    _, closed, tail = rest.partition(mark)
    if not found or not closed:
        raise ValueError(page, mark)
    page.write_text(f"{head}{mark}\n{text}\n{mark}{tail}", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=list(SIZES), default="small")
    parser.add_argument("--part", choices=list(PARTS), action="append")
    parser.add_argument("--write", action="store_true", help="put the tables into the pages")
    options = parser.parse_args()
    for part in options.part or PARTS:
        for page, name, text in PARTS[part](SIZES[options.size]):
            print(f"{name}\n\n{text}\n")
            if options.write:
                put(page, name, text)


if __name__ == "__main__":
    main()

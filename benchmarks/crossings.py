"""How long it takes to compare all stores of a large chain: from rows in memory, and from a snapshot on the disk.

Snapshots are in the product's own layout: 40 items at 12 touchpoints, 10,000 stores in 50 regions, 2,000 shoppers.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import chain
import numpy as np
import polars as pl
from apart import apart, best
from numpy.typing import NDArray
from scipy import sparse
from shown import table
from truth import CHAIN, World, crossed_of, network

from cemaudit.compare.fitting import fit_mixed_model
from cemaudit.compare.from_snapshot import read_cross_tabulation
from cemaudit.compare.league_table import make_league
from cemaudit.compare.mixed_model.crossproducts import CrossProducts, cross_products_of_rows
from cemaudit.compare.mixed_model.reml import ModelAtTheta, fit_reml
from cemaudit.compare.selection import Selection
from cemaudit.ledger import open_ledger
from cemaudit.ledger.collecting import processors
from cemaudit.ledger.processes import run_jobs
from cemaudit.ledger.query.reading import reading
from cemaudit.ledger.snapshot.answer_columns import (
    LedgerRow,
    answer_fields,
    visit_identity_columns,
    visit_setting_columns,
)
from cemaudit.ledger.snapshot.folder import (
    KIND,
    NewFile,
    SnapshotFolder,
    SnapshotProgress,
    publish_manifest,
    write_stores,
    write_uncounted_visits,
)
from cemaudit.ledger.snapshot.manifest import BLOCK
from cemaudit.ledger.snapshot.names import score_columns
from cemaudit.ledger.snapshot.parquet import text_column
from cemaudit.ledger.snapshot.score_columns import HundredthsScorer, finding_fields, score_fields
from cemaudit.ledger.store_registry import Store as Registered
from cemaudit.ledger.store_registry import import_stores
from cemaudit.model import Checklist
from cemaudit.scoring import make_plan
from cemaudit.scoring.kernel import VisitColumns

__all__ = ["Crossing", "in_memory", "on_disk", "shown"]

OWN, STRICT, LUCK = 0.05, 0.05, 0.10
"""How far stores, shoppers and visits shift the answers: standard deviations, in shares of an item's scale."""
AWAY = 0.1
SAME = 1e-6


class Crossing(NamedTuple):
    """So many ``audits`` compared by ``who``: processor seconds until everything is counted and added up, until it is
    fitted and scored, and until the league is made (``None``: not done); the most memory, in bytes.
    """

    audits: int
    who: str
    gathered: float
    fitted: float
    league: float | None
    memory: int


def in_memory() -> Crossing:
    """120,000 audits: 12 of each store."""
    run = apart(_rows_in_memory, times=3)
    return Crossing(CHAIN.stores * 12, "rows in memory", *run.result, run.memory)


def _rows_in_memory() -> tuple[float, float, float]:
    made = network(World(), CHAIN, 1)
    gathered, crossed = best(lambda: crossed_of(made), 1)
    model_took, model = best(lambda: fit_mixed_model(crossed), 1)
    league_took, _ = best(lambda: make_league(model, {}), 1)
    return gathered, model_took, league_took


def on_disk(folder: Path, audits: int) -> Iterator[Crossing]:
    """The same from a snapshot: by cemaudit, adjusted for items and not, then by others, who must find the same."""
    snapshot = folder / "hq-snapshot"
    folder.mkdir()
    write_snapshot(str(folder / "hq.db"), snapshot, audits)
    expected = None
    for who, way, adjusted in _WAYS:
        run = apart(way, snapshot, adjusted, times=1)
        *seconds, criterion = run.result
        if not adjusted:
            expected = criterion if expected is None else expected
            if abs(criterion / expected - 1) > SAME:
                raise AssertionError(who, criterion, expected)
        yield Crossing(audits, who, *seconds, run.memory)
    shutil.rmtree(folder)


def by_cemaudit(snapshot: Path, adjusted: bool) -> tuple[float, float, float, float]:
    """As ``cemaudit compare`` does; the best of three."""
    with reading(snapshot) as opened_snapshot:
        gathered, crossed = best(lambda: read_cross_tabulation(opened_snapshot, Selection(adjusted=adjusted)), 3)
        model_took, model = best(lambda: fit_mixed_model(crossed), 2)
        league_took, _ = best(lambda: make_league(model, opened_snapshot.store_names()), 2)
    assert isinstance(model.model, ModelAtTheta)
    return gathered, model_took, league_took, model.model.criterion


def by_polars(snapshot: Path, _: bool) -> tuple[float, float, None, float]:
    """Crosswise counts and sums by polars, into the same model."""
    gathered, sums = best(lambda: _grouped(_lazy_rows(snapshot)), 3)
    model_took, model = best(lambda: fit_reml(sums), 1)
    return gathered, model_took, None, model.criterion


def by_numpy(snapshot: Path, _: bool) -> tuple[float, float, None, float]:
    """All rows in memory as arrays, and the product's own sums of rows."""
    begun = time.process_time()
    rows = _lazy_rows(snapshot).collect()
    store, shopper, region, wave = (_codes(rows[name]) for name in ("store", "shopper", "region", "wave"))
    score = rows["score"].to_numpy() / 100
    levels = np.concatenate([region[:, None], wave[:, None] + region.max() + 1], axis=1)
    columns = np.column_stack([np.zeros(len(score), np.int64), levels + 1])
    ends = np.arange(0, columns.size + 1, columns.shape[1])
    fixed = sparse.csr_array((np.ones(columns.size), columns.ravel(), ends))
    sums = cross_products_of_rows(store, [shopper], fixed, score)
    gathered = time.process_time() - begun
    del rows, store, shopper, region, wave, levels, columns, fixed
    model_took, model = best(lambda: fit_reml(sums), 1)
    return gathered, model_took, None, model.criterion


_WAYS = (
    ("cemaudit compare", by_cemaudit, True),
    ("cemaudit compare --unadjusted", by_cemaudit, False),
    ("polars, then the same model", by_polars, False),
    ("numpy, all rows in memory, then the same model", by_numpy, False),
)


def _lazy_rows(snapshot: Path) -> pl.LazyFrame:
    scores = pl.scan_parquet(sorted((snapshot / "scores").rglob("*.parquet")))
    answers = pl.scan_parquet(sorted((snapshot / "answers").rglob("*.parquet")))
    stores = pl.scan_parquet(sorted((snapshot / "stores").rglob("*.parquet")))
    rows = scores.select("number", "store", "wave", pl.col("score:overall").cast(pl.Int64).alias("score"))
    rows = rows.filter(pl.col("score").is_not_null())
    rows = rows.join(answers.select("number", "shopper"), on="number")
    return rows.join(stores.select("store", "region"), on="store").drop("number")


def _codes(column: pl.Series) -> NDArray[np.int64]:
    return (column.rank("dense") - 1).to_numpy().astype(np.int64)


def _grouped(rows: pl.LazyFrame) -> CrossProducts:
    coded = rows.with_columns(
        *(
            (pl.col(name).rank("dense") - 1).cast(pl.Int64).alias(name)
            for name in ("store", "shopper", "region", "wave")
        )
    ).collect()
    shift = float(coded["score"].mean()) / 100  # type: ignore[arg-type]
    keys = ("store", "shopper", "region", "wave")
    sizes = {name: int(coded[name].max()) + 1 for name in keys}  # type: ignore[arg-type]
    pairs = {(one, other): _table(coded, one, other, sizes) for one in keys for other in keys if one < other}
    totals = {name: _total(coded, name, sizes[name], shift) for name in keys}
    counts = {name: _total(coded.with_columns(score=pl.lit(100)), name, sizes[name], 0.0) for name in keys}
    ones = {name: sparse.csr_array(counts[name][:, None]) for name in keys}

    def pair(one: str, other: str) -> Any:
        return pairs[one, other] if one < other else pairs[other, one].T

    def own(name: str) -> Any:
        return sparse.diags_array(counts[name])

    every = sparse.csr_array([[float(len(coded))]])
    dense = [
        [own("shopper"), ones["shopper"], pair("shopper", "region"), pair("shopper", "wave")],
        [ones["shopper"].T, every, ones["region"].T, ones["wave"].T],
        [pair("region", "shopper"), ones["region"], own("region"), pair("region", "wave")],
        [pair("wave", "shopper"), ones["wave"], pair("wave", "region"), own("wave")],
    ]
    cross_tabs = [pair("store", "shopper"), ones["store"], pair("store", "region"), pair("store", "wave")]
    points = coded["score"].to_numpy() / 100 - shift
    return CrossProducts(
        visits=len(coded),
        total_weight=counts["store"],
        unit_by_column=sparse.hstack(cross_tabs, format="csr"),
        column_by_column=sparse.block_array(dense, format="csr"),
        unit_totals=totals["store"],
        dense_totals=np.concatenate([totals["shopper"], [points.sum()], totals["region"], totals["wave"]]),
        sum_of_squares=float(points @ points),
        random_levels=(sizes["shopper"],),
        fixed_columns=1 + sizes["region"] + sizes["wave"],
        shift=shift,
    )


def _table(coded: pl.DataFrame, one: str, other: str, sizes: dict[str, int]) -> Any:
    found = coded.group_by(one, other).len()
    counts = found["len"].to_numpy().astype(np.float64)
    return sparse.csr_array(
        (counts, (found[one].to_numpy(), found[other].to_numpy())), shape=(sizes[one], sizes[other])
    )


def _total(coded: pl.DataFrame, name: str, size: int, shift: float) -> NDArray[np.float64]:
    """The sums of scores less the shift, in points."""
    found = coded.group_by(name).agg(pl.col("score").sum(), pl.len())
    values = np.zeros(size)
    values[found[name].to_numpy()] = found["score"].to_numpy() / 100 - shift * found["len"].to_numpy()
    return values


def shown(found: Sequence[Crossing]) -> str:
    """As a table."""
    rows = []
    for one in found:
        parts = one.gathered, one.fitted, one.league
        cells = ["-" if part is None else f"{part:.1f}" for part in parts]
        total = sum(part or 0.0 for part in parts)
        rows.append([f"{one.audits:,} audits", one.who, *cells, f"{total:.1f}", f"{one.memory / 1e6:,.0f}"])
    headings = ["", "", "to count and add up", "to fit", "to make the league", "all", "memory, MB"]
    return table(headings, rows)


@cache
def _truth() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How much better each store is, and how much milder each shopper."""
    draw = np.random.default_rng(1)
    return draw.normal(0, OWN, CHAIN.stores), draw.normal(0, STRICT, CHAIN.shoppers)


def write_snapshot(url: str, folder: Path, audits: int) -> None:
    """A snapshot of so many audits, which a ledger that has none of them vouches for."""
    with open_ledger(url, make=True) as ledger:
        chain.keep_records(ledger)
        registered = [Registered(id=_store(one), region=f"r{one % CHAIN.regions:02}") for one in range(CHAIN.stores)]
        import_stores(ledger, registered)
        store = SnapshotFolder(ledger, folder)
        jobs = [(folder, first, min(first + BLOCK - 1, audits)) for first in range(1, audits + 1, BLOCK)]
        for made in run_jobs(processors(), write_block, jobs):
            kinds = made.written.items()
            ref = chain.CHECKLIST.ref
            new = [NewFile(f"{kind}/{ref}", ref, "", made.first, made.last, written) for kind, written in kinds]
            reached = SnapshotProgress(made.last, 0)
            store.commit(new, KIND, f"{made.first}-{made.last}", [chain.SCHEME], **reached._asdict())
        files = [write_uncounted_visits(ledger, folder, audits), write_stores(ledger, folder, audits)]
        store.commit(files, KIND, "published", **SnapshotProgress(audits, 0, whole=True)._asdict())
        publish_manifest(store, audits)


def write_block(job: tuple[Path, int, int]) -> chain.Made:
    """Write the files of the visits from number ``first`` to ``last``."""
    folder, first, last = job
    draw = np.random.default_rng(first)
    store = draw.integers(0, CHAIN.stores, last - first + 1)
    shopper = _shoppers(draw, store)
    given = _answers(draw, store, shopper, chain.CHECKLIST)
    about = [_row(first + place, *pair) for place, pair in enumerate(zip(store, shopper, strict=True))]
    marks = HundredthsScorer(make_plan(chain.CHECKLIST, chain.SCHEME))
    found, scored = marks.run(given, with_findings=True)
    labels = np.array([*(band.label for band in scored.scheme_bands), None], object)
    heads = list(visit_setting_columns(about, [chain.SETTING] * given.rows))
    answers = [*heads, *visit_identity_columns(about), *answer_fields(given)]
    fields = [*heads, text_column("scheme", [chain.SCHEME.ref] * given.rows)]
    fields += [text_column("band", labels[scored.bands].tolist()), *score_fields(found, score_columns(marks.plan))]
    findings = [heads[0], *finding_fields(scored.findings, chain.CHECKLIST)]
    return chain.write_files(folder, first, given.rows, marks, answers, fields, findings)


def _shoppers(draw: np.random.Generator, store: NDArray[np.int64]) -> NDArray[np.int64]:
    home = store % CHAIN.regions + CHAIN.regions * draw.integers(0, CHAIN.shoppers // CHAIN.regions, len(store))
    return np.where(draw.random(len(store)) < AWAY, draw.integers(0, CHAIN.shoppers, len(store)), home)


def _answers(
    draw: np.random.Generator, store: NDArray[np.int64], shopper: NDArray[np.int64], checklist: Checklist
) -> VisitColumns:
    """Better answers in better stores, to milder shoppers and on lucky days; about one in twenty not applicable."""
    own, mild = _truth()
    quality = own[store] + mild[shopper] + draw.normal(0, LUCK, len(store))
    given = chain.columns(len(store), int(store[0]) + 1)
    for name, column in given.items.items():
        highest = len(column.levels) - 1
        better = np.floor((draw.random(len(store), np.float32) + quality) * (highest + 1)).astype(np.int16)
        column.codes[:] = np.where(column.codes < 0, column.codes, np.clip(better, 0, highest))
        assert name in checklist.items
    return given


def _row(number: int, store: int, shopper: int) -> LedgerRow:
    day = chain.day_of(number)
    wave = f"{day.year}-{(day.month + 2) // 3}"
    return LedgerRow(number, f"v{number}", 1, _store(store), f"p{shopper:04}", wave, day.isoformat(), b"")


def _store(number: int) -> str:
    return f"s{number:05}"

"""No figure depends on what stores and shoppers are called, or on the order of rows."""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import ledgers, samples, snapshots

from cemaudit import compare
from cemaudit.compare.from_snapshot import read_visit_arrays
from cemaudit.compare.selection import Selection
from cemaudit.compare.shopper_agreement import ShopperAgreement, shopper_agreement
from cemaudit.ledger import open_ledger
from cemaudit.ledger.query.reading import reading
from cemaudit.scoring import Engine

SINCE = dt.date(2026, 4, 1)
Visits = dict[str, list[Any]]


def visits(kind: str = "points") -> Visits:
    """Four hundred visits of twenty stores by sixteen shoppers, in three waves; scores of ``kind``."""
    draw = np.random.default_rng(5)
    store, shopper, wave = (draw.integers(0, size, 400) for size in (20, 16, 3))
    quality = draw.normal(0, 6, 20)[store] - draw.normal(0, 5, 16)[shopper]
    score = np.round(70 + quality + draw.normal(0, 8, 400), 2)
    if kind == "yes or no":
        score = 100.0 * (score > 65)
    greeting, advice = draw.integers(0, 5, 400) * 25.0, draw.integers(0, 5, 400) * 25.0
    return {
        "store": [f"s{number:02}" for number in store],
        "shopper": [None if number == 15 else f"u{number:02}" for number in shopper],
        "wave": [f"w{number}" for number in wave],
        "day": [dt.date(2026, 1 + 3 * number, 15) for number in wave.tolist()],
        "region": [f"r{number % 2}" for number in store],
        "scenario": [f"c{number}" for number in draw.integers(0, 2, 400)],
        "score": score.tolist(),
        "greeting": greeting.tolist(),
        "advice": advice.tolist(),
        "overall": np.round(0.5 * greeting + 0.2 * advice + draw.normal(15, 10, 400), 2).tolist(),
    }


def shuffled(table: Visits, seed: int) -> Visits:
    order = list(range(len(table["score"])))
    random.Random(seed).shuffle(order)
    return {name: [column[row] for row in order] for name, column in table.items()}


def renamed(table: Visits, column: str, seed: int) -> tuple[Visits, dict[str, str]]:
    """Names of ``column`` taken from one another at random; and what each was called."""
    names = sorted({name for name in table[column] if name is not None})
    others = list(names)
    random.Random(seed).shuffle(others)
    new = dict(zip(names, others, strict=True))
    return {**table, column: [new.get(name) for name in table[column]]}, {value: key for key, value in new.items()}


def stores_of(table: Visits, new: dict[str, str] | None = None) -> list[str]:
    named = {old: name for name, old in (new or {}).items()}
    return [named.get(f"s{number:02}", f"s{number:02}") for number in range(0, 20, 2)]


Figures = Callable[[Visits, Sequence[str]], Any]


def league(table: Visits, _: Sequence[str]) -> Any:
    found = compare.league(table, target=70)
    return sorted(found.standings, key=lambda standing: standing.store), found.spreads, found.order, found.centre


def trend(table: Visits, _: Sequence[str]) -> Any:
    found = compare.trend(table, by="region")
    return found.network, found.part_series, found.watching


def effect(table: Visits, stores: Sequence[str]) -> Any:
    found = compare.effect(table, stores, SINCE)
    return found.naive, found.regression, found.effect, found.se, *found.selection


def drivers(table: Visits, _: Sequence[str]) -> Any:
    return compare.key_drivers(table, "overall", ["greeting", "advice"])


def shoppers(table: Visits, _: Sequence[str]) -> Any:
    return sorted(compare.shopper_severity(table).shoppers, key=lambda shopper: shopper.shopper)


def agreement(table: Visits, _: Sequence[str]) -> Any:
    case = [f"{store} {wave}" for store, wave in zip(table["store"], table["wave"], strict=True)]
    return compare.agreement({"case": case, "rater": table["shopper"], "rating": table["score"]})


ALL = (league, trend, effect, drivers, shoppers, agreement)


@pytest.mark.parametrize("kind", ["points", "yes or no"])
@pytest.mark.parametrize("figures", ALL)
def test_the_order_of_rows_changes_no_bit(figures: Figures, kind: str) -> None:
    table = visits(kind)
    assert figures(shuffled(table, 3), stores_of(table)) == figures(table, stores_of(table))


@pytest.mark.parametrize("kind", ["points", "yes or no"])
@pytest.mark.parametrize("figures", ALL)
def test_other_pseudonyms_change_no_bit(figures: Figures, kind: str) -> None:
    table = visits(kind)
    other, names = renamed(table, "shopper", 4)
    found = figures(shuffled(other, 5), stores_of(table))
    if figures is shoppers:
        found = sorted((one.__class__(**_named(one, names)) for one in found), key=lambda shopper: shopper.shopper)
    assert found == figures(table, stores_of(table))


def _named(shopper: Any, names: dict[str, str]) -> dict[str, Any]:
    return {field: getattr(shopper, field) for field in shopper.__dataclass_fields__} | {
        "shopper": names[shopper.shopper]
    }


def test_other_ids_of_stores_change_no_figure() -> None:
    """Drawn places and samples go with the store, whatever it is called; sums may differ in their last digits."""
    table = visits()
    other, names = renamed(table, "store", 6)
    for one, two in zip(league(table, ())[0], _by_old_names(compare.league(other, target=70), names), strict=True):
        assert two.score == pytest.approx(one.score)
        assert (two.rank, two.group, two.flagged, two.lowest) == (one.rank, one.group, one.flagged, one.lowest)
    for one, two in zip(drivers(table, ()).drivers, drivers(other, ()).drivers, strict=True):
        assert two.share == pytest.approx(one.share)
        assert two.interval == pytest.approx(one.interval)
    assert agreement(other, ()) == agreement(table, ())
    assert effect(other, stores_of(other, names)) == pytest.approx(effect(table, stores_of(table)))


def _by_old_names(found: Any, names: dict[str, str]) -> list[Any]:
    return sorted(found.standings, key=lambda standing: names[standing.store])


PENICILLIN = Path(__file__).parents[3] / "shared" / "data" / "statistics" / "Penicillin.csv"


DISH = samples.checklist(
    samples.touchpoint("dish", samples.item("A", samples.points(*range(41)))), version="1", scheme="test.dish"
)
SCHEME = samples.scheme({"id": "zone", "how": "ratio", "transform": {"times": 100}}, id="test.dish", headline="zone")


def agreement_in_a_ledger(home: Path, rows: Sequence[dict[str, str]]) -> ShopperAgreement:
    """A visit for each zone measured (40 mm are 100 points); the ledger gives pseudonyms of its own."""
    engine = Engine()
    engine.library.schemes[SCHEME.ref] = SCHEME
    seen = [
        samples.visit(
            id=f"v{number}", checklist=DISH.ref, store=row["plate"], shopper=row["sample"], date="2026-11-21",
            answers={"A": f"p{round(float(row['diameter']))}"},
        )
        for number, row in enumerate(rows)
    ]  # fmt: skip
    with open_ledger(str(home / "hq.db"), make=True, who="hq") as ledger:
        ledger.collect([ledgers.document(visit, ledger) for visit in seen], {DISH.ref: DISH})
        with snapshots.snapshot(ledger, engine, home / "snapshot"):
            pass
    with reading(home / "snapshot") as opened:
        return shopper_agreement(read_visit_arrays(opened, Selection()))


@pytest.mark.skipif(not PENICILLIN.exists(), reason="the data are not here")
def test_penicillin_has_one_agreement_under_any_pseudonyms(tmp_path: Path) -> None:
    """24 plates, each judged by six samples (published with lme4): through a ledger, and under four other names."""
    with PENICILLIN.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    through = agreement_in_a_ledger(tmp_path, rows)
    found = {(through.cases, through.icc, through.alpha)}
    for seed in range(4):
        names = sorted({row["sample"] for row in rows})
        random.Random(seed).shuffle(names)
        new = {sample: f"p{place}" for place, sample in enumerate(names)}
        random.Random(seed).shuffle(rows)
        agreed = compare.agreement(
            {
                "case": [row["plate"] for row in rows],
                "rater": [new[row["sample"]] for row in rows],
                "rating": [2.5 * float(row["diameter"]) for row in rows],
            }
        )
        found.add((agreed.cases, agreed.icc, agreed.alpha))
    assert len(found) == 1
    assert through.icc
    assert through.icc.value == pytest.approx(0.0262, abs=0.01)

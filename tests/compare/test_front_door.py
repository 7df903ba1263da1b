"""Plain columns give what the same visits give through a snapshot, to the last bit; and what they must be."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from helpers import chains
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cemaudit import compare
from cemaudit.compare.errors import NotEstimable
from cemaudit.compare.from_snapshot import (
    action_effect,
    estimate_trend,
    fit_league,
    read_visit_arrays,
)
from cemaudit.compare.queries.visits import store_attributes, visit_table
from cemaudit.compare.results import DEFAULT_RULES
from cemaudit.compare.selection import Selection
from cemaudit.compare.severity import shopper_severities
from cemaudit.compare.shopper_agreement import shopper_agreement
from cemaudit.compare.visit_table import NO_DAY
from cemaudit.errors import BadInput
from cemaudit.ledger.actions import Action
from cemaudit.ledger.query.keys import Condition
from cemaudit.ledger.query.reading import Local, reading
from cemaudit.ledger.query.statement import Filter

Columns = dict[str, Any]
SINCE = dt.date(2026, 6, 1)


def columns_of(snapshot: Local, selection: Selection) -> Columns:
    """The visits of a selection as a person would write them down: one row a visit, names and numbers."""
    with visit_table(snapshot, selection) as table:
        rows = table.rows()
        keys = {
            name: [key.levels[code] if code >= 0 else None for code in rows[name]] for name, key in table.keys.items()
        }
        versions = [table.versions[code] for code in rows["version"]]
    known = store_attributes(snapshot)
    names = snapshot.store_names()
    return {
        **keys,
        "scenario": [version.scenario for version in versions],
        "checklist": [version.checklist for version in versions],
        "scheme": [version.scheme for version in versions],
        "day": [None if day == NO_DAY else dt.date(1970, 1, 1) + dt.timedelta(int(day)) for day in rows["day"]],
        "score": (rows["raw"] / 100).tolist(),
        "name": [names.get(store) for store in keys["store"]],
        **{key: [known.get(store, {}).get(key) for store in keys["store"]] for key in ("pool", "region", "format")},
    }


NOT_ADJUSTED = "Not adjusted, although it differs between the visits"


def result_of(make: Callable[[], Any]) -> Any:
    """What it says, part by part, without the facts that columns do not have; or why it says nothing."""
    try:
        found = make()
    except NotEstimable as refusal:
        return refusal.reason, str(refusal)
    except BadInput as refusal:
        return str(refusal)
    named = getattr(found, "_fields", None) or [field.name for field in fields(found)]
    parts = {name: as_plain(getattr(found, name)) for name in named if name != "facts"}
    # Columns do not say when or on what occasion visits were, so only a snapshot tells what is not adjusted for.
    if "notes" in parts:
        parts["notes"] = tuple(note for note in parts["notes"] if not str(note).startswith(NOT_ADJUSTED))
    return parts


def as_plain(value: Any) -> Any:
    """Arrays as bytes, so that no bit is overlooked, and records as tuples."""
    if isinstance(value, np.ndarray):
        return value.dtype.kind, value.tobytes()
    if isinstance(value, tuple):
        return tuple(map(as_plain, value))
    if hasattr(value, "__dataclass_fields__") and type(value).__name__ in {
        "VisitResiduals",
        "StoreMonitoring",
        "DesignCheck",
    }:
        return {field.name: as_plain(getattr(value, field.name)) for field in fields(value)}
    return value


@contextmanager
def chain_of(tmp_path_factory: pytest.TempPathFactory, seed: int) -> Iterator[Local]:
    made = chains.network(tmp_path_factory.mktemp(f"chain-{seed}"), chains.made_up(seed, 120))
    with reading(made.folder) as opened:
        yield opened


@pytest.fixture(scope="module", params=[1, 2])
def snapshot(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    with chain_of(tmp_path_factory, request.param) as opened:
        yield opened


FILTERS = st.sampled_from(
    [
        Filter(),
        Filter((Condition("wave", ("w1", "w2")),)),
        Filter((Condition("region", ("north", "")),)),
        Filter((Condition("store", ("s1", "s2", "s3", "s8")),)),
        Filter(since=dt.date(2026, 4, 1)),
    ]
)
SAME = settings(deadline=None, max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])


@SAME
@given(FILTERS, st.sampled_from(["store", "region", "pool"]), st.sampled_from([None, "", "region"]), st.booleans())
def test_a_league_of_columns_is_that_of_the_snapshot(
    snapshot: Local, which: Filter, unit: str, pool: str | None, aimed: bool
) -> None:
    target = 60.0 if aimed else None
    selection = Selection(which, unit=unit, pool=pool, adjusted=False)
    columns = columns_of(snapshot, selection)
    wanted = result_of(lambda: fit_league(snapshot, selection, target, scale="points"))
    assert result_of(lambda: compare.league(columns, target, by=unit, pool=pool)) == wanted


@SAME
@given(FILTERS, st.sampled_from([None, "region", "pool"]), st.sampled_from([(), ("w1",)]))
def test_a_trend_of_columns_is_that_of_the_snapshot(
    snapshot: Local, which: Filter, by: str | None, baseline: tuple[str, ...]
) -> None:
    selection = Selection(which, adjusted=False)
    columns = columns_of(snapshot, selection)
    wanted = result_of(lambda: estimate_trend(snapshot, selection, by, baseline=baseline))
    assert result_of(lambda: compare.trend(columns, by=by, baseline=baseline)) == wanted


@SAME
@given(FILTERS, st.sampled_from([("s1", "s2"), ("s3",), ("nowhere",)]))
def test_an_effect_by_columns_is_that_of_the_snapshot(snapshot: Local, which: Filter, stores: tuple[str, ...]) -> None:
    selection = Selection(which, adjusted=False)
    columns = columns_of(snapshot, selection)
    action = Action(id="action", kind="raise", what="trained", since=SINCE, stores=stores)
    wanted = result_of(lambda: action_effect(snapshot, selection, action))
    found = result_of(lambda: compare.effect(columns, stores, SINCE))
    if isinstance(wanted, dict):
        assert (wanted.pop("action").id, found.pop("action").id) == ("action", "action")
    assert found == wanted


@SAME
@given(FILTERS)
def test_shoppers_by_columns_are_those_of_the_snapshot(snapshot: Local, which: Filter) -> None:
    selection = Selection(which, adjusted=False)
    columns = columns_of(snapshot, selection)
    arrays = read_visit_arrays(snapshot, selection)
    assert result_of(lambda: compare.shopper_severity(columns)) == result_of(lambda: shopper_severities(arrays))


@SAME
@given(FILTERS)
def test_agreement_by_columns_is_that_of_the_snapshot(snapshot: Local, which: Filter) -> None:
    selection = Selection(which, adjusted=False)
    columns = columns_of(snapshot, selection)
    case = [f"{store}|{wave or '~'}" for store, wave in zip(columns["store"], columns["wave"], strict=True)]
    ratings = {"case": case, "rater": columns["shopper"], "rating": columns["score"]}
    found, wanted = compare.agreement(ratings), shopper_agreement(read_visit_arrays(snapshot, selection))
    assert found == replace(wanted, notes=())


def visits(count: int = 240, seed: int = 1) -> Columns:
    """Visits of 12 stores by 10 shoppers in 3 waves."""
    draw = np.random.default_rng(seed)
    store, shopper, wave = draw.integers(0, 12, count), draw.integers(0, 10, count), draw.integers(0, 3, count)
    score = 70 + draw.normal(0, 5, 12)[store] - draw.normal(0, 5, 10)[shopper] + draw.normal(0, 8, count)
    return {
        "store": [f"s{place:02}" for place in store],
        "shopper": [f"u{place}" for place in shopper],
        "wave": [f"2026-Q{place + 1}" for place in wave],
        "day": [dt.date(2026, 3 * int(place) + 1, 10) for place in wave],
        "region": [("north", "south")[place % 2] for place in store],
        "score": np.round(score, 2).tolist(),
    }


def shares_of(study: Any) -> dict[str, float]:
    return {driver.name: driver.share for driver in study.drivers}


def test_key_drivers_find_what_moves_the_outcome() -> None:
    draw = np.random.default_rng(3)
    columns = {name: draw.integers(0, 5, 600) * 25.0 for name in ("greeting", "advice", "till")}
    outcome = 0.6 * columns["greeting"] + 0.2 * columns["advice"] + draw.normal(0, 10, 600)
    rows = {
        "store": [f"s{at % 15}" for at in range(600)],
        "shopper": [f"u{at % 40}" for at in range(600)],
        "overall": outcome,
    }
    study = compare.key_drivers({**rows, **columns}, "overall", ["greeting", "advice", "till"])
    assert [driver.name for driver in study.drivers] == ["greeting", "advice", "till"]
    assert sum(shares_of(study).values()) == pytest.approx(1)
    assert 0.6 < study.explained < 0.95
    assert (study.centred, study.visits, study.stores, study.shoppers) == (True, 600, 15, 40)


def test_sample_size_takes_the_spreads_of_a_league() -> None:
    spreads = compare.league(visits()).spreads
    assert compare.sample_size(5, spreads).visits < compare.sample_size(2, spreads).visits
    assert compare.sample_size(5).assumed
    assert not compare.sample_size(5, spreads).assumed


BLOCKED = """
import builtins, sys, tempfile
for name in ("duckdb", "sqlite3", "_sqlite3", "cemaudit.ledger", "cemaudit.compare.queries"):
    sys.modules[name] = None
def refuse(*args, **kwargs):
    raise AssertionError("a temporary file")
tempfile.mkstemp = tempfile.mkdtemp = tempfile.TemporaryFile = tempfile.NamedTemporaryFile = refuse
own = builtins.open
def read_only(file, mode="r", *args, **kwargs):
    assert not set(mode) & set("wax+"), f"written: {file}"
    return own(file, mode, *args, **kwargs)
builtins.open = read_only
import datetime as dt
from cemaudit import compare
stores = [f"s{at % 6}" for at in range(120)]
visits = {
    "store": stores, "shopper": [f"u{at % 7}" for at in range(120)], "wave": [f"w{at // 40}" for at in range(120)],
    "day": [dt.date(2026, 1 + at // 40, 5) for at in range(120)],
    "score": [float(60 + at * 37 % 41) for at in range(120)],
    "a": [float(at * 13 % 50) for at in range(120)], "b": [float(at * 29 % 47) for at in range(120)],
    "whole": [float(at * 13 % 50 + at * 29 % 47) for at in range(120)],
}
compare.league(visits, 75)
compare.trend(visits)
compare.effect(visits, ["s1", "s2"], dt.date(2026, 2, 1))
compare.shopper_severity(visits)
compare.key_drivers(visits, "whole", ["a", "b"])
compare.agreement({"case": stores, "rater": visits["shopper"], "rating": visits["score"]})
compare.sample_size(5)
"""


def test_nothing_but_the_columns_is_needed() -> None:
    subprocess.run([sys.executable, "-W", "error", "-c", BLOCKED], check=True)


class ColumnNotFoundError(Exception):
    """What a data frame may raise."""


class Frame:
    """Like a data frame: columns by name, and an exception of its own kind where there is none."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns

    def __getitem__(self, name: str) -> np.ndarray[Any, Any]:
        if name not in self.columns:
            raise ColumnNotFoundError(name)
        return np.asarray(self.columns[name], dtype=object)


class NAType:
    """A missing value that refuses to be compared, as that of data frames does."""

    def __ne__(self, other: object) -> Any:
        return self

    def __bool__(self) -> bool:
        raise TypeError("boolean value of NA is ambiguous")

    __hash__ = None  # type: ignore[assignment]


def test_columns_may_be_of_any_kind_numpy_can_read() -> None:
    plain = visits()
    wanted = result_of(lambda: compare.league(plain))
    scores = np.ma.MaskedArray([*plain["score"], 999.0], mask=[*[False] * 240, True])
    longer = {name: [*column, column[0]] for name, column in plain.items()}
    days = np.array(longer["day"], "datetime64[D]")
    for columns in (
        Frame(plain),
        {**plain, "score": [Fraction(score).limit_denominator(100) for score in plain["score"]]},
        {**longer, "score": [*plain["score"], None]},
        {**longer, "score": [*plain["score"], NAType()]},
        {**longer, "score": scores},
        {**longer, "score": [*plain["score"], float("nan")], "day": days.astype("datetime64[ns]")},
    ):
        assert result_of(lambda columns=columns: compare.league(columns)) == wanted


def test_whole_numbers_may_name_stores_also_beside_missing_ones() -> None:
    plain = visits()
    numbered = {**plain, "store": [int(store[1:]) for store in plain["store"]]}
    shoppers = np.array([float(shopper[1:]) for shopper in plain["shopper"]])
    shoppers[0] = np.nan
    found = compare.league({**numbered, "shopper": shoppers})
    assert {standing.store for standing in found.standings} == {str(number) for number in range(12)}
    assert (found.shoppers, found.facts.unknown_shopper_visits) == (10, 1)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("score", "2,5", "score, row 3: expected a number, found '2,5'"),
        ("score", True, "score, row 3: expected a number, found True"),
        ("score", 1e12, "score, row 3: expected a number, found 1000000000000.0"),
        ("store", None, "store, row 3: expected a store, found nothing"),
        ("store", 1.5, "store, row 3: expected a name or a whole number, found 1.5"),
        ("shopper", True, "shopper, row 3: expected a name or a whole number, found True"),
        ("day", "10/03/2026", "day, row 3: expected a date such as 2026-11-20, found '10/03/2026'"),
        ("day", 20260310, "day, row 3: expected a date such as 2026-11-20, found 20260310"),
    ],
)
def test_what_cannot_be_read_is_refused_where_it_stands(column: str, value: object, said: str) -> None:
    columns = visits()
    columns[column] = [*columns[column][:2], value, *columns[column][3:]]
    with pytest.raises(BadInput) as refusal:
        compare.trend(columns)
    assert str(refusal.value).startswith(said)


def test_a_column_that_is_missing_or_too_short_is_named() -> None:
    columns = visits()
    with pytest.raises(BadInput, match="there is no column wave"):
        compare.trend({name: column for name, column in columns.items() if name != "wave"})
    with pytest.raises(BadInput, match="score: expected 240 values, found 239"):
        compare.league({**columns, "score": columns["score"][1:]})
    with pytest.raises(BadInput, match="region, row 2: expected"):
        compare.league({**columns, "store": ["s00"] * 240, "region": ["north", "south", *["north"] * 238]}, by="region")
    with pytest.raises(BadInput, match="nothing to compare by: town"):
        compare.league(columns, by="town")
    with pytest.raises(BadInput, match="two drivers or more"):
        compare.key_drivers(columns, "score", ["score"])


def test_visits_without_a_score_are_left_out_and_counted() -> None:
    columns = visits()
    columns["score"] = [None if row % 10 == 0 else score for row, score in enumerate(columns["score"])]
    found = compare.league(columns)
    assert found.facts.visits == 216
    assert sum(found.facts.left_out.values()) == 24
    with pytest.raises(NotEstimable):
        compare.league({**columns, "score": [None] * 240})


def test_the_usual_rules_hold_unless_others_are_given() -> None:
    columns = visits()
    strict = compare.league(columns, rules=replace(DEFAULT_RULES, least_visits=1_000))
    assert not any(standing.rank for standing in strict.standings)
    assert all(standing.rank for standing in compare.league(columns).standings)

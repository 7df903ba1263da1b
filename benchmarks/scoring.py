"""How fast audits are scored: the column kernel against the exact evaluator, pandas, polars, DuckDB and a bare copy.

One rule in all of them: 40 items at 5 touchpoints, some not applicable; points in percent of those possible, for each
touchpoint and overall, to one decimal; a failed critical item caps the whole at 60; three bands. All on one core.

    python benchmarks/scoring.py [AUDITS] [--write]

``--write`` puts the table into docs/performance.md.
"""

from __future__ import annotations

import os

os.environ["POLARS_MAX_THREADS"] = "1"

import argparse
import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl

from cemaudit.model import Checklist, Scheme
from cemaudit.scoring import Plan, evaluate, make_plan
from cemaudit.scoring.kernel import AnswerColumn, VisitColumns, compile_plan

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
MARK = "<!-- table -->"
TOUCHPOINTS, ITEMS_EACH = 5, 8
HIGHEST = [(1, 4, 2, 1)[number % 4] for number in range(TOUCHPOINTS * ITEMS_EACH)]
WEIGHTS = [1 + number % 3 for number in range(TOUCHPOINTS * ITEMS_EACH)]
NAMES = [f"I{number}" for number in range(TOUCHPOINTS * ITEMS_EACH)]
GROUPS = {f"t{t}": range(t * ITEMS_EACH, (t + 1) * ITEMS_EACH) for t in range(TOUCHPOINTS)}
ALL = range(len(NAMES))
Answers = dict[str, Any]


def plan() -> Plan:
    facets = {"channel": "face-to-face", "stage": "enter", "element": "people", "mode": "passive"}
    touchpoints = [
        {"id": name, "title": _text(name), **facets, "items": [_item(number) for number in numbers]}
        for name, numbers in GROUPS.items()
    ]
    common = {"how": "ratio", "weights": {"declared": True}, "transform": {"times": 100}, "round": {"digits": 1}}
    checklist = {"id": "bench", "version": "1", "sector": "bench", "journey": "store-path", "scheme": "bench@1"}
    scheme = {"id": "bench", "version": "1", "title": _text("bench")}
    measures = [{"id": "overall", **common}, {"id": "each", "for_each": "touchpoint", **common}]
    bands = [{"label": "A", "where": {"overall": ">= 80"}}, {"label": "B", "where": {"overall": ">= 60"}}]
    return make_plan(
        Checklist.model_validate({**checklist, "title": _text("bench"), "touchpoints": touchpoints}),
        Scheme.model_validate({**scheme, "measures": measures, "bands": [*bands, {"label": "C"}]}),
    )


def _item(number: int) -> dict[str, Any]:
    answer = {"type": "scale", "lowest": 0, "highest": HIGHEST[number]}
    item = {"id": NAMES[number], "ask": _text(NAMES[number]), "answer": answer, "weight": WEIGHTS[number]}
    return item if number else {**item, "critical": {"fails_at": 0, "caps": "overall", "at": 60}}


def _text(words: str) -> dict[str, str]:
    return {"ko": words, "en": words}


def answers(audits: int) -> Answers:
    """Whole numbers from 0 to the highest; about one in twenty is -1, not applicable."""
    random = np.random.default_rng(7)
    columns = {}
    for number in ALL:
        given = random.integers(0, HIGHEST[number] + 1, audits, np.int8)
        given[random.random(audits) < 0.05] = -1
        columns[NAMES[number]] = given
    return columns


def columns_of(given: Answers, of: Plan) -> VisitColumns:
    levels = [tuple(range(highest + 1)) for highest in HIGHEST]
    items = {name: AnswerColumn(given[name], levels[number]) for number, name in enumerate(NAMES)}
    return VisitColumns(of.checklist, len(given[NAMES[0]]), items)


def by_pandas(table: pd.DataFrame) -> pd.Series:
    for name, numbers in GROUPS.items():
        table[name] = _pandas_share(table, numbers)
    overall = _pandas_share(table, ALL)
    table["overall"] = overall.where(table[NAMES[0]] != 0, overall.clip(upper=60))
    table["band"] = np.select([table["overall"] >= 80, table["overall"] >= 60, table["overall"].notna()], [0, 1, 2], -1)
    return table["overall"]


def _pandas_share(table: pd.DataFrame, numbers: range) -> pd.Series:
    earned, possible = 0, 0
    for number in numbers:
        given = table[NAMES[number]]
        earned = earned + given.clip(lower=0).astype("int32") * WEIGHTS[number]
        possible = possible + (given >= 0).astype("int32") * (WEIGHTS[number] * HIGHEST[number])
    return np.floor((2000 * earned + possible) / (2 * possible).where(possible > 0)) / 10


def by_polars(table: pl.DataFrame) -> pl.Series:
    shares = [_polars_share(numbers).alias(name) for name, numbers in GROUPS.items()]
    whole = _polars_share(ALL)
    capped = pl.when(pl.col(NAMES[0]) == 0).then(pl.min_horizontal(whole, 60.0)).otherwise(whole).alias("overall")
    overall = pl.col("overall")
    band = pl.when(overall >= 80).then(0).when(overall >= 60).then(1).when(overall.is_not_null()).then(2).otherwise(-1)
    return table.lazy().select([*shares, capped]).with_columns(band.alias("band")).collect()["overall"]


def _polars_share(numbers: range) -> pl.Expr:
    given = {number: pl.col(NAMES[number]) for number in numbers}
    earned = pl.sum_horizontal([c.clip(0).cast(pl.Int32) * WEIGHTS[n] for n, c in given.items()])
    possible = pl.sum_horizontal([(c >= 0).cast(pl.Int32) * (WEIGHTS[n] * HIGHEST[n]) for n, c in given.items()])
    share = ((2000 * earned + possible).cast(pl.Float64) / (2 * possible)).floor() / 10
    return pl.when(possible > 0).then(share)


def by_duckdb(connection: duckdb.DuckDBPyConnection) -> np.ndarray[Any, Any]:
    shares = ", ".join(f"{_sql_share(numbers)} AS {name}" for name, numbers in GROUPS.items())
    rule = f"""
        SELECT *, CASE WHEN overall >= 80 THEN 0 WHEN overall >= 60 THEN 1 WHEN overall IS NOT NULL THEN 2 ELSE -1 END
        FROM (SELECT {shares}, CASE WHEN {NAMES[0]} = 0 THEN least({_sql_share(ALL)}, 60) ELSE {_sql_share(ALL)} END
              AS overall FROM answers)"""
    return connection.execute(rule).fetchnumpy()["overall"]


def _sql_share(numbers: range) -> str:
    earned = " + ".join(f"greatest({NAMES[n]}, 0)::INTEGER * {WEIGHTS[n]}" for n in numbers)
    possible = " + ".join(f"({NAMES[n]} >= 0)::INTEGER * {WEIGHTS[n] * HIGHEST[n]}" for n in numbers)
    return f"floor((2000 * ({earned}) + ({possible}))::DOUBLE / nullif(2 * ({possible}), 0)) / 10"


def fastest(run: Callable[[], Any], times: int = 5) -> tuple[float, Any]:
    """The shortest of a few runs in seconds, and what came out."""
    best, result = math.inf, None
    for _ in range(times):
        result = None
        start = time.perf_counter()
        result = run()
        best = min(best, time.perf_counter() - start)
    return best, result


def measure(audits: int) -> Iterator[tuple[str, float]]:
    """What was run, and its audits per second; every way must find the same numbers."""
    of, given = plan(), answers(audits)
    columns, kernel = columns_of(given, of), compile_plan(plan())
    copy, _ = fastest(lambda: [column.copy() for column in given.values()])
    yield "a bare copy of the answers", audits / copy
    seconds, scored = fastest(lambda: kernel.run(columns))
    expected = scored.values["overall"]
    yield "column kernel", audits / seconds
    few = [columns.visit(row) for row in range(min(audits, 4000))]
    seconds, exact = fastest(lambda: [evaluate(of, visit).scores["overall"].value for visit in few])
    _same([np.nan if value is None else float(value) for value in exact], expected[: len(few)])
    yield "exact evaluator", len(few) / seconds
    polars = pl.DataFrame(given)
    yield _other("polars", lambda: by_polars(polars).to_numpy(), expected)
    connection = duckdb.connect(config={"threads": 1})
    connection.register("given", pd.DataFrame(given))
    connection.execute("CREATE TABLE answers AS SELECT * FROM given")
    yield _other("DuckDB SQL", lambda: np.ma.filled(by_duckdb(connection), np.nan), expected)
    pandas = pd.DataFrame(given)
    yield _other("pandas", lambda: by_pandas(pandas).to_numpy(), expected)


def _other(name: str, run: Callable[[], Any], expected: Any) -> tuple[str, float]:
    seconds, found = fastest(run, 3)
    _same(found, expected)
    return name, len(expected) / seconds


def _same(found: Any, expected: Any) -> None:
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9, equal_nan=True)


def table(audits: int) -> str:
    """The markdown table of one run."""
    rates = dict(measure(audits))
    kernel, copy = rates["column kernel"], rates["a bare copy of the answers"]
    lines = [f"{audits:,} audits of {len(NAMES)} items, one core of a machine with 2 cores:", ""]
    lines += ["| | audits a second | kernel is faster by | times the copy's time |", "|---|---:|---:|---:|"]
    for name, rate in rates.items():
        lines.append(f"| {name} | {_short(rate)} | {kernel / rate:,.2f} | {copy / rate:,.1f} |")
    return "\n".join(lines)


def _short(rate: float) -> str:
    return f"{rate / 1e6:,.2f} million" if rate >= 1e6 else f"{rate:,.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("audits", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    text = table(options.audits)
    print(text)
    if options.write:
        before, _, after = PAGE.read_text(encoding="utf-8").split(MARK)
        PAGE.write_text(f"{before}{MARK}\n{text}\n{MARK}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()

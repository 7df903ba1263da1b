"""Real ratings: 73,421 by 2,972 students of 1,128 lecturers (InstEval, which lme4 publishes).

How fast the model is fitted, beside others that find the same; and how well it foretells ratings it has not seen.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from apart import Run, apart
from scipy import stats
from shown import table
from truth import Chain, Floats, Network, crossed_of

from cemaudit.compare.fitting import fit_mixed_model
from cemaudit.compare.league_table import adjusted_scores
from cemaudit.compare.mixed_model.crossproducts import cross_products_of_rows
from cemaudit.compare.mixed_model.reml import fit_reml

__all__ = ["Foretold", "Race", "file", "foretold", "races", "shown"]

KEPT, HELD, ENOUGH = 0.11, 0.5, 20
"""Ratings from which something is concluded; those held out; of how many of these a mean counts as known."""
DEPARTMENT, LECTURERS = "5", 40
SAME = 1e-3


class Race(NamedTuple):
    """So many ``ratings``, fitted by ``who`` in so many seconds; the first of each number is cemaudit."""

    ratings: int
    who: str
    seconds: float
    criterion: float


class Foretold(NamedTuple):
    """Of a way to score lecturers: the rank correlation with their mean in held-out ratings where these are enough, and
    the root mean square error of what it foretells of each of these.
    """

    correlation: float
    error: float


def file() -> Path:
    """Where the ratings may be."""
    root = Path(os.environ.get("CEMAUDIT_SHARED", Path(__file__).parents[2] / "shared"))
    return root / "data" / "statistics" / "InstEval.csv"


def ratings(*, some: bool = False) -> pd.DataFrame:
    """All ratings, or those of some lecturers of one department."""
    found = pd.read_csv(file(), dtype={"s": str, "d": str, "dept": str}).astype({"y": float, "service": float})
    if not some:
        return found
    found = found[found.dept == DEPARTMENT]
    return found[found.d.isin(found.d.unique()[:LECTURERS])].reset_index(drop=True)


def ours(frame: pd.DataFrame) -> float:
    """The restricted criterion of students, lecturers and whether the lecture was a service."""
    students, lecturers = pd.factorize(frame.s)[0], pd.factorize(frame.d)[0]
    fixed = np.column_stack([np.ones(len(frame)), frame.service])
    return fit_reml(cross_products_of_rows(students, [lecturers], fixed, frame.y.to_numpy())).criterion


def by_interlace(frame: pd.DataFrame) -> float:
    found = importlib.import_module("interlace").fit("y ~ service", frame, groups=["s", "d"])
    return float(-2 * found.llf)


def by_statsmodels(frame: pd.DataFrame) -> float:
    models = importlib.import_module("statsmodels.regression.mixed_linear_model").MixedLM
    parts = {"s": "0 + C(s)", "d": "0 + C(d)"}
    model = models.from_formula("y ~ service", groups=np.ones(len(frame)), vc_formula=parts, data=frame)
    return float(-2 * model.fit(reml=True).llf)


def _raced(way: Callable[[pd.DataFrame], float], some: bool, times: int) -> Run:
    """One core."""
    return apart(_race, way.__name__, some, times, times=1, one_core=True)


def _race(name: str, some: bool, times: int) -> tuple[float, float, int]:
    from apart import best  # noqa: PLC0415

    frame = ratings(some=some)
    seconds, criterion = best(lambda: globals()[name](frame), times)
    return seconds, criterion, len(frame)


def races(*, everything: bool) -> Iterator[Race]:
    """All ratings (``everything``: by interlace, too, which takes minutes), and as many as statsmodels does in bearable
    time; ways that are not installed are left out.
    """
    for some in (False, True):
        expected = None
        for who, way, times in _WAYS:
            slow = who == "statsmodels" or (who == "interlace" and not everything)
            if not _is_there(who) or (slow and not some):
                continue
            seconds, criterion, count = _raced(way, some, times).result
            expected = criterion if expected is None else expected
            if abs(criterion - expected) > SAME:
                raise AssertionError(who, criterion, expected)
            yield Race(count, who, seconds, criterion)


def _is_there(who: str) -> bool:
    return who == "cemaudit" or importlib.util.find_spec(who) is not None


_WAYS: tuple[tuple[str, Callable[[pd.DataFrame], float], int], ...] = (
    ("cemaudit", ours, 7),
    ("interlace", by_interlace, 1),
    ("statsmodels", by_statsmodels, 1),
)


def shown(found: Sequence[Race]) -> str:
    """As a table."""
    firsts: dict[int, float] = {}
    rows = []
    for count, who, seconds, criterion in found:
        ratio = seconds / firsts.setdefault(count, seconds)
        rows.append([f"{count:,} ratings", who, f"{seconds:.3f}", f"{ratio:,.0f}", f"{criterion:.3f}"])
    return table(["InstEval, one core", "", "processor seconds", "times as long as cemaudit", "criterion (REML)"], rows)


def foretold(seed: int) -> dict[str, Foretold]:
    """From a few ratings of each lecturer, those of the held-out half."""
    frame, lot = ratings(), np.random.default_rng(seed)
    drawn = lot.random(len(frame))
    lecturer, student = pd.factorize(frame.d)[0], pd.factorize(frame.s)[0]
    kept = drawn < KEPT
    held = (drawn >= HELD) & np.isin(lecturer, lecturer[kept])
    known, store = np.unique(lecturer[kept], return_inverse=True)
    score = frame.y.to_numpy()
    made = _network(store, student[kept], score[kept], int(student.max()) + 1)
    place = np.searchsorted(known, lecturer[held])
    return {name: _compared(way, place, student[held], score[held]) for name, way in _ways(made)}


def _network(store: Any, student: Any, score: Floats, students: int) -> Network:
    count = int(store.max()) + 1
    nothing = np.zeros(count)
    chain = Chain(count, students, 1)
    return Network(chain, nothing.astype(np.int64), nothing, store, student, np.zeros_like(store), score)


class _Way(NamedTuple):
    """A score for each lecturer and something to add for each student."""

    lecturers: Floats
    students: Floats


def _ways(made: Network) -> Iterator[tuple[str, _Way]]:
    crossed = crossed_of(made)
    nothing = np.zeros(made.chain.shoppers)
    yield "plain mean", _Way(crossed.raw / crossed.visits, nothing)
    yield (
        "shrunken, students not looked at",
        _Way(adjusted_scores(fit_mixed_model(crossed.without_shoppers())).value, nothing),
    )
    found = fit_mixed_model(crossed)
    yield "cemaudit", _Way(adjusted_scores(found).value, found.model.random_blups[0])


def _compared(way: _Way, lecturer: Any, student: Any, score: Floats) -> Foretold:
    counts = np.bincount(lecturer, minlength=len(way.lecturers))
    there = counts >= ENOUGH
    means = np.bincount(lecturer, score, len(counts))[there] / counts[there]
    expected = way.lecturers[lecturer] + way.students[student]
    correlation = float(stats.spearmanr(way.lecturers[there], means)[0])
    return Foretold(correlation, float(np.sqrt(np.mean((score - expected) ** 2))))

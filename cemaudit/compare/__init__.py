"""Fair comparison of stores, from Python: league, trend, effect, shopper severity, key drivers, agreement, sample size.

``visits`` is anything whose columns numpy can read, a value a visit: a dict of lists, a data frame, an Arrow table. No
ledger, no snapshot and no data base is needed; the same visits in a snapshot give the same numbers to the last bit.
The model behind most of it: score = fixed effects (pool, wave, version) + store + shopper + visit, see ``mixed_model``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from cemaudit.compare.columns import ColumnSource
    from cemaudit.compare.drivers.results import DriverStudy
    from cemaudit.compare.intervention import ActionEffect
    from cemaudit.compare.league_table import League
    from cemaudit.compare.power_analysis import DetectionGoal, SampleSizePlan
    from cemaudit.compare.reliability import StandardDeviations
    from cemaudit.compare.results import ComparisonRules
    from cemaudit.compare.severity import ShopperSeverities
    from cemaudit.compare.shopper_agreement import ShopperAgreement
    from cemaudit.compare.trends import Trend

__all__ = ["agreement", "effect", "key_drivers", "league", "sample_size", "shopper_severity", "trend"]

Better = Literal["higher", "lower"]
"""Which scores are the better ones."""


def league(  # noqa: PLR0913
    visits: ColumnSource,
    target: float | None = None,
    *,
    score: str = "score",
    by: str = "store",
    pool: str | None = None,
    better: Better = "higher",
    adjust_for: Sequence[str] = (),
    rules: ComparisonRules | None = None,
) -> League:
    """Return the league table of stores: adjusted scores with intervals, ranks, groups and flags.

    Parameters
        visits: columns ``store`` and ``score`` (points); and, where they are known, ``shopper``, ``wave``,
            ``scenario``, ``checklist``, ``scheme``, and of the store ``name``, ``pool``, ``region``, ``format``,
            ``brand``, ``owner``. What is not known is None, NaN or empty; visits without a score are left out.
        target: points; stores probably on its wrong side are flagged. None: those probably among the lowest tenth.
        score: the column of the scores.
        by: what is compared: ``store``, or a column said of the stores.
        pool: the column of the pools that shoppers work in; None: ``pool``, else ``region``, where they are there;
            empty: none.
        better: which scores are.
        adjust_for: columns of the visits' circumstances, such as ``weekday`` or ``occasion``, that scores are adjusted
            for: at most 100 values each.
        rules: how many visits it takes, levels and thresholds; None: the usual ones.

    Raises
        BadInput: a column is missing or holds something else than it must.
        NotEstimable: the visits do not answer it; the text says why.
    """
    from cemaudit.compare.columns import table_of_columns
    from cemaudit.compare.crosstabs import cross_tabulate
    from cemaudit.compare.league_table import fit_units, make_league
    from cemaudit.compare.results import DEFAULT_RULES

    table = table_of_columns(visits, score=score, by=by, pool=pool, better=better, adjust_for=adjust_for)
    return make_league(fit_units(cross_tabulate(table)), table.names, target, rules or DEFAULT_RULES)


def trend(  # noqa: PLR0913
    visits: ColumnSource,
    *,
    score: str = "score",
    by: str | None = None,
    better: Better = "higher",
    baseline: Sequence[str] = (),
    false_alarms: float = 1.0,
    adjust_for: Sequence[str] = (),
    rules: ComparisonRules | None = None,
) -> Trend:
    """Return what changed from wave to wave in all stores, in parts of them (``by``), and in single stores.

    Parameters
        visits: as for ``league``; ``wave`` and ``day`` (dates, which order the waves) must be there.
        by: a column said of the stores whose values are followed one by one.
        baseline: the waves single stores are watched from; empty: all but the last.
        false_alarms: how many alarms of stores that did not change are put up with, in all.

    Raises
        BadInput, NotEstimable: as ``league``; also where there are fewer than two waves.
    """
    from cemaudit.compare.columns import table_of_columns
    from cemaudit.compare.results import DEFAULT_RULES
    from cemaudit.compare.trends import trend_in_table

    table = table_of_columns(
        visits, score=score, by=by or "store", better=better, needs=("wave", "day"), adjust_for=adjust_for
    )
    return trend_in_table(
        table,
        table.names,
        by=by,
        rules=rules or DEFAULT_RULES,
        baseline=baseline,
        false_alarms=false_alarms,
    )


def effect(  # noqa: PLR0913
    visits: ColumnSource,
    stores: Sequence[str],
    since: dt.date,
    *,
    name: str = "action",
    noted: dt.date | None = None,
    score: str = "score",
    better: Better = "higher",
    adjust_for: Sequence[str] = (),
    rules: ComparisonRules | None = None,
) -> ActionEffect:
    """Return the effect of what was done in ``stores`` from the day ``since`` on, without regression to the mean.

    Parameters
        visits: as for ``league``; ``day`` must be there (visits whose day is not known are left out).
        stores: the stores it was done in; the others show what changed everywhere.
        name: what it is called in sentences.
        noted: the day it was decided; visits made since the action began but before that day leave it without a
            verdict, for they may have been seen. None: before all of them.

    Raises
        BadInput, NotEstimable: as ``league``; also without visits before and after, there and elsewhere.
    """
    from cemaudit.compare.columns import table_of_columns
    from cemaudit.compare.intervention import Intervention, effect_in_table
    from cemaudit.compare.results import DEFAULT_RULES

    table = table_of_columns(visits, score=score, better=better, needs=("day",), adjust_for=adjust_for)
    return effect_in_table(table, Intervention(name, tuple(stores), since, noted=noted), rules or DEFAULT_RULES)


def shopper_severity(
    visits: ColumnSource,
    *,
    score: str = "score",
    better: Better = "higher",
    adjust_for: Sequence[str] = (),
    rules: ComparisonRules | None = None,
) -> ShopperSeverities:
    """Return how strict and how steady each shopper is, judged from stores that others visited too.

    Parameters
        visits: as for ``league``; ``shopper`` must be there.

    Raises
        BadInput, NotEstimable: as ``league``.
    """
    from cemaudit.compare.columns import table_of_columns
    from cemaudit.compare.crosstabs import arrays_of_table
    from cemaudit.compare.results import DEFAULT_RULES
    from cemaudit.compare.severity import shopper_severities

    table = table_of_columns(visits, score=score, better=better, needs=("shopper",), adjust_for=adjust_for)
    return shopper_severities(arrays_of_table(table), rules or DEFAULT_RULES)


def key_drivers(  # noqa: PLR0913
    visits: ColumnSource,
    outcome: str,
    drivers: Sequence[str],
    *,
    better: Better = "higher",
    by_shopper: bool | None = None,
    rules: ComparisonRules | None = None,
) -> DriverStudy:
    """Return what share of the explained variance of an outcome each driver has (LMG, or Johnson's relative weights).

    Parameters
        visits: columns ``store``, the ``outcome`` and the ``drivers`` (numbers, as points or percent; hundredths
            count); ``shopper`` and ``checklist``, where they are known.
        better: which scores of the drivers are.
        by_shopper: whether each visit counts as it differs from its shopper's mean; None: where shoppers are known.

    Raises
        BadInput: a column is missing or holds no numbers.
        NotEstimable: there are too few visits, or they show nothing beyond chance.
    """
    from cemaudit.compare.drivers.study_columns import study_columns
    from cemaudit.compare.results import DEFAULT_RULES

    return study_columns(
        visits, outcome, drivers, better=better, by_shopper=by_shopper, level=(rules or DEFAULT_RULES).level
    )


def agreement(
    ratings: ColumnSource,
    *,
    case: str = "case",
    rater: str = "rater",
    rating: str = "rating",
    level: float = 0.90,
) -> ShopperAgreement:
    """Return how far raters of the same cases agree: Krippendorff's alpha (interval), and ICC(1) of two of them.

    Parameters
        ratings: a column of cases, one of raters, one of numbers (NaN: left out). Several ratings of a case by one
            rater count as one, their mean.
        level: of the intervals, above 0 and below 1.

    Raises
        BadInput: a column is missing or cannot be read.
    """
    from cemaudit.compare.columns import number_column, text_column
    from cemaudit.compare.shopper_agreement import agreement_of_ratings

    cases = text_column(ratings, case)
    return agreement_of_ratings(
        cases, text_column(ratings, rater, len(cases)), number_column(ratings, rating, len(cases)), level
    )


def sample_size(
    difference: float, spreads: StandardDeviations | None = None, aim: DetectionGoal | None = None
) -> SampleSizePlan:
    """Return how many visits show a ``difference`` of so many points (above 0).

    Parameters
        spreads: standard deviations between stores, shoppers and visits, such as ``league(visits).spreads``; None:
            those assumed where nothing better is known.
        aim: what is to be seen, and how surely; None: a difference between two stores, power 0.8 at 95 %.
    """
    from cemaudit.compare.power_analysis import ASSUMED_DEVIATIONS, plan_sample_size

    return plan_sample_size(difference, spreads or ASSUMED_DEVIATIONS, aim, assumed=spreads is None)

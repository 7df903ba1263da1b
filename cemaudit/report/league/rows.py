"""Stores as rows of a caterpillar plot."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import NormalDist

from cemaudit.compare.intervals import Standing
from cemaudit.model import Text
from cemaudit.model.blocks import Axis, Intervals, Ranged, Span, Tone, Words
from cemaudit.report.league.words import name_of, number, percent

__all__ = ["OVERLAP", "caterpillar_of", "ranged"]

OVERLAP = 1.39
"""Standard errors to both sides of bars that, where they do not overlap, differ at about 5 %."""


def ranged(standing: Standing, level: float, *, name: Words | None = None, tone: Tone | None = None) -> Ranged:
    """A store with its interval, and the shorter one to compare stores by.

    The shorter one is the interval drawn in, so that it stays lopsided where the interval is.
    """
    low, high = standing.interval
    share = min(1.0, OVERLAP / NormalDist().inv_cdf((1 + level) / 2))
    inner = Span(
        low=standing.score - share * (standing.score - low), high=standing.score + share * (high - standing.score)
    )
    return Ranged(
        label=name_of(standing) if name is None else name,
        value=standing.score,
        low=low,
        high=high,
        inner=inner,
        mark=standing.raw,
        group=group_name(standing.group),
        tone=tone or ("worst" if standing.flagged else "plain"),
        strong=standing.flagged,
    )


def group_name(group: int | None) -> Words:
    """A group's name; empty without one."""
    return "" if group is None else Text(ko=f"그룹 {group}", en=f"Group {group}")


def caterpillar_of(title: Words, rows: Iterable[Ranged], level: float, target: float | None) -> Intervals:
    """The plot, with what its marks mean."""
    return Intervals(
        title=title,
        rows=tuple(rows),
        axis=Axis(title=Text(ko="점수", en="score")),
        target=target,
        target_name="" if target is None else Text(ko=f"목표 {number(target)}", en=f"target {number(target)}"),
        value_name=Text(ko="조정한 점수", en="adjusted score"),
        inner_name=Text(ko="비교용 구간", en="to compare two by"),
        range_name=Text(ko=f"{percent(level)} 구간", en=f"{percent(level)} interval"),
        mark_name=Text(ko="방문 평균(조정 전)", en="mean of visits, before adjusting"),
    )

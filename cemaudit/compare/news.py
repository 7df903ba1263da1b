"""What a trend says, and what of it is noise, in sentences for somebody who has to decide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cemaudit.compare.change import Point, Series
from cemaudit.compare.individuals import individual_limits
from cemaudit.compare.telling import MOST_NAMED, Told
from cemaudit.compare.trend import Trend
from cemaudit.compare.watching import Alarm, Watching
from cemaudit.language import N_, Message, message

__all__ = ["news"]


_DOWN = N_("Lower than in {waves}, all stores' change taken off: {names}.")
_UP = N_("Higher than in {waves}, all stores' change taken off: {names}.")


def news(trend: Trend) -> Told:
    """The sentences of a trend."""
    return Told(tuple(_trend_conclusions(trend)), tuple(_trend_open_questions(trend)))


def _trend_conclusions(trend: Trend) -> Iterator[Message]:
    yield from _of_network(trend)
    yield from _of_series(trend.network)
    if trend.parts:
        yield from _of_parts(trend)
    if trend.watching:
        yield from _of_stores(trend.watching)


def _trend_open_questions(trend: Trend) -> Iterator[Message]:
    if trend.watching is None:
        yield message("No store was visited both in the waves compared with and after them: single stores are not "
                      "watched.")  # fmt: skip
    yield from trend.notes


def _of_network(trend: Trend) -> Iterator[Message]:
    last, before = trend.network.points[-1], trend.network.points[-2]
    if last.change is None or last.changed is None:
        return
    values = {
        "wave": last.wave,
        "before": before.wave,
        "change": f"{last.change:+.1f}",
        "low": f"{last.changed.low:+.1f}",
        "high": f"{last.changed.high:+.1f}",
        "score": f"{last.score:.1f}",
    }
    if last.told:
        yield message("All stores, {wave}: {score}, {change} against {before} ({low} to {high}): more than chance.",
                      **values)  # fmt: skip
    else:
        yield message("All stores, {wave}: {score}, {change} against {before} ({low} to {high}): that may be chance.",
                      **values)  # fmt: skip


def _of_series(series: Series) -> Iterator[Message]:
    scored = [(point.wave, point.score) for point in series.points if point.score is not None]
    limits = individual_limits([score for _, score in scored])
    if limits is None:
        return
    outside = [wave for wave, score in scored if not limits.low <= score <= limits.high]
    values = {"low": f"{limits.low:.1f}", "high": f"{limits.high:.1f}"}
    if outside:
        yield message("By itself the series keeps between {low} and {high}; outside: {waves}.",
                      waves=", ".join(outside), **values)  # fmt: skip
    else:
        yield message("By itself the series keeps between {low} and {high}; no wave is outside.", **values)


def _of_parts(trend: Trend) -> Iterator[Message]:
    changes = [(part, point) for part in trend.parts for point in part.points if point.changed]
    told = [f"{part.name} {_change(point)}" for part, point in changes if point.told]
    by_chance = f"{(1 - trend.level) * len(changes):.1f}"
    if told:
        yield message("More than chance, each taken alone: {changes}.", changes=_listed(told))
    else:
        yield message("No change of a part can be told from chance.")
    yield message("Looked at: {all} changes of parts; about {number} would look like more than chance if there were "
                  "none.", all=len(changes), number=by_chance)  # fmt: skip


def _change(point: Point) -> str:
    return f"{point.change:+.1f} ({point.wave})"


def _of_stores(watching: Watching) -> Iterator[Message]:
    sides = [[alarm for alarm in watching.alarms if alarm.direction == side] for side in ("down", "up")]
    values = {"waves": ", ".join(watching.baseline)}
    if not watching.alarms:
        yield message("No single store differs from its level in {waves} by more than chance.", **values)
    for side, alarms in zip((_DOWN, _UP), sides, strict=True):
        if alarms:
            yield message(side, names=_names(alarms), **values)
    yield message(
        "Stores watched: {stores}. If none had changed, about {number} of them would give a false alarm.",
        stores=watching.stores, number=f"{watching.expected:.1f}",
    )  # fmt: skip
    if watching.every:
        yield message(
            "A store that stays as it is gives a false alarm once in {visits} visits on average.",
            visits=f"{watching.every:,.0f}",
        )  # fmt: skip


def _names(alarms: Sequence[Alarm]) -> str:
    return _listed([alarm.name for alarm in alarms])


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:MOST_NAMED])
    return f"{shown} ... (+{len(names) - MOST_NAMED})" if len(names) > MOST_NAMED else shown

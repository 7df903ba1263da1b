"""``cemaudit rescore``."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from cemaudit.cli import localized
from cemaudit.cli.options import (
    cluster_options,
    engine_options,
    filter_of,
    folder_of,
    json_option,
    open_on_cluster,
    place_options,
    print_failed,
    print_not_vectorized,
    print_plugin_problems,
    print_problems,
    processes_option,
)
from cemaudit.cli.scheme_changes import CAUSE_TITLES
from cemaudit.cli.terminal import print_table
from cemaudit.language import N_, message, translate

if TYPE_CHECKING:
    from cemaudit.ledger.query import Filter, Reading
    from cemaudit.ledger.rescoring.differences import CauseCounts, SchemeDifference
    from cemaudit.ledger.rescoring.run import RescoringResult
    from cemaudit.ledger.spark.reading import SparkSnapshot
    from cemaudit.scoring import Engine


MOST_STORES = 20


@localized.command(
    "rescore",
    help=N_(
        "Score all visits of the snapshot under another scheme, and show what changes. Both results are kept: "
        "'query --scheme' shows the new one. Stopped anywhere and run again, it goes on."
    ),
)
@place_options
@localized.option("--scheme", required=True, metavar="ID@VERSION", help=N_("The scheme to score under."))
@localized.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help=N_("Only what was visited from this day on.")
)
@localized.option("--where", multiple=True, metavar="checklist=ID", help=N_("Only visits of these checklists."))
@localized.option(
    "--causes", type=click.IntRange(0, 100_000), default=200, metavar="N",
    help=N_("Number of changed visits to examine for causes (200)."),
)  # fmt: skip
@processes_option
@cluster_options
@json_option
@engine_options
@localized.common_options
def command(
    url: str | None,
    snapshot_path: Path | None,
    scheme: str,
    since: dt.datetime | None,
    where: tuple[str, ...],
    causes: int,
    processes: int | None,
    on: str | None,
    data: str | None,
    as_json: bool,
    blocked: tuple[str, ...],
    files: tuple[Path, ...],
) -> int:
    """Score again, and show the difference for each checklist."""
    from cemaudit.scoring import Engine

    selection = _RescoringRequest(
        Engine(blocked, files), scheme, _checklists(where), since.date() if since else None, blocked
    )
    show = print_difference_json if as_json else print_difference
    if on:
        with open_on_cluster(on, data, snapshot_path) as snapshot:
            done = rescore_on_cluster(selection, snapshot, show)
    elif url:
        done = rescore_locally(selection, url, folder_of(url, snapshot_path), processes, causes, show)
    else:
        raise click.UsageError(str(message("name a ledger with --ledger, or a cluster with --on")))
    print_problems(done.problems)
    print_plugin_problems(selection.engine)
    return 1 if done.failed else 0


class _RescoringRequest(NamedTuple):
    """What is asked for, wherever it is done."""

    engine: Engine
    scheme: str
    visit_filter: Filter
    since: dt.date | None
    blocked: tuple[str, ...]

    def refs(self, snapshot: Reading) -> list[str]:
        """The checklists that are meant."""
        from cemaudit.ledger.query.question import LedgerQuery, checklists_asked

        return checklists_asked(snapshot, LedgerQuery(which=self.visit_filter), one=False)


Show = Callable[[str, str, "SchemeDifference", "CauseCounts"], None]


def _checklists(where: tuple[str, ...]) -> Filter:
    visit_filter = filter_of(where, None, None, excluded=False)
    if any(condition.key != "checklist" for condition in visit_filter.conditions):
        raise click.UsageError(
            str(message("expected {what}, found {value}", what="checklist=ID", value=", ".join(where)))
        )
    return visit_filter


def rescore_locally(
    request: _RescoringRequest, url: str, folder: Path, processes: int | None, causes: int, show: Show
) -> RescoringResult:
    """In this program, on all processors."""
    from cemaudit.ledger import open_ledger, rescore_history
    from cemaudit.ledger.collecting import processors
    from cemaudit.ledger.query.partly import visits_left_out
    from cemaudit.ledger.query.reading import reading
    from cemaudit.ledger.rescoring.differences import count_causes, scheme_difference

    engine, scheme, begun = request.engine, request.scheme, time.monotonic()
    with open_ledger(url) as ledger:
        with reading(folder) as snapshot:
            print_problems(visits_left_out(snapshot))
            refs = request.refs(snapshot)
        done = rescore_history(
            ledger, url, engine, folder, scheme,
            refs=refs, since=request.since, blocked=request.blocked, processes=processes or processors(),
        )  # fmt: skip
        _print_done(done, time.monotonic() - begun)
        with reading(folder) as snapshot:
            for ref in done.refs:
                difference = scheme_difference(snapshot, ref, scheme, request.since)
                show(ref, scheme, difference, count_causes(ledger, engine, difference.changed, scheme, causes))
    return done


def rescore_on_cluster(request: _RescoringRequest, snapshot: SparkSnapshot, show: Show) -> RescoringResult:
    """On a cluster, which has no visits to look for causes in."""
    from cemaudit.ledger.rescoring.differences import CauseCounts, scheme_difference
    from cemaudit.ledger.spark.rescoring import rescore_on

    begun = time.monotonic()
    refs = request.refs(snapshot)
    done = rescore_on(snapshot, request.engine, request.scheme, refs, since=request.since, blocked=request.blocked)
    _print_done(done, time.monotonic() - begun)
    for ref in done.refs:
        show(
            ref,
            request.scheme,
            scheme_difference(snapshot, ref, request.scheme, request.since),
            CauseCounts(0, Counter()),
        )
    return done


def _print_done(done: RescoringResult, seconds: float) -> None:
    rate = f"{done.visits / max(seconds, 0.001):,.0f}"
    text = message(
        "{visits} visits scored, {rate} per second; {before} already scored",
        visits=f"{done.visits:,}", rate=rate, before=f"{done.before:,}",
    )  # fmt: skip
    click.echo(str(text), err=True)
    print_failed(done.failed)
    print_not_vectorized(done.fallbacks)


def print_difference_json(ref: str, scheme: str, difference: SchemeDifference, causes: CauseCounts) -> None:
    """Print what changes in a checklist as one line of JSON."""
    stores = [{"store": store, **_numbers(change)} for store, change in difference.stores.items()]
    bands = [{"before": old, "after": new, "visits": count} for (old, new), count in _by_count(difference)]
    causes_json = {"visits": causes.visits, **dict(sorted(causes.kinds.items()))}
    document = {"checklist": ref, "scheme": scheme, **_numbers(difference.whole), "changed": len(difference.changed)}
    click.echo(json.dumps({**document, "bands": bands, "stores": stores, "causes": causes_json}, ensure_ascii=False))


def _numbers(change: Any) -> dict[str, Any]:
    return {"visits": change.visits, "moved": change.moved, "scored": change.scored, "mean_change": change.mean}


def _by_count(difference: SchemeDifference) -> list[tuple[tuple[str | None, str | None], int]]:
    return sorted(difference.bands.items(), key=lambda counted: (-counted[1], [label or "" for label in counted[0]]))


def print_difference(ref: str, scheme: str, difference: SchemeDifference, causes: CauseCounts) -> None:
    """Print what changes in a checklist: bands, stores and causes."""
    total = difference.whole
    click.echo(f"{ref} -> {scheme}")
    click.echo(str(message("{moved} of {all} visits change band", moved=f"{total.moved:,}", all=f"{total.visits:,}")))
    if total.mean is not None:
        click.echo(str(message("Headline: {mean} on average", mean=f"{total.mean:+.2f}")))
    bands = [[old or "-", new or "-", f"{count:,}"] for (old, new), count in _by_count(difference)]
    print_table((N_("Before"), N_("After"), N_("Visits")), bands, "llr", gap=True)
    most = sorted(difference.stores.items(), key=lambda counted: (-abs(counted[1].mean or 0), counted[0]))[:MOST_STORES]
    stores = [[s, f"{c.visits:,}", f"{c.moved:,}", "-" if c.mean is None else f"{c.mean:+.2f}"] for s, c in most]
    print_table((N_("Store"), N_("Visits"), N_("Other band"), N_("Change")), stores, "lrrr", gap=True)
    if causes.visits:
        click.echo()
        click.echo(
            str(
                message(
                    "Causes, in {some} of the {all} visits that change:",
                    some=causes.visits,
                    all=len(difference.changed),
                )
            )
        )
        kinds = [[translate(CAUSE_TITLES[kind]), f"{count:,}"] for kind, count in causes.kinds.most_common()]
        print_table((N_("Because of"), N_("Visits")), kinds, "lr", gap=True)

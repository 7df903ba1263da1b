"""``cemaudit collect``."""

from __future__ import annotations

import datetime as dt
import json
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cemaudit.cli import localized
from cemaudit.cli.commands.alerts import ALERTED, alert_rules, print_alerts
from cemaudit.cli.options import (
    FILE,
    engine_options,
    json_option,
    ledger_option,
    print_new_ledger,
    print_plugin_problems,
    print_problems,
)
from cemaudit.errors import Problem
from cemaudit.language import N_, Message, message

if TYPE_CHECKING:
    from cemaudit.ledger import CollectionSummary, Ledger
    from cemaudit.ledger.sources import Inbox, VisitSource
    from cemaudit.programme.policy import AlertRules

__all__ = ["command", "total_of"]

MOST_TOLD = 20


@localized.command(
    "collect",
    help=N_(
        "Collect visits into the ledger: sealed files, JSON, JSON lines, and folders of them. A folder is an inbox: "
        "collected files move to its subfolder 'done', rejected ones to 'rejected' with the reasons. The command may "
        "be interrupted and run again. Exit code 3 if a visit was not collected."
    ),
)
@click.argument("sources", nargs=-1, required=True, type=click.Path(allow_dash=True))
@ledger_option
@localized.option(
    "--watch",
    type=click.FloatRange(min=0.1),
    metavar="SECONDS",
    help=N_("Keep running and check the inbox at this interval."),
)
@localized.option("--any-store", is_flag=True, help=N_("Accept visits of unregistered stores."))
@localized.option(
    "--media", type=FILE, envvar="CEMAUDIT_MEDIA", metavar="DIR",
    help=N_("Where the evidence of sealed files goes; else a folder beside the ledger's file."),
)  # fmt: skip
@localized.option(
    "--key", "key_files", multiple=True, type=FILE, metavar="FILE",
    help=N_("Public keys, one a line: one of them must have signed each sealed file."),
)  # fmt: skip
@localized.option(
    "--processes",
    type=click.IntRange(1, 256),
    metavar="N",
    help=N_("Number of reading processes; by default one per processor."),
)
@localized.option(
    "--alert", is_flag=True,
    help=N_("Name what of the collected visits must be told at once, as 'alerts' does; exit code 5 if there is any."),
)  # fmt: skip
@localized.option(
    "--screen", is_flag=True,
    help=N_("Compare the collected visits with those of all shoppers, as 'screening' does."),
)  # fmt: skip
@localized.option("--policy", "policy", type=FILE, metavar="FILE", help=N_("With --alert: the policy that says what."))
@json_option
@engine_options
@localized.common_options
def command(
    sources: tuple[str, ...],
    url: str,
    watch: float | None,
    any_store: bool,
    media: Path | None,
    key_files: tuple[Path, ...],
    processes: int | None,
    alert: bool,
    screen: bool,
    policy: Path | None,
    as_json: bool,
    blocked: tuple[str, ...],
    files: tuple[Path, ...],
) -> int:
    """Collect, and say what became of the visits."""
    from cemaudit.exchange.sealed.keys import read_public_keys
    from cemaudit.ledger import open_ledger
    from cemaudit.ledger.collecting import AcceptanceWorkers, Collector, acceptance_rules, processors
    from cemaudit.ledger.ledger import Definitions
    from cemaudit.ledger.sources import find_sources
    from cemaudit.ledger.store_registry import registered_store_ids
    from cemaudit.scoring import Engine

    if policy and not alert:
        raise click.UsageError(str(message("--policy goes with --alert")))
    rules = alert_rules(policy) if alert else None
    keys = [key for path in key_files for key in read_public_keys(path)] if key_files else None
    visit_sources = list(find_sources(sources))
    engine = Engine(blocked, files)
    checklists = engine.library.all_checklists()
    with open_ledger(url, make=True) as ledger:
        print_new_ledger(ledger)
        last_before, begun = ledger.last(), dt.datetime.now(dt.UTC).date()
        workers = AcceptanceWorkers(acceptance_rules(ledger, checklists, media, keys), processes or processors())
        pace = _ProgressLine()
        collector = Collector(
            ledger, workers, Definitions(checklists, engine.library.schemes_of), _RefusalPrinter(), pace
        )
        try:
            for sources_now in _source_rounds(visit_sources, watch):
                collector.collect(sources_now, None if any_store else registered_store_ids(ledger))
        except KeyboardInterrupt:
            if not watch:
                raise
        finally:
            workers.close()
            pace.end()
            _print_summary(collector.summary, pace.seconds, as_json)
        if simulated := collector.summary.simulated:
            text = message("simulated visits among the collected: {count}", count=f"{simulated:,}")
            print_problems([Problem(text, hint=message("leave them out with --where origin=shopper"))])
        waiting = len(ledger.waiting())
        if waiting:
            click.echo(str(message("revisions waiting for an earlier revision: {count}", count=waiting)), err=True)
        if screen:
            _screen(ledger, media, begun)
        has_alerts = rules is not None and _print_alerts(ledger, rules, last_before, as_json=as_json)
    print_plugin_problems(engine)
    if not collector.summary.is_good:
        return 3
    return ALERTED if has_alerts else 0


def _print_alerts(ledger: Ledger, rules: AlertRules, last_before: int, *, as_json: bool) -> bool:
    """Print the alerts of visits with higher numbers, and return whether there are any."""
    from cemaudit.programme.alerts import alerts_in

    alerts = list(alerts_in(ledger, rules, after=last_before))
    if alerts:
        print_alerts(alerts, as_json=as_json)
    return bool(alerts)


def _screen(ledger: Ledger, media: Path | None, since: dt.date) -> None:
    """Screen what came in since a day, and say how much there is to look at."""
    from cemaudit.programme.screening import screen_ledger

    new = screen_ledger(ledger, ledger.media(media), since)
    text = message("new remarks of the screening: {count} ('cemaudit review --queue' shows them)", count=f"{new:,}")
    click.echo(str(text), err=True)


def _source_rounds(
    visit_sources: Sequence[VisitSource | Inbox], watch: float | None
) -> Iterator[Iterator[VisitSource]]:
    """What to collect from now; with ``watch`` again and again, from the inboxes."""
    from cemaudit.ledger.sources import Inbox, inbox_sources

    inboxes = [source for source in visit_sources if isinstance(source, Inbox)]
    yield chain.from_iterable(
        inbox_sources(source) if isinstance(source, Inbox) else [source] for source in visit_sources
    )
    while watch and inboxes:
        time.sleep(watch)
        yield chain.from_iterable(inbox_sources(inbox, settled=True) for inbox in inboxes)


class _RefusalPrinter:
    """One line on stderr for each of the first visits that are not taken."""

    def __init__(self) -> None:
        self._left = MOST_TOLD

    def __call__(self, reason: str) -> None:
        if self._left > 0:
            click.echo(f"cemaudit: {reason}", err=True)
        elif self._left == 0:
            click.echo(f"cemaudit: {message('and more like these')}", err=True)
        self._left -= 1


class _ProgressLine:
    """How many visits, and how fast, on one line of a terminal."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._is_shown = False

    @property
    def seconds(self) -> float:
        """Since it began."""
        return time.monotonic() - self._begun

    def __call__(self, summary: CollectionSummary) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r{_rate(summary.seen, self.seconds)}\x1b[K", err=True, nl=False)
            self._is_shown = True

    def end(self) -> None:
        """Leave the line."""
        if self._is_shown:
            click.echo(err=True)


def _rate(visits: int, seconds: float) -> str:
    return str(
        message("{seen} visits, {rate} a second", seen=f"{visits:,}", rate=f"{visits / max(seconds, 0.001):,.0f}")
    )


def _print_summary(summary: CollectionSummary, seconds: float, as_json: bool) -> None:
    if as_json:
        numbers = {"seen": summary.seen, **summary.by_name(), "incomplete": summary.incomplete}
        click.echo(json.dumps({**numbers, "seconds": round(seconds, 3)}))
        return
    click.echo(f"{total_of(summary)}; {_rate(summary.seen, seconds)}")
    if summary.incomplete:
        from cemaudit.entry.doubts import incomplete_count

        collected = summary.by_name()["collected"]
        click.echo(f"  {incomplete_count(summary.incomplete, collected)}")


def total_of(summary: CollectionSummary) -> Message:
    """What became of all visits seen, in words."""
    return message(
        "{seen} read = {collected} collected + {again} already in the ledger + {conflict} in conflict + {refused} "
        "refused",
        seen=summary.seen, **summary.by_name(),
    )  # fmt: skip

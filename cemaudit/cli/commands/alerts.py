"""``cemaudit alerts``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cemaudit.cli import localized
from cemaudit.cli.options import FILE, json_option, ledger_option
from cemaudit.cli.terminal import screen_width, wrapped
from cemaudit.language import N_, message, translate

if TYPE_CHECKING:
    from cemaudit.programme.alerts import Alert
    from cemaudit.programme.policy import AlertRules

__all__ = ["ALERTED", "alert_rules", "command", "print_alerts"]

_EVIDENCE = {"photo": N_("photo"), "receipt": N_("receipt"), "audio": N_("recording"), "document": N_("document")}

ALERTED = 5
"""The exit code where alerts were asked for and there are some."""


@localized.command(
    "alerts",
    help=N_(
        "Name what must be told at once: critical items not met, with store, visit, the shopper's words and photos; by "
        "a policy also other items and bad feelings. Exit code 5 if there is any."
    ),
)
@ledger_option
@localized.option("--policy", "path", type=FILE, metavar="FILE", help=N_("The policy whose [alerts] say what is told."))
@localized.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help=N_("Visits from this day on.")
)  # fmt: skip
@localized.option(
    "--after", type=click.IntRange(0), default=0, metavar="N", help=N_("Visits that came in after this number.")
)
@json_option
@localized.common_options
def command(url: str, path: Path | None, since: datetime | None, after: int, as_json: bool) -> int:
    """Tell."""
    from cemaudit.ledger import open_ledger
    from cemaudit.programme.alerts import alerts_in

    rules = alert_rules(path)
    with open_ledger(url) as ledger:
        alerts = list(alerts_in(ledger, rules, after=after, since=since.date() if since else None))
    print_alerts(alerts, as_json=as_json)
    return ALERTED if alerts else 0


def alert_rules(path: Path | None) -> AlertRules:
    """What a policy says must be told; critical items without one."""
    from cemaudit.programme.policy import AlertRules, read_policy

    return read_policy(path).alerts if path else AlertRules()


def print_alerts(alerts: Sequence[Alert], *, as_json: bool, to_errors: bool = False) -> None:
    """Print each alert: a line of JSON, or a few lines for people."""
    for alert in alerts:
        if as_json:
            click.echo(json.dumps(alert.as_json(), ensure_ascii=False), err=to_errors)
        else:
            for line in _lines(alert):
                click.echo("\n".join(wrapped(line, screen_width(), "    ")), err=to_errors)
    if not as_json:
        text = message("alerts: {count}", count=f"{len(alerts):,}")
        click.echo(str(text), err=to_errors)


def _lines(alert: Alert) -> list[str]:
    from cemaudit.ledger.query.coverage import store_label
    from cemaudit.ledger.states import VisitState

    store = store_label(alert.store, alert.store_name or None)
    day = alert.day or message("day not known")
    head = message("{kind}: {store}, {day}", kind=alert.kind.words, store=store, day=day)
    of = f"{alert.touchpoint_title} · {alert.item}: {alert.ask}" if alert.item else str(alert.touchpoint_title)
    # the shopper's words whole, whatever their length
    said = [f"“{line}”" for words in alert.texts for line in words.splitlines() if line]
    photos = [f"{translate(_EVIDENCE[piece.kind])}: {piece.file}" for piece in alert.photos]
    visit = message("visit {visit} ({checklist}), {state}", visit=alert.visit, checklist=alert.checklist,
                    state=VisitState(alert.state).words)  # fmt: skip
    return [str(head), *(f"  {line}" for line in (of, *said, *photos, visit)), ""]

"""``cemaudit screening``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cemaudit.cli import localized
from cemaudit.cli.options import FILE, json_option, ledger_option
from cemaudit.cli.terminal import print_notes, print_section, print_table, screen_width
from cemaudit.language import N_, message, translate

if TYPE_CHECKING:
    from cemaudit.ledger.screening_remarks import RemarkedVisit, ScreeningRemark

_HEADINGS = (N_("Visit"), N_("Day"), N_("Store"), N_("Place"), N_("Other visit"), N_("Figure"))


@localized.command(
    "screening",
    help=N_(
        "Look for what an editor should see before a visit counts: nearly the same text or picture in two visits, one "
        "shopper in two places at once, visits much too short, answers all alike, complaints that go against the "
        "marks. It compares the visits of all shoppers, keeps what it remarks, and decides nothing."
    ),
)
@ledger_option
@localized.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE",
    help=N_("Only visits collected from this day (UTC) on; they are compared with all."),
)  # fmt: skip
@localized.option(
    "--media", type=FILE, envvar="CEMAUDIT_MEDIA", metavar="DIR",
    help=N_("Where evidence is kept; else a folder beside the ledger's file."),
)  # fmt: skip
@json_option
@localized.common_options
def command(url: str, since: datetime | None, media: Path | None, as_json: bool) -> None:
    """Screen, keep the remarks, and show them."""
    from cemaudit.ledger import open_ledger
    from cemaudit.ledger.screening_remarks import remarked_visits, remarks_since
    from cemaudit.programme.screening import screen_ledger

    day = since.date() if since else None
    with open_ledger(url) as ledger:
        folder = ledger.media(media)
        new = screen_ledger(ledger, folder, day)
        remarks = remarks_since(ledger, day)
        numbers = sorted({number for remark in remarks for number in (remark.visit, remark.other) if number})
        visits = remarked_visits(ledger, numbers)
    if as_json:
        for remark in remarks:
            click.echo(json.dumps(remark_to_dict(remark, visits), ensure_ascii=False))
        return
    _print_remarks(remarks, visits)
    click.echo()
    click.echo(str(message("{count} remarks, {new} of them new", count=f"{len(remarks):,}", new=f"{new:,}")))
    if folder is None:
        click.echo(str(message("pictures were not looked at: say where they are with --media")), err=True)


def remark_to_dict(remark: ScreeningRemark, visits: Mapping[int, RemarkedVisit]) -> dict[str, Any]:
    """A remark as plain JSON values, with how often its rule remarks on honest visits."""
    from cemaudit.programme.screening import FALSE_ALARMS

    visit, other = visits[remark.visit], visits.get(remark.other or 0)
    return {
        "rule": remark.rule,
        "visit": visit.id,
        "store": visit.store,
        "shopper": visit.shopper,
        "wave": visit.wave,
        "day": visit.day,
        "place": remark.place,
        "other": other and other.id,
        "other_store": other and other.store,
        "other_shopper": other and other.shopper,
        "figure": remark.figure,
        "false_alarms": FALSE_ALARMS[remark.rule],
    }


def _print_remarks(remarks: Sequence[ScreeningRemark], visits: Mapping[int, RemarkedVisit]) -> None:
    """A table for each rule that remarks, and how to read it."""
    from cemaudit.ledger.screening_remarks import RULE_TITLES
    from cemaudit.programme.screening import FALSE_ALARMS

    for name, title in RULE_TITLES.items():
        rows = [_cells(remark, visits) for remark in remarks if remark.rule == name]
        if rows:
            text = message(
                "{rule}: {count} (remarked on at most {share} of honest visits, as simulated)",
                rule=translate(title), count=f"{len(rows):,}", share=f"{FALSE_ALARMS[name]:.1%}",
            )  # fmt: skip
            print_notes([text])
            print_table(_HEADINGS, rows, width=screen_width(), in_pieces=True, verbatim=False)
    if remarks:
        print_section(N_("How to read this table"), _NOTES)


_NOTES = (
    message("A remark says where to look. It is no proof and decides nothing: read both visits, and ask."),
    message("Figure: texts and pictures: how alike (1: the same); times: minutes of this visit and the usual ones."),
)


def _cells(remark: ScreeningRemark, visits: Mapping[int, RemarkedVisit]) -> list[str]:
    visit, other = visits[remark.visit], visits.get(remark.other or 0)
    return [
        visit.id,
        visit.day or "-",
        visit.store,
        _short(remark.place),
        f"{other.id} ({other.store})" if other else "-",
        remark.figure or "-",
    ]


def _short(place: str) -> str:
    """A place without the long name of a picture's file."""
    head, mark, name = place.partition("media/")
    return f"{head}{name[:8]}" if mark else place

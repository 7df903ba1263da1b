"""``cemaudit compare``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cemaudit.cli import words
from cemaudit.cli.asking import Question, asking, asking_options, rules_of, rules_options
from cemaudit.cli.group import group
from cemaudit.cli.league import league_document, show_league
from cemaudit.cli.numbers import POINTS
from cemaudit.cli.options import FILE
from cemaudit.cli.pair import stores
from cemaudit.cli.rows import Form, give_rows, rows_options
from cemaudit.cli.sides import show_sides
from cemaudit.cli.standings import COLUMNS, row_of
from cemaudit.errors import BadInput, Problem
from cemaudit.language import N_, current, message

if TYPE_CHECKING:
    from cemaudit.compare.report_records import Account
    from cemaudit.ledger.actions import Action

_UNITS = ("store", "region", "format", "brand", "owner", "pool")
_SIDES = ("channel", "stage", "element", "touchpoint", "mode", "medium", "moment")


@group(
    "compare",
    N_(
        "Compare stores fairly: scores adjusted for strict and mild shoppers, each with its interval, the probability "
        "of missing the target, its likely places, and groups that cannot be told apart; first in words what can be "
        "concluded and what cannot."
    ),
    {"stores": N_("Say whether two stores differ.")},
    alone=True,
)
@asking_options
@words.option("--target", type=POINTS, metavar="POINTS", help=N_("Flag stores that probably miss this score."))
@words.option("--by", type=click.Choice((*_UNITS, *_SIDES)), default="store",
              help=N_("What is compared; channels, stages and the like are shown side by side."))  # fmt: skip
@words.option("--pool", type=click.Choice((*_UNITS[1:], "none")),
              help=N_("The pools shoppers work in; else the stores' pool or region."))  # fmt: skip
@words.option("--scale", type=click.Choice(("auto", "points", "arcsine")), default="auto",
              help=N_("The scale to compare on; auto: arcsine near the ceiling."))  # fmt: skip
@words.option("--unadjusted", is_flag=True, help=N_("Do not adjust for how easy the items were that applied."))
@words.option("--report", "folder", type=FILE, metavar="DIR", help=N_("Write the league report (PDF) there, too."))
@rules_options
@rows_options
def command(
    question: Question,
    target: float | None,
    by: str,
    pool: str | None,
    scale: str,
    unadjusted: bool,
    folder: Path | None,
    least_visits: int | None,
    level: float | None,
    flag_at: float | None,
    as_json: bool,
    as_csv: bool,
    xlsx: Path | None,
) -> None:
    """Compare, and show."""
    if click.get_current_context().invoked_subcommand:
        return
    from cemaudit.compare.league_table import compare
    from cemaudit.compare.report_data import account_of
    from cemaudit.compare.selection import NO_POOL

    if folder and folder.exists() and not folder.is_dir():
        raise BadInput(Problem(message("expected a folder, found a file"), str(folder)))
    rules, form = rules_of(least_visits, level, flag_at), Form(as_json, as_csv, xlsx)
    what = {"facet": by} if by in _SIDES else {"unit": by}
    asked = question.asked(pool=NO_POOL if pool == "none" else pool, adjusted=not unadjusted, **what)
    with asking(question) as opened:
        if by in _SIDES:
            show_sides(opened, asked, target, rules, form)
            return
        account = (
            account_of(opened, asked, target, rules, scale, _actions(None if question.given else question.url))
            if folder
            else None
        )
        league = account.league if account else compare(opened, asked, target, rules, scale)
    if account and folder:
        click.echo(_write(account, folder), err=as_json or as_csv)
    if not give_rows(form, COLUMNS, [row_of(one) for one in league.standings], lambda: league_document(league)):
        show_league(league)


def _actions(url: str | None) -> list[Action]:
    """Those the ledger knows, where there is one."""
    from cemaudit.ledger import opened
    from cemaudit.ledger.actions import actions_now

    if url is None:
        return []
    with opened(url) as ledger:
        return list(actions_now(ledger).values())


def _write(account: Account, folder: Path) -> str:
    """The league report, in the language in force."""
    from cemaudit.report import league_report, write_report

    return str(write_report(league_report(account), folder, current()))


command.add_command(stores)

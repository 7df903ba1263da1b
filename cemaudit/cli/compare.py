"""``cemaudit compare``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cemaudit.cli import words
from cemaudit.cli.asking import Question, asking, asking_options, rules_of, rules_options
from cemaudit.cli.group import group
from cemaudit.cli.options import FILE
from cemaudit.cli.pair import stores
from cemaudit.cli.results import print_notes
from cemaudit.cli.rows import Form, give_rows, rows_options
from cemaudit.cli.screen import screen_width
from cemaudit.cli.sides import show_sides
from cemaudit.cli.standings import COLUMNS, row_of, span
from cemaudit.cli.table import table_lines
from cemaudit.language import N_, current, message, translate

if TYPE_CHECKING:
    from cemaudit.compare.account import Account
    from cemaudit.compare.league import League
    from cemaudit.compare.standing import Standing
    from cemaudit.ledger.actions import Action

MOST_SHOWN = 60
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
@words.option("--target", type=float, metavar="POINTS", help=N_("Flag stores that probably miss this score."))
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
    from cemaudit.compare.accounting import account_of
    from cemaudit.compare.asked import NO_POOL
    from cemaudit.compare.comparison import compare

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
    if as_json:
        click.echo(json.dumps(_document(league), ensure_ascii=False))
    elif not give_rows(form, COLUMNS, [row_of(one) for one in league.standings]):
        _show(league)


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


def _document(league: League) -> dict[str, Any]:
    from cemaudit.compare.telling import told

    facts, sentences = league.facts, told(league)
    return {
        "measure": facts.measure, "unit": league.unit, "target": league.target, "better": facts.better,
        "visits": facts.visits, "left_out": dict(facts.left_out), "shoppers": league.shoppers, "centre": league.centre,
        "checklists": facts.checklists, "schemes": facts.schemes, "scale": facts.scale.name,
        "adjusted": facts.adjusted, "rules": league.rules._asdict(), "spreads": league.spreads._asdict(),
        "order": league.order._asdict(), "wrong": league.wrong, "found": league.found,
        "can_be_told": [str(one) for one in sentences.known], "cannot_be_told": [str(one) for one in sentences.unknown],
        "standings": [row_of(one) for one in league.standings],
    }  # fmt: skip


def _show(league: League) -> None:
    from cemaudit.compare.telling import told

    facts, sentences = league.facts, told(league)
    click.echo(f"{facts.title or facts.measure} ({', '.join(facts.checklists)}; {', '.join(facts.schemes)})")
    click.echo(str(message("{visits} visits of {count} compared; left out: {left_out}", visits=facts.visits,
                           count=len(league.standings), left_out=_left_out(league))))  # fmt: skip
    _say(N_("What can be told"), sentences.known)
    _say(N_("What cannot be told"), sentences.unknown)
    click.echo()
    rows = list(league.standings)
    best, worst = (rows[: MOST_SHOWN // 2], rows[-MOST_SHOWN // 2 :]) if len(rows) > MOST_SHOWN else (rows, [])
    gap = [["..."] + [""] * (len(_headings(league)) - 1)] if worst else []
    cells = [*map(_cells, best), *gap, *map(_cells, worst)]
    for line in table_lines(_headings(league), cells, "l" + "r" * (len(_headings(league)) - 1), screen_width()):
        click.echo(line)


def _say(heading: str, sentences: Sequence[object]) -> None:
    if sentences:
        click.echo(f"\n{translate(heading)}")
        print_notes(sentences)


def _left_out(league: League) -> str:
    said = ", ".join(f"{reason} {count}" for reason, count in league.facts.left_out.items())
    return said or str(message("none"))


def _headings(league: League) -> list[str]:
    target = N_("Misses target") if league.target is not None else N_("Lowest tenth")
    names = (N_("Store"), N_("Visits"), N_("Mean"), N_("Score"), N_("Interval"), N_("Reliab."), target, N_("Rank"))
    return [translate(name) for name in (*names, N_("Group"))]


def _cells(one: Standing) -> list[str]:
    chance = one.lowest if one.below is None else one.below
    return [
        ("! " if one.flagged else "") + one.name,
        str(one.visits),
        f"{one.raw:.1f}",
        f"{one.score:.1f}",
        span(one.interval, 1),
        "-" if one.reliability is None else f"{one.reliability:.2f}",
        "-" if chance is None else f"{chance:.2f}",
        span(one.rank, 0) if one.rank else "-",
        str(one.group or "-"),
    ]


command.add_command(stores)

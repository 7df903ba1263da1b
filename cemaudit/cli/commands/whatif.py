"""``cemaudit whatif``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cemaudit.cli import localized
from cemaudit.cli.inputs import peers_among, single_visit
from cemaudit.cli.options import (
    FILE,
    engine_options,
    json_option,
    print_plugin_problems,
    scheme_option,
    visits_argument,
)
from cemaudit.cli.terminal import print_bold, print_table, screen_width
from cemaudit.errors import BadInput, Problem, nearest
from cemaudit.language import N_, message

if TYPE_CHECKING:
    from cemaudit.model import Band
    from cemaudit.scoring.plan import Plan
    from cemaudit.scoring.whatif import AnswerChange, Goal, SingleChange, WhatIf


MOST_FIXES = 12
_HEADINGS = (N_("Item"), N_("Question"), N_("Now"), N_("Instead"), N_("Cost"))


@localized.command(
    "whatif",
    help=N_(
        "Find the cheapest changes of answers that reach a band or a value, and what each one alone would bring. "
        "Exit code 1 where nothing reaches it."
    ),
)
@visits_argument
@localized.option("--id", "visit_id", metavar="ID", help=N_("The visit; may be left out where there is only one."))
@localized.option("--band", metavar="LABEL", help=N_("To have this band, or a better one."))
@localized.option(
    "--measure", metavar="NAME", help=N_("The score that --at speaks of; else the one a report leads with.")
)
@localized.option("--at", metavar="X", help=N_("To have the score at X or better, or as in '>= 80, < 90'."))
@localized.option(
    "--costs", type=FILE, metavar="FILE", help=N_("What changes cost (TOML: item = cost, or inf); else 1 each.")
)
@localized.option("--fixed", multiple=True, metavar="ITEM", help=N_("This item cannot change."))
@localized.option("--feelings", is_flag=True, help=N_("Emotions and expectations may change, too."))
@localized.option("--not-applicable", is_flag=True, help=N_("Items that did not apply may be answered, too."))
@scheme_option
@json_option
@engine_options
@localized.common_options
def command(
    visits: tuple[str, ...],
    visit_id: str | None,
    band: str | None,
    measure: str | None,
    at: str | None,
    costs: Path | None,
    fixed: tuple[str, ...],
    feelings: bool,
    not_applicable: bool,
    scheme_ref: str | None,
    as_json: bool,
    blocked: tuple[str, ...],
    files: tuple[Path, ...],
) -> int:
    """Answer one what-if about one visit."""
    from cemaudit.scoring import Engine
    from cemaudit.scoring.whatif import WhatIfTerms, band_goal, measure_goal, what_if

    if (band is None) == (at is None):
        raise click.UsageError(str(message("give either --band or --at")))
    if band is not None and measure is not None:
        raise click.UsageError(str(message("--measure goes with --at")))
    engine = Engine(blocked, files, scheme_ref)
    visit = single_visit(visits, visit_id)
    plan = engine.evaluate(visit).plan
    if band is not None:
        goal = band_goal(plan.scheme, band, peers_among(engine, visits, plan.scheme))
    else:
        goal = measure_goal(plan, measure or plan.scheme.leading, str(at))
    prices, unchanging = read_costs(costs, plan)
    _refuse_unknown(fixed, plan, "--fixed")
    terms = WhatIfTerms(prices, {*fixed, *unchanging}, feelings=feelings, not_applicable=not_applicable)
    answer = what_if(plan, visit, goal, terms)
    if as_json:
        goal_json = {"band": goal.label} if band is not None else {"measure": goal.measure, "at": at}
        record = {"visit": visit.id, "scheme": plan.scheme.ref, "goal": goal_json} | answer.as_json()
        click.echo(json.dumps(record, ensure_ascii=False, indent=2))
    else:
        print_answer(answer, plan)
    print_plugin_problems(engine)
    return 1 if answer.status in {"impossible", "unknown"} else 0


def read_costs(path: Path | None, plan: Plan) -> tuple[dict[str, Fraction], set[str]]:
    """The costs of a file, and the items that cost infinitely much; ``BadInput`` lists all that is wrong in it."""
    from cemaudit.checklists import read_toml

    written = read_toml(path) if path else {}
    _refuse_unknown(list(written), plan, str(path))
    wrong = [name for name, cost in written.items() if not _is_cost(cost)]
    if wrong:
        raise BadInput(
            Problem(message("expected {what}", what=message("0 or more")), f"{path}: {name}") for name in wrong
        )
    unchanging = {name for name, cost in written.items() if str(cost).lower().lstrip("+") in {"inf", "infinity"}}
    return {name: Fraction(cost) for name, cost in written.items() if name not in unchanging}, unchanging


def _is_cost(cost: object) -> bool:
    from decimal import Decimal

    if isinstance(cost, Decimal):
        return not cost.is_nan() and cost >= 0
    return cost == "inf" or (isinstance(cost, int) and not isinstance(cost, bool) and cost >= 0)


def _refuse_unknown(names: Sequence[str], plan: Plan, place: str) -> None:
    from cemaudit.scoring.whatif import names_of_levers

    lever_names = names_of_levers(plan.checklist)
    problems = [
        Problem(
            message("no such item in {ref}: {item}", ref=plan.checklist.ref, item=name),
            place,
            nearest(name, lever_names),
        )
        for name in names
        if name not in lever_names
    ]
    if problems:
        raise BadInput(problems)


_VERDICTS = {
    "reached": N_("Reached already; nothing has to change."),
    "cheapest": N_("The cheapest way (proved), cost {cost}: {where}"),
    "at-most": N_("A way at cost {cost}: {where}. Not proved to be the cheapest; the search was cut off."),
    "impossible": N_("No change of answers reaches it."),
    "unknown": N_("No way was found before the search was cut off; there may be one."),
}


def print_answer(answer: WhatIf, plan: Plan) -> None:
    """Print the cheapest way, and the best single changes."""
    from cemaudit.scoring.rounding import number_words

    click.echo(str(message("Now: {where}", where=_where(answer.before, plan, answer.goal))))
    cost, where = number_words(answer.cost), _where(answer.after, plan, answer.goal)
    click.echo(str(message(_VERDICTS[answer.status], cost=cost, where=where)))
    alone = {fix.change.name: fix for fix in answer.fixes if fix.change in answer.changes}
    if answer.changes:
        rows = [[*_row(change), _gain(alone.get(change.name))] for change in answer.changes]
        print_table((*_HEADINGS, N_("Gain alone")), rows, "llllrr", width=screen_width())
    if answer.fixes:
        click.echo()
        print_bold(message("Single changes, the best first:"))
        _print_fixes(answer.fixes[:MOST_FIXES], has_band=bool(answer.goal.label))
        if len(answer.fixes) > MOST_FIXES:
            click.echo(str(message("{count} more; --json lists all", count=len(answer.fixes) - MOST_FIXES)))


def _print_fixes(fixes: Sequence[SingleChange], *, has_band: bool) -> None:
    rows = [[*_row(fix.change), _gain(fix), _band(fix.band)] for fix in fixes]
    if has_band:
        print_table((*_HEADINGS, N_("Gain"), N_("Band")), rows, "llllrrl", width=screen_width())
    else:
        print_table((*_HEADINGS, N_("Gain")), [row[:-1] for row in rows], "llllrr", width=screen_width())


def _row(change: AnswerChange) -> list[str]:
    from cemaudit.scoring.rounding import number_words

    return [change.name, str(change.title), change.before or "-", change.after, number_words(change.cost)]


def _gain(fix: SingleChange | None) -> str:
    if fix is None:
        return "0.0"
    return "" if fix.gain is None else f"{float(fix.gain):+.1f}"


def _where(where: tuple[Fraction | None, Band | None], plan: Plan, goal: Goal) -> str:
    from cemaudit.model import Facet
    from cemaudit.scoring.groups import title_of_score
    from cemaudit.scoring.rounding import shown

    value, band = where
    measure = plan.scheme.measure[goal.measure.partition("[")[0]]
    number = shown(value, measure) if value is not None else str(message("no score"))
    named = title_of_score(plan.checklist, measure, goal.measure) if measure.for_each == (Facet.TAG,) else None
    target_text = f"{named or goal.measure} {number}"
    return f"{target_text}, {message('band {band}', band=_band(band))}" if goal.label else target_text


def _band(band: Band | None) -> str:
    return str(band) if band else "-"

"""``cemaudit explain``."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cemaudit.cli import words
from cemaudit.cli.options import engine_options, json_option, tell_plugin_problems, visits_argument
from cemaudit.errors import BadInput, Problem, nearest
from cemaudit.language import N_, message, printable

if TYPE_CHECKING:
    from cemaudit.model import Visit
    from cemaudit.scoring.explain import Node

_STEPS = {"transform": N_("rescaled"), "cap": N_("capped"), "round": N_("rounded")}


@words.command("explain", help=N_("Show how a score came about: the tree from the number down to the answers."))
@visits_argument
@words.option("--id", "visit_id", metavar="ID", help=N_("The visit; may be left out where there is only one."))
@words.option("--measure", metavar="NAME", help=N_("The score, as in 'overall' or 'touchpoint.gap[greeting]'."))
@words.option("--scheme", metavar="ID@VERSION", help=N_("Score under this scheme, not the checklist's own."))
@json_option
@engine_options
@words.common_options
def command(
    visits: tuple[str, ...],
    visit_id: str | None,
    measure: str | None,
    scheme: str | None,
    as_json: bool,
    blocked: tuple[str, ...],
    files: tuple[Path, ...],
) -> None:
    """Explain one score of one visit."""
    from cemaudit.exchange.visits import read_visits
    from cemaudit.scoring import Engine, explain

    engine = Engine(blocked, files, scheme)
    visit = _the_one([found.visit for found in read_visits(visits)], visit_id)
    evaluation = engine.evaluate(visit)
    name = measure or evaluation.plan.scheme.leading
    if name not in evaluation.reckonings:
        what = message("no such score: {name}", name=name)
        raise BadInput(Problem(what, visit.id, nearest(name, evaluation.reckonings)))
    tree = explain(evaluation, name)
    if as_json:
        click.echo(json.dumps(tree.as_json(), ensure_ascii=False, indent=2))
    else:
        for depth, node in tree.walk():
            click.echo("  " * depth + _line(node))
    tell_plugin_problems(engine)


def _the_one(visits: list[Visit], visit_id: str | None) -> Visit:
    found = [visit for visit in visits if visit_id in {None, visit.id}]
    if len(found) == 1:
        return found[0]
    ids = [visit.id for visit in visits]
    if visit_id:
        raise BadInput(Problem(message("no such visit: {id}", id=visit_id), hint=nearest(visit_id, ids)))
    raise BadInput(Problem(message("there are {count} visits; choose one with --id", count=len(ids))))


def _line(node: Node) -> str:
    value = _number(node.value) if node.value is not None else f"- ({node.reason.words if node.reason else ''})"
    parts = [f"{printable(node.name)} = {value}"]
    if node.possible is not None and node.value is not None:
        parts.append(str(message("of {possible}", possible=_number(node.possible))))
    if node.answer:
        parts.append(f"“{printable(node.answer)}”")
    if node.weight != 1:
        parts.append(f"×{_number(node.weight)}")
    if node.how:
        parts.append(f"[{node.how}: {node.formula}]")
    if node.steps and node.aggregate is not None:
        parts.append(_number(node.aggregate))
        parts += [f"→ {message(_STEPS[step.what])} {step.detail} → {_number(step.value)}" for step in node.steps]
    return "  ".join(parts)


def _number(value: Fraction) -> str:
    """Whole numbers and short decimals as they are, others as a fraction with its decimal beside it."""
    if value.denominator == 1:
        return str(value.numerator)
    short = f"{float(value):.10g}"
    return short if Fraction(short) == value else f"{value} (≈ {float(value):.4f})"

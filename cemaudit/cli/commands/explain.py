"""``cemaudit explain``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cemaudit.cli import localized
from cemaudit.cli.inputs import peers_among, single_visit
from cemaudit.cli.options import engine_options, json_option, print_plugin_problems, scheme_option, visits_argument
from cemaudit.cli.terminal import columns_of, screen_width, truncate, wrapped
from cemaudit.errors import BadInput, Problem, nearest
from cemaudit.language import N_, message, printable

if TYPE_CHECKING:
    from cemaudit.scoring.explain import BandExplanation, ExplanationNode, TestedCondition


NARROWEST_TITLE = 8


@localized.command("explain", help=N_("Show how a score came about: the tree from the number down to the answers."))
@visits_argument
@localized.option("--id", "visit_id", metavar="ID", help=N_("The visit; may be left out where there is only one."))
@localized.option("--measure", metavar="NAME", help=N_("The score, as in 'overall' or 'touchpoint.gap[greeting]'."))
@scheme_option
@localized.option("--full", "is_full", is_flag=True, help=N_("Unfold what has no score, too."))
@json_option
@engine_options
@localized.common_options
def command(
    visits: tuple[str, ...],
    visit_id: str | None,
    measure: str | None,
    scheme_ref: str | None,
    is_full: bool,
    as_json: bool,
    blocked: tuple[str, ...],
    files: tuple[Path, ...],
) -> None:
    """Explain one score of one visit, and its band where the score is the one a report leads with."""
    from cemaudit.scoring import Engine, explain
    from cemaudit.scoring.explain import explain_band

    engine = Engine(blocked, files, scheme_ref)
    visit = single_visit(visits, visit_id)
    evaluation = engine.evaluate(visit)
    name = measure or evaluation.plan.scheme.leading
    if name not in evaluation.derivations:
        text = message("no such score: {name}", name=name)
        raise BadInput(Problem(text, visit.id, nearest(name, evaluation.derivations)))
    tree = explain(evaluation, name)
    scheme = evaluation.plan.scheme
    has_band = scheme.bands and measure is None
    band = explain_band(evaluation, peers_among(engine, visits, scheme)) if has_band else None
    if as_json:
        record = {"visit": visit.id, "scheme": scheme.ref, "tree": tree.as_json()}
        record |= {"band": band.as_json()} if band else {}
        click.echo(json.dumps(record, ensure_ascii=False, indent=2))
    else:
        for line in [*_lines(tree, 0, is_full), *(band_lines(band) if band else ())]:
            click.echo(line)
    print_plugin_problems(engine)


def _lines(node: ExplanationNode, depth: int, is_full: bool) -> Iterator[str]:
    from cemaudit.scoring.explain_text import derivation_lines, headline_of, reasons_of, split_scored_parts

    indent, width = "  " * depth, screen_width()
    head = indent + headline_of(node)
    room = width - columns_of(head) - 2
    title = f"  {truncate(printable(node.title), room)}" if node.title and room >= NARROWEST_TITLE else ""
    yield from wrapped(head + title, width, indent + "    ")
    for way in derivation_lines(node, as_shown=is_full or not depth):
        yield from wrapped(f"{indent}    {way}", width, indent + "      ")
    scored_parts, unscored = (node.parts, []) if is_full else split_scored_parts(node.parts)
    for child in scored_parts:
        yield from _lines(child, depth + 1, is_full)
    if unscored:
        yield from wrapped(f"{indent}  ({reasons_of(unscored)})", width, indent + "    ")


def band_lines(story: BandExplanation) -> Iterator[str]:
    """The lines that say how the band came about."""
    yield ""
    yield str(message("Band: {band}", band=str(story.band or "-")))
    for band, tried in story.rows:
        yield from _row(str(band), tried)
    for by, tried in story.downgrades:
        yield from _row(str(message("lowered by {rows}", rows=by)), tried)


def _row(name: str, tried: tuple[TestedCondition, ...]) -> Iterator[str]:
    conditions = ", ".join(map(_condition, tried)) or str(message("takes the rest"))
    yield from wrapped(f"  {name}: {conditions}", screen_width(), "      ")


def _condition(tried: TestedCondition) -> str:
    from cemaudit.scoring.rounding import number_words

    value = str(message("no score")) if tried.value is None else number_words(tried.value)
    verdict = message("holds") if tried.holds else message("does not hold")
    return f"{tried.measure} {tried.condition} {verdict} ({value})"

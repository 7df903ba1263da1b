"""``cemaudit schemes``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cemaudit.cli import localized
from cemaudit.cli.options import engine_options, json_option, print_plugin_problems
from cemaudit.cli.terminal import print_table
from cemaudit.errors import BadInput, Problem, nearest
from cemaudit.language import N_, message, translate
from cemaudit.model.base import version_order

if TYPE_CHECKING:
    from cemaudit.model import Item, Scheme
    from cemaudit.scoring import Engine

_INPUTS = (N_("Input"), N_("Question"), N_("Type"), N_("Points"))
_MEASURES = (N_("Measure"), N_("Title"), N_("How"), N_("Of"))


@localized.command(
    "schemes",
    help=N_("List the schemes; with an ID, show one: its questions, measures and bands, and where it is used."),
)
@click.argument("ref", required=False)
@json_option
@engine_options
@localized.common_options
def command(ref: str | None, as_json: bool, blocked: tuple[str, ...], files: tuple[Path, ...]) -> None:
    """List all, or show those of one id."""
    from cemaudit.scoring import Engine

    engine = Engine(blocked, files)
    shelf = engine.library.schemes
    schemes = find_schemes(engine, ref) if ref else [shelf[name] for name in sorted(shelf, key=version_order)]
    if as_json:
        records = [scheme_to_dict(engine, scheme, whole=bool(ref)) for scheme in schemes]
        click.echo(json.dumps(records, ensure_ascii=False, indent=2))
    elif ref:
        for scheme in schemes:
            print_scheme(engine, scheme)
    else:
        for scheme in schemes:
            click.echo(f"{scheme.ref}  {scheme.title}")
    print_plugin_problems(engine)


def find_schemes(engine: Engine, ref: str) -> list[Scheme]:
    """The scheme of an ``id@version``, or all versions of an id; ``BadInput`` where there is none."""
    schemes = engine.library.schemes
    found = [scheme for scheme in schemes.values() if ref in {scheme.ref, scheme.id}]
    if not found:
        ids = {scheme.id for scheme in schemes.values()} | set(schemes)
        raise BadInput(Problem(message("no such scheme: {ref}", ref=ref), hint=nearest(ref, ids)))
    return sorted(found, key=lambda record: version_order(record.ref))


def used_by(engine: Engine, scheme: Scheme) -> list[str]:
    """The checklists that are scored by a scheme unless asked otherwise."""
    checklists = engine.library.checklists.values()
    refs = (checklist.ref for checklist in checklists if checklist.scheme in {scheme.ref, scheme.id})
    return sorted(refs, key=version_order)


def brought_by(engine: Engine, scheme: Scheme) -> str | None:
    """The plugin that brings a scheme; ``None`` for one of a file."""
    return next((plugin.name for plugin in engine.plugins.entries if scheme.ref in plugin.schemes), None)


def print_scheme(engine: Engine, scheme: Scheme) -> None:
    """Print what a scheme asks, how it scores, and where it is used."""
    click.echo(f"{scheme.ref}  {scheme.title}")
    for label, words in (
        (message("about"), scheme.about),
        (message("source"), scheme.source),
        (message("limits"), scheme.limits),
        (message("plugin"), brought_by(engine, scheme)),
        (message("used by"), ", ".join(used_by(engine, scheme))),
        (message("valid from"), scheme.valid_from),
    ):
        if words:
            click.echo(f"  {label}: {words}")
    click.echo()
    if scheme.inputs:
        rows = [(item.id, str(item.ask), item.answer.type, points_of(item)) for item in scheme.inputs]
        print_table(_INPUTS, rows, "llll")
        click.echo()
    measures = [
        (measure.id, str(measure.title or ""), measure.how, ", ".join(measure.of)) for measure in scheme.measures
    ]
    print_table(_MEASURES, measures, "llll")
    for band in scheme.bands:
        conditions = ", ".join(f"{name} {condition}" for name, condition in band.where.items())
        click.echo(f"{band.label}: {conditions or translate(N_('all others'))}")


def points_of(item: Item) -> str:
    """The most points an input may bring; a dash where it brings none."""
    return "-" if item.possible is None else f"{float(item.possible):g}"


def scheme_to_dict(engine: Engine, scheme: Scheme, *, whole: bool) -> dict[str, Any]:
    """A scheme as plain JSON values; ``whole`` with all that its file says."""
    head: dict[str, Any] = {
        "id": scheme.id,
        "version": scheme.version,
        "title": _both(scheme.title),
        "direction": scheme.direction,
        "headline": scheme.leading,
        "plugin": brought_by(engine, scheme),
        "used_by": used_by(engine, scheme),
        "inputs": _inputs(scheme.inputs),
    }
    return (
        {**head, "definition": scheme.model_dump(mode="json", by_alias=True, exclude_defaults=True)} if whole else head
    )


def _inputs(items: Sequence[Item]) -> list[dict[str, Any]]:
    return [
        {
            "id": item.id,
            "ask": _both(item.ask),
            "type": item.answer.type,
            "possible": None if item.possible is None else float(item.possible),
        }
        for item in items
    ]


def _both(text: Any) -> dict[str, str]:
    return dict(text.by_language)

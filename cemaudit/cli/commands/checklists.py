"""``cemaudit checklists``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cemaudit.cli import localized
from cemaudit.cli.options import engine_options, json_option, lens_option, print_plugin_problems
from cemaudit.cli.terminal import print_table, print_wrapped, screen_width
from cemaudit.language import N_, message

if TYPE_CHECKING:
    from cemaudit.model import Checklist
    from cemaudit.model.lenses import JourneyView
    from cemaudit.scoring.coverage import Coverage


@localized.command(
    "checklists",
    help=N_("List the checklists at hand, or show what one of them (ID, ID@VERSION or a file) looks at and where."),
)
@click.argument("checklist_ref", metavar="[ID]", required=False)
@localized.option(
    "--coverage", "with_coverage", is_flag=True, help=N_("The number of items by channel, stage and element.")
)
@lens_option
@json_option
@engine_options
@localized.common_options
def command(
    checklist_ref: str | None,
    with_coverage: bool,
    lens_id: str | None,
    as_json: bool,
    blocked: tuple[str, ...],
    files: tuple[Path, ...],
) -> None:
    """List the checklists of all plugins and of the files given, or draw the map of one."""
    from cemaudit.cli.inputs import find_checklist
    from cemaudit.model.base import version_order
    from cemaudit.scoring import Engine, cover

    if checklist_ref is None and (with_coverage or lens_id):
        raise click.UsageError(str(message("name a checklist")))
    engine = Engine(blocked, files)
    print_plugin_problems(engine)
    if checklist_ref is None:
        shelf = engine.library.checklists
        in_order = [shelf[ref] for ref in sorted(shelf, key=version_order)]
        # what is no longer to be used is offered last
        print_checklists(sorted(in_order, key=lambda checklist: bool(checklist.deprecated)), as_json)
        return
    checklist = find_checklist(engine, checklist_ref)
    view = engine.library.journeys.view(lens_id, checklist.path) if lens_id else None
    if with_coverage:
        coverage = cover(checklist, view)
        if as_json:
            record = {**checklist_to_dict(checklist), "lens": lens_id, **coverage_to_dict(coverage)}
            click.echo(json.dumps(record, ensure_ascii=False, indent=2))
        else:
            print_coverage(coverage)
    elif view is None:
        print_checklists([checklist], as_json)
    elif as_json:
        record = {**checklist_to_dict(checklist), "lens": lens_id, **view_to_dict(checklist, view)}
        click.echo(json.dumps(record, ensure_ascii=False, indent=2))
    else:
        print_lens(checklist, view)


def print_checklists(checklists: list[Checklist], as_json: bool) -> None:
    """Print a line for each checklist, or all as JSON."""
    if as_json:
        click.echo(json.dumps([checklist_to_dict(checklist) for checklist in checklists], ensure_ascii=False, indent=2))
        return
    for checklist in checklists:
        count = message("{count} items", count=len(checklist.items))
        click.echo(f"{checklist.ref}  {checklist.title}  ({count}, {'/'.join(checklist.complete_languages())})")
        for label, words in (
            (message("no longer to be used"), checklist.deprecated),
            (message("valid from"), checklist.valid_from),
            (message("replaces"), checklist.replaces),
            (message("items under new ids"), ", ".join(map(" → ".join, checklist.item_that_was.items()))),
        ):
            if words:
                click.echo(f"  {label}: {words}")


def print_coverage(coverage: Coverage) -> None:
    """Print the coverage map: a row for each stage, a column for each channel, in its cells the elements' items."""
    from cemaudit.model import Channel, Facet, label

    rows = [
        [str(stage.title)]
        + [
            ", ".join(f"{label(element)} {count}" for element, count in coverage.elements(channel, stage.id).items())
            or "-"
            for channel in Channel
        ]
        for stage in coverage.stages
    ]
    headings = [str(label(Facet.STAGE)), *(str(label(channel)) for channel in Channel)]
    print_table(headings, rows, width=screen_width(), in_pieces=True, verbatim=True)
    empty = len(list(coverage.empty_cells()))
    cells = len(Channel) * len(coverage.stages)
    print_wrapped(
        str(message("Cells of channel and stage without an item: {empty} of {cells}", empty=empty, cells=cells))
    )
    if coverage.outside:
        print_wrapped(str(message("Items outside the lens: {count}", count=coverage.outside)))


def print_lens(checklist: Checklist, view: JourneyView) -> None:
    """Print what lies in each stage of a lens: stages of the journey, touchpoints."""
    rows = [
        [
            str(stage.title),
            ", ".join(str(part.title) for part in view.stages_in(stage.id)) or "-",
            ", ".join(str(touchpoint.title) for touchpoint in touchpoints) or "-",
        ]
        for stage in view.lens.stages
        for touchpoints in [[each for each in checklist.touchpoints if view.stage_of(each) == stage.id]]
    ]
    print_table(
        [str(view.lens.title), str(message("Journey")), str(message("Touchpoints"))],
        rows,
        width=screen_width(),
        verbatim=True,
    )
    if view.outside:
        names = ", ".join(str(stage.title) for stage in view.outside)
        print_wrapped(str(message("Outside the lens: {names}", names=names)))


def checklist_to_dict(checklist: Checklist) -> dict[str, object]:
    """A checklist at hand as plain JSON values."""
    return {
        "id": checklist.id,
        "version": checklist.version,
        "sector": checklist.sector,
        "title": checklist.title.model_dump(exclude_none=True),
        "languages": list(checklist.complete_languages()),
        "items": len(checklist.items),
        "scheme": checklist.scheme,
        "journey": checklist.journey,
        **version_to_dict(checklist),
    }


def version_to_dict(checklist: Checklist) -> dict[str, object]:
    """What a checklist says of its versions as plain JSON values; nothing where it says nothing."""
    record: dict[str, object] = {}
    if checklist.replaces:
        record["replaces"] = checklist.replaces
    if checklist.valid_from:
        record["valid_from"] = checklist.valid_from.isoformat()
    if checklist.deprecated:
        record["deprecated"] = checklist.deprecated.model_dump(exclude_none=True)
    if checklist.item_that_was:
        record["was"] = checklist.item_that_was
    return record


def coverage_to_dict(coverage: Coverage) -> dict[str, Any]:
    """A coverage map as plain JSON values: every cell, and the pairs of channel and stage without an item."""
    return {
        "stages": [{"id": stage.id, "title": stage.title.model_dump(exclude_none=True)} for stage in coverage.stages],
        "cells": [
            {"channel": channel.value, "stage": stage, "element": element.value, "items": count}
            for (channel, stage, element), count in coverage.items.items()
        ],
        "empty": [{"channel": channel.value, "stage": stage.id} for channel, stage in coverage.empty_cells()],
        "outside": coverage.outside,
    }


def view_to_dict(checklist: Checklist, view: JourneyView) -> dict[str, Any]:
    """What lies in each stage of a lens as plain JSON values."""
    return {
        "stages": [
            {
                "id": stage.id,
                "title": stage.title.model_dump(exclude_none=True),
                "stages": [part.id for part in view.stages_in(stage.id)],
                "touchpoints": [each.id for each in checklist.touchpoints if view.stage_of(each) == stage.id],
            }
            for stage in view.lens.stages
        ],
        "outside": [stage.id for stage in view.outside],
    }

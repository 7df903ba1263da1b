"""``cemaudit checklists``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cemaudit.cli import localized
from cemaudit.cli.options import engine_options, json_option, print_plugin_problems
from cemaudit.language import N_, message

if TYPE_CHECKING:
    from cemaudit.model import Checklist


@localized.command("checklists", help=N_("List the checklists at hand."))
@json_option
@engine_options
@localized.common_options
def command(as_json: bool, blocked: tuple[str, ...], files: tuple[Path, ...]) -> None:
    """List the checklists of all plugins and of the files given."""
    from cemaudit.scoring import Engine

    engine = Engine(blocked, files)
    print_plugin_problems(engine)
    checklists = [checklist for _, checklist in sorted(engine.library.checklists.items())]
    if as_json:
        click.echo(json.dumps([checklist_to_dict(checklist) for checklist in checklists], ensure_ascii=False, indent=2))
        return
    for checklist in checklists:
        count = message("{count} items", count=len(checklist.items))
        click.echo(f"{checklist.ref}  {checklist.title}  ({count}, {'/'.join(checklist.languages)})")


def checklist_to_dict(checklist: Checklist) -> dict[str, object]:
    """A checklist at hand as plain JSON values."""
    return {
        "id": checklist.id,
        "version": checklist.version,
        "sector": checklist.sector,
        "title": checklist.title.model_dump(exclude_none=True),
        "languages": list(checklist.languages),
        "items": len(checklist.items),
        "scheme": checklist.scheme,
        "journey": checklist.journey,
    }

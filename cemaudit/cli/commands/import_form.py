"""``cemaudit import-form``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cemaudit.cli import localized
from cemaudit.cli.options import FILE, OUT_FILE
from cemaudit.language import N_, message, printable, translate

if TYPE_CHECKING:
    from cemaudit.exchange.questionnaires import ChecklistDraft


_SHOWN = 10
_LONGEST = 25_000


@localized.command(
    "import-form",
    help=N_(
        "Turn a form (XLSForm: .xlsx, .xls, .xlsb, .ods) into the draft of a checklist. What the form says and a "
        "checklist cannot, and what a checklist needs and the form does not say, is listed and written beside the "
        "draft."
    ),
)
@click.argument("form", type=FILE)
@localized.option(
    "--out", type=OUT_FILE, metavar="FILE", help=N_("The draft; else a file named after the form, in this folder.")
)
@localized.option("--sector", metavar="ID", help=N_("The sector; imported unless said."))
@localized.option("--scheme", metavar="ID@VERSION", help=N_("The scheme; cem.performance@1 unless said."))
@localized.option("--journey", metavar="ID", help=N_("The journey; six-stage unless said."))
@localized.option("--stage", metavar="ID", help=N_("The stage of every touchpoint; the journey's first unless said."))
@localized.option("--channel", metavar="NAME", help=N_("The channel of every touchpoint; face-to-face unless said."))
@localized.option("--element", metavar="NAME", help=N_("The element of every touchpoint; people unless said."))
@localized.option("--mode", metavar="NAME", help=N_("The mode of every touchpoint; passive unless said."))
@localized.common_options
def command(form: Path, out: Path | None, **facet_options: str | None) -> int:
    """Write the draft, and beside it the list of what is left for a person."""
    from cemaudit.exchange.questionnaires import facets_of, import_form

    out = out or Path(f"{form.stem}.toml")
    facets = facets_of(facet_options)
    _refuse_overwriting(out)
    draft = import_form(form, facets)
    notes = out.with_suffix(".notes.txt")
    _write(out, draft.text)
    _write(notes, "\n".join(_listed(draft, len(draft.leftovers), _LONGEST)) + "\n")
    for line in _listed(draft, _SHOWN):
        click.echo(line, err=True)
    print_draft_summary(draft, out, notes)
    return 0


def _refuse_overwriting(out: Path) -> None:
    """A draft is worked on by hand: it is never written over."""
    from cemaudit.errors import BadInput, Problem

    if out.exists():
        hint = message("name another file with {option}, or remove this one", option="--out")
        raise BadInput(Problem(message("is already there"), str(out), hint))


def _write(path: Path, text: str) -> None:
    from cemaudit.files import replaced

    with replaced(path) as file:
        file.write(text.encode())


def _listed(draft: ChecklistDraft, most: int, longest: int = 160) -> Iterator[str]:
    """What is left, under its headings: at most ``most`` of each sort, texts of at most ``longest`` characters."""
    from cemaudit.exchange.questionnaires import LeftoverKind

    for sort in LeftoverKind:
        left = [leftover for leftover in draft.leftovers if leftover.sort is sort]
        if left:
            yield f"{translate(sort.value)} ({len(left)})"
            for leftover in left[:most]:
                segments = (leftover.place, str(leftover.what), " ".join(leftover.original.split()))
                yield "  " + ": ".join(printable(segment, longest) for segment in segments if segment)
        if len(left) > most:
            yield f"  {message('and {count} more', count=len(left) - most)}"


def print_draft_summary(draft: ChecklistDraft, out: Path, notes: Path) -> None:
    """Print how many questions became what, and where the draft is."""
    items = len(draft.checklist.items)
    total = message(
        "{questions} questions = {items} items + {files} as evidence + {left} left out; {touchpoints} touchpoints",
        questions=draft.questions,
        items=items,
        files=draft.files,
        left=draft.questions - items - draft.files,
        touchpoints=len(draft.checklist.touchpoints),
    )
    click.echo(total, err=True)
    click.echo(f"  {message('draft: {path}', path=out)}", err=True)
    click.echo(f"  {message('complete list: {path}', path=notes)}", err=True)

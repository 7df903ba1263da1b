"""``cemaudit form``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cemaudit.cli import localized
from cemaudit.cli.options import OUT_FILE, engine_options, print_plugin_problems
from cemaudit.errors import LONGEST_PLACE, BadInput, Problem
from cemaudit.language import N_, current, message, printable

if TYPE_CHECKING:
    from cemaudit.model import Checklist


_TABLES = ("csv", "xlsx")
_SUFFIXES = {"xlsform": ".xlsx", "csv": ".csv", "xlsx": ".xlsx", "pdf": ".pdf"}
_MOST_ROWS = 10_000


@localized.command(
    "form",
    help=N_(
        "Write the form of a checklist: an XLSForm for phones (ODK Central, KoboToolbox), a table with a row for each "
        "visit, or a PDF to print or fill in. CHECKLIST is an id@version, an id (its newest version), or a TOML file. "
        "'cemaudit import' reads what was filled in."
    ),
)
@click.argument("checklist")
@localized.option(
    "--to", "kind", type=click.Choice(["xlsform", *_TABLES, "pdf"]), required=True, help=N_("What form it is to be.")
)
@localized.option("--out", type=OUT_FILE, required=True, metavar="FILE", help=N_("The file to write."))
@localized.option(
    "--rows", type=click.IntRange(0, _MOST_ROWS), metavar="N", help=N_("Rows ready to fill in, in a table; else 1.")
)
@localized.option(
    "--labels", is_flag=True, help=N_("In a CSV, say each column in words in a second row, which import leaves out.")
)
@engine_options
@localized.common_options
def command(
    checklist: str,
    kind: str,
    out: Path,
    rows: int | None,
    labels: bool,
    blocked: tuple[str, ...],
    files: tuple[Path, ...],
) -> None:
    """Write the form; the file is whole or not there at all."""
    from cemaudit.cli.inputs import find_checklist
    from cemaudit.scoring import Engine

    if rows is not None and kind not in _TABLES:
        raise click.UsageError(str(message("--rows is for tables")))
    if labels and kind != "csv":
        raise click.UsageError(str(message("--labels is for csv; a table in XLSX always has them")))
    _refuse_misnamed(out, _SUFFIXES[kind])
    engine = Engine(blocked, files)
    print_plugin_problems(engine)
    write_form(find_checklist(engine, checklist), kind, out, 1 if rows is None else rows, labels=labels)
    click.echo(printable(out, LONGEST_PLACE))


def _refuse_misnamed(out: Path, suffix: str) -> None:
    """Other programs go by the end of a name."""
    if out.is_dir():
        raise BadInput(Problem(message("expected a file, found a folder"), str(out)))
    if out.suffix.lower() != suffix:
        raise BadInput(Problem(message("expected a file name that ends in {suffix}", suffix=suffix), str(out)))


def write_form(checklist: Checklist, kind: str, out: Path, rows: int, *, labels: bool = False) -> None:
    """Write the form of that kind."""
    if kind == "xlsform":
        from cemaudit.exchange.forms.xlsform.write import write_xlsform

        write_xlsform(checklist, out, current())
    elif kind == "pdf":
        from cemaudit.report import write_pdf_form

        write_pdf_form(checklist, out, current())
    else:
        write_table_form(checklist, kind, out, rows, labels=labels)


def write_table_form(checklist: Checklist, kind: str, out: Path, rows: int, *, labels: bool) -> None:
    """Write the form as a table with rows to fill in; ``labels``: with a row of words in a CSV, too."""
    from cemaudit.exchange import form_of
    from cemaudit.exchange.forms.templates import blank_records, write_csv, write_xlsx

    form = form_of(checklist)
    records = blank_records(form, rows)
    if kind == "csv":
        write_csv(form, records, out, current() if labels else None)
    else:
        write_xlsx(form, records, out, current())

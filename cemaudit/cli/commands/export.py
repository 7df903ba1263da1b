"""``cemaudit export``."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import click

from cemaudit.cli import localized
from cemaudit.cli.options import OUT_FILE, filter_of, filter_options, folder_of, place_options, print_problems
from cemaudit.language import N_, message

_FORMATS = ("csv", "xlsx", "parquet", "json")


@localized.command(
    "export",
    help=N_(
        "Write visits, answers and scores of the snapshot to a file. People and what they wrote stay out unless asked "
        "for. The same snapshot makes the same bytes."
    ),
)
@place_options
@localized.option("--to", "form", type=click.Choice(_FORMATS), help=N_("The format; else the file's ending tells."))
@localized.option("--out", "path", required=True, type=OUT_FILE, metavar="FILE", help=N_("The file to write."))
@localized.option(
    "--wide/--tidy",
    "wide",
    default=True,
    help=N_("Wide: one row per visit (default). Tidy: one row per answer and score."),
)
@localized.option("--with-notes", is_flag=True, help=N_("Include shoppers' texts (needs the ledger)."))
@localized.option("--with-shoppers", is_flag=True, help=N_("Include shoppers' pseudonyms."))
@localized.option("--with-owners", is_flag=True, help=N_("Include store owners."))
@localized.option("--with-claim-states", is_flag=True, help=N_("Include what became of claims."))
@localized.option(
    "--with-skipped-feelings",
    is_flag=True,
    help=N_("Wide: include which feelings and expectations were declined (a tidy export always says it)."),
)
@localized.option("--with-completeness", is_flag=True, help=N_("Include whether each visit is complete."))
@localized.option("--with-states", is_flag=True, help=N_("Include the state each visit is in."))
@localized.option("--scheme", metavar="ID@VERSION", help=N_("The scores under this scheme (see rescore)."))
@localized.option("--raw", is_flag=True, help=N_("CSV: leave texts as they are that spreadsheets take for formulas."))
@filter_options
@localized.common_options
def command(
    url: str | None,
    snapshot_path: Path | None,
    form: str | None,
    path: Path,
    wide: bool,
    with_notes: bool,
    with_shoppers: bool,
    with_owners: bool,
    with_claim_states: bool,
    with_skipped_feelings: bool,
    with_completeness: bool,
    with_states: bool,
    scheme: str | None,
    raw: bool,
    where: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    with_excluded: bool,
) -> None:
    """Write the file, and say how many rows it has."""
    from cemaudit.ledger import open_ledger
    from cemaudit.ledger.export.columns import ExportRequest
    from cemaudit.ledger.export.files import FORMATS, write_export
    from cemaudit.ledger.export.rows import ExportBatches
    from cemaudit.ledger.query.counting import counting_notes
    from cemaudit.ledger.query.coverage import mixed_origins
    from cemaudit.ledger.query.partly import partly_scored
    from cemaudit.ledger.query.reading import reading

    to = next(
        (
            export_format
            for export_format in FORMATS
            if export_format == (form or path.suffix.lower().removeprefix("."))
        ),
        None,
    )
    if to is None:
        raise click.UsageError(str(message("say the format: {options}", options=f"--to {'|'.join(FORMATS)}")))
    if with_notes and not url:
        raise click.UsageError(str(message("shoppers' texts are only in the ledger: name it with --ledger")))
    visit_filter = filter_of(where, since, until, excluded=with_excluded)
    request = ExportRequest(
        visit_filter,
        scheme,
        wide,
        with_notes,
        with_shoppers,
        with_owners,
        with_claim_states,
        with_skipped_feelings,
        with_completeness,
        with_states,
    )
    with ExitStack() as stack:
        ledger = stack.enter_context(open_ledger(url)) if with_notes and url else None
        snapshot = stack.enter_context(reading(folder_of(url, snapshot_path)))
        problems = [*partly_scored(snapshot, visit_filter, scheme), *mixed_origins(snapshot, visit_filter)]
        problems += counting_notes(snapshot, visit_filter, scheme)
        count = write_export(ExportBatches(snapshot, request, ledger), path, to, raw=raw)
    click.echo(str(message("{count} rows: {path}", count=f"{count:,}", path=path)))
    print_problems(problems)

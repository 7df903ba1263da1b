"""``cemaudit import``."""

from __future__ import annotations

from pathlib import Path

import click

from cemaudit.cli import words
from cemaudit.cli.options import FILE, engine_options
from cemaudit.language import N_, message

_KINDS = ("table", "form", "submissions", "xccdf")
_ONLY_FOR = {
    "--mapping": ("table", N_("--mapping is for tables")),
    "--media": ("submissions", N_("--media is for submissions")),
    "--zone": ("form", N_("--zone is for filled forms")),
}


@words.command(
    "import",
    help=N_(
        "Turn what was filled in elsewhere into visits: a table (CSV, XLSX), a form of 'cemaudit form' (table or PDF), "
        "submissions of phones (exports of ODK Central and KoboToolbox, XML), XCCDF results. What is bad is named and "
        "left out; exit code 3 where there is any."
    ),
)
@click.argument("table", type=FILE, metavar="FILE")
@words.option("--mapping", type=FILE, metavar="MAP.toml", help=N_("What each column of a table means."))
@words.option("--format", "kind", type=click.Choice(_KINDS), help=N_("What the file is; else its content tells."))
@words.option(
    "--out",
    type=click.Path(allow_dash=True),
    metavar="FILE",
    help=N_("The visits, JSON lines; else a file named after the table, in this folder."),
)
@words.option(
    "--media", type=FILE, metavar="FOLDER", help=N_("Where the files of submissions lie, where not with them.")
)
@words.option(
    "--zone",
    metavar="NAME",
    help=N_("Time zone of times written without one, such as Asia/Seoul; else this machine's."),
)
@engine_options
@words.common_options
def command(
    table: Path,
    mapping: Path | None,
    kind: str | None,
    out: str | None,
    media: Path | None,
    zone: str | None,
    blocked: tuple[str, ...],
    files: tuple[Path, ...],
) -> int:
    """Import a file; every file is written whole or not at all."""
    from cemaudit.cli import importing
    from cemaudit.scoring import Engine

    kind = kind or _kind_of(table, mapping)
    out = out or f"{table.stem or table.resolve().stem}.jsonl"
    _refuse_strangers(kind, {"--mapping": mapping, "--media": media, "--zone": zone})
    if kind == "xccdf":
        return importing.import_xccdf(table, out)
    engine = Engine(blocked, files)
    if kind == "submissions":
        return importing.import_sent(engine, table, out, media)
    if kind == "form":
        return importing.import_form(engine, table, out, zone)
    if mapping is None:
        raise click.UsageError(str(message("a table needs --mapping MAP.toml")))
    return importing.import_table(engine, table, mapping, out)


def _kind_of(path: Path, mapping: Path | None) -> str:
    """What the file is, told by its content."""
    from cemaudit.exchange.filled import holds_form
    from cemaudit.exchange.submissions.reading import holds_submissions

    if mapping:
        return "table"
    if holds_submissions(path):
        return "submissions"
    if path.suffix.lower() == ".xml":
        return "xccdf"
    return "form" if holds_form(path) else "table"


def _refuse_strangers(kind: str, given: dict[str, object]) -> None:
    for option, value in given.items():
        owner, words_for = _ONLY_FOR[option]
        if value is not None and kind != owner:
            raise click.UsageError(str(message(words_for)))

"""``cemaudit people``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cemaudit.cli import localized
from cemaudit.cli.localized import group
from cemaudit.cli.options import FILE, json_option, ledger_option, media_option, print_problems
from cemaudit.cli.terminal import print_table
from cemaudit.errors import Problem
from cemaudit.language import N_, message, translate

if TYPE_CHECKING:
    from cemaudit.ledger.identities import ShopperIdentity

_ABOUT = {
    "show": N_("Show whose pseudonym it is; the trail notes who asked, and why."),
    "export": N_("Write everything of one person to a folder."),
}
_HEADINGS = (N_("Pseudonym"), N_("Kind"), N_("Code or key"))
_KINDS = {"shopper": N_("shopper"), "key": N_("key")}


@group("people", N_("The people behind pseudonyms, whose identities lie apart from the ledger."), _ABOUT)
def command() -> None:
    """The group; its commands follow."""


def identity_to_dict(identity: ShopperIdentity) -> dict[str, str]:
    """A person as plain JSON values."""
    return {"pseudonym": identity.pseudonym, "kind": identity.kind, "code": identity.code}


@localized.command(
    "show",
    help=N_(
        "Show the shopper's code, or the key, that a pseudonym of 'shoppers', 'export' or 'history' stands for. It is "
        "read from the identities beside the ledger. Who asked, when and why goes into the trail, the code does not. "
        "Exit code 3 where a pseudonym is not known."
    ),
)
@click.argument("pseudonyms", nargs=-1, required=True, metavar="PSEUDONYM...")
@ledger_option
@localized.option("--reason", required=True, help=N_("Why; it stays in the trail, so name nobody."))
@json_option
@localized.common_options
def show(pseudonyms: tuple[str, ...], url: str, reason: str, as_json: bool) -> int:
    """Note who asks, then show the codes."""
    from cemaudit.ledger import open_ledger
    from cemaudit.ledger.identities import reveal

    if not reason.strip():
        raise click.UsageError(str(message("say why: {options}", options="--reason TEXT")))
    with open_ledger(url) as ledger:
        identities = reveal(ledger, tuple(dict.fromkeys(pseudonyms)), reason.strip())
    if as_json:
        for identity in identities:
            click.echo(json.dumps(identity_to_dict(identity), ensure_ascii=False))
    else:
        rows = [[name, translate(_KINDS.get(kind, kind)), code] for name, kind, code in identities]
        print_table(_HEADINGS, rows)
    revealed = {identity.pseudonym for identity in identities}
    unknown = [name for name in dict.fromkeys(pseudonyms) if name not in revealed]
    hint = message("'cemaudit shoppers' lists them; what was purged nobody knows any more")
    print_problems(Problem(message("no such pseudonym: {name}", name=name), hint=hint) for name in unknown)
    return 3 if unknown else 0


@localized.command(
    "export",
    help=N_(
        "Write everything the ledger holds of one person to a new folder: the code or key, every visit with its "
        "revisions, states and reviews, the papers of sealed files, the evidence. Who asked, when and why goes into "
        "the trail."
    ),
)
@click.argument("pseudonym")
@ledger_option
@localized.option("--out", "folder", required=True, type=FILE, metavar="DIR", help=N_("The folder to write to."))
@localized.option("--reason", required=True, help=N_("Why; it stays in the trail, so name nobody."))
@media_option
@localized.common_options
def export(pseudonym: str, url: str, folder: Path, reason: str, media: Path | None) -> None:
    """Write all of one."""
    from cemaudit.ledger import open_ledger
    from cemaudit.ledger.person_export import export_person

    if not reason.strip():
        raise click.UsageError(str(message("say why: {options}", options="--reason TEXT")))
    with open_ledger(url) as ledger:
        written = export_person(ledger, pseudonym, folder, reason.strip(), ledger.media(media))
    text = message(
        "visits {visits}, papers {papers}, pieces of evidence {evidence}: {folder}",
        visits=written.visits, papers=written.papers, evidence=written.evidence, folder=written.folder,
    )  # fmt: skip
    click.echo(str(text))


command.add_command(show)


command.add_command(export)

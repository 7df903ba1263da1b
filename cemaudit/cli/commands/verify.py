"""``cemaudit verify``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cemaudit.cli import localized
from cemaudit.cli.options import FILE, json_option, print_problems
from cemaudit.cli.terminal import print_wrapped
from cemaudit.errors import LONGEST_PLACE, BadInput, Problem
from cemaudit.files import refuse_unreadable
from cemaudit.language import N_, message, printable

if TYPE_CHECKING:
    from cemaudit.exchange import Sealed
    from cemaudit.exchange.sealed.reading import RevisionStatus


_SAID = {
    "whole": N_("intact"),
    "superseded": N_("intact, superseded by {file}"),
    "repeated": N_("intact, duplicate of {file}"),
    "unfit": N_("conflicts with another file"),
    "refused": N_("refused"),
}


@localized.command(
    "verify",
    help=N_(
        "Check sealed visits (files, or folders of them): every byte, the signature, and how revisions follow each "
        "other. Exit code 1 where one is refused or does not fit, 3 where there is no file to check."
    ),
)
@click.argument("files", nargs=-1, required=True, type=FILE)
@localized.option(
    "--key", "key_files", multiple=True, type=FILE, metavar="FILE",
    help=N_("Public keys, one a line: one of them must have signed each visit."),
)  # fmt: skip
@json_option
@localized.common_options
def command(files: tuple[Path, ...], key_files: tuple[Path, ...], as_json: bool) -> int:
    """Say of each file what it holds and whether it is whole."""
    from cemaudit.exchange.sealed.keys import read_public_keys
    from cemaudit.exchange.sealed.reading import standings

    keys = [key for path in key_files for key in read_public_keys(path)]
    missing: list[Problem] = []
    revisions = standings(sealed_files(files, missing), keys if key_files else None)
    if as_json:
        records = [revision_to_dict(path, standing) for path, standing in revisions.items()]
        click.echo(json.dumps(records, indent=2))  # ASCII: names of files need not be text
    else:
        print_revisions(revisions)
    print_problems(missing)
    if missing:
        return 3
    return 1 if any(standing.refusal for standing in revisions.values()) else 0


def sealed_files(paths: tuple[Path, ...], problems: list[Problem]) -> Iterator[Path]:
    """The files, and the sealed ones in folders; what is not there goes to ``problems``."""
    from cemaudit.exchange import is_sealed

    for path in paths:
        try:
            inside = sorted(path.iterdir()) if path.is_dir() else None
            if inside is None:
                refuse_unreadable(path)
        except BadInput as error:
            problems += error.problems
            continue
        except OSError as error:
            problems.append(Problem(message("cannot be read: {why}", why=error.strerror), str(path)))
            continue
        sealed = [path] if inside is None else [file for file in inside if is_sealed(file) and file.name[0] != "."]
        if not sealed:
            problems.append(Problem(message("no .cemaudit files in the folder"), str(path)))
        yield from sealed


def _state(standing: RevisionStatus) -> str:
    if standing.refusal:
        return "unfit" if standing.sealed else "refused"
    if standing.gives_way_to is None or standing.sealed is None:
        return "whole"
    return "repeated" if standing.gives_way_to.digest == standing.sealed.digest else "superseded"


def print_revisions(revisions: dict[Path, RevisionStatus]) -> None:
    """Print a line for each file, and how many of them are valid."""
    for path, standing in revisions.items():
        other = standing.gives_way_to.path.name if standing.gives_way_to else ""
        state = message(_SAID[_state(standing)], file=other)
        reason = "; ".join(map(str, standing.refusal.problems)) if standing.refusal else ""
        detail = reason or f"{printable(path, LONGEST_PLACE)}: {', '.join(_description(standing.sealed))}"
        print_wrapped(f"{state}: {detail}")
        for change in standing.signer_changes:
            print_wrapped(f"  {message('signer changed: {change}', change=change)}", indent="    ")
    if len(revisions) > 1:
        good = sum(not standing.refusal for standing in revisions.values())
        click.echo(str(message("{good} of {all} files are valid", good=good, all=len(revisions))))


def _description(sealed: Sealed | None) -> Iterator[str]:
    if sealed is None:
        return
    visit = sealed.visit
    yield str(message("visit {id}", id=visit.id))
    yield str(message("revision {number}", number=visit.revision))
    yield printable(visit.store_name or visit.store)
    yield visit.day.isoformat() if visit.day else str(message("no date"))
    yield visit.checklist
    yield str(message("evidence: {count}", count=len(sealed.media)))
    if sealed.signer is None:
        yield str(message("not signed"))
    else:
        signature = f"{sealed.signer.fingerprint} {sealed.signer.comment}".strip()
        yield str(message("signed with {key}", key=signature))


def revision_to_dict(path: Path, standing: RevisionStatus) -> dict[str, Any]:
    """A file and what was revisions of it as plain JSON values."""
    state = _state(standing)
    problem = str(standing.refusal) if standing.refusal else None
    record: dict[str, Any] = {"file": str(path), "state": state, "problem": problem}
    if standing.signer_changes:
        record["signer_changes"] = [str(change) for change in standing.signer_changes]
    if standing.gives_way_to:
        record["gives_way_to"] = str(standing.gives_way_to.path)
    return record | (sealed_to_dict(standing.sealed) if standing.sealed else {})


def sealed_to_dict(sealed: Sealed) -> dict[str, Any]:
    """What a sealed file holds as plain JSON values."""
    visit, signer = sealed.visit, sealed.signer
    return {
        "visit": visit.id,
        "revision": visit.revision,
        "supersedes": visit.supersedes,
        "store": visit.store,
        "date": visit.day.isoformat() if visit.day else None,
        "checklist": visit.checklist,
        "evidence": len(sealed.media),
        "sha256": sealed.sha256,
        "visit_sha256": sealed.digest,
        "signed_by": signer and {"fingerprint": signer.fingerprint, "key": signer.line, "comment": signer.comment},
    }

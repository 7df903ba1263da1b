"""Everything a ledger holds of one shopper, for whoever has a right to see it."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cemaudit.errors import BadInput, Problem
from cemaudit.files import make_private_folder, replaced, unwritable
from cemaudit.language import message
from cemaudit.ledger.identities import SHOPPER, reveal
from cemaudit.ledger.ledger import LedgerVisit, held_visits
from cemaudit.ledger.purging import files_of

if TYPE_CHECKING:
    from cemaudit.ledger.ledger import Ledger

__all__ = ["PersonExport", "export_person"]


@dataclass(frozen=True)
class PersonExport:
    """What was written to ``folder``: visits with all their revisions, papers of sealed files, pieces of evidence."""

    folder: Path
    visits: int
    papers: int
    evidence: int


def export_person(ledger: Ledger, pseudonym: str, folder: Path, reason: str, media: Path | None) -> PersonExport:
    """Write all of one person to a new ``folder``; who asked and why stays in the trail.

    ``person.json``: pseudonym and code or key. ``visits.jsonl``: every revision of every visit, excluded ones too, with
    the code instead of the pseudonym. ``visits.json``: the state and the reviews of each. ``papers.json``: what sealed
    files say of the shopper. ``media/``: the evidence in ``media``. ``BadInput`` where nobody has the pseudonym, or
    something is in the folder.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInput(Problem(message("there is something already, and nothing is overwritten"), str(folder)))
    persons = reveal(ledger, [pseudonym], reason)
    if not persons:
        hint = message("'cemaudit shoppers' lists them; what was purged nobody knows any more")
        raise BadInput(Problem(message("no such pseudonym: {name}", name=pseudonym), hint=hint))
    (person,) = persons
    visits = held_visits(ledger.database, "shopper = ? or signer = ? order by number", (pseudonym, pseudonym))
    papers = [paper for name in sorted({held.id for held in visits}) for paper in ledger.people.sealed_papers(name)]
    revisions = {(held.id, held.revision) for held in visits}
    papers = [paper for paper in papers if (paper.visit, paper.revision) in revisions]
    own = {"shopper": person.code} if person.kind == SHOPPER else {}
    lines = [json.dumps({**json.loads(held.line), **own}, ensure_ascii=False) for held in visits]
    states = [
        {
            "visit": held.id,
            "revision": held.revision,
            "number": held.number,
            "state": held.state,
            "reviews": [
                {"state": state, "reason": why, "who": who, "at": at}
                for state, why, who, at in ledger.database.run(
                    "select state, reason, who, at from state where visit = ? order by number", (held.number,)
                )
            ],
        }
        for held in visits
    ]
    documents = [json.loads(paper.document) for paper in papers]
    texts = {
        "person.json": _shown({"pseudonym": person.pseudonym, "kind": person.kind, "code": person.code}),
        "visits.jsonl": "".join(f"{line}\n" for line in lines),
        "visits.json": _shown(states),
        "papers.json": _shown(
            [
                {"visit": paper.visit, "revision": paper.revision, "name": paper.name, "document": document}
                for paper, document in zip(papers, documents, strict=True)
            ]
        ),
    }
    try:
        make_private_folder(folder)
        evidence = _copy_evidence(visits, media, folder)
    except OSError as error:
        raise unwritable(folder, error) from error
    for name, text in texts.items():
        with replaced(folder / name, private=True) as file:
            file.write(text.encode())
    return PersonExport(folder, len(visits), len(papers), evidence)


def _copy_evidence(visits: list[LedgerVisit], media: Path | None, folder: Path) -> int:
    """Copy the evidence of visits that lies in ``media``, and return how many pieces that was."""
    if media is None:
        return 0
    names = sorted({name for held in visits for name in files_of(held.visit) if (media / name).is_file()})
    for name in names:
        make_private_folder((folder / name).parent)
        shutil.copyfile(media / name, folder / name)
    return len(names)


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"

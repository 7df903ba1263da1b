"""Visits on their way into a ledger, for tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from cemaudit.exchange.canonical_json import line_of
from cemaudit.ledger import Ledger
from cemaudit.ledger.collecting import AcceptanceWorkers, CollectionSummary, Collector, acceptance_rules
from cemaudit.ledger.documents import VisitDocument, document_of
from cemaudit.ledger.sources import Inbox, find_sources, inbox_sources
from cemaudit.ledger.states import CollectionStatus
from cemaudit.ledger.store_registry import registered_store_ids
from cemaudit.model import Checklist, Visit
from helpers import samples

SHOP = samples.items_only(samples.item("I1"), samples.item("I2", "text"))
ALL = {SHOP.ref: SHOP}


def visit(name: str = "v1", **keys: Any) -> Visit:
    return samples.visit(**{"id": name, "shopper": "s-12", "answers": {"I1": True}, "date": "2026-11-21", **keys})


def amended(of: Visit, **keys: Any) -> Visit:
    """The next revision of a visit."""
    new = {"revision": of.revision + 1, "supersedes": digest(of), "amendment": "a wrong price", **keys}
    return Visit.model_validate({**of.model_dump(), **new})


def digest(of: Visit) -> str:
    import hashlib

    return hashlib.sha256(line_of(of)).hexdigest()


def document(of: Visit, ledger: Ledger) -> VisitDocument:
    return document_of(of, line_of(of), ledger.people.pseudonyms)


def take(ledger: Ledger, *visits: Visit, checklist: Checklist = SHOP) -> list[str]:
    """The fates of visits that are collected in one batch."""
    outcomes = ledger.collect([document(one, ledger) for one in visits], {checklist.ref: checklist})
    return [outcome.fate.value for outcome in outcomes]


def said(ledger: Ledger, *visits: Visit) -> list[str]:
    """Why the last of visits collected in one batch is not taken."""
    outcomes = ledger.collect([document(one, ledger) for one in visits], ALL)
    return [str(problem) for problem in outcomes[-1].problems]


def lines(path: Path, visits: Iterable[Visit | bytes]) -> Path:
    """A file of lines of JSON."""
    texts = (one if isinstance(one, bytes) else line_of(one) for one in visits)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(text + b"\n" for text in texts))
    return path


def collect(
    ledger: Ledger, *sources: Path | str, any_store: bool = False, processes: int = 1, told: list[str] | None = None,
    checklists: Sequence[Checklist] = (SHOP,), **rules: Any,
) -> CollectionSummary:  # fmt: skip
    """What becomes of what is in files and folders."""
    known = {checklist.ref: checklist for checklist in checklists}
    workers = AcceptanceWorkers(acceptance_rules(ledger, known, **rules), processes)
    collector = Collector(ledger, workers, known, (told if told is not None else []).append)
    found = list(find_sources([str(source) for source in sources]))
    every = (source for one in found for source in (inbox_sources(one) if isinstance(one, Inbox) else [one]))
    try:
        collector.collect(every, None if any_store else registered_store_ids(ledger))
    finally:
        workers.close()
    return collector.summary


def counts(summary: CollectionSummary) -> tuple[int, ...]:
    """Collected, again, in conflict, refused; they add up."""
    numbers = tuple(summary.fates[fate] for fate in CollectionStatus)
    assert sum(numbers) == summary.seen
    return numbers


def held(ledger: Ledger, **which: Any) -> list[tuple[str, int]]:
    """Ids and revisions of visits in the ledger."""
    return [(one.id, one.revision) for one in ledger.visits(**which)]

"""Visits on their way into a ledger, for tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import samples

from cemaudit.exchange.written import line_of
from cemaudit.ledger import Ledger
from cemaudit.ledger.collecting import Collector, Summary, Workers, rules_of
from cemaudit.ledger.documents import Document, document_of
from cemaudit.ledger.sources import Inbox, sources_in, sources_of
from cemaudit.ledger.states import Fate
from cemaudit.ledger.store_registry import store_ids
from cemaudit.model import Checklist, Visit

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


def document(of: Visit, ledger: Ledger) -> Document:
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
) -> Summary:  # fmt: skip
    """What becomes of what is in files and folders."""
    known = {checklist.ref: checklist for checklist in checklists}
    workers = Workers(rules_of(ledger, known, **rules), processes)
    collector = Collector(ledger, workers, known, (told if told is not None else []).append)
    found = list(sources_of([str(source) for source in sources]))
    every = (source for one in found for source in (sources_in(one) if isinstance(one, Inbox) else [one]))
    try:
        collector.collect(every, None if any_store else store_ids(ledger))
    finally:
        workers.close()
    return collector.summary


def counts(summary: Summary) -> tuple[int, ...]:
    """Collected, again, in conflict, refused; they add up."""
    numbers = tuple(summary.fates[fate] for fate in Fate)
    assert sum(numbers) == summary.seen
    return numbers


def held(ledger: Ledger, **which: Any) -> list[tuple[str, int]]:
    """Ids and revisions of visits in the ledger."""
    return [(one.id, one.revision) for one in ledger.visits(**which)]

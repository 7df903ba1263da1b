"""Which visits the scores asked about are of: those scored under the scheme asked for, and of several versions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from cemaudit.errors import Problem
from cemaudit.language import N_, message
from cemaudit.ledger.query.question import LedgerQuery, checklists_asked
from cemaudit.ledger.query.reading import Reading
from cemaudit.ledger.query.scores import tables_asked, visits_counted
from cemaudit.ledger.query.statement import Filter
from cemaudit.model.base import version_order

__all__ = ["items_answered_otherwise", "partly_scored", "versions_together"]


def visits_left_out(reading: Reading) -> Iterator[Problem]:
    """A problem where visits of the ledger are not in the snapshot, as no scheme was known for them."""
    count = reading.manifest.left_out
    if count > 0:
        hint = message("'cemaudit snapshot' names them")
        yield Problem(
            message("{count} visits are not in the snapshot, for want of a scheme", count=f"{count:,}"), hint=hint
        )


def partly_scored(reading: Reading, which: Filter, scheme: str | None) -> Iterator[Problem]:
    """A problem for each checklist (``id@version``) of whose visits only some are scored under ``scheme``, if any."""
    yield from visits_left_out(reading)
    if scheme is None:
        return
    for ref in checklists_asked(reading, LedgerQuery(which=which), one=False):
        there = sum(part.visits for part in reading.answers(ref).parts)
        tables = reading.scores(ref, scheme)
        scored = sum(part.visits for table in tables for part in table.parts)
        if scored < there:
            what = message(
                "{scored} of {all} visits are scored under {scheme}",
                scored=f"{scored:,}", all=f"{there:,}", scheme=scheme,
            )  # fmt: skip
            hint = message("score the others with 'cemaudit rescore --scheme {ref}'", ref=scheme)
            yield Problem(what, ref, hint)


def items_answered_otherwise(reading: Reading, question: LedgerQuery) -> Iterator[Problem]:
    """A problem where an item of one id asks for another kind of answer in another version of the checklist."""
    if "checklist" in question.by:
        return
    kinds: dict[str, set[str]] = defaultdict(set)
    for ref in checklists_asked(reading, question, one=True):
        for item in reading.checklist(ref).items.values():
            kinds[item.id].add(item.answer.type)
    names = ", ".join(f"{name} ({', '.join(sorted(types))})" for name, types in sorted(kinds.items()) if len(types) > 1)
    if names:
        what = message("items that other versions of the checklist answer otherwise are taken together: {names}",
                       names=names)  # fmt: skip
        yield Problem(what, hint=message("--by {key} keeps them apart", key="checklist"))


_VERSION_KEYS = ("checklist", "scheme")


def versions_together(reading: Reading, question: LedgerQuery) -> Iterator[Problem]:
    """A problem where scores of several versions of a checklist, or of several schemes, are in one figure."""
    if set(_VERSION_KEYS) <= set(question.by) or len(tables_asked(reading, question)) < 2:
        return
    versions = visits_counted(reading, replace(question, by=_VERSION_KEYS))
    for place, (key, text) in enumerate(zip(_VERSION_KEYS, _TOGETHER, strict=True)):
        names = sorted({str(group[place]) for group in versions}, key=version_order)
        if len(names) > 1 and key not in question.by:
            hint = message("--by {key} keeps them apart", key=key)
            yield Problem(message(text, names=", ".join(names)), hint=hint)


_TOGETHER = (
    N_("scores of several versions of the checklist are taken together: {names}"),
    N_("scores under several schemes are taken together: {names}"),
)

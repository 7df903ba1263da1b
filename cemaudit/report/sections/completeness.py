"""What the visits of a report lack of what their checklist asks: a line on the first page, all on that of method."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from cemaudit.entry.doubts import MISSING_TITLES, missing_parts
from cemaudit.language import translate
from cemaudit.model import Audit, Checklist
from cemaudit.model.blocks import Column, Table, Words
from cemaudit.model.text import Text
from cemaudit.report.sections.words import both, joined

__all__ = ["missing_counts", "missing_table"]


def missing_counts(audits: Sequence[Audit]) -> Words | None:
    """Return how much of each kind is missing, as in ``not answered 2, evidence missing 1``; ``None``: nothing."""
    counts = Counter(place.partition(".")[0] for _, place in _missing(audits))
    if not counts:
        return None
    return joined([joined([_in_words(field), str(count)], " ") for field, count in counts.items()], ", ")


def missing_table(audits: Sequence[Audit]) -> Table | None:
    """Return what is missing, a row for each item and touchpoint by its title; ``None`` where nothing is."""
    places = Counter((audit.checklist.ref, place) for audit, place in _missing(audits))
    if not places:
        return None
    checklists = {audit.checklist.ref: audit.checklist for audit in audits}
    columns = (
        Column(title=Text(ko="기록에 빠진 것", en="Missing from the record"), width=1.6),
        Column(title=Text(ko="항목 또는 접점", en="Item or touchpoint"), width=4),
        Column(title=Text(ko="방문 수", en="Visits"), width=0.8, align="right"),
    )
    rows = [
        (_in_words(place.partition(".")[0]), _title(checklists[ref], place), f"{count}")
        for (ref, place), count in places.items()
    ]
    return Table(columns=columns, rows=tuple(rows))


def _missing(audits: Sequence[Audit]) -> Iterator[tuple[Audit, str]]:
    """What each audit's visit lacks, as places; what a scheme composes of other audits is nobody's visit."""
    for audit in audits:
        if not audit.scheme.composition:
            yield from ((audit, place) for place in missing_parts(audit.visit, audit.checklist))


def _in_words(field: str) -> Words:
    """What is missing where it would stand in that field of the visit."""
    return both(lambda: translate(MISSING_TITLES[field]))


def _title(checklist: Checklist, place: str) -> Words:
    """The item or touchpoint at a place, by its id and title."""
    name = place.partition(".")[2]
    if name in checklist.items:
        return joined([name, checklist.items[name].ask], " ")
    return checklist.touchpoint[name].title

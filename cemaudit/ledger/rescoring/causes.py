"""Why visits get another score or band under another scheme, found in the visits themselves: all, or some of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cemaudit.exchange.lines import read_line
from cemaudit.ledger.database import among
from cemaudit.ledger.documents import unpacked
from cemaudit.ledger.ledger import Ledger
from cemaudit.ledger.snapshot.schemes import Schemes
from cemaudit.model import Visit
from cemaudit.scoring import Engine
from cemaudit.scoring.plan import Plan, make_plan
from cemaudit.scoring.rescore import rescore

__all__ = ["Causes", "causes_of"]


class Causes(NamedTuple):
    """In how many of the ``visits`` looked at each kind of cause is found (see ``scoring.rescore.Cause``)."""

    visits: int
    kinds: Counter[str]


def causes_of(ledger: Ledger, engine: Engine, numbers: Sequence[int], scheme: str, most: int) -> Causes:
    """The causes in the visits of these numbers; in ``most`` of them, evenly spread, where they are more."""
    schemes = Schemes(ledger, engine)
    plans: dict[tuple[str, str], Plan] = {}

    def plan(ref: str, name: str) -> Plan:
        if (ref, name) not in plans:
            checklist = ledger.shelf.checklists([ref])[ref]
            plans[ref, name] = make_plan(checklist, schemes[name], engine.library.aggregators)
        return plans[ref, name]

    kinds: Counter[str] = Counter()
    chosen = _spread(numbers, most)
    for visit in _visits(ledger, chosen):
        own = schemes.of(ledger.shelf.checklists([visit.checklist])[visit.checklist], visit.day)
        causes = rescore(visit, plan(visit.checklist, own.ref), plan(visit.checklist, scheme)).causes
        kinds.update({cause.kind for cause in causes})
    return Causes(len(chosen), kinds)


def _spread(numbers: Sequence[int], most: int) -> list[int]:
    if len(numbers) <= most:
        return list(numbers)
    return [numbers[place * len(numbers) // most] for place in range(most)]


def _visits(ledger: Ledger, numbers: Sequence[int]) -> Iterator[Visit]:
    for (document,) in among(ledger.database, "select document from visit where number in ({places})", numbers):
        yield read_line(unpacked(document))[0]

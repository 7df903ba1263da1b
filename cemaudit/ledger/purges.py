"""What the trail says of purges: which visits they took the personal data of, when and why."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from cemaudit.ledger.trail import Line

if TYPE_CHECKING:
    from cemaudit.ledger.ledger import Ledger

__all__ = ["KIND", "Purge", "forgotten", "purges", "purges_of", "runs", "unpurged"]

KIND = "purged"
"""What the lines are called."""


class Purge(NamedTuple):
    """One line of the trail: ``visits`` are first and last numbers, ``files`` the evidence those visits had."""

    at: str
    by: str
    reason: str
    visits: Sequence[Sequence[int]]
    files: Sequence[str]


def purges(ledger: Ledger) -> Iterator[Purge]:
    """All purges there were, one after the other."""
    columns = ", ".join(Line._fields)
    for row in ledger.database.run(f"select {columns} from trail where kind = ? order by number", (KIND,)):
        line = Line(*row)
        said = line.said
        yield Purge(line.at, said["by"], said["reason"], said.get("visits", ()), said.get("files", ()))


def purges_of(ledger: Ledger, number: int) -> list[Purge]:
    """The purges of the visit of that number; none where it holds all it came with."""
    return [purge for purge in purges(ledger) if any(first <= number <= last for first, last in purge.visits)]


def unpurged(ledger: Ledger, numbers: Sequence[int]) -> list[int]:
    """Those of ``numbers`` whose visits were not purged yet."""
    found = sorted((first, last) for purge in purges(ledger) for first, last in purge.visits)
    firsts = [first for first, _ in found]

    def was_purged(number: int) -> bool:
        place = bisect_right(firsts, number)
        return place > 0 and number <= found[place - 1][1]

    return [number for number in numbers if not was_purged(number)]


def forgotten(ledger: Ledger) -> frozenset[str]:
    """The digests of purged visits that came in sealed files: their evidence is not wanted again."""
    if next(purges(ledger), None) is None:
        return frozenset()
    sealed: dict[int, str] = dict(
        ledger.database.run("select number, digest from visit where sealed is not null order by number")
    )
    return frozenset(sealed.values()) - {sealed[number] for number in unpurged(ledger, list(sealed))}


def runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Ascending numbers as pairs of a first and a last one."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found

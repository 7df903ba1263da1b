"""A question to a snapshot: which visits, grouped by what, and what is measured."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from cemaudit.errors import BadInput, Problem, nearest
from cemaudit.language import message
from cemaudit.ledger.query.keys import FACETS, Condition, month_key, of_visits
from cemaudit.ledger.query.measured import Facets
from cemaudit.ledger.query.reading import Reading
from cemaudit.ledger.query.statement import EVERYTHING, Filter

__all__ = ["Group", "Groups", "Question", "checklists_asked", "is_asked"]

Group = tuple[str | None, ...]
"""The values of a question's keys, in their order."""


@dataclass(frozen=True)
class Question:
    """What is asked.

    ``by``: the keys it is grouped by. ``which``: the visits, by all conditions; those on facets and checklists choose
    columns and tables. ``scheme``: that instead of the ones in force; ``measure``: that instead of the usual one.
    """

    by: tuple[str, ...] = ()
    which: Filter = EVERYTHING
    scheme: str | None = None
    measure: str | None = None

    @property
    def visit_keys(self) -> list[str]:
        """The keys SQL groups by."""
        return [key for key in self.by if of_visits(key)]

    @property
    def facets(self) -> list[str]:
        """The keys that tell columns apart."""
        return [key for key in self.by if key in FACETS]

    @property
    def in_sql(self) -> Filter:
        """The visits, as far as SQL chooses them."""
        return replace_conditions(self.which, lambda condition: of_visits(condition.key))


def replace_conditions(which: Filter, keep: Callable[[Condition], bool]) -> Filter:
    """The same with some of the conditions."""
    return which._replace(conditions=tuple(filter(keep, which.conditions)))


def is_asked(question: Question, facets: Facets) -> bool:
    """Whether a column of these facets is: it has those grouped by, and meets the conditions on others."""
    conditions = [condition for condition in question.which.conditions if condition.key in FACETS]
    return all(facets.get(key) for key in question.facets) and all(
        set(condition.values) & set(facets.get(condition.key, ())) for condition in conditions
    )


def checklists_asked(reading: Reading, question: Question, *, one: bool) -> list[str]:
    """The checklists (``id@version``) a question is about; ``BadInput`` where there are none.

    ``one``: versions of more than one checklist may not be taken together, unless grouped by checklist.
    """
    wanted = [condition.values for condition in question.which.conditions if condition.key == "checklist"]
    found = [ref for ref in reading.refs if all(ref in some or ref.partition("@")[0] in some for some in wanted)]
    if not found:
        named = ", ".join(value for some in wanted for value in some)
        hint = nearest(named, reading.refs)
        raise BadInput(Problem(message("no visits of this checklist are there: {ref}", ref=named or "-"), "", hint))
    ids = sorted({ref.partition("@")[0] for ref in found})
    if one and len(ids) > 1 and "checklist" not in question.by:
        what = message("visits of several checklists are there: {names}", names=", ".join(ids))
        raise BadInput(Problem(what, "", message("choose one with --where checklist=ID")))
    return found


class Groups:
    """The groups that the rows of a table and the facets of a column fall into."""

    def __init__(self, question: Question, checklist: str, facets: Facets) -> None:
        self._months = [(place, key) for place, key in enumerate(question.visit_keys) if key in {"quarter", "year"}]
        self._patterns = [self._pattern(question, checklist, chosen) for chosen in _chosen(question.facets, facets)]

    @staticmethod
    def _pattern(question: Question, checklist: str, chosen: dict[str, str]) -> tuple[list[str | None], list[int]]:
        """The group with a gap for each key of visits, and where the gaps are."""
        fixed = {**chosen, "checklist": checklist}
        return [fixed.get(key) for key in question.by], [
            place for place, key in enumerate(question.by) if key not in fixed
        ]

    def of(self, values: Sequence[object]) -> Iterator[Group]:
        """The groups of a row with these values of the keys SQL grouped by."""
        said = [None if value is None else str(value) for value in values]
        for place, key in self._months:
            said[place] = month_key(key, said[place])
        for pattern, gaps in self._patterns:
            group = pattern.copy()
            for gap, value in zip(gaps, said, strict=True):
                group[gap] = value
            yield tuple(group)


def _chosen(keys: Sequence[str], facets: Facets) -> Iterator[dict[str, str]]:
    for values in itertools.product(*(facets.get(key, ()) for key in keys)):
        yield dict(zip(keys, values, strict=True))

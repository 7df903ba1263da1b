"""A question to a snapshot: which visits, grouped by what, and what is measured."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product, repeat
from typing import NamedTuple

from cemaudit.errors import BadInput, Problem, nearest
from cemaudit.language import message
from cemaudit.ledger.query.keys import LENS, Condition, is_facet, month_key, of_visits
from cemaudit.ledger.query.measured import Facets
from cemaudit.ledger.query.reading import Reading
from cemaudit.ledger.query.statement import EVERYTHING, Filter
from cemaudit.model import Checklist, Journey
from cemaudit.model.lenses import JourneyView

__all__ = [
    "Group",
    "Grouping",
    "KeyColumns",
    "LedgerQuery",
    "LensKey",
    "checklists_asked",
    "is_asked",
    "key_columns",
    "refuse_several_checklists",
    "replace_conditions",
    "seen_through",
]

Group = tuple[str | None, ...]
"""The values of a question's keys, in their order."""

KeyColumns = Mapping[str, Sequence[str | None]]
"""The values of each key SQL groups by, one for each row."""


class LensKey(NamedTuple):
    """A lens to group by, and what shows a journey through it."""

    lens: Journey
    view: Callable[[Journey], JourneyView]


@dataclass(frozen=True)
class LedgerQuery:
    """What is asked.

    ``by``: the keys it is grouped by. ``which``: the visits, by all conditions; those on facets and checklists choose
    columns and tables. ``scheme``: that instead of the ones in force; ``measure``: that instead of the usual one.
    ``lenses``: what the keys ``lens:ID`` of ``by`` and of conditions stand for.
    """

    by: tuple[str, ...] = ()
    which: Filter = EVERYTHING
    scheme: str | None = None
    measure: str | None = None
    lenses: Mapping[str, LensKey] = field(default_factory=dict, compare=False)

    @property
    def visit_keys(self) -> list[str]:
        """The keys SQL groups by."""
        return [key for key in self.by if of_visits(key)]

    @property
    def facets(self) -> list[str]:
        """The keys that tell columns apart."""
        return [key for key in self.by if is_facet(key)]

    @property
    def through_lens(self) -> bool:
        """Whether it groups by the stages of a lens, or asks about some of them."""
        return any(key.startswith(LENS) for key in [*self.by, *(condition.key for condition in self.which.conditions)])

    @property
    def in_sql(self) -> Filter:
        """The visits, as far as SQL chooses them."""
        return replace_conditions(self.which, lambda condition: of_visits(condition.key))


def replace_conditions(which: Filter, keep: Callable[[Condition], bool]) -> Filter:
    """The same with those of the conditions that are to be kept."""
    return which._replace(conditions=tuple(filter(keep, which.conditions)))


def seen_through(question: LedgerQuery, checklist: Checklist, columns: Iterable[Facets]) -> Iterator[Facets]:
    """Yield the facets of each column with the stage of each lens of the question that its touchpoint lies in.

    ``BadInput`` where a lens says nothing of the checklist's journey.
    """
    views = {key: lens_key.view(checklist.path) for key, lens_key in question.lenses.items()}
    for facets in columns:
        touchpoint = checklist.touchpoint.get(next(iter(facets.get("touchpoint", ())), ""))
        stage = next(iter(facets.get("stage", ())), "")
        places = {
            key: view.stage_of(touchpoint) if touchpoint else view.place.get(stage) for key, view in views.items()
        }
        yield {**facets, **{key: (place,) if place else () for key, place in places.items()}}


def is_asked(question: LedgerQuery, facets: Facets) -> bool:
    """Whether a column of these facets is: it has those grouped by, and meets the conditions on others."""
    conditions = [condition for condition in question.which.conditions if is_facet(condition.key)]
    return all(facets.get(key) for key in question.facets) and all(
        set(condition.values) & set(facets.get(condition.key, ())) for condition in conditions
    )


def checklists_asked(reading: Reading, question: LedgerQuery, *, one: bool) -> list[str]:
    """The checklists (``id@version``) a question is about; ``BadInput`` where there are none.

    ``one``: versions of more than one checklist may not be taken together, unless grouped by checklist.
    """
    wanted = [condition.values for condition in question.which.conditions if condition.key == "checklist"]
    found = [ref for ref in reading.refs if all(ref in some or ref.partition("@")[0] in some for some in wanted)]
    if not found:
        named = ", ".join(value for some in wanted for value in some)
        hint = nearest(named, reading.refs)
        raise BadInput(Problem(message("no visits of this checklist are there: {ref}", ref=named or "-"), "", hint))
    if one and "checklist" not in question.by:
        refuse_several_checklists(found)
    return found


def refuse_several_checklists(refs: Iterable[str]) -> None:
    """``BadInput`` where ``refs`` (``id@version``) are of more than one checklist."""
    ids = sorted({ref.partition("@")[0] for ref in refs})
    if len(ids) > 1:
        what = message("visits of several checklists are there: {names}", names=", ".join(ids))
        raise BadInput(Problem(what, "", message("choose one with --where checklist=ID")))


def key_columns(question: LedgerQuery, rows: Sequence[Sequence[object]]) -> KeyColumns:
    """What stands first in the rows SQL returns: the values of the keys it grouped by, as texts, by key."""
    found: dict[str, list[str | None]] = {}
    for place, key in enumerate(question.visit_keys):
        said = [None if row[place] is None else str(row[place]) for row in rows]
        found[key] = [month_key(key, month) for month in said] if key in {"quarter", "year"} else said
    return found


class Grouping:
    """The groups that the rows of a table and the facets of a column fall into."""

    def __init__(self, question: LedgerQuery, checklist: str, facets: Facets) -> None:
        self._by = question.by
        self._fixed = [{**chosen, "checklist": checklist} for chosen in _chosen(question.facets, facets)]

    def of(self, keys: KeyColumns, rows: int) -> Iterator[Iterable[Group]]:
        """The groups of so many rows with these ``keys``: once all of them for each choice of facets."""
        for fixed in self._fixed:
            columns = [repeat(fixed[key], rows) if key in fixed else keys[key] for key in self._by]
            yield zip(*columns, strict=True) if columns else repeat((), rows)


def _chosen(keys: Sequence[str], facets: Facets) -> Iterator[dict[str, str]]:
    for values in product(*(facets.get(key, ()) for key in keys)):
        yield dict(zip(keys, values, strict=True))

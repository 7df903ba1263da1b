"""Actions: what was decided to change in which stores, why, by whom and until when; to be tested by later visits.

An action of the same id that comes in again with other content adds a row; the latest row holds. What becomes of it is
kept apart, in ``cemaudit.ledger.action_updates``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from cemaudit.errors import BadInput, Expected, Problem, nearest
from cemaudit.exchange import read_table
from cemaudit.exchange.canonical_json import canonical
from cemaudit.language import message
from cemaudit.ledger.database import select_in
from cemaudit.ledger.store_registry import refuse_unknown_stores
from cemaudit.model import Checklist, faults
from cemaudit.model.base import Exact, Id, Line, Record
from cemaudit.model.visit import Token

if TYPE_CHECKING:
    from cemaudit.ledger.audit_trail import TrailEntry
    from cemaudit.ledger.ledger import Ledger

__all__ = [
    "ACTION_COLUMNS",
    "Action",
    "ActionReason",
    "Kind",
    "action_document",
    "action_rows",
    "add_changed",
    "current_actions",
    "find_action",
    "make_action",
    "noted_days",
    "read_actions",
    "refuse_unknown_places",
    "save_actions",
]

Kind = Literal["eliminate", "reduce", "raise", "create"]
"""What is done to something: taken away, done less, done better, newly begun."""

_NEEDED = ("id", "kind", "what", "since", "store")
_OF_REASON = ("finding", "checklist", "touchpoint", "item", "visits")
ACTION_COLUMNS = ("id", "kind", "what", "owner", "since", "due", "gain", *_OF_REASON, "store")
"""The columns of a table of actions, which has a row for each store of an action."""


class ActionReason(Record):
    """Why an action was decided: the rule of a ``finding``, where it was found, and ``visits`` that show it.

    ``checklist`` is an id without a version: a later version asks the same items.
    """

    finding: Id | None = None
    checklist: Id | None = None
    touchpoint: Id | None = None
    item: Id | None = None
    visits: tuple[Token, ...] = ()


class Action(Record):
    """``what`` is done in ``stores``, by whom (``owner``), from the day ``since`` on, and is to be done by ``due``.

    ``gain``: the points of the headline it is expected to bring to these stores.
    """

    id: Id
    kind: Kind
    what: Line
    owner: Line = ""
    since: dt.date
    stores: Annotated[tuple[Token, ...], Field(min_length=1)]
    due: dt.date | None = None
    gain: Exact | None = None
    reason: ActionReason = ActionReason()

    @model_validator(mode="after")
    def _due_after_it_begins(self) -> Self:
        if self.due and self.due < self.since:
            raise Expected("due not before the action begins ({day})", day=self.since.isoformat())
        return self


def make_action(data: Mapping[str, Any]) -> Action:
    """Return the action that ``data`` says; ``BadInput`` with every mistake in it."""
    try:
        return Action.model_validate(data)
    except ValidationError as error:
        raise BadInput(faults.problems(error, data)) from error


def action_document(action: Action) -> dict[str, Any]:
    """Return the action as plain JSON values; what came with a later version only where it holds something."""
    document = action.model_dump(mode="json")
    document["reason"] = {name: value for name, value in document["reason"].items() if value}
    later = ("due", "gain", "reason")
    return {name: value for name, value in document.items() if name not in later or value not in (None, {})}


def action_rows(action: Action) -> list[dict[str, str]]:
    """Return the action as rows of a table that ``read_actions`` reads: one for each store."""
    document = action_document(action)
    reason = document.get("reason", {})
    document |= {**reason, "visits": " ".join(reason.get("visits", ()))}
    cells = {name: str(document.get(name, "")) for name in ACTION_COLUMNS}
    return [{**cells, "store": store} for store in action.stores]


def read_actions(path: Path) -> list[Action]:
    """Return the actions in a table (CSV, XLSX) of one row for each store; its columns are ``ACTION_COLUMNS``.

    ``BadInput`` with every mistake where there is any: a file is taken whole or not at all.
    """
    table = read_table(path)
    missing = set(_NEEDED) - set(table.columns)
    if missing:
        hint = message("these columns are read: {names}", names=", ".join(ACTION_COLUMNS))
        raise BadInput(Problem(message("no column {column}", column=", ".join(sorted(missing))), path.name, hint))
    rows_by_id: dict[str, dict[str, Any]] = {}
    problems: list[Problem] = []
    # An action has a row for each of its stores, which repeat what it is.
    for row in table.rows:
        cells = {name: row.cells.get(name, "") for name in ACTION_COLUMNS}
        store = cells.pop("store")
        problem = row.problem or _differs(rows_by_id.setdefault(cells["id"], {**cells, "stores": []}), cells)
        if problem:
            problems.append(problem.inside(str(message("row {number}", number=row.number))))
        rows_by_id[cells["id"]]["stores"].append(store)
    actions = []
    for name, data in rows_by_id.items():
        try:
            actions.append(make_action(_of_cells(data)))
        except BadInput as error:
            problems += [problem.inside(name) for problem in error.problems]
    if problems:
        raise BadInput([problem.inside(path.name) for problem in problems])
    return actions


def _of_cells(cells: Mapping[str, Any]) -> dict[str, Any]:
    """The cells of an action with its reason in a record of its own; an empty one of these columns says nothing."""
    data = {name: value for name, value in cells.items() if name not in _OF_REASON and name not in {"due", "gain"}}
    data |= {name: cells[name] for name in ("due", "gain") if cells[name]}
    reason = {name: cells[name] for name in _OF_REASON if cells[name]}
    if "visits" in reason:
        reason["visits"] = tuple(dict.fromkeys(reason["visits"].split()))
    return {**data, "stores": tuple(dict.fromkeys(cells["stores"])), "reason": reason}


def _differs(first_row: Mapping[str, Any], cells: Mapping[str, str]) -> Problem | None:
    """Rows of one action say the same of it."""
    for name, value in cells.items():
        if first_row[name] != value:
            text = message("expected {what}, found {value}", what=first_row[name], value=value)
            return Problem(text, name, message("all rows of an action say the same of it"))
    return None


def save_actions(ledger: Ledger, actions: Iterable[Action]) -> int:
    """Let the ledger know actions, and return how many are new to it, or have changed.

    ``BadInput`` where one names a store that the registry, where there is one, does not know, or has a reason that is
    nowhere in the ledger.
    """
    listed = list(actions)
    refuse_unknown_places(ledger, listed)

    def work(entry: TrailEntry) -> int:
        changed = add_changed(entry, listed, current_actions(ledger))
        entry.subject = str(changed)
        return changed

    return ledger.write("actions", work)


def add_changed(entry: TrailEntry, actions: Sequence[Action], current: Mapping[str, Action]) -> int:
    """Add a row for each action that is not as in ``current``, and return how many those are."""
    # Those that are as before add no row: the same table may be read in again and again.
    changed = [action for action in actions if current.get(action.id) != action]
    rows = [
        (number, action.id, action.since.isoformat(), canonical(action_document(action)).decode())
        for number, action in enumerate(changed, entry.next_number("action"))
    ]
    entry.add("action", rows)
    return len(changed)


def refuse_unknown_places(ledger: Ledger, actions: Sequence[Action]) -> None:
    """Raise ``BadInput`` where actions name stores, checklists, touchpoints, items or visits the ledger does not know.

    Stores are held against the registry, where there is one; checklists against those that visits answered, if any.
    """
    refuse_unknown_stores(ledger, ((action.id, action.stores) for action in actions))
    versions = ledger.shelf.checklists().values() if any(action.reason != ActionReason() for action in actions) else ()
    problems = [
        problem.inside(action.id)
        for action in actions
        for problem in (*_unknown_in_checklists(action.reason, versions), *_unknown_visits(ledger, action.reason))
    ]
    if problems:
        raise BadInput(problems)


def _unknown_in_checklists(reason: ActionReason, versions: Collection[Checklist]) -> Iterator[Problem]:
    ids = {checklist.id for checklist in versions}
    if reason.checklist and ids and reason.checklist not in ids:
        text = message("no such checklist: {ref}", ref=reason.checklist)
        yield Problem(text, "reason.checklist", nearest(reason.checklist, ids))
        return
    asked = [checklist for checklist in versions if reason.checklist in {None, checklist.id}]
    items = {name for checklist in asked for name in checklist.items}
    touchpoints = {name for checklist in asked for name in checklist.touchpoint}
    if reason.item and items and reason.item not in items:
        text = message("no such item: {item}", item=reason.item)
        yield Problem(text, "reason.item", nearest(reason.item, items, listing=False))
    if reason.touchpoint and touchpoints and reason.touchpoint not in touchpoints:
        text = message("no such touchpoint: {touchpoint}", touchpoint=reason.touchpoint)
        yield Problem(text, "reason.touchpoint", nearest(reason.touchpoint, touchpoints, listing=False))


def _unknown_visits(ledger: Ledger, reason: ActionReason) -> Iterator[Problem]:
    query = "select distinct id from visit where id in ({places})"
    collected = {name for (name,) in select_in(ledger.database, query, reason.visits)}
    for name in reason.visits:
        if name not in collected:
            yield Problem(message("no such visit: {id}", id=name), "reason.visits")


def current_actions(ledger: Ledger) -> dict[str, Action]:
    """Return the actions by id, in the order of the days they began."""
    later = "select 1 from action later where later.id = action.id and later.number > action.number"
    query = f"select document from action where not exists ({later}) order by since, id"
    actions = (Action.model_validate_json(document) for (document,) in ledger.database.run(query))
    return {action.id: action for action in actions}


def noted_days(ledger: Ledger) -> dict[str, dt.date]:
    """Return the day (UTC) on which each action was noted as it stands: in these stores, from this day on.

    Who is responsible and what it is called may have been corrected since.
    """
    rows = ledger.database.run(
        "select action.document, trail.at from action join trail on trail.number = action.batch order by action.number"
    )
    noted: dict[str, tuple[tuple[dt.date, frozenset[str]], dt.date]] = {}
    for document, at in rows:
        action = Action.model_validate_json(document)
        plan = action.since, frozenset(action.stores)
        if action.id not in noted or noted[action.id][0] != plan:
            noted[action.id] = plan, dt.datetime.fromisoformat(at).date()
    return {name: day for name, (_, day) in noted.items()}


def find_action(ledger: Ledger, name: str) -> Action:
    """Return the action of that id; ``BadInput`` where there is none."""
    actions = current_actions(ledger)
    if name not in actions:
        hint = nearest(name, actions) if actions else message("let the ledger know it with 'cemaudit actions add'")
        raise BadInput(Problem(message("no such action: {name}", name=name), ledger.database.place, hint))
    return actions[name]

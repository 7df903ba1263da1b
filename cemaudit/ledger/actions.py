"""What was decided to change in which stores, from which day on: to be tested by later visits.

An action of the same id that comes in again with other content adds a row; the latest row holds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, ValidationError

from cemaudit.errors import BadInput, Problem, nearest
from cemaudit.exchange import read_table
from cemaudit.exchange.canonical_json import canonical
from cemaudit.language import message
from cemaudit.ledger.store_registry import refuse_unknown_stores
from cemaudit.model import faults
from cemaudit.model.base import Id, Line, Record
from cemaudit.model.visit import Token

if TYPE_CHECKING:
    from cemaudit.ledger.audit_trail import TrailEntry
    from cemaudit.ledger.ledger import Ledger

__all__ = ["Action", "Kind", "current_actions", "find_action", "noted_days", "read_actions", "save_actions"]

Kind = Literal["eliminate", "reduce", "raise", "create"]
"""What is done to something: taken away, done less, done better, newly begun."""

_COLUMNS = ("id", "kind", "what", "owner", "since", "store")


class Action(Record):
    """``what`` is done in ``stores``, by whom (``owner``), from the day ``since`` on."""

    id: Id
    kind: Kind
    what: Line
    owner: Line = ""
    since: dt.date
    stores: Annotated[tuple[Token, ...], Field(min_length=1)]


def read_actions(path: Path) -> list[Action]:
    """Return the actions in a table (CSV, XLSX) of one row for each store: id, kind, what, owner, since, store.

    ``BadInput`` with every mistake where there is any: a file is taken whole or not at all.
    """
    table = read_table(path)
    missing = {"id", "kind", "what", "since", "store"} - set(table.columns)
    if missing:
        hint = message("these columns are read: {names}", names=", ".join(_COLUMNS))
        raise BadInput(Problem(message("no column {column}", column=", ".join(sorted(missing))), path.name, hint))
    rows_by_id: dict[str, dict[str, Any]] = {}
    problems: list[Problem] = []
    # An action has a row for each of its stores, which repeat what it is.
    for row in table.rows:
        cells = {name: row.cells.get(name, "") for name in _COLUMNS}
        store = cells.pop("store")
        problem = row.problem or _differs(rows_by_id.setdefault(cells["id"], {**cells, "stores": []}), cells)
        if problem:
            problems.append(problem.inside(str(message("row {number}", number=row.number))))
        rows_by_id[cells["id"]]["stores"].append(store)
    actions = []
    for name, data in rows_by_id.items():
        try:
            actions.append(Action.model_validate({**data, "stores": tuple(dict.fromkeys(data["stores"]))}))
        except ValidationError as error:
            problems += [problem.inside(name) for problem in faults.problems(error, data)]
    if problems:
        raise BadInput([problem.inside(path.name) for problem in problems])
    return actions


def _differs(first_row: Mapping[str, Any], cells: Mapping[str, str]) -> Problem | None:
    """Rows of one action say the same of it."""
    for name, value in cells.items():
        if first_row[name] != value:
            text = message("expected {what}, found {value}", what=first_row[name], value=value)
            return Problem(text, name, message("all rows of an action say the same of it"))
    return None


def save_actions(ledger: Ledger, actions: Iterable[Action]) -> int:
    """Let the ledger know actions, and return how many are new to it, or have changed.

    ``BadInput`` where one is in a store that the registry, where there is one, does not know.
    """
    listed = list(actions)
    refuse_unknown_stores(ledger, ((action.id, action.stores) for action in listed))

    def work(entry: TrailEntry) -> int:
        current = current_actions(ledger)
        # Those that are as before add no row: the same table may be read in again and again.
        changed = [action for action in listed if current.get(action.id) != action]
        ((last,),) = entry.database.run("select coalesce(max(number), 0) from action")
        rows = [
            (last + index, action.id, action.since.isoformat(), canonical(action.model_dump(mode="json")).decode())
            for index, action in enumerate(changed, 1)
        ]
        entry.add("action", rows)
        entry.subject = str(len(changed))
        return len(changed)

    return ledger.write("actions", work)


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

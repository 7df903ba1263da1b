"""Actions as files: a table (CSV, XLSX) that ``read_actions`` reads again, and an iCalendar file (RFC 5545)."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.tables.delimited import escape_formula
from cemaudit.files import replaced
from cemaudit.language import N_, message, translate
from cemaudit.ledger.action_updates import ActionHistory, ActionStatus
from cemaudit.ledger.actions import ACTION_COLUMNS, Action, action_rows
from cemaudit.ledger.export.columns import ExportColumn
from cemaudit.ledger.export.spreadsheet import write_spreadsheet

if TYPE_CHECKING:
    from icalendar import Event, Todo

__all__ = ["write_action_calendar", "write_action_table"]

STATUS_COLUMNS = ("status", "done")
_TODO_STATUS = {
    ActionStatus.OPEN: "NEEDS-ACTION",
    ActionStatus.DOING: "IN-PROCESS",
    ActionStatus.DONE: "COMPLETED",
    ActionStatus.VERIFIED: "COMPLETED",
    ActionStatus.DROPPED: "CANCELLED",
}


def write_action_table(
    path: Path, actions: Sequence[Action], histories: Mapping[str, ActionHistory] | None = None
) -> int:
    """Write actions to a CSV file or a workbook, a row for each store of each, and return how many rows.

    With ``histories`` two columns more: the status, and the day it was done. ``BadInput`` where the file's ending is
    another; ``BadEnvironment`` without the extra ``xlsx`` for a workbook.
    """
    columns = (*ACTION_COLUMNS, *(STATUS_COLUMNS if histories else ()))
    rows = []
    for action in actions:
        history = histories.get(action.id) if histories else None
        how = {"status": history.status.value, "done": _day(history.done_on)} if history else {}
        rows += [[row.get(name, "") for name in columns] for row in ({**row, **how} for row in action_rows(action))]
    if path.is_dir():
        raise BadInput(Problem(message("expected a file, found a folder"), str(path)))
    match path.suffix.lower():
        case ".xlsx":
            return write_spreadsheet(path, [ExportColumn(name, "") for name in columns], rows, len(rows))
        case ".csv":
            _write_csv(path, columns, rows)
            return len(rows)
        case _:
            text = message("expected a file that ends in {names}", names=".csv, .xlsx")
            raise BadInput(Problem(text, str(path)))


def _day(day: dt.date | None) -> str:
    return day.isoformat() if day else ""


def _write_csv(path: Path, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    with replaced(path) as file:
        # With a mark at the beginning, without which spreadsheets do not read it as UTF-8.
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
        writer = csv.writer(text)
        writer.writerow(columns)
        writer.writerows([[escape_formula(cell) for cell in row] for row in rows])
        text.flush()
        text.detach()


def write_action_calendar(
    path: Path, histories: Sequence[ActionHistory], ledger_mark: str, *, as_todos: bool = False
) -> int:
    """Write an iCalendar file of actions, and return how many it holds: those with a due day, with ``as_todos`` all.

    Each is a whole day in the calendar, the one it is due, for most calendars leave to-dos out that come in files; or a
    to-do. ``ledger_mark`` tells apart actions of the same id in other ledgers: a file that comes again replaces what
    the one before had brought. ``ModuleNotFoundError`` without the extra ``calendar``.
    """
    from icalendar import Calendar  # noqa: PLC0415 (an extra)

    calendar = Calendar()
    calendar.add("prodid", "-//cemaudit//actions//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", translate(N_("Actions")))
    written = [history for history in histories if as_todos or history.action.due]
    for history in written:
        component = _todo(history) if as_todos else _whole_day(history)
        component.add("uid", f"{history.action.id}.{ledger_mark}@cemaudit")
        _describe(component, history)
        calendar.add_component(component)
    with replaced(path) as file:
        file.write(calendar.to_ical())
    return len(written)


def _whole_day(history: ActionHistory) -> Event:
    from icalendar import Event  # noqa: PLC0415 (an extra)

    due = history.action.due
    event = Event()
    if due:
        event.add("dtstart", due)
        event.add("dtend", due + dt.timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    event.add("status", "CANCELLED" if history.status is ActionStatus.DROPPED else "CONFIRMED")
    return event


def _todo(history: ActionHistory) -> Todo:
    from icalendar import Todo  # noqa: PLC0415 (an extra)

    todo = Todo()
    todo.add("dtstart", history.action.since)
    if history.action.due:
        # RFC 5545, 3.8.2.3: it is due later than it starts.
        todo.add("due", max(history.action.due, history.action.since + dt.timedelta(days=1)))
    todo.add("status", _TODO_STATUS[history.status])
    if history.done_on:
        todo.add("completed", dt.datetime.combine(history.done_on, dt.time(), dt.UTC))
    return todo


def _describe(component: Event | Todo, history: ActionHistory) -> None:
    action = history.action
    changed = [*(plan.at for plan in history.plans), *(update.at for update in history.updates)]
    # As it was last changed, not as it is now: the same ledger writes the same file.
    component.add("dtstamp", dt.datetime.fromisoformat(max(changed)))
    component.add("sequence", len(changed) - 1)
    done = "" if history.status.is_waiting else f" ({history.status.words})"
    component.add("summary", f"{action.what}{done}")
    component.add("description", "\n".join(_lines(history)))
    component.add("categories", [action.kind])


def _lines(history: ActionHistory) -> list[str]:
    action = history.action
    pairs: list[tuple[str, Any]] = [
        (N_("Action"), action.id),
        (N_("Status"), history.status.words),
        (N_("Responsible"), action.owner),
        (N_("Stores"), ", ".join(action.stores)),
        (N_("Since"), action.since.isoformat()),
        (N_("Expected gain"), "" if action.gain is None else f"{float(action.gain):.1f}"),
    ]
    return [f"{translate(title)}: {value}" for title, value in pairs if value]

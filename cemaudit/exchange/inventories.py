"""Inventories of touchpoints: read from TOML or a table with all mistakes at once, and drafted from a checklist."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cemaudit.checklists import read_definition
from cemaudit.errors import BadInput, Problem, nearest
from cemaudit.exchange.tables.input_table import InputRow, read_table
from cemaudit.exchange.toml import toml_of
from cemaudit.language import message
from cemaudit.model import Channel, Checklist, Touchpoint, faults
from cemaudit.model.inventory import InventoriedTouchpoint, Inventory, ways_of_finding
from cemaudit.reading import read_whole, read_yes_no

__all__ = ["INVENTORY_COLUMNS", "draft_inventory", "inventory_text", "read_inventory"]

INVENTORY_COLUMNS = (
    "id", "title_ko", "title_en", "channel", "medium", "stage", "element", "mode", "found_by", "wish_ko", "wish_en",
    "cost", "novelty", "importance", "audited",
)  # fmt: skip
"""The columns of a table of touchpoints, one row for each; several ways of finding are parted by ``;``."""

_REQUIRED = {"id", "channel", "found_by"}
_RATINGS = ("cost", "novelty", "importance")


def read_inventory(path: Path, find_checklist: Callable[[str | None], Checklist | None] | None = None) -> Inventory:
    """Return the inventory in a TOML file, or in a table (CSV, XLSX) of ``INVENTORY_COLUMNS``.

    ``find_checklist`` gives the checklist that asks about its touchpoints, by the name the file has for it, if any.
    ``BadInput`` with every mistake, its place and a hint: a file is taken whole or not at all.
    """
    problems: list[Problem] = []
    data = read_definition(path) if path.suffix.lower() == ".toml" else _table_data(path, problems)
    problems += _repeated(data)
    problems += _unknown_ways(data)
    if find_checklist:
        problems += _not_asked_about(data, find_checklist)
    try:
        inventory = Inventory.model_validate(data)
    except ValidationError as error:
        # The record says again, without a hint, what ways of finding and which repeated ids are wrong.
        named_places = {problem.place for problem in problems if ".found_by." in problem.place}
        own = [problem for problem in faults.problems(error, data) if problem.place not in named_places]
        problems += [problem for problem in own if problem.place or not problems]
    if problems:
        raise BadInput(problem.inside(path.name) for problem in problems)
    return inventory


def draft_inventory(checklist: Checklist) -> Inventory:
    """Return an inventory to begin with: the touchpoints of a checklist, without wishes and ratings."""
    return Inventory(
        checklist=checklist.ref,
        title=checklist.title,
        touchpoints=tuple(map(_drafted, checklist.touchpoints)),
    )


def _drafted(touchpoint: Touchpoint) -> InventoriedTouchpoint:
    names = ("id", "title", "channel", "medium", "stage", "element", "mode")
    return InventoriedTouchpoint(**{name: getattr(touchpoint, name) for name in names}, found_by=("checklist",))


def inventory_text(inventory: Inventory) -> str:
    """Return the TOML file of an inventory, with what may be filled in above it."""
    ways = ", ".join(ways_of_finding())
    return (
        f"# found_by: {ways}\n"
        '# wish = { ko = "", en = "" }; cost, novelty, importance = 1..5; audited = false\n\n' + toml_of(inventory)
    )


def _table_data(path: Path, problems: list[Problem]) -> dict[str, Any]:
    table = read_table(path)
    missing = _REQUIRED - set(table.columns)
    if missing or not {"title_ko", "title_en"} & set(table.columns):
        hint = message("these columns are read: {names}", names=", ".join(INVENTORY_COLUMNS))
        names = ", ".join(sorted(missing)) or "title_ko"
        raise BadInput(Problem(message("no column {column}", column=names), path.name, hint))
    entries = []
    for row in table.rows:
        if row.problem:
            problems.append(row.problem.inside(message("row {number}", number=row.number)))
        else:
            entries.append(_entry(row))
    return {"touchpoints": entries}


def _entry(row: InputRow) -> dict[str, Any]:
    """The touchpoint of a row, as a TOML file would have it."""
    cells = {name: row.cells.get(name, "") for name in INVENTORY_COLUMNS}
    entry: dict[str, Any] = {
        name: cells[name] for name in ("id", "channel", "medium", "stage", "element", "mode") if cells[name]
    }
    for name in ("title", "wish"):
        texts = {language: cells[f"{name}_{language}"] for language in ("ko", "en") if cells[f"{name}_{language}"]}
        if texts or name == "title":
            entry[name] = texts
    entry["found_by"] = [part.strip() for part in cells["found_by"].split(";") if part.strip()]
    for name in _RATINGS:
        if cells[name]:
            entry[name] = _read_or_left(cells[name], read_whole)
    entry["audited"] = _read_or_left(cells["audited"], read_yes_no) if cells["audited"] else True
    return entry


def _read_or_left(text: str, read: Callable[[str], Any]) -> Any:
    """What a text says; the text itself where it cannot be read, which the record then refuses."""
    try:
        return read(text)
    except BadInput:
        return text


def _entries(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    listed = data.get("touchpoints")
    return [entry for entry in listed if isinstance(entry, Mapping)] if isinstance(listed, list) else []


def _repeated(data: Mapping[str, Any]) -> Iterator[Problem]:
    counts = Counter(str(entry["id"]) for entry in _entries(data) if "id" in entry)
    for name, count in counts.items():
        if count > 1:
            text = message("repeated {what} id: {id}", what=message("touchpoint"), id=name)
            yield Problem(text, f"touchpoints.{name}.id", message("each touchpoint stands once in the inventory"))


def _not_asked_about(
    data: Mapping[str, Any], find_checklist: Callable[[str | None], Checklist | None]
) -> Iterator[Problem]:
    """What an inventory and the checklist that asks about its touchpoints do not agree about."""
    named = data.get("checklist")
    try:
        checklist = find_checklist(named if isinstance(named, str) else None)
    except BadInput as error:
        yield from (problem.inside("checklist") for problem in error.problems)
        return
    for entry in _entries(data) if checklist else ():
        name, place = str(entry.get("id")), f"touchpoints.{entry.get('id')}"
        touchpoint = checklist.touchpoint.get(name) if checklist else None
        if checklist and touchpoint is None and entry.get("audited", True):
            text = message("{checklist} has no such touchpoint: {touchpoint}", checklist=checklist.ref, touchpoint=name)
            hint = nearest(name, checklist.touchpoint, listing=False) or message(
                "audited = false: no checklist asks about it yet"
            )
            yield Problem(text, place, hint)
        if touchpoint is not None and entry.get("channel") in {*Channel} - {touchpoint.channel}:
            yield Problem(
                message("the checklist has it in channel {channel}", channel=touchpoint.channel.value),
                f"{place}.channel",
            )


def _unknown_ways(data: Mapping[str, Any]) -> Iterator[Problem]:
    for entry in _entries(data):
        listed = entry.get("found_by")
        for number, name in enumerate(listed if isinstance(listed, list) else [], 1):
            if isinstance(name, str) and name not in ways_of_finding():
                hint = nearest(name, ways_of_finding(), listing=False) or message(
                    "known here: {names}", names=", ".join(ways_of_finding())
                )
                place = f"touchpoints.{entry.get('id')}.found_by.{number}"
                yield Problem(message("no such way of finding: {name}", name=name), place, hint)

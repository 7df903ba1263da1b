"""The registry of stores: what headquarters knows of each. A later import keeps what it does not mention."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from pydantic import BeforeValidator, ValidationError

from cemaudit.errors import BadInput, Problem, nearest
from cemaudit.exchange import read_table
from cemaudit.exchange.canonical_json import canonical, not_json, parsed
from cemaudit.files import read_text
from cemaudit.language import message
from cemaudit.model import faults
from cemaudit.model.base import Line, LongText, Record
from cemaudit.model.visit import Token
from cemaudit.reading import error_problem, read_day, read_id

if TYPE_CHECKING:
    from cemaudit.ledger.audit_trail import TrailEntry
    from cemaudit.ledger.ledger import Ledger

__all__ = [
    "RegistryChange",
    "Store",
    "StoreFile",
    "StoreImportCounts",
    "import_stores",
    "read_stores",
    "refuse_unknown_stores",
    "registered_store_ids",
    "registered_stores",
    "visits_by_store",
]

MOST_STORES = 500_000
LARGEST_JSON = 100_000_000
_MOST_NAMED = 5

_HEADINGS = {
    "store": "id", "code": "id", "매장": "id", "매장코드": "id", "매장명": "name", "지역": "region", "형태": "format",
    "브랜드": "brand", "점주": "owner", "개점일": "opened", "담당풀": "pool",
}  # fmt: skip
"""Other names of columns."""


class Store(Record):
    """What is known of a store; ``pool``: the shoppers who are sent there. ``more``: further columns, as they came."""

    id: Token
    name: Annotated[Line, BeforeValidator(lambda name: "" if name is None else name)] = ""
    region: Line | None = None
    format: Line | None = None
    brand: Line | None = None
    owner: Line | None = None
    opened: dt.date | None = None
    pool: Line | None = None
    more: dict[LongText, LongText] = {}


_COLUMNS = tuple(name for name in Store.model_fields if name != "more")


@dataclass
class StoreFile:
    """The stores of a file, and what is wrong with the rows that are none: ``rows`` is the number of both.

    ``remarks``: columns that are kept as further ones, and are called nearly as one of the registry's.
    """

    stores: list[Store] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[Problem] = field(default_factory=list)
    rows: int = 0
    bad: int = 0


class RegistryChange(NamedTuple):
    """What an import changed of a store that was known: a column, and what stood there before and stands there now."""

    store: str
    column: str
    before: str
    after: str


@dataclass(frozen=True)
class StoreImportCounts:
    """What an import did to the registry: ``new``, ``changed``, and ``same`` as before; each of the ``changes``."""

    new: int
    changed: int
    same: int
    changes: tuple[RegistryChange, ...] = ()


def read_stores(path: Path) -> StoreFile:
    """Return the stores in a table (CSV, XLSX) with a heading ``id``, or in a JSON list.

    Bad rows are named and left out. ``BadInput`` where the file cannot be used at all.
    """
    register = StoreFile()
    first_rows: dict[str, str] = {}
    for place, data, problem in _json_rows(path) if path.suffix.lower() == ".json" else _table_rows(path):
        register.rows += 1
        if register.rows > MOST_STORES:
            raise BadInput(Problem(message("more than {most} rows", most=MOST_STORES), path.name))
        store, problems = None, [problem] if problem else []
        if not problem:
            try:
                store = Store.model_validate(data)
            except ValidationError as error:
                problems = faults.problems(error, data)
        if store and store.id in first_rows:
            problems = [
                Problem(
                    message("store {id} comes twice, first in {place}", id=store.id, place=first_rows[store.id]), "id"
                )
            ]
        if store and not problems:
            first_rows[store.id] = place
            register.stores.append(store)
        else:
            register.bad += 1
            register.problems += (problem.inside(place).inside(path.name) for problem in problems)
    further_columns = dict.fromkeys(name for store in register.stores for name in store.more)
    remarks = [*_nearly_known(further_columns), *_ids_with_blanks(register.stores)]
    register.remarks = [problem.inside(path.name) for problem in remarks]
    return register


def _nearly_known(further_columns: Iterable[str]) -> Iterator[Problem]:
    for name in further_columns:
        if hint := nearest(name.strip().lower(), [*_COLUMNS, *_HEADINGS], listing=False):
            yield Problem(message("kept as a further column: {name}", name=name), hint=hint)


def _ids_with_blanks(stores: Iterable[Store]) -> Iterator[Problem]:
    """Ids are kept as they are written; one with a blank is easily written otherwise in a visit."""
    names = [store.id for store in stores if any(map(str.isspace, store.id))]
    if names:
        named = ", ".join(names[:_MOST_NAMED]) + (" ..." if len(names) > _MOST_NAMED else "")
        text = message("ids with a blank are kept as they are: {names}", names=named)
        yield Problem(text, "id", message("visits must name these stores just so, blank and all"))


def _table_rows(path: Path) -> Iterator[tuple[str, Mapping[str, Any], Problem | None]]:
    """Place, content and trouble of each row."""
    table = read_table(path)
    names = {}
    for column in table.columns:
        plain = column.strip().lower()
        names[column] = plain if plain in _COLUMNS else _HEADINGS.get(plain.replace(" ", ""), column)
    if "id" not in names.values():
        raise BadInput(Problem(message("no column {column}", column="id"), path.name, message("name the stores in it")))
    twice = [column for column, name in names.items() if name in _COLUMNS and list(names.values()).count(name) > 1]
    if twice:
        raise BadInput(Problem(message("these columns mean the same: {names}", names=", ".join(twice)), path.name))
    for row in table.rows:
        # A cell that is empty says that there is nothing; a column that is not there says nothing.
        data: dict[str, Any] = {name: row.cells.get(column) or None for column, name in names.items()}
        if data["id"] is None:
            del data["id"]
        further_columns = {name: data.pop(name) or "" for name in list(data) if name not in _COLUMNS}
        problem = row.problem or next(_error_cells(row.cells), None)
        try:
            data = {name: text and _read_cell(name, text) for name, text in data.items()}
        except BadInput as error:
            problem = problem or error.problems[0]
        yield str(message("row {number}", number=row.number)), {**data, "more": further_columns}, problem


def _error_cells(cells: Mapping[str, str]) -> Iterator[Problem]:
    """The errors of a spreadsheet among the cells of a row, with their columns."""
    for column, text in cells.items():
        problem = error_problem(text)
        if problem:
            yield problem.inside(column)


def _read_cell(name: str, text: str) -> Any:
    """What the cell of a column says; raises ``BadInput`` with the column's name where it cannot be read."""
    try:
        if name == "opened":
            return read_day(text)
        return read_id(text) if name in {"id", "pool"} else text
    except BadInput as error:
        raise error.inside(name) from error


def _json_rows(path: Path) -> Iterator[tuple[str, Mapping[str, Any], Problem | None]]:
    try:
        data = parsed(read_text(path, LARGEST_JSON))
    except ValueError as error:
        raise BadInput(not_json(error)).inside(path.name) from error
    if not isinstance(data, list):
        raise BadInput(Problem(message("expected {what}", what=message("a list")), path.name))
    for number, store_json in enumerate(data, 1):
        place = str(message("store {number}", number=number))
        if not isinstance(store_json, dict):
            yield place, {}, Problem(message("expected {what}", what=message("a mapping")))
            continue
        registry_values = {name: value for name, value in store_json.items() if name in _COLUMNS}
        further_values = {
            name: value if isinstance(value, str) else canonical(value).decode()
            for name, value in store_json.items()
            if name not in _COLUMNS
        }
        problem = None
        try:
            if isinstance(registry_values.get("id"), str):
                registry_values["id"] = read_id(registry_values["id"])
        except BadInput as error:
            problem = error.inside("id").problems[0]
        yield place, {**registry_values, "more": further_values}, problem


def import_stores(ledger: Ledger, stores: Sequence[Store]) -> StoreImportCounts:
    """Let the registry know what it did not; other stores, and what is not set of these, stay as they are."""

    def work(entry: TrailEntry) -> StoreImportCounts:
        registered = registered_stores(ledger)
        stores_by_id = {store.id: _merged(registered.get(store.id), store) for store in stores}
        # Those that are as before add no row: the whole list may be imported each month.
        changed = [store for store in stores_by_id.values() if registered.get(store.id) != store]
        entry.add("store", [(number, *_row(store)) for number, store in enumerate(changed, entry.next_number("store"))])
        entry.subject = str(len(changed))
        new = sum(store.id not in registered for store in changed)
        changes = [
            change for store in changed if store.id in registered for change in _changes(registered[store.id], store)
        ]
        return StoreImportCounts(new, len(changed) - new, len(stores_by_id) - len(changed), tuple(changes))

    return ledger.write("stores", work)


def _merged(registered: Store | None, store: Store) -> Store:
    """What is set of a store over what was known; further columns that are empty are left out."""
    values = registered.model_dump() if registered else {}
    more = {**values.get("more", {}), **store.more}
    values |= {name: getattr(store, name) for name in store.model_fields_set}
    return Store.model_validate({**values, "more": {name: text for name, text in more.items() if text}})


def _changes(before: Store, after: Store) -> Iterator[RegistryChange]:
    pairs = [(name, getattr(before, name), getattr(after, name)) for name in _COLUMNS]
    names = dict.fromkeys([*before.more, *after.more])
    pairs += [(name, before.more.get(name), after.more.get(name)) for name in names]
    for name, old, new in pairs:
        if old != new:
            yield RegistryChange(after.id, name, str(old or ""), str(new or ""))


def _row(store: Store) -> tuple[str | None, ...]:
    opened = store.opened.isoformat() if store.opened else None
    further_json = json.dumps(store.more, ensure_ascii=False, sort_keys=True)
    return (
        store.id,
        store.name,
        store.region,
        store.format,
        store.brand,
        store.owner,
        opened,
        store.pool,
        further_json,
    )


def registered_stores(ledger: Ledger) -> dict[str, Store]:
    """Return what is known of each store, by id, in the order of ids."""
    # Rows are never changed, so of each id the latest one holds.
    later = "select 1 from store later where later.id = store.id and later.number > store.number"
    query = f"select {', '.join(_COLUMNS)}, document from store where not exists ({later})"
    stores = (
        Store.model_validate({**dict(zip(_COLUMNS, row[:-1], strict=True)), "more": json.loads(row[-1])})
        for row in ledger.database.run(query)
    )
    return {store.id: store for store in sorted(stores, key=lambda store: store.id)}


def registered_store_ids(ledger: Ledger) -> frozenset[str] | None:
    """Return the ids of all stores; ``None`` where there is no registry yet."""
    return frozenset(name for (name,) in ledger.database.run("select distinct id from store")) or None


def visits_by_store(ledger: Ledger) -> dict[str, int]:
    """Return how many visits of each store there are, revisions and states apart."""
    return dict(ledger.database.run("select store, count(distinct id) from visit group by store"))


def refuse_unknown_stores(ledger: Ledger, places: Iterable[tuple[str, Iterable[str]]]) -> None:
    """Raise ``BadInput`` for every store that is not in the registry, where there is one.

    ``places``: where stores are named, and the stores.
    """
    registered = registered_store_ids(ledger)
    if registered is None:
        return
    hint = message("import it with 'cemaudit stores import'")
    problems = [
        Problem(
            message("no such store: {store}", store=store), place, nearest(store, registered, listing=False) or hint
        )
        for place, names in places
        for store in dict.fromkeys(names)
        if store not in registered
    ]
    if problems:
        raise BadInput(problems)

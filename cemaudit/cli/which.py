"""Which checklist, store or draft a word on the command line means."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cemaudit.errors import BadInput, Problem, nearest
from cemaudit.language import message

if TYPE_CHECKING:
    from cemaudit.model import Checklist
    from cemaudit.scoring import Engine

__all__ = ["the_checklist", "the_store"]


def the_checklist(engine: Engine, word: str) -> Checklist:
    """The checklist in a TOML file, of an ``id@version``, or the newest of an id."""
    if word.endswith(".toml"):
        return engine.library.add_checklist(Path(word))
    if "@" in word:
        return engine.library.checklist(word)
    versions = [one for one in engine.library.checklists.values() if one.id == word]
    if not versions:
        known = {one.id for one in engine.library.checklists.values()}
        hint = nearest(word, known) or message("'cemaudit checklists' lists them")
        raise BadInput(Problem(message("no such checklist: {ref}", ref=word), hint=hint))
    return max(versions, key=lambda one: tuple(map(int, one.version.split("."))))


def the_store(store: str, stores: Path | None) -> str:
    """The name of ``store`` in the table ``stores`` (columns ``id`` and ``name``), empty without a table.

    ``BadInput`` where the table does not know it.
    """
    from cemaudit.exchange.tables import read_table

    if stores is None:
        return ""
    table = read_table(stores)
    if "id" not in table.columns:
        raise BadInput(Problem(message("no column {name}", name="id"), stores.name, nearest("id", table.columns)))
    names = {row.cells.get("id", ""): row.cells.get("name", "") for row in table.rows if not row.problem}
    if store not in names:
        raise BadInput(Problem(message("no such store: {store}", store=store), stores.name, nearest(store, names)))
    return names[store]

"""Collect the texts of the program and keep the Korean catalogue in step.

``python tools/texts.py``             update ``cemaudit.po`` from the code and click's own words, write ``cemaudit.mo``
``python tools/texts.py add FILE``    take over translations, one ``English<TAB>Korean`` a line, then update
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

import cemaudit

PACKAGE = Path(cemaudit.__file__).parent
FOLDER = PACKAGE / "locale" / "ko" / "LC_MESSAGES"
HEADER = "# Korean texts of cemaudit. Same licence as the project.\n# Update with: python tools/texts.py"
KEYWORDS = dict.fromkeys(["message", "translate", "Expected", "N_", "_"], 1) | {"ngettext": 2}
"""The functions that take texts, and how many of their arguments are texts."""


def texts() -> set[str]:
    """Every English text of the program's own code."""
    return {_first(text) for text in _found_in(PACKAGE)}


def click_texts() -> dict[str, str | tuple[str, ...]]:
    """Every English text click shows, by its singular; those with a plural as a pair."""
    return {_first(text): text for text in _found_in(Path(click.__file__).parent)}


def _found_in(folder: Path) -> Iterator[str | tuple[str, ...]]:
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                words = tuple(_literals(node.args[: KEYWORDS.get(node.func.id, 0)]))
                if words:
                    yield words[0] if len(words) == 1 else words


def _literals(nodes: list[ast.expr]) -> Iterator[str]:
    yield from (node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))


def read_catalogue() -> Catalog:
    """The Korean catalogue as it stands."""
    path = FOLDER / "cemaudit.po"
    with path.open("rb") as file:
        return read_po(file, locale="ko")


def updated(known: dict[str, str]) -> Catalog:
    """A catalogue of all texts of today, with the translations known."""
    made = datetime(2026, 1, 1, tzinfo=UTC)  # fixed, so that the same texts make the same bytes
    catalogue = Catalog("ko", header_comment=HEADER, creation_date=made, revision_date=made, fuzzy=False)
    catalogue.last_translator = catalogue.language_team = "cemaudit"
    everything = {text: text for text in texts()} | click_texts()
    for text, whole in sorted(everything.items()):
        korean = known.get(text, "")
        flags = ["python-brace-format"] if "{" in text else []
        catalogue.add(whole, korean if isinstance(whole, str) else (korean,), flags=flags)
    return catalogue


def known_texts() -> dict[str, str]:
    """The Korean texts there are, by their English (singular)."""
    if not (FOLDER / "cemaudit.po").exists():
        return {}
    pairs = ((each.id, each.string) for each in read_catalogue())
    return {_first(english): _first(korean) for english, korean in pairs if _first(korean)}


def _first(text: str | list[str] | tuple[str, ...] | None) -> str:
    return text if isinstance(text, str) else text[0] if text else ""


def main() -> None:
    """Update the catalogue."""
    path = FOLDER / "cemaudit.po"
    known = known_texts()
    if sys.argv[1:2] == ["add"]:
        lines = (
            line.split("\t") for line in Path(sys.argv[2]).read_text(encoding="utf-8").splitlines() if "\t" in line
        )
        known |= {english: korean for english, korean in lines}  # noqa: C416 (mypy wants pairs)
    FOLDER.mkdir(parents=True, exist_ok=True)
    catalogue = updated(known)
    with path.open("wb") as file:
        write_po(file, catalogue, width=110, omit_header=False, include_previous=False)
    with (FOLDER / "cemaudit.mo").open("wb") as file:
        write_mo(file, catalogue)
    missing = sorted(_first(each.id) for each in catalogue if each.id and not _first(each.string))
    sys.stdout.write("".join(f"no Korean yet: {text}\n" for text in missing))


if __name__ == "__main__":
    main()

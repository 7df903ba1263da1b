"""Collect the texts of the program and keep the Korean catalogue in step.

``python tools/texts.py``             update ``cemaudit.po`` from the code and click's own words, write ``cemaudit.mo``
``python tools/texts.py add FILE``    take over translations, one ``English<TAB>Korean`` a line, then update
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "cemaudit" / "locale" / "ko" / "LC_MESSAGES"
HEADER = "# Korean texts of cemaudit. Same licence as the project.\n# Update with: python tools/texts.py"
KEYWORDS = dict.fromkeys(["message", "translate", "Expected", "N_", "_"]) | {"ngettext": (1, 2)}


def texts() -> set[str]:
    """Every English text of the program's own code."""
    found = extract_from_dir(ROOT / "cemaudit", keywords=KEYWORDS)
    return {text for _, _, text, _, _ in found if isinstance(text, str)}


def click_texts() -> dict[str, str | tuple[str, ...]]:
    """Every English text click shows, by its singular; those with a plural as a pair."""
    found = extract_from_dir(Path(click.__file__).parent, keywords=KEYWORDS)
    return {text if isinstance(text, str) else text[0]: text for _, _, text, _, _ in found}


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

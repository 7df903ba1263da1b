"""What the glossary calls a thing is what it is called in the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import cemaudit

ROOM = Path(cemaudit.__file__).parent
ROW = re.compile(r"^\| (?!English|---)(.+) \| (.*) \| (.*) \| (.*) \| (.*) \|$", re.MULTILINE)


def rows(page: str) -> Iterator[tuple[str, list[str], list[str]]]:
    """The term, the names and the modules of each row."""
    for term, _korean, _usual, names, modules in ROW.findall(page):
        yield term, re.findall(r"`([\w.]+)", names), re.findall(r"`([^`]+)`", modules)


def names_in(module: str) -> set[str]:
    """Everything that has a name in a module, or in the modules of a room; nothing where there is no such module."""
    path = ROOM / module.replace(".", "/")
    files = [path.with_suffix(".py")] if path.with_suffix(".py").exists() else path.rglob("*.py")
    found: set[str] = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.ClassDef() | ast.FunctionDef():
                    found.add(node.name)
                case ast.Name(ctx=ast.Store()):
                    found.add(node.id)
                case ast.Attribute(ctx=ast.Store()):
                    found.add(node.attr)
    return found


@pytest.mark.parametrize("name", ["glossary.md", "glossary-statistics.md"])
def test_names_are_where_the_glossary_says(name: str, pages: dict[str, str]) -> None:
    listed = list(rows(pages[name]))
    assert len(listed) > 50
    wrong = []
    for term, names, modules in listed:
        known = {module: names_in(module) for module in modules}
        wrong += [f"{term}: there is no {module}" for module, inside in known.items() if not inside]
        there = set[str]().union(*known.values())
        wrong += [
            f"{term}: {word} is not in {modules}" for word in names if modules and word.split(".")[-1] not in there
        ]
    assert wrong == []

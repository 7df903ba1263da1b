"""The column names of an XLSForm, in all their dialects."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

__all__ = ["XlsFormColumn", "key_of", "read_header"]

_JOINTS = re.compile(r"\s*::?\s*")
_WRAPPERS = {"bind", "body", "control", "media"}
_SAME = {
    "caption": "label",
    "command": "type",
    "tag": "name",
    "value": "name",
    "relevance": "relevant",
    "calculate": "calculation",
    "readonly": "read_only",
    "listname": "list_name",
    "list": "list_name",
    "score": "points",
    "title": "form_title",
    "set_form_title": "form_title",
    "id_string": "form_id",
    "set_form_id": "form_id",
}


class XlsFormColumn(NamedTuple):
    """What a column holds: its name in our spelling, and the language after it (empty where there is none)."""

    name: str
    language: str = ""


def key_of(words: str) -> str:
    """``words`` without the differences of case, spaces and hyphens: ``List Name`` is ``list_name``."""
    return re.sub(r"[\s_-]+", "_", words.strip().lower())


def read_header(cells: Sequence[str]) -> dict[int, XlsFormColumn]:
    """The columns by position; of two that mean the same the first, and our own spelling before its other names."""
    columns = {position: _column(cell) for position, cell in enumerate(cells) if cell.strip()}
    spelt = {column.name for column in columns.values()}
    found: dict[XlsFormColumn, int] = {}
    for position, column in _renamed(columns, spelt):
        found.setdefault(column, position)
    return {position: column for column, position in found.items()}


def _renamed(columns: dict[int, XlsFormColumn], spelt: set[str]) -> Iterator[tuple[int, XlsFormColumn]]:
    for position, column in columns.items():
        name = _SAME.get(column.name, column.name)
        yield position, column if name in spelt else column._replace(name=name)


def _column(header: str) -> XlsFormColumn:
    """``media::image::English (en)`` is the image for English; ``bind:relevant`` is the condition."""
    first, *rest = _JOINTS.split(" ".join(header.split()))
    if key_of(first) in _WRAPPERS and rest:
        first, *rest = rest
    return XlsFormColumn(key_of(first), " ".join(rest))

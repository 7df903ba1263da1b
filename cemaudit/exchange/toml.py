"""Records as TOML: the few forms our files need, written plainly."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from cemaudit.model.definition import FORMAT, Definition

__all__ = ["toml_of", "toml_text"]

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml_of(record: Definition) -> str:
    """The text of a definition's file, its format first; what has its default is left out."""
    return toml_text({"format": FORMAT, **record.model_dump(mode="json", by_alias=True, exclude_defaults=True)})


def toml_text(table: Mapping[str, Any]) -> str:
    """``table`` (texts, numbers, yes or no, lists, tables) as TOML; lists of tables at the top come last."""
    blocks = {key: value for key, value in table.items() if _is_tables(value)}
    lines = [f"{_key(key)} = {_value(value)}" for key, value in table.items() if key not in blocks]
    for key, rows in blocks.items():
        for row in rows:
            lines += ["", f"[[{_key(key)}]]", *_block(row)]
    return "\n".join(lines) + "\n"


def _block(row: Mapping[str, Any]) -> Iterator[str]:
    for key, value in row.items():
        if _is_tables(value):
            yield f"{_key(key)} = ["
            yield from (f"  {_value(member)}," for member in value)
            yield "]"
        else:
            yield f"{_key(key)} = {_value(value)}"


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(member, Mapping) for member in value)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _quoted(name)


def _value(value: object) -> str:
    match value:
        case str():
            return _quoted(value)
        case bool() | int() | float():
            return json.dumps(value, allow_nan=False)
        case list():
            return f"[{', '.join(map(_value, value))}]"
        case Mapping():
            inside = ", ".join(f"{_key(name)} = {_value(member)}" for name, member in value.items())
            return f"{{ {inside} }}" if inside else "{}"
        case _:
            raise TypeError(type(value).__name__)


def _quoted(text: str) -> str:
    """A basic string: JSON's escapes are TOML's too, but for the one control character JSON leaves alone."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")

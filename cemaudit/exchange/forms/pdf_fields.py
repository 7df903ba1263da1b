"""The fields of a PDF and what was put into them, by the names along the path to each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.forms.pdf_names import code_of
from cemaudit.language import message

__all__ = ["fields_of", "found"]

MOST = 200_000
DEEPEST = 8

Names = tuple[str, ...]


def fields_of(form: Mapping[str, Any]) -> Iterator[tuple[Names, str]]:
    """The fields below a PDF's form dictionary: the names to each, and its text or the code ticked.

    ``BadInput`` where there are too many of them, or they lie within each other without end.
    """
    waiting: list[tuple[Any, Names, str]] = [(one, (), "") for one in reversed(_list(form, "/Fields"))]
    seen = 0
    while waiting:
        node, path, kind = waiting.pop()
        seen += 1
        if seen > MOST or len(path) > DEEPEST:
            raise BadInput(Problem(message("more form fields than any form has")))
        field = found(node)
        if not isinstance(field, Mapping):
            continue
        names = (*path, _text(_value(field, "/T"))) if "/T" in field else path
        kind = _text(_value(field, "/FT")) or kind
        kids = _list(field, "/Kids")
        below = [kid for kid in kids if "/T" in (found(kid) or {})]
        if kind and not below:
            yield names, _ticked(field, kids) if kind == "Btn" else _text(_value(field, "/V"))
        waiting += [(kid, names, kind) for kid in reversed(below)]


def _ticked(field: Mapping[str, Any], boxes: Sequence[Any]) -> str:
    """The code of the box that is ticked; where the field does not say, the boxes do."""
    states = [_value(field, "/V"), *(_value(found(box), "/AS") for box in (field, *boxes))]
    return next((code for state in states if (code := code_of(_text(state).removeprefix("/")))), "")


def _value(holder: object, key: str) -> object:
    return found(holder.get(key)) if isinstance(holder, Mapping) else None


def _list(holder: Mapping[str, Any], key: str) -> Sequence[Any]:
    members = _value(holder, key)
    return members[: MOST + 1] if isinstance(members, list) else []


def found(thing: Any) -> Any:
    """The thing itself, where it stands elsewhere in the file."""
    return thing.get_object() if hasattr(thing, "get_object") else thing


def _text(value: object) -> str:
    """The text of a string, a name, or a long text kept as a stream."""
    if isinstance(value, str):
        return value[1:] if type(value).__name__ == "NameObject" else str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, Mapping) and hasattr(value, "get_data"):
        return _text(bytes(value.get_data()))
    return ""

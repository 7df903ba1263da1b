"""The fields of a PDF and what was put into them, by the names along the path to each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.forms.pdf_names import code_of
from cemaudit.language import message

__all__ = ["fields_of"]

MOST_NODES = 200_000
DEEPEST = 8
LONGEST = 100_000
"""Of a text, in characters; no field of ours takes as many."""


def fields_of(form: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    """The fields below a PDF's form dictionary: the names to each, and its text or the state of its buttons.

    ``BadInput`` where there are too many of them, or they lie within each other without end.
    """
    waiting = [(one, (), "") for one in reversed(_list(form.get("/Fields")))]
    seen = 0
    while waiting:
        node, path, kind = waiting.pop()
        seen += 1
        field = _plain(node)
        if seen > MOST_NODES or len(path) > DEEPEST:
            raise BadInput(Problem(message("more form fields than any form has")))
        if not isinstance(field, Mapping):
            continue
        names = (*path, _text(field.get("/T"))) if "/T" in field else path
        kind = _text(field.get("/FT")) or kind
        below = _list(field.get("/Kids"))
        parts = [one for one in below if "/T" in (_plain(one) or {})]
        if kind and not parts:
            yield names, _state(field, below) if kind == "Btn" else _text(field.get("/V"))
        waiting += [(one, names, kind) for one in reversed(parts)]

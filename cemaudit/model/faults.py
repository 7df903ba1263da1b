"""pydantic's complaints in our words: where (by ids, not by numbers), what was expected, what was found, a hint."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from cemaudit.errors import Expected, Problem, Sayable, nearest
from cemaudit.language import N_, Message, message
from cemaudit.model.base import Record

__all__ = ["place_of", "problems"]

_QUOTED = re.compile(r"'([^']*)'")


def problems(error: ValidationError, data: object = None) -> list[Problem]:
    """Every complaint of ``error`` about ``data`` (the raw mapping), in the order of the file."""
    found: dict[Problem, None] = {}
    for detail in error.errors(include_url=False):
        if _only_follows(detail):
            continue
        found.setdefault(Problem(_what(detail), place_of(detail["loc"], data), _hint(detail)))
    return list(found)


def _only_follows(detail: Any) -> bool:
    """Whether a list is called too short only because its entries were refused."""
    return bool(detail["type"] == "too_short" and len(detail["input"]) >= detail["ctx"]["min_length"])


def place_of(location: Sequence[int | str], data: object) -> str:
    """``touchpoints.greeting.items.GS02.weight`` for ``("touchpoints", 1, "items", 0, "weight")``."""
    return ".".join(_steps(location, data))


def _steps(location: Sequence[int | str], data: object) -> Iterator[str]:
    for step in location:
        if isinstance(step, int):
            data = data[step] if isinstance(data, Sequence) and not isinstance(data, str) and step < len(data) else None
            name = data.get("id") if isinstance(data, Mapping) else None
            yield name if isinstance(name, str) else str(step + 1)
        elif isinstance(data, Mapping) and step in data:
            data = data[step]
            yield str(step)
        elif data is None or (isinstance(data, Mapping) and data.get("type") != step):
            yield str(step)


_BOUNDS = {
    "greater_than_equal": ("ge", N_("{limit} or more")),
    "greater_than": ("gt", N_("more than {limit}")),
    "less_than_equal": ("le", N_("{limit} or less")),
    "less_than": ("lt", N_("less than {limit}")),
    "string_too_long": ("max_length", N_("at most {limit} characters")),
    "string_too_short": ("min_length", N_("at least {limit} characters")),
    "too_short": ("min_length", N_("at least {limit} entries")),
    "too_long": ("max_length", N_("at most {limit} entries")),
}

_KINDS = {
    N_("a mapping"): {"model_type", "dict_type", "model_attributes_type", "dataclass_type"},
    N_("a list"): {"tuple_type", "list_type"},
    N_("text"): {"string_type", "string_unicode"},
    N_("a whole number"): {"int_type", "int_parsing", "int_from_float", "int_parsing_size"},
    N_("a number"): {"decimal_parsing", "decimal_type", "float_type", "float_parsing", "finite_number"},
    N_("true or false"): {"bool_type", "bool_parsing"},
    N_("a date like 2026-11-21"): {
        "date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact",
    },
    N_("a time with its zone, like 2026-11-21T14:05:00+09:00"): {
        "timezone_aware", "datetime_type", "datetime_parsing", "datetime_from_date_parsing", "datetime_object_invalid",
    },
    N_("JSON"): {"json_invalid", "json_type"},
}  # fmt: skip
_KIND_OF = {code: words for words, codes in _KINDS.items() for code in codes}

_PATTERNS = {
    "exclude|zero": N_("exclude, zero, full, refuse or give-to:ITEM"),
    "@[0-9]": N_("an id and version like retail.green-smile@1.0.0"),
    "<=|>=": N_("conditions like '>= 80, < 90'"),
    "^[0-9]+": N_("a version like 1.0.0"),
    "[0-9a-f]{64}": N_("64 hexadecimal digits"),
    "^[a-z]{2,3}(-": N_("a language tag, as ko, en or en-GB"),
    "\\x00": N_("1 to 120 characters on one line"),
    "^[A-Za-z": N_("an id: a letter, then letters, digits, '.', '_' or '-'"),
}


def _what(detail: Any) -> Sayable:
    special: dict[str, Callable[[], Message]] = {
        "missing": lambda: message("is missing"),
        "extra_forbidden": lambda: message("unknown key"),
        "frozen_instance": lambda: message("records cannot be written to"),
        "union_tag_not_found": lambda: message("expected {what}", what=message("a type")),
    }
    if detail["type"] in special:
        return special[detail["type"]]()
    expectation, value = _expectation(detail), detail.get("ctx", {}).get("tag", detail.get("input"))
    if isinstance(value, Mapping | list | tuple):
        return message("expected {what}", what=expectation)
    return message("expected {what}, found {value}", what=expectation, value=_shown(value))


def _expectation(detail: Any) -> object:
    code, context = detail["type"], detail.get("ctx", {})
    if isinstance(context.get("error"), Expected):
        return context["error"]
    if isinstance(detail.get("input"), str) and f"string_{code}" in _BOUNDS:
        code = f"string_{code}"
    if code in _BOUNDS:
        name, words = _BOUNDS[code]
        return message(words, limit=context[name])
    if code in _KIND_OF:
        return message(_KIND_OF[code])
    if code == "string_pattern_mismatch":
        known = (words for mark, words in _PATTERNS.items() if mark in context["pattern"])
        return message(next(known, N_("other characters")))
    expected = context.get("expected") or context.get("expected_tags") or detail["msg"]
    return str(expected).replace(" or ", ", ")


def _hint(detail: Any) -> Sayable | None:
    context, value = detail.get("ctx", {}), detail.get("input")
    if detail["type"] == "extra_forbidden":
        unknown = str(detail["loc"][-1])
        return nearest(unknown, _field_names() - {unknown}, listing=False)
    if detail["type"] in {"literal_error", "enum"} and isinstance(value, str):
        return nearest(value, _QUOTED.findall(context["expected"]), listing=False)
    if detail["type"] == "union_tag_invalid":
        return nearest(context["tag"], _QUOTED.findall(context["expected_tags"]), listing=False)
    return None


def _field_names() -> set[str]:
    names: set[str] = set()
    queue: list[type[Record]] = [Record]
    while queue:
        model = queue.pop()
        queue += model.__subclasses__()
        names |= {field.alias or name for name, field in model.model_fields.items()}
    return names


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

"""JSON of strangers read strictly, and JSON written in one way only."""

from __future__ import annotations

import json
from typing import Any

from cemaudit.errors import Problem
from cemaudit.language import message

__all__ = ["canonical", "not_json", "parsed"]

MOST_DIGITS = 100


def parsed(text: str) -> Any:
    """The value of a JSON text; ``ValueError`` also for a repeated key, NaN, endless digits and nesting."""
    try:
        return json.loads(text, object_pairs_hook=_without_repeats, parse_int=_whole, parse_constant=_no_number)
    except RecursionError as error:
        raise ValueError(str(message("nested too deeply"))) from error


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        again = next(name for name in names if names.count(name) > 1)
        raise ValueError(str(message("key {name} comes twice", name=again)))
    return members


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise ValueError(str(message("a number of {count} digits", count=len(digits))))
    return int(digits)


def _no_number(word: str) -> Any:
    raise ValueError(str(message("{word} is no number", word=word)))


def not_json(error: ValueError) -> Problem:
    """What ``parsed``, or decoding the text before it, found wrong."""
    if isinstance(error, UnicodeDecodeError):
        return Problem(message("not UTF-8 text (byte {position})", position=error.start))
    if isinstance(error, json.JSONDecodeError):
        return Problem(message("not JSON: {why} at character {position}", why=error.msg, position=error.pos + 1))
    return Problem(message("not JSON: {why}", why=error))


def canonical(data: object) -> bytes:
    """The one way to write ``data``: keys sorted, no spaces, UTF-8; ``ValueError`` where JSON has no words for it."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()

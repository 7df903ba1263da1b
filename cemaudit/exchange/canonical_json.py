"""JSON of strangers read strictly, and written in one way only; visits as its lines, one by one and in bulk.

In bulk, what is written canonically is recognised by writing it again. The model's own schema is used, its keys in
order, so that a visit just read writes its canonical line without being sorted. Answers that are small whole numbers or
true and false need no Python. Whatever this way does not take goes the usual one, which alone says what is wrong.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import IO, Any, NamedTuple

from pydantic import ValidationError
from pydantic_core import SchemaSerializer, SchemaValidator, core_schema

from cemaudit.errors import BadInput, Problem
from cemaudit.files import replaced, unwritable
from cemaudit.language import message
from cemaudit.model import Visit, faults

__all__ = ["STREAM", "canonical", "line_of", "line_read", "not_json", "parsed", "read_line", "write_visits"]

MOST_DIGITS = 100
STREAM = "-"
"""Stands for the standard input or output."""

_LARGEST = 2**63 - 1
_MOST_ORDERS = 5_000
_in_order_before: set[tuple[str, ...]] = set()
_SAMPLE = (
    b'{"amendment":"a","answers":{"a":1,"b":true,"c":"c","d":["d"]},"blames":[],'
    b'"briefed":"2026-01-01T00:00:00Z","changes":[{"after":"2","before":"1","place":"p"}],"checklist":"c@1",'
    b'"claims":[{"state":"told","text":"t","touchpoint":"t"}],"consent":{"date":"2026-01-01","form":"f","withdrawn":null},"date":"2026-01-01","emotions":{},"entered":null,"episode":{"id":"e","number":2,"step":"s"},'
    b'"evidence":{"a":[{"caption":"c","file":"f","kind":"photo","sha256":null}]},"expectations":{},"expected":null,'
    b'"feelings_skipped":{"emotions.t":{"reason":"r","state":"declined"}},"finished":null,"format":2,'
    b'"id":"v","notes":{},"occasion":null,"origin":"shopper",'
    b'"overrides":[{"check":"c","place":"p","reason":"r","said":"s"}],"perceived":{},"persona":null,"place":null,"revision":2,'
    b'"scenario":null,"shopper":null,"skipped":{"z":{"reason":"r","state":"declined"}},"started":null,"store":"s",'
    b'"store_name":"","supersedes":"0000000000000000000000000000000000000000000000000000000000000000","until":null,"wave":null}'
)
"""A visit with everything a record can hold."""

_BY_KEY = ("answers", "skipped", "notes", "evidence", "emotions", "expectations", "perceived", "feelings_skipped")


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


def line_of(visit: Visit) -> bytes:
    """The canonical line of a visit: what is set, keys sorted, UTF-8, no line end."""
    return canonical(visit.model_dump(mode="json", exclude_defaults=True))


def write_visits(path: str | Path, visits: Iterable[Visit], stdout: IO[bytes] | None = None) -> int:
    """Write ``visits`` to ``path`` (.jsonl, or .json as a list) or ``-``, all or nothing; returns how many.

    The same visits make the same bytes. ``BadEnvironment`` where the file cannot be written.
    """
    if str(path) == STREAM:
        return _write_lines(stdout or sys.stdout.buffer, visits)
    path = Path(path)
    if path.is_dir():
        raise BadInput(Problem(message("expected a file, found a folder"), str(path)))
    try:
        with replaced(path) as file:
            return _write_list(file, visits) if path.suffix.lower() == ".json" else _write_lines(file, visits)
    except OSError as error:
        raise unwritable(path, error) from error


def _write_lines(file: IO[bytes], visits: Iterable[Visit]) -> int:
    count = 0
    for visit in visits:
        file.write(line_of(visit) + b"\n")
        count += 1
    file.flush()
    return count


def _write_list(file: IO[bytes], visits: Iterable[Visit]) -> int:
    count = 0
    for visit in visits:
        file.write((b",\n" if count else b"[\n") + line_of(visit))
        count += 1
    file.write(b"\n]\n" if count else b"[]\n")
    return count


def read_line(line: bytes) -> tuple[Visit, bytes]:
    """The visit in a line of JSON, and its canonical line; ``BadInput`` lists what is wrong.

    The visit equals the one ``read_visits`` gives; its answers and whatever else goes by id stand in the order of ids.
    """
    short = _short_way()
    if short is None:
        return _slowly(line)
    try:
        visit: Visit = short.reader.validate_json(line)
    except ValidationError:
        return _slowly(line)
    _put_in_order(visit.__dict__)
    written = short.writer.to_json(visit, exclude_defaults=True)
    if written == line:
        return visit, line
    _strictly(line)
    return visit, line_of(visit) if _has_decimals(visit) else written


def line_read(visit: Visit) -> bytes:
    """The canonical line of a visit that ``read_line`` gave, or of a copy of it with other values."""
    short = _short_way()
    if short is None or _has_decimals(visit):
        return line_of(visit)
    return short.writer.to_json(visit, exclude_defaults=True)


def _has_decimals(visit: Visit) -> bool:
    """Whether an answer is a decimal, which the short way does not write."""
    return Decimal in set(map(type, visit.answers.values()))


def _put_in_order(values: dict[str, Any]) -> None:
    """Sort what goes by id in the values of a visit; nobody has seen it yet."""
    for name in _BY_KEY:
        members = values[name]
        if len(members) > 1 and (names := tuple(members)) not in _in_order_before:
            if names == (in_order := tuple(sorted(names))):
                _remember(names)
            else:
                values[name] = {key: members[key] for key in in_order}


def _remember(names: tuple[str, ...]) -> None:
    """Most visits answer the same items: these names are in order."""
    if len(_in_order_before) == _MOST_ORDERS:
        _in_order_before.clear()
    _in_order_before.add(names)


def _strictly(line: bytes) -> Any:
    """The JSON of a line; ``BadInput`` where it is none, or says something twice."""
    try:
        return parsed(line.decode())
    except ValueError as error:
        raise BadInput(not_json(error)) from error


def _slowly(line: bytes) -> tuple[Visit, bytes]:
    data = _strictly(line)
    try:
        visit = Visit.model_validate(data)
    except ValidationError as error:
        raise BadInput(faults.problems(error, data)) from error
    return visit, line_of(visit)


class _Way(NamedTuple):
    reader: SchemaValidator
    writer: SchemaSerializer


@cache
def _short_way() -> _Way | None:
    """The way for most lines; ``None`` where pydantic has come to write records otherwise."""
    schema = _changed(_swift, Visit.__pydantic_core_schema__)
    reader = SchemaValidator(
        _changed(_made_anew, schema), _use_prebuilt=False
    )  # the prebuilt ones have the usual order
    writer = SchemaSerializer(schema, _use_prebuilt=False)
    return _Way(reader, writer) if writer.to_json(reader.validate_json(_SAMPLE)) == _SAMPLE else None


def _changed(change: Callable[[dict[str, Any]], Any], schema: Any) -> Any:
    """The schema with every part of it changed."""
    if isinstance(schema, list | tuple):
        return type(schema)(_changed(change, part) for part in schema)
    if not isinstance(schema, dict):
        return schema
    return change({name: _changed(change, part) for name, part in schema.items()})


def _swift(schema: dict[str, Any]) -> Any:
    """The fields of a record in order, and a shorter way for answers."""
    if schema.get("type") == "model-fields":
        return {**schema, "fields": dict(sorted(schema["fields"].items()))}
    if schema.get("type") == "function-plain" and isinstance(schema["function"], dict):  # it reads, not writes
        return _answers(schema["function"]["function"])
    return schema


def _made_anew(schema: dict[str, Any]) -> Any:
    """An empty default that is made, because a copy of one takes long."""
    if schema.get("type") == "default" and schema.get("default") == {}:
        return {"default_factory": dict, **{name: part for name, part in schema.items() if name != "default"}}
    return schema


def _answers(usual: Any) -> core_schema.CoreSchema:
    """An answer: a whole number, true or false; else what the ``usual`` way makes of it."""

    def other(value: object) -> object:
        if isinstance(value, int):
            raise ValueError(value)  # too long for this way
        return usual(value)

    choices: list[Any] = [
        core_schema.int_schema(strict=True, ge=-_LARGEST, le=_LARGEST),
        core_schema.bool_schema(strict=True),
        core_schema.no_info_plain_validator_function(other),
    ]
    return core_schema.union_schema(choices, mode="left_to_right")

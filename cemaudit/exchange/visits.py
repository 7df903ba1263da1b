"""Visits in JSON: one in a .json file, one a line in .jsonl, folders of them, or the standard streams."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

from pydantic import ValidationError

from cemaudit.errors import BadInput, Problem
from cemaudit.files import read_text, refuse_unreadable, replaced, unwritable
from cemaudit.language import message
from cemaudit.model import Visit, faults

__all__ = ["STREAM", "Found", "line_of", "read_visits", "write_visits"]

STREAM = "-"
"""Stands for the standard input or output."""

LONGEST_LINE = 5_000_000
LARGEST_FILE = 100_000_000
MOST_DIGITS = 100
_LINES = {".jsonl", ".ndjson"}


class Found(NamedTuple):
    """A visit, its place for people, and the folder its evidence lies in (``None`` from a stream)."""

    place: str
    visit: Visit
    folder: Path | None


def read_visits(
    sources: Iterable[str | Path], problems: list[Problem] | None = None, stdin: IO[bytes] | None = None
) -> Iterator[Found]:
    """The visits of files, folders (their .json and .jsonl files, by name) and ``-``, each with its place.

    What is wrong is collected, never stopping at the first; it goes to ``problems`` where a list is given, else it is
    raised as ``BadInput`` after the last good visit.
    """
    wrong: list[Problem] = [] if problems is None else problems
    places: dict[str, str] = {}
    for found in _all(sources, wrong, stdin):
        first = places.get(found.visit.id)
        if first is None:
            places[found.visit.id] = found.place
            yield found
        else:
            what = message("visit id {id} is taken by {place}", id=found.visit.id, place=first)
            wrong.append(Problem(what, found.place))
    if wrong and problems is None:
        raise BadInput(wrong)


def _all(sources: Iterable[str | Path], problems: list[Problem], stdin: IO[bytes] | None) -> Iterator[Found]:
    for source in sources:
        if str(source) == STREAM:
            named = _lines(stdin or sys.stdin.buffer, str(message("standard input")), problems)
            yield from (Found(place, visit, None) for place, visit in named)
        else:
            yield from _path(Path(source), problems)


def _path(path: Path, problems: list[Problem]) -> Iterator[Found]:
    try:
        files = _files(path)
    except OSError as error:
        problems.append(Problem(message("cannot be read: {why}", why=error.strerror), str(path)))
        return
    if not files:
        problems.append(Problem(message("no .json or .jsonl files in the folder"), str(path)))
    for file in files:
        try:
            yield from (Found(place, visit, file.parent) for place, visit in _file(file, problems))
        except BadInput as error:
            problems += error.problems
        except OSError as error:
            problems.append(Problem(message("cannot be read: {why}", why=error.strerror), str(file)))


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.iterdir() if _is_visits_file(file) and not file.name.startswith("."))


def _is_visits_file(path: Path) -> bool:
    return path.suffix.lower() in {".json", *_LINES} and path.is_file()


def _file(path: Path, problems: list[Problem]) -> Iterator[tuple[str, Visit]]:
    refuse_unreadable(path)
    suffix = path.suffix.lower()
    if suffix in _LINES:
        with path.open("rb") as lines:
            yield from _lines(lines, path.name, problems)
    elif suffix == ".json":
        yield from _document(path, problems)
    else:
        hint = message("import tables with 'cemaudit import'")
        raise BadInput(Problem(message("expected a .json or .jsonl file"), str(path), hint))


def _document(path: Path, problems: list[Problem]) -> Iterator[tuple[str, Visit]]:
    """One visit, or a list of visits, in one JSON text."""
    try:
        data = _parsed(read_text(path, LARGEST_FILE))
    except ValueError as error:
        problems.append(_not_json(error).inside(path.name))
        return
    many = isinstance(data, list)
    for number, one in enumerate(data if many else [data], 1):
        place = f"{path.name}: {message('visit {number}', number=number)}" if many else path.name
        yield from _visit(one, place, problems)


def _lines(lines: IO[bytes], name: str, problems: list[Problem]) -> Iterator[tuple[str, Visit]]:
    count = 0
    for number, line in enumerate(_bounded(lines), 1):
        place = f"{name}: {message('line {number}', number=number)}"
        if line is None:
            problems.append(Problem(message("larger than {most} MB", most=LONGEST_LINE // 1_000_000), place))
        elif line.strip():
            count += 1
            try:
                data = _parsed(line.decode("utf-8-sig" if number == 1 else "utf-8"))
            except ValueError as error:
                problems.append(_not_json(error).inside(place))
            else:
                yield from _visit(data, place, problems)
    if not count:
        problems.append(Problem(message("no visits"), name))


def _bounded(lines: IO[bytes]) -> Iterator[bytes | None]:
    """The lines; ``None`` in place of one that is too long."""
    while line := lines.readline(LONGEST_LINE + 1):
        if len(line) <= LONGEST_LINE or line.endswith(b"\n"):
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = lines.readline(LONGEST_LINE)
        yield None


def _visit(data: object, place: str, problems: list[Problem]) -> Iterator[tuple[str, Visit]]:
    try:
        visit = Visit.model_validate(data)
    except ValidationError as error:
        problems += (problem.inside(place) for problem in faults.problems(error, data))
    else:
        yield place, visit


def _parsed(text: str) -> Any:
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


def _not_json(error: ValueError) -> Problem:
    if isinstance(error, UnicodeDecodeError):
        return Problem(message("not UTF-8 text (byte {position})", position=error.start))
    if isinstance(error, json.JSONDecodeError):
        return Problem(message("not JSON: {why} at character {position}", why=error.msg, position=error.pos + 1))
    return Problem(message("not JSON: {why}", why=error))


def line_of(visit: Visit) -> bytes:
    """The canonical line of a visit: what is set, keys sorted, UTF-8, no line end."""
    data = visit.model_dump(mode="json", exclude_defaults=True)
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


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

"""Visits read: one in a .json or sealed file, one a line in .jsonl, folders of them, or the standard input."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

from pydantic import ValidationError

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.canonical_json import STREAM, not_json, parsed
from cemaudit.files import read_text, refuse_unreadable
from cemaudit.language import Message, message
from cemaudit.model import Visit, faults

if TYPE_CHECKING:
    from cemaudit.exchange.sealed.reading import RevisionStatus, Sealed

__all__ = ["LARGEST_FILE", "LONGEST_LINE", "LocatedVisit", "bounded_lines", "inside", "read_visits"]

LONGEST_LINE = 5_000_000
LARGEST_FILE = 100_000_000
_LINES = {".jsonl", ".ndjson"}
_SEALED = ".cemaudit"


class LocatedVisit(NamedTuple):
    """A visit, its place for people, and where its evidence lies.

    That is a ``folder``, or the ``sealed`` file itself, or nowhere, for a visit from a stream. ``signer_changes``: who
    signed it otherwise than the revision before, where both were given.
    """

    place: str
    visit: Visit
    folder: Path | None
    sealed: Sealed | None = None
    signer_changes: tuple[Message, ...] = ()


def read_visits(
    sources: Iterable[str | Path], problems: list[Problem] | None = None, stdin: IO[bytes] | None = None
) -> Iterator[LocatedVisit]:
    """The visits of files, folders (their .json, .jsonl and .cemaudit files, by name) and ``-``, each with its place.

    Among sealed files, the latest revision of a visit stands for the earlier ones. What is wrong is collected, never
    stopping at the first; it goes to ``problems`` where a list is given, else it is raised as ``BadInput`` after the
    last good visit.
    """
    wrong: list[Problem] = [] if problems is None else problems
    places: dict[str, str] = {}
    for located in _all(sources, wrong, stdin):
        first = places.get(located.visit.id)
        if first is None:
            places[located.visit.id] = located.place
            yield located
        else:
            cause = message("visit id {id} is taken by {place}", id=located.visit.id, place=first)
            wrong.append(Problem(cause, located.place))
    if wrong and problems is None:
        raise BadInput(wrong)


def _all(sources: Iterable[str | Path], problems: list[Problem], stdin: IO[bytes] | None) -> Iterator[LocatedVisit]:
    listed = [None if str(source) == STREAM else _files(Path(source), problems) for source in sources]
    sealed = _standings(file for files in listed for file in files or () if file.suffix.lower() == _SEALED)
    for files in listed:
        if files is None:
            named = _lines(stdin or sys.stdin.buffer, str(message("standard input")), problems)
            yield from (LocatedVisit(place, visit, None) for place, visit in named)
        else:
            yield from _each(files, sealed, problems)


def _files(path: Path, problems: list[Problem]) -> list[Path]:
    """The file itself, or the files in a folder."""
    if not path.is_dir():
        return [path]
    try:
        files = sorted(file for file in path.iterdir() if _is_visits_file(file) and not file.name.startswith("."))
    except OSError as error:
        problems.append(Problem(message("cannot be read: {why}", why=error.strerror), str(path)))
        return []
    if not files:
        problems.append(Problem(message("no .json, .jsonl or .cemaudit files in the folder"), str(path)))
    return files


def _is_visits_file(path: Path) -> bool:
    return path.suffix.lower() in {".json", _SEALED, *_LINES} and path.is_file()


def _standings(files: Iterable[Path]) -> dict[Path, RevisionStatus]:
    """The sealed files, which are read first: any of them may take the place of another."""
    paths = list(files)
    if not paths:
        return {}
    from cemaudit.exchange.sealed.reading import standings  # noqa: PLC0415 (they hold visits, and are seldom there)

    return standings(paths)


def _each(files: Iterable[Path], sealed: dict[Path, RevisionStatus], problems: list[Problem]) -> Iterator[LocatedVisit]:
    for file in files:
        try:
            if file.suffix.lower() == _SEALED:
                yield from _sealed(sealed.pop(file, None))
            else:
                yield from (LocatedVisit(place, visit, file.parent) for place, visit in _file(file, problems))
        except BadInput as error:
            problems += error.problems
        except OSError as error:
            problems.append(Problem(message("cannot be read: {why}", why=error.strerror), str(file)))


def _sealed(standing: RevisionStatus | None) -> Iterator[LocatedVisit]:
    """The visit of a sealed file, where no other stands in its place and it was not given before."""
    if standing and standing.refusal:
        raise standing.refusal
    if standing and standing.sealed and not standing.gives_way_to:
        sealed = standing.sealed
        yield LocatedVisit(sealed.path.name, sealed.visit, None, sealed, standing.signer_changes)


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
        raise BadInput(Problem(message("expected a .json, .jsonl or .cemaudit file"), str(path), hint))


def _document(path: Path, problems: list[Problem]) -> Iterator[tuple[str, Visit]]:
    """One visit, or a list of visits, in one JSON text."""
    try:
        data = parsed(read_text(path, LARGEST_FILE))
    except ValueError as error:
        problems.append(not_json(error).inside(path.name))
        return
    many = isinstance(data, list)
    for number, visit_data in enumerate(data if many else [data], 1):
        place = f"{path.name}: {message('visit {number}', number=number)}" if many else path.name
        yield from _visit(visit_data, place, problems)


def _lines(lines: IO[bytes], name: str, problems: list[Problem]) -> Iterator[tuple[str, Visit]]:
    count = 0
    for number, line in enumerate(bounded_lines(lines), 1):
        place = f"{name}: {message('line {number}', number=number)}"
        if line is None:
            problems.append(Problem(message("larger than {most} MB", most=LONGEST_LINE // 1_000_000), place))
        elif line.strip():
            count += 1
            try:
                data = parsed(line.decode("utf-8-sig" if number == 1 else "utf-8"))
            except ValueError as error:
                problems.append(not_json(error).inside(place))
            else:
                yield from _visit(data, place, problems)
    if not count:
        problems.append(Problem(message("no visits"), name))


def bounded_lines(lines: IO[bytes]) -> Iterator[bytes | None]:
    """The lines; ``None`` in place of one of more than ``LONGEST_LINE`` bytes."""
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


def inside(folder: Path, file: str) -> str:
    """The absolute path of ``file`` in ``folder``; nothing where it is no regular file or lies outside, by any link."""
    try:
        base = folder.resolve(strict=True)
        path = (base / file).resolve(strict=True)
        return str(path) if path.is_relative_to(base) and path.is_file() else ""
    except (OSError, ValueError, RuntimeError):
        return ""

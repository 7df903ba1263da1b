"""The rows of a form's survey sheet as questions inside groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.questionnaires.leftovers import LeftoverKind, Leftovers
from cemaudit.exchange.questionnaires.sheets import XlsFormRow, XlsFormSheet
from cemaudit.exchange.questionnaires.types import SurveyRowKind, SurveyRowType, read_type
from cemaudit.language import message

__all__ = ["Path", "SurveyGroup", "SurveyQuestionRow", "is_yes", "read_outline"]

DEEPEST = 30
_REPEATS = {"repeat", "lgroup", "looped", "loop"}

Path = tuple[str, ...]
"""The names of the groups around something, and its own."""


def is_yes(text: str) -> bool:
    """Whether a cell like ``required`` or ``disabled`` says yes."""
    return text.strip().lower().removesuffix("()") in {"yes", "true", "1", "y"}


@dataclass(frozen=True)
class SurveyGroup:
    """A group, or what asks its questions several times (``is_repeated``)."""

    line: XlsFormRow
    of: str
    parent: SurveyGroup | None = None

    @property
    def is_repeated(self) -> bool:
        return self.of in _REPEATS

    @cached_property
    def around(self) -> tuple[SurveyGroup, ...]:
        """The groups it lies in, the outermost first, and itself."""
        return (*(self.parent.around if self.parent else ()), self)

    @cached_property
    def path(self) -> Path:
        return tuple(group.line["name"] for group in self.around)


@dataclass(frozen=True)
class SurveyQuestionRow:
    """A row that is neither the beginning nor the end of a group."""

    line: XlsFormRow
    type: SurveyRowType
    group: SurveyGroup | None = None

    @property
    def kind(self) -> SurveyRowKind:
        return self.type.kind

    @property
    def path(self) -> Path:
        return (*(self.group.path if self.group else ()), self.line["name"])

    @property
    def around(self) -> tuple[SurveyGroup, ...]:
        """The groups it lies in, the outermost first."""
        return self.group.around if self.group else ()

    @property
    def is_hidden(self) -> bool:
        """Whether the form never shows it."""
        lines = [self.line, *(group.line for group in self.around)]
        return any("hidden" in line["appearance"].split() for line in lines)

    @property
    def is_shown(self) -> bool:
        """Whether it is there to be read: a note, a text to be left as it is, the heading of a table of questions."""
        if self.kind is SurveyRowKind.TEXT:
            return is_yes(self.line["read_only"])
        is_heading = (
            self.kind in {SurveyRowKind.ONE, SurveyRowKind.SEVERAL} and "label" in self.line["appearance"].split()
        )
        return self.kind is SurveyRowKind.NOTE or is_heading

    @property
    def is_asked(self) -> bool:
        """Whether a person is to answer it."""
        return not (self.is_hidden or self.is_shown or self.kind in {SurveyRowKind.CALCULATION, SurveyRowKind.DEVICE})


def read_outline(survey: XlsFormSheet, leftovers: Leftovers) -> list[SurveyQuestionRow]:
    """The rows inside their groups, in order; ``BadInput`` names every group that does not begin or end."""
    if "type" not in {column.name for column in survey.columns}:
        raise BadInput(Problem(message("no column {column}", column="type"), survey.place))
    reader = _OutlineReader(leftovers)
    found = [one for line in survey.lines for one in reader.take(line)]
    problems = [*reader.problems, *(_never_ends(group) for group in reader.open)]
    if problems:
        raise BadInput(problems)
    return found


def _never_ends(group: SurveyGroup) -> Problem:
    return Problem(message("begin {kind} without its end", kind=group.of), group.line.place)


class _OutlineReader:
    def __init__(self, leftovers: Leftovers) -> None:
        self.open: list[SurveyGroup] = []
        self.problems: list[Problem] = []
        self._leftovers = leftovers

    def take(self, line: XlsFormRow) -> Iterator[SurveyQuestionRow]:
        written = line["type"]
        if not written:
            self._without_type(line)
        elif not written.startswith("#"):
            yield from self._typed(line, read_type(written))

    def _without_type(self, line: XlsFormRow) -> None:
        if words := line["label"] or line["name"]:
            self._leftovers.add(LeftoverKind.QUESTION, line, message("a row without a type"), words)

    def _typed(self, line: XlsFormRow, kind: SurveyRowType) -> Iterator[SurveyQuestionRow]:
        around = self.open[-1] if self.open else None
        if kind.kind is SurveyRowKind.BEGIN:
            self._refuse_depth(line)
            self.open.append(SurveyGroup(line, kind.of, around))
        elif kind.kind is SurveyRowKind.END:
            self._end(line, kind.of)
        elif is_yes(line["disabled"]):
            self._leftovers.add(LeftoverKind.QUESTION, line, message("is switched off in the form"), line["label"])
        else:
            yield SurveyQuestionRow(line, kind, around)

    def _refuse_depth(self, line: XlsFormRow) -> None:
        if len(self.open) >= DEEPEST:
            raise BadInput(Problem(message("groups nested more than {most} deep", most=DEEPEST), line.place))

    def _end(self, line: XlsFormRow, of: str) -> None:
        if not self.open:
            self.problems.append(Problem(message("end {kind} without its beginning", kind=of), line.place))
            return
        group = self.open.pop()
        if group.of != of and not (group.is_repeated and of in _REPEATS):
            what = message("end {kind}, but row {row} began {other}", kind=of, row=group.line.number, other=group.of)
            self.problems.append(Problem(what, line.place))

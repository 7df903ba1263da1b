"""The questions of a survey sheet: their types, the groups they stand in, and the notes between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property
from typing import NamedTuple

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.questionnaires.leftovers import LeftoverKind, Leftovers
from cemaudit.exchange.questionnaires.workbook import XlsFormRow, XlsFormSheet, key_of
from cemaudit.language import message
from cemaudit.model import Text

__all__ = [
    "Notes",
    "Path",
    "SurveyGroup",
    "SurveyQuestionRow",
    "SurveyRowKind",
    "SurveyRowType",
    "is_yes",
    "read_outline",
    "read_type",
]

_FRAME = re.compile(r"(?:add|get|q)_(.+?)(?:_prompt)?")
_OTHER = ("or_other", "or_specify_other", "other")
DEEPEST = 30
_REPEATS = {"repeat", "lgroup", "looped", "loop"}
Path = tuple[str, ...]
"""The names of the groups around something, and its own."""


class SurveyRowKind(Enum):
    """What a row of a form is."""

    TEXT = auto()
    WHOLE = auto()
    DECIMAL = auto()
    RANGE = auto()
    DATE = auto()
    TIME = auto()
    MOMENT = auto()
    ONE = auto()
    SEVERAL = auto()
    FILED = auto()
    """Chosen from a list kept outside the sheet of choices."""
    FILE = auto()
    """A photo, a recording or a document."""
    NOTE = auto()
    CALCULATION = auto()
    DEVICE = auto()
    BEGIN = auto()
    END = auto()
    UNKNOWN = auto()


class SurveyRowType(NamedTuple):
    """A row's kind; ``of`` is its list, or what begins or ends (``group``, ``repeat``, ``loop``)."""

    kind: SurveyRowKind
    of: str = ""
    or_other: bool = False


_CHOOSING = {
    SurveyRowKind.FILED: (
        "select_one_from_file", "select_multiple_from_file", "select_one_external", "select_multiple_external",
    ),
    SurveyRowKind.ONE: ("add_select_one_prompt_using", "select_one_using", "select_one_from", "select_one", "select1"),
    SurveyRowKind.SEVERAL: (
        "add_select_multiple_prompt_using", "select_all_that_apply_from", "select_all_that_apply",
        "select_multiple_using", "select_multiple_from", "select_multiple", "select_all_from", "select_all",
    ),
}  # fmt: skip
_PLAIN = {
    SurveyRowKind.TEXT: ("text", "string", "phone_number", "tel", "url"),
    SurveyRowKind.WHOLE: ("integer", "int"),
    SurveyRowKind.DECIMAL: ("decimal", "percentage"),
    SurveyRowKind.RANGE: ("range",),
    SurveyRowKind.DATE: ("date",),
    SurveyRowKind.TIME: ("time",),
    SurveyRowKind.MOMENT: ("datetime", "date_time"),
    SurveyRowKind.FILE: ("image", "photo", "picture", "audio", "file"),
    SurveyRowKind.NOTE: ("note",),
    SurveyRowKind.CALCULATION: ("calculate", "calculate_here", "hidden"),
    SurveyRowKind.DEVICE: (
        "start", "start_time", "end", "end_time", "today", "deviceid", "device_id", "imei", "phonenumber",
        "subscriberid", "subscriber_id", "simserial", "sim_id", "username", "email", "uri:deviceid", "uri:email",
        "uri:phonenumber", "uri:simserial", "uri:subscriberid", "uri:username", "caseid", "comments", "audit",
        "text_audit", "audio_audit", "start_geopoint", "background_audio", "background_geopoint",
        "get_phone_number",
    ),
}  # fmt: skip
_KINDS = {name: kind for kind, names in _PLAIN.items() for name in names}
_CHOICES = {name: kind for kind, names in _CHOOSING.items() for name in names}
_MOST_WORDS = max(name.count("_") + 1 for name in _CHOICES)


def read_type(written: str) -> SurveyRowType:
    """What ``written`` says, in any of the dialects; the names of lists keep their case."""
    words = written.split()
    key = key_of(" ".join(words))
    framed = _FRAME.fullmatch(key)
    kind = _KINDS.get(key) or (_KINDS.get(framed[1]) if framed else None)
    if kind:
        return SurveyRowType(kind)
    for edge, start in ((SurveyRowKind.BEGIN, "begin_"), (SurveyRowKind.END, "end_")):
        if key.startswith(start):
            return SurveyRowType(edge, key.removeprefix(start).partition("_")[0])
    return _choosing(words) or SurveyRowType(SurveyRowKind.UNKNOWN)


def _choosing(words: list[str]) -> SurveyRowType | None:
    """``select one from yes_no or specify other`` and the like."""
    for length in range(min(len(words), _MOST_WORDS), 0, -1):
        kind = _CHOICES.get(key_of(" ".join(words[:length])))
        if kind:
            name, rest = words[length : length + 1], words[length + 1 :]
            return SurveyRowType(kind, name[0] if name else "", key_of(" ".join(rest)) in _OTHER)
    return None


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
    entries = [entry for line in survey.lines for entry in reader.take(line)]
    problems = reader.problems + [
        Problem(message("begin {kind} without its end", kind=group.of), group.line.place) for group in reader.open
    ]
    if problems:
        raise BadInput(problems)
    return entries


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
            if len(self.open) >= DEEPEST:
                raise BadInput(Problem(message("groups nested more than {most} deep", most=DEEPEST), line.place))
            self.open.append(SurveyGroup(line, kind.of, around))
        elif kind.kind is SurveyRowKind.END:
            self._end(line, kind.of)
        elif is_yes(line["disabled"]):
            self._leftovers.add(LeftoverKind.QUESTION, line, message("is switched off in the form"), line["label"])
        else:
            yield SurveyQuestionRow(line, kind, around)

    def _end(self, line: XlsFormRow, of: str) -> None:
        if not self.open:
            self.problems.append(Problem(message("end {kind} without its beginning", kind=of), line.place))
            return
        group = self.open.pop()
        if group.of != of and not (group.is_repeated and of in _REPEATS):
            cause = message("end {kind}, but row {row} began {other}", kind=of, row=group.line.number, other=group.of)
            self.problems.append(Problem(cause, line.place))


class Notes:
    """The notes since the last question."""

    def __init__(self, leftovers: Leftovers) -> None:
        self._left = leftovers
        self._waiting: list[tuple[SurveyQuestionRow, Text]] = []

    def add(self, entry: SurveyQuestionRow, words: Text) -> None:
        """A note; left at once where the form does not always show it, or fills answers into it."""
        if entry.line["relevant"] or "${" in entry.line["label"]:
            cause = message("is not always shown, or not always the same")
            self._left.add(LeftoverKind.TEXT, entry.line, cause, entry.line["label"])
        else:
            self._waiting.append((entry, words))

    def before(self, entry: SurveyQuestionRow) -> list[Text]:
        """What was shown right before a question, in its group or one around it."""
        rows = {group.line.number for group in entry.around}
        fitting = [words for note, words in self._waiting if not note.group or note.group.line.number in rows]
        self._waiting = [(note, words) for note, words in self._waiting if words not in fitting]
        self.end()
        return fitting

    def end(self) -> None:
        """Leave the notes that no question follows."""
        for note, words in self._waiting:
            self._left.add(LeftoverKind.TEXT, note.line, message("no question follows it"), str(words))
        self._waiting = []

"""Which column of a record is which field: flat names as they are, or behind the group names phones' servers add."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from cemaudit.errors import BadInput, Problem, folded, nearest
from cemaudit.exchange.forms.fields import ON_PHONES, FieldKind, Form, Role
from cemaudit.language import message
from cemaudit.reading import OptionWords, error_problem, read_yes_no

__all__ = ["INSTANCE", "FieldFinder", "FieldText"]

INSTANCE = ("KEY", "meta/rootUuid", "_uuid", "meta/instanceID", "meta-instanceID", "instanceID")
"""Columns with the id a phone or server gave the filled form, those that survive a correction first."""

_OURS = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*__[a-z][a-z0-9_]*")
_PHONE_ONLY = ("proof", "skip")
SHORTEST_SLIP = 3
SHORTEST_SUBSTITUTION = 6
"""Letters from which on a name with one letter exchanged is a slip, and not another short name (``q1a``, ``q1b``)."""


class FieldText(NamedTuple):
    """The text of a field, and the column it stands in."""

    text: str
    column: str


class MatchedField(NamedTuple):
    """A field's flat name; ``option`` where the column tells of one option alone."""

    name: str
    option: str = ""


class NearField(NamedTuple):
    """The field that a column is nearly called by; ``is_same`` where only case and marks differ."""

    name: str
    is_same: bool


@dataclass(frozen=True)
class FieldFinder:
    """Finds the fields of ``form`` among the columns of records."""

    form: Form

    @cached_property
    def names(self) -> frozenset[str]:
        """All flat names, those of phones among them."""
        answers = (field.name for field in self.form.fields.values() if field.role is Role.ANSWER)
        return frozenset(self.form.fields) | {f"{name}__{part}" for name in answers for part in _PHONE_ONLY}

    def cells(self, record: Mapping[str, str], ignored: dict[str, None]) -> tuple[dict[str, FieldText], list[Problem]]:
        """The cells that hold anything, by flat name; foreign columns go to ``ignored``."""
        cells: dict[str, FieldText] = {}
        chosen: dict[str, list[FieldText]] = {}
        problems: list[Problem] = []
        foreign: dict[str, None] = {}
        for column, text in record.items():
            match = self._find(column) if text else None
            if match and (broken := error_problem(text)):
                problems.append(broken.inside(column))
            elif match and match.option:
                chosen.setdefault(match.name, []).extend(_chosen(match, text, column, problems))
            elif match and match.name in cells:
                clash = message("column {other} holds the same field, {name}", other=column, name=match.name)
                problems.append(Problem(clash, cells[match.name].column, message("leave one of them empty")))
            elif match:
                cells[match.name] = FieldText(text, column)
            elif text:
                problems += self._foreign(column, text, foreign)
        problems += self._mistaken(foreign, cells.keys() | chosen.keys())
        ignored |= foreign
        for name, options in chosen.items():
            if options and name not in cells:
                cells[name] = FieldText(
                    " ".join(option.text for option in options), options[0].column.rpartition("/")[0]
                )
        return cells, problems

    def _find(self, column: str) -> MatchedField | None:
        if column not in self._known:
            self._known[column] = next(filter(None, map(self._named, _tails(column, self._group))), None)
        return self._known[column]

    @cached_property
    def _known(self) -> dict[str, MatchedField | None]:
        return {}

    @cached_property
    def _group(self) -> re.Pattern[str]:
        groups = sorted(self.form.groups, key=len, reverse=True)
        return re.compile(rf"(?:^|[/.:-])(?:{'|'.join(map(re.escape, groups))})[/.:-](.+)$")

    def _named(self, tail: str) -> MatchedField | None:
        if tail in self.names:
            return MatchedField(tail)
        name, code = _question_of(tail)
        option = self._options[name].find(code) if name in self._options else None
        return MatchedField(name, option) if option else None

    @cached_property
    def _options(self) -> dict[str, OptionWords]:
        """The options of the questions that may have several answers."""
        several = (field for field in self.form.fields.values() if field.kind is FieldKind.MANY)
        return {field.name: OptionWords({option.code: option.label for option in field.options}) for field in several}

    def _foreign(self, column: str, text: str, foreign: dict[str, None]) -> Iterator[Problem]:
        """A problem where the column looks like one of ours, or tells of an option that does not exist."""
        for name, code in map(_question_of, _tails(column, self._group)):
            if name in self._options:
                yield from self._unknown_option(name, code, text, column, foreign)
                return
        *_, last = _tails(column, self._group)
        if _OURS.fullmatch(last) and not last.endswith("_URL") and last not in {*self.form.groups, *ON_PHONES}:
            hint = nearest(last, self.names, listing=False)
            ref = self.form.checklist.ref
            yield Problem(message("{ref} has no such field", ref=ref), column, hint)
        else:
            foreign[column] = None

    def _unknown_option(
        self, name: str, code: str, text: str, column: str, foreign: dict[str, None]
    ) -> Iterator[Problem]:
        """A problem where an option that does not exist was chosen; one that was not chosen is left out."""
        try:
            if read_yes_no(text):
                raise self._options[name].unknown(code)
            foreign[column] = None
        except BadInput as error:
            yield from error.inside(column).problems

    def _mistaken(self, foreign: dict[str, None], filled: Collection[str]) -> Iterator[Problem]:
        """The foreign columns that are nearly ours, taken out: their answer would be missing without a word.

        One that differs by case or marks alone is always told; one that is merely alike where the field it is like
        holds nothing.
        """
        for column in list(foreign):
            if column not in self._alike:
                self._alike[column] = self._near(column)
            near = self._alike[column]
            if near and (near.is_same or near.name not in filled):
                del foreign[column]
                ref, hint = self.form.checklist.ref, message("did you mean {name}?", name=near.name)
                yield Problem(message("{ref} has no such field", ref=ref), column, hint)

    @cached_property
    def _alike(self) -> dict[str, NearField | None]:
        return {}

    def _near(self, column: str) -> NearField | None:
        """The field a column is nearly called by; ``None`` for options, and what phones and servers add themselves."""
        *_, last = _tails(column, self._group)
        if any(name in self._options for name, _ in map(_question_of, _tails(column, self._group))):
            return None
        if last in {*self.form.groups, *ON_PHONES, *INSTANCE} or last.startswith("_") or last.endswith("_URL"):
            return None
        name = folded(last)
        if name in self._folded:
            return NearField(self._folded[name], is_same=True)
        close = next((flat_name for flat_name in self._folded if is_slip(name, flat_name)), None)
        return NearField(self._folded[close], is_same=False) if close else None

    @cached_property
    def _folded(self) -> dict[str, str]:
        return {folded(name): name for name in sorted(self.names)}


def _chosen(option: MatchedField, text: str, column: str, problems: list[Problem]) -> Iterator[FieldText]:
    """The option, where its column says that it was chosen; a problem where it says neither yes nor no."""
    try:
        if read_yes_no(text):
            yield FieldText(option.option, column)
    except BadInput as error:
        problems += error.inside(column).problems


def is_slip(word: str, name: str) -> bool:
    """Whether ``word`` is ``name`` with one sign more, less or exchanged, or two neighbours swapped.

    One digit for another, or two digits swapped, make the name of something else: ``GS11`` is no slip of ``GS01``.
    """
    shorter, longer = sorted((word, name), key=len)
    if len(shorter) < SHORTEST_SLIP or len(longer) - len(shorter) > 1:
        return False
    pairs = enumerate(zip(shorter, longer, strict=False))
    start = next((position for position, (letter, other_letter) in pairs if letter != other_letter), -1)
    if len(longer) > len(shorter):
        return start < 0 or shorter[start:] == longer[start + 1 :]
    next_of_shorter, next_of_longer = shorter[start : start + 2], longer[start : start + 2]
    if start < 0:
        return False
    if next_of_shorter == next_of_longer[::-1] and shorter[start + 2 :] == longer[start + 2 :]:
        return not next_of_shorter.isdigit()
    digits = shorter[start].isdigit() + longer[start].isdigit()
    is_exchange = digits == 1 or (digits == 0 and len(word) >= SHORTEST_SUBSTITUTION)
    return is_exchange and shorter[start + 1 :] == longer[start + 1 :]


def _question_of(tail: str) -> tuple[str, str]:
    """The question and the option of a column that tells of one option alone."""
    name, _, code = tail.rpartition("/")
    return name, code


def _tails(column: str, group: re.Pattern[str]) -> Iterator[str]:
    """The column's name, without one group name after another: the whole, after our groups, after any ``/``."""
    yield column
    match = group.search(column)
    if match:
        yield match[1]
    while "/" in column:
        column = column.partition("/")[2]
        yield column

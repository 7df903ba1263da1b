"""Which column of a record is which field: flat names as they are, or behind the group names phones' servers add."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from cemaudit.errors import BadInput, Problem, nearest
from cemaudit.exchange.forms.fields import ON_PHONES, FieldKind, Form, Role
from cemaudit.language import message
from cemaudit.reading import error_problem, read_yes_no

__all__ = ["INSTANCE", "FieldFinder", "FieldText"]

INSTANCE = ("KEY", "meta/rootUuid", "_uuid", "meta/instanceID", "meta-instanceID", "instanceID")
"""Columns with the id a phone or server gave the filled form, those that survive a correction first."""

_OURS = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*__[a-z][a-z0-9_]*")
_PHONE_ONLY = ("proof", "skip")


class FieldText(NamedTuple):
    """The text of a field, and the column it stands in."""

    text: str
    column: str


class MatchedField(NamedTuple):
    """A field's flat name; ``option`` where the column tells of one option alone."""

    name: str
    option: str = ""


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
        for column, text in record.items():
            found = self._find(column) if text else None
            if found and (broken := error_problem(text)):
                problems.append(broken.inside(column))
            elif found and found.option:
                chosen.setdefault(found.name, []).extend(_chosen(found, text, column, problems))
            elif found and found.name in cells:
                what = message("column {other} holds the same field, {name}", other=column, name=found.name)
                problems.append(Problem(what, cells[found.name].column, message("leave one of them empty")))
            elif found:
                cells[found.name] = FieldText(text, column)
            elif text:
                problems += self._foreign(column, ignored)
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
        name, _, code = tail.rpartition("/")
        field = self.form.fields.get(name)
        if field and field.kind is FieldKind.MANY and any(code == option.code for option in field.options):
            return MatchedField(name, code)
        return None

    def _foreign(self, column: str, ignored: dict[str, None]) -> Iterator[Problem]:
        """A problem where the column looks like one of ours."""
        *_, last = _tails(column, self._group)
        if _OURS.fullmatch(last) and not last.endswith("_URL") and last not in {*self.form.groups, *ON_PHONES}:
            hint = nearest(last, self.names, listing=False)
            ref = self.form.checklist.ref
            yield Problem(message("{ref} has no such field", ref=ref), column, hint)
        else:
            ignored[column] = None


def _chosen(option: MatchedField, text: str, column: str, problems: list[Problem]) -> Iterator[FieldText]:
    """The option, where its column says that it was chosen; a problem where it says neither yes nor no."""
    try:
        if read_yes_no(text):
            yield FieldText(option.option, column)
    except BadInput as error:
        problems += error.inside(column).problems


def _tails(column: str, group: re.Pattern[str]) -> Iterator[str]:
    """The column's name, without one group name after another: the whole, after our groups, after any ``/``."""
    yield column
    match = group.search(column)
    if match:
        yield match[1]
    while "/" in column:
        column = column.partition("/")[2]
        yield column

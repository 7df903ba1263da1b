"""Lists of choices, as options with ids of their own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cached_property

from cemaudit.exchange.forms.fields import both
from cemaudit.exchange.questionnaires.languages import Languages, loose
from cemaudit.exchange.questionnaires.leftovers import LeftoverKind, Leftovers
from cemaudit.exchange.questionnaires.workbook import XlsFormRow
from cemaudit.language import N_, message
from cemaudit.model.answers import Choice, Choices, Option, YesNo
from cemaudit.model.base import ID_PATTERN
from cemaudit.model.identity import Numbered

__all__ = ["IN_CONDITIONS", "ChoiceList", "Given", "as_number", "option_id", "plain_id", "read_lists"]

IN_CONDITIONS = ("step", "answered", "and", "or", "not", "in", "true", "false")
"""Words of the language of conditions, which no item can be called by."""

LONGEST = 60
_FIT = re.compile(ID_PATTERN)
_OPTION_FIT = re.compile(r"[A-Za-z0-9+-][A-Za-z0-9_.+-]{0,63}")
_YES = frozenset({
    "yes", "y", "true", "o", "예", "네", "oui", "si", "sí", "sim", "ja", "ya", "da", "ndiyo", "ndio", "oo", "tak",
    "evet", "có", "हाँ", "हो", "نعم", "是", "是的", "はい",
})  # fmt: skip
_NO = frozenset({
    "no", "n", "false", "x", "아니오", "아니요", "non", "não", "nao", "nein", "nee", "tidak", "ne", "hapana", "hindi",
    "nie", "hayır", "không", "नहीं", "होइन", "لا", "否", "不是", "いいえ",
})  # fmt: skip
_POINTS = re.compile(r"[+-]?\d{1,15}(\.\d{1,15})?")


def plain_id(name: str, otherwise: str) -> str:
    """``name`` as an id, every strange character a hyphen; ``otherwise`` where nothing of it is left."""
    if _FIT.fullmatch(name):
        return name
    short = re.sub(r"[^A-Za-z0-9_.-]+", "-", name)[:LONGEST].strip("-")
    if not re.search(r"[A-Za-z0-9]", short):
        return otherwise
    return short if short[0].isalpha() else f"x-{short}"


def option_id(name: str, otherwise: str) -> str:
    """``name`` as the id of an option, which may begin with a digit or a sign."""
    if _OPTION_FIT.fullmatch(name):
        return name
    short = re.sub(r"[^A-Za-z0-9_.+-]+", "-", name).lstrip("_.")[:LONGEST]
    return short if re.search(r"[A-Za-z0-9+]", short) else otherwise


class Given(Numbered):
    """Ids, each given once; one that comes again is short enough for its number."""

    def take(self, wished: str) -> str:
        """``wished``, or ``wished-2`` and so on where that is taken."""
        return super().take(wished if wished not in self._taken else wished[:LONGEST])


@dataclass(frozen=True)
class ChoiceList:
    """A list of choices; ``ids`` gives the id of each by its name in the form.

    ``nothing`` is the name that stands for choosing none of them on purpose, where the form has one.
    """

    options: tuple[Option, ...]
    ids: Mapping[str, str]
    nothing: str = ""

    @cached_property
    def one(self) -> YesNo | Choice:
        """The answer that is one of them."""
        if not self.yes_and_no:
            return Choice(type="choice", options=self.options)
        yes, no = self.yes_and_no
        worth = {word: option.points for word, option in (("yes", yes), ("no", no)) if option.points is not None}
        return YesNo(type="yes-no", **worth)

    @cached_property
    def several(self) -> Choices:
        """The answer that is any number of them."""
        return Choices(type="choices", options=self.options)

    @cached_property
    def yes_and_no(self) -> tuple[Option, Option] | None:
        """The option that says yes and the one that says no, where there are these two and nothing else."""
        pairs = [self.options, self.options[::-1]] if len(self.options) == 2 else []
        return next(((yes, no) for yes, no in pairs if _says(yes, _YES) and _says(no, _NO)), None)

    @cached_property
    def numbers(self) -> dict[str, Decimal]:
        """The names that are numbers."""
        numbers = {name: as_number(name) for name in self.ids}
        return {name: number for name, number in numbers.items() if number is not None}

    def without(self, names: Iterable[str]) -> ChoiceList:
        """The list without the choices of these names."""
        gone = {self.ids[name] for name in names if name in self.ids}
        return replace(
            self,
            options=tuple(option for option in self.options if option.id not in gone),
            ids={name: option for name, option in self.ids.items() if option not in gone},
        )

    @cached_property
    def and_other(self) -> ChoiceList:
        """The list with a choice ``other`` at its end, where it has none."""
        if "other" in self.ids:
            return self
        other = Option(id=Given(self.ids.values()).take("other"), label=both(N_("Other")))
        return replace(self, options=(*self.options, other), ids={**self.ids, "other": other.id})


def as_number(text: str) -> Decimal | None:
    """The number that ``text`` is, of at most 15 digits before its point; ``None`` where it is none."""
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < 15 else None


def _says(option: Option, words: frozenset[str]) -> bool:
    return {label.strip(" .!").lower() for label in option.label.by_language.values()} <= words


def read_lists(lines: Iterable[XlsFormRow], languages: Languages, leftovers: Leftovers) -> dict[str, ChoiceList]:
    """The lists by name; of two choices of one name in a list the first counts."""
    grouped: dict[str, list[XlsFormRow]] = {}
    for line in lines:
        if line["list_name"] and line["name"]:
            grouped.setdefault(line["list_name"], []).append(line)
        else:
            leftovers.add(LeftoverKind.OPTION, line, message("a choice without its list or name"), line["label"])
    return {name: _list(members, languages, leftovers) for name, members in grouped.items()}


def _list(lines: list[XlsFormRow], languages: Languages, leftovers: Leftovers) -> ChoiceList:
    ids = Given()
    options_by_name: dict[str, str] = {}
    options = []
    for line in lines:
        name = line["name"]
        if name in options_by_name:
            cause = message("a choice of the same name stands earlier in list {list}", list=line["list_name"])
            leftovers.add(LeftoverKind.OPTION, line, cause, line["label"])
            continue
        options_by_name[name] = ids.take(option_id(name, f"row-{line.number}"))
        if options_by_name[name] != name:
            leftovers.add(LeftoverKind.NAME, line, message("is called {id} here", id=options_by_name[name]), name)
        label = languages.text(line.texts("label")) or loose(name)
        options.append(Option(id=options_by_name[name], label=label, points=_points(line, leftovers)))
    return ChoiceList(tuple(options), options_by_name)


def _points(line: XlsFormRow, leftovers: Leftovers) -> Fraction | None:
    written = line["points"]
    if not written:
        return None
    if not _POINTS.fullmatch(written):
        leftovers.add(LeftoverKind.OPTION, line, message("its points are not a number"), written)
        return None
    return Fraction(written)

"""The lists of choices of a form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cached_property

from cemaudit.exchange.forms.fields import both
from cemaudit.exchange.questionnaires.ids import Given, option_id
from cemaudit.exchange.questionnaires.languages import Languages
from cemaudit.exchange.questionnaires.leftovers import LeftoverKind, Leftovers
from cemaudit.exchange.questionnaires.sheets import XlsFormRow
from cemaudit.exchange.questionnaires.texts import loose
from cemaudit.language import N_, message
from cemaudit.model.answers import Choice, Choices, Option, YesNo

__all__ = ["ChoiceList", "as_number", "read_lists"]

_YES = frozenset({
    "yes", "y", "true", "o", "예", "네", "oui", "si", "sí", "sim", "ja", "ya", "da", "ndiyo", "ndio", "oo", "tak",
    "evet", "có", "हाँ", "हो", "نعم", "是", "是的", "はい",
})  # fmt: skip
_NO = frozenset({
    "no", "n", "false", "x", "아니오", "아니요", "non", "não", "nao", "nein", "nee", "tidak", "ne", "hapana", "hindi",
    "nie", "hayır", "không", "नहीं", "होइन", "لا", "否", "不是", "いいえ",
})  # fmt: skip
_POINTS = re.compile(r"[+-]?\d{1,15}(\.\d{1,15})?")


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
        worth = {word: one.points for word, one in (("yes", yes), ("no", no)) if one.points is not None}
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
        found = {name: as_number(name) for name in self.ids}
        return {name: number for name, number in found.items() if number is not None}

    def without(self, names: Iterable[str]) -> ChoiceList:
        """The list without the choices of these names."""
        gone = {self.ids[name] for name in names if name in self.ids}
        return replace(
            self,
            options=tuple(option for option in self.options if option.id not in gone),
            ids={name: known for name, known in self.ids.items() if known not in gone},
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
    return {label.strip(" .!").lower() for label in (option.label.ko, option.label.en) if label} <= words


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
    known: dict[str, str] = {}
    options = []
    for line in lines:
        name = line["name"]
        if name in known:
            what = message("a choice of the same name stands earlier in list {list}", list=line["list_name"])
            leftovers.add(LeftoverKind.OPTION, line, what, line["label"])
            continue
        known[name] = ids.take(option_id(name, f"row-{line.number}"))
        if known[name] != name:
            leftovers.add(LeftoverKind.NAME, line, message("is called {id} here", id=known[name]), name)
        label = languages.text(line.texts("label")) or loose(name)
        options.append(Option(id=known[name], label=label, points=_points(line, leftovers)))
    return ChoiceList(tuple(options), known)


def _points(line: XlsFormRow, leftovers: Leftovers) -> Fraction | None:
    written = line["points"]
    if not written:
        return None
    if not _POINTS.fullmatch(written):
        leftovers.add(LeftoverKind.OPTION, line, message("its points are not a number"), written)
        return None
    return Fraction(written)

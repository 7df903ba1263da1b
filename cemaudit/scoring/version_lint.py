"""Lint between versions of a checklist: an id that goes on must go on meaning the same, or figures over time lie."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import combinations

from cemaudit.errors import Problem, Sayable
from cemaudit.language import N_, NameList, message
from cemaudit.model import Checklist, Item, Text
from cemaudit.model.answers import AnswerType, Choice, Choices, Quantity, Scale, YesNo
from cemaudit.model.base import version_order
from cemaudit.scoring.lint import LintLevel, LintRemark

__all__ = ["lint_versions"]

_OWN_ID = N_("a question that means something else has an id of its own")


def lint_versions(checklist: Checklist, at_hand: Mapping[str, Checklist]) -> Iterator[LintRemark]:
    """Remarks about a checklist against its earlier versions among those ``at_hand`` (by ``id@version``).

    Each item is held to the newest earlier version that has it, under its id or one that it had (``was``).
    """
    if checklist.replaces and checklist.replaces not in at_hand:
        text = message("replaces {ref}, which is not at hand", ref=checklist.replaces)
        yield LintRemark(LintLevel.WARNING, Problem(text, "replaces"))
    earlier = [
        at_hand[ref]
        for ref in sorted(at_hand, key=version_order, reverse=True)
        if at_hand[ref].id == checklist.id and version_order(ref) < version_order(checklist.ref)
    ]
    other_words: dict[str, list[str]] = defaultdict(list)
    other_answers: dict[str, list[str]] = defaultdict(list)
    for touchpoint in checklist.touchpoints:
        for item in touchpoint.items:
            place = f"touchpoints.{touchpoint.id}.items.{item.id}"
            yield from _unknown_former_ids(item, earlier, f"{place}.was")
            before = _predecessor(item, earlier)
            if before is None:
                continue
            old, ref = before
            yield from _changed_answers(item.answer, old.answer, ref, f"{place}.answer")
            if item.ask != old.ask:
                other_words[ref].append(item.id)
            if item.answer.type != old.answer.type and _is_worth_the_same(old.answer, item.answer):
                other_answers[ref].append(item.id)
    for ref, names in other_words.items():
        text = message("items asked in other words than in {ref}: {names}", ref=ref, names=NameList(tuple(names)))
        yield LintRemark(LintLevel.NOTE, Problem(text, "touchpoints", message(_OWN_ID)))
    for ref, names in other_answers.items():
        text = message(
            "items answered in another way than in {ref}, for the same points: {names}",
            ref=ref, names=NameList(tuple(names)),
        )  # fmt: skip
        yield LintRemark(LintLevel.NOTE, Problem(text, "touchpoints", message(_OWN_ID)))
    if earlier:
        yield from _items_gone(checklist, earlier[0])


def _predecessor(item: Item, earlier: Iterable[Checklist]) -> tuple[Item, str] | None:
    """The item in the newest version that has it, with the ``id@version`` of that."""
    for version in earlier:
        for name in (item.id, *item.was):
            if name in version.items:
                return version.items[name], version.ref
    return None


def _unknown_former_ids(item: Item, earlier: list[Checklist], place: str) -> Iterator[LintRemark]:
    for name in item.was if earlier else ():
        if not any(name in version.items for version in earlier):
            text = message("no earlier version at hand has item {item}", item=name)
            yield LintRemark(LintLevel.WARNING, Problem(text, place, earlier[0].item_hint(name)))


def _items_gone(checklist: Checklist, before: Checklist) -> Iterator[LintRemark]:
    """A note on items of the version before that go on under no id."""
    gone = [name for name in before.items if name not in checklist.items and name not in checklist.item_that_was]
    if gone:
        text = message("items of {ref} that are asked no longer: {names}", ref=before.ref, names=NameList(tuple(gone)))
        hint = message('where one goes on under another id, say so: was = ["{item}"]', item=gone[0])
        yield LintRemark(LintLevel.NOTE, Problem(text, "touchpoints", hint))


def _changed_answers(new: AnswerType, old: AnswerType, ref: str, place: str) -> Iterator[LintRemark]:
    """What changed of the answers to an item: what they mean (an error), single options (a warning)."""
    for cause in _changed_meaning(old, new):
        text = message("means something else than in {ref}: {cause}", ref=ref, cause=cause)
        yield LintRemark(LintLevel.ERROR, Problem(text, place, message(_OWN_ID)))
    for cause in _changed_options(old, new):
        text = message("not as in {ref}: {cause}", ref=ref, cause=cause)
        yield LintRemark(LintLevel.WARNING, Problem(text, f"{place}.options", message(_OWN_ID)))


def _is_worth_the_same(old: AnswerType, new: AnswerType) -> bool:
    """Whether answers of both types can earn the same points: then a question may be answered in another way."""
    earned = _points_earned(old)
    return earned is not None and earned == _points_earned(new)


def _points_earned(answer: AnswerType) -> frozenset[Fraction | None] | None:
    """The points single answers can earn; ``None`` where they are no short list."""
    match answer:
        case YesNo():
            return frozenset({answer.yes, answer.no})
        case Choice():
            return frozenset(option.points for option in answer.options)
        case Scale():
            return frozenset(answer.points(level) for level in range(answer.lowest, answer.highest + 1))
        case _:
            return None


def _changed_meaning(old: AnswerType, new: AnswerType) -> Iterator[Sayable]:
    """What answers no longer mean; nothing where old and new ones may be counted together."""
    if old.type != new.type:
        if not _is_worth_the_same(old, new):
            yield message("the type of answer was {old}, it is {new}", old=old.type, new=new.type)
        return
    if isinstance(old, Choice | Choices) and isinstance(new, Choice | Choices):
        same = [name for name, (before, after) in _labels(old, new).items() if _is_like(before, after)]
        if not same:
            yield message("it has other options")
    if isinstance(old, Scale) and isinstance(new, Scale):
        ends = (old.lowest, old.highest), (new.lowest, new.highest)
        if ends[0] != ends[1]:
            was, now = (f"{low}..{high}" for low, high in ends)
            yield message("the scale went from {old}, it goes from {new}", old=was, new=now)
        elif [old.points(end) for end in ends[0]] != [new.points(end) for end in ends[0]]:
            yield message("the ends of the scale have other points")
    if isinstance(old, Quantity) and isinstance(new, Quantity) and old.unit != new.unit:
        yield message("the unit was {old}, it is {new}", old=old.unit or "-", new=new.unit or "-")
    if _is_turned(_worths(old), _worths(new)):
        yield message("what was better is worse")


def _changed_options(old: AnswerType, new: AnswerType) -> Iterator[Sayable]:
    """Options that came or went, or whose label is another altogether, where others are as they were."""
    if not isinstance(old, Choice | Choices) or not isinstance(new, Choice | Choices):
        return
    labels = _labels(old, new)
    other = [name for name, (before, after) in labels.items() if not _is_like(before, after)]
    if len(other) == len(labels):
        return
    for name in other:
        before, after = labels[name]
        yield message("option {option} was called {old}, it is called {new}", option=name, old=before, new=after)
    gone = [option.id for option in old.options if option.id not in labels]
    come = [option.id for option in new.options if option.id not in labels]
    if gone:
        yield message("options that are gone: {names}", names=NameList(tuple(gone)))
    if come:
        yield message("options that are new: {names}", names=", ".join(come))


def _labels(old: Choice | Choices, new: Choice | Choices) -> dict[str, tuple[Text, Text]]:
    """The labels, old and new, of the options that both have."""
    after = {option.id: option.label for option in new.options}
    return {option.id: (option.label, after[option.id]) for option in old.options if option.id in after}


def _is_like(before: Text, after: Text) -> bool:
    """Whether two labels share a word in any language; one that only gained a language is the same."""
    old_words, new_words = before.by_language, after.by_language
    shared = old_words.keys() & new_words.keys()
    there = [(_words(old_words[language]), _words(new_words[language])) for language in shared]
    return not there or any(old & new or old == new for old, new in there)


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def _worths(answer: AnswerType) -> dict[object, Fraction]:
    """What answers are worth, by what stays the same between versions: yes and no, options, ends and limits."""
    match answer:
        case YesNo():
            return {True: answer.yes, False: answer.no}
        case Choice() | Choices():
            return {option.id: option.points for option in answer.options if option.points is not None}
        case Scale():
            return {end: answer.points(end) for end in (answer.lowest, answer.highest)}
        case Quantity(table=tuple() as rows) if len(rows) > 1:
            return {"first": rows[0].points, "last": rows[-1].points}
        case _:
            return {}


def _is_turned(old: Mapping[object, Fraction], new: Mapping[object, Fraction]) -> bool:
    """Whether of two answers that both have the better one became the worse one."""
    return any((old[a] - old[b]) * (new[a] - new[b]) < 0 for a, b in combinations(old.keys() & new.keys(), 2))

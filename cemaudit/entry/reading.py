"""What a typed line says in reply to a question: the changes it makes to the draft, or what was expected."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from cemaudit.entry.doubts.times import time_doubts
from cemaudit.entry.draft import Draft
from cemaudit.entry.questions import EntryQuestion, QuestionKind
from cemaudit.errors import BadInput, Problem
from cemaudit.language import message
from cemaudit.model import ClaimState, Item, SkipState, Text, faults, label
from cemaudit.model.answers import AnswerValue, Choice, Choices
from cemaudit.model.base import clean
from cemaudit.model.feelings import EMOTIONS, EXPECTATIONS, PERCEPTIONS
from cemaudit.model.visit import MOST_STEP_VISITS
from cemaudit.reading import NONE as NONE_ID
from cemaudit.reading import (
    OptionWords,
    read_answer,
    read_day,
    read_id,
    read_mark,
    read_time_or_moment,
    read_whole,
    read_yes_no,
)

__all__ = ["NONE", "read_reply", "skip", "today"]

NONE = "-"
"""Chooses nothing of several options."""


Changes = dict[str, Any]


def read_reply(question: EntryQuestion, text: str, draft: Draft) -> Changes:
    """The changes a reply makes, ``BadInput`` where it does not fit; an empty one leaves an optional question empty."""
    if not text.strip():
        if question.required:
            raise BadInput(Problem(message("an answer is needed here"), hint=message("/skip leaves it, with a reason")))
        return {question.name: None}
    changes = _READ[question.kind](question, clean(text), draft)
    _refuse_impossible(draft, changes)
    return changes


def skip(item: Item, state: SkipState, reason: str) -> Changes:
    """The changes that leave an item without an answer; ``BadInput`` where it always applies."""
    if item.na == "refuse" and state is SkipState.NOT_APPLICABLE:
        what = message("this question always applies")
        raise BadInput(Problem(what, hint=message("answer it, or skip it as not observed")))
    return {f"skipped.{item.id}": {"state": state.value, "reason": reason or None}, f"answers.{item.id}": None}


def today() -> date:
    """The calendar day on this machine."""
    return datetime.now(UTC).astimezone().date()


def _answer(question: EntryQuestion, text: str, _draft: Draft) -> Changes:
    item = question.item
    if item is None:
        raise TypeError(question)
    value = _value(item, text)
    return {question.name: _plain(value), f"skipped.{item.id}": None}


def _value(item: Item, text: str) -> AnswerValue:
    kind = item.answer
    if isinstance(kind, Choices):
        return read_answer(kind, NONE_ID if text == NONE else _by_numbers(kind, text))
    return read_answer(kind, _by_numbers(kind, text) if isinstance(kind, Choice) else text, today=today())


def _by_numbers(kind: Choice | Choices, text: str) -> str:
    """The text with the numbers of the screen made the options they stand before."""
    ids = [option.id for option in kind.options]
    words = text.replace(",", " ").replace(";", " ").split()
    if any(option_id.isdecimal() for option_id in ids):
        return text
    if isinstance(kind, Choice) and len(words) > 1:
        return text
    labels = OptionWords({option.id: option.label for option in kind.options})
    meant = [word if word in ids else _numbered(word, ids) or labels.find(word) for word in words]
    return " ".join(option_id or "" for option_id in meant) if all(meant) else text


def _numbered(word: str, ids: list[str]) -> str | None:
    """The id that a number on the screen stands before; ``None`` where there is no such number."""
    try:
        number = read_whole(word)
    except BadInput:
        return None
    return ids[number - 1] if 1 <= number <= len(ids) else None


def _plain(value: AnswerValue) -> Any:
    """An answer as JSON keeps it."""
    if isinstance(value, Decimal):
        return float(value)
    return list(value) if isinstance(value, tuple) else value


def _mark(words: Mapping[int, Text]) -> Callable[[EntryQuestion, str, Draft], Changes]:
    def read(question: EntryQuestion, text: str, _draft: Draft) -> Changes:
        return {question.name: read_mark(text, min(words), max(words), words)}

    return read


def _expectation(question: EntryQuestion, text: str, draft: Draft) -> Changes:
    """A mark, and, where it is compared with what was met, the moment it was given for good."""
    changes = _mark(EXPECTATIONS)(question, text, draft)
    if question.touchpoint and question.touchpoint.perceived:
        changes = {**changes, "expected": datetime.now(UTC).astimezone().isoformat(timespec="seconds")}
    return changes


def _one_of(titles: Mapping[str, Text], text: str) -> str:
    """The id meant by itself, its title, or its number on the screen."""
    ids = list(titles)
    return (None if text in ids else _numbered(text, ids)) or OptionWords(titles).read(text)


def _scenario(question: EntryQuestion, text: str, draft: Draft) -> Changes:
    return {question.name: _one_of({scenario.id: scenario.title for scenario in draft.checklist.scenarios}, text)}


def _persona(question: EntryQuestion, text: str, draft: Draft) -> Changes:
    return {question.name: _one_of({persona.id: persona.title for persona in draft.checklist.personas}, text)}


def _occasion(question: EntryQuestion, text: str, draft: Draft) -> Changes:
    return {question.name: _one_of({occasion.id: occasion.title for occasion in draft.checklist.occasions}, text)}


def _step(question: EntryQuestion, text: str, draft: Draft) -> Changes:
    return {question.name: _one_of({step.id: step.title for step in draft.checklist.steps}, text), "episode": None}


def _episode(question: EntryQuestion, text: str, draft: Draft) -> Changes:
    """The code of the treatment or order, and, after a space, which visit of it this is."""
    code, _, number = text.partition(" ")
    try:
        visit_number = read_mark(number, 1, MOST_STEP_VISITS) if number.strip() else 1
    except BadInput as error:
        raise BadInput(Problem(message("expected a code, a space and a number, found {value}", value=text))) from error
    return {question.name: {"id": read_id(code), "step": draft.values["step"], "number": visit_number}}


def _consent(question: EntryQuestion, text: str, _draft: Draft) -> Changes:
    """The day of the consent, the reference of its form, and, after ``withdrawn``, the day it was taken back."""
    match = _CONSENT.fullmatch(text)
    try:
        days = [day and read_day(day, today()) for day in match.group("given", "withdrawn")] if match else []
    except BadInput:
        days = []
    if match is None or not days:
        example = message("a day and a reference, like 2026-11-02 F-014")
        raise BadInput(Problem(message("expected {what}, found {value}", what=example, value=text)))
    given, withdrawn = (day.isoformat() if day else None for day in days)
    return {question.name: {"date": given, "form": match["form"], "withdrawn": withdrawn}}


def _briefing(question: EntryQuestion, text: str, _draft: Draft) -> Changes:
    if not _says_yes(text):
        what = message("the visit can be entered once the briefing is acknowledged")
        raise BadInput(Problem(what, hint=message("type y, or Ctrl-C to stop here")))
    return {question.name: datetime.now(UTC).astimezone().isoformat(timespec="seconds")}


def _says_yes(text: str) -> bool:
    try:
        return read_yes_no(text)
    except BadInput:
        return False


def _day(question: EntryQuestion, text: str, _draft: Draft) -> Changes:
    day = read_day(text, today())
    if day > today():
        what = message("the visit cannot be after today: {day}", day=day.isoformat())
        raise BadInput(Problem(what, hint=message("type the day you were there")))
    return {question.name: day.isoformat(), "started": None, "finished": None}


def _time(question: EntryQuestion, text: str, draft: Draft) -> Changes:
    day = date.fromisoformat(draft.values["day"])
    moment = read_time_or_moment(text, day, lambda local: local.astimezone()).astimezone()
    times = {name: draft.values.get(name) for name in ("started", "finished")} | {question.name: moment.isoformat()}
    started, finished = (datetime.fromisoformat(value) if value else None for value in times.values())
    now = datetime.now(UTC).astimezone()
    wrong = [doubt.problem for doubt in time_doubts(started, finished, now) if doubt.must]
    if wrong:
        raise BadInput(wrong)
    return {question.name: moment.isoformat()}


def _words(question: EntryQuestion, text: str, _draft: Draft) -> Changes:
    return {question.name: text}


def _complaints(question: EntryQuestion, text: str, _draft: Draft) -> Changes:
    changes: Changes = {question.name: [text]}
    if question.touchpoint and question.name == f"claims.{question.touchpoint.id}":
        changes[f"states.{question.touchpoint.id}"] = []  # what became of another claim is asked anew
    return changes


def _claim_state(question: EntryQuestion, text: str, draft: Draft) -> Changes:
    """What became of the claims at a touchpoint, the same for each."""
    claims = draft.values[f"claims.{question.touchpoint.id}"] if question.touchpoint else ()
    return {question.name: [_one_of({state.value: label(state) for state in ClaimState}, text)] * len(claims)}


def _no_reply(question: EntryQuestion, _text: str, _draft: Draft) -> Changes:
    raise TypeError(question)  # evidence is taken in, not read


def _refuse_impossible(draft: Draft, changes: Mapping[str, Any]) -> None:
    try:
        draft.visit_with(changes)
    except ValidationError as error:
        raise BadInput(faults.problems(error, {})) from error


_CONSENT = re.compile(r"(?P<given>\S+)\s+(?P<form>\S.*?)(?:\s+(?:withdrawn|철회)\s+(?P<withdrawn>\S+))?")
_READ: dict[QuestionKind, Callable[[EntryQuestion, str, Draft], Changes]] = {
    QuestionKind.SCENARIO: _scenario,
    QuestionKind.PERSONA: _persona,
    QuestionKind.OCCASION: _occasion,
    QuestionKind.STEP: _step,
    QuestionKind.EPISODE: _episode,
    QuestionKind.CONSENT: _consent,
    QuestionKind.BRIEFING: _briefing,
    QuestionKind.DAY: _day,
    QuestionKind.TIME: _time,
    QuestionKind.EXPECTATION: _expectation,
    QuestionKind.PERCEPTION: _mark(PERCEPTIONS),
    QuestionKind.ANSWER: _answer,
    QuestionKind.NOTE: _words,
    QuestionKind.EVIDENCE: _no_reply,
    QuestionKind.EMOTION: _mark(EMOTIONS),
    QuestionKind.COMPLAINT: _complaints,
    QuestionKind.CLAIM_STATE: _claim_state,
}

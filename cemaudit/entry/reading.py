"""What a typed line says in reply to a question: the changes it makes to the draft, or what was expected."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from cemaudit.entry.clock import read_day, read_moment, read_time
from cemaudit.entry.doubts.times import time_doubts
from cemaudit.entry.draft import Draft
from cemaudit.entry.questions import EntryQuestion, QuestionKind
from cemaudit.errors import BadInput, Problem, nearest
from cemaudit.language import message
from cemaudit.model import ClaimState, Item, SkipState, faults
from cemaudit.model.answers import AnswerType, AnswerValue, Choice, Choices, Date, Quantity, Time
from cemaudit.model.base import clean

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
    problem = item.answer.problem(value)
    if problem:
        raise BadInput(problem)
    return {question.name: _plain(value), f"skipped.{item.id}": None}


def _value(item: Item, text: str) -> AnswerValue:
    kind = item.answer
    if isinstance(kind, Choices):
        if text == NONE:
            return ()
        words = text.replace(",", " ").replace(";", " ").split()
        return tuple(dict.fromkeys(_option(kind, word) for word in words))
    if isinstance(kind, Choice):
        return _option(kind, text)
    try:
        return _typed(kind, text)
    except (ValueError, ArithmeticError) as error:
        raise BadInput(kind.problem(text) or Problem(message("not an answer: {value}", value=text))) from error


def _typed(kind: AnswerType, text: str) -> AnswerValue:
    """A day, time or amount as people write it, other answers as tables hold them."""
    if isinstance(kind, Date):
        return read_day(text, today()).isoformat()
    if isinstance(kind, Time):
        return read_time(text).strftime("%H:%M")
    if isinstance(kind, Quantity):
        return kind.read(text.removesuffix(kind.unit_shown).removesuffix(kind.unit))
    return kind.read(text)


def _option(kind: Choice | Choices, word: str) -> str:
    """The option meant by its id, its words, or its number on the screen."""
    ids = [option.id for option in kind.options]
    by_id = {option_id.lower(): option_id for option_id in ids}
    if word.lower() in by_id:
        return by_id[word.lower()]
    if word.isdecimal() and 1 <= int(word) <= len(ids) and not any(option_id.isdecimal() for option_id in ids):
        return ids[int(word) - 1]
    for option in kind.options:
        if word.lower() in {str(option.label.ko).lower(), str(option.label.en).lower()}:
            return option.id
    raise BadInput(Problem(message("no such option: {option}", option=word), hint=nearest(word, ids)))


def _plain(value: AnswerValue) -> Any:
    """An answer as JSON keeps it."""
    if isinstance(value, Decimal):
        return float(value)
    return list(value) if isinstance(value, tuple) else value


def _whole(low: int, high: int) -> Callable[[EntryQuestion, str, Draft], Changes]:
    def read(question: EntryQuestion, text: str, _draft: Draft) -> Changes:
        word = text.replace("\N{MINUS SIGN}", "-")
        if word.lstrip("+-").isdecimal() and len(word) < 4 and low <= int(word) <= high:
            return {question.name: int(word)}
        what = message("expected a whole number from {low} to {high}, found {value}", low=low, high=high, value=text)
        raise BadInput(Problem(what))

    return read


def _expectation(question: EntryQuestion, text: str, draft: Draft) -> Changes:
    """A mark, and, where it is compared with what was met, the moment it was given for good."""
    changes = _whole(1, 7)(question, text, draft)
    if question.touchpoint and question.touchpoint.perceived:
        changes = {**changes, "expected": datetime.now(UTC).astimezone().isoformat(timespec="seconds")}
    return changes


def _one_of(ids: list[str], text: str) -> str:
    if text.isdecimal() and 1 <= int(text) <= len(ids):
        return ids[int(text) - 1]
    if text in ids:
        return text
    raise BadInput(Problem(message("no such option: {option}", option=text), hint=nearest(text, ids)))


def _scenario(question: EntryQuestion, text: str, draft: Draft) -> Changes:
    return {question.name: _one_of([scenario.id for scenario in draft.checklist.scenarios], text)}


def _persona(question: EntryQuestion, text: str, draft: Draft) -> Changes:
    return {question.name: _one_of([persona.id for persona in draft.checklist.personas], text)}


def _occasion(question: EntryQuestion, text: str, draft: Draft) -> Changes:
    return {question.name: _one_of([occasion.id for occasion in draft.checklist.occasions], text)}


def _step(question: EntryQuestion, text: str, draft: Draft) -> Changes:
    return {question.name: _one_of([step.id for step in draft.checklist.steps], text), "episode": None}


def _episode(question: EntryQuestion, text: str, draft: Draft) -> Changes:
    """The code of the treatment or order, and, after a space, which visit of it this is."""
    code, _, number = text.partition(" ")
    if number and not (number.strip().isdecimal() and len(number) < 4):
        raise BadInput(Problem(message("expected a code, a space and a number, found {value}", value=text)))
    return {question.name: {"id": code, "step": draft.values["step"], "number": int(number or 1)}}


def _consent(question: EntryQuestion, text: str, _draft: Draft) -> Changes:
    """The day of the consent, the reference of its form, and, after ``withdrawn``, the day it was taken back."""
    match = _CONSENT.fullmatch(text)
    try:
        days = [day and read_day(day, today()) for day in match.group("given", "withdrawn")] if match else []
    except ValueError:
        days = []
    if match is None or not days:
        example = message("a day and a reference, like 2026-11-02 F-014")
        raise BadInput(Problem(message("expected {what}, found {value}", what=example, value=text)))
    given, withdrawn = (day.isoformat() if day else None for day in days)
    return {question.name: {"date": given, "form": match["form"], "withdrawn": withdrawn}}


def _briefing(question: EntryQuestion, text: str, _draft: Draft) -> Changes:
    if text.lower() not in {"y", "yes", "예", "네", "ㅇ"}:
        what = message("the visit can be entered once the briefing is acknowledged")
        raise BadInput(Problem(what, hint=message("type y, or Ctrl-C to stop here")))
    return {question.name: datetime.now(UTC).astimezone().isoformat(timespec="seconds")}


def _day(question: EntryQuestion, text: str, _draft: Draft) -> Changes:
    try:
        day = read_day(text, today())
    except ValueError as error:
        raise BadInput(Problem(message("expected {what}, found {value}", what=_A_DAY, value=text))) from error
    if day > today():
        what = message("the visit cannot be after today: {day}", day=day.isoformat())
        raise BadInput(Problem(what, hint=message("type the day you were there")))
    return {question.name: day.isoformat(), "started": None, "finished": None}


def _time(question: EntryQuestion, text: str, draft: Draft) -> Changes:
    try:
        moment = read_moment(text, date.fromisoformat(draft.values["day"]))
    except ValueError as error:
        raise BadInput(Problem(message("expected {what}, found {value}", what=_A_TIME, value=text))) from error
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
    return {question.name: [_one_of(list(ClaimState), text)] * len(claims)}


def _no_reply(question: EntryQuestion, _text: str, _draft: Draft) -> Changes:
    raise TypeError(question)  # evidence is taken in, not read


def _refuse_impossible(draft: Draft, changes: Mapping[str, Any]) -> None:
    try:
        draft.visit_with(changes)
    except ValidationError as error:
        raise BadInput(faults.problems(error, {})) from error


_A_DAY = message("a day like 2026-11-21 or 11-21")
_CONSENT = re.compile(r"(?P<given>\S+)\s+(?P<form>\S.*?)(?:\s+(?:withdrawn|철회)\s+(?P<withdrawn>\S+))?")
_A_TIME = message("a time like 14:05 or 2:05 pm")
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
    QuestionKind.PERCEPTION: _whole(1, 7),
    QuestionKind.ANSWER: _answer,
    QuestionKind.NOTE: _words,
    QuestionKind.EVIDENCE: _no_reply,
    QuestionKind.EMOTION: _whole(-3, 3),
    QuestionKind.COMPLAINT: _complaints,
    QuestionKind.CLAIM_STATE: _claim_state,
}

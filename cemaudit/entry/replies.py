"""What a typed line says in reply to a question: the changes it makes to the draft, or what was expected."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple

from pydantic import ValidationError

from cemaudit.entry.doubts.times import time_doubts
from cemaudit.entry.draft import Draft
from cemaudit.entry.questionnaire import EntryQuestion, QuestionKind, questions, went_badly
from cemaudit.errors import BadInput, Problem, Sayable
from cemaudit.language import Message, message
from cemaudit.model import ClaimState, Item, SkipState, Text, faults, label
from cemaudit.model.answers import AnswerType, AnswerValue, Choice, Choices, Quantity, TextAnswer, Time
from cemaudit.model.base import clean
from cemaudit.model.feelings import EMOTIONS, EXPECTATIONS, PERCEPTIONS
from cemaudit.model.visit import MOST_STEP_VISITS
from cemaudit.reading import NONE as NONE_ID
from cemaudit.reading import (
    SECONDS_OF_UNIT,
    OptionWords,
    read_answer,
    read_day,
    read_id,
    read_mark,
    read_time_or_moment,
    read_whole,
    read_yes_no,
)

__all__ = [
    "NONE",
    "Reply",
    "can_be_timed",
    "elapsed_text",
    "is_answered_in_a_word",
    "next_in_a_word",
    "read_replies",
    "read_reply",
    "remarks",
    "skip",
    "skip_feeling",
    "starts_stopwatch",
    "today",
]

_STOPWATCH_WORDS = frozenset({"t", "ㅅ"})
"""The letter, also as the same key types it on a Korean keyboard."""

_TIMED_UNITS = frozenset({"s", "min"})


def can_be_timed(kind: AnswerType) -> bool:
    """Return whether a stopwatch can give the answer: a duration in seconds or minutes, of any length."""
    return isinstance(kind, Quantity) and kind.type == "duration" and kind.unit in _TIMED_UNITS and not kind.one_of


def starts_stopwatch(line: str) -> bool:
    """Return whether a line starts the stopwatch."""
    return line.strip().lower() in _STOPWATCH_WORDS


def elapsed_text(unit: str, seconds: float) -> str:
    """Return so many seconds as one would type them in a unit, to a tenth."""
    return f"{seconds / SECONDS_OF_UNIT[unit]:.1f}"


NONE = "-"
"""Chooses nothing of several options."""


_THREE_DIGITS = re.compile(r"[0-9]{3}(?![0-9])")
_YEAR = re.compile(r"20[0-9]{2}|[0-9]{2}[.][ ]?[0-9]{1,2}[.][ ]?[0-9]{1,2}|[0-9]{8}|어제|그저께|yesterday")
_BARE_HOUR = re.compile(r"[0-9]{1,2}")
"""Among several words it may be half of a time, as in ``2 05``."""

_ASKED_AFTERWARDS = {QuestionKind.NOTE, QuestionKind.EVIDENCE}
Changes = dict[str, Any]


class Reply(NamedTuple):
    """What a line says to a question: the changes it makes to the draft, by name."""

    question: EntryQuestion
    changes: Changes


def read_reply(question: EntryQuestion, text: str, draft: Draft) -> Changes:
    """The changes a reply makes, ``BadInput`` where it does not fit; an empty one leaves an optional question empty."""
    if not text.strip():
        if question.required:
            raise BadInput(Problem(message("an answer is needed here"), hint=_way_out(question)))
        return {question.name: None}
    changes = _READ[question.kind](question, clean(text), draft)
    _refuse_impossible(draft, changes)
    return changes


def read_replies(question: EntryQuestion, line: str, draft: Draft) -> list[Reply]:
    """What a line says to a question, or, where it is no reply to that alone, its words to it and those after it.

    The words must all fit, each the next open question in the order of the draft before the line; notes and evidence
    are asked for afterwards. ``BadInput`` as for the whole line where they do not.
    """
    try:
        return [Reply(question, read_reply(question, line, draft))]
    except BadInput:
        replies = _read_words(question, line.split(), draft)
        if not replies:
            raise
        return replies


def next_in_a_word(question: EntryQuestion, draft: Draft) -> EntryQuestion | None:
    """The open question after ``question`` that is answered in a word; ``None`` where another kind comes first."""
    arising = questions(draft)
    names = [entry.name for entry in arising]
    if question.name not in names:
        return None
    for after in arising[names.index(question.name) + 1 :]:
        if after.kind not in _ASKED_AFTERWARDS:
            return after if is_answered_in_a_word(after) and after.is_open(draft.values) else None
    return None


def _read_words(question: EntryQuestion, words: Sequence[str], draft: Draft) -> list[Reply]:
    """Each word as the reply to the next question; nothing where one does not fit or another question comes between."""
    if len(words) < 2 or not is_answered_in_a_word(question) or _looks_like_one_number(words):
        return []
    before, replies = draft, []
    following: EntryQuestion | None = question
    for word in words:
        if following is None or (_asks_for_a_time(following) and _BARE_HOUR.fullmatch(word)):
            return []
        try:
            replies.append(Reply(following, read_reply(following, word, draft)))
        except BadInput:
            return []
        draft = draft.with_changes(replies[-1].changes)
        known_next, following = (next_in_a_word(following, version) for version in (before, draft))
        if known_next != following:
            following = None  # an answer of this line brings another question, which nobody could know
    return replies


def remarks(before: Draft, after: Draft, line: str) -> Iterator[Message]:
    """What a line changed or guessed beside what it says: a year that was not typed, times that are asked again."""
    old, new = before.values, after.values
    for name in ("day", "date", "until"):
        day = new.get(name)
        if day and day != old.get(name) and not _YEAR.search(line) and day[:4] != str(today().year):
            yield message("no year was typed: {year} was taken; /back changes it", year=day[:4])
    if any(old.get(name) and not new.get(name) for name in ("started", "finished", "until")):
        yield message("the times that no longer fit are asked again; /undo takes this back")
    if new.get("finished") and new["finished"] == new.get("started") and old.get("finished") != new["finished"]:
        yield message("the visit took no minute at all; /back changes it")
    visit = after.visit
    if visit.expected and not visit.expected_before and old.get("started") != new.get("started"):
        yield message("the expectations were noted after the visit began: kept, but no gap is taken")


def is_answered_in_a_word(question: EntryQuestion) -> bool:
    """Whether a word answers a question, so that answers to others may stand beside it."""
    if question.kind is QuestionKind.ANSWER and question.item:
        return not isinstance(question.item.answer, Choices | TextAnswer)
    return question.is_feeling or question.kind in {QuestionKind.DAY, QuestionKind.TIME}


def _asks_for_a_time(question: EntryQuestion) -> bool:
    return question.kind is QuestionKind.TIME or bool(question.item and isinstance(question.item.answer, Time))


def _looks_like_one_number(words: Sequence[str]) -> bool:
    """Whether two words may be one number whose thousands stand apart, as in ``1 500``."""
    return any(before.isdecimal() and _THREE_DIGITS.match(word) for before, word in pairwise(words))


def _way_out(question: EntryQuestion) -> Sayable:
    """What to do where no answer can be given."""
    if question.is_feeling or question.kind is QuestionKind.ANSWER:
        return message("/skip leaves it, with a reason")
    return message("/quit stops here; everything is kept")


def skip(item: Item, state: SkipState, reason: str) -> Changes:
    """The changes that leave an item without an answer; ``BadInput`` where it always applies."""
    if item.na == "refuse" and state is SkipState.NOT_APPLICABLE:
        cause = message("this question always applies")
        raise BadInput(Problem(cause, hint=message("answer it, or skip it as not observed")))
    return {f"skipped.{item.id}": _skip(state, reason), f"answers.{item.id}": None}


def skip_feeling(question: EntryQuestion, state: SkipState, reason: str) -> Changes:
    """The changes that leave a feeling or an expectation; ``BadInput`` for not applicable: then it is not asked."""
    if state is SkipState.NOT_APPLICABLE:
        cause = message("what can be met here can be felt, too")
        raise BadInput(Problem(cause, hint=message("no: could not be told; de: not to be said")))
    return {question.name: None, f"feelings_skipped.{question.name}": _skip(state, reason)}


def _skip(state: SkipState, reason: str) -> dict[str, str | None]:
    return {"state": state.value, "reason": " ".join(clean(reason).split()) or None}


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
    if not isinstance(kind, Choice | Choices):
        return read_answer(kind, text, today=today())
    try:
        return read_answer(kind, NONE_ID if text == NONE and isinstance(kind, Choices) else _by_numbers(kind, text))
    except BadInput as error:
        ids = [option.id for option in kind.options]
        raise _on_the_screen(error, ids if any(option_id.isdecimal() for option_id in ids) else len(ids)) from error


def _on_the_screen(error: BadInput, choices: int | Sequence[str]) -> BadInput:
    """The refusal of a choice, with what the screen shows in place of ids: so many numbers, or these words."""
    hint = (
        message("type a number from 1 to {most}, or the words beside it", most=choices)
        if isinstance(choices, int)
        else message("type one of: {names}", names=", ".join(choices))
    )
    return BadInput(replace(problem, hint=hint) for problem in error.problems)


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
    def read(question: EntryQuestion, text: str, draft: Draft) -> Changes:
        skipped = f"feelings_skipped.{question.name}"
        taken_back = {skipped: None} if draft.values.get(skipped) else {}
        return {question.name: read_mark(text, min(words), max(words), OptionWords.of_marks(words)), **taken_back}

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
    try:
        return (None if text in ids else _numbered(text, ids)) or OptionWords(titles).read(text)
    except BadInput as error:
        raise _on_the_screen(error, len(ids)) from error


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
    if not code[0].isalnum():
        raise BadInput(Problem(message("a code begins with a letter or a digit: {value}", value=code)))
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
    given_on, withdrawn_on = (day.isoformat() if day else None for day in days)
    return {question.name: {"date": given_on, "form": match["form"], "withdrawn": withdrawn_on}}


def _briefing(question: EntryQuestion, text: str, _draft: Draft) -> Changes:
    if not _says_yes(text):
        cause = message("the visit can be entered once the briefing is acknowledged")
        raise BadInput(Problem(cause, hint=message("type y, or Ctrl-C to stop here")))
    return {question.name: datetime.now(UTC).astimezone().isoformat(timespec="seconds")}


def _says_yes(text: str) -> bool:
    try:
        return read_yes_no(text)
    except BadInput:
        return False


def _day(question: EntryQuestion, text: str, draft: Draft) -> Changes:
    day = read_day(text, today())
    if day > today():
        cause = message("the visit cannot be after today: {day}", day=day.isoformat())
        raise BadInput(Problem(cause, hint=message("type the day you were there")))
    if question.name == "day":
        return {question.name: day.isoformat(), "started": None, "finished": None}
    first = draft.values.get("date")
    if question.name == "until" and first and day.isoformat() < first:
        raise BadInput(Problem(message("{day} is before the first day, {first}", day=day.isoformat(), first=first)))
    later = draft.values.get("until")
    ends_before = question.name == "date" and later and later < day.isoformat()
    return {question.name: day.isoformat()} | ({"until": None} if ends_before else {})


def _time(question: EntryQuestion, text: str, draft: Draft) -> Changes:
    day = date.fromisoformat(draft.values["day"])
    moment = read_time_or_moment(text, day, lambda local: local.astimezone()).astimezone()
    times = {name: draft.values.get(name) for name in ("started", "finished")} | {question.name: moment.isoformat()}
    started, finished = (datetime.fromisoformat(value) if value else None for value in times.values())
    if question.name == "started" and finished and finished < moment:
        finished = None  # whoever moves a visit says when it began first; the end is asked again
    now = datetime.now(UTC).astimezone()
    wrong = [doubt.problem for doubt in time_doubts(started, finished, now) if doubt.must]
    if wrong:
        raise BadInput(wrong)
    gone = {"finished": None} if times["finished"] and finished is None else {}
    return {question.name: moment.isoformat(), **gone}


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


def _where(_question: EntryQuestion, text: str, draft: Draft) -> Changes:
    """The touchpoint of a claim or blame: by its number among those that went badly, or any by its title or id."""
    touchpoints = draft.checklist.touchpoints
    bad = [touchpoint.id for touchpoint in went_badly(draft)]
    titles = {touchpoint.id: touchpoint.title for touchpoint in touchpoints}
    chosen = _numbered(text, bad) or OptionWords(titles).find(text)
    if chosen is None:
        hint = message("type a number of the list, or the name of a touchpoint; an empty line ends it")
        raise BadInput(Problem(message("no such touchpoint: {value}", value=text), hint=hint))
    return {f"complained.{chosen}": True}


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
    QuestionKind.COMPLAINTS: _where,
}

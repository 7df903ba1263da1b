"""Questions in words: the banner, the question with its choices, help, and what was said."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from cemaudit.entry.briefing import briefing
from cemaudit.entry.draft import Draft
from cemaudit.entry.questions import EntryQuestion, QuestionKind
from cemaudit.entry.reading import NONE, today
from cemaudit.exchange.question_texts import expectation_text, question_text
from cemaudit.language import N_, message, printable, translate
from cemaudit.model import Checklist, ClaimState, Scenario, SkipState, Step, Text, label
from cemaudit.model.answers import AnswerType, Choice, Choices, Date, Nps, Quantity, Scale, Time, YesNo
from cemaudit.model.base import shown_exactly
from cemaudit.model.checklist import Circumstance
from cemaudit.model.feelings import EMOTIONS, EXPECTATIONS, PERCEPTIONS

__all__ = ["SKIPS", "ask_line", "banner", "described", "helped", "shown_value"]

SKIPS = {
    SkipState.NOT_APPLICABLE: N_("not applicable"),
    SkipState.NOT_OBSERVED: N_("not observed"),
    SkipState.DECLINED: N_("declined"),
}
"""Why an item may be left without an answer, in words."""

_PLAIN = {
    QuestionKind.BRIEFING: N_("Have you read this, and will you keep to it? y"),
    QuestionKind.EPISODE: N_(
        "Code of the treatment or order (and, after a space, which visit of this step: 1, 2, ...)"
    ),
    QuestionKind.CONSENT: N_("Consent of the customer: the day it was given, and the reference of the signed form"),
    QuestionKind.EVIDENCE: N_("Evidence: the path of a photo, receipt or recording (drag the file here; empty: none)"),
}
_SHARED = {"day": "day", "started": "arrival", "finished": "departure", "claims": "claim", "blames": "blame"}
"""The questions of every door by the name of the terminal's, where its kind does not say it."""


def banner(draft: Draft, question: EntryQuestion, done: int, whole: int) -> str:
    """Which store, day and touchpoint, and how much is done: shown with every question."""
    values = draft.values
    store = " ".join(filter(None, (values["store"], values.get("store_name"))))
    parts = [
        store,
        values.get("day") or values.get("date") or "",
        str((question.touchpoint and question.touchpoint.title) or ""),
    ]
    return f"[{' · '.join(printable(part) for part in parts if part)} · {done}/{whole}]"


def ask_line(question: EntryQuestion, checklist: Checklist | None = None) -> str:
    """The question itself, in the words of the checklist's sector."""
    if question.kind is QuestionKind.ANSWER and question.item:
        return f"{question.item.id}  {question.item.ask}"
    if question.kind is QuestionKind.NOTE and question.item:
        return str(message("Note on {item} (several lines; an empty line ends it)", item=question.item.id))
    if question.kind is QuestionKind.EVIDENCE and question.item:
        return f"{question.item.id}  {translate(_PLAIN[question.kind])}"
    if question.kind in _PLAIN:
        return translate(_PLAIN[question.kind])
    if question.kind is QuestionKind.EXPECTATION and question.touchpoint:
        text = expectation_text(question.touchpoint, checklist)
    else:
        name = question.name.partition(".")[0]
        text = question_text(_SHARED.get(name, question.kind), checklist)
    return _with_how_to_answer(question.kind, text)


def _with_how_to_answer(kind: QuestionKind, text: Text) -> str:
    """The question with what is typed for an answer, or what an empty line means."""
    if kind in _MARKS:
        return str(
            message("{question} ({low} to {high})", question=text, low=min(_MARKS[kind]), high=max(_MARKS[kind]))
        )
    if kind is QuestionKind.COMPLAINT:
        return str(message("{question} (empty: nothing)", question=text))
    if kind is QuestionKind.CLAIM_STATE:
        return str(message("{question} (empty: not noted)", question=text))
    return str(text)


def described(question: EntryQuestion, draft: Draft) -> Iterator[str]:
    """The lines below the question: its choices, numbered, or what fits."""
    match question.kind:
        case kind if kind in _TITLED:
            yield from _numbered([one.title for one in _TITLED[kind](draft.checklist)])
        case QuestionKind.CLAIM_STATE:
            yield from _numbered([label(state) for state in ClaimState])
        case QuestionKind.BRIEFING:
            yield from _to_be_noted(draft)
        case QuestionKind.CONSENT:
            yield str(message("like 2026-11-02 F-014; no name. Withdrawn since: 2026-11-02 F-014 withdrawn 2026-11-20"))
        case QuestionKind.DAY:
            yield from _before_the_visit(draft)
            yield str(message("a day like 2026-11-21 or 11-21; today is {day}", day=today().isoformat()))
        case QuestionKind.TIME:
            yield str(message("a time like 14:05 or 2:05 pm; after midnight with its day: 11-22 00:40"))
        case QuestionKind.EXPECTATION | QuestionKind.PERCEPTION | QuestionKind.EMOTION as kind:
            yield from _marks(kind, question, draft)
        case QuestionKind.ANSWER if question.item:
            yield from _choices(question.item.answer)
        case QuestionKind.NOTE if question.item and question.required:
            least = question.item.least_note(draft.visit.answers[question.item.id])
            yield str(message("at least {least} characters, spaces not counted", least=least))


def _to_be_noted(draft: Draft) -> Iterator[str]:
    """Where a persona and an occasion are noted that the checklist declares and nobody has said yet."""
    declared = {"persona": draft.checklist.personas, "occasion": draft.checklist.occasions}
    ways = [f"/go {name}" for name, known in declared.items() if known and not draft.values.get(name)]
    if ways:
        yield str(message("as whom and on what occasion the visit is made, to be chosen: {ways}", ways=", ".join(ways)))


def _before_the_visit(draft: Draft) -> Iterator[str]:
    """When expectations were noted, and that the rest comes after the visit; nothing where none were asked."""
    if expected := draft.values.get("expected"):
        yield str(message("your expectations were noted at {moment}", moment=_local(expected)))
        yield str(message("if the visit is still to come, stop here (Ctrl-C) and go on afterwards: cemaudit resume"))


_MARKS: dict[QuestionKind, Mapping[int, Text]] = {
    QuestionKind.EXPECTATION: EXPECTATIONS,
    QuestionKind.PERCEPTION: PERCEPTIONS,
    QuestionKind.EMOTION: EMOTIONS,
}


def _marks(kind: QuestionKind, question: EntryQuestion, draft: Draft) -> Iterator[str]:
    """The marks of a feeling in words; before what was met, what was expected."""
    expected = draft.visit.expectations.get(question.touchpoint.id) if question.touchpoint else None
    if kind is QuestionKind.PERCEPTION and expected is not None:
        yield str(message("you expected: {mark} ({words})", mark=expected, words=EXPECTATIONS[expected]))
    width = max(len(str(mark)) for mark in _MARKS[kind])
    yield from (f"{mark:{width}}  {words}" for mark, words in _MARKS[kind].items())


def helped(question: EntryQuestion, draft: Draft) -> Iterator[str]:
    """How to judge an item; before the visit the whole briefing."""
    if question.kind in {QuestionKind.BRIEFING, QuestionKind.SCENARIO}:
        yield from briefing(draft.checklist, draft.values.get("scenario"))
    elif question.item and question.item.help:
        yield from str(question.item.help).splitlines()
    else:
        yield translate(N_("There is no further help on this question."))


def shown_value(question: EntryQuestion, draft: Draft) -> str | None:
    """What was said so far, as a person reads it; ``None`` where nothing was."""
    values = draft.values
    item = question.item
    if question.kind is QuestionKind.ANSWER and item:
        skipped = values.get(f"skipped.{item.id}")
        if skipped:
            words = translate(SKIPS[SkipState(skipped["state"])])
            return f"({words}: {skipped['reason']})" if skipped["reason"] else f"({words})"
        answer = draft.visit.answers.get(item.id)
        return None if answer is None else item.answer.show(answer)
    value = values.get(question.name)
    return None if value is None or value == [] else _shown(question, value, draft)


def _shown(question: EntryQuestion, value: Any, draft: Draft) -> str:
    title = _TITLED.get(question.kind)
    if title:
        return next((str(one.title) for one in title(draft.checklist) if one.id == value), str(value))
    show = _SHOWN.get(question.kind, str)
    return show(value)


def _local(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone().strftime("%Y-%m-%d %H:%M")


_TITLED: dict[QuestionKind, Callable[[Checklist], Sequence[Scenario | Circumstance | Step]]] = {
    QuestionKind.SCENARIO: lambda checklist: checklist.scenarios,
    QuestionKind.PERSONA: lambda checklist: checklist.personas,
    QuestionKind.OCCASION: lambda checklist: checklist.occasions,
    QuestionKind.STEP: lambda checklist: checklist.steps,
}
_SHOWN: dict[QuestionKind, Callable[[Any], str]] = {
    QuestionKind.EPISODE: lambda value: f"{value['id']} {value['number']}",
    QuestionKind.CONSENT: lambda value: " ".join(
        [value["date"], value["form"], *(["withdrawn", value["withdrawn"]] if value.get("withdrawn") else [])]
    ),
    QuestionKind.BRIEFING: _local,
    QuestionKind.TIME: _local,
    QuestionKind.EMOTION: lambda value: f"{value} ({EMOTIONS[value]})",
    QuestionKind.EXPECTATION: lambda value: f"{value} ({EXPECTATIONS[value]})",
    QuestionKind.PERCEPTION: lambda value: f"{value} ({PERCEPTIONS[value]})",
    QuestionKind.EVIDENCE: lambda value: ", ".join(piece["taken"]["name"] for piece in value),
    QuestionKind.COMPLAINT: " / ".join,
    QuestionKind.CLAIM_STATE: lambda value: " / ".join(
        str(label(ClaimState(state))) if state else "-" for state in value
    ),
}


def _choices(kind: AnswerType) -> Iterator[str]:
    match kind:
        case YesNo():
            yield str(message("y yes, n no"))
        case Choice() | Choices():
            yield from _options(kind)
        case Scale():
            ends = ", ".join(
                f"{number} = {words}" for number, words in ((kind.lowest, kind.low), (kind.highest, kind.high)) if words
            )
            yield str(message("a whole number from {low} to {high}", low=kind.lowest, high=kind.highest)) + (
                f" ({ends})" if ends else ""
            )
        case Nps():
            yield str(message("0 (not at all likely) to 10 (extremely likely)"))
        case Quantity():
            yield _amount(kind)
        case Date():
            yield str(message("a day like 2026-11-21 or 11-21"))
        case Time():
            yield str(message("a time like 14:05 or 2:05 pm"))
        case _:
            yield str(message("in your own words"))


def _options(kind: Choice | Choices) -> Iterator[str]:
    own_numbers = any(option.id.isdecimal() for option in kind.options)
    for number, option in enumerate(kind.options, 1):
        yield f"{option.id if own_numbers else number}  {option.label}"
    if isinstance(kind, Choices):
        yield str(message("several with spaces between; {none} for none of them", none=NONE))


def _amount(kind: Quantity) -> str:
    if kind.one_of:
        return str(message("one of {names}", names=", ".join(str(shown_exactly(one)) for one in kind.one_of)))
    unit = message("a number, in {unit}", unit=kind.unit_shown) if kind.unit else message("a number")
    low, high = (None if edge is None else shown_exactly(edge) for edge in (kind.min, kind.max))
    edges = f"{'' if low is None else low}..{'' if high is None else high}" if (low, high) != (None, None) else ""
    return f"{unit} ({edges})" if edges else str(unit)


def _numbered(titles: list[Text]) -> Iterator[str]:
    yield from (f"{number}  {title}" for number, title in enumerate(titles, 1))

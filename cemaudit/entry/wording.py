"""Questions in words: the banner, the question with its choices, help, and what was said."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from cemaudit.entry.draft import Draft
from cemaudit.entry.instructions import briefing
from cemaudit.entry.questionnaire import EntryQuestion, QuestionKind, went_badly
from cemaudit.entry.replies import NONE, is_answered_in_a_word, next_in_a_word, today
from cemaudit.errors import Problem, Sayable
from cemaudit.exchange.question_texts import expectation_text, question_text
from cemaudit.language import N_, message, printable, translate
from cemaudit.model import Checklist, ClaimState, Item, Scenario, SkipState, Step, Text, label
from cemaudit.model.answers import AnswerType, Choice, Choices, Date, Nps, Quantity, Scale, Time, YesNo
from cemaudit.model.base import shown_exactly
from cemaudit.model.checklist import Circumstance
from cemaudit.model.feelings import EMOTIONS, EXPECTATIONS, PERCEPTIONS
from cemaudit.model.visit_words import WordsInForce
from cemaudit.reading import SECONDS_OF_UNIT
from cemaudit.scoring.items import item_is_relevant

__all__ = [
    "SKIPS",
    "ask_line",
    "banner",
    "described",
    "helped",
    "in_words",
    "list_line",
    "listed_files",
    "shown_value",
    "skip_words",
]

SKIPS = {
    SkipState.NOT_APPLICABLE: N_("not applicable"),
    SkipState.NOT_OBSERVED: N_("not observed"),
    SkipState.DECLINED: N_("declined"),
}
"""Why an item may be left without an answer, in words."""

_FEELING_SKIPS = {
    SkipState.NOT_OBSERVED: N_("could not be told"),
    SkipState.DECLINED: N_("declined"),
}
"""Why a feeling or an expectation may be left, in words."""

_PLAIN = {
    QuestionKind.BRIEFING: N_("Have you read this, and will you keep to it? (y: yes)"),
    QuestionKind.EPISODE: N_(
        "Code of the treatment or order (and, after a space, which visit of this step: 1, 2, ...)"
    ),
    QuestionKind.COMPLAINTS: N_(
        "Where was a claim made, or is there a blame? A number or a name (empty: nowhere else)"
    ),
    QuestionKind.EVIDENCE: N_("Evidence: the path of a photo, receipt or recording (drag the file here; empty: none)"),
}
_SHARED = {
    "date": "first_day",
    "until": "last_day",
    "started": "arrival",
    "finished": "departure",
    "claims": "claim",
    "blames": "blame",
}
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


def ask_line(question: EntryQuestion, words: WordsInForce) -> str:
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
        text = expectation_text(question.touchpoint, words)
    else:
        text = question_text(_SHARED.get(question.name.partition(".")[0], question.kind), words)
    return _with_how_to_answer(question.kind, text)


def list_line(question: EntryQuestion, words: WordsInForce) -> str:
    """The question on one line of a list: its touchpoint where it names no item, and not how to answer it."""
    line = ask_line(question, words)
    if question.kind is QuestionKind.ANSWER:
        return line
    line = _HOW_TO_ANSWER.sub("", line)
    return line if question.item or not question.touchpoint else f"{question.touchpoint.title} · {line}"


_HOW_TO_ANSWER = re.compile(r" ?\([^()]*\)$")


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
    """The lines below a question: its choices, numbered, or what fits; what goes with it; what may follow it."""
    if question.kind in _LIKE:
        yield translate(_LIKE[question.kind])
    elif question.kind in _TITLED:
        yield from _numbered([option.title for option in _TITLED[question.kind](draft.checklist)])
    elif question.item:
        yield from _about_item(question, question.item, draft)
    else:
        yield from _about_visit(question, draft)
    yield from _may_follow(question, draft)


_LIKE = {
    QuestionKind.EPISODE: N_("the code the programme gave, no name; a second or third visit of this step adds 2, 3"),
    QuestionKind.CONSENT: N_("like 2026-11-02 F-014; no name. Withdrawn since: 2026-11-02 F-014 withdrawn 2026-11-20"),
    QuestionKind.TIME: N_("a time like 14:05 or 2:05 pm; after midnight with its day: 11-22 00:40"),
}


def _about_item(question: EntryQuestion, item: Item, draft: Draft) -> Iterator[str]:
    answer = draft.visit.answers.get(item.id)
    if question.kind is QuestionKind.ANSWER:
        yield from _choices(item.answer)
        yield from _to_be_given(item)
        pieces = draft.values.get(f"evidence.{item.id}") or ()
        yield from (str(message("attached: {file}", file=file)) for file in listed_files(pieces))
    elif question.kind is QuestionKind.NOTE and question.required and answer is not None:
        yield str(message("at least {least} characters, spaces not counted", least=item.least_note(answer)))
    elif question.kind is QuestionKind.EVIDENCE and answer is not None and item.wants_evidence(answer):
        yield str(message("required after this answer; left empty, a reason is asked for at the end"))


def _about_visit(question: EntryQuestion, draft: Draft) -> Iterator[str]:
    match question.kind:
        case QuestionKind.BRIEFING:
            yield from _to_be_noted(draft)
        case QuestionKind.DAY:
            yield from _before_the_visit(question, draft)
            yield str(message("a day like 2026-11-21 or 11-21; today is {day}", day=today().isoformat()))
        case QuestionKind.EXPECTATION | QuestionKind.PERCEPTION | QuestionKind.EMOTION as kind:
            yield from _marks(kind, question, draft)
        case QuestionKind.CLAIM_STATE:
            yield from _numbered([label(state) for state in ClaimState])
        case QuestionKind.COMPLAINTS:
            yield from _numbered([touchpoint.title for touchpoint in went_badly(draft)])
            yield str(message("claim: something you asked to be put right; blame: something you hold against them"))


def _to_be_given(item: Item) -> Iterator[str]:
    """The evidence and the note that an answer must or may come with, said before it is given."""
    match item.evidence:
        case "required":
            yield str(message("with a photo, receipt or recording, which is asked for next"))
        case "required-if-failed":
            yield str(message("where it was not as it should be, a photo, receipt or recording is asked for next"))
        case "optional":
            yield str(message("a photo, receipt or recording can be added: /photo PATH"))
    if item.note and item.note.when == "always":
        yield str(message("with a note of at least {least} characters, asked for next", least=item.note.at_least))
    elif item.note:
        text = N_("where it was not as it should be, a note of at least {least} characters is asked for next")
        yield str(message(text, least=item.note.at_least))


def listed_files(pieces: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The files kept as evidence, by their numbers, with their captions."""
    for number, piece in enumerate(pieces, 1):
        caption = f" | {piece['caption']}" if piece["caption"] else ""
        yield f"{number} {piece['taken']['name']}{caption}"


def _may_follow(question: EntryQuestion, draft: Draft) -> Iterator[str]:
    """The questions at the same place that may be answered on the same line, as far as nothing must be seen for it."""
    lines: list[str] = []
    place = question.touchpoint
    following = (
        next_in_a_word(question, draft) if question.is_open(draft.values) and is_answered_in_a_word(question) else None
    )
    while following and (following.touchpoint is None) == (place is None) and len(lines) < _MOST_FOLLOWING:
        how = _in_short(following)
        if how is None or _may_bring_another(question, following, draft):
            break
        title = f"{following.touchpoint.title} · " if following.touchpoint and following.touchpoint is not place else ""
        lines.append(f"  {title}{ask_line(following, draft.words)}{how}")
        place, following = following.touchpoint, next_in_a_word(following, draft)
    if lines:
        yield str(message("on the same line may follow:"))
        yield from lines


_MOST_FOLLOWING = 3
_FEW_OPTIONS = 4


def _in_short(question: EntryQuestion) -> str | None:
    """How a question is answered, beside it on one line; ``None`` where that takes more than a line."""
    if question.item is None:
        return ""
    kind, how = question.item.answer, None
    match kind:
        case YesNo():
            how = "y/n"
        case Choice() if len(kind.options) <= _FEW_OPTIONS:
            how = ", ".join(" ".join(option.split()) for option in _options(kind))
        case Quantity() if not kind.one_of:
            how = kind.unit_shown or str(message("a number"))
        case Scale():
            how = f"{kind.lowest}-{kind.highest}"
        case Nps():
            how = "0-10"
    return how and f" ({how})"


def _may_bring_another(question: EntryQuestion, following: EntryQuestion, draft: Draft) -> bool:
    """Whether an item between the two, which does not arise so far, may do so after an answer to the first."""
    if following.kind is QuestionKind.EXPECTATION and following.touchpoint and following.touchpoint.perceived:
        return False  # asked before the visit, of all touchpoints
    items = list(draft.checklist.items.values())
    between = items[_position(question, items, after=True) : _position(following, items, after=False)]
    return any(not item_is_relevant(item, draft.visit, draft.checklist) for item in between)


def _position(question: EntryQuestion, items: Sequence[Item], *, after: bool) -> int:
    """How many items come before a question, itself among them where ``after``."""
    if question.item:
        return items.index(question.item) + after
    if question.touchpoint is None:
        return 0
    is_before = question.kind is QuestionKind.EXPECTATION
    item = question.touchpoint.items[0 if is_before else -1]
    return items.index(item) + (not is_before)


def _to_be_noted(draft: Draft) -> Iterator[str]:
    """Where a persona and an occasion are noted that the checklist declares and nobody has said yet."""
    declared = {"persona": draft.checklist.personas, "occasion": draft.checklist.occasions}
    ways = [
        str(message("/go {name}", name=name))
        for name, options in declared.items()
        if options and not draft.values.get(name)
    ]
    if ways:
        yield str(message("as whom and on what occasion the visit is made, to be chosen: {ways}", ways=", ".join(ways)))


def _before_the_visit(question: EntryQuestion, draft: Draft) -> Iterator[str]:
    """When expectations were noted, and that the rest comes after the visit; nothing where none were asked."""
    expected = draft.values.get("expected")
    if expected and question.name != "until":
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
    elif question.kind in _EXPLAINED:
        yield translate(_EXPLAINED[question.kind])
    else:
        yield translate(N_("There is no further help on this question."))


_EPISODE = N_(
    "A treatment or an order is visited several times: each time is a step of it, and all of them together are an "
    "episode. The code, given by the programme, tells which visits belong together; type the same one each time."
)
_EXPLAINED = {
    QuestionKind.STEP: _EPISODE,
    QuestionKind.EPISODE: _EPISODE,
    QuestionKind.EMOTION: N_("Your own feeling in that moment, not a judgement of the service. /skip leaves it."),
    QuestionKind.COMPLAINTS: N_(
        "A claim is what you told them there, so that they put it right. A blame is what you hold against them, told "
        "or not. Choose a touchpoint, and both are asked for."
    ),
}


def skip_words(question: EntryQuestion) -> Mapping[SkipState, str]:
    """Why a question may be left without an answer, in words, in the order of a list."""
    return _FEELING_SKIPS if question.is_feeling else SKIPS


def shown_value(question: EntryQuestion, draft: Draft) -> str | None:
    """What was said so far, as a person reads it; ``None`` where nothing was."""
    values = draft.values
    item = question.item
    left = f"feelings_skipped.{question.name}" if question.is_feeling else f"skipped.{item.id}" if item else ""
    if values.get(left) and (question.is_feeling or question.kind is QuestionKind.ANSWER):
        skipped = values[left]
        words = translate(skip_words(question).get(SkipState(skipped["state"]), skipped["state"]))
        return f"({words}: {skipped['reason']})" if skipped["reason"] else f"({words})"
    if question.kind is QuestionKind.ANSWER and item:
        answer = draft.visit.answers.get(item.id)
        return None if answer is None else item.answer.show(answer)
    value = values.get(question.name)
    return None if value is None or value == [] else _shown(question, value, draft)


def _shown(question: EntryQuestion, value: Any, draft: Draft) -> str:
    title = _TITLED.get(question.kind)
    if title:
        return next((str(option.title) for option in title(draft.checklist) if option.id == value), str(value))
    show = _SHOWN.get(question.kind, str)
    return show(value)


def in_words(problem: Problem, checklist: Checklist, question: EntryQuestion | None = None) -> Problem:
    """The problem with its place as the screen calls it: an item's id, a touchpoint's name, or nothing.

    Nothing stands there either where ``question``, which is being asked, is itself the place.
    """
    place = ""
    for name in reversed(_parts_of(problem.place, checklist)):
        if name in checklist.items:
            place = name if not (question and question.item and question.item.id == name) else ""
        elif name in checklist.touchpoint:
            is_here = question and question.touchpoint and question.touchpoint.id == name
            place = "" if is_here else str(checklist.touchpoint[name].title)
    return replace(problem, place=place)


def _parts_of(place: str, checklist: Checklist) -> list[str]:
    """The names of items and touchpoints in a place like ``evidence.GS08`` (ids may hold points themselves)."""
    name = place.partition(".")[2]
    return [name] if name in checklist.items or name in checklist.touchpoint else []


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
    QuestionKind.EVIDENCE: lambda value: "\n".join(listed_files(value)),
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
        return str(message("one of {names}", names=", ".join(str(shown_exactly(amount)) for amount in kind.one_of)))
    unit = message("a number, in {unit}", unit=kind.unit_shown) if kind.unit else message("a number")
    low, high = (None if edge is None else shown_exactly(edge) for edge in (kind.min, kind.max))
    edges = _edges(kind, low, high)
    return f"{unit} ({edges})" if edges else str(unit)


def _edges(kind: Quantity, low: float | str | None, high: float | str | None) -> Sayable | None:
    """The limits of an amount as a person says them: ``up to 4 h``."""
    if high is not None and (low is None or low == 0):
        return message("up to {high}", high=_in_larger_units(kind, high))
    if low is not None and high is not None:
        return message("{low} to {high}", low=low, high=_in_larger_units(kind, high))
    return None if low is None else message("{low} or more", low=low)


_LARGEST_FIRST = {"d": N_("{count} d"), "h": N_("{count} h"), "min": N_("{count} min"), "s": N_("{count} s")}


def _in_larger_units(kind: Quantity, value: float | str) -> Sayable:
    """A duration in the largest unit in which it is a whole number; another amount as it is, with its unit."""
    if kind.unit in SECONDS_OF_UNIT and isinstance(value, int) and value:
        seconds = value * SECONDS_OF_UNIT[kind.unit]
        unit = next(unit for unit in _LARGEST_FIRST if seconds % SECONDS_OF_UNIT[unit] == 0)
        return message(_LARGEST_FIRST[unit], count=seconds // SECONDS_OF_UNIT[unit])
    return kind.show(value) if isinstance(value, int) else str(value)


def _numbered(titles: list[Text]) -> Iterator[str]:
    yield from (f"{number}  {title}" for number, title in enumerate(titles, 1))

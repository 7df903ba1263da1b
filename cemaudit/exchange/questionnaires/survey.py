"""A survey sheet of anybody, as touchpoints and items of a checklist."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from pydantic import ValidationError, model_validator

from cemaudit.errors import BadInput, Expected, Problem
from cemaudit.exchange.forms.fields import both
from cemaudit.exchange.questionnaires.answers import Answer, answer_to
from cemaudit.exchange.questionnaires.choices import IN_CONDITIONS, ChoiceList, Given, plain_id
from cemaudit.exchange.questionnaires.conditions import ConvertedQuestion, References, both_hold, say
from cemaudit.exchange.questionnaires.languages import Languages, joined, loose
from cemaudit.exchange.questionnaires.leftovers import LeftoverKind, Leftovers
from cemaudit.exchange.questionnaires.questions import (
    Notes,
    Path,
    SurveyGroup,
    SurveyQuestionRow,
    SurveyRowKind,
    is_yes,
)
from cemaudit.exchange.questionnaires.workbook import XlsFormRow
from cemaudit.exchange.questionnaires.xpath import Node, Unsayable, XPathCall, XPathLiteral, XPathReference, read_xpath
from cemaudit.language import N_, message
from cemaudit.model import Channel, Element, Item, Mode, Step, Text, Touchpoint, faults, journeys
from cemaudit.model.answers import TextAnswer
from cemaudit.model.base import Id, Record
from cemaudit.model.checklist import SchemeRef

__all__ = ["Dialect", "Facets", "QuestionRun", "Survey", "facets_of", "heading_of", "touchpoints_of"]

NEVER = "false"
MOST_OPTIONS = 100_000
OTHER, OTHER_TEXT = "other", "_other"
"""What forms call the choice that ``or_other`` adds, and how they end the name of the text it asks."""

SPECIFY_OTHER = N_("If other, which?")
_SCORE = re.compile(r"score|points|total|percent|점수|합계|총점", re.IGNORECASE)


class Facets(Record):
    """The same for every touchpoint, until a person says otherwise; ``stage`` is the journey's first unless said."""

    channel: Channel = Channel.FACE_TO_FACE
    stage: Id | None = None
    element: Element = Element.PEOPLE
    mode: Mode = Mode.PASSIVE
    journey: Id = "six-stage"
    sector: Id = "imported"
    scheme: SchemeRef = "cem.performance@1"

    @model_validator(mode="after")
    def _on_a_journey(self) -> Self:
        if self.journey not in journeys():
            raise Expected("a journey: {names}", names=", ".join(journeys()))
        stages = [stage.id for stage in journeys()[self.journey].stages]
        if self.stage is not None and self.stage not in stages:
            raise Expected("a stage of {journey}: {names}", journey=self.journey, names=", ".join(stages))
        return self

    @property
    def of_touchpoints(self) -> dict[str, Any]:
        """What every touchpoint gets."""
        stage = self.stage or journeys()[self.journey].stages[0].id
        return {"channel": self.channel, "stage": stage, "element": self.element, "mode": self.mode}


def facets_of(values: Mapping[str, str | None]) -> Facets:
    """The facets, those in ``values`` as said; ``BadInput`` where one is none of ours."""
    facets = {name: value for name, value in values.items() if value is not None}
    try:
        return Facets.model_validate(facets)
    except ValidationError as error:
        raise BadInput(faults.problems(error, facets)) from error


@dataclass
class QuestionRun:
    """Items asked one after another under one heading; ``None`` where they stand in no group."""

    heading: SurveyGroup | None
    items: list[Item] = field(default_factory=list)


def heading_of(around: Sequence[SurveyGroup], languages: Languages) -> SurveyGroup | None:
    """The group whose heading stands over a question: the innermost that has one, else the outermost."""
    titled = (group for group in reversed(around) if languages.text(group.line.texts("label")))
    return next(titled, around[0] if around else None)


def touchpoints_of(
    sections: Iterable[QuestionRun], form: Text, facets: Facets, languages: Languages
) -> Iterator[Touchpoint]:
    """A touchpoint for each section; ``form`` is the title of those outside all groups.

    A heading that comes again is numbered: the order of the questions stays that of the form.
    """
    ids, times = Given(), Counter[int]()
    for section in sections:
        heading = section.heading
        number = heading.line.number if heading else 0
        times[number] += 1
        name = plain_id(heading.line["name"], f"group-{number}") if heading else "questions"
        title = _title(heading, languages) if heading else form
        if times[number] > 1:
            title = joined([title, Text(ko=f"({times[number]})", en=f"({times[number]})")], " ")
        yield Touchpoint(id=ids.take(name), title=title, items=tuple(section.items), **facets.of_touchpoints)


def _title(heading: SurveyGroup, languages: Languages) -> Text:
    """The headings from the outermost to this one: ``Entrance › Greeting``."""
    labels = [languages.text(group.line.texts("label")) for group in heading.around]
    titles = [label for label in labels if label]
    return joined(titles or [loose(heading.line["name"] or heading.of)], " › ")


class Dialect:
    """A stranger's form, read as it stands.

    ``entries`` are the rows to be read, ``known`` what conditions may speak of beside them, ``steps`` those of an
    episode.
    """

    def __init__(
        self, entries: Sequence[SurveyQuestionRow], lists: Mapping[str, ChoiceList], leftovers: Leftovers
    ) -> None:
        self.entries = entries
        self.known: Mapping[Path, ConvertedQuestion] = {}
        self.steps: tuple[Step, ...] = ()
        self._lists = lists
        self._leftovers = leftovers

    def answer(self, entry: SurveyQuestionRow) -> Answer:
        """What can be answered to a question; ``Unsayable`` where that is nothing of ours."""
        return answer_to(entry, self._lists, self._leftovers)

    def condition(self, source: str) -> Node:
        """What a condition says; ``Unsayable`` where we do not understand it."""
        return read_xpath(source)

    def finished(self, touchpoints: tuple[Touchpoint, ...]) -> tuple[Touchpoint, ...]:
        """The touchpoints with what else the form says of them."""
        return touchpoints


class Survey:
    """Takes a form row by row; ``sections`` are the items so far, ``questions`` and ``files`` count what is asked."""

    def __init__(self, dialect: Dialect, languages: Languages, leftovers: Leftovers) -> None:
        self.sections: list[QuestionRun] = []
        self.questions = 0
        self.files = 0
        self._options = 0
        self._dialect = dialect
        self._languages = languages
        self._left = leftovers
        self._references = References((entry.line["name"] for entry in dialect.entries), dialect.known)
        self._ids = Given(IN_CONDITIONS)
        self._groups: dict[int, str | None] = {}
        self._notes = Notes(leftovers)
        self._last: SurveyQuestionRow | None = None
        self._last_item = 0
        for entry in dialect.entries:
            self._take(entry)
        self._notes.end()

    def _take(self, entry: SurveyQuestionRow) -> None:
        self.questions += entry.is_asked
        question = None
        if not entry.is_asked:
            self._tell(entry)
        elif entry.kind is SurveyRowKind.FILE:
            self._file(entry)
        else:
            question = self._question(entry)
        self._references.add(entry.path, question)
        if entry.is_asked and entry.type.or_other:
            self._other(entry, question)

    def _tell(self, entry: SurveyQuestionRow) -> None:
        """Something the form shows, knows or reckons, and asks nobody."""
        line = entry.line
        if entry.is_shown and not entry.is_hidden:
            if words := self._words(line, "label"):
                self._notes.add(entry, words)
        elif entry.kind is SurveyRowKind.DEVICE:
            self._left.add(LeftoverKind.DEVICE, line, message("filled in by the device"), line["type"])
        else:
            is_score = _SCORE.search(f"{line['name']} {line['label']}")
            cause = message("reckoned or filled in by the form")
            self._left.add(
                LeftoverKind.SCORE if is_score else LeftoverKind.CALCULATION, line, cause, line["calculation"]
            )

    def _question(self, entry: SurveyQuestionRow) -> ConvertedQuestion | None:
        """The item a question becomes, added to its section; ``None`` where it is left out."""
        line = entry.line
        try:
            answer = self._dialect.answer(entry)
            when = self._condition(line, entry.path, entry.group)
            if when == NEVER:
                raise Unsayable(message("the form never asks it"))
        except Unsayable as error:
            self._left.add(LeftoverKind.QUESTION, line, error.why, f"{line['type']} {line['label']}".strip())
            self._last = None
            return None
        return self._add(entry, answer, when)

    def _add(self, entry: SurveyQuestionRow, answer: Answer, when: str | None) -> ConvertedQuestion:
        self._refuse_too_many(entry.line, answer)
        item_id = self._take_id(entry.line, entry.line["name"])
        hints = [words for column in ("hint", "guidance_hint") if (words := self._words(entry.line, column))]
        hints = [*self._notes.before(entry), *hints]
        item = Item(
            id=item_id,
            ask=self._ask(entry.line),
            help=joined(hints, "\n") if hints else None,
            answer=answer.type,
            when=when,
        )
        heading = heading_of(entry.around, self._languages)
        if not self.sections or self.sections[-1].heading != heading:
            self.sections.append(QuestionRun(heading))
        self.sections[-1].items.append(item)
        self._last, self._last_item = entry, len(self.sections[-1].items) - 1
        return ConvertedQuestion(item_id, answer.type, answer.choices)

    def _other(self, entry: SurveyQuestionRow, question: ConvertedQuestion | None) -> None:
        """The text that ``or_other`` asks where the choice ``other`` was made: a question of its own."""
        self.questions += 1
        line = entry.line
        name = f"{line['name'] or f'q{line.number}'}{OTHER_TEXT}"
        if question is None:
            cause = message("asks which other choice was meant, of a question that is left out")
            self._left.add(LeftoverKind.QUESTION, line, cause, name)
            return
        chosen = XPathCall("selected", (XPathReference(question.id), XPathLiteral(OTHER)))
        try:
            when = say(chosen, lambda _: question)
        except Unsayable as error:
            self._left.add(LeftoverKind.QUESTION, line, error.why, name)
            return
        item_id = self._take_id(line, name, OTHER_TEXT)
        answer = TextAnswer(type="text")
        ask = joined([self._words(line, "label") or loose(line["name"] or line["type"]), both(SPECIFY_OTHER)], " › ")
        self.sections[-1].items.append(Item(id=item_id, ask=ask, answer=answer, when=when))
        self._references.add((*entry.path[:-1], name), ConvertedQuestion(item_id, answer))

    def _refuse_too_many(self, line: XlsFormRow, answer: Answer) -> None:
        """Stop before the draft gets too large for a file: it has a list of choices with every question."""
        self._options += len(answer.choices.options) if answer.choices else 0
        if self._options > MOST_OPTIONS:
            cause = message("more than {most} choices", most=MOST_OPTIONS)
            raise BadInput(Problem(cause, line.place, message("split the form")))

    def _take_id(self, line: XlsFormRow, name: str, ending: str = "") -> str:
        """An id for the item called ``name`` in the form; ``ending`` tells it from others of its row."""
        item_id = self._ids.take(plain_id(name, f"q{line.number}{ending}"))
        if item_id != name:
            self._left.add(LeftoverKind.NAME, line, message("is called {id} here", id=item_id), name)
        return item_id

    def _ask(self, line: XlsFormRow) -> Text:
        words = self._words(line, "label")
        if words is None:
            self._left.add(LeftoverKind.TEXT, line, message("asks nothing; its name stands in"))
        return words or loose(line["name"] or line["type"])

    def _condition(self, line: XlsFormRow, place: Path, around: SurveyGroup | None) -> str | None:
        """The condition of a row and of the groups around it, as far as it can be said; ``None``: there is none."""
        outer = self._condition_inside(around) if around else None
        if not line["relevant"] or outer == NEVER:
            return outer
        try:
            condition = say(self._dialect.condition(line["relevant"]), self._references.seen_from(place))
            return outer if condition == "true" else NEVER if condition == NEVER else both_hold(outer, condition)
        except Unsayable as error:
            self._left.add(LeftoverKind.CONDITION, line, error.why, line["relevant"])
            return outer

    def _condition_inside(self, group: SurveyGroup) -> str | None:
        """The condition of whatever a group holds; reckoned, and told, with its first question."""
        row = group.line.number
        if row not in self._groups:
            self._groups[row] = self._condition(group.line, group.path, group.parent)
            if group.is_repeated:
                self._left.add(LeftoverKind.REPEAT, group.line, message("asked once here"), group.line["label"])
        return self._groups[row]

    def _file(self, entry: SurveyQuestionRow) -> None:
        """Evidence of the question before it, in the same group."""
        line, last = entry.line, self._last
        is_signature = "signature" in line["appearance"]
        if is_signature or last is None or last.group != entry.group:
            cause = message("a signature") if is_signature else message("no question stands before it in its group")
            self._left.add(LeftoverKind.QUESTION, line, cause, f"{line['type']} {line['label']}".strip())
            return
        self.files += 1
        if line["relevant"]:
            self._left.add(LeftoverKind.EVIDENCE, line, message("always optional here"), line["relevant"])
        items, words = self.sections[-1].items, self._words(line, "label")
        must = is_yes(line["required"]) and not line["relevant"]
        items[self._last_item] = _with_file(items[self._last_item], words, must=must)

    def _words(self, line: XlsFormRow, column: str) -> Text | None:
        return self._languages.text(line.texts(column))


def _with_file(item: Item, words: Text | None, *, must: bool) -> Item:
    """The item with what the form says of a file as its help; ``must``: without it the answer is not complete."""
    helps = [text for text in (item.help, words) if text]
    changes: dict[str, Any] = {"evidence": "required" if must or item.evidence == "required" else "optional"}
    return item.model_copy(update={**changes, "help": joined(helps, "\n") if helps else None})

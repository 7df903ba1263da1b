"""A form that was made of a checklist, read back as that checklist.

What surrounds an item in its form (why it was left out, its note, its evidence) becomes the item's own again. Points,
scenarios and schemes are not in a form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from cemaudit.exchange.forms.answer_options import fitting
from cemaudit.exchange.forms.fields import SKIP_CODES
from cemaudit.exchange.forms.fields import FieldOption as Shown
from cemaudit.exchange.forms.making import PREFIX
from cemaudit.exchange.forms.xlsform.xpath import answered
from cemaudit.exchange.questionnaires.answers import Answer
from cemaudit.exchange.questionnaires.choices import ChoiceList, plain_id
from cemaudit.exchange.questionnaires.conditions import ConvertedQuestion
from cemaudit.exchange.questionnaires.languages import Languages
from cemaudit.exchange.questionnaires.leftovers import Leftovers
from cemaudit.exchange.questionnaires.questions import SurveyGroup, SurveyQuestionRow, SurveyRowKind
from cemaudit.exchange.questionnaires.survey import Dialect
from cemaudit.exchange.questionnaires.workbook import XlsFormSheet
from cemaudit.exchange.questionnaires.xpath import (
    Node,
    XPathCall,
    XPathComparison,
    XPathLiteral,
    XPathLogic,
    XPathNumber,
    XPathReference,
    read_xpath,
)
from cemaudit.model import Item, Narrative, Step, Text, Touchpoint
from cemaudit.model.answers import AnswerType, Choice, Nps, Option, Quantity, Scale, YesNo
from cemaudit.reading import NONE

__all__ = ["OwnForm", "is_own", "of_the_same_field", "unescaped", "without_expectation"]

_UNIT = re.compile(r", in ([^,\n]+)[^\n]*$")
_OF_TIME = {"s", "min", "h", "d"}
_PART = re.compile(r"(.+)__(skip|why|note|proof|(?:photo|receipt|audio|document)_\d+(?:_caption)?)")
_FEELING = re.compile(r"(.+)__((?:expectation|perceived|emotion)(?:_why)?|claim_state|claim|blame)")
_GROUP = "__group"
_STEP = f"{PREFIX}step"
_ESCAPED = re.compile(r"\\([\\*_#])")
_ONE_STEP = re.compile(r"\$\{visit__step\} = '([^']+)'")
MOST_PARTS = 20
_AT_LEAST = re.compile(r">= (\d{1,4})$")
_YES, _NO = XPathCall("true", ()), XPathCall("false", ())
_OPPOSITE: dict[Node, Node] = {_YES: _NO, _NO: _YES}


def of_the_same_field(answer: Answer, hint: Text | None) -> Answer:
    """``answer``, or what a form shows by the same field: a scale, a duration; ``hint`` ends with what fits."""
    kind = answer.type
    if answer.choices and isinstance(kind, YesNo | Choice):
        return _of_options(answer, answer.choices.options)
    if isinstance(kind, Quantity) and hint:
        same = (candidate for candidate in _quantities(kind, hint) if _ends_with(hint, fitting(candidate).expects))
        return Answer(next(same, kind), answer.choices)
    return answer


def without_expectation(words: Text | None, answer: AnswerType) -> Text | None:
    """A hint without what a form adds to it by itself: what fits the answer."""
    expects = fitting(answer).expects
    if words is None or expects is None or not _ends_with(words, expects):
        return words
    left = {
        language: said.removesuffix(expects.in_language(language)).rstrip()
        for language, said in words.by_language.items()
    }
    return Text(**left) if any(left.values()) else None


def _ends_with(hint: Text, expects: Text | None) -> bool:
    return expects is not None and all(
        said.endswith(expects.in_language(language)) for language, said in hint.by_language.items()
    )


def _of_options(answer: Answer, options: tuple[Option, ...]) -> Answer:
    options_shown = tuple(Shown(option.id, option.label) for option in options)
    if isinstance(answer.type, YesNo) and fitting(answer.type).options == options_shown:
        return answer
    same = (candidate for candidate in _numbered(options) if fitting(candidate).options == options_shown)
    choices = ChoiceList(options, {option.id: option.id for option in options})
    return Answer(next(same, Choice(type="choice", options=options)), choices)


def _numbered(options: tuple[Option, ...]) -> Iterator[AnswerType]:
    """The answers of which ``options`` may be the numbers."""
    yield Nps(type="nps")
    first, last = options[0], options[-1]
    if all(re.fullmatch(r"-?\d{1,4}", option.id) for option in (first, last)):
        yield from _scale(int(first.id), int(last.id), _beside(first), _beside(last))


def _quantities(quantity: Quantity, hint: Text) -> Iterator[AnswerType]:
    """The answers of which ``quantity`` may be the number; a limit of 0 is a duration's and a count's own."""
    if quantity.min is not None and quantity.max is not None:
        yield from _scale(int(quantity.min), int(quantity.max))
    unit = _UNIT.search(hint.en or "")
    changes = {
        "unit": unit[1] if unit else "",
        "min": None if quantity.min == 0 and quantity.type == "count" else quantity.min,
    }
    if unit and unit[1] in _OF_TIME and quantity.type == "number" and quantity.min is not None and quantity.min >= 0:
        yield quantity.model_copy(update={**changes, "type": "duration", "min": quantity.min or None})
    yield quantity.model_copy(update=changes)


def _scale(lowest: int, highest: int, low: Text | None = None, high: Text | None = None) -> Iterator[Scale]:
    if 1 <= highest - lowest <= 100:
        yield Scale(type="scale", lowest=lowest, highest=highest, low=low, high=high)


def _beside(option: Option) -> Text | None:
    """The words beside the number of an option."""
    words = {language: said.removeprefix(option.id).strip() for language, said in option.label.by_language.items()}
    return Text(**words) if any(words.values()) else None


def is_own(survey: XlsFormSheet) -> bool:
    """Whether cemaudit has made the form."""
    return any(line["name"] == f"{PREFIX}checklist" and line["type"] == "calculate" for line in survey.lines)


def unescaped(sheet: XlsFormSheet) -> XlsFormSheet:
    """The sheet with its texts as they were before they went into a form."""
    texts = {"label", "hint"}
    lines = [
        replace(
            line,
            cells={
                column: _ESCAPED.sub(r"\1", cell) if column.name in texts else cell
                for column, cell in line.cells.items()
            },
        )
        for line in sheet.lines
    ]
    return replace(sheet, lines=lines)


class OwnForm(Dialect):
    """A form that cemaudit has made."""

    def __init__(
        self, entries: Sequence[SurveyQuestionRow], lists: Mapping[str, ChoiceList], languages: Languages
    ) -> None:
        names = {entry.line["name"]: entry for entry in entries}
        items = [entry for entry in entries if _is_item(entry, names)]
        super().__init__(items, _without_codes(lists), Leftovers())
        self._languages = languages
        self._chosen: dict[str, Answer] = {}
        self._names = names
        self._groups = {group.line["name"]: group.line for entry in items for group in entry.around}
        self._remember_steps()
        self.entries = [_in_touchpoint(entry, [step.id for step in self.steps]) for entry in items]

    def _remember_steps(self) -> None:
        entry = self._names.get(_STEP)
        choices = self._lists.get(entry.type.of) if entry else None
        if entry and choices and all(plain_id(option.id, "") == option.id for option in choices.options):
            self.steps = tuple(Step(id=option.id, title=option.label) for option in choices.options)
            step = ConvertedQuestion("step", Choice(type="choice", options=choices.options), choices)
            self.known = {entry.path: step}

    def answer(self, entry: SurveyQuestionRow) -> Answer:
        answer = super().answer(entry)
        hint = self._languages.text(entry.line.texts("hint"))
        if entry.kind is not SurveyRowKind.ONE:
            return of_the_same_field(answer, hint)
        if entry.type.of not in self._chosen:
            self._chosen[entry.type.of] = of_the_same_field(answer, hint)
        return self._chosen[entry.type.of]

    def condition(self, source: str) -> Node:
        return _folded(read_xpath(source))

    def finished(self, touchpoints: tuple[Touchpoint, ...]) -> tuple[Touchpoint, ...]:
        return tuple(
            touchpoint.model_copy(
                update={
                    "emotion": f"{touchpoint.id}__emotion" in self._names,
                    "expectation": f"{touchpoint.id}__expectation" in self._names,
                    "perceived": f"{touchpoint.id}__perceived" in self._names,
                    "steps": self._steps_of(touchpoint),
                    "items": tuple(map(self._finished, touchpoint.items)),
                }
            )
            for touchpoint in touchpoints
        )

    def _steps_of(self, touchpoint: Touchpoint) -> tuple[str, ...]:
        group = self._groups.get(touchpoint.id + _GROUP)
        named = _ONE_STEP.findall(group["relevant"]) if group else ()
        return tuple(step.id for step in self.steps if step.id in named)

    def _finished(self, item: Item) -> Item:
        changes = {"help": without_expectation(item.help, item.answer)}
        return item.model_copy(update={**changes, "evidence": self._evidence(item), "note": self._note(item)})

    def _evidence(self, item: Item) -> str:
        proof = self._names.get(f"{item.id}__proof")
        if proof is None:
            return "none"
        must = proof.line["required"]
        return "optional" if not must else "required" if must == answered(item) else "required-if-failed"

    def _note(self, item: Item) -> Narrative | None:
        note = self._names.get(f"{item.id}__note")
        least = _AT_LEAST.search(note.line["constraint"]) if note else None
        if note is None or least is None:
            return None
        always = note.line["required"] == answered(item)
        return Narrative(at_least=min(max(int(least[1]), 1), 5000), when="always" if always else "if-failed")


def _is_item(entry: SurveyQuestionRow, names: Mapping[str, SurveyQuestionRow]) -> bool:
    """Whether a row asks an item itself: it is neither about the visit nor beside an item or touchpoint."""
    name = entry.line["name"]
    part, feeling = _PART.fullmatch(name), _FEELING.fullmatch(name)
    groups = {group.line["name"] for group in entry.around}
    is_beside = (part and part[1] in names) or (feeling and feeling[1] + _GROUP in groups)
    return not (name.startswith(PREFIX) or is_beside)


def _in_touchpoint(entry: SurveyQuestionRow, steps: Sequence[str]) -> SurveyQuestionRow:
    """The row in a group called by the touchpoint's id, whose condition on ``steps`` the touchpoint takes over."""
    group = entry.group
    if group is None or not group.line["name"].endswith(_GROUP):
        return entry
    is_of_steps = any(step in steps for step in _ONE_STEP.findall(group.line["relevant"]))
    cells = {
        column: cell.removesuffix(_GROUP) if column.name == "name" else cell
        for column, cell in group.line.cells.items()
        if not (column.name == "relevant" and is_of_steps)
    }
    return replace(entry, group=SurveyGroup(replace(group.line, cells=cells), group.of, group.parent))


def _without_codes(lists: Mapping[str, ChoiceList]) -> dict[str, ChoiceList]:
    """The lists without the codes that say why there is no answer; the one for none of several is kept apart."""
    return {
        name: replace(choices.without((*SKIP_CODES, NONE)), nothing=NONE if NONE in choices.ids else "")
        for name, choices in lists.items()
    }


def _folded(node: Node) -> Node:
    """The condition without what is always so of an answer: that it is none of the codes for leaving it out."""
    match node:
        case XPathCall("starts-with", (XPathReference(), XPathLiteral("_"))):
            return XPathCall("false", ())
        case XPathComparison("=", XPathReference(name), XPathLiteral("")) if name.endswith("__skip"):
            return XPathCall("true", ())
        case XPathCall("not", (inner,)):
            folded = _folded(inner)
            return _OPPOSITE.get(folded) or XPathCall("not", (folded,))
        case XPathLogic(word, parts):
            return _joined(word, list(_flat(word, map(_folded, parts))))
    return node


def _flat(word: str, parts: Iterable[Node]) -> Iterator[Node]:
    for part in parts:
        if isinstance(part, XPathLogic) and part.word == word:
            yield from part.parts
        else:
            yield part


def _is_said_by(part: Node, other: Node) -> bool:
    """Whether ``part`` only says that there is an answer, and ``other`` compares that answer."""
    match part, other:
        case XPathComparison("!=", XPathReference(name), XPathLiteral("")), XPathComparison(
            mark, XPathReference(same), XPathLiteral() | XPathNumber()
        ):
            return name == same and mark != "!="
    return False


def _joined(word: str, parts: Iterable[Node]) -> Node:
    decides, idle = (_NO, _YES) if word == "and" else (_YES, _NO)
    left = [part for part in parts if part != idle]
    if decides in left:
        return decides
    if word == "and" and len(left) <= MOST_PARTS:
        left = [part for part in left if not any(_is_said_by(part, other) for other in left)]
    return XPathLogic(word, tuple(left)) if len(left) > 1 else left[0] if left else idle

"""Conditions of an XLSForm (``relevant``) as conditions of a checklist.

In a form an unanswered question equals the empty text; here a comparison with it is false. So ``!=`` becomes
``not (... == ...)``, and comparing with the empty text becomes ``answered(...)``.
"""

from __future__ import annotations

import operator
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from cemaudit.errors import Expected
from cemaudit.exchange.questionnaires.choices import ChoiceList, as_number
from cemaudit.exchange.questionnaires.questions import Path
from cemaudit.exchange.questionnaires.xpath import (
    Node,
    Unsayable,
    XPathCall,
    XPathComparison,
    XPathLiteral,
    XPathLogic,
    XPathNumber,
    XPathReference,
)
from cemaudit.language import N_, message
from cemaudit.model.answers import AnswerType, Choice, Choices, Date, Quantity, Scale, TextAnswer, Time, YesNo
from cemaudit.model.expression import parse

__all__ = ["ConvertedQuestion", "References", "both_hold", "say"]

_ORDER: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}
MOST_NUMBERS = 100
_SOMETHING = {(">", 0), (">=", 1), ("!=", 0)}
_NOTHING = {("=", 0), ("<", 1), ("<=", 0)}


@dataclass(frozen=True)
class ConvertedQuestion:
    """A question that has become an item; ``choices`` where it has any."""

    id: str
    answer: AnswerType
    choices: ChoiceList | None = None


Find = Callable[[XPathReference], ConvertedQuestion]


def say(condition: Node, find: Find) -> str:
    """``condition`` in our language; ``true`` and ``false`` where it says that and no more.

    ``find`` gives the item that is referred to, or raises ``Unsayable``; so does this where there are no words.
    """
    condition_text = _text_of(condition, find)
    _refuse_unreadable(condition_text)
    return condition_text


def both_hold(outer: str | None, inner: str) -> str:
    """Both conditions as one; ``Unsayable`` where that is too long."""
    if outer is None or outer == inner:
        return inner
    joint = " and ".join(f"({part})" if " or " in part else part for part in (outer, inner))
    _refuse_unreadable(joint)
    return joint


def _refuse_unreadable(condition: str) -> None:
    try:
        parse(condition)
    except Expected as error:
        raise Unsayable(error.what) from error


def _text_of(node: Node, find: Find) -> str:
    match node:
        case XPathLogic(word, parts):
            texts = (
                f"({text})" if isinstance(part, XPathLogic) else text
                for part in parts
                for text in (_text_of(part, find),)
            )
            return f" {word} ".join(texts)
        case XPathCall("not", (inner,)):
            return f"not ({_text_of(inner, find)})"
        case XPathCall("true" | "false" as word, ()):
            return word
        case XPathCall("selected", (XPathReference() as reference, XPathLiteral() | XPathNumber() as choice)):
            return _selected(find(reference), _text(choice).strip())
        case XPathComparison(mark, left, right):
            return _compared(mark, left, right, find)
        case XPathCall(name):
            raise Unsayable(message("there is no {name} here", name=f"{name}()"))
    raise Unsayable(message("neither true nor false"))


def _compared(mark: str, left: Node, right: Node, find: Find) -> str:
    match left, right:
        case (XPathLiteral() | XPathNumber(), XPathReference() | XPathCall()):
            return _compared(_TURNED[mark], right, left, find)
        case (XPathReference() as reference, XPathLiteral() | XPathNumber() as value):
            return _with_constant(mark, find(reference), value)
        case (XPathReference() as first, XPathReference() as second):
            return _with_item(mark, find(first), find(second))
        case (XPathCall("string-length" | "count-selected", (XPathReference() as reference,)), XPathNumber(number)):
            return _long(mark, find(reference), int(number))
        case (XPathCall(name), _) | (_, XPathCall(name)):
            raise Unsayable(message("there is no {name} here", name=f"{name}()"))
    raise Unsayable(message("a comparison of what is no answer"))


def _with_constant(mark: str, question: ConvertedQuestion, value: XPathLiteral | XPathNumber) -> str:
    if value == XPathLiteral("") and mark in {"=", "!="}:
        return _given(question) if mark == "!=" else f"not {_given(question)}"
    if mark == "!=":
        return f"not ({_with_constant('=', question, value)})"
    match question.answer:
        case YesNo() | Choice():
            return _among(question, _fitting(mark, question, value))
        case Choices() if mark == "=" and isinstance(value, XPathLiteral):
            return (
                f"{question.id} == []"
                if _is_nothing(question, value.text)
                else f"{question.id} == ['{_id(question, value.text)}']"
            )
        case Quantity() | Scale():
            return f"{question.id} {'==' if mark == '=' else mark} {_number(value):f}"
        case TextAnswer() | Date() | Time() if mark == "=" and isinstance(value, XPathLiteral):
            return f"{question.id} == {_quoted(value.text)}"
    raise Unsayable(message("answers to {item} cannot be compared so", item=question.id))


def _with_item(mark: str, left: ConvertedQuestion, right: ConvertedQuestion) -> str:
    """Two answers, of which a form takes two missing ones as equal: so only their order can be said."""
    if mark in _ORDER and isinstance(left.answer, Quantity | Scale) and isinstance(right.answer, Quantity | Scale):
        return f"{left.id} {mark} {right.id}"
    raise Unsayable(message("answers to {item} cannot be compared so", item=left.id))


def _selected(question: ConvertedQuestion, name: str) -> str:
    if not name:
        raise Unsayable(message("no choice of {item} is called {name}", item=question.id, name="''"))
    if isinstance(question.answer, Choices):
        return f"{question.id} == []" if _is_nothing(question, name) else f"'{_id(question, name)}' in {question.id}"
    if isinstance(question.answer, TextAnswer):
        raise Unsayable(message("answers to {item} cannot be compared so", item=question.id))
    return _with_constant("=", question, XPathLiteral(name))


def _long(mark: str, question: ConvertedQuestion, number: int) -> str:
    """How long an answer is, or how many choices: only whether there is one."""
    if (mark, number) in _SOMETHING:
        return _given(question)
    if (mark, number) in _NOTHING:
        return f"not {_given(question)}"
    raise Unsayable(message("lengths and counts of answers"))


def _given(question: ConvertedQuestion) -> str:
    """Whether there is an answer; where a form has no word for none of several choices, that is none."""
    has_no_word = isinstance(question.answer, Choices) and not (question.choices and question.choices.nothing)
    return f"({question.id} != [])" if has_no_word else f"answered({question.id})"


def _is_nothing(question: ConvertedQuestion, name: str) -> bool:
    return question.choices is not None and name == question.choices.nothing


def _fitting(mark: str, question: ConvertedQuestion, value: XPathLiteral | XPathNumber) -> list[str]:
    """The names of the choices of which the comparison is true."""
    if question.choices is None or (mark == "=" and isinstance(value, XPathLiteral)):
        return [_text(value)] if question.choices and _text(value) in question.choices.ids else []
    compare: Callable[[Decimal, Decimal], bool] = _ORDER.get(mark, operator.eq)
    edge, numbers = _number(value), question.choices.numbers
    if len(numbers) > MOST_NUMBERS:
        raise Unsayable(message("more than {most} choices", most=MOST_NUMBERS))
    return [name for name, number in numbers.items() if compare(number, edge)]


def _among(question: ConvertedQuestion, names: Iterable[str]) -> str:
    options = [_id(question, name) for name in names]
    if not options:
        raise Unsayable(message("no choice of {item} fits", item=question.id))
    if isinstance(question.answer, YesNo):
        return f"answered({question.id})" if len(options) > 1 else f"{question.id} == {options[0]}"
    return f"{question.id} == '{options[0]}'" if len(options) == 1 else f"{question.id} in {options}"


def _id(question: ConvertedQuestion, name: str) -> str:
    ids = question.choices.ids if question.choices else {}
    if name not in ids:
        raise Unsayable(message("no choice of {item} is called {name}", item=question.id, name=name))
    return ids[name]


def _text(value: XPathLiteral | XPathNumber) -> str:
    return value.text if isinstance(value, XPathLiteral) else f"{value.number:f}"


def _number(value: XPathLiteral | XPathNumber) -> Decimal:
    number = as_number(_text(value))
    if number is None:
        raise Unsayable(message("{words} is not a number", words=_text(value)))
    return number


def _quoted(text: str) -> str:
    return f'"{text}"' if "'" in text else f"'{text}'"


class References:
    """The questions met so far; ``names`` are those of the whole form, ``fixed`` what can be spoken of anywhere."""

    def __init__(self, names: Iterable[str], fixed: Mapping[Path, ConvertedQuestion]) -> None:
        self._names = frozenset(names)
        self._met: dict[Path, ConvertedQuestion | None] = {}
        self._paths: dict[str, list[Path]] = defaultdict(list)
        for path, question in fixed.items():
            self.add(path, question)

    def add(self, path: Path, question: ConvertedQuestion | None) -> None:
        """A question that has become an item, or (``None``) has not."""
        self._met[path] = question
        self._paths[path[-1]].append(path)

    def seen_from(self, place: Path) -> Callable[[XPathReference], ConvertedQuestion]:
        """Finds what a reference at ``place`` speaks of; raises ``Unsayable`` where that is no item, or several."""
        return partial(self._find, place)

    def _find(self, place: Path, reference: XPathReference) -> ConvertedQuestion:
        name = reference.name.rpartition("/")[2]
        paths = [_resolved(reference.name, place)] if reference.is_path else self._paths.get(name, [])
        met = [path for path in paths if path in self._met]
        if len(met) > 1:
            raise Unsayable(message("several questions are called {name}", name=name))
        if not met:
            later = N_("{name} is asked only later") if name in self._names else N_("there is no question {name}")
            raise Unsayable(message(later, name=name))
        question = self._met[met[0]]
        if question is None:
            raise Unsayable(message("{name} is not asked here", name=name))
        return question


def _resolved(written: str, place: Path) -> Path:
    """The names along a path: from ``place`` upwards, or (``/data/visit/paid``) from the form's outermost element."""
    steps = written.removeprefix("current()/").split("/")
    if written.startswith("/"):
        return tuple(steps[2:])
    parts = list(place)
    for step in steps:
        if step == ".." and parts:
            parts.pop()
        elif step not in {".", ".."}:
            parts.append(step)
    return tuple(parts)

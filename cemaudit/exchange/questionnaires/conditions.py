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
    said = _said(condition, find)
    _refuse_unreadable(said)
    return said


def both_hold(one: str | None, other: str) -> str:
    """Both conditions as one; ``Unsayable`` where that is too long."""
    if one is None or one == other:
        return other
    said = " and ".join(f"({part})" if " or " in part else part for part in (one, other))
    _refuse_unreadable(said)
    return said


def _refuse_unreadable(said: str) -> None:
    try:
        parse(said)
    except Expected as error:
        raise Unsayable(error.what) from error


def _said(node: Node, find: Find) -> str:
    match node:
        case XPathLogic(word, parts):
            return f" {word} ".join(_bracketed(part, find) for part in parts)
        case XPathCall("not", (inner,)):
            return f"not ({_said(inner, find)})"
        case XPathCall("true" | "false" as word, ()):
            return word
        case XPathCall("selected", (XPathReference() as which, XPathLiteral() | XPathNumber() as choice)):
            return _selected(find(which), _text(choice).strip())
        case XPathComparison(mark, left, right):
            return _compared(mark, left, right, find)
        case XPathCall(name):
            raise Unsayable(message("there is no {name} here", name=f"{name}()"))
    raise Unsayable(message("neither true nor false"))


def _bracketed(node: Node, find: Find) -> str:
    said = _said(node, find)
    return f"({said})" if isinstance(node, XPathLogic) else said


def _compared(mark: str, left: Node, right: Node, find: Find) -> str:
    match left, right:
        case (XPathLiteral() | XPathNumber(), XPathReference() | XPathCall()):
            return _compared(_TURNED[mark], right, left, find)
        case (XPathReference() as which, XPathLiteral() | XPathNumber() as value):
            return _with_constant(mark, find(which), value)
        case (XPathReference() as one, XPathReference() as other):
            return _with_item(mark, find(one), find(other))
        case (XPathCall("string-length" | "count-selected", (XPathReference() as which,)), XPathNumber(number)):
            return _long(mark, find(which), int(number))
        case (XPathCall(name), _) | (_, XPathCall(name)):
            raise Unsayable(message("there is no {name} here", name=f"{name}()"))
    raise Unsayable(message("a comparison of what is no answer"))


def _with_constant(mark: str, asked: ConvertedQuestion, value: XPathLiteral | XPathNumber) -> str:
    if value == XPathLiteral("") and mark in {"=", "!="}:
        return _given(asked) if mark == "!=" else f"not {_given(asked)}"
    if mark == "!=":
        return f"not ({_with_constant('=', asked, value)})"
    match asked.answer:
        case YesNo() | Choice():
            return _among(asked, _fitting(mark, asked, value))
        case Choices() if mark == "=" and isinstance(value, XPathLiteral):
            return (
                f"{asked.id} == []" if _is_nothing(asked, value.text) else f"{asked.id} == ['{_id(asked, value.text)}']"
            )
        case Quantity() | Scale():
            return f"{asked.id} {'==' if mark == '=' else mark} {_number(value):f}"
        case TextAnswer() | Date() | Time() if mark == "=" and isinstance(value, XPathLiteral):
            return f"{asked.id} == {_quoted(value.text)}"
    raise Unsayable(message("answers to {item} cannot be compared so", item=asked.id))


def _with_item(mark: str, one: ConvertedQuestion, other: ConvertedQuestion) -> str:
    """Two answers, of which a form takes two missing ones as equal: so only their order can be said."""
    if mark in _ORDER and isinstance(one.answer, Quantity | Scale) and isinstance(other.answer, Quantity | Scale):
        return f"{one.id} {mark} {other.id}"
    raise Unsayable(message("answers to {item} cannot be compared so", item=one.id))


def _selected(asked: ConvertedQuestion, name: str) -> str:
    if not name:
        raise Unsayable(message("no choice of {item} is called {name}", item=asked.id, name="''"))
    if isinstance(asked.answer, Choices):
        return f"{asked.id} == []" if _is_nothing(asked, name) else f"'{_id(asked, name)}' in {asked.id}"
    if isinstance(asked.answer, TextAnswer):
        raise Unsayable(message("answers to {item} cannot be compared so", item=asked.id))
    return _with_constant("=", asked, XPathLiteral(name))


def _long(mark: str, asked: ConvertedQuestion, number: int) -> str:
    """How long an answer is, or how many choices: only whether there is one."""
    if (mark, number) in _SOMETHING:
        return _given(asked)
    if (mark, number) in _NOTHING:
        return f"not {_given(asked)}"
    raise Unsayable(message("lengths and counts of answers"))


def _given(asked: ConvertedQuestion) -> str:
    """Whether there is an answer; where a form has no word for none of several choices, that is none."""
    has_no_word = isinstance(asked.answer, Choices) and not (asked.choices and asked.choices.nothing)
    return f"({asked.id} != [])" if has_no_word else f"answered({asked.id})"


def _is_nothing(asked: ConvertedQuestion, name: str) -> bool:
    return asked.choices is not None and name == asked.choices.nothing


def _fitting(mark: str, asked: ConvertedQuestion, value: XPathLiteral | XPathNumber) -> list[str]:
    """The names of the choices of which the comparison is true."""
    if asked.choices is None or (mark == "=" and isinstance(value, XPathLiteral)):
        return [_text(value)] if asked.choices and _text(value) in asked.choices.ids else []
    compare: Callable[[Decimal, Decimal], bool] = _ORDER.get(mark, operator.eq)
    edge, numbers = _number(value), asked.choices.numbers
    if len(numbers) > MOST_NUMBERS:
        raise Unsayable(message("more than {most} choices", most=MOST_NUMBERS))
    return [name for name, number in numbers.items() if compare(number, edge)]


def _among(asked: ConvertedQuestion, names: Iterable[str]) -> str:
    found = [_id(asked, name) for name in names]
    if not found:
        raise Unsayable(message("no choice of {item} fits", item=asked.id))
    if isinstance(asked.answer, YesNo):
        return f"answered({asked.id})" if len(found) > 1 else f"{asked.id} == {found[0]}"
    return f"{asked.id} == '{found[0]}'" if len(found) == 1 else f"{asked.id} in {found}"


def _id(asked: ConvertedQuestion, name: str) -> str:
    ids = asked.choices.ids if asked.choices else {}
    if name not in ids:
        raise Unsayable(message("no choice of {item} is called {name}", item=asked.id, name=name))
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
    """The questions met so far; ``names`` are those of the whole form, ``known`` what can be spoken of anywhere."""

    def __init__(self, names: Iterable[str], known: Mapping[Path, ConvertedQuestion]) -> None:
        self._names = frozenset(names)
        self._met: dict[Path, ConvertedQuestion | None] = {}
        self._paths: dict[str, list[Path]] = defaultdict(list)
        for path, asked in known.items():
            self.add(path, asked)

    def add(self, path: Path, asked: ConvertedQuestion | None) -> None:
        """A question that has become an item, or (``None``) has not."""
        self._met[path] = asked
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
        asked = self._met[met[0]]
        if asked is None:
            raise Unsayable(message("{name} is not asked here", name=name))
        return asked


def _resolved(written: str, place: Path) -> Path:
    """The names along a path: from ``place`` upwards, or (``/data/visit/paid``) from the form's outermost element."""
    steps = written.removeprefix("current()/").split("/")
    if written.startswith("/"):
        return tuple(steps[2:])
    found = list(place)
    for step in steps:
        if step == ".." and found:
            found.pop()
        elif step not in {".", ".."}:
            found.append(step)
    return tuple(found)

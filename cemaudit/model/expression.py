"""``when`` expressions: a small language over answers, parsed here and never handed to ``eval``.

``GS01 != 'closed'``, ``waited > 10 and not (told or apologised)``, ``step in ['V1', 'Vn']``, ``answered(GS07)``.
Names are item ids, or ``step`` (the step of the episode). A comparison with an unanswered item is false.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from cemaudit.errors import Expected

__all__ = ["Expression", "Name", "Node", "parse"]

Value = bool | int | Decimal | str | tuple[Any, ...] | None
Answers = Mapping[str, Any]

LONGEST = 500
DEEPEST = 40
_TOKEN = re.compile(
    r"\s*(?:(?P<number>-?\d+(?:\.\d+)?)|(?P<string>'[^']*'|\"[^\"]*\")|(?P<name>[A-Za-z][A-Za-z0-9_.-]*)"
    r"|(?P<mark>==|!=|<=|>=|<|>|\(|\)|\[|\]|,))"
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_CONSTANTS: dict[str, Value] = {"true": True, "false": False}


class Node:
    """A parsed expression; ``source`` is the text it came from."""

    source: str = ""

    def holds(self, answers: Answers) -> bool:
        """Whether the expression is true of ``answers`` (item id -> value; unanswered items absent)."""
        return bool(self.value(answers))

    def value(self, answers: Answers) -> Value:
        raise NotImplementedError

    def names(self) -> Iterator[str]:
        """The item ids it reads."""
        yield from ()


@dataclass(frozen=True)
class Constant(Node):
    constant: Value

    def value(self, _answers: Answers) -> Value:
        return self.constant


@dataclass(frozen=True)
class Name(Node):
    """The answer to an item, or the step of the episode."""

    name: str

    def value(self, answers: Answers) -> Value:
        found: Value = answers.get(self.name)
        return found

    def names(self) -> Iterator[str]:
        yield self.name


@dataclass(frozen=True)
class Answered(Node):
    name: str

    def value(self, answers: Answers) -> Value:
        return answers.get(self.name) is not None

    def names(self) -> Iterator[str]:
        yield self.name


@dataclass(frozen=True)
class Comparison(Node):
    mark: str
    left: Node
    right: Node

    def value(self, answers: Answers) -> Value:
        left, right = self.left.value(answers), self.right.value(answers)
        if left is None or right is None:
            return False
        if self.mark == "in":
            return isinstance(right, tuple) and left in right
        try:
            return _COMPARE[self.mark](left, right)
        except TypeError:
            return False

    def names(self) -> Iterator[str]:
        yield from self.left.names()
        yield from self.right.names()


@dataclass(frozen=True)
class Logic(Node):
    word: str
    parts: tuple[Node, ...]

    def value(self, answers: Answers) -> Value:
        if self.word == "not":
            return not self.parts[0].holds(answers)
        return (all if self.word == "and" else any)(part.holds(answers) for part in self.parts)

    def names(self) -> Iterator[str]:
        for part in self.parts:
            yield from part.names()


def parse(source: str) -> Node:
    """The expression ``source`` stands for; ``ValueError`` says what was expected and where."""
    if len(source) > LONGEST:
        raise Expected("an expression of at most {most} characters", most=LONGEST)
    parser = _Parser(list(_tokens(source)))
    node = parser.any_of()
    if parser.ahead:
        raise Expected("an expression; {word} does not fit", word=parser.ahead)
    object.__setattr__(node, "source", source)
    return node


def _tokens(source: str) -> Iterator[str]:
    position, source = 0, source.rstrip()
    while position < len(source):
        match = _TOKEN.match(source, position)
        if not match:
            raise Expected("an expression; {word} does not fit", word=source[position:].lstrip()[:10])
        yield match.group(match.lastgroup or 0)
        position = match.end()


class _Parser:
    """Recursive descent: or < and < not < comparison < atom."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._depth = 0

    @property
    def ahead(self) -> str:
        return self._tokens[0] if self._tokens else ""

    def _take(self, expected: str = "") -> str:
        if not self._tokens or (expected and self.ahead != expected):
            raise Expected("an expression with {word} after what stands there", word=expected or "…")
        return self._tokens.pop(0)

    def any_of(self) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            raise Expected("an expression nested at most {most} deep", most=DEEPEST)
        node = self._joined("or", lambda: self._joined("and", self._negation))
        self._depth -= 1
        return node

    def _joined(self, word: str, part: Callable[[], Node]) -> Node:
        parts = [part()]
        while self.ahead == word:
            self._take()
            parts.append(part())
        return parts[0] if len(parts) == 1 else Logic(word, tuple(parts))

    def _negation(self) -> Node:
        negations = 0
        while self.ahead == "not":
            self._take()
            negations += 1
        node = self._comparison()
        return Logic("not", (node,)) if negations % 2 else node

    def _comparison(self) -> Node:
        left = self._atom()
        if self.ahead in _COMPARE or self.ahead == "in":
            mark = self._take()
            return Comparison(mark, left, self._atom())
        return left

    def _atom(self) -> Node:
        word = self._take()
        if word == "(":
            node = self.any_of()
            self._take(")")
            return node
        if word == "[":
            return self._list()
        if word == "answered" and self.ahead == "(":
            self._take()
            name = _leaf(self._take())
            if not isinstance(name, Name):
                raise Expected("an item id in answered(...)")
            self._take(")")
            return Answered(name.name)
        return _leaf(word)

    def _list(self) -> Node:
        members: list[Value] = []
        while self.ahead != "]":
            leaf = _leaf(self._take())
            if not isinstance(leaf, Constant):
                raise Expected("only constants in a list")
            members.append(leaf.constant)
            if self.ahead != "]":
                self._take(",")
        self._take("]")
        return Constant(tuple(members))


def _leaf(word: str) -> Node:
    if word[0] in "'\"":
        return Constant(word[1:-1])
    if word[0].isdigit() or word[0] == "-":
        return Constant(Decimal(word))
    if word in _CONSTANTS:
        return Constant(_CONSTANTS[word])
    if word[0].isalpha() and word not in {"and", "or", "not", "in"}:
        return Name(word)
    raise Expected("an item id or a value in the expression, found {word}", word=word)


def _to_node(value: Any) -> Any:
    if isinstance(value, Node):
        return value
    if not isinstance(value, str):
        raise Expected("an expression in quotes")
    return parse(value)


Expression = Annotated[
    Node, PlainValidator(_to_node), PlainSerializer(lambda node: node.source), WithJsonSchema({"type": "string"})
]
"""A pydantic field type: text in the file, a parsed ``Node`` in the model."""

"""The part of XPath that forms use in conditions and limits, parsed into records and never evaluated."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from cemaudit.language import Message, message

__all__ = [
    "Node",
    "Unsayable",
    "XPathCall",
    "XPathComparison",
    "XPathLiteral",
    "XPathLogic",
    "XPathNumber",
    "XPathReference",
    "constant",
    "read_xpath",
]

LONGEST = 4000
DEEPEST = 40
_QUOTES = str.maketrans("‘’“”", "''\"\"")
_TOKEN = re.compile(
    r"\s*(?:(?P<literal>'[^']*'|\"[^\"]*\")|(?P<number>\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})|(?P<reference>\$\{[^{}]*\})"
    r"|(?P<mark>!=|<=|>=|=|<|>|\(|\)|,|-)|(?P<path>(?:current\(\)|\.\.?)?(?:/(?:\.\.|[^\W\d][\w.:-]*))+|\.\.?)"
    r"|(?P<word>[^\W\d][\w:-]*(?:\.[\w:-]+)*))"
)
_CONSTANTS = {"yes": True, "true": True, "no": False, "false": False}
_MARKS = frozenset({"=", "!=", "<", "<=", ">", ">="})


class Unsayable(ValueError):
    """Something our own language has no words for; ``why`` says what."""

    def __init__(self, why: Message) -> None:
        self.why = why
        super().__init__(why.text)


@dataclass(frozen=True)
class XPathLiteral:
    """A text in quotes."""

    text: str


@dataclass(frozen=True)
class XPathNumber:
    """A number."""

    number: Decimal


@dataclass(frozen=True)
class XPathReference:
    """``${name}`` (``is_path`` false) or a path like ``../group/name``."""

    name: str
    is_path: bool = False


@dataclass(frozen=True)
class XPathCall:
    """A function and what it is called with."""

    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class XPathComparison:
    """Two values and the mark between them."""

    mark: str
    left: Node
    right: Node


@dataclass(frozen=True)
class XPathLogic:
    """Parts joined by ``and`` or ``or``."""

    word: str
    parts: tuple[Node, ...]


Node = XPathLiteral | XPathNumber | XPathReference | XPathCall | XPathComparison | XPathLogic


def constant(source: str) -> bool | None:
    """What a cell that says only yes or no, in any spelling, says; ``None`` where it says more."""
    return _CONSTANTS.get(source.strip().lower().removesuffix("()"))


def read_xpath(source: str) -> Node:
    """What ``source`` says; ``Unsayable`` where it is broken, too long, or uses more of XPath than we know.

    Quotation marks that a word processor has curled count as straight ones where nothing else makes sense of them.
    """
    truth = constant(source)
    if truth is not None:
        return XPathCall("true" if truth else "false", ())
    if len(source) > LONGEST:
        raise Unsayable(message("longer than {most} characters", most=LONGEST))
    try:
        return _read(source)
    except Unsayable:
        straight = source.translate(_QUOTES)
        if straight == source:
            raise
        return _read(straight)


def _read(source: str) -> Node:
    reader = _XPathParser(list(_tokens(source)))
    node = reader.either()
    if reader.ahead[1]:
        raise _strange(reader.ahead[1])
    return node


def _tokens(source: str) -> Iterator[tuple[str, str]]:
    position, source = 0, source.rstrip()
    while position < len(source):
        match = _TOKEN.match(source, position)
        if not match:
            raise _strange(source[position:].lstrip()[:10])
        kind = match.lastgroup or ""
        yield kind, match.group(kind)
        position = match.end()


def _strange(word: str) -> Unsayable:
    return Unsayable(message("{word} is not understood here", word=word))


class _XPathParser:
    """Recursive descent: or < and < comparison < value."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = [*tokens, ("", "")]
        self._next = 0
        self._depth = 0

    @property
    def ahead(self) -> tuple[str, str]:
        return self._tokens[self._next]

    def _take(self, expected: str = "") -> tuple[str, str]:
        token = self.ahead
        if not token[1] or (expected and token[1] != expected):
            raise _strange(token[1] or "…")
        self._next += 1
        return token

    def either(self) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            raise Unsayable(message("nested too deeply"))
        node = self._joined("or", lambda: self._joined("and", self._comparison))
        self._depth -= 1
        return node

    def _joined(self, word: str, part: Callable[[], Node]) -> Node:
        parts = [part()]
        while self.ahead == ("word", word):
            self._take()
            parts.append(part())
        return parts[0] if len(parts) == 1 else XPathLogic(word, tuple(parts))

    def _comparison(self) -> Node:
        left = self._value()
        if self.ahead[1] in _MARKS and self.ahead[0] == "mark":
            mark = self._take()[1]
            return XPathComparison(mark, left, self._value())
        return left

    def _value(self) -> Node:
        kind, text = self._take()
        if kind == "word" and self.ahead[1] == "(":
            return XPathCall(text, self._arguments())
        if text == "(":
            node = self.either()
            self._take(")")
            return node
        if text == "-" and self.ahead[0] == "number":
            return XPathNumber(-Decimal(self._take()[1]))
        return _plain(kind, text)

    def _arguments(self) -> tuple[Node, ...]:
        self._take("(")
        arguments: list[Node] = []
        while self.ahead[1] != ")":
            arguments.append(self.either())
            if self.ahead[1] != ")":
                self._take(",")
        self._take(")")
        return tuple(arguments)


def _plain(kind: str, text: str) -> Node:
    match kind:
        case "literal":
            return XPathLiteral(text[1:-1])
        case "number":
            return XPathNumber(Decimal(text))
        case "reference":
            return XPathReference(text[2:-1].strip())
        case "path":
            return XPathReference(text, is_path=True)
    raise _strange(text)

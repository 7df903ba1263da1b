"""The elements of XCCDF that are read, as a stream, and ids made of its ids."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.xml import parse_xml
from cemaudit.files import refuse_unreadable
from cemaudit.language import message
from cemaudit.model.base import clean
from cemaudit.model.identity import Numbered

__all__ = ["Ids", "XmlElement", "plain_id", "read_xccdf_xml"]

LARGEST = 100_000_000
LANGUAGE = "http://www.w3.org/XML/1998/namespace}lang"
_NAMESPACES = {f"http://checklists.nist.gov/xccdf/{version}" for version in ("1.1", "1.2")}
_TEXTS = {"title", "version", "target", "result"}
_KEPT = _TEXTS | {
    "Benchmark", "Group", "Rule", "Profile", "refine-rule", "TestResult", "benchmark", "profile", "rule-result",
}  # fmt: skip
LONGEST = 70
_PREFIX = re.compile(r"^(xccdf_[^_]+_(benchmark|profile|group|rule|testresult)_(?=.))+")
_STRANGE = re.compile(r"[^A-Za-z0-9_.-]+")


@dataclass
class XmlElement:
    """An element of XCCDF, its text with that of everything inside, and the kept elements below it."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[XmlElement] = field(default_factory=list)
    chunks: list[str] = field(default_factory=list)

    def all(self, *names: str) -> Iterator[XmlElement]:
        """The elements right below with one of these names, in order."""
        return (child for child in self.children if child.name in names)

    def first(self, name: str) -> XmlElement | None:
        """The first element right below with that name."""
        return next(self.all(name), None)

    def get(self, attribute: str, default: str = "") -> str:
        """An attribute."""
        return self.attributes.get(attribute, default)

    @property
    def text(self) -> str:
        """The text on one line, clean."""
        return " ".join(clean("".join(self.chunks)).split())

    def text_of(self, name: str) -> str:
        """The text of the first element right below with that name, or nothing."""
        child = self.first(name)
        return child.text if child else ""


def read_xccdf_xml(path: Path) -> XmlElement:
    """The benchmarks and results of a file (also inside ARF reports and data streams), below one nameless element.

    ``BadInput`` where it is no well-formed XML, is too large or too deep, or declares a document type.
    """
    refuse_unreadable(path)
    if path.stat().st_size > LARGEST:
        raise BadInput(Problem(message("larger than {most} MB", most=LARGEST // 1_000_000), path.name))
    keeper = _Keeper()
    try:
        with path.open("rb") as file:
            parse_xml(file, keeper)
    except BadInput as error:
        raise error.inside(path.name) from error
    except OSError as error:
        raise BadInput(Problem(message("cannot be read: {why}", why=error.strerror), path.name)) from error
    return keeper.root


class _Keeper:
    """Keeps what matters while the parser runs; an element left out hands its kept children to the one above."""

    def __init__(self) -> None:
        self.root = XmlElement("")
        self._kept = [self.root]
        self._open: list[bool] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition("}")
        is_kept = namespace in _NAMESPACES and local in _KEPT
        self._open.append(is_kept)
        if is_kept:
            element = XmlElement(local, attributes)
            self._kept[-1].children.append(element)
            self._kept.append(element)

    def end(self) -> None:
        if self._open.pop():
            self._kept.pop()

    def data(self, text: str) -> None:
        if self._kept[-1].name in _TEXTS:
            self._kept[-1].chunks.append(text)


def plain_id(original: str) -> str:
    """An id of our form: ``xccdf_org.example_rule_no-root`` becomes ``no-root``, ``1.2 a`` becomes ``x-1.2-a``."""
    short = _STRANGE.sub("-", _PREFIX.sub("", original, count=1))[:LONGEST]
    return short if short[:1].isalpha() else f"x-{short}"


class Ids:
    """Gives every original one id of its own; none of those ``used``."""

    def __init__(self, used: Iterable[str] = ()) -> None:
        self._names = Numbered(used)
        self._given: dict[str, str] = {}

    def __contains__(self, original: str) -> bool:
        return original in self._given

    def of(self, original: str) -> str:
        """Our id for ``original``, always the same."""
        if original not in self._given:
            self._given[original] = self._names.take(plain_id(original))
        return self._given[original]

"""An XCCDF benchmark as a checklist, and the four scoring models of XCCDF over it as a scheme.

Rules are items worth 1 or 0, groups that hold rules are touchpoints. The default model is recursive: every group is a
measure, the weighted mean of its rules and groups; ``default`` is that of the outermost ones, times 100.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.xccdf.elements import LANGUAGE, Ids, XmlElement, plain_id
from cemaudit.language import message
from cemaudit.model import Channel, Checklist, Element, Item, Measure, Mode, Scheme, Text, Touchpoint
from cemaudit.model.answers import YesNo
from cemaudit.model.base import clean
from cemaudit.model.measures import Rounding, Transform, Weights

__all__ = ["Benchmark", "BenchmarkNode", "read_benchmark", "weight_of"]

MODELS = ("default", "flat", "flat-maximum", "flat-unweighted", "flat-unweighted-maximum", "absolute")
LONGEST_TITLE = 300
_VERSION = re.compile(r"\d{1,9}(\.\d{1,9}){0,2}")
_WEIGHT = re.compile(r"\s*\+?(\d{1,15}(\.\d{0,15})?|\.\d{1,15})\s*")


@dataclass(frozen=True)
class BenchmarkNode:
    """A rule, or a group of rules and groups (``children``), with its id here and in the file."""

    id: str
    original: str
    title: Text
    weight: Fraction
    children: tuple[BenchmarkNode, ...] | None = None
    is_unscored: bool = False

    def rules(self) -> Iterator[BenchmarkNode]:
        """All rules in it, in order."""
        for child in self.children or ():
            yield from (child,) if child.children is None else child.rules()


@dataclass(frozen=True)
class Benchmark:
    """The outermost group, and what the file says of the whole."""

    top: BenchmarkNode
    version: str

    def checklist(self) -> Checklist:
        """The benchmark's rules as items."""
        return Checklist(
            id=self.top.id,
            version=self.version,
            sector="xccdf",
            title=self.top.title,
            about=_both(self.top.original),
            journey="before-on-after",
            scheme=f"{self.top.id}@{self.version}",
            touchpoints=tuple(_touchpoints(self.top)),
        )

    def scheme(self) -> Scheme:
        """The four scoring models over the benchmark's rules and groups."""
        return Scheme(
            id=self.top.id,
            version=self.version,
            title=self.top.title,
            source="XCCDF scoring models, NIST IR 7275 revision 4",
            headline="default",
            measures=(*_groups(self.top), *_models(self.top)),
        )


def _groups(node: BenchmarkNode) -> Iterator[Measure]:
    for child in node.children or ():
        if child.children is not None:
            yield from _groups(child)
            yield _mean_of(child, child.id, child.title)


def _models(top: BenchmarkNode) -> Iterator[Measure]:
    mean = _mean_of(top, "default", Text(ko="기본 점수", en="Default score"))
    percent = {"transform": Transform(times=Fraction(100)), "round": Rounding(digits=2, stage="display")}
    yield mean.model_copy(update=percent)
    yield from _flat("flat", Text(ko="평면 점수", en="Flat score"), Weights(declared=True))
    yield from _flat("flat-unweighted", Text(ko="가중치 없는 평면 점수", en="Flat unweighted score"), Weights())
    title, floor = Text(ko="절대 점수", en="Absolute score"), Rounding(digits=0, mode="floor")
    yield Measure(id="absolute", title=title, how="ratio", weights=Weights(declared=True), round=floor)


def _flat(name: str, title: Text, weights: Weights) -> Iterator[Measure]:
    """The score and its maximum: what the rules that passed weigh, and what all that count do."""
    most = Text(ko=f"{title.ko}의 만점", en=f"{title.en}, maximum")
    yield Measure(id=name, title=title, how="sum", weights=weights)
    yield Measure(id=f"{name}-maximum", title=most, how="sum", take="possible", weights=weights)


def _mean_of(group: BenchmarkNode, name: str, title: Text) -> Measure:
    """The mean of a group's children by their weights; those without any result to count fall out by themselves."""
    children = group.children or ()
    weights = {child.id: child.weight for child in children if child.children is not None and child.weight != 1}
    return Measure(
        id=name,
        title=title,
        how="weighted-mean",
        of=tuple(child.id for child in children),
        weights=Weights(declared=True, sources=weights),
        round=Rounding(digits=4, stage="display"),
    )


def _touchpoints(group: BenchmarkNode) -> Iterator[Touchpoint]:
    rules = [child for child in group.children or () if child.children is None]
    if rules:
        yield Touchpoint(
            id=group.id,
            title=group.title,
            channel=Channel.ELECTRONIC,
            stage="on",
            element=Element.PRODUCT,
            mode=Mode.PASSIVE,
            items=tuple(map(_item, rules)),
        )
    for child in group.children or ():
        if child.children is not None:
            yield from _touchpoints(child)


def _item(rule: BenchmarkNode) -> Item:
    answer = YesNo(type="yes-no")
    return Item(id=rule.id, ask=rule.title, help=_both(rule.original), answer=answer, weight=rule.weight)


def read_benchmark(element: XmlElement, weights: Mapping[str, Fraction]) -> Benchmark:
    """The benchmark in ``element``; ``weights``, by the file's own ids, go before those written at rules and groups.

    ``BadInput`` lists rules without an id, ids that come twice and weights that are none.
    """
    reader = _BenchmarkReader(weights)
    top = reader.group(element, f"xccdf.{plain_id(element.get('id'))}")
    if not reader.problems and not top.children:
        reader.problems.append(Problem(message("a benchmark without rules"), element.get("id")))
    if reader.problems:
        raise BadInput(reader.problems)
    version = _VERSION.search(element.text_of("version"))
    return Benchmark(top, version[0] if version else "1")


class _BenchmarkReader:
    def __init__(self, weights: Mapping[str, Fraction]) -> None:
        self.problems: list[Problem] = []
        self._weights = weights
        self._ids = Ids(MODELS)

    def group(self, element: XmlElement, name: str) -> BenchmarkNode:
        """A group with what is in it; groups without any rule are left out."""
        children = []
        for child in element.all("Group", "Rule"):
            original = child.get("id")
            if not original or original in self._ids:
                cause = message("id {id} comes twice", id=original) if original else message("an element without id")
                self.problems.append(Problem(cause, child.name))
            elif child.name == "Rule":
                children.append(self._node(child, self._ids.of(original)))
            elif (group := self.group(child, self._ids.of(original))).children:
                children.append(group)
        return self._node(element, name, tuple(children))

    def _node(self, element: XmlElement, name: str, children: tuple[BenchmarkNode, ...] | None = None) -> BenchmarkNode:
        original = element.get("id")
        is_unscored = element.get("role") == "unscored"
        return BenchmarkNode(name, original, _title(element), self._weight(element), children, is_unscored)

    def _weight(self, element: XmlElement) -> Fraction:
        weight = self._weights.get(element.get("id"))
        if weight is not None:
            return weight
        try:
            return weight_of(element)
        except BadInput as error:
            self.problems += error.problems
            return Fraction(1)


def weight_of(element: XmlElement) -> Fraction:
    """The element's weight, 1 where none is written; ``BadInput`` where it is no weight."""
    text = element.get("weight", "1")
    match = _WEIGHT.fullmatch(text)
    if match is None:
        place = element.get("id") or element.get("idref")
        raise BadInput(Problem(message("expected a weight, found {value}", value=text), place))
    return Fraction(match[1])


def _title(element: XmlElement) -> Text:
    """The title in its own language; without one, the id."""
    titles = [title for title in element.all("title") if title.text]
    if not titles:
        return _both(element.get("id"))
    korean = next((title for title in titles if title.get(LANGUAGE).lower().startswith("ko")), None)
    other = next((title for title in titles if title is not korean), None)
    words = {"ko": korean, "en": other}
    return Text(**{tag: title.text[:LONGEST_TITLE] for tag, title in words.items() if title})


def _both(words: str) -> Text:
    same = clean(words)[:LONGEST_TITLE] or "-"
    return Text(ko=same, en=same)

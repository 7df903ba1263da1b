"""A scheme met with a checklist: every measure resolved to its groups, every group to its inputs.

A plan holds nothing of any visit, so one plan serves a million of them.
"""

from __future__ import annotations

import graphlib
import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Literal

from cemaudit.errors import BadInput, Problem, nearest
from cemaudit.guard import absent_aggregator
from cemaudit.language import N_, message
from cemaudit.model import (
    Channel,
    Checklist,
    Element,
    Facet,
    Feeling,
    Item,
    Measure,
    MicroMoment,
    Mode,
    Moment,
    Reason,
    Scheme,
    Touchpoint,
    score_name,
)
from cemaudit.model.aggregator import Aggregator, Member
from cemaudit.model.answers import AnswerValue
from cemaudit.model.measures import VISIT_SOURCES, NotedSource
from cemaudit.scoring.aggregators import BUILT_IN
from cemaudit.scoring.items import ItemScoreTable, make_tables
from cemaudit.scoring.rounding import ScoreStep

__all__ = [
    "CriticalCap",
    "MeasureInput",
    "Plan",
    "PlannedMeasure",
    "PlannedScore",
    "absent_aggregators",
    "facets_of_touchpoint",
    "make_plan",
    "make_plan_of_kept",
]  # fmt: skip

Kind = Literal["item", "score"] | NotedSource
Facets = Mapping[Facet, tuple[str, ...]]
Key = tuple[str, ...]


@dataclass(frozen=True)
class MeasureInput:
    """One member of a group: ``ref`` is the id of an item, a touchpoint or a fact, or the name of another score."""

    kind: Kind
    ref: str
    weight: Fraction
    member_of_answer: dict[AnswerValue | None, Member] = field(default_factory=dict, compare=False, repr=False)
    """Members already made, by answer: filled while visits are scored, where an item stands alone."""
    left_out: dict[Reason, Member] = field(default_factory=dict, compare=False, repr=False)
    """The same for items without an answer, by reason."""


@dataclass(frozen=True)
class CriticalCap:
    """The score is at most ``at`` where ``item`` fails."""

    item: str
    at: Fraction


@dataclass(frozen=True)
class PlannedScore:
    """One score of a measure: the measure itself, or one of its keys."""

    key: Key
    inputs: tuple[MeasureInput, ...]
    critical_caps: tuple[CriticalCap, ...] = ()
    steps_of_value: dict[tuple[int | str, ...], tuple[ScoreStep, ...]] = field(
        default_factory=dict, compare=False, repr=False
    )
    """Steps already taken, by numerator, denominator and the caps in force: filled while visits are scored."""

    @cached_property
    def lookups(self) -> tuple[tuple[MeasureInput, str, Callable[[AnswerValue | None], Member | None]], ...]:
        """Each input with what it refers to and how members made before are found."""
        return tuple(
            (member_input, member_input.ref, member_input.member_of_answer.get) for member_input in self.inputs
        )


@dataclass(frozen=True)
class PlannedMeasure:
    """A measure with its aggregator and its groups."""

    measure: Measure
    aggregator: Aggregator
    groups: tuple[PlannedScore, ...]

    @property
    def needs(self) -> set[str]:
        """The names of the scores it is made of or capped by."""
        scores = {
            member_input.ref for group in self.groups for member_input in group.inputs if member_input.kind == "score"
        }
        return scores.union(*(cap.where for cap in self.measure.caps))

    def part(self, score_names: Collection[str]) -> PlannedMeasure:
        """It with those groups alone whose scores are ``score_names``; with all where the measure is."""
        if self.measure.id in score_names:
            return self
        groups = tuple(group for group in self.groups if score_name(self.measure.id, group.key) in score_names)
        return PlannedMeasure(self.measure, self.aggregator, groups)


@dataclass(frozen=True)
class Plan:
    """All measures of a scheme over a checklist, in an order in which each needs only earlier ones."""

    checklist: Checklist
    scheme: Scheme
    measures: tuple[PlannedMeasure, ...]

    def tables(self, na: str | None = None) -> dict[str, ItemScoreTable]:
        """What each item earns for each answer, under a measure's own NA policy where ``na`` names one."""
        if na not in self._tables:
            self._tables[na] = make_tables(self.checklist, self.scheme.unanswered, na)
        return self._tables[na]

    @cached_property
    def _tables(self) -> dict[str | None, dict[str, ItemScoreTable]]:
        return {}

    def part(self, score_names: Iterable[str]) -> Plan:
        """The part of the plan that some scores need, each named in full or, for all of a measure, by the measure."""
        # Measures stand after all they need, so one walk backwards finds everything.
        needed, measures = set(score_names), []
        for planned in reversed(self.measures):
            restricted = planned.part(needed)
            if restricted.groups:
                measures.append(restricted)
                needed |= restricted.needs
        return Plan(self.checklist, self.scheme, tuple(reversed(measures)))


@dataclass(frozen=True)
class _InputCandidate:
    """Something a measure could take in, with its facets and the weight written in the checklist."""

    kind: Kind
    ref: str
    facets: Facets
    declared: Fraction = Fraction(1)


def make_plan(checklist: Checklist, scheme: Scheme, aggregators: Mapping[str, Aggregator] | None = None) -> Plan:
    """The plan of a scheme over a checklist; ``BadInput`` lists everything in the scheme that leads nowhere."""
    return _Planner(checklist, scheme, {**(aggregators or {}), **BUILT_IN}).plan()


def make_plan_of_kept(checklist: Checklist, scheme: Scheme, aggregators: Mapping[str, Aggregator]) -> Plan:
    """The plan of definitions that a ledger keeps, also where the plugin that brought an aggregator is there no more.

    What such an aggregator would say is not known: measures made with it have no score, all others are as before.
    """
    absent = absent_aggregators(scheme, aggregators)
    return make_plan(checklist, scheme, {**aggregators, **{name: absent_aggregator(name) for name in absent}})


def absent_aggregators(scheme: Scheme, aggregators: Mapping[str, Aggregator]) -> list[str]:
    """The names of aggregators a scheme asks for that are not at hand."""
    return sorted({measure.how for measure in scheme.measures} - aggregators.keys() - BUILT_IN.keys())


class _Planner:
    def __init__(self, checklist: Checklist, scheme: Scheme, aggregators: Mapping[str, Aggregator]) -> None:
        self.checklist = checklist
        self.scheme = scheme
        self.aggregators = aggregators
        self.problems: list[Problem] = []
        self.planned: dict[str, PlannedMeasure] = {}

    def plan(self) -> Plan:
        for name in self._order():
            measure = self.scheme.measure[name]
            aggregator = self._aggregator(measure)
            groups = self._groups(measure)
            if aggregator:
                groups = _whole_groups(aggregator, groups)
                self._check_arity(measure, aggregator, groups)
                self._check_weights(measure, groups)
                self.planned[name] = PlannedMeasure(measure, aggregator, groups)
        self._check_critical_caps()
        if self.problems:
            raise BadInput(problem.inside(self.scheme.ref) for problem in self.problems)
        return Plan(self.checklist, self.scheme, tuple(self.planned.values()))

    def _order(self) -> list[str]:
        measures, items = self.scheme.measure, self.checklist.items
        needs: dict[str, list[str]] = {}
        for name, measure in measures.items():
            sources = [source for source in measure.of if source not in items]
            capping = [other for cap in measure.caps for other in cap.where]
            needs[name] = [other for other in (*sources, *capping) if other in measures]
        try:
            return list(graphlib.TopologicalSorter(needs).static_order())
        except graphlib.CycleError as error:
            circle = " -> ".join(error.args[1])
            text = message("measures need each other in a circle: {circle}", circle=circle)
            raise BadInput(Problem(text, self.scheme.ref)) from error

    def _add_problem(self, measure: Measure, text: object, field: str, hint: object = None) -> None:
        self.problems.append(Problem(text, f"measures.{measure.id}.{field}", hint))

    def _aggregator(self, measure: Measure) -> Aggregator | None:
        aggregator = self.aggregators.get(measure.how)
        if aggregator is None:
            text = message("no such aggregator: {name}", name=measure.how)
            self._add_problem(measure, text, "how", nearest(measure.how, self.aggregators))
            return None
        for option in sorted(set(measure.options) - set(aggregator.options)):
            text = message("{how} has no option {option}", how=measure.how, option=option)
            self._add_problem(measure, text, "options", nearest(option, aggregator.options))
        return aggregator

    def _groups(self, measure: Measure) -> tuple[PlannedScore, ...]:
        members: dict[Key, list[MeasureInput]] = {}
        for source in measure.of:
            for candidate in self._candidates(measure, source):
                if self._meets_conditions(measure, candidate):
                    factor = _factor(measure, source, candidate)
                    for key in itertools.product(*(candidate.facets.get(facet, ()) for facet in measure.for_each)):
                        members.setdefault(key, []).append(MeasureInput(candidate.kind, candidate.ref, factor))
        keys = sorted(members, key=lambda key: self._rank(measure, key))
        return tuple(
            PlannedScore(key, tuple(members[key]), self._critical_caps(measure, key)) for key in keys
        ) or self._empty(measure)

    def _empty(self, measure: Measure) -> tuple[PlannedScore, ...]:
        # A measure by facet may have no group at all; a single one exists and is not scored.
        return () if measure.for_each else (PlannedScore((), ()),)

    def _meets_conditions(self, measure: Measure, candidate: _InputCandidate) -> bool:
        for facet, condition in measure.where.items():
            if not set(candidate.facets.get(facet, ())) & (
                {condition} if isinstance(condition, str) else set(condition)
            ):
                return False
        missing = [facet for facet in measure.for_each if facet not in candidate.facets]
        if missing:
            text = message("{source} has no {facet} to be grouped by", source=candidate.ref, facet=missing[0].value)
            self._add_problem(measure, text, "for_each")
        return not missing

    def _candidates(self, measure: Measure, source: str) -> Iterator[_InputCandidate]:
        checklist = self.checklist
        if source == "@items":
            # Items without points count, too, where raw values are asked for.
            takes_all = measure.take == "value"
            yield from (self._item(item) for item in checklist.items.values() if takes_all or item.possible is not None)
        elif source == "@facts":
            yield from (_InputCandidate("@facts", fact, {Facet.FACT: (fact,)}) for fact in checklist.fact)
        elif source in VISIT_SOURCES:
            # What was perceived, and expected beforehand, is asked at a few touchpoints only.
            is_asked_of_few = source in {"@expected", "@perceived"}
            touchpoints = [spot for spot in checklist.touchpoints if spot.perceived or not is_asked_of_few]
            yield from (self._feeling(source, touchpoint) for touchpoint in touchpoints)
        elif source in checklist.items:
            yield self._item(checklist.items[source])
        elif source in self.scheme.measure:
            yield from self._scores(source)
        else:
            known_names = [*VISIT_SOURCES, *checklist.items, *self.scheme.measure]
            text = message("no such item or measure: {name}", name=source)
            self._add_problem(measure, text, "of", nearest(source, known_names))

    def _item(self, item: Item) -> _InputCandidate:
        facets = facets_of_touchpoint(self.checklist.touchpoint_of[item.id])
        own = {
            Facet.ITEM: (item.id,),
            Facet.TAG: item.tags,
            Facet.HAND_OVER: self.checklist.hand_overs_of.get(item.id, ()),
        }
        return _InputCandidate("item", item.id, {**facets, **own}, item.weight)

    def _feeling(self, source: str, touchpoint: Touchpoint) -> _InputCandidate:
        kind: Kind = source  # type: ignore[assignment]
        return _InputCandidate(kind, touchpoint.id, facets_of_touchpoint(touchpoint), touchpoint.weight)

    def _scores(self, source: str) -> Iterator[_InputCandidate]:
        planned = self.planned.get(source)
        for group in planned.groups if planned else ():
            yield self._score(self.scheme.measure[source], group.key)

    def _score(self, measure: Measure, key: Key) -> _InputCandidate:
        """Another measure's score; one kept per item or touchpoint brings along all facets and the weight of those."""
        named = dict(zip(measure.for_each, key, strict=True))
        facets: dict[Facet, tuple[str, ...]] = {facet: (value,) for facet, value in named.items()}
        declared = Fraction(1)
        if Facet.ITEM in named:
            item = self._item(self.checklist.items[named[Facet.ITEM]])
            facets, declared = {**item.facets, **facets}, item.declared
        elif Facet.TOUCHPOINT in named:
            touchpoint = self.checklist.touchpoint[named[Facet.TOUCHPOINT]]
            facets, declared = {**facets_of_touchpoint(touchpoint), **facets}, touchpoint.weight
        return _InputCandidate("score", score_name(measure.id, key), facets, declared)

    def _rank(self, measure: Measure, key: Key) -> tuple[int, ...]:
        return tuple(self._orders[facet].get(value, 0) for facet, value in zip(measure.for_each, key, strict=True))

    @cached_property
    def _orders(self) -> dict[Facet, dict[str, int]]:
        checklist = self.checklist
        # Tags have no order but that in which the checklist first uses them.
        tags = dict.fromkeys(tag for item in checklist.items.values() for tag in item.tags)
        orders: dict[Facet, list[str]] = {
            Facet.ITEM: list(checklist.items),
            Facet.TOUCHPOINT: list(checklist.touchpoint),
            Facet.CHANNEL: list(Channel),
            Facet.MEDIUM: list(dict.fromkeys(t.medium for t in checklist.touchpoints if t.medium)),
            Facet.STAGE: [stage.id for stage in checklist.path.stages],
            Facet.ELEMENT: list(Element),
            Facet.MODE: list(Mode),
            Facet.MOMENT: list(Moment),
            Facet.MICRO_MOMENT: list(MicroMoment),
            Facet.TAG: list(tags),
            Facet.FEELING: list(Feeling),
            Facet.FACT: list(checklist.fact),
            Facet.HAND_OVER: list(dict.fromkeys(itertools.chain(*checklist.hand_overs_of.values()))),
        }
        return {facet: {value: number for number, value in enumerate(values)} for facet, values in orders.items()}

    def _critical_caps(self, measure: Measure, key: Key) -> tuple[CriticalCap, ...]:
        caps = []
        for item in self.checklist.items.values():
            if item.critical and item.critical.caps == measure.id and item.critical.at is not None:
                facets = self._item(item).facets
                if all(value in facets.get(facet, ()) for facet, value in zip(measure.for_each, key, strict=True)):
                    caps.append(CriticalCap(item.id, item.critical.at))
        return tuple(caps)

    def _check_critical_caps(self) -> None:
        """A checklist's caps are meant for its own scheme; under another one they may find nothing to cap."""
        if self.checklist.scheme != self.scheme.ref:
            return
        for item in self.checklist.items.values():
            caps = item.critical.caps if item.critical else None
            if caps and caps not in self.scheme.measure:
                text = message("item {item} caps a measure the scheme lacks: {measure}", item=item.id, measure=caps)
                self.problems.append(Problem(text, "measures", nearest(caps, self.scheme.measure)))

    def _check_arity(self, measure: Measure, aggregator: Aggregator, groups: tuple[PlannedScore, ...]) -> None:
        # Each group is a score of its own, so each must have the right number of inputs.
        wrong = next((group for group in groups if aggregator.arity not in {None, len(group.inputs)}), None)
        if wrong:
            name, count = score_name(measure.id, wrong.key), len(wrong.inputs)
            text = N_("{how} needs {needed} inputs, {name} has {count}")
            problem = message(text, how=measure.how, needed=aggregator.arity, name=name, count=count)
            self._add_problem(measure, problem, "of")

    def _check_weights(self, measure: Measure, groups: tuple[PlannedScore, ...]) -> None:
        """A facet's group may weigh nothing; a mean or ratio as a whole may not."""
        inputs = [member_input for group in groups for member_input in group.inputs]
        aggregator = BUILT_IN.get(measure.how)
        divides_by_weights = aggregator is not None and aggregator.mean_over in {"weights", "possible"}
        if divides_by_weights and inputs and not sum(member_input.weight for member_input in inputs):
            self._add_problem(measure, message("the weights of {name} sum to 0", name=measure.id), "weights")


def _whole_groups(aggregator: Aggregator, groups: tuple[PlannedScore, ...]) -> tuple[PlannedScore, ...]:
    """Leave out groups that lack an input others have: a touchpoint without points has no performance to compare."""
    arity = aggregator.arity
    if arity is None or all(len(group.inputs) != arity for group in groups):
        return groups
    return tuple(group for group in groups if len(group.inputs) >= arity)


def facets_of_touchpoint(touchpoint: Touchpoint) -> dict[Facet, tuple[str, ...]]:
    """The facets of a touchpoint; those it lacks are empty and belong to no group."""
    micro_moment = touchpoint.own_micro_moment
    return {
        Facet.TOUCHPOINT: (touchpoint.id,),
        Facet.CHANNEL: (touchpoint.channel.value,),
        Facet.MEDIUM: (touchpoint.medium.value,) if touchpoint.medium else (),
        Facet.STAGE: (touchpoint.stage,),
        Facet.ELEMENT: (touchpoint.element.value,),
        Facet.MODE: (touchpoint.mode.value,),
        Facet.MOMENT: (touchpoint.moment.value,) if touchpoint.moment else (),
        Facet.MICRO_MOMENT: (micro_moment.value,) if micro_moment else (),
        Facet.FEELING: (touchpoint.feeling.value,),
    }


def _factor(measure: Measure, source: str, candidate: _InputCandidate) -> Fraction:
    weights = measure.weights
    factor = weights.sources.get(source, Fraction(1)) * (candidate.declared if weights.declared else 1)
    for facet, factors in weights.facets.items():
        for value in candidate.facets.get(facet, ()):
            factor *= factors.get(value, Fraction(1))
    return factor

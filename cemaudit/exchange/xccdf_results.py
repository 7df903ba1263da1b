"""One result of a benchmark as a visit: what passed is yes, what did not is no, the rest was left out, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from pydantic import ValidationError

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.xccdf_benchmark import Benchmark, BenchmarkNode
from cemaudit.exchange.xccdf_ids import Numbered, plain_id
from cemaudit.exchange.xccdf_xml import XmlElement
from cemaudit.language import message
from cemaudit.model import Skip, SkipState, Visit, faults

__all__ = ["ResultReader"]

LONGEST = 120

_ANSWERS = {"fail": False, "error": False, "unknown": False, "pass": True, "fixed": True}
_SKIPS = {
    "notchecked": Skip(state=SkipState.NOT_OBSERVED),
    "informational": Skip(state=SkipState.NOT_APPLICABLE, reason="informational"),
    "notapplicable": Skip(state=SkipState.NOT_APPLICABLE),
    "notselected": Skip(state=SkipState.NOT_APPLICABLE, reason="notselected"),
}
_WORST_FIRST = [*_ANSWERS, *_SKIPS]


class ResultReader:
    """Reads results of one benchmark; gives every visit an id of its own."""

    def __init__(self, benchmark: Benchmark) -> None:
        self._ref = benchmark.checklist().ref
        self._rules = {rule.original: rule for rule in benchmark.top.rules()}
        self._weights = {node.original: node.weight for node in _nodes(benchmark.top)}
        self._names = Numbered()

    def visit(self, result: XmlElement, weights: Mapping[str, Fraction]) -> Visit:
        """The visit of one result; ``BadInput`` lists what is wrong with it."""
        problems = [*self._other_weights(weights)]
        data = self._head(result, problems) | self._answers(result, problems)
        if problems:
            raise BadInput(problems)
        try:
            visit = Visit.model_validate(data)
        except ValidationError as error:
            raise BadInput(faults.problems(error, data)) from error
        return visit.model_copy(update={"id": self._names.take(visit.id)})

    def _other_weights(self, weights: Mapping[str, Fraction]) -> Iterator[Problem]:
        for name, weight in weights.items():
            if self._weights.get(name, weight) != weight:
                what = message("weighs {weight}, in the first result {other}", weight=weight, other=self._weights[name])
                yield Problem(what, name, message("import it by itself"))

    def _head(self, result: XmlElement, problems: list[Problem]) -> dict[str, Any]:
        target, profile = result.text_of("target")[:LONGEST], result.first("profile")
        times = _times(result, problems)
        if not target:
            problems.append(Problem(message("a result without target")))
        when = result.get("end-time") or result.get("start-time")
        return {
            "id": " ".join(filter(None, (target[:50], when[:25], plain_id(result.get("id"))[:30]))),
            "checklist": self._ref,
            "store": target,
            "occasion": profile.get("idref")[:LONGEST] if profile else None,
            "origin": "import",
            **times,
        }

    def _answers(self, result: XmlElement, problems: list[Problem]) -> dict[str, Any]:
        answers: dict[str, bool] = {}
        skipped: dict[str, Skip] = {}
        notes: dict[str, str] = {}
        for original, word, is_unscored in _words(result, problems):
            rule = self._rules.get(original)
            if rule is None:
                problems.append(Problem(message("no such rule in the benchmark: {rule}", rule=original)))
            elif word in _SKIPS:
                skipped[rule.id] = _SKIPS[word]
            elif is_unscored or rule.is_unscored:
                skipped[rule.id] = Skip(state=SkipState.NOT_APPLICABLE, reason=f"unscored: {word}")
            else:
                answers[rule.id] = _ANSWERS[word]
                if word not in {"pass", "fail"}:
                    notes[rule.id] = word
        return {"answers": answers, "skipped": skipped, "notes": notes}


def _nodes(top: BenchmarkNode) -> Iterator[BenchmarkNode]:
    for child in top.children or ():
        yield child
        yield from _nodes(child)


def _words(result: XmlElement, problems: list[Problem]) -> Iterator[tuple[str, str, bool]]:
    """Each rule with its result, the worst where it was checked at several places, and whether it is unscored."""
    found: dict[str, list[XmlElement]] = {}
    for one in result.all("rule-result"):
        word = one.text_of("result")
        if word in _WORST_FIRST:
            found.setdefault(one.get("idref"), []).append(one)
        else:
            what = message("expected a result such as pass or fail, found {value}", value=word)
            problems.append(Problem(what, one.get("idref")))
    for original, instances in found.items():
        worst = min((one.text_of("result") for one in instances), key=_WORST_FIRST.index)
        yield original, worst, any(one.get("role") == "unscored" for one in instances)


def _times(result: XmlElement, problems: list[Problem]) -> dict[str, Any]:
    """The day, and start and end where the file gives their zone."""
    found: dict[str, dt.datetime] = {}
    for name, attribute in (("started", "start-time"), ("finished", "end-time")):
        text = result.get(attribute)
        try:
            found |= {name: dt.datetime.fromisoformat(text)} if text else {}
        except ValueError:
            example = "2026-11-21T14:05:00"
            what = message("expected a time such as {example}, found {value}", example=example, value=text)
            problems.append(Problem(what, attribute))
    if not found:
        return {}
    day = {"date": next(iter(found.values())).date()}
    return day | found if all(moment.tzinfo for moment in found.values()) else day

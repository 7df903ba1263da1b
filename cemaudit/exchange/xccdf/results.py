"""XCCDF files (also ARF reports and data streams): the benchmark as checklist and scheme, every result as a visit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.xccdf.benchmark import Benchmark, BenchmarkNode, read_benchmark, weight_of
from cemaudit.exchange.xccdf.elements import XmlElement, plain_id, read_xccdf_xml
from cemaudit.language import message
from cemaudit.model import Checklist, Scheme, Skip, SkipState, Visit, faults
from cemaudit.model.identity import Numbered

__all__ = ["ResultReader", "Xccdf", "import_xccdf"]

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
                cause = message(
                    "weighs {weight}, in the first result {other}", weight=weight, other=self._weights[name]
                )
                yield Problem(cause, name, message("import it by itself"))

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
    instances_of: dict[str, list[XmlElement]] = {}
    for rule_result in result.all("rule-result"):
        word = rule_result.text_of("result")
        if word in _WORST_FIRST:
            instances_of.setdefault(rule_result.get("idref"), []).append(rule_result)
        else:
            cause = message("expected a result such as pass or fail, found {value}", value=word)
            problems.append(Problem(cause, rule_result.get("idref")))
    for original, instances in instances_of.items():
        worst = min((rule_result.text_of("result") for rule_result in instances), key=_WORST_FIRST.index)
        yield original, worst, any(rule_result.get("role") == "unscored" for rule_result in instances)


def _times(result: XmlElement, problems: list[Problem]) -> dict[str, Any]:
    """The day, and start and end where the file gives their zone."""
    times: dict[str, dt.datetime] = {}
    for name, attribute in (("started", "start-time"), ("finished", "end-time")):
        text = result.get(attribute)
        try:
            times |= {name: dt.datetime.fromisoformat(text)} if text else {}
        except ValueError:
            example = "2026-11-21T14:05:00"
            cause = message("expected a time such as {example}, found {value}", example=example, value=text)
            problems.append(Problem(cause, attribute))
    if not times:
        return {}
    day = {"date": next(iter(times.values())).date()}
    return day | times if all(moment.tzinfo for moment in times.values()) else day


@dataclass
class Xccdf:
    """What a file holds: ``results`` in all, each a visit or, with the reasons in ``problems``, left out."""

    checklist: Checklist
    scheme: Scheme
    results: int
    visits: list[Visit] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def import_xccdf(path: Path) -> Xccdf:
    """The benchmark and results in ``path``; ``BadInput`` where the file is unusable or holds no result that is.

    A weight refined for a result goes before that of the benchmark. A file gives one checklist: results of another
    benchmark, or with other weights, than the first are left out.
    """
    root = read_xccdf_xml(path)
    try:
        imported = _imported(root)
    except BadInput as error:
        raise error.inside(path.name) from error
    imported.problems = [problem.inside(path.name) for problem in imported.problems]
    return imported


def _imported(root: XmlElement) -> Xccdf:
    results = list(_results(root))
    if not results:
        if root.children:
            raise BadInput(Problem(message("no XCCDF results in the file")))
        hint = message("a submission is of a form made by 'cemaudit form' and has an instanceID")
        raise BadInput(Problem(message("neither a submission of a phone nor XCCDF results"), hint=hint))
    element = _benchmark_of(results[0], root)
    benchmark = read_benchmark(element, _refined(results[0], element))
    imported = Xccdf(benchmark.checklist(), benchmark.scheme(), len(results))
    reader = ResultReader(benchmark)
    for result in results:
        try:
            if _benchmark_of(result, root).get("id") != element.get("id"):
                raise BadInput(Problem(message("a result of another benchmark; import it by itself")))
            imported.visits.append(reader.visit(result, _refined(result, element)))
        except BadInput as error:
            imported.problems += error.inside(result.get("id") or "TestResult").problems
    if not imported.visits:
        raise BadInput(imported.problems)
    return imported


def _results(root: XmlElement) -> Iterator[XmlElement]:
    for element in root.children:
        yield from (element,) if element.name == "TestResult" else element.all("TestResult")


def _benchmark_of(result: XmlElement, root: XmlElement) -> XmlElement:
    """The benchmark a result lies in, names, or stands beside; a bare result is its own, with its rules in a row."""
    benchmarks = list(root.all("Benchmark"))
    around = [benchmark for benchmark in benchmarks if any(child is result for child in benchmark.children)]
    reference = result.first("benchmark")
    name = reference.get("id") if reference else ""
    named = [benchmark for benchmark in benchmarks if name and benchmark.get("id") == name]
    candidates = around or named or (benchmarks if len(benchmarks) == 1 else [])
    return candidates[0] if candidates else _bare(result, name)


def _bare(result: XmlElement, name: str) -> XmlElement:
    rules = {rule_result.get("idref"): rule_result.attributes for rule_result in result.all("rule-result")}
    children = [XmlElement("Rule", {**attributes, "id": rule}) for rule, attributes in rules.items()]
    return XmlElement("Benchmark", {"id": name or result.get("id")}, children)


def _refined(result: XmlElement, benchmark: XmlElement) -> dict[str, Fraction]:
    """The weights this result was made with: of groups by its profile, of rules as written beside their results."""
    profile = result.first("profile")
    refined = _profile_weights(profile.get("idref"), benchmark) if profile else {}
    stated = (rule_result for rule_result in result.all("rule-result") if "weight" in rule_result.attributes)
    return refined | {rule_result.get("idref"): weight_of(rule_result) for rule_result in stated}


def _profile_weights(name: str, benchmark: XmlElement) -> dict[str, Fraction]:
    """The weights a profile sets; those of the profiles it extends come first."""
    profiles = {profile.get("id"): profile for profile in benchmark.all("Profile")}
    line: list[XmlElement] = []
    while (profile := profiles.pop(name, None)) is not None:
        line.append(profile)
        name = profile.get("extends")
    rows = (row for ancestor in reversed(line) for row in ancestor.all("refine-rule") if "weight" in row.attributes)
    return {row.get("idref"): weight_of(row) for row in rows}

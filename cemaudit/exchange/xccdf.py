"""XCCDF files (also ARF reports and data streams): the benchmark as checklist and scheme, every result as a visit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.xccdf_benchmark import read_benchmark, weight_of
from cemaudit.exchange.xccdf_results import ResultReader
from cemaudit.exchange.xccdf_xml import XmlElement, read_xccdf_xml
from cemaudit.language import message
from cemaudit.model import Checklist, Scheme, Visit

__all__ = ["Xccdf", "import_xccdf"]


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
        found = _imported(root)
    except BadInput as error:
        raise error.inside(path.name) from error
    found.problems = [problem.inside(path.name) for problem in found.problems]
    return found


def _imported(root: XmlElement) -> Xccdf:
    results = list(_results(root))
    if not results:
        raise BadInput(Problem(message("no XCCDF results in the file")))
    element = _benchmark_of(results[0], root)
    benchmark = read_benchmark(element, _refined(results[0], element))
    found = Xccdf(benchmark.checklist(), benchmark.scheme(), len(results))
    reader = ResultReader(benchmark)
    for result in results:
        try:
            if _benchmark_of(result, root).get("id") != element.get("id"):
                raise BadInput(Problem(message("a result of another benchmark; import it by itself")))
            found.visits.append(reader.visit(result, _refined(result, element)))
        except BadInput as error:
            found.problems += error.inside(result.get("id") or "TestResult").problems
    if not found.visits:
        raise BadInput(found.problems)
    return found


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
    found = around or named or (benchmarks if len(benchmarks) == 1 else [])
    return found[0] if found else _bare(result, name)


def _bare(result: XmlElement, name: str) -> XmlElement:
    rules = {one.get("idref"): one.attributes for one in result.all("rule-result")}
    children = [XmlElement("Rule", {**attributes, "id": rule}) for rule, attributes in rules.items()]
    return XmlElement("Benchmark", {"id": name or result.get("id")}, children)


def _refined(result: XmlElement, benchmark: XmlElement) -> dict[str, Fraction]:
    """The weights this result was made with: of groups by its profile, of rules as written beside their results."""
    profile = result.first("profile")
    refined = _profile_weights(profile.get("idref"), benchmark) if profile else {}
    stated = (one for one in result.all("rule-result") if "weight" in one.attributes)
    return refined | {one.get("idref"): weight_of(one) for one in stated}


def _profile_weights(name: str, benchmark: XmlElement) -> dict[str, Fraction]:
    """The weights a profile sets; those of the profiles it extends come first."""
    profiles = {profile.get("id"): profile for profile in benchmark.all("Profile")}
    line: list[XmlElement] = []
    while (profile := profiles.pop(name, None)) is not None:
        line.append(profile)
        name = profile.get("extends")
    rows = (row for one in reversed(line) for row in one.all("refine-rule") if "weight" in row.attributes)
    return {row.get("idref"): weight_of(row) for row in rows}

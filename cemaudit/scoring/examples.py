"""Running a scheme's own vectors: published answers in, published numbers out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from fractions import Fraction

from cemaudit.errors import BadInput, Problem
from cemaudit.language import message
from cemaudit.model import Checklist, Scheme, Score, Skip, Vector, Visit
from cemaudit.model.aggregator import Aggregator
from cemaudit.model.base import shown_exactly
from cemaudit.model.measures import Rounding
from cemaudit.model.vectors import Case
from cemaudit.scoring.bands import find_consequences
from cemaudit.scoring.composition import summarise
from cemaudit.scoring.engine import make_audit
from cemaudit.scoring.plan import Plan, make_plan
from cemaudit.scoring.rounding import round_exactly
from cemaudit.scoring.validation import check_visit

__all__ = ["run_vectors"]

_BEFORE = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


def run_vectors(scheme: Scheme, aggregators: Mapping[str, Aggregator] | None = None) -> list[Problem]:
    """Where the scheme leads nowhere, and where its vectors differ from what it computes; empty where all is well.

    A scheme without questions of its own can only be looked at together with a checklist.
    """
    if scheme.sheet is None:
        return [Problem(message("vectors need the scheme's own inputs"), "vectors")] if scheme.vectors else []
    try:
        plan = make_plan(scheme.sheet, scheme, aggregators)
    except BadInput as error:
        return list(error.problems)
    return [problem.inside(f"vectors.{vector.name}") for vector in scheme.vectors for problem in _run(vector, plan)]


def _run(vector: Vector, plan: Plan) -> Iterator[Problem]:
    cases = [case for case in vector.visits or (vector,) for _ in range(case.times)]
    visits = [_visit(case, number, plan.checklist) for number, case in enumerate(cases, 1)]
    unfit = [problem for visit in visits for problem in check_visit(visit, plan.checklist)]
    if unfit:
        yield from unfit
        return
    audits = [make_audit(plan, visit) for visit in visits]
    yield from _numbers(vector.expect, audits[-1].scores, vector.digits)
    yield from _numbers(vector.summary, summarise(plan, audits), vector.digits)
    for name in vector.not_scored:
        value = audits[-1].score(name).value
        if value is not None:
            yield _differs(name, message("not scored"), shown_exactly(value))
    label = audits[-1].band.label if audits[-1].band else ""
    if vector.band is not None and label != vector.band:
        yield _differs("band", vector.band or "-", label or "-")
    if vector.consequences is not None:
        following = find_consequences(plan.scheme, [*vector.bands_before, label or None])
        ids = tuple(consequence.id for consequence in following)
        if sorted(ids) != sorted(vector.consequences):
            yield _differs("consequences", ", ".join(vector.consequences) or "-", ", ".join(ids) or "-")


def _visit(case: Case, number: int, sheet: Checklist) -> Visit:
    return Visit(
        id=f"vector-{number}",
        checklist=sheet.ref,
        store="vector",
        answers=case.answers,
        skipped={item: Skip(state=state) for item, state in case.skipped.items()},
        emotions=case.emotions,
        expectations=case.expectations,
        # Vectors have no times of their own: that the expectations were noted first is all they say.
        expected=_BEFORE if case.expected_before else None,
        started=_BEFORE if case.expected_before else None,
        perceived=case.perceived,
    )


def _numbers(expected: Mapping[str, Fraction], scores: Mapping[str, Score], digits: int | None) -> Iterator[Problem]:
    for name, value in expected.items():
        if name not in scores:
            yield Problem(message("no such score: {name}", name=name), name)
            continue
        computed = scores[name].value
        if computed is not None and digits is not None:
            computed = round_exactly(computed, Rounding(digits=digits))
        if computed != value:
            value_text = message("not scored") if computed is None else shown_exactly(computed)
            yield _differs(name, shown_exactly(value), value_text)


def _differs(place: str, expected: object, computed: object) -> Problem:
    return Problem(message("expected {what}, found {value}", what=expected, value=computed), place)

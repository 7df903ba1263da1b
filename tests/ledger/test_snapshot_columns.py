"""What stands in the files of a snapshot is what was answered, and what the exact evaluator makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import plan_strategies, samples, snapshots
from hypothesis import HealthCheck, example, given, reject, settings
from hypothesis import strategies as st

from cemaudit.errors import BadInput
from cemaudit.exchange.canonical_json import line_of
from cemaudit.ledger.definitions import as_text
from cemaudit.ledger.snapshot.answer_columns import _to_units, points_units, read_recorded_visit
from cemaudit.ledger.snapshot.names import CODES, TOO_LARGE, ColumnNames, code_of, score_columns
from cemaudit.ledger.snapshot.score_columns import LARGEST, hundredths
from cemaudit.model import Item, Reason, Scheme, Visit
from cemaudit.model.answers import AnswerValue, Choices, TextAnswer
from cemaudit.model.measures import Rounding
from cemaudit.scoring import Plan, check_visit, evaluate, make_plan
from cemaudit.scoring.bands import find_band
from cemaudit.scoring.items import item_is_relevant
from cemaudit.scoring.rounding import round_exactly
from cemaudit.scoring.validation import check_visit as fits

FEW = settings(max_examples=25, suppress_health_check=list(HealthCheck))


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    try:
        return draw(plan_strategies.plans())
    except (BadInput, ValueError):
        reject()


@st.composite
def visits(draw: st.DrawFn, of: Plan) -> list[Visit]:
    found = draw(st.lists(plan_strategies.visits(of.checklist), min_size=1, max_size=5))
    return [visit for visit in found if not check_visit(visit, of.checklist)]


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        snapshots.know(patch, plan_strategies.OTHERS)
        yield tmp_path_factory.mktemp("snapshot")
    snapshots.hundredths_scorer.cache_clear()


@pytest.mark.slow
@FEW
@given(st.data())
def test_files_hold_answers_and_exact_scores(folder: Path, data: st.DataObject) -> None:
    plan = data.draw(plans())
    given_visits = data.draw(visits(plan))
    if not given_visits:
        reject()
    made = snapshots.files(folder, plan, snapshots.rows_of(given_visits))
    answered, scored = snapshots.read(made.written["answers"].path), snapshots.read(made.written["scores"].path)
    assert [row["number"] for row in answered] == [row["number"] for row in scored]
    for visit, row, scores in zip(given_visits, answered, scored, strict=True):
        compare_answers(plan, visit, row)
        compare_scores(plan, visit, scores)


def compare_answers(plan: Plan, visit: Visit, row: dict[str, Any]) -> None:
    checklist, names, units = plan.checklist, ColumnNames(plan.checklist), points_units(plan.checklist)
    for name, item in checklist.items.items():
        answer = visit.answers.get(name)
        assert row[names.item("state", name)] == state(plan, visit, item)
        if not isinstance(item.answer, TextAnswer):
            assert row[names.item("answer", name)] == shown(item, answer), name
        if name in units:
            points = None if answer is None else item.answer.points(answer)
            assert row[names.item("points", name)] == in_parts(points, units[name]), name
    for touchpoint in checklist.touchpoint:
        assert row[names.touchpoint("emotion", touchpoint)] == visit.emotions.get(touchpoint)
        assert row[names.touchpoint("expectation", touchpoint)] == visit.expectations.get(touchpoint)
        claims = sum(claim.touchpoint == touchpoint for claim in visit.claims)
        assert (row[names.touchpoint("claims", touchpoint)], row[names.touchpoint("blames", touchpoint)]) == (claims, 0)


def state(plan: Plan, visit: Visit, item: Item) -> int | None:
    if not item_is_relevant(item, visit, plan.checklist):
        return code_of("not-relevant")
    if item.id in visit.answers:
        return None
    return code_of(visit.skipped[item.id].state.value if item.id in visit.skipped else "unanswered")


def shown(item: Item, answer: AnswerValue | None) -> Any:
    if isinstance(item.answer, Choices) and isinstance(answer, tuple):
        return ",".join(answer)
    return float(answer) if isinstance(answer, Decimal) else answer


def in_parts(points: Fraction | None, unit: int) -> int | None:
    if points is None:
        return None
    assert (points * unit).denominator == 1 or unit == 1000
    return round(points * unit)


def compare_scores(plan: Plan, visit: Visit, row: dict[str, Any]) -> None:
    scores = evaluate(plan, visit).scores
    columns = score_columns(plan)
    assert [column.name for column in columns] == list(scores)
    for column in columns:
        score = scores[column.name]
        if score.value is None:
            assert row[column.score] is None
            assert CODES[row[column.reason]] == score.reason
        elif abs(score.value) * 100 <= LARGEST:
            assert row[column.reason] is None
            assert row[column.score] == hundredths(score.value), column.name
    band = find_band(plan.scheme, scores)
    assert row["band"] == (band and band.label)
    assert row["scheme"] == plan.scheme.ref


@FEW
@given(st.data())
def test_lines_are_read_as_the_model_reads_them(data: st.DataObject) -> None:
    visit = data.draw(plan_strategies.visits(data.draw(plan_strategies.checklists())))
    noted = read_recorded_visit(line_of(visit))
    for field in ("answers", "skipped", "emotions", "expectations", "step"):
        assert getattr(noted, field) == getattr(Visit.model_validate_json(line_of(visit)), field)
    assert [type(one) for one in noted.answers.values()] == [type(visit.answers[name]) for name in noted.answers]
    assert [one.touchpoint for one in noted.claims] == [one.touchpoint for one in visit.claims]


@given(st.fractions())
def test_hundredths_are_the_nearest_halves_away_from_zero(value: Fraction) -> None:
    found = hundredths(value)
    assert abs(found - value * 100) <= Fraction(1, 2)
    if abs(found - value * 100) == Fraction(1, 2):
        assert abs(found) > abs(value * 100)


def test_codes_of_reasons_stay_what_they_are() -> None:
    assert [CODES[number] for number in range(1, len(Reason) + 1)] == [reason.value for reason in Reason]
    assert CODES[100] == TOO_LARGE
    assert len(CODES) == len(Reason) + 1


ONE = samples.items_only(samples.item("N", {"type": "number", "points": "value"}), samples.item("I"))
SUM = samples.scheme({"id": "it", "how": "sum"})
NUMBERS = samples.scheme({"id": "it", "how": "sum", "of": ["N"]})


def files_of_one(folder: Path, *answers: Any) -> tuple[snapshots.Rows, snapshots.Rows]:
    of = [samples.visit(id=f"v{place}", answers={"N": answer}) for place, answer in enumerate(answers)]
    assert not [problem for visit in of for problem in fits(visit, ONE)]
    made = snapshots.files(folder, make_plan(ONE, NUMBERS), snapshots.rows_of(of))
    return snapshots.read(made.written["answers"].path), snapshots.read(made.written["scores"].path)


def test_halves_that_floats_miss_are_rounded_exactly(folder: Path) -> None:
    numbers = [Decimal("0.005"), Decimal("1.005"), Decimal("2.675"), Decimal("-1.005"), Decimal("1.00499999999")]
    _, scores = files_of_one(folder, *numbers)
    assert [row["score:it"] for row in scores] == [1, 101, 268, -101, 100]


def test_numbers_no_column_holds_are_said_to_be_too_large(folder: Path) -> None:
    answers, scores = files_of_one(folder, 2**60 + 1, 29_999_999, 30_000_001, 2**52 + 1)
    assert [row["state:N"] for row in answers] == [100, None, None, None]
    assert [row["answer:N"] for row in answers] == [None, 29_999_999.0, 30_000_001.0, float(2**52 + 1)]
    assert [row["points:N"] for row in answers] == [None, 29_999_999_000, 30_000_001_000, (2**52 + 1) * 1000]
    assert [row["score:it"] for row in scores] == [None, 2_999_999_900, None, None]
    assert [row["reason:it"] for row in scores] == [100, None, 100, 100]


@example(Decimal("261831598896.284470"))
@given(st.decimals(-(10**15), 10**15, places=6) | st.decimals(-10, 10, places=4))
def test_points_of_numbers_are_thousandths_to_the_nearest(number: Decimal) -> None:
    value = float(number)
    (found,) = _to_units(np.array([value]), 1000)
    assert found == round_exactly(Fraction(repr(value)) * 1000, Rounding())


def test_words_are_never_in_the_files(folder: Path) -> None:
    of = samples.items_only(samples.item("I"), samples.item("T", "text"))
    noted = {"notes": {"I": "secret"}, "claims": [{"touchpoint": "t", "text": "secret"}], "persona": "secret"}
    visit = samples.visit(answers={"I": True, "T": "secret"}, place="secret", occasion="secret", **noted)
    made = snapshots.files(folder, make_plan(of, SUM), snapshots.rows_of([visit]))
    (row,) = snapshots.read(made.written["answers"].path)
    assert "secret" not in str(row)
    assert (row["state:T"], row["claims:t"]) == (None, 1)


def test_ids_that_differ_in_case_alone_have_columns_of_their_own(folder: Path) -> None:
    of = samples.checklist(
        samples.touchpoint("t", samples.item("A"), samples.item("a"), samples.item("a.b")),
        samples.touchpoint("T", samples.item("a~b".replace("~", "_"))),
    )
    scheme = samples.scheme({"id": "each", "how": "sum", "for_each": "item"}, {"id": "Each", "how": "sum"})
    visit = samples.visit(answers={"A": True, "a": False, "a.b": True}, emotions={"t": 1, "T": -1})
    made = snapshots.files(folder, make_plan(of, scheme), snapshots.rows_of([visit]))
    (answers,), (scores,) = snapshots.read(made.written["answers"].path), snapshots.read(made.written["scores"].path)
    assert (answers["answer:A"], answers["answer:a~2"], answers["answer:a.b"]) == (True, False, True)
    assert (answers["emotion:t"], answers["emotion:T~2"]) == (1, -1)
    assert (scores["score:each:A"], scores["score:each:a~2"], scores["score:Each"]) == (100, 0, 200)


def test_each_visit_has_the_scores_of_its_own_scheme(folder: Path) -> None:
    of = samples.items_only(samples.item("I"))
    old = samples.scheme({"id": "it", "how": "sum"}, {"id": "gone", "how": "sum"})
    new = Scheme.model_validate(
        {**samples.scheme_data({"id": "it", "how": "sum", "transform": {"times": 50}}), "version": "2"}
    )
    three = [samples.visit(id=f"v{place}", answers={"I": True}) for place in range(3)]
    made = snapshots.files(folder, make_plan(of, old), snapshots.rows_of(three, [0, 1, 0]), new)
    rows = snapshots.read(made.written["scores"].path)
    assert [row["scheme"] for row in rows] == ["test.scheme@1", "test.scheme@2", "test.scheme@1"]
    assert [row["score:it"] for row in rows] == [100, 5000, 100]
    assert [(row["score:gone"], row["reason:gone"]) for row in rows] == [(100, None), (None, 6), (100, None)]


@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(plans())
def test_schemes_and_checklists_are_the_same_again(plan: Plan) -> None:
    assert Scheme.model_validate_json(as_text(plan.scheme)) == plan.scheme
    assert type(plan.checklist).model_validate_json(as_text(plan.checklist)) == plan.checklist


def test_the_same_rows_make_the_same_bytes(folder: Path) -> None:
    rows = snapshots.rows_of(samples.visit(id=f"v{place}", answers={"N": place}) for place in range(50))
    plan = make_plan(ONE, NUMBERS)
    one, other = snapshots.files(folder, plan, rows), snapshots.files(folder, plan, rows[::-1])
    assert {kind: file.sha256 for kind, file in one.written.items()} == {
        kind: file.sha256 for kind, file in other.written.items()
    }

"""The plugin keeps the host's rules, and its own rules keep their word."""

from __future__ import annotations

from fractions import Fraction
from importlib.resources import files

import pytest
from cemaudit_bank.findings import find
from cemaudit_bank.page import advice_and_waiting
from cemaudit_bank.review import review
from cemaudit_bank.weaker_half import WEAKER_HALF

from cemaudit.hookspecs import Context
from cemaudit.model import Audit, Checklist, Visit
from cemaudit.model.aggregator import Member
from cemaudit.model.blocks import Lines, Table
from cemaudit.scoring import Engine
from cemaudit.testing import PluginConformance, engine_of

WORKDAY, SATURDAY = "2026-03-03", "2026-03-07"


class TestBank(PluginConformance):
    plugin = "bank"


@pytest.fixture(scope="module")
def bank() -> Engine:
    return engine_of("bank")


@pytest.fixture(scope="module")
def checklist(bank: Engine) -> Checklist:
    return bank.library.checklist("bank.branch@1.0.0")


def visit(day: str = WORKDAY, minutes: int = 45, **answers: object) -> Visit:
    return Visit.model_validate(
        {
            "id": "v1",
            "checklist": "bank.branch@1.0.0",
            "store": "jongno",
            "started": f"{day}T12:10:00+09:00",
            "finished": f"{day}T12:{10 + minutes}:00+09:00",
            "answers": answers,
        }
    )


def audit(bank: Engine, **answers: object) -> Audit:
    return bank.audit(visit(**answers))


@pytest.mark.parametrize(
    ("values", "mean"),
    [([100], 100), ([100, 0], 0), ([100, 50, 0], 25), ([90, 60, 30, 1], Fraction(31, 2)), ([], None)],
)
def test_the_weaker_half_decides(values: list[int], mean: Fraction | None) -> None:
    members = [Member(str(value), Fraction(value)) for value in values]
    assert WEAKER_HALF.function(members, {}) == mean


def test_a_breach_of_duty_holds_the_score_down(bank: Engine) -> None:
    kept, failed = audit(bank, BK06=5, BK13=True, BK14=False), audit(bank, BK06=5, BK13=True, BK14=True)
    assert (kept.headline.value, failed.headline.value) == (100, 50)


@pytest.mark.parametrize(
    ("unlikely", "place"),
    [
        (visit(SATURDAY), "started"),
        (visit(BK06=200), "answers.BK06"),
        (visit(minutes=3, BK10=["term"]), "finished"),
    ],
)
def test_what_cannot_well_have_happened(checklist: Checklist, unlikely: Visit, place: str) -> None:
    assert [problem.place for problem in review(unlikely, checklist)] == [place]
    assert list(review(visit(BK06=20, BK10=["term"]), checklist)) == []


def test_a_long_wait_is_graver_the_second_time(bank: Engine) -> None:
    long, short = audit(bank, BK06=21), audit(bank, BK06=20)
    assert [finding.severity for finding in find(long, [short])] == ["minor"]
    assert [finding.severity for finding in find(long, [long])] == ["major"]
    assert list(find(short, [long])) == []


def test_the_page_shows_duties_and_the_waits_of_all_visits(bank: Engine) -> None:
    at_hand, earlier = audit(bank, BK06=8, BK12="never", BK13=True), audit(bank, BK06=30)
    (section,) = advice_and_waiting(at_hand, Context((at_hand,), (earlier,)))
    (table,) = (block for block in section.blocks if isinstance(block, Table))
    assert [str(row[1].text) for row in table.rows if not isinstance(row[1], str)] == ["Failed", "Kept", "Not seen"]  # type: ignore[union-attr]
    (chart,) = (block for block in section.blocks if isinstance(block, Lines))
    assert chart.lines[0].values == (30, 8)


def test_the_journey_lies_in_both_lenses(bank: Engine) -> None:
    lenses = bank.plugins["bank"].lenses
    assert sorted(lenses) == ["acass:bank.customer", "before-on-after:bank.customer"]


def test_the_data_lie_in_the_package() -> None:
    assert {file.name for file in files("cemaudit_bank").iterdir()} >= {"branch.toml", "service.toml", "py.typed"}

"""An aggregator of a plugin, with all that it may bring and with nothing but a name and a function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import pytest
from helpers import samples

from cemaudit.errors import BadEnvironment
from cemaudit.hookspecs import Context
from cemaudit.language import use
from cemaudit.model import Text
from cemaudit.model.aggregator import Aggregator, Member
from cemaudit.model.blocks import Table
from cemaudit.report.sections.method import method
from cemaudit.scoring import evaluate, explain, make_audit, make_plan
from cemaudit.scoring.explain_text import derivation_lines
from cemaudit.scoring.kernel import columns_of, compile_plan
from cemaudit.scoring.whatif import measure_goal, what_if

CHECKLIST = samples.items_only(samples.item("A"), samples.item("B"), samples.item("C"))
SCHEME = samples.scheme(
    {"id": "it", "how": "cafe.middle", "take": "share", "transform": {"times": 100}, "unit": "percent"}
)
VISIT = samples.visit(answers={"A": True, "B": False, "C": False})


def middle(members: Sequence[Member], options: Mapping[str, Fraction]) -> Fraction:
    return sorted(Fraction(member.number) for member in members)[len(members) // 2]


PLAIN = Aggregator("cafe.middle", middle)
TITLED = Aggregator(
    "cafe.middle",
    middle,
    title=Text(ko="가운데 값", en="middle value"),
    working=lambda result, members: f"middle of {len(members)}",
)


def formulas(aggregator: Aggregator) -> list[str]:
    """What the method page says of the formula, in Korean and in English."""
    audit = make_audit(make_plan(CHECKLIST, SCHEME, {aggregator.name: aggregator}), VISIT)
    section = method(Context((audit,), aggregators={aggregator.name: aggregator}))
    table = next(block for block in section.blocks if isinstance(block, Table))
    printed = []
    for language in ("ko", "en"):
        with use(language):  # type: ignore[arg-type]
            printed.append(str(table.rows[0][1]))
    return printed


def derivation(aggregator: Aggregator) -> str:
    plan = make_plan(CHECKLIST, SCHEME, {aggregator.name: aggregator})
    with use("en"):
        return "  ".join(derivation_lines(explain(evaluate(plan, VISIT), "it")))


@pytest.mark.parametrize("aggregator", [PLAIN, TITLED])
def test_it_scores_alone_and_in_columns(aggregator: Aggregator) -> None:
    plan = make_plan(CHECKLIST, SCHEME, {aggregator.name: aggregator})
    assert evaluate(plan, VISIT).scores["it"].value == 0
    compiled = compile_plan(plan)
    assert list(compiled.fallbacks) == ["it"]
    assert compiled.run(columns_of([VISIT], CHECKLIST)).values["it"].tolist() == [0.0]


@pytest.mark.parametrize("aggregator", [PLAIN, TITLED])
def test_what_if_finds_its_way_without_a_bound(aggregator: Aggregator) -> None:
    plan = make_plan(CHECKLIST, SCHEME, {aggregator.name: aggregator})
    result = what_if(plan, VISIT, measure_goal(plan, "it", ">= 100"))
    assert (result.status, result.cost) == ("cheapest", 1)


def test_without_a_title_its_name_stands_on_the_method_page() -> None:
    korean, english = formulas(PLAIN)
    assert korean.startswith("cafe.middle (")
    assert english.startswith("cafe.middle (")


def test_its_title_stands_there_in_both_languages() -> None:
    korean, english = formulas(TITLED)
    assert korean.startswith("가운데 값 (")
    assert english.startswith("middle value (")


def test_its_working_stands_in_explanations() -> None:
    assert derivation(PLAIN).startswith("cafe.middle = 0")
    assert derivation(TITLED).startswith("cafe.middle = middle of 3 = 0")


def test_a_broken_working_is_told_under_its_name() -> None:
    def broken(result: Fraction, members: Sequence[Member]) -> str:
        raise ZeroDivisionError

    with pytest.raises(BadEnvironment, match=r"cafe\.middle failed: ZeroDivisionError"):
        derivation(Aggregator("cafe.middle", middle, working=broken))

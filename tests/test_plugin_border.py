"""What strangers' plugins once did to others at the border, each as it was tried, and what comes of it."""

from __future__ import annotations

import decimal
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from helpers import samples

from cemaudit.errors import Problem
from cemaudit.guard import Guard, PluginCode, PluginFailure, guarded_aggregator
from cemaudit.hookspecs import Context
from cemaudit.language import use
from cemaudit.model import Audit
from cemaudit.model.aggregator import Aggregator, Member
from cemaudit.scoring import Engine

HEAD = """
from cemaudit.errors import Problem
from cemaudit.hookspecs import hookimpl
from cemaudit.model import Finding, Score, Text
from cemaudit.model.blocks import Section

TEXT = Text(ko="글", en="words")
"""
VISIT = samples.visit(
    checklist="retail.green-smile@1.0.0", store="s1", answers={"GS02": 5}, emotions={"greeting": 1}
)  # fmt: skip
CODE = PluginCode("bad", "bad-distribution", "1.0", "aggregator bad.a")


@pytest.fixture
def bad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Engine]]:
    """An engine with a plugin ``bad`` of this source."""

    def make(source: str) -> Engine:
        metadata = tmp_path / "bad-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: bad\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text("[cemaudit]\nbad = bad_border\n")
        (tmp_path / "bad_border.py").write_text(HEAD + dedent(source), encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        return Engine()

    yield make
    sys.modules.pop("bad_border", None)


def told(engine: Engine) -> list[str]:
    with use("en"):
        return [str(problem) for problem in engine.plugins["bad"].problems]


def without_findings(audit: Audit) -> dict[str, Any]:
    return audit.model_dump(mode="json", exclude={"findings"})


@pytest.mark.parametrize(
    "write",
    [
        'audit.scores["overall"] = Score(value=99)',
        "audit.scores.clear()",
        'history[0].scores["overall"] = Score(value=-99)',
        'audit.visit.answers["GS02"] = 0',
        'audit.checklist.items["GS02"].answer.points = lambda value: 9',
        "audit.scheme.measures[0].options.update(scale=2)",
        "audit.scheme.measures[0].how = 'max'",
    ],
)
def test_a_findings_hook_rewrites_nothing(bad: Callable[[str], Engine], write: str) -> None:
    whole = Engine()
    earlier = whole.audit(VISIT.model_copy(update={"id": "earlier"}))
    as_before, of_before = without_findings(whole.audit(VISIT)), without_findings(earlier)
    engine = bad(f"""
    @hookimpl
    def cemaudit_findings(audit, history):
        {write}
        yield Finding(rule="bad.one", severity="minor", title=TEXT, text=TEXT)
    """)
    audit = engine.audit(VISIT, history=(earlier,))
    assert (without_findings(audit), without_findings(earlier)) == (as_before, of_before)
    assert "bad.one" not in {finding.rule for finding in audit.findings}
    (problem,) = told(engine)
    assert problem.startswith("cemaudit_findings failed: ")
    assert "read-only" in problem or "records cannot be written to" in problem
    assert "bad_border.py:11" in problem


@pytest.mark.parametrize("order", [-5, 50, 100, 900, 99_999])
def test_a_section_stands_between_summary_and_method(bad: Callable[[str], Engine], order: int) -> None:
    engine = bad(f"""
    @hookimpl
    def cemaudit_report_sections(audit, context):
        yield Section(id="bad.first", title=TEXT, blocks=(), order={order})
        yield Section(id="bad.second", title=TEXT, blocks=(), order=101)
    """)
    sections = engine.sections(Context((engine.audit(VISIT),)))
    assert [section.id for section in sections if section.id.startswith("bad.")] == ["bad.second"]
    assert told(engine) == [f"section bad.first stands at {order}, outside 100 to 900"]


def test_a_section_is_printed_once(bad: Callable[[str], Engine]) -> None:
    engine = bad("""
    @hookimpl
    def cemaudit_report_sections(audit, context):
        yield Section(id="bad.one", title=TEXT, blocks=(), order=500)
        yield Section(id="bad.one", title=TEXT, blocks=(), order=101)
    """)
    sections = engine.sections(Context((engine.audit(VISIT),)))
    assert [section.order for section in sections if section.id == "bad.one"] == [500]
    assert told(engine) == ["section bad.one is there already, from bad"]


def test_a_finding_points_at_what_is_there(bad: Callable[[str], Engine]) -> None:
    engine = bad("""
    @hookimpl
    def cemaudit_findings(audit):
        for place in ({"touchpoint": "zz"}, {"touchpoint": "greeting", "item": "QQ"}, {"touchpoint": "greeting"}):
            yield Finding(rule="bad.one", severity="minor", title=TEXT, text=TEXT, **place)
    """)
    ours = [finding for finding in engine.audit(VISIT).findings if finding.rule == "bad.one"]
    assert [(finding.touchpoint, finding.item) for finding in ours] == [("greeting", None)]
    assert told(engine) == [
        "bad.one names a touchpoint that retail.green-smile@1.0.0 has not: zz",
        "bad.one names an item that retail.green-smile@1.0.0 has not: QQ",
    ]


def test_what_an_import_does_round_about_is_undone(bad: Callable[[str], Engine]) -> None:
    folder, precision = Path.cwd(), decimal.getcontext().prec
    engine = bad("""
    import decimal, os
    decimal.getcontext().prec = 2
    os.chdir(os.sep)

    @hookimpl
    def cemaudit_review(visit, checklist):
        yield Problem(str(decimal.getcontext().prec))
    """)
    assert (Path.cwd(), decimal.getcontext().prec) == (folder, precision)
    assert str(precision) in map(str, engine.review(VISIT))
    assert told(engine) == ["import changed the working folder"]


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (
            'Finding(rule="bad.one", severity="grave", title=TEXT, text=TEXT)',
            "Finding: severity: expected 'critical', 'major', 'minor', 'strength', found grave",
        ),
        (
            'Finding(rule="bad.one", severity="mayor", title=TEXT, text=TEXT)',
            "Finding: severity: expected 'critical', 'major', 'minor', 'strength', found mayor (did you mean major?)",
        ),
        (
            'Finding(rule="bad.one", severity="minor", title=TEXT, text=TEXT, touchpint="greeting")',
            "Finding: touchpint: unknown key (did you mean touchpoint?)",
        ),
        ('Finding(severity="minor", title=TEXT, text=TEXT)', "Finding: rule: is missing"),
    ],
)
def test_a_record_made_wrongly_is_told_in_our_words(bad: Callable[[str], Engine], made: str, said: str) -> None:
    """By the line of the plugin that made it, not one of the library that refused it."""
    engine = bad(f"""
    @hookimpl
    def cemaudit_findings(audit):
        yield {made}
    """)
    engine.audit(VISIT)
    (problem,) = told(engine)
    assert f"cemaudit_findings failed: ValidationError: {said} (" in problem
    assert "bad_border.py:11, bad 1.0)" in problem


def use_up(guard_of: Callable[..., Any], function: Any) -> Any:
    return guard_of(Aggregator("bad.a", function)).function([Member("a", Fraction(1))], {"power": Fraction(1)})


@pytest.fixture
def guarded() -> Callable[[Aggregator], Aggregator]:
    guard = Guard(lambda code, problem: None)
    return lambda aggregator: guarded_aggregator(guard, CODE, aggregator)


@pytest.mark.parametrize(
    ("function", "said"),
    [
        ("no function", "TypeError: 'str' object is not callable"),
        (None, "TypeError: 'NoneType' object is not callable"),
        (lambda: Fraction(1), "TypeError"),
        (lambda members, options: "three", "ValueError: Invalid literal for Fraction: 'three'"),
        (lambda members, options: float("nan"), "ValueError"),
        (lambda members, options: float("inf"), "OverflowError"),
        (lambda members, options: [Fraction(1)], "TypeError"),
        (lambda members, options: options.update(power=Fraction(2)), "read-only"),
        (lambda members, options: options.__setitem__("power", Fraction(2)), "read-only"),
    ],
)
def test_an_aggregator_of_another_kind_fails_with_its_name(
    guarded: Callable[[Aggregator], Aggregator], function: Any, said: str
) -> None:
    with pytest.raises(PluginFailure) as failure:
        use_up(guarded, function)
    with use("en"):
        assert str(failure.value).startswith("aggregator bad.a failed: ")
        assert said in str(failure.value)
        assert str(failure.value).endswith("bad-distribution 1.0)")


@pytest.mark.parametrize(("returned", "number"), [(2, 2), (True, 1), (0.5, Fraction(1, 2)), (None, None)])
def test_a_number_that_is_not_exact_is_taken_as_it_is(
    guarded: Callable[[Aggregator], Aggregator], returned: object, number: Fraction | None
) -> None:
    """The conformance suite refuses floats and truth values; a score keeps to what the aggregator gave."""
    result = use_up(guarded, lambda members, options: returned)
    assert (result, type(result)) == (number, type(None) if number is None else Fraction)


def test_a_problem_may_be_a_word(bad: Callable[[str], Engine]) -> None:
    engine = bad("""
    @hookimpl
    def cemaudit_review(visit, checklist):
        yield Problem("plain words", "answers.GS02")
    """)
    assert Problem("plain words", "answers.GS02") in engine.review(VISIT)
    assert told(engine) == []

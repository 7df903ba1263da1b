"""Value promises in single visits, and lint of platforms and of the checklists that name them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from helpers import samples

from cemaudit.model import Checklist
from cemaudit.model.platform import Platform
from cemaudit.scoring.lint import LintLevel
from cemaudit.scoring.promises import PromiseAnswers, lint_platform, lint_proofs, promise_answers

MARKED = ["quick"]


def platform(**keys: Any) -> Platform:
    texts = {name: samples.text(name) for name in ("title", "positioning", "theme")}
    promises = [{"id": name, "title": samples.text(name)} for name in ("quick", "warm")]
    return Platform.model_validate({"id": "p", "version": "1", **texts, "promises": promises, **keys})


def shop(*items: dict[str, Any], **keys: Any) -> Checklist:
    return samples.items_only(*items, platform="p", **keys)


def said(of: Checklist, **answers: Any) -> PromiseAnswers:
    return promise_answers(samples.visit(answers=answers), of, platform())["quick"]


def test_what_was_answered_and_did_not_fail_keeps_a_promise() -> None:
    of = shop(samples.item("A", promises=MARKED), samples.item("B", promises=MARKED), samples.item("C"))
    assert said(of, A=True, B=False, C=False) == PromiseAnswers(("A", "B"), ("B",))
    assert said(of, A=True) == PromiseAnswers(("A",), ())
    assert said(of) == PromiseAnswers((), ()), "nothing was answered, so nothing is known"


def test_it_fails_by_the_rule_of_failing() -> None:
    strict = {"fails_at": Fraction(1)}
    of = shop(
        samples.item("A", samples.points(2, 1, 0), promises=MARKED, critical=strict),
        samples.item("B", samples.points(2, 1, 0), promises=MARKED),
    )
    assert said(of, A="p1", B="p1") == PromiseAnswers(("A", "B"), ("A",))
    assert said(of, B="p2").failed == ("B",)


def test_what_does_not_arise_or_was_skipped_says_nothing() -> None:
    of = shop(
        samples.item("A"),
        samples.item("B", promises=MARKED, when="A"),
        samples.item("C", promises=MARKED, na="zero"),
    )
    assert said(of, A=False, B=False) == PromiseAnswers((), ())
    assert said(of, A=True, B=False) == PromiseAnswers(("B",), ("B",))
    skipped = samples.visit(answers={"A": False}, skipped=samples.skipped("C"))
    assert promise_answers(skipped, of, platform())["quick"] == PromiseAnswers((), ())


def test_options_without_points_say_nothing() -> None:
    options = [
        {"id": "yes", "label": samples.text("yes"), "points": 1},
        {"id": "no", "label": samples.text("no"), "points": 0},
        {"id": "other", "label": samples.text("other")},
    ]
    of = shop(samples.item("A", {"type": "choice", "options": options}, promises=MARKED))
    assert said(of, A="other") == PromiseAnswers((), ())
    assert said(of, A="no") == PromiseAnswers(("A",), ("A",))


def test_lint_names_promises_nobody_audits_and_texts_that_are_missing() -> None:
    of = shop(samples.item("A", promises=MARKED))
    half = platform(theme={"ko": "주제"}, proofs={"test.shpo": {"quick": ["A"]}, "test.shop@1": {"quick": ["AA"]}})
    remarks = {remark.problem.place: remark for remark in lint_platform(half, {of.ref: of})}
    assert {place: remark.level for place, remark in remarks.items()} == {
        "theme": LintLevel.ERROR,
        "proofs.test.shpo": LintLevel.ERROR,
        "proofs.test.shop@1.quick": LintLevel.ERROR,
        "promises.warm": LintLevel.WARNING,
    }
    assert "did you mean test.shop" in str(remarks["proofs.test.shpo"].problem)
    assert "nobody audits it" in str(remarks["promises.warm"].problem)


def test_lint_names_items_that_prove_nothing_only_where_a_platform_is_named() -> None:
    items = [samples.item("A", promises=MARKED), samples.item("B"), samples.item("words", "text")]
    (remark,) = lint_proofs(shop(*items), {"p@1": platform()})
    assert remark.level is LintLevel.NOTE
    assert "1 of 3 (B)" in str(remark.problem)
    assert list(lint_proofs(samples.items_only(samples.item("A")), {"p@1": platform()})) == []
    listed = platform(proofs={"test.shop@1": {"warm": ["B"]}})
    assert list(lint_proofs(shop(*items), {"p@1": listed})) == []


def test_lint_names_unknown_promises_and_platforms() -> None:
    of = shop(samples.item("A", promises=["quik"]), samples.item("B", promises=MARKED))
    errors = [remark for remark in lint_proofs(of, {"p@1": platform()}) if remark.level is LintLevel.ERROR]
    assert [str(remark.problem) for remark in errors] == [
        "touchpoints.t.items.A.promises: no such value promise: quik (did you mean quick?)"
    ]
    (unknown,) = lint_proofs(of, {})
    assert (unknown.level, unknown.problem.place) == (LintLevel.ERROR, "platform")

"""The second edition of the outpatient checklist: each question asks one thing, and no visit takes longer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cemaudit_hospital.findings import find
from helpers import samples
from plugins.hospital.conftest import FILES

from cemaudit.checklists import load_checklist, load_scheme
from cemaudit.model import Audit, Channel, Checklist, Medium, Visit
from cemaudit.scoring import Engine, check_visit, make_audit, make_plan
from cemaudit.scoring.findings import core_findings
from cemaudit.scoring.lint import LintLevel, lint_checklist, lint_plan
from cemaudit.scoring.validation import consent_problems
from cemaudit.simulate import simulate

STEPS = ("V0", "V1", "VB", "Vn", "VE", "VF")
IN_CLINIC = ("V1", "Vn", "VE")
SPLIT = {
    "H03": {"H03", "H03-when", "H03-prep"},
    "H12": {"H12", "H12-shared"},
    "H13": {"H13-body", "H13-data"},
    "H15": {"H15", "H15-items"},
    "H18": {"H18", "H18-plan"},
}
DUTIES = {"H13-body", "H13-data", "H25", "H26", "H27", "H28", "H31"}


@pytest.fixture(scope="session")
def second() -> Checklist:
    return load_checklist(FILES / "hospital" / "outpatient-2.toml")


@pytest.fixture(scope="session")
def score(second: Checklist) -> Callable[[str, dict[str, Any]], Audit]:
    """A visit with every item answered as well as can be, every feeling at its best, and some answers given."""
    plan = make_plan(second, load_scheme(FILES / "schemes" / "cem.experience-2.toml"))

    def scored(step: str, answers: dict[str, Any], **more: Any) -> Audit:
        best = {item: value for item, value in _best(second, step).items() if answers.get(item, value) is not None}
        felt = {
            touchpoint.id: 3
            for touchpoint in second.touchpoints
            if touchpoint.emotion and (step in touchpoint.steps or not touchpoint.steps)
        }
        visit = Visit.model_validate(
            {
                "id": "v",
                "checklist": second.ref,
                "store": "c",
                "date": "2026-11-02",
                "episode": {"id": "t", "step": step, "number": 1},
                "answers": {**best, **{item: value for item, value in answers.items() if value is not None}},
                "emotions": {**felt, **more.pop("emotions", {})},
                **more,
            }
        )
        assert check_visit(visit, second) == []
        return make_audit(plan, visit)

    return scored


def _best(checklist: Checklist, step: str) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for item in checklist.items.values():
        steps = checklist.touchpoint_of[item.id].steps
        if item.possible is None or (steps and step not in steps):
            continue
        if item.when is None or item.when.holds({**answers, "step": step}):
            values: list[Any] = [True, 0, 1, 5, 10, *(option.id for option in getattr(item.answer, "options", ()))]
            allowed = [value for value in values if item.answer.problem(value) is None]
            answers[item.id] = max(allowed, key=lambda value: item.answer.points(value) or 0)
    return answers


def prompts(checklist: Checklist, step: str) -> int:
    """Count what a visit of a step asks at the most: items, feelings, levels, and the consent."""
    count = 1 if checklist.consent == "required" else 0
    for touchpoint in checklist.touchpoints:
        if touchpoint.steps and step not in touchpoint.steps:
            continue
        count += touchpoint.emotion + touchpoint.expectation + touchpoint.perceived
        count += sum(item.when is None or not _excludes(item.when, step) for item in touchpoint.items)
    return count


def _excludes(when: Any, step: str) -> bool:
    """Whether a condition on the step alone keeps the item out of a step."""
    return set(when.names()) == {"step"} and not when.holds({"step": step})


def test_no_visit_asks_more_than_the_longest_of_the_first_edition(checklist: Checklist, second: Checklist) -> None:
    before = {step: prompts(checklist, step) for step in STEPS}
    after = {step: prompts(second, step) for step in STEPS}
    assert before == {"V0": 10, "V1": 36, "VB": 9, "Vn": 36, "VE": 38, "VF": 6}
    assert all(after[step] <= before[step] for step in IN_CLINIC), after
    assert max(after.values()) <= max(before.values())
    assert all(after[step] <= 20 for step in STEPS if step not in IN_CLINIC), after


def test_the_count_sees_a_question_more(second: Checklist) -> None:
    steps = [{"id": "V1", "title": samples.text("1")}]
    two = samples.checklist(
        samples.touchpoint("a", samples.item("x"), samples.item("y", when="step == 'V2'"), emotion=True), steps=steps
    )
    assert prompts(two, "V1") == 2
    assert prompts(two.model_copy(update={"consent": "required"}), "V1") == 3


@pytest.mark.parametrize(("old", "new"), SPLIT.items())
def test_double_questions_are_split(checklist: Checklist, second: Checklist, old: str, new: set[str]) -> None:
    assert old in checklist.items
    assert new == {item for item in second.items if item == old or item.startswith(f"{old}-")}


def test_questions_are_short_positive_statements(second: Checklist) -> None:
    for item in second.items.values():
        ask = str(item.ask.ko)
        assert ask.endswith("다"), ask
        assert not any(word in ask for word in ("않", "못", "없", "는가", "?")), ask
        assert len(ask) <= 40, ask


def test_scales_of_three_have_a_name_for_the_middle(second: Checklist) -> None:
    for item in ("H04", "H05", "H08", "H14", "H16", "H19", "H21", "H24"):
        answer = second.items[item].answer
        assert answer.type == "choice"
        assert sorted(answer.points(option.id) for option in answer.options) == [0, 1, 2]


def test_every_text_exists_in_both_languages_and_lint_has_no_error(second: Checklist) -> None:
    engine = Engine()
    remarks = [*lint_checklist(second), *lint_plan(engine.plan(second.ref))]
    assert [str(remark.problem) for remark in remarks if remark.level is not LintLevel.NOTE] == []
    assert set(second.languages) == {"ko", "en"}
    assert [item.id for item in second.items.values() if item.help is None] == []


def test_what_2026_brings_is_asked(second: Checklist) -> None:
    media = {touchpoint.medium for touchpoint in second.touchpoints}
    assert {Medium.MESSENGER, Medium.KIOSK, Medium.APP} <= media
    assert {item.id for item in second.items.values() if item.is_duty} == DUTIES
    stages = {touchpoint.stage for touchpoint in second.touchpoints}
    assert stages == {stage.id for stage in second.path.stages}
    assert second.items["H37"].answer.type == "nps"


@pytest.mark.parametrize(
    ("item", "law"),
    [
        ("H25", "국민건강보험법 제12조"),
        ("H26", "의료법 제4조"),
        ("H27", "의료법 제45조"),
        ("H28", "의료법 제45조"),
        ("H31", "개인정보 보호법 제23조"),
        ("H13-body", "보건의료기본법 제13조"),
        ("H13-data", "개인정보 보호법 제29조"),
    ],
)
def test_duties_name_law_and_article(second: Checklist, item: str, law: str) -> None:
    assert law in str(second.items[item].help and second.items[item].help.ko)


def test_recording_and_payment_are_warned_of(second: Checklist) -> None:
    words = " ".join(str(rule.ko) for rule in second.conduct)
    assert "통신비밀보호법 제3조" in words
    assert "의료법 제27조 제3항" in words
    assert "법률 자문" in words


@pytest.mark.parametrize("step", STEPS)
def test_the_best_visit_earns_the_top_grade(score: Callable[..., Audit], step: str) -> None:
    audit = score(step, {})
    assert audit.band is not None
    assert audit.band.label == "A", audit.headline.value


@pytest.mark.parametrize("duty", sorted(DUTIES - {"H13-body", "H13-data"}))
def test_a_duty_not_met_bars_the_better_grades_and_is_found(score: Callable[..., Audit], duty: str) -> None:
    audit = score("V0" if duty == "H28" else "V1", {duty: False})
    assert audit.band is not None
    assert audit.band.label not in {"A", "B"}
    assert [finding.item for finding in find(audit, []) if finding.rule == "hospital.duty"] == [duty]


@pytest.mark.parametrize("item", ["H13-body", "H13-data"])
def test_each_failed_privacy_caps_the_visit_and_has_its_finding(score: Callable[..., Audit], item: str) -> None:
    audit = score("V1", {item: False})
    assert audit.score("overall").value == 0
    assert [finding.item for finding in find(audit, []) if finding.rule == "hospital.privacy"] == [item]
    assert [finding.rule for finding in find(audit, []) if finding.rule == "hospital.duty"] == []


def test_no_feeling_is_fine_at_registration_and_payment_and_not_at_the_doctor(score: Callable[..., Audit]) -> None:
    smooth = score("V1", {}, emotions={"reception": 0, "payment": 0})
    assert smooth.score("touchpoint.experience", "reception").value == 50
    assert smooth.score("touchpoint.experience", "payment").value == 50
    assert score("V1", {}, emotions={"doctor": 0}).score("touchpoint.experience", "doctor").value == 0


def test_website_and_phone_that_differ_are_found(score: Callable[..., Audit]) -> None:
    same = {"H29-web": 50000, "H29-phone": 50000, "H30-web": "13:00", "H30-phone": "13:00"}
    assert score("V0", same).score("fact.agreement", "price").value == 100
    other = score("V0", {**same, "H29-phone": 80000})
    assert other.score("fact.agreement", "price").value == 0
    assert other.score("fact.agreement", "hours").value == 100
    assert [finding.item for finding in _core(other) if finding.rule == "core.fact"] == ["H29-web"]


@pytest.mark.parametrize(
    ("step", "item", "hand_over"),
    [
        ("V1", "H34", "booking-app.reception"),
        ("V1", "H34", "booking-call.reception"),
        ("V1", "H35", "reception.conversation"),
        ("V1", "H15", "conversation.payment"),
        ("Vn", "H20", "conversation.history-known"),
    ],
)
def test_hand_overs_from_booking_to_payment(score: Callable[..., Audit], step: str, item: str, hand_over: str) -> None:
    assert score(step, {}).score("hand-over.performance", hand_over).value == 100
    broken = score(step, {item: False})
    assert broken.score("hand-over.performance", hand_over).value == 0
    assert item in {finding.item for finding in _core(broken) if finding.rule == "core.hand-over"}


def _core(audit: Audit) -> list[Any]:
    return list(core_findings(audit))


def test_word_of_mouth_is_an_outcome_and_carries_no_score(score: Callable[..., Audit]) -> None:
    high, low = (score("VF", {"H37": number}).score("overall").value for number in (10, 0))
    assert high == low


@pytest.mark.parametrize("seed", [1, 2])
def test_simulated_visits_are_plausible(second: Checklist, seed: int) -> None:
    engine, visits = Engine(), list(simulate(second, 5, 4, seed))
    for visit in visits:
        assert [*check_visit(visit, second), *consent_problems(visit, second), *engine.review(visit)] == []
        assert visit.consent is not None
        assert visit.day is not None
        assert visit.consent.date < visit.day
        assert visit.expected_before.keys() >= visit.perceived.keys()
    assert any(visit.perceived for visit in visits)
    pairs = [
        tuple(visit.answers[item] for item in fact.items)
        for visit in visits
        for fact in second.facts
        if set(fact.items) <= visit.answers.keys()
    ]
    assert 0 < sum(web != phone for web, phone in pairs) < len(pairs) / 2
    assert {touchpoint.channel for touchpoint in second.touchpoints} == set(Channel)


def test_a_name_in_the_reference_of_the_consent_is_found(engine: Engine, second: Checklist) -> None:
    (visit, *_) = simulate(second, 1, 1, 1)
    named = visit.model_copy(
        update={"consent": visit.consent and visit.consent.model_copy(update={"form": "010-1234-5678"})}
    )
    assert [problem.place for problem in engine.review(named)] == ["consent.form"]

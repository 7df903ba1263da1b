"""What must hold for every checklist and every visit."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from helpers import samples, strategies
from hypothesis import assume, given
from hypothesis import strategies as st

from cemaudit.model import Audit, Checklist, Reason, Scheme, Visit
from cemaudit.scoring import Engine, audit_visit

PERFORMANCE = samples.scheme({"id": "p", "how": "ratio", "weights": {"declared": True}})
Pair = tuple[Checklist, Visit]
pairs = strategies.checklists_and_visits()


@pytest.fixture(scope="module")
def usual(engine: Engine) -> Scheme:
    return engine.library.scheme("cem.experience@1")


def remade(checklist: Checklist, change: Callable[[Any], None]) -> Checklist:
    """The checklist with its data changed in place."""
    data = checklist.model_dump(mode="json", by_alias=True)
    change(data)
    return Checklist.model_validate(data)


def values(audit: Audit) -> dict[str, Fraction | None]:
    return {name: score.value for name, score in audit.scores.items()}


@given(pairs)
def test_scores_stay_in_range(usual: Scheme, pair: Pair) -> None:
    checklist, visit = pair
    ranges = {"performance": (0, 100), "emotion": (-100, 100), "expectation": (0, 100), "gap": (-100, 100)}
    ranges |= {"experience": (-100, 100), "overall": (-100, 100), "claims": (0, 99), "blames": (0, 99)}
    for name, value in values(audit_visit(visit, checklist, usual)).items():
        low, high = ranges[name.partition("[")[0].rpartition(".")[2]]
        assert value is None or low <= value <= high


@given(pairs)
def test_a_score_has_a_value_or_a_reason(usual: Scheme, pair: Pair) -> None:
    checklist, visit = pair
    for score in audit_visit(visit, checklist, usual).scores.values():
        assert (score.value is None) == (score.reason is not None)
        assert 0 <= score.used <= score.asked or score.reason is not None


@given(pairs)
def test_nothing_answered_is_not_scored(usual: Scheme, pair: Pair) -> None:
    checklist, _ = pair
    audit = audit_visit(samples.visit(checklist=checklist.ref), checklist, usual)
    assert {name for name, value in values(audit).items() if value is not None} == {"claims", "blames"}
    assert audit.band is None


@given(pairs, st.data())
def test_an_item_that_does_not_apply_is_as_good_as_gone(usual: Scheme, pair: Pair, data: st.DataObject) -> None:
    checklist, visit = pair
    gone = data.draw(st.sampled_from(list(checklist.items)))
    assume(len(checklist.touchpoint_of[gone].items) > 1)
    kept = {name: answer for name, answer in visit.answers.items() if name != gone}
    others = {name: skip for name, skip in visit.skipped.items() if name != gone}
    without = visit.model_copy(update={"answers": kept, "skipped": others})
    excluded = Visit.model_validate({**without.model_dump(), "skipped": {**others, **samples.skipped(gone)}})
    shorter = remade(checklist, lambda written: _drop(written, gone))
    assert values(audit_visit(excluded, checklist, usual)) == values(audit_visit(without, shorter, usual))


def _drop(data: Any, gone: str) -> None:
    for touchpoint in data["touchpoints"]:
        touchpoint["items"] = [item for item in touchpoint["items"] if item["id"] != gone]


@given(pairs, st.data())
def test_a_better_answer_never_lowers_performance(usual: Scheme, pair: Pair, data: st.DataObject) -> None:
    checklist, visit = pair
    assume(visit.answers)
    name = data.draw(st.sampled_from(list(visit.answers)))
    answer = checklist.items[name].answer
    other = data.draw(strategies.answers(answer))
    low, high = sorted([visit.answers[name], other], key=lambda value: answer.points(value) or 0)
    worse, better = (visit.model_copy(update={"answers": {**visit.answers, name: one}}) for one in (low, high))
    for scheme, measure in ((PERFORMANCE, "p"), (usual, "performance"), (usual, "overall")):
        before, after = (audit_visit(one, checklist, scheme).score(measure).value for one in (worse, better))
        assert before is None or (after is not None and before <= after)


@given(pairs, st.data())
def test_a_better_feeling_never_lowers_the_experience(usual: Scheme, pair: Pair, data: st.DataObject) -> None:
    checklist, visit = pair
    where = data.draw(st.sampled_from(list(checklist.touchpoint)))
    low, high = sorted(data.draw(st.tuples(st.integers(-3, 3), st.integers(-3, 3))))
    worse, better = (visit.model_copy(update={"emotions": {**visit.emotions, where: one}}) for one in (low, high))
    before, after = (audit_visit(one, checklist, usual).score("overall").value for one in (worse, better))
    assert before is None or (after is not None and before <= after)


@given(pairs)
def test_experience_takes_the_sign_of_emotion(usual: Scheme, pair: Pair) -> None:
    checklist, visit = pair
    audit = audit_visit(visit, checklist, usual)
    for name, emotion in visit.emotions.items():
        value = audit.score("touchpoint.experience", name).value
        assert value is None or (value < 0) == (emotion < 0)
        assert value is None or emotion != 0 or value == 0


@given(pairs, st.randoms())
def test_the_order_of_touchpoints_and_items_changes_nothing(usual: Scheme, pair: Pair, random: Any) -> None:
    checklist, visit = pair

    def shuffle(data: Any) -> None:
        random.shuffle(data["touchpoints"])
        for touchpoint in data["touchpoints"]:
            random.shuffle(touchpoint["items"])

    audits = [audit_visit(visit, one, usual) for one in (checklist, remade(checklist, shuffle))]
    assert values(audits[0]) == values(audits[1])
    assert audits[0].band == audits[1].band
    assert audits[0].findings == audits[1].findings


@given(pairs, st.integers(1, 7), st.integers(1, 7))
def test_weights_scaled_alike_change_nothing(usual: Scheme, pair: Pair, for_touchpoints: int, for_items: int) -> None:
    checklist, visit = pair

    def scale(data: Any) -> None:
        for touchpoint in data["touchpoints"]:
            touchpoint["weight"] *= for_touchpoints
            for item in touchpoint["items"]:
                item["weight"] *= for_items

    scaled = remade(checklist, scale)
    for scheme in (usual, PERFORMANCE):
        assert values(audit_visit(visit, checklist, scheme)) == values(audit_visit(visit, scaled, scheme))


@given(pairs, st.data())
def test_a_failed_critical_item_holds_the_score_down(pair: Pair, data: st.DataObject) -> None:
    checklist, visit = pair
    name = data.draw(st.sampled_from(list(checklist.items)))

    def cap(written: Any) -> None:
        items = {item["id"]: item for touchpoint in written["touchpoints"] for item in touchpoint["items"]}
        items[name]["critical"] = {"fails_at": 0, "caps": "p", "at": "1/5"}

    free, held = (audit_visit(visit, one, PERFORMANCE) for one in (checklist, remade(checklist, cap)))
    before, after = free.score("p").value, held.score("p").value
    if held.failed_critical and before is not None:
        assert after == min(before, Fraction(1, 5))
    else:
        assert after == before


@given(pairs)
def test_points_given_away_keep_what_is_possible(pair: Pair) -> None:
    checklist, _ = pair
    first, *others = checklist.items
    assume(others)

    def give(written: Any) -> None:
        written["touchpoints"][0]["items"][0]["na"] = f"give-to:{others[-1]}"

    giving = remade(checklist, give)
    best = {name: _best(item.answer) for name, item in checklist.items.items()}
    full = audit_visit(samples.visit(checklist=checklist.ref, answers=best), giving, PERFORMANCE)
    left = {name: answer for name, answer in best.items() if name != first}
    skipped = samples.visit(checklist=checklist.ref, answers=left, skipped=samples.skipped(first))
    given_away = audit_visit(skipped, giving, PERFORMANCE)
    assert _possible(full) == _possible(given_away)
    assert full.score("p").value == given_away.score("p").value == 1


def _best(answer: Any) -> Any:
    candidates = {
        "yes-no": [True, False],
        "choice": [option.id for option in getattr(answer, "options", ())],
        "scale": range(getattr(answer, "lowest", 0), getattr(answer, "highest", 0) + 1),
        "number": [int(getattr(answer, "max", None) or 0)],
        "duration": [0],
    }
    return max(candidates[answer.type], key=answer.points)


def _possible(audit: Audit) -> Fraction:
    scored = {name: score for name, score in audit.items.items() if score.reason is not Reason.NOT_APPLICABLE}
    return sum(
        (audit.checklist.items[name].weight * (score.possible or 0) for name, score in scored.items()), Fraction(0)
    )

"""The four lists: each unit on exactly one, by decisions that stand elsewhere, and right on a simulated truth."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import compress, product
from typing import Any

import numpy as np
import pytest

from cemaudit import compare
from cemaudit.cli.action_list_output import action_lists_to_dict, print_action_lists
from cemaudit.compare.action_lists import (
    ActionLists,
    Judgement,
    Urgency,
    driver_lists,
    effect_lists,
    facet_lists,
    league_lists,
    shopper_lists,
    target_lists,
    trend_lists,
    urgency,
)
from cemaudit.compare.channels import FacetLeague
from cemaudit.compare.columns import table_of_columns
from cemaudit.compare.crosstabs import arrays_of_table
from cemaudit.compare.league_table import League
from cemaudit.compare.severity import ShopperSeverities
from cemaudit.compare.target_check import check_target
from cemaudit.language import message
from cemaudit.model.text import Text

TARGET = 50.0
ACT_NOW, WATCH, FINE, NOT_ENOUGH = Urgency


def ids(lists: ActionLists, of_list: Urgency) -> set[str]:
    return {judgement.id for judgement in lists.on(of_list)}


def chain(seed: int, sign: float = 1.0, visits: int = 8) -> tuple[dict[str, float], dict[str, list[str] | list[float]]]:
    """The true level of each of 40 stores, and visits of it; the last store was visited twice only."""
    draw = np.random.default_rng(seed)
    true = {f"s{number:02}": TARGET + sign * value for number, value in enumerate(draw.normal(0, 12, 40))}
    store = [name for name in true for _ in range(visits)][: -visits + 2]
    shopper = draw.integers(0, 20, len(store))
    strict = draw.normal(0, 4, 20)
    score = [true[name] + sign * (strict[who] + noise)
             for name, who, noise in zip(store, shopper, draw.normal(0, 14, len(store)), strict=True)]  # fmt: skip
    return true, {"store": store, "shopper": [f"p{who}" for who in shopper], "score": score}


def league(seed: int, *, better: compare.Better = "higher", target: float | None = TARGET) -> League:
    return compare.league(chain(seed, -1.0 if better == "lower" else 1.0)[1], better=better, target=target)


@pytest.mark.parametrize("target", [TARGET, None])
def test_every_store_is_on_one_list_by_the_decisions_that_stand(target: float | None) -> None:
    table = league(1, target=target)
    lists = league_lists(table)
    assert [judgement.id for judgement in lists.judgements] == [
        standing.store for standing in reversed(table.standings)
    ]
    assert ids(lists, ACT_NOW) == {standing.store for standing in table.flagged} != set()
    assert ids(lists, NOT_ENOUGH) == {"s39"}
    fine, watched = ids(lists, FINE), ids(lists, WATCH)
    for standing in table.standings:
        if standing.store in fine and target is not None:
            assert standing.interval.low >= target
        if standing.store in watched:
            level = table.centre if target is None else target
            assert standing.interval.low < level


def test_what_one_would_do_after_the_first_lines_is_right_on_the_simulated_truth() -> None:
    """Of stores to act on eight in ten are below the target, or more; of those called fine nine in ten are not."""
    below = {of_list: [0, 0] for of_list in Urgency}
    for seed in range(12):
        true, visits = chain(seed)
        for judgement in league_lists(compare.league(visits, target=TARGET)).judgements:
            below[judgement.urgency][int(true[judgement.id] < TARGET)] += 1
    assert below[ACT_NOW][1] / sum(below[ACT_NOW]) > 0.85
    assert below[FINE][0] / sum(below[FINE]) > 0.93
    assert 0.25 < below[WATCH][1] / sum(below[WATCH]) < 0.75
    assert min(sum(below[ACT_NOW]), sum(below[FINE])) > 80


def test_where_lower_is_better_the_lists_are_the_same() -> None:
    for target in (TARGET, None):
        higher, lower = league_lists(league(3, target=target)), league_lists(league(3, better="lower", target=target))
        assert [(one.id, one.urgency) for one in higher.judgements] == [
            (one.id, one.urgency) for one in lower.judgements
        ]
        assert not any("below" in str(one.why) for one in lower.judgements if one.urgency in {ACT_NOW, WATCH})


def test_a_failed_critical_item_is_acted_on_whatever_the_mean_says() -> None:
    table = league(1)
    fine = min(ids(league_lists(table), FINE))
    why = message("critical item not met (see below)")
    lists = league_lists(table, {fine: why, "s39": why, table.flagged[0].store: why})
    assert {fine, "s39"} <= ids(lists, ACT_NOW)
    reasons = {judgement.id: str(judgement.why) for judgement in lists.judgements}
    assert reasons[fine] == reasons["s39"] == str(why)
    assert reasons[table.flagged[0].store] == f"probably below 50 (80 % or more); {why}"


def test_long_lists_are_cut_where_programs_have_all_and_empty_ones_share_a_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    why = message("nothing to change")
    many = [Judgement(f"s{number}", f"A long name of a store, {number}", FINE, why) for number in range(25)]
    reasons = [Judgement(f"r{number}", f"r{number}", WATCH, message(f"reason {number}")) for number in range(12)]
    lists = ActionLists((*many, *reasons))
    print_action_lists(lists)
    said = " ".join(capsys.readouterr().out.split())
    assert "Fine (25)" in said
    assert "Watch (12)" in said
    assert "A long name of a store, 8; A long name of a store, 9 and 15 more (all: --json): nothing to change" in said
    assert "reason 9 - and 2 more (all: --json)" in said
    assert said.endswith("None: Act now, Not enough visits")
    document = action_lists_to_dict(lists)
    assert document is not None
    assert [len(document[name]) for name in ("act_now", "watch", "fine", "not_enough_visits")] == [0, 12, 25, 0]
    assert document["watch"][0] == {"id": "r0", "name": "r0", "why": "reason 0", "count": 1}


def test_one_function_decides() -> None:
    for is_bad, is_judged, is_settled in product((True, False), repeat=3):
        expected = ACT_NOW if is_bad else NOT_ENOUGH if not is_judged else FINE if is_settled else WATCH
        assert urgency(is_bad=is_bad, is_judged=is_judged, is_settled=is_settled) is expected


def test_over_channels_the_worst_decides() -> None:
    sides = [FacetLeague(name, Text(en=name), league=league(seed)) for name, seed in (("phone", 1), ("shop", 2))]
    lists = facet_lists(sides, [])
    for judgement in lists.judgements:
        of_sides = [
            next(one.urgency for one in league_lists(side.league).judgements if one.id == judgement.id)
            for side in sides
            if side.league
        ]
        known = [one for one in of_sides if one is not NOT_ENOUGH]
        assert judgement.urgency is (min(known, key=list(Urgency).index) if known else NOT_ENOUGH)
    assert any(str(one.why).endswith("[phone]") for one in lists.on(ACT_NOW))


def test_a_store_that_failed_a_critical_item_is_fine_in_no_channel() -> None:
    sides = [FacetLeague(str(seed), Text(en=str(seed)), league=league(seed, target=None)) for seed in (1, 2)]
    fine = min(ids(facet_lists(sides, []), FINE))
    assert fine in ids(facet_lists(sides, [], {fine: message("critical item not met (see below)")}), ACT_NOW)


def test_without_a_target_a_store_below_in_one_of_two_is_fine_unless_the_two_differ() -> None:
    sides = [FacetLeague(str(seed), Text(en=str(seed)), league=league(seed, target=None)) for seed in (1, 2)]
    below = ids(league_lists(sides[0].league), WATCH) if sides[0].league else set()
    lists = facet_lists(sides, [])
    of_one = (below & ids(lists, FINE)).pop()
    assert of_one in ids(facet_lists(sides, [of_one]), WATCH)


def test_a_store_that_fell_is_acted_on_and_one_that_rose_is_not() -> None:
    draw = np.random.default_rng(5)
    rows = [(store, wave, visit) for store in range(12) for wave in range(3) for visit in range(6)]
    moved = {(0, 2): -40.0, (1, 2): 40.0}
    visits = {
        "store": [f"s{store}" for store, _, _ in rows] + ["new"] * 2,
        "shopper": [f"p{number % 9}" for number in range(len(rows) + 2)],
        "wave": [f"w{wave}" for _, wave, _ in rows] + ["w2"] * 2,
        "day": [dt.date(2026, 1 + 3 * wave, 1 + visit) for _, wave, visit in rows] + [dt.date(2026, 7, 9)] * 2,
        "score": [60 + moved.get((store, wave), 0.0) + float(draw.normal(0, 6)) for store, wave, _ in rows]
        + [60.0] * 2,
    }
    for better, fell, rose in (("higher", "s0", "s1"), ("lower", "s1", "s0")):
        trend = compare.trend(visits, better="lower" if better == "lower" else "higher")
        lists = trend_lists(trend)
        assert ids(lists, ACT_NOW) == {fell}
        assert rose in ids(lists, FINE)
        assert ids(lists, NOT_ENOUGH) == {"new"}
        assert trend.watched_stores() == {f"s{store}" for store in range(12)}
        assert len(lists.judgements) == 1 + 13


def test_a_fall_of_all_stores_is_not_forgotten_after_a_wave_without_change() -> None:
    draw = np.random.default_rng(6)
    rows = [(store, wave, visit) for store in range(15) for wave in range(3) for visit in range(4)]
    visits: dict[str, list[Any]] = {
        "store": [f"s{store}" for store, _, _ in rows],
        "shopper": [f"p{number % 9}" for number in range(len(rows))],
        "wave": [f"w{wave}" for _, wave, _ in rows],
        "day": [dt.date(2026, 1 + 3 * wave, 1 + visit) for _, wave, visit in rows],
        "score": [(70.0, 50.0, 50.0)[wave] + float(draw.normal(0, 6)) for _, wave, _ in rows],
    }
    network = trend_lists(compare.trend(visits)).judgements[0]
    assert network.urgency is WATCH
    assert str(network.why) == "worse in w1 than in the wave before, by more than chance, and not better since"
    is_before = [wave < 2 for _, wave, _ in rows]
    before = {name: list(compress(column, is_before)) for name, column in visits.items()}
    assert trend_lists(compare.trend(before)).judgements[0].urgency is ACT_NOW


def test_severe_shoppers_are_watched_only_and_few_visits_are_counted() -> None:
    draw = np.random.default_rng(7)
    visits: dict[str, list[Any]] = {"store": [], "shopper": [], "score": []}
    for shopper in range(12):
        for store in range(3 if shopper == 11 else 12):
            visits["store"].append(f"s{store}")
            visits["shopper"].append(f"p{shopper}")
            visits["score"].append(60 - 25 * (shopper == 0) + float(draw.normal(0, 5)))
    severities: ShopperSeverities = compare.shopper_severity(visits)
    lists = shopper_lists(severities, 5)
    assert "p0" in ids(lists, WATCH)
    assert lists.on(NOT_ENOUGH)[0].size == 1
    assert "p11" not in str(lists.on(NOT_ENOUGH)[0])
    erratic = replace(severities.shoppers[0], spread="erratic", chance=0.0)
    listed = shopper_lists(replace(severities, shoppers=(erratic,)), 5).on(ACT_NOW)
    assert "by chance: 0.01%" in str(listed[0].why)


@pytest.mark.parametrize(("change", "of_list"), [(15.0, FINE), (-15.0, ACT_NOW), (0.0, WATCH)])
def test_an_action_is_on_the_list_that_its_effect_leads_to(change: float, of_list: Urgency) -> None:
    draw = np.random.default_rng(8)
    rows = [(store, after, visit) for store in range(30) for after in (0, 1) for visit in range(6)]
    since = dt.date(2026, 6, 1)
    visits = {
        "store": [f"s{store}" for store, _, _ in rows],
        "shopper": [f"p{number % 9}" for number in range(len(rows))],
        "day": [dt.date(2026, 7 if after else 3, 1 + visit) for _, after, visit in rows],
        "score": [60 + change * (after and store < 10) + float(draw.normal(0, 5)) for store, after, _ in rows],
    }
    acted = [f"s{store}" for store in range(10)]
    (judgement,) = effect_lists(compare.effect(visits, acted, since)).judgements
    assert judgement.urgency is of_list
    (late,) = effect_lists(compare.effect(visits, acted, since, noted=dt.date(2026, 11, 1))).judgements
    assert late.urgency is NOT_ENOUGH


def test_drivers_of_an_outcome_that_is_asked() -> None:
    draw = np.random.default_rng(9)
    good, bad, idle = (draw.normal(level, 10, 400) for level in (80, 40, 75))
    visits = {
        "store": [f"s{number % 20}" for number in range(400)],
        "whole": (0.5 * good + bad + draw.normal(0, 5, 400)).round(2).tolist(),
        "good": good.round(2).tolist(),
        "bad": bad.round(2).tolist(),
        "idle": idle.round(2).tolist(),
    }
    lists = driver_lists(compare.key_drivers(visits, "whole", ["good", "bad", "idle"]))
    assert lists is not None
    assert ids(lists, ACT_NOW) == {"bad"}
    study = compare.key_drivers(visits, "whole", ["good", "bad", "idle"])
    assert driver_lists(replace(study, explained=None)) is None


@pytest.mark.parametrize(
    ("target", "scores", "of_list"),
    [
        (40.0, (60.0, 62.0), FINE),
        (90.0, (60.0, 62.0), ACT_NOW),
        (61.0, (60.0, 62.0), WATCH),
        (50.0, (60.0, 60.0), NOT_ENOUGH),
    ],
)
def test_one_store_beside_a_target(target: float, scores: tuple[float, float], of_list: Urgency) -> None:
    visits = {"store": ["s"] * 12, "shopper": [f"p{number}" for number in range(12)], "score": [*scores] * 6}
    check = check_target(arrays_of_table(table_of_columns(visits)), target, 0.9)
    assert target_lists(check, "s").judgements == (
        Judgement("", "s", of_list, target_lists(check, "s").judgements[0].why),
    )

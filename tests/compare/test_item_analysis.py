"""How items work: counts by SQL are counts by rows, and each kind of trouble is called by its name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import driver_chains, samples

from cemaudit.compare.errors import NotEstimable
from cemaudit.compare.from_snapshot import internal_consistencies, item_statistics, items_nps
from cemaudit.compare.intervals import wilson_interval
from cemaudit.compare.item_analysis import ItemAdvice, ItemStatistics, upper_limit_of_share
from cemaudit.compare.nps import net_promoter_score
from cemaudit.errors import BadInput
from cemaudit.ledger.query.keys import Condition
from cemaudit.ledger.query.question import LedgerQuery
from cemaudit.ledger.query.reading import reading
from cemaudit.ledger.query.statement import Filter
from cemaudit.model import Checklist, Visit


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return driver_chains.folder(tmp_path_factory.mktemp("items"), driver_chains.visits())


def table(folder: Path, *conditions: Condition) -> dict[str, ItemStatistics]:
    with reading(folder) as opened:
        return {one.item: one for one in item_statistics(opened, LedgerQuery(which=Filter(conditions)))}


def share(one: Visit, item: str) -> float | None:
    answer = one.answers.get(item)
    return (
        None
        if answer is None
        else int(str(answer)[1]) / 4
        if item in "ABCD"
        else float(answer) / (9 * (item == "Q") + 1)
    )


def test_counts_are_those_of_the_visits(chain: Path) -> None:
    found, visits = table(chain), driver_chains.visits()
    assert list(found) == list("ABCDEQ")
    for item, row in found.items():
        shares = [share(one, item) for one in visits]
        known = [one for one in shares if one is not None]
        assert (row.asked, row.answered) == (300, len(known))
        assert row.not_applicable == pytest.approx(shares.count(None) / 300)
        assert row.points == pytest.approx(np.mean(known))


def test_the_correlation_is_with_the_other_items_of_the_visit(chain: Path) -> None:
    weights = {"A": 4, "B": 4, "C": 4, "D": 4, "E": 1, "Q": 10}
    pairs = []
    for one in driver_chains.visits():
        others = {item: share(one, item) for item in weights if item != "A"}
        known = {item: value for item, value in others.items() if value is not None}
        rest = sum(value * weights[item] for item, value in known.items()) / sum(weights[item] for item in known)
        pairs.append((share(one, "A"), rest))
    expected = np.corrcoef(np.array(pairs, float).T)[0, 1]
    assert table(chain)["A"].item_rest_correlation == pytest.approx(expected, abs=1e-3)


def with_sign(**marked: Any) -> Checklist:
    """The shop with more said of the touchpoint ``sign`` and, under ``item``, of its only item."""
    plain = driver_chains.shop().model_dump(mode="json", by_alias=True, exclude_unset=True)
    (sign,) = [each for each in plain["touchpoints"] if each["id"] == "sign"]
    sign["items"][0] |= marked.pop("item", {})
    sign |= marked
    return Checklist.model_validate(plain)


def advice_on_sign(home: Path, **marked: Any) -> ItemStatistics:
    shop = with_sign(**marked)
    visits = [
        visit.model_copy(update={"emotions": {**visit.emotions, "sign": 1}} if marked.get("emotion") else {})
        for visit in driver_chains.visits(of=shop)
    ]
    return table(driver_chains.folder(home, visits, shop))["E"]


def test_what_never_differs_is_dead_and_goes_with_nothing(tmp_path: Path) -> None:
    row = advice_on_sign(tmp_path, emotion=True)
    assert (row.points, row.item_rest_correlation, row.advice) == (1, None, ItemAdvice.ALWAYS)
    assert row.uniform_shoppers == 1


def test_what_has_no_part_in_the_headline_is_not_to_be_dropped(chain: Path) -> None:
    """``sign`` asks no feeling, so that no score shows what its item is worth."""
    row = table(chain)["E"]
    assert (row.points, row.advice) == (1, ItemAdvice.NO_PART)


@pytest.mark.parametrize("marked", [{"critical": {}}, {"tags": ["duty"]}])
def test_what_is_mandatory_is_never_to_be_dropped(tmp_path: Path, marked: dict[str, Any]) -> None:
    row = advice_on_sign(tmp_path, item=marked)
    assert (row.points, row.advice) == (1, ItemAdvice.MUST_KEEP)


def test_the_upper_limit_is_the_rule_of_three() -> None:
    assert upper_limit_of_share(0, 300) == pytest.approx(3 / 300, rel=2e-3)
    assert upper_limit_of_share(0, 0) == 1
    assert upper_limit_of_share(5, 300) > upper_limit_of_share(1, 300) > 5 / 300 / 2


ITEM = samples.item("X", driver_chains.FIVE)


def shop(version: str = "1") -> Checklist:
    hello = samples.touchpoint(
        "hello", ITEM, samples.item("Y", driver_chains.FIVE), samples.item("Z", driver_chains.FIVE)
    )
    return samples.checklist(hello, version=version, scheme="test.driven")


def made(tmp_path: Path, marks: Sequence[dict[str, int]], of: Checklist | None = None, **keys: Any) -> list[Visit]:
    known = of or shop()
    return [
        samples.visit(**{
            "id": f"{known.version}-{number}", "checklist": known.ref, "store": f"s{number % 7}",
            "shopper": f"u{number % 6}", "date": "2026-11-21",
            "answers": {item: f"p{mark}" for item, mark in one.items()},
            "skipped": samples.skipped(*({"X", "Y", "Z"} - set(one))), **keys,
        })
        for number, one in enumerate(marks)
    ]  # fmt: skip


def _marks(count: int, seed: int = 1) -> list[dict[str, int]]:
    draw = np.random.Generator(np.random.PCG64(seed))
    return [dict(zip("XYZ", map(int, draw.integers(0, 5, 3)), strict=True)) for _ in range(count)]


def advice(tmp_path: Path, marks: Sequence[dict[str, int]]) -> ItemAdvice:
    return table(driver_chains.folder(tmp_path, made(tmp_path, marks), shop()))["X"].advice


def test_too_few_answers_say_nothing(tmp_path: Path) -> None:
    assert advice(tmp_path, _marks(29)) is ItemAdvice.FEW


def test_what_is_never_met(tmp_path: Path) -> None:
    assert advice(tmp_path, [{**one, "X": 0} for one in _marks(310)]) is ItemAdvice.NEVER


def test_what_goes_against_the_others(tmp_path: Path) -> None:
    assert advice(tmp_path, [{**one, "X": 4 - one["Y"]} for one in _marks(60)]) is ItemAdvice.CONTRARY


def test_what_seldom_applies(tmp_path: Path) -> None:
    some = [one if at % 3 == 0 else {name: one[name] for name in "YZ"} for at, one in enumerate(_marks(120))]
    found = [{**one, "X": one["Y"]} if "X" in one else one for one in some]
    assert advice(tmp_path, found) is ItemAdvice.SELDOM


def test_shoppers_who_always_answer_alike(tmp_path: Path) -> None:
    """Each of six shoppers has a mark of their own for X, whatever they see."""
    found = [{**one, "X": at % 6 % 5, "Y": at % 6 % 5} for at, one in enumerate(_marks(60))]
    assert advice(tmp_path, found) is ItemAdvice.UNCALIBRATED


def test_nothing_is_said_of_shoppers_with_fewer_than_five_answers(tmp_path: Path) -> None:
    assert (
        table(driver_chains.folder(tmp_path, made(tmp_path, [{"X": 1, "Y": 2, "Z": 3}] * 24), shop()))[
            "X"
        ].uniform_shoppers
        is None
    )


def test_what_changed_between_versions(tmp_path: Path) -> None:
    """Version 10 comes after 9; only the later one can have drifted."""
    old, new = shop("9"), shop("10")
    before = made(tmp_path, [{**one, "X": one["X"] // 2} for one in _marks(80)], old)
    after = made(tmp_path, [{**one, "X": 2 + one["X"] // 2} for one in _marks(80, seed=2)], new)
    with reading(driver_chains.folder(tmp_path, [*before, *after], old, new)) as opened:
        found = [one for one in item_statistics(opened, LedgerQuery()) if one.item == "X"]
        both = internal_consistencies(opened, LedgerQuery())
    assert [one.checklist for one in found] == [old.ref, new.ref]
    assert found[0].drift is None
    assert found[1].drift is not None
    means = [[(one["X"] // 2 + 2 * at) / 4 for one in _marks(80, seed=at + 1)] for at in (0, 1)]
    error = np.sqrt(sum(np.var(some, ddof=1) / 80 for some in means))
    assert found[1].drift == pytest.approx((np.mean(means[1]) - np.mean(means[0])) / error)
    assert found[1].advice is ItemAdvice.DRIFT
    assert {one.checklist for one in both} <= {old.ref, new.ref}


def test_an_item_goes_on_under_its_new_id(tmp_path: Path) -> None:
    """What ``was`` names is what it drifted from; an item that only looks alike has no past."""
    old = shop("1")
    new = samples.checklist(
        samples.touchpoint("hello", {**ITEM, "id": "N", "was": ["X"]}, samples.item("Y", driver_chains.FIVE),
                           samples.item("V", driver_chains.FIVE)),
        version="2", scheme="test.driven",
    )  # fmt: skip
    before = made(tmp_path, [{**one, "X": one["X"] // 2} for one in _marks(80)], old)
    marks = [{"N": 2 + one["X"] // 2, "Y": one["Y"], "V": one["Z"]} for one in _marks(80, seed=2)]
    after = [
        samples.visit(id=f"2-{number}", checklist=new.ref, store=f"s{number % 7}", shopper=f"u{number % 6}",
                      date="2026-11-21", answers={item: f"p{mark}" for item, mark in one.items()})
        for number, one in enumerate(marks)
    ]  # fmt: skip
    with reading(driver_chains.folder(tmp_path, [*before, *after], old, new)) as opened:
        drift = {(one.checklist, one.item): one.drift for one in item_statistics(opened, LedgerQuery())}
    means = [[one["X"] // 2 / 4 for one in _marks(80)], [one["N"] / 4 for one in marks]]
    error = np.sqrt(sum(np.var(some, ddof=1) / 80 for some in means))
    assert drift[new.ref, "N"] == pytest.approx((np.mean(means[1]) - np.mean(means[0])) / error)
    assert drift[new.ref, "V"] is None


def test_alpha_is_cronbachs_of_the_items_that_differ(tmp_path: Path) -> None:
    marks = [{**one, "Y": min(4, one["X"] + one["Y"] // 3), "Z": 4} for one in _marks(60)]
    with reading(driver_chains.folder(tmp_path, made(tmp_path, marks), shop())) as opened:
        (found,) = internal_consistencies(opened, LedgerQuery())
    covariance = np.cov([[one["X"] for one in marks], [one["Y"] for one in marks]])
    assert (found.items, found.least) == (2, 60)
    assert found.alpha == pytest.approx(2 * (1 - covariance.trace() / covariance.sum()), abs=1e-3)


def test_conditions_choose_items_and_visits(chain: Path) -> None:
    assert list(table(chain, Condition("touchpoint", ("room", "pay")))) == ["B", "C"]
    assert table(chain, Condition("store", ("s01",)))["A"].asked == 15
    with pytest.raises(NotEstimable, match="No visits"):
        table(chain, Condition("store", ("elsewhere",)))
    with pytest.raises(BadInput, match="is no key of this view"):
        table(chain, Condition("band", ("A",)))
    with reading(chain) as opened:
        assert internal_consistencies(opened, LedgerQuery(which=Filter((Condition("store", ("elsewhere",)),)))) == []


def test_the_share_of_full_marks_has_its_interval(chain: Path) -> None:
    found, visits = table(chain), driver_chains.visits()
    for item in "ABCD":
        marks = [str(one.answers[item]) for one in visits if item in one.answers]
        row = found[item]
        assert row.full_marks == pytest.approx(marks.count("p4") / len(marks))
        assert row.full_marks_interval == wilson_interval(marks.count("p4"), len(marks), 0.9)


def test_items_that_ask_who_would_recommend_have_a_net_promoter_score(chain: Path) -> None:
    with reading(chain) as opened:
        (found,) = items_nps(opened, LedgerQuery())
        (here,) = items_nps(opened, LedgerQuery(which=Filter((Condition("store", ("s01",)),))))
        assert items_nps(opened, LedgerQuery(which=Filter((Condition("touchpoint", ("room",)),)))) == []
        assert items_nps(opened, LedgerQuery(which=Filter((Condition("store", ("elsewhere",)),)))) == []
    said = np.array([int(str(one.answers["Q"])) for one in driver_chains.visits()])
    assert (found.checklist, found.item) == (driver_chains.shop().ref, "Q")
    assert found.score == net_promoter_score(int((said >= 9).sum()), int((said <= 6).sum()), 300)
    assert here.score.answers == 15


def test_every_version_has_a_score_of_its_own_and_none_without_the_question(tmp_path: Path) -> None:
    old, new = driver_chains.shop("1", asks=False), driver_chains.shop("2")
    visits = [*driver_chains.visits(5, 6, of=old), *driver_chains.visits(5, 6, of=new)]
    renamed = [one.model_copy(update={"id": f"{one.checklist}-{one.id}"}) for one in visits]
    with reading(driver_chains.folder(tmp_path, renamed, old, new)) as opened:
        assert [one.checklist for one in items_nps(opened, LedgerQuery())] == [new.ref]

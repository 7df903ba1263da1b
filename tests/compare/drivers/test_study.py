"""A study of drivers, from the visits of a snapshot to its sentences."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import driver_chains, samples

from cemaudit.compare.drivers.candidates import DriverQuery, choose_variables
from cemaudit.compare.drivers.data import OUTCOME
from cemaudit.compare.drivers.ipa import Suggestion
from cemaudit.compare.drivers.results import Driver, DriverStudy
from cemaudit.compare.drivers.study_columns import ColumnStudyTable
from cemaudit.compare.errors import NotEstimable
from cemaudit.compare.from_snapshot import study_drivers
from cemaudit.compare.queries.driver_columns import inputs_of_measure
from cemaudit.compare.queries.drivers import STUDY_TABLE, cross_products_by_store, make_study_table
from cemaudit.errors import BadInput
from cemaudit.language import use
from cemaudit.ledger.query.keys import Condition
from cemaudit.ledger.query.reading import reading
from cemaudit.ledger.query.statement import EVERYTHING, Filter
from cemaudit.model import Checklist, Visit


@cache
def asked(folder: Path, **keys: object) -> DriverStudy:
    with reading(folder) as opened:
        return study_drivers(opened, DriverQuery(**keys))  # type: ignore[arg-type]


def by_name(found: DriverStudy) -> dict[str, Driver]:
    return {driver.name: driver for driver in found.drivers}


def test_products_of_large_numbers_stay_exact(chain: Path) -> None:
    """Sums of money in hundredths, squared, leave 64 bits."""
    money = "select 's' as store, 0 as version, 10**14 * (i % 2) as d0 from range(8) t(i)"
    with reading(chain) as opened:
        opened.ask(f"create temp table money as {money}")
        found = cross_products_by_store(opened, ["d0"], by_shopper=False, frame="money")
    assert found.sums == pytest.approx(np.array([[8 * (10**12 / 2) ** 2]]), rel=1e-12)


@pytest.mark.parametrize("by_shopper", [True, False])
def test_columns_in_memory_are_reckoned_like_columns_of_a_snapshot(chain: Path, by_shopper: bool) -> None:
    """To the last bit: counts, sums, centred products and thirds."""
    with reading(chain) as opened:
        variables = choose_variables(opened, DriverQuery())
        names = list(variables.design.ids)
        table = make_study_table(opened, variables.sources, EVERYTHING)
        rows = opened.ask(f"select store, shopper, version, {', '.join([OUTCOME, *names])} from {STUDY_TABLE}")
        own = in_memory(rows, [OUTCOME, *names])
        assert own.size() == table.size()
        for mine, theirs in (
            (
                own.products([OUTCOME, *names], by_shopper=by_shopper),
                table.products([OUTCOME, *names], by_shopper=by_shopper),
            ),
            (own.third_products(names, by_shopper=by_shopper), table.third_products(names, by_shopper=by_shopper)),
        ):
            assert mine.names == theirs.names
            assert mine.counts.tolist() == theirs.counts.tolist()
            assert mine.sums.tolist() == theirs.sums.tolist()
        assert [column.tolist() for column in own.means(names)] == [column.tolist() for column in table.means(names)]
        assert own.count_thirds(names) == table.count_thirds(names)


def in_memory(rows: list[tuple[Any, ...]], names: list[str]) -> ColumnStudyTable:
    """The rows of a study's table (store, shopper, version, columns) as arrays."""
    stores, shoppers = (sorted({row[at] for row in rows if row[at] is not None}) for at in (0, 1))
    return ColumnStudyTable(
        np.array([stores.index(row[0]) for row in rows]),
        np.array([-1 if row[1] is None else shoppers.index(row[1]) for row in rows]),
        np.array([row[2] for row in rows]),
        {name: np.array([row[3 + at] for row in rows], np.float64) for at, name in enumerate(names)},
    )


def test_what_weighs_most_comes_first(chain: Path) -> None:
    found = asked(chain)
    assert (found.outcome.name, found.outcome.is_asked, found.measure, found.method) == ("Q", True, "each", "lmg")
    assert [driver.name for driver in found.drivers[:2]] == ["hello", "room"]
    assert sum(driver.share for driver in found.drivers) == pytest.approx(1)
    hello = by_name(found)["hello"]
    assert hello.interval.low < hello.share < hello.interval.high
    assert hello.top == 1
    assert 0.3 < found.explained < 0.9
    assert (found.visits, found.stores, found.shoppers, found.centred) == (300, 20, 25, True)


def test_the_same_question_has_the_same_answer(chain: Path) -> None:
    assert asked.__wrapped__(chain) == asked(chain)


def test_what_cannot_be_a_driver_is_left_out_and_named(chain: Path) -> None:
    """``end`` holds the question itself, ``sign`` never differs."""
    found = asked(chain)
    assert set(by_name(found)) == {"hello", "room", "pay", "gift"}
    said = " ".join(map(str, found.notes))
    assert "because the outcome is part of them: end" in said
    assert "do not vary: sign" in said
    assert "each two columns are compared over the visits in which both are known" in said


def test_by_a_reckoned_outcome_no_driver_is_judged(chain: Path) -> None:
    """Its shares would repeat the weights it is reckoned by: that is said first, and then what to ask instead."""
    for outcome in ("whole", "felt"):
        found = asked(chain, outcome=outcome)
        assert found.explained is None
        assert "shares would repeat these weights" in str(found.notes[0])
        assert "with --outcome Q" in str(found.notes[1])
        for driver in found.drivers:
            assert (driver.share, driver.interval, driver.top, driver.quadrant, driver.certain) == (None,) * 5
            assert (driver.asymmetry, driver.hint) == (None, Suggestion.NOT_KNOWN)
            assert 0 < driver.performance < 100


def test_without_a_question_for_the_whole_it_is_said_what_to_ask(tmp_path: Path) -> None:
    of = driver_chains.shop(asks=False)
    found = asked(driver_chains.folder(tmp_path, driver_chains.visits(of=of), of))
    assert (found.outcome.name, found.measure) == ("felt", "each")
    assert "the emotion is used" in str(found.outcome.why)
    assert "ask one question about the whole visit" in str(found.notes[1])
    assert found.interaction is None


def test_an_outcome_that_was_asked_can_hold_everything(chain: Path) -> None:
    assert all(driver.share is not None for driver in asked(chain).drivers)


def test_suggestions_follow_from_intervals_of_shares(chain: Path) -> None:
    found = asked(chain)
    equal = 1 / len(found.drivers)
    for driver in found.drivers:
        assert driver.interval
        if driver.hint not in {Suggestion.UNCLEAR, Suggestion.MUST_KEEP}:
            assert not driver.interval.low <= equal <= driver.interval.high


def test_notes_name_touchpoints_by_their_titles(tmp_path: Path) -> None:
    shop = driver_chains.shop()
    titled = [
        {**touchpoint, "title": {"ko": f"{touchpoint['id']} 접점", "en": f"the {touchpoint['id']}"}}
        for touchpoint in shop.model_dump(mode="json", by_alias=True, exclude_defaults=True)["touchpoints"]
    ]
    of = Checklist.model_validate({**shop.model_dump(mode="json", by_alias=True), "touchpoints": titled})
    found = asked(driver_chains.folder(tmp_path, driver_chains.visits(of=of), of))
    with use("ko"):
        said = " ".join(map(str, found.notes))
    assert "end 접점" in said
    assert "sign 접점" in said


def test_of_each_kind(chain: Path) -> None:
    assert set(by_name(asked(chain, of="item"))) == {"A", "B", "C", "D"}
    assert set(by_name(asked(chain, of="stage", outcome="felt"))) == {"enter", "pay"}
    with pytest.raises(BadInput, match="no measure for each channel"):
        asked(chain, of="channel")
    with pytest.raises(BadInput, match=r"did you mean each\.felt"):
        asked(chain, measure="each.fel")
    assert asked(chain, measure="each.felt").measure == "each.felt"
    with pytest.raises(BadInput, match="no item or measure"):
        asked(chain, outcome="nothing")


def test_where_chooses_visits_and_drivers(chain: Path) -> None:
    some = tuple(f"s{number:02}" for number in range(10))
    found = asked(chain, visit_filter=Filter((Condition("store", some),)))
    assert (found.visits, found.stores) == (150, 10)
    assert any("too narrow" in str(note) for note in found.notes)
    chosen = asked(chain, visit_filter=Filter((Condition("touchpoint", ("hello", "room")),)))
    assert set(by_name(chosen)) == {"hello", "room"}
    assert [one.name for one in chosen.felt] == ["hello", "room", ""]
    with pytest.raises(NotEstimable, match="Fewer than two drivers"):
        asked(chain, visit_filter=Filter((Condition("channel", ("electronic",)),)))


def _experience(p: float, e: float) -> float:
    return p * e if e >= 0 else e * (1 - p / 2)


def test_the_experience_has_its_covariance_part(chain: Path) -> None:
    found = asked(chain)
    *each, whole = found.felt
    assert {one.name for one in each} == {"hello", "room", "pay"}
    assert whole.visits == sum(one.visits for one in each)
    assert whole.experience == pytest.approx(sum(one.experience * one.visits for one in each) / whole.visits)
    felt = [(int(one.answers["A"][1]) / 4, one.emotions["hello"] / 3) for one in driver_chains.visits()]
    p, e = np.mean(felt, axis=0)
    s = np.mean([_experience(*both) for both in felt])
    hello = next(one for one in each if one.name == "hello")
    assert (hello.performance, hello.emotion) == pytest.approx((100 * p, 100 * e), abs=0.01)
    assert hello.together == pytest.approx(100 * (s - _experience(p, e)), abs=0.02)
    assert abs(hello.together) > 1
    assert found.interaction is not None
    assert found.interaction.interval.low < found.interaction.both < found.interaction.interval.high


@pytest.mark.parametrize(
    ("which", "said"),
    [
        (Filter(since=dt.date(2030, 1, 1)), "None of these visits"),
        (Filter((Condition("store", ("s00",)),)), "Stores visited: 1"),
        (Filter((Condition("store", ("s00", "s01", "s02", "s03")),)), "Stores visited: 4"),
    ],
)
def test_too_few_visits_or_stores_say_nothing(chain: Path, which: Filter, said: str) -> None:
    with pytest.raises(NotEstimable, match=said):
        asked(chain, visit_filter=which)


def test_what_the_visits_of_made_up_chains_cannot_tell(tmp_path: Path) -> None:
    alone = [one.model_copy(update={"shopper": one.id}) for one in driver_chains.visits(stores=6, each=8)]
    home = driver_chains.folder(tmp_path, alone)
    with pytest.raises(NotEstimable, match="48 of 48 visits are the only one of their shopper"):
        asked(home)
    found = asked(home, by_shopper=False, of="item", outcome="Q", visit_filter=EVERYTHING)
    assert not found.centred
    assert any("not centred by shopper" in str(note) for note in found.notes)


def test_an_outcome_that_never_differs_is_driven_by_nothing(tmp_path: Path) -> None:
    same = [
        one.model_copy(update={"answers": {**one.answers, "Q": 7}}) for one in driver_chains.visits(stores=6, each=8)
    ]
    with pytest.raises(NotEstimable, match="there is nothing to explain"):
        asked(driver_chains.folder(tmp_path, same))


def test_drivers_that_explain_no_more_than_chance_say_nothing(tmp_path: Path) -> None:
    draw = np.random.Generator(np.random.PCG64(4))
    some = [
        one.model_copy(update={"answers": {**one.answers, "Q": int(draw.integers(11))}})
        for one in driver_chains.visits(stores=6, each=10)
    ]
    with pytest.raises(NotEstimable, match="chance alone would explain"):
        asked(driver_chains.folder(tmp_path, some))


def test_too_few_visits_for_so_many_drivers(tmp_path: Path) -> None:
    with pytest.raises(NotEstimable, match="25 visits are too few"):
        asked(driver_chains.folder(tmp_path, driver_chains.visits(stores=5, each=5, shoppers=3)))


def test_without_known_shoppers_nothing_is_centred(tmp_path: Path) -> None:
    unknown = [one.model_copy(update={"shopper": None}) for one in driver_chains.visits(stores=6, each=10)]
    found = asked(driver_chains.folder(tmp_path, unknown))
    assert (found.shoppers, found.centred) == (0, False)


def test_versions_of_a_checklist_are_taken_together(tmp_path: Path) -> None:
    """What the later version marks lower moves nothing: visits are compared within their version."""
    new = driver_chains.shop("2")
    first, second = driver_chains.visits(stores=6, each=10), driver_chains.visits(stores=6, each=10, of=new, seed=2)
    second = [one.model_copy(update={"id": f"w{one.id}"}) for one in second]
    found = asked(driver_chains.folder(tmp_path, [*first, *second], driver_chains.shop(), new))
    assert found.visits == 120
    assert found.drivers[0].name == "hello"


def test_leaves_of_measures() -> None:
    of = driver_chains.shop()
    assert inputs_of_measure(of, driver_chains.SCHEME, "each", {"touchpoint": "room"}) == {("item", "B")}
    assert inputs_of_measure(of, driver_chains.SCHEME, "stage", {"stage": "pay"}) == {("item", "C")}
    assert inputs_of_measure(of, driver_chains.SCHEME, "each.experience", {"touchpoint": "pay"}) == {
        ("item", "C"),
        ("@emotions", "pay"),
    }
    assert {kind for kind, _ in inputs_of_measure(of, driver_chains.SCHEME, "felt", {})} == {"@emotions"}


def test_every_sentence_is_there_in_korean(chain: Path) -> None:
    found = asked(chain)
    reckoned = asked(chain, outcome="felt")
    with use("ko"):
        said = [str(note) for note in (*found.notes, *reckoned.notes)]
    assert all(any("가" <= char <= "힣" for char in one) for one in said)


LESS = {Suggestion.REDUCE, Suggestion.ELIMINATE}


def _well_done(**marked: Any) -> tuple[Checklist, list[Visit]]:
    """A shop whose till weighs nothing and is nearly always well done; ``marked``: what its item ``C`` is marked as."""
    data = driver_chains.shop().model_dump(mode="json", by_alias=True, exclude_unset=True)
    (till,) = [touchpoint for touchpoint in data["touchpoints"] if touchpoint["id"] == "pay"]
    till["items"][0] |= marked
    shop = Checklist.model_validate(data)
    visits = [
        visit.model_copy(update={"answers": visit.answers | {"C": f"p{3 + int(str(visit.answers['C'])[1]) % 2}"}})
        for visit in driver_chains.visits(of=shop)
    ]
    return shop, visits


def test_less_is_suggested_of_what_weighs_nothing_and_is_well_done(tmp_path: Path) -> None:
    shop, visits = _well_done()
    assert by_name(asked(driver_chains.folder(tmp_path, visits, shop)))["pay"].hint in LESS


@pytest.mark.parametrize("marked", [{"critical": {}}, {"tags": ["duty"]}, {"tags": ["duty", "other"], "critical": {}}])
def test_less_is_never_suggested_of_what_is_critical_or_a_duty(tmp_path: Path, marked: dict[str, Any]) -> None:
    shop, visits = _well_done(**marked)
    snapshot = driver_chains.folder(tmp_path, visits, shop)
    found = asked(snapshot)
    assert by_name(found)["pay"].hint is Suggestion.MUST_KEEP
    assert any(str(note).startswith("Must keep: ") for note in found.notes)
    assert by_name(asked(snapshot, of="item"))["C"].hint is Suggestion.MUST_KEEP
    assert by_name(asked(snapshot, of="stage", outcome="felt"))["pay"].hint not in LESS


def test_a_touchpoint_is_mandatory_by_any_of_its_items(tmp_path: Path) -> None:
    """The duty beside ``C`` earns no points, so it is no part of the touchpoint's score."""
    shop, visits = _well_done()
    data = shop.model_dump(mode="json", by_alias=True, exclude_unset=True)
    (till,) = [touchpoint for touchpoint in data["touchpoints"] if touchpoint["id"] == "pay"]
    till["items"].append(samples.item("T", "text", tags=["duty"]))
    snapshot = driver_chains.folder(tmp_path, visits, Checklist.model_validate(data))
    assert by_name(asked(snapshot))["pay"].hint is Suggestion.MUST_KEEP
    assert by_name(asked(snapshot, of="item"))["C"].hint in LESS


def test_one_version_that_marks_a_duty_is_enough(tmp_path: Path) -> None:
    shop, visits = _well_done(tags=["duty"])
    data = _well_done()[0].model_dump(mode="json", by_alias=True, exclude_unset=True) | {"version": "2"}
    later = Checklist.model_validate(data)
    half = [visit.model_copy(update={"checklist": later.ref}) for visit in visits[::2]]
    snapshot = driver_chains.folder(tmp_path, [*visits[1::2], *half], shop, later)
    assert by_name(asked(snapshot))["pay"].hint is Suggestion.MUST_KEEP

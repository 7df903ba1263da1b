from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import timedelta
from statistics import correlation, mean

import pytest

from cemaudit.exchange.canonical_json import line_of
from cemaudit.model import Checklist, Visit
from cemaudit.scoring import Engine, check_visit
from cemaudit.simulate import make_chain, simulate

OURS = ("retail.green-smile@1.0.0", "hospital.outpatient@1.0.0", "ecommerce.order@1.0.0", "hospital.outpatient@2.0.0")
SECOND = ("retail.green-smile@2.0.0", "ecommerce.order@2.0.0")
PROGRAMME = (
    "programme.cem-five-steps@1.0.0", "programme.loyalty@1.0.0",
    "programme.cem-five-steps@2.0.0", "programme.loyalty@2.0.0", "programme.staff-pulse@1.0.0",
)  # fmt: skip


def digest(visits: list[Visit]) -> str:
    return hashlib.sha256(b"\n".join(map(line_of, visits))).hexdigest()


def test_same_seed_same_visits_another_seed_others(hotel: Checklist) -> None:
    first, again, other = (list(simulate(hotel, 3, 2, seed)) for seed in (5, 5, 6))
    assert first == again
    assert digest(first) != digest(other)


def test_neither_hash_seed_nor_process_matters(engine: Engine) -> None:
    script = (
        "import hashlib; from cemaudit.exchange.canonical_json import line_of; from cemaudit.scoring import Engine;"
        "from cemaudit.simulate import simulate; found = Engine().library.checklist('hospital.outpatient@1.0.0');"
        "print(hashlib.sha256(b'\\n'.join(map(line_of, simulate(found, 2, 2, 9)))).hexdigest())"
    )
    elsewhere = {
        subprocess.run(
            [sys.executable, "-c", script],
            check=True, capture_output=True, text=True, env={**os.environ, "PYTHONHASHSEED": hash_seed},
        ).stdout.strip()
        for hash_seed in ("0", "4711")
    }  # fmt: skip
    assert elsewhere == {digest(list(simulate(engine.library.checklist("hospital.outpatient@1.0.0"), 2, 2, 9)))}


@pytest.mark.parametrize("ref", [*OURS, *SECOND, *PROGRAMME])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_visits_fit_their_checklist_and_pass_the_reviews(engine: Engine, ref: str, seed: int) -> None:
    checklist = engine.library.checklist(ref)
    visits = list(simulate(checklist, 5, 3, seed))
    assert [problem for visit in visits for problem in check_visit(visit, checklist)] == []
    assert [str(problem) for visit in visits for problem in engine.review(visit)] == []
    assert len({visit.id for visit in visits}) == len(visits)
    assert {visit.origin for visit in visits} == {"simulated"}


@pytest.mark.parametrize("seed", range(6))
def test_a_strangers_checklist_is_filled_in_too(hotel: Checklist, seed: int) -> None:
    visits = list(simulate(hotel, 4, 6, seed))
    assert [problem for visit in visits for problem in check_visit(visit, hotel)] == []
    seen = {item for visit in visits for item in visit.answers}
    assert seen == set(hotel.items)


def test_what_arises_is_answered_or_skipped(hotel: Checklist) -> None:
    for visit in simulate(hotel, 3, 6, 2):
        decided = visit.answers.keys() | visit.skipped.keys()
        asked = {
            item.id
            for item in hotel.items.values()
            if item.when is None or item.when.holds({**visit.answers, "step": None})
        }
        assert decided == asked


def test_times_are_in_order_on_one_day_in_korea(engine: Engine) -> None:
    for visit in simulate(engine.library.checklist(OURS[0]), 4, 4, 1):
        assert visit.started
        assert visit.finished
        assert visit.entered
        assert visit.started < visit.finished < visit.entered
        assert visit.started.utcoffset() == timedelta(hours=9)
        assert visit.started.date() == visit.entered.date()
        assert all((visit.scenario, visit.persona, visit.occasion, visit.place))


@pytest.mark.slow
def test_better_stores_score_better_on_average(engine: Engine) -> None:
    for ref in OURS:
        checklist = engine.library.checklist(ref)
        values = defaultdict(list)
        for visit in simulate(checklist, 8, 6, 11):
            score = engine.audit(visit).score("performance").value
            if score is not None:
                values[visit.store].append(float(score))
        stores = make_chain(checklist, 8, 11).stores
        assert correlation([store.quality for store in stores], [mean(values[store.id]) for store in stores]) > 0.6


def test_emotion_follows_performance_but_not_always(engine: Engine) -> None:
    pairs = []
    for visit in simulate(engine.library.checklist(OURS[0]), 8, 6, 3):
        audit = engine.audit(visit)
        for touchpoint, emotion in visit.emotions.items():
            performance = audit.score("touchpoint.performance", touchpoint).value
            if performance is not None:
                pairs.append((float(performance), emotion))
    done, felt = zip(*pairs, strict=True)
    assert 0.4 < correlation(done, felt) < 0.95
    assert any(performance == 100 and emotion < 0 for performance, emotion in pairs)


def test_there_is_something_of_everything(engine: Engine) -> None:
    visits = [visit for ref in OURS for visit in simulate(engine.library.checklist(ref), 6, 3, 1)]
    states = Counter(skip.state.value for visit in visits for skip in visit.skipped.values())
    assert states["not-applicable"] > 5
    assert states["not-observed"] > 5
    for field in ("notes", "claims", "blames", "evidence", "expectations"):
        assert any(getattr(visit, field) for visit in visits), field
    written = {note for visit in visits for note in visit.notes.values()}
    assert any(note.isascii() for note in written)
    assert any(not note.isascii() for note in written)
    bands = {str(audit.band) for audit in map(engine.audit, visits)}
    assert len(bands) >= 4


def test_complaints_come_only_where_it_felt_bad(engine: Engine) -> None:
    for visit in simulate(engine.library.checklist(OURS[2]), 8, 4, 4):
        assert all(visit.emotions[complaint.touchpoint] < 0 for complaint in (*visit.claims, *visit.blames))


def test_evidence_where_the_item_wants_it(hotel: Checklist) -> None:
    for visit in simulate(hotel, 4, 6, 8):
        assert ("HT01" in visit.evidence) == (visit.answers.get("HT01") is False)
        if visit.answers.get("HT02") in {"o0", "o1", "o2"}:
            assert "HT02" in visit.evidence


def test_what_the_scenario_says_is_done(engine: Engine) -> None:
    for visit in simulate(engine.library.checklist(OURS[0]), 6, 6, 1):
        if visit.scenario == "repair" and "GS08" not in visit.skipped:
            assert visit.answers["GS08"] == "not-bought"
            assert "GSX1" not in visit.answers
    for visit in simulate(engine.library.checklist(OURS[2]), 6, 6, 1):
        asked = visit.scenario == "question-on-the-way"
        assert visit.skipped["E17" if asked else "E22"].state == "not-applicable"
        assert ("E19B" in visit.answers) <= (not asked)


def test_names_stay_apart_in_a_long_chain(hotel: Checklist, engine: Engine) -> None:
    for checklist in (hotel, *map(engine.library.checklist, OURS)):
        names = [store.outlet.name for store in make_chain(checklist, 40, 1).stores]
        assert len(set(names)) == 40


def test_declared_personas_and_occasions_are_named_by_their_ids(hotel: Checklist) -> None:
    """And nothing else of the visits is different."""
    kinds = [{"id": name, "title": {"ko": name, "en": name}} for name in ("gift", "daily")]
    declared = Checklist.model_validate({**hotel.model_dump(by_alias=True), "occasions": kinds, "personas": kinds})
    plain, named = list(simulate(hotel, 3, 2, 5)), list(simulate(declared, 3, 2, 5))
    assert {visit.occasion for visit in named} == {"gift", "daily"}
    # A persona belongs to its scenario, and the hotel has one scenario.
    assert {visit.persona for visit in named} == {"gift"}
    same = [visit.model_copy(update={"occasion": None, "persona": None}) for visit in plain]
    assert [visit.model_copy(update={"occasion": None, "persona": None}) for visit in named] == same

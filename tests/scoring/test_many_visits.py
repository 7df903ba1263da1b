"""What is worked out over many visits: consequences, summaries, and what another scheme changes."""

from __future__ import annotations

from fractions import Fraction

from helpers import samples

from cemaudit.scoring import Engine
from cemaudit.scoring.composition import summarise_by_checklist, with_consequences
from cemaudit.scoring.engine import make_audit
from cemaudit.scoring.scheme_comparison import peers_by_scheme, rescore_visits, summarise_changes

CHECKLIST = samples.items_only(samples.item("A"), samples.item("B"))
RATIO = {"id": "it", "how": "ratio", "transform": {"times": 100}}
BANDS = [{"label": "good", "where": {"it": ">= 60"}}, {"label": "bad"}]
TWICE = {"id": "retrain", "title": samples.text("Retrain"), "bands": ["bad"], "in_a_row": 2}
MEAN = {"id": "mean", "how": "mean", "of": "it"}
OWN = samples.scheme(RATIO, bands=BANDS, headline="it", consequences=[TWICE], summaries=[MEAN])
BEST = samples.scheme({**RATIO, "how": "max"}, id="test.best", bands=BANDS, headline="it")
RANKED = samples.scheme(
    RATIO, id="test.ranked", headline="it", bands=[{"label": "upper", "where": {"it": ">= p50"}}, {"label": "lower"}]
)
VISITS = [
    samples.visit(id=f"v{number}", store=store, answers={"A": first, "B": second})
    for number, (store, first, second) in enumerate(
        [("s1", True, False), ("s2", True, True), ("s1", False, False), ("s1", True, True), ("s1", False, True)]
    )
]


def engine(scheme_ref: str | None = None) -> Engine:
    """An engine that knows the checklist and the schemes."""
    made = Engine(scheme=scheme_ref)
    made.library.checklists[CHECKLIST.ref] = CHECKLIST
    made.library.schemes.update({scheme.ref: scheme for scheme in (OWN, BEST, RANKED)})
    return made


def audits(of: Engine):
    return [make_audit(of.plan(visit.checklist, visit.day), visit) for visit in VISITS]


def test_consequences_follow_from_the_bands_of_a_store_so_far() -> None:
    ids = [[one.id for one in consequences] for _, consequences in with_consequences(audits(engine()))]
    assert ids == [[], [], ["retrain"], [], []]


def test_a_checklist_is_summed_up_with_what_follows_for_each_store_at_the_end() -> None:
    used = engine()
    (summary,) = summarise_by_checklist(used, audits(used))
    assert summary.scheme == OWN
    assert summary.scores["mean"].value == Fraction(60)
    assert {store: len(consequences) for store, consequences in summary.consequences.items()} == {"s1": 0, "s2": 0}
    (early,) = summarise_by_checklist(used, audits(used)[:3])
    assert [one.id for one in early.consequences["s1"]] == ["retrain"]
    assert list(summarise_by_checklist(used, [])) == []


def test_visits_under_another_scheme_are_compared_with_the_checklists_own() -> None:
    summary = summarise_changes(list(rescore_visits(engine(BEST.ref), VISITS, None)))
    assert (summary.visits, summary.moved) == (5, 2)
    assert summary.headline is not None
    assert (summary.headline.mean, summary.headline.least, summary.headline.greatest) == (20, 0, 50)
    assert summary.bands == {("bad", "good"): 2, ("good", "good"): 2, ("bad", "bad"): 1}
    assert summary.causes["formula"] == 2


def test_without_visits_nothing_changes() -> None:
    summary = summarise_changes([])
    assert (summary.visits, summary.moved, summary.headline, summary.bands, summary.causes) == (0, 0, None, {}, {})


def test_only_schemes_with_bands_by_percentile_have_peers() -> None:
    plain, ranked = engine(), engine(RANKED.ref)
    plans = [(visit, used.plan(visit.checklist, visit.day)) for used in (plain, ranked) for visit in VISITS]
    assert peers_by_scheme(plans) == {RANKED.ref: {"it": [0, 50, 50, 100, 100]}}

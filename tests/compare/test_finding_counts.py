"""What is counted in the snapshot is what the core and the plugins find visit by visit."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers import ledgers, snapshots

from cemaudit.compare.queries.findings import count_findings
from cemaudit.compare.report_data import league_report_data
from cemaudit.compare.selection import Selection
from cemaudit.language import LANGUAGES, message, use
from cemaudit.ledger import open_ledger
from cemaudit.ledger.query.keys import Condition
from cemaudit.ledger.query.reading import Local, reading
from cemaudit.ledger.query.statement import Filter
from cemaudit.ledger.rescoring.run import rescore_history
from cemaudit.model import Audit, Severity, Visit
from cemaudit.scoring import Engine
from cemaudit.scoring.engine import report_contexts
from cemaudit.scoring.findings import not_met
from cemaudit.simulate import simulate

WHOLE = message("The visit as a whole")
SECTORS = ("retail.green-smile@1.0.0", "hospital.outpatient@1.0.0", "ecommerce.order@1.0.0")


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


def simulated(engine: Engine, ref: str, stores: int, visits: int) -> list[Visit]:
    """Visits; two claims in three are made twice, so that claims are more than visits with claims."""
    return [
        visit.model_copy(update={"claims": visit.claims * 2, "store": f"{ref[:3]}-{visit.store}"})
        if number % 3
        else visit
        for number, visit in enumerate(simulate(engine.library.checklist(ref), stores, visits, 5))
    ]


@pytest.fixture(scope="module")
def visits(engine: Engine) -> dict[str, list[Visit]]:
    return {ref: simulated(engine, ref, *((8, 4) if ref == SECTORS[0] else (4, 2))) for ref in SECTORS}


@pytest.fixture(scope="module")
def chain(engine: Engine, visits: dict[str, list[Visit]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("found")
    checklists = {ref: engine.library.checklist(ref) for ref in SECTORS}
    url = str(home / "hq.db")
    with open_ledger(url, make=True, who="hq") as ledger:
        for ref in SECTORS:
            ledger.collect([ledgers.document(one, ledger) for one in visits[ref]], checklists)
        with snapshots.snapshot(ledger, engine, home / "snapshot"):
            pass
        rescore_history(ledger, url, engine, home / "snapshot", "cem.performance@1", refs=[SECTORS[0]])
    return home / "snapshot"


@pytest.fixture
def snapshot(chain: Path) -> Iterator[Local]:
    with reading(chain) as opened:
        yield opened


def of_checklist(ref: str) -> Filter:
    return Filter((Condition("checklist", (ref,)),))


def audits_one_by_one(engine: Engine, visits: list[Visit]) -> Iterator[Audit]:
    """Each visit's audit, with those of its store before it as its history."""
    for context in report_contexts(engine, visits):
        yield from context.audits


Counts = dict[tuple[str, str, str], tuple[int, int]]
"""Times and stores by touchpoint, severity and title."""


def found_one_by_one(audits: Iterator[Audit], *, with_plugins: bool = True) -> Counts:
    times: Counter[tuple[str, str, str]] = Counter()
    stores: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for audit in audits:
        for finding in audit.findings:
            if finding.rule.startswith("core.") or with_plugins:
                is_critical = finding.rule == "core.critical" and finding.item
                title = not_met(audit.checklist.items[finding.item].ask) if is_critical else finding.title
                touchpoint = audit.checklist.touchpoint[finding.touchpoint].title if finding.touchpoint else WHOLE
                key = str(touchpoint), finding.severity.value, str(title)
                times[key] += 1
                stores[key].add(audit.visit.store)
    return {key: (count, len(stores[key])) for key, count in times.items()}


def counted(snapshot: Local, selection: Selection) -> Counts:
    summary = count_findings(snapshot, selection)
    assert summary.counts is not None
    assert summary.notes == ()
    counts: dict[tuple[str, str, str], tuple[int, int]] = {}
    for one in summary.counts:
        key = str(one.touchpoint), one.severity.value, str(one.title)
        assert key not in counts
        counts[key] = one.times, one.stores
    return counts


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("ref", SECTORS)
def test_findings_are_those_of_each_visit(
    snapshot: Local, engine: Engine, visits: dict[str, list[Visit]], ref: str, language: str
) -> None:
    with use(language):
        counts = counted(snapshot, Selection(of_checklist(ref)))
        assert counts == found_one_by_one(audits_one_by_one(engine, visits[ref]))
    assert {severity for _, severity, _ in counts} >= {Severity.MAJOR.value}


def test_findings_of_plugins_are_among_them_with_their_own_titles(snapshot: Local) -> None:
    with use("en"):
        titles = {title for _, _, title in counted(snapshot, Selection(of_checklist(SECTORS[0])))}
    assert "A good visit that ended badly" in titles


def test_findings_are_those_of_the_visits_chosen(
    snapshot: Local, engine: Engine, visits: dict[str, list[Visit]]
) -> None:
    store = visits[SECTORS[0]][-1].store
    chosen = [audit for audit in audits_one_by_one(engine, visits[SECTORS[0]]) if audit.visit.store == store]
    where = Filter((Condition("checklist", (SECTORS[0],)), Condition("store", (store,))))
    assert counted(snapshot, Selection(where)) == found_one_by_one(iter(chosen))


def test_under_another_scheme_the_core_finds_anew_and_plugins_stay(
    snapshot: Local, visits: dict[str, list[Visit]]
) -> None:
    selection = Selection(of_checklist(SECTORS[0]), scheme="cem.performance@1")
    core = found_one_by_one(
        audits_one_by_one(Engine(scheme="cem.performance@1"), visits[SECTORS[0]]), with_plugins=False
    )
    own = found_one_by_one(audits_one_by_one(Engine(), visits[SECTORS[0]]))
    own_core = found_one_by_one(audits_one_by_one(Engine(), visits[SECTORS[0]]), with_plugins=False)
    plugins = {key: count for key, count in own.items() if key not in own_core}
    assert plugins
    assert counted(snapshot, selection) == {**core, **plugins}


def test_a_snapshot_from_before_findings_were_kept_says_that_they_are_not_known(snapshot: Local) -> None:
    kept = tuple(part for part in snapshot.manifest.parts if part.kind != "findings")
    snapshot.manifest = snapshot.manifest._replace(parts=kept)
    assert count_findings(snapshot, Selection(of_checklist(SECTORS[0]))).counts is None
    account = league_report_data(snapshot, Selection(of_checklist(SECTORS[0])))
    assert account.findings.counts is None


@pytest.mark.slow
def test_an_account_has_all_the_visits_tell(snapshot: Local) -> None:
    account = league_report_data(snapshot, Selection(of_checklist(SECTORS[0])), target=60)
    assert account.simulated
    assert account.subject == "Green Smile Service"
    assert account.funnel
    assert account.channels
    assert account.course
    assert account.findings.counts
    assert account.touchpoints
    stores = {one.store for one in account.league.standings}
    assert set(account.touchpoints.scores) == stores
    assert all(len(row) == len(account.touchpoints.names) for row in account.touchpoints.scores.values())
    assert account.period.startswith("2025-1")


@pytest.mark.slow
def test_an_account_of_one_wave_has_its_course_over_all(snapshot: Local) -> None:
    from cemaudit.compare.selection import filter_by_wave

    account = league_report_data(snapshot, Selection(filter_by_wave(of_checklist(SECTORS[0]), "2025-2", "2025-3")))
    assert account.period == "2025-2, 2025-3"
    assert account.course
    assert len(account.course.waves) > 2

"""What is counted in the snapshot is what the core finds visit by visit."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers import ledgers, snapshots

from cemaudit.compare.finding_counts import count_findings
from cemaudit.compare.report_data import league_report_data
from cemaudit.compare.selection import Selection
from cemaudit.ledger import open_ledger
from cemaudit.ledger.query.reading import Local, reading
from cemaudit.model import Severity, Visit
from cemaudit.scoring import Engine
from cemaudit.simulate import simulate

RULES = {
    "core.critical": None,
    "core.below-zero": "Pain point",
    "core.claim": "Claims",
    "core.blame": "Blames",
    "core.felt-bad": "Done well, felt badly",
    "core.gap": "Far below expectation",
    "core.strength": "Strength",
}


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


@pytest.fixture(scope="module")
def visits(engine: Engine) -> list[Visit]:
    """Simulated ones; two claims in three are made twice, so that claims are more than visits with claims."""
    made = simulate(engine.library.checklist("retail.green-smile@1.0.0"), 8, 4, 5)
    return [
        visit.model_copy(update={"claims": visit.claims * 2}) if number % 3 else visit
        for number, visit in enumerate(made)
    ]


@pytest.fixture(scope="module")
def chain(engine: Engine, visits: list[Visit], tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("found")
    checklist = engine.library.checklist("retail.green-smile@1.0.0")
    with open_ledger(str(home / "hq.db"), make=True, who="hq") as ledger:
        ledger.collect([ledgers.document(one, ledger) for one in visits], {checklist.ref: checklist})
        with snapshots.snapshot(ledger, engine, home / "snapshot"):
            pass
    return home / "snapshot"


@pytest.fixture
def snapshot(chain: Path) -> Iterator[Local]:
    with reading(chain) as found:
        yield found


def test_findings_are_those_of_the_core(snapshot: Local, engine: Engine, visits: list[Visit]) -> None:
    times: Counter[tuple[str, str]] = Counter()
    stores: dict[tuple[str, str], set[str]] = defaultdict(set)
    for visit in visits:
        audit = engine.audit(visit)
        for finding in audit.findings:
            if finding.rule in RULES:
                item = audit.checklist.items[finding.item].ask if finding.item else None
                key = str(finding.touchpoint), str(item or RULES[finding.rule])
                times[key] += 1
                stores[key].add(visit.store)
    titles = {str(one.title): one.id for one in engine.library.checklist("retail.green-smile@1.0.0").touchpoints}
    found = {(titles[str(one.touchpoint)], str(one.title)): one for one in count_findings(snapshot, Selection())}
    assert {key: one.times for key, one in found.items()} == times
    assert {key: one.stores for key, one in found.items()} == {key: len(some) for key, some in stores.items()}
    assert {one.severity for one in found.values()} >= {Severity.CRITICAL, Severity.MAJOR, Severity.STRENGTH}


@pytest.mark.slow
def test_an_account_has_all_the_visits_tell(snapshot: Local) -> None:
    account = league_report_data(snapshot, Selection(), target=60)
    assert account.simulated
    assert account.subject == "Green Smile Service"
    assert account.funnel
    assert account.channels
    assert account.course
    assert account.findings
    assert account.touchpoints
    stores = {one.store for one in account.league.standings}
    assert set(account.touchpoints.scores) == stores
    assert all(len(row) == len(account.touchpoints.names) for row in account.touchpoints.scores.values())
    assert account.period.startswith("2025-1")


@pytest.mark.slow
def test_an_account_of_one_wave_has_its_course_over_all(snapshot: Local) -> None:
    from cemaudit.compare.selection import filter_by_wave
    from cemaudit.ledger.query.statement import EVERYTHING

    account = league_report_data(snapshot, Selection(filter_by_wave(EVERYTHING, "2025-2", "2025-3")))
    assert account.period == "2025-2, 2025-3"
    assert account.course
    assert len(account.course.waves) > 2

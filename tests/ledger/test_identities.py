"""What sealed files say of their shoppers is kept apart, and looked at by ``check`` too."""

from __future__ import annotations

import pytest

from cemaudit.ledger import Ledger
from cemaudit.ledger.identities import SealedPaper
from cemaudit.ledger.maintenance import check

PAPERS = [SealedPaper(f"v{number}", 1, "statement.json", '{"words": "직접 방문했습니다."}') for number in range(7)]


@pytest.fixture
def kept(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    monkeypatch.setattr("cemaudit.ledger.identities._AT_ONCE", 2)
    with ledger.database.transaction():
        ledger.people.add([], PAPERS)
    return ledger


def test_papers_as_they_came_are_fine(kept: Ledger) -> None:
    assert list(check(kept)) == []
    assert kept.people.sealed_papers("v3") == [PAPERS[3]]


@pytest.mark.parametrize("change", ["document = '{}'", "name = 'apart'", "digest = ''", "visit = 'v9'"])
def test_a_changed_paper_is_noticed(kept: Ledger, change: str) -> None:
    with kept.database.transaction():
        kept.database.run(f"update people.paper set {change} where visit = 'v5'")
    name = "v9" if "v9" in change else "v5"
    assert [str(problem) for problem in check(kept)] == [f"people: visit {name}: its document is not what was stored"]

"""Alerts: what of the visits in a ledger must be told at once."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from helpers import ledgers, samples

from cemaudit.ledger import open_ledger, review_visits
from cemaudit.ledger.states import VisitState
from cemaudit.ledger.store_registry import Store, import_stores
from cemaudit.model import Visit
from cemaudit.programme.alerts import AlertKind, alerts_in, alerts_of
from cemaudit.programme.policy import AlertRules

SHOP = samples.checklist(
    samples.touchpoint(
        "till", samples.item("A", critical={}), samples.item("B"), samples.item("C", critical={}, when="B == true"),
        emotion=True,
    ),
    samples.touchpoint("door", samples.item("D")),
)  # fmt: skip


def visit(**keys: object) -> Visit:
    return samples.visit(**{"checklist": SHOP.ref, "answers": {"A": False, "B": True, "C": True, "D": True}, **keys})


def told(of: Visit, **rules: object) -> list[tuple[str, str | None]]:
    return [(alert.kind.name, alert.item) for alert in alerts_of(of, SHOP, AlertRules(**rules))]  # type: ignore[arg-type]


def test_a_critical_item_is_told_with_words_and_photos() -> None:
    photo = {"file": "a.jpg", "kind": "photo", "sha256": "0" * 64}
    claims = [{"touchpoint": "till", "text": "Too dear."}, {"touchpoint": "door", "text": "Locked."}]
    of = visit(notes={"A": "The sum\nwas wrong."}, evidence={"A": [photo]}, claims=claims)
    (alert,) = alerts_of(of, SHOP)
    assert (alert.kind, alert.item, alert.texts) == (AlertKind.CRITICAL, "A", ("The sum\nwas wrong.", "Too dear."))
    assert [piece.file for piece in alert.photos] == ["a.jpg"]
    assert alert.as_json()["photos"] == [{"file": "a.jpg", "kind": "photo", "caption": "", "sha256": "0" * 64}]


@pytest.mark.parametrize(("answers", "alerts"), [
    ({"A": True, "B": True, "C": True}, []),
    ({"A": False, "B": True, "C": False}, ["A", "C"]),
    ({"A": True, "B": False, "C": False}, []),  # C does not arise
    ({"B": True}, []),  # not answered is not failed
])  # fmt: skip
def test_what_failed_is_told(answers: dict[str, bool], alerts: list[str]) -> None:
    assert told(visit(answers=answers)) == [("CRITICAL", item) for item in alerts]


def test_a_policy_says_what_else_is_told() -> None:
    of = visit(answers={"A": False, "B": False, "D": False}, emotions={"till": -2})
    assert told(of) == [("CRITICAL", "A")]
    assert told(of, items=["D"]) == [("CRITICAL", "A"), ("ITEM", "D")]
    assert told(of, critical=False, items=["A"]) == [("CRITICAL", "A")]
    assert told(of, critical=False, items=["D"], feeling_at_most=-2) == [("FEELING", None), ("ITEM", "D")]
    assert told(of, critical=False, feeling_at_most=-3) == []


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = str(tmp_path / "hq.db")
    with open_ledger(url, make=True, who="hq") as ledger:
        import_stores(ledger, [Store(id="s1", name="One")])
        first = visit(id="v1", date="2026-03-01", store="s1")
        late = [first, visit(id="v2", date="2026-03-05", store="s2", store_name="Two"), visit(id="v3", store="s1")]
        ledgers.take(ledger, *late, checklist=SHOP)
        ledgers.take(ledger, ledgers.amended(first, answers={"A": True}), checklist=SHOP)
    return url


def test_alerts_of_a_ledger(url: str) -> None:
    with open_ledger(url) as ledger:
        alerts = list(alerts_in(ledger))
        assert [(alert.visit, alert.store_name, alert.number, alert.state) for alert in alerts] == [
            ("v2", "Two", 2, "received"), ("v3", "One", 3, "received"),
        ]  # fmt: skip
        assert [alert.visit for alert in alerts_in(ledger, after=2)] == ["v3"]
        assert [alert.visit for alert in alerts_in(ledger, since=dt.date(2026, 3, 6))] == ["v3"]
        review_visits(ledger, ["v3"], VisitState.EXCLUDED, "twice")
        assert [alert.visit for alert in alerts_in(ledger)] == ["v2"]


def test_sheets_that_may_not_be_shown_singly_raise_none(tmp_path: Path) -> None:
    pulse = SHOP.model_copy(update={"least_sheets": 5})
    with open_ledger(str(tmp_path / "hq.db"), make=True, who="hq") as ledger:
        ledgers.take(ledger, visit(), checklist=pulse)
        assert list(alerts_in(ledger)) == []

"""What the ledger can say of a visit, of itself, and its copies."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from helpers import ledgers, sealed_visits
from helpers.ledgers import amended, collect, held, take, visit

from cemaudit.errors import BadInput
from cemaudit.ledger import Ledger, open_ledger
from cemaudit.ledger.history import review_visits, visit_history
from cemaudit.ledger.maintenance import backup, check, info
from cemaudit.ledger.states import VisitState
from cemaudit.ledger.store_registry import Store, import_stores


def test_history(ledger: Ledger) -> None:
    first = visit("v1")
    second = amended(first, store="s2", changes=[{"place": "store", "before": '"s1"', "after": '"s2"'}])
    take(ledger, second)
    (only,) = visit_history(ledger, "v1")
    assert (only.held.revision, only.waits, only.by, only.sealed, only.signed) == (2, True, "hq", None, False)
    take(ledger, first)
    review_visits(ledger, ["v1"], VisitState.RETURNED, "no receipt", revision=1)
    review_visits(ledger, ["v1"], VisitState.ACCEPTED, "")
    one, two = visit_history(ledger, "v1")
    assert [review[:2] for review in one.reviews] == [("returned", "no receipt")]
    assert (one.waits, two.waits, one.amendment, two.amendment) == (False, False, None, "a wrong price")
    plain = two.as_json()
    assert plain["state"] == "accepted"
    assert plain["changes"] == [{"place": "store", "before": '"s1"', "after": '"s2"'}]
    assert plain["collected"] < one.as_json()["collected"]
    with pytest.raises(BadInput, match="no such visit: v9"):
        visit_history(ledger, "v9")


def test_history_of_a_sealed_visit(ledger: Ledger, tmp_path: Path) -> None:
    sealed = sealed_visits.seal(tmp_path / "in", id="v1", checklist=ledgers.SHOP.ref)
    collect(ledger, sealed.path, media=tmp_path / "media")
    (only,) = visit_history(ledger, "v1")
    assert (only.sealed, only.signed) == (sealed.sha256, False)


def test_info(ledger: Ledger) -> None:
    first = visit("v1")
    take(ledger, first, visit("v2", shopper="s-9", date="2026-01-01"), amended(amended(first)))
    review_visits(ledger, ["v2"], VisitState.EXCLUDED, "x")
    import_stores(ledger, [Store(id="s1")])
    found = info(ledger)
    assert {name: found[name] for name in ("visits", "revisions", "waiting", "stores", "shoppers", "entries")} == {
        "visits": 2, "revisions": 3, "waiting": 1, "stores": 1, "shoppers": 2, "entries": 4,
    }  # fmt: skip
    assert found["states"] == {"received": 1, "accepted": 0, "returned": 0, "excluded": 1}
    assert found["checklists"] == {"test.shop@1": 2}
    assert (found["first_day"], found["last_day"]) == ("2026-01-01", "2026-11-21")
    assert found["hash"] == ledger.trail.head()[1]
    assert found["bytes"] > 0


def test_a_copy_while_others_write(tmp_path: Path) -> None:
    """The copy is the ledger of one moment: whole, with everybody it speaks of."""
    url, copies = str(tmp_path / "hq.db"), tmp_path / "copies"
    go_on = threading.Event()

    def write() -> None:
        with open_ledger(url, make=True) as ledger:
            for number in range(40):
                take(ledger, visit(f"v{number}", shopper=f"s-{number}"))
                go_on.set()

    writer = threading.Thread(target=write)
    writer.start()
    go_on.wait()
    with open_ledger(url) as ledger:
        for number in range(4):
            backup(ledger, copies / f"{number}.db")
    writer.join()
    sizes = []
    for number in range(4):
        with open_ledger(str(copies / f"{number}.db")) as copy:
            assert list(check(copy)) == []
            shoppers = {copy.people.code(str(one.shopper)) for one in copy.visits()}
            assert shoppers == {f"s-{place}" for place in range(len(shoppers))}
            sizes.append(len(held(copy)))
            assert take(copy, visit("v0", shopper="s-0")) == ["again"]
    assert sizes == sorted(sizes)


def test_nothing_is_overwritten_by_a_copy(tmp_path: Path) -> None:
    with open_ledger(str(tmp_path / "hq.db"), make=True) as ledger:
        for taken in ("copy.db", "copy.people.db"):
            (tmp_path / taken).write_text("mine")
            with pytest.raises(BadInput, match="there is a file already"):
                backup(ledger, tmp_path / "copy.db")
            assert (tmp_path / taken).read_text() == "mine"
            (tmp_path / taken).unlink()
        assert [path.name for path in backup(ledger, tmp_path / "copy.db")] == ["copy.db", "copy.people.db"]
        assert sorted(path.name for path in tmp_path.glob("*.db")) == [
            "copy.db",
            "copy.people.db",
            "hq.db",
            "hq.people.db",
        ]


def test_a_server_has_its_own_means(ledger: Ledger, url: str, tmp_path: Path) -> None:
    if "://" not in url:
        return
    with pytest.raises(BadInput, match=r"use pg_dump: pg_dump --format=custom") as refusal:
        backup(ledger, tmp_path / "copy.db")
    assert len(str(refusal.value).splitlines()) == 1

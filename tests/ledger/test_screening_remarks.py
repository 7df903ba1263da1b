"""Remarks of the screening are kept once, by further rows, in either kind of database."""

from __future__ import annotations

import datetime as dt

from helpers.ledgers import amended, take, visit

from cemaudit.ledger import Ledger
from cemaudit.ledger.maintenance import check
from cemaudit.ledger.screening_remarks import (
    ScreeningRemark,
    keep_picture_hashes,
    picture_hashes,
    remarked_visits,
    remarks_since,
    save_remarks,
)

REMARKS = [ScreeningRemark(2, "texts", "notes.I1", 1, "0.90"), ScreeningRemark(2, "pace", "finished", None, "5/30")]


def test_a_remark_is_kept_once(ledger: Ledger) -> None:
    take(ledger, visit("v1"), visit("v2"))
    assert [save_remarks(ledger, REMARKS) for _ in range(2)] == [2, 0]
    # Which other visit is the nearest may change; of the place it is said already.
    assert save_remarks(ledger, [REMARKS[0]._replace(other=None, figure="1.00")]) == 0
    assert sorted(remarks_since(ledger), key=str) == sorted(REMARKS, key=str)
    assert [line.kind for line in ledger.trail.lines()].count("screened") == 1
    assert list(check(ledger)) == []


def test_only_those_on_what_came_since_and_was_not_amended(ledger: Ledger) -> None:
    second = visit("v2")
    take(ledger, visit("v1"), second)
    save_remarks(ledger, REMARKS)
    today = dt.datetime.now(dt.UTC).date()
    assert len(remarks_since(ledger, today)) == 2
    assert remarks_since(ledger, today + dt.timedelta(days=1)) == []
    take(ledger, amended(second))
    assert remarks_since(ledger) == []


def test_visits_and_pictures_are_found_again(ledger: Ledger) -> None:
    take(ledger, visit("v1"), visit("v2", store="s2"))
    assert {known.id: known.store for known in remarked_visits(ledger, [1, 2]).values()} == {"v1": "s1", "v2": "s2"}
    for _ in range(2):
        keep_picture_hashes(ledger, {"media/a.jpg": "0f", "media/b.jpg": "-"})
    assert picture_hashes(ledger) == {"media/a.jpg": "0f", "media/b.jpg": "-"}

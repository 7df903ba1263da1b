"""A ledger is screened: remarks are kept once, pictures looked at once, and nothing is decided."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from random import Random

import pytest
from helpers import ledgers
from PIL import Image

from cemaudit.ledger import Ledger, open_ledger
from cemaudit.ledger.maintenance import check
from cemaudit.ledger.purging import purge
from cemaudit.ledger.screening_remarks import picture_hashes, remarks_since
from cemaudit.media import picture_hash
from cemaudit.programme.screening import screen_ledger

LONG = "Nobody looked up when I came in, and when I asked they only pointed to the other side without a word."


def picture(folder: Path, quality: int, size: tuple[int, int] = (400, 300)) -> str:
    """One picture, saved so; the name it has as evidence."""
    import hashlib

    small = Image.frombytes("L", (20, 15), Random(1).randbytes(300))
    data = io.BytesIO()
    small.resize((400, 300)).resize(size).save(data, "JPEG", quality=quality)
    name = f"media/{hashlib.sha256(data.getvalue()).hexdigest()}.jpg"
    (folder / "media").mkdir(exist_ok=True)
    (folder / name).write_bytes(data.getvalue())
    return name


@pytest.fixture
def ledger(tmp_path: Path):
    with open_ledger(str(tmp_path / "hq.db"), make=True, who="hq") as made:
        yield made


def filled(ledger: Ledger, folder: Path) -> None:
    for number, (quality, size) in enumerate([(90, (400, 300)), (50, (280, 210))]):
        evidence = {"I1": [{"file": picture(folder, quality, size), "kind": "photo"}]}
        ledgers.take(
            ledger,
            ledgers.visit(
                f"v{number}", shopper=f"u{number}", store=f"s{number}", notes={"I1": LONG}, evidence=evidence
            ),
        )


def test_copies_are_remarked_on_once(ledger: Ledger, tmp_path: Path) -> None:
    filled(ledger, tmp_path)
    assert [screen_ledger(ledger, tmp_path) for _ in range(2)] == [2, 0]
    found = remarks_since(ledger)
    assert [(remark.visit, remark.rule, remark.other) for remark in found] == [(2, "pictures", 1), (2, "texts", 1)]
    assert [held.state for held in ledger.visits()] == ["received", "received"]
    assert list(check(ledger)) == []
    assert "Nobody" not in str(ledger.database.run("select * from screening"))


def test_pictures_are_looked_at_once(ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(ledger, tmp_path)
    screen_ledger(ledger, tmp_path)
    assert len(picture_hashes(ledger)) == 2
    monkeypatch.setattr(picture_hash, "grey_picture", None)
    assert screen_ledger(ledger, tmp_path) == 0


def test_without_the_folder_pictures_are_left_alone(ledger: Ledger, tmp_path: Path) -> None:
    filled(ledger, tmp_path)
    screen_ledger(ledger)
    assert [remark.rule for remark in remarks_since(ledger)] == ["texts"]
    assert picture_hashes(ledger) == {}


def test_only_what_came_since_is_remarked_on(ledger: Ledger, tmp_path: Path) -> None:
    filled(ledger, tmp_path)
    tomorrow = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)
    assert screen_ledger(ledger, tmp_path, tomorrow) == 0
    assert screen_ledger(ledger, tmp_path, tomorrow - dt.timedelta(days=1)) == 2
    assert remarks_since(ledger, tomorrow) == []


def test_a_purge_leaves_no_trace_of_pictures(ledger: Ledger, tmp_path: Path) -> None:
    filled(ledger, tmp_path)
    screen_ledger(ledger, tmp_path)
    purge(ledger, [1, 2], "retention", tmp_path)
    assert picture_hashes(ledger) == {}
    assert list(check(ledger)) == []
    assert screen_ledger(ledger, tmp_path) == 0

"""Ledgers of small chains with everything that may be amiss, and their snapshots, for tests of comparisons."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from cemaudit.ledger import open_ledger
from cemaudit.ledger.history import review_visits
from cemaudit.ledger.states import VisitState
from cemaudit.ledger.store_registry import Store, import_stores
from cemaudit.model import Checklist, Scheme, Visit
from cemaudit.scoring import Engine
from helpers import ledgers, samples, snapshots

ELECTRONIC = {"stage": "browse", "channel": "electronic"}


def shop(version: str, *more: samples.Data, name: str = "test.shop") -> Checklist:
    """A checklist of four items and ``more``; the scheme in force on a visit's day."""
    return samples.checklist(
        samples.touchpoint("hello", samples.item("A", samples.points(0, 1, 3), weight=2), samples.item("B", na="full")),
        samples.touchpoint("room", samples.item("C", {"type": "scale", "lowest": 1, "highest": 5}), **ELECTRONIC),
        samples.touchpoint("shop", samples.item("D"), *more),
        id=name,
        version=version,
        scheme="test.scheme",
    )


def scheme(version: str, valid_from: str, *more: samples.Data) -> Scheme:
    """A scheme whose headline is a weighted mean of ratios of points."""
    times = {"times": 100}
    return samples.scheme(
        {"id": "each", "how": "ratio", "for_each": "touchpoint", "weights": {"declared": True}, "transform": times},
        {"id": "channel", "how": "mean", "of": ["each"], "for_each": "channel"},
        {"id": "plain", "how": "ratio", "transform": times},
        {"id": "feel", "how": "mean", "of": ["@emotions"], "transform": times},
        *more,
        {"id": "whole", "how": "weighted-mean", "of": ["each"]},
        version=version,
        valid_from=valid_from,
        headline="whole",
    )


SHOPS = (shop("1"), shop("2", samples.item("E", samples.points(0, 2, 4))))
OTHER = shop("1", name="test.other")
SCHEMES = (scheme("1", "2026-01-01"), scheme("2", "2026-06-01", {"id": "new", "how": "ratio"}))
STORES = [
    Store(
        id=f"s{number}", name=f"Store {number}", region=("north", "south", "")[number % 3], pool=("", "p1")[number % 2]
    )
    for number in range(8)
]


class Network(NamedTuple):
    """The visits of a ledger that are the latest of theirs, which of them are excluded, and the snapshot's folder."""

    visits: Sequence[Visit]
    excluded: frozenset[str]
    folder: Path


def made_up(seed: int, count: int) -> list[Visit]:
    """Visits of nine stores (one not in the registry) by five shoppers or nobody known, with much left out."""
    draw = random.Random(seed)
    return [_visit(draw, f"v{number}") for number in range(count)]


def _visit(draw: random.Random, name: str) -> Visit:
    of = draw.choice(SHOPS)
    answers = {
        "A": f"p{draw.randrange(3)}",
        "B": draw.random() < 0.7,
        "C": draw.randint(1, 5),
        "D": draw.random() < 0.4,
    }
    if of is SHOPS[1]:
        answers["E"] = f"p{draw.randrange(3)}"
    gone = [item for item in answers if draw.random() < 0.2]
    states = ("not-applicable", "not-observed")
    return samples.visit(
        id=name,
        checklist=of.ref,
        store=f"s{draw.randrange(9)}",
        shopper=draw.choice(["u1", "u2", "u3", "u4", "u5", None]),
        wave=draw.choice(["w1", "w2", None]),
        scenario=(None, "easy", "hard")[int(name[1:]) % 3],
        date=draw.choice(["2026-03-01", "2026-05-31", "2026-06-01", "2026-09-01"]),
        answers={item: answer for item, answer in answers.items() if item not in gone},
        skipped={item: {"state": draw.choice(states)} for item in gone},
        emotions={"hello": draw.randint(-3, 3)} if draw.random() < 0.5 else {},
    )


def engine() -> Engine:
    """An engine that knows the schemes."""
    found = Engine()
    found.library.schemes.update({one.ref: one for one in SCHEMES})
    return found


def network(
    home: Path, visits: Sequence[Visit], amended: Sequence[Visit] = (), excluded: Sequence[str] = ()
) -> Network:
    """The ledger of visits in ``home`` with a snapshot; ``amended`` supersede visits of the same id."""
    with open_ledger(str(home / "hq.db"), make=True, who="hq") as ledger:
        import_stores(ledger, STORES)
        known = {one.ref: one for one in (*SHOPS, OTHER)}
        for some in (visits, amended):
            ledger.collect([ledgers.document(one, ledger) for one in some], known)
        if excluded:
            review_visits(ledger, list(excluded), VisitState.EXCLUDED, "seen by nobody")
        with snapshots.snapshot(ledger, engine(), home / "snapshot"):
            pass
    latest = {one.id: one for one in (*visits, *amended)}
    return Network(tuple(latest.values()), frozenset(excluded), home / "snapshot")

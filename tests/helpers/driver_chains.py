"""A chain in which some touchpoints drive what shoppers say in the end, for tests of drivers and items."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from cemaudit.ledger import open_ledger
from cemaudit.model import Checklist, Visit
from cemaudit.scoring import Engine
from helpers import ledgers, samples, snapshots

FIVE = samples.points(0, 1, 2, 3, 4)


def shop(version: str = "1", *, asks: bool = True) -> Checklist:
    """Five touchpoints, the last two seldom there and always the same; and (``asks``) a question for the whole."""
    last = [samples.touchpoint("end", samples.item("Q", "nps"))] if asks else []
    return samples.checklist(
        samples.touchpoint("hello", samples.item("A", FIVE), emotion=True),
        samples.touchpoint("room", samples.item("B", FIVE), emotion=True, channel="electronic"),
        samples.touchpoint("pay", samples.item("C", FIVE), emotion=True, stage="pay"),
        samples.touchpoint("gift", samples.item("D", FIVE)),
        samples.touchpoint("sign", samples.item("E")),
        *last,
        version=version,
        scheme="test.driven",
    )


_TIMES = {"times": 100}
SCHEME = samples.scheme(
    {"id": "each.felt", "how": "mean", "of": ["@emotions"], "for_each": "touchpoint", "transform": _TIMES},
    {"id": "each", "how": "ratio", "for_each": "touchpoint", "transform": _TIMES},
    {"id": "stage", "how": "mean", "of": ["each"], "for_each": "stage"},
    {
        "id": "each.experience", "how": "experience", "of": ["each", "each.felt"], "for_each": "touchpoint",
        "options": {"scale": 100},
    },
    {"id": "felt", "how": "mean", "of": ["@emotions"], "transform": _TIMES},
    {"id": "whole", "how": "mean", "of": ["each.experience"]},
    id="test.driven",
    headline="whole",
)  # fmt: skip


def visits(
    stores: int = 20, each: int = 15, shoppers: int = 25, of: Checklist | None = None, seed: int = 1, **keys: Any
) -> list[Visit]:
    """``A`` weighs most, ``B`` less, ``C`` nothing; strict shoppers mark everything down."""
    draw = np.random.Generator(np.random.PCG64(seed))
    strict = draw.normal(size=shoppers + 1)
    found = []
    for number in range(stores * each):
        shopper = int(draw.integers(shoppers))
        found.append(_visit(f"v{number}", f"s{number % stores:02}", shopper, strict[shopper], draw, of or shop(), keys))
    return found


def _visit(
    name: str, store: str, shopper: int, strict: float, draw: np.random.Generator, of: Checklist, keys: dict[str, Any]
) -> Visit:
    marks = np.clip(np.round(2 + 1.3 * draw.normal(size=4) - 0.6 * strict), 0, 4).astype(int)
    a, b, *_ = marks.tolist()
    end = 5 + 1.2 * (a - 2) + 0.6 * (b - 2) - strict + draw.normal()
    answers: dict[str, Any] = {item: f"p{mark}" for item, mark in zip("ABCD", marks.tolist(), strict=True)}
    skipped = [] if draw.random() < 0.3 else ["D"]
    if draw.random() < 0.1:
        skipped.append("B")
    answers |= {"E": True, "Q": int(np.clip(round(end), 0, 10))}
    answers = {item: answer for item, answer in answers.items() if item not in skipped and item in of.items}
    feelings = {
        touchpoint: int(np.clip(round(mark - 2 - 0.5 * strict + 0.7 * draw.normal()), -3, 3))
        for touchpoint, mark in zip(("hello", "room", "pay"), marks.tolist(), strict=False)
    }
    own = {"shopper": f"u{shopper}", "date": "2026-11-21", "emotions": feelings, "skipped": samples.skipped(*skipped)}
    return samples.visit(**{"id": name, "checklist": of.ref, "store": store, "answers": answers, **own, **keys})


@cache
def _engine() -> Engine:
    engine = Engine()
    engine.library.schemes[SCHEME.ref] = SCHEME
    return engine


def folder(home: Path, some: Sequence[Visit], *known: Checklist) -> Path:
    """The folder of the snapshot of a ledger of these visits."""
    with open_ledger(str(home / "hq.db"), make=True, who="hq") as ledger:
        checklists = {one.ref: one for one in known or (shop(),)}
        ledger.collect([ledgers.document(one, ledger) for one in some], checklists)
        with snapshots.snapshot(ledger, _engine(), home / "hq-snapshot"):
            pass
    return home / "hq-snapshot"

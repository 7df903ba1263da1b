"""A checklist of visits in steps, its schemes, and ledgers of episodes, for tests."""

from __future__ import annotations

import random
from collections.abc import Iterator

from cemaudit.ledger import Ledger
from cemaudit.model import Scheme, Visit
from cemaudit.scoring import Engine
from helpers import ledgers, samples

CARE = samples.checklist(
    samples.touchpoint("desk", samples.item("I1"), samples.item("I2", vertical=True), steps=["V1", "Vn"]),
    samples.touchpoint("call", samples.item("I3"), steps=["V1", "Vn"], channel="personal-distant"),
    id="test.care",
    scheme="test.care",
    steps=[{"id": name, "title": {"en": name, "ko": name}} for name in ("V1", "Vn")],
)


def scheme(version: str, valid_from: str, times: int) -> Scheme:
    """A scheme under which a visit has ``times`` the points it earned."""
    overall = {"id": "overall", "how": "sum", "transform": {"times": times}}
    made: Scheme = samples.scheme(overall, id="test.care", version=version, valid_from=valid_from, headline="overall")
    return made


def engine() -> Engine:
    """An engine that knows the scheme."""
    made = Engine()
    made.library.schemes["test.care@1"] = scheme("1", "2026-01-01", 1)
    return made


def visit(name: str, episode: str | None, number: int = 1, *, right: bool = True, **keys: object) -> Visit:
    """A visit of an episode, or of none; ``right``: whether its answers earn their points."""
    step = {"id": episode, "step": "V1" if number == 1 else "Vn", "number": number} if episode else None
    answers = {"I1": right, "I2": right}
    return ledgers.visit(name, **{"checklist": CARE.ref, "answers": answers, "episode": step, **keys})


def collect(ledger: Ledger, *visits: Visit) -> None:
    """Collect visits, each new or known."""
    assert set(ledgers.take(ledger, *visits, checklist=CARE)) <= {"collected", "known"}


def treatments(stores: int = 4, rounds: int = 6, seed: int = 3) -> Iterator[Visit]:
    """Yield the visits of treatments of one to three visits, in two waves; of some the second one is missing."""
    draw = random.Random(seed)
    for store in range(1, stores + 1):
        for course in range(rounds):
            wave, month = (("w1", 3), ("w2", 6))[course % 2]
            left_out = {2} if draw.random() < 0.3 else set()
            for number in {1, 2, 3} - left_out if draw.random() < 0.8 else {1}:
                yield visit(
                    f"{store}-{course}-{number}",
                    f"T{course}",
                    number,
                    right=draw.random() < 0.4 + 0.1 * store,
                    store=f"s{store}",
                    shopper=f"u{(store + course) % 5}",
                    wave=wave,
                    date=f"2026-{month:02}-{number:02}",
                )

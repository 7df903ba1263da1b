"""Which drivers harm and which lift, in visits whose effects are known."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from cemaudit.compare.drivers.data import StudyTable
from cemaudit.compare.drivers.key_drivers import penalty_rewards
from cemaudit.compare.queries.drivers import STUDY_TABLE, SnapshotStudyTable
from cemaudit.ledger.query.reading import reading

HARMS, LIFTS, IDLE, YES_NO = "d0", "d1", "d2", "d3"


@pytest.fixture
def made_up(chain: object) -> Iterator[StudyTable]:
    """4,000 visits: one driver harms, one lifts, one does nothing, one is yes or no."""
    draw = np.random.Generator(np.random.PCG64(3))
    marks = draw.integers(0, 3, (4_000, 3))
    outcome = -10 * (marks[:, 0] == 0) + 10 * (marks[:, 1] == 2) + 3 * draw.normal(size=4_000)
    columns = [outcome * 100, *(marks.T * 5_000), draw.integers(0, 2, 4_000) * 10_000]
    rows = ", ".join(
        str((f"s{at % 40}", f"u{at % 90}", 0, *map(int, one))) for at, one in enumerate(zip(*columns, strict=True))
    )
    with reading(chain) as opened:  # type: ignore[arg-type]
        names = "store, shopper, version, outcome, d0, d1, d2, d3"
        opened.ask(f"create temp table {STUDY_TABLE} as select * from (values {rows}) as made ({names})")
        yield SnapshotStudyTable(opened)


def test_what_harms_and_what_lifts(made_up: StudyTable) -> None:
    found = penalty_rewards(made_up, [HARMS, LIFTS, IDLE, YES_NO], visits=4_000, by_shopper=True, level=0.9)
    harms, lifts, idle = found[HARMS], found[LIFTS], found[IDLE]
    assert (harms.penalty, lifts.reward) == pytest.approx((10, 10), abs=0.5)
    assert harms.asymmetry_index is not None
    assert harms.asymmetry_index < -0.9
    assert lifts.asymmetry_index is not None
    assert lifts.asymmetry_index > 0.9
    assert not harms.idle
    assert not lifts.idle
    assert (idle.idle, idle.asymmetry_index, idle.interval) == (True, None, None)
    assert harms.prevalence == pytest.approx(1 / 3, abs=0.03)


def test_a_driver_without_a_middle_has_no_asymmetry(made_up: StudyTable) -> None:
    assert YES_NO not in penalty_rewards(made_up, [HARMS, YES_NO], visits=4_000, by_shopper=True, level=0.9)
    assert penalty_rewards(made_up, [YES_NO], visits=4_000, by_shopper=True, level=0.9) == {}

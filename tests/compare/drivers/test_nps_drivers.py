"""Where a checklist asks who would recommend: the score, and its links, are those of the visits."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from helpers import driver_chains

from cemaudit.compare.drivers.candidates import DriverQuery
from cemaudit.compare.from_snapshot import study_drivers
from cemaudit.compare.nps import NpsDrivers, net_promoter_score
from cemaudit.ledger.query.reading import reading

SHARES = {"hello": "A", "room": "B", "pay": "C"}


@cache
def promoting(folder: Path, **keys: object) -> NpsDrivers | None:
    with reading(folder) as opened:
        return study_drivers(opened, DriverQuery(**keys)).promoting  # type: ignore[arg-type]


def columns() -> dict[str, np.ndarray]:
    """Of each visit the shopper, what was said, and the percent of each touchpoint's item."""
    found = {"shopper": np.array([str(one.shopper) for one in driver_chains.visits()]),
             "said": np.array([float(str(one.answers["Q"])) for one in driver_chains.visits()])}  # fmt: skip
    for touchpoint, item in SHARES.items():
        marks = [one.answers.get(item) for one in driver_chains.visits()]
        found[touchpoint] = np.array([np.nan if mark is None else 25.0 * int(str(mark)[1]) for mark in marks])
    return found


def own(values: np.ndarray, who: np.ndarray) -> np.ndarray:
    """The differences from the mean of each person."""
    people = np.unique(who, return_inverse=True)[1]
    return values - (np.bincount(people, values) / np.bincount(people))[people]


def test_the_score_counts_nine_and_ten_against_six_and_less(chain: Path) -> None:
    found, said = promoting(chain), columns()["said"]
    assert found
    assert found.score == net_promoter_score(int((said >= 9).sum()), int((said <= 6).sum()), len(said))


@pytest.mark.parametrize("by_shopper", [True, False])
def test_links_are_those_of_the_visits_less_each_shoppers_own_mean(chain: Path, by_shopper: bool) -> None:
    found, rows = promoting(chain, by_shopper=by_shopper), columns()
    assert found
    links = {link.name: link for link in found.links}
    for touchpoint in SHARES:
        known = np.isfinite(rows[touchpoint])
        score, said, link = rows[touchpoint][known], rows["said"][known], links[touchpoint]
        who = rows["shopper"][known] if by_shopper else np.zeros(known.sum())
        assert link.visits == known.sum()
        assert link.correlation == pytest.approx(np.corrcoef(own(score, who), own(said, who))[0, 1], abs=1e-6)
        assert link.promoters == pytest.approx(score[said >= 9].mean())
        assert link.detractors == pytest.approx(score[said <= 6].mean())
        assert link.interval.low < link.correlation < link.interval.high


def test_the_closest_link_comes_first_and_generosity_is_no_link(chain: Path) -> None:
    """``C`` does nothing; that generous shoppers mark it up with all else is taken out."""
    found, plain = promoting(chain), promoting(chain, by_shopper=False)
    assert found
    assert plain
    assert [link.name for link in found.links][:2] == ["hello", "room"]
    sizes = [abs(link.correlation or 0) for link in found.links]
    assert sizes == sorted(sizes, reverse=True)
    pay, as_it_is = (next(link for link in one.links if link.name == "pay") for one in (found, plain))
    assert pay.interval.low < 0 < pay.interval.high
    assert as_it_is.interval.low > 0


def test_of_another_outcome_nothing_is_said(chain: Path) -> None:
    assert promoting(chain, outcome="felt") is None

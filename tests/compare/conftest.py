"""A chain with everything that may be amiss."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from helpers import chains, ledgers
from helpers.chains import Network

from cemaudit.ledger.query.reading import Local, reading


@pytest.fixture(scope="session")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Network:
    """150 visits; some amended, some excluded, some that nobody scores."""
    visits = chains.made_up(1, 150)
    amended = []
    draw = random.Random(2)
    for one in draw.sample(visits, 12):
        kept = {item: skip for item, skip in one.skipped.items() if item != "D"}
        amended.append(ledgers.amended(one, answers={**one.answers, "D": True}, skipped=kept))
    excluded = [one.id for one in draw.sample(visits, 9)]
    return chains.network(tmp_path_factory.mktemp("chain"), visits, amended, excluded)


@pytest.fixture
def snapshot(chain: Network) -> Iterator[Local]:
    with reading(chain.folder) as opened:
        yield opened

"""English messages, a sealed visit, and a key made once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers import sealed_visits

from cemaudit.exchange.sealed import Sealed
from cemaudit.exchange.sealed.keys import SigningKey, new_key
from cemaudit.language import use


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with use("en"):
        yield


@pytest.fixture
def sealed(tmp_path: Path) -> Sealed:
    return sealed_visits.seal(tmp_path)


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    return new_key(tmp_path_factory.mktemp("keys") / "key.pem", "s-12")

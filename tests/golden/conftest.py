from __future__ import annotations

from pathlib import Path

import pytest
from helpers.program import copied


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the files of abcc385, for commands that change none of them."""
    return copied(tmp_path_factory.mktemp("golden") / "abcc385")


@pytest.fixture(autouse=True)
def _fits(shared_fits: None) -> None:
    """Many commands ask about the same visits."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.program import copied


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A copy of the files of abcc385, for one test alone."""
    return copied(tmp_path / "abcc385")


@pytest.fixture(autouse=True)
def _fits(shared_fits: None) -> None:
    """Many commands ask about the same visits."""

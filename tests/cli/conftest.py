from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _fits(shared_fits: None) -> None:
    """Many commands ask about the same visits."""

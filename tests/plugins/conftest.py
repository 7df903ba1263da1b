"""The sectors that come along: what calls every hook on hundreds of visits takes more than five seconds each."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the trials of the sectors as slow."""
    for item in items:
        if "test_on_edge_visits" in item.name and "plugins" in item.path.parts:
            item.add_marker(pytest.mark.slow)

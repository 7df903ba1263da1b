from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from cemaudit.scoring import Engine

sys.path.insert(0, str(Path(__file__).parent))  # tests import from `helpers`
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # threads that wait for small matrices cost three times the work

_USUAL: dict[str, Any] = {
    "deadline": None,
    "database": None,
    "max_examples": 50,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
}
settings.register_profile("usual", **_USUAL)
settings.register_profile("ci", **_USUAL, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "usual")


def pytest_collection() -> None:
    """Thousands of tests are kept, so there is little garbage among them to look for."""
    gc.disable()


def pytest_collection_finish() -> None:
    gc.enable()


@pytest.fixture(scope="session")
def engine() -> Engine:
    """An engine with everything that is installed; tests do not change it."""
    return Engine()

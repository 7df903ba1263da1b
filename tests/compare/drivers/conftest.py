"""Where the public tables of statistics lie."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from helpers import driver_chains


@pytest.fixture(scope="session")
def shared_statistics() -> Path:
    folder = Path(os.environ.get("CEMAUDIT_SHARED", Path(__file__).parents[4] / "shared")) / "data" / "statistics"
    if not folder.is_dir():
        pytest.skip("shared data are not here")
    return folder


@pytest.fixture(scope="session")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The snapshot of 300 visits, in which ``A`` weighs most."""
    return driver_chains.folder(tmp_path_factory.mktemp("driven"), driver_chains.visits())

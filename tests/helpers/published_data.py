"""Published tables of the shared data and the values published for them; a test that asks is skipped without them."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import Any

import pytest


def statistics_folder() -> Path:
    folder = Path(os.environ.get("CEMAUDIT_SHARED", Path(__file__).parents[3] / "shared")) / "data" / "statistics"
    if not folder.is_dir():
        pytest.skip("shared data are not here")
    return folder


def published() -> dict[str, Any]:
    """What is published, with its sources."""
    found: dict[str, Any] = json.loads((statistics_folder() / "expected.json").read_text("utf-8"))
    return found


def shared_table(name: str) -> list[dict[str, str]]:
    """The rows of a CSV file, as text: ``shared_table("pisa2018")``."""
    with (statistics_folder() / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))

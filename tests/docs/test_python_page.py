"""The page about comparing from Python: its examples run, and print what it says."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

pytest.importorskip("scipy")
ROOT = Path(__file__).parents[2]


def test_the_examples_print_what_the_page_says() -> None:
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    assert text.count("```text") == 5
    assert runpy.run_path(str(ROOT / "tools" / "python_page.py"))["refreshed"](text) == text

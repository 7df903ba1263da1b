"""The pages of the documentation and their fenced blocks; a test that names ``toml_block``, say, runs once for each.

A block with ``title="name"`` in its first line is a file; ``console`` blocks run in a folder with all these files.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))
FENCE = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """One fenced block: its page, the line it begins in, its language, its file name or nothing, and its text."""

    page: str
    line: int
    kind: str
    title: str
    text: str


def blocks_of(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield Block(page.name, line, match[1], match[2] or "", match[3])


BLOCKS = [block for page in PAGES for block in blocks_of(page)]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for name in metafunc.fixturenames:
        if name.endswith("_block"):
            found = [block for block in BLOCKS if block.kind == name.removesuffix("_block")]
            metafunc.parametrize(name, found, ids=[f"{block.page}:{block.line}" for block in found])
        elif name == "page":
            metafunc.parametrize("page", PAGES, ids=[page.name for page in PAGES])


@pytest.fixture
def root() -> Path:
    """The folder that holds ``docs`` and ``tests``."""
    return ROOT


@pytest.fixture
def pages() -> dict[str, str]:
    """The text of every page, by file name."""
    return {page.name: page.read_text(encoding="utf-8") for page in PAGES}


@pytest.fixture
def page_blocks() -> Callable[[str], list[Block]]:
    """``page_blocks("plugins.md")``: the blocks of that page."""
    return lambda page: [block for block in BLOCKS if block.page == page]


@pytest.fixture
def example_folder(tmp_path: Path) -> Path:
    """A folder with every file that any page shows (those in subfolders belong to the plugin being built)."""
    for block in BLOCKS:
        if block.title and "/" not in block.title:
            (tmp_path / block.title).write_text(block.text, encoding="utf-8")
    return tmp_path

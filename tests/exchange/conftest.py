"""A small checklist, and tables written on the spot."""

import gzip
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from cemaudit.checklists import load_checklist
from cemaudit.exchange.tables.mapping import Mapping, load_mapping
from cemaudit.model import Checklist

CHECKLIST = """
id = "test.shop"
version = "1.0.0"
sector = "retail"
journey = "store-path"
scheme = "cem.performance@1"
title = { ko = "시험 매장", en = "Test shop" }

[[touchpoints]]
id = "greeting"
title = { ko = "인사", en = "Greeting" }
channel = "face-to-face"
stage = "enter"
element = "people"
mode = "passive"
emotion = true
items = [
  { id = "greeted", ask = { ko = "인사했다", en = "Greeted" }, answer = { type = "yes-no" } },
  { id = "seconds", ask = { ko = "몇 초 뒤", en = "Wait" }, when = "greeted == true", answer = { type = "duration" } },
  { id = "words", ask = { ko = "인사말", en = "Words" }, answer = { type = "text" } },
]

[[touchpoints]]
id = "shelf"
title = { ko = "매대", en = "Shelf" }
channel = "face-to-face"
stage = "browse"
element = "look-and-feel"
mode = "active"
items = [
  { id = "tidy", ask = { ko = "정돈", en = "Tidy" }, answer = { type = "scale", lowest = 1, highest = 5 } },
  { id = "price", ask = { ko = "값", en = "Price" }, answer = { type = "money", unit = "KRW" } },
  { id = "faults", ask = { ko = "흠", en = "Faults" }, answer = { type = "choices", options = [
    { id = "dust", label = { ko = "먼지", en = "Dust" } },
    { id = "gap", label = { ko = "빈자리", en = "Gap" } },
  ] } },
]
"""

MAPPING = """
checklist = "checklist.toml"
na = ["", "NA"]
[visit]
id = { column = "id" }
store = { column = "store" }
[items]
greeted = { column = "greeted", na = ["-"] }
tidy = { column = "tidy", na = ["closed"], state = "not-observed" }
"""


@pytest.fixture
def checklist(tmp_path: Path) -> Checklist:
    path = tmp_path / "checklist.toml"
    path.write_text(CHECKLIST, "utf-8")
    return load_checklist(path)


@pytest.fixture
def make_mapping(tmp_path: Path) -> Callable[..., Mapping]:
    """The mapping above, with lines added and texts exchanged."""

    def make(more: str = "", **changes: str) -> Mapping:
        text = MAPPING + more
        for old, new in changes.items():
            text = text.replace(old, new)
        path = tmp_path / "map.toml"
        path.write_text(text, "utf-8")
        return load_mapping(path)

    return make


@pytest.fixture
def make_table(tmp_path: Path) -> Callable[..., Path]:
    """A file with the given text (encoded) or bytes; gz where the name says so."""

    def make(content: str | bytes, name: str = "table.csv", encoding: str = "utf-8") -> Path:
        data = content if isinstance(content, bytes) else content.encode(encoding)
        if name.endswith(".gz"):
            packed = io.BytesIO()
            with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as file:
                file.write(data)
            data = packed.getvalue()
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return make

"""Golden files: what calls of the program print, written to a file, compared with it, and refreshed on demand."""

from __future__ import annotations

import difflib
import json
import math
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from helpers.program import call

GOLDEN = Path(__file__).parents[1] / "golden"
REFRESH = bool(os.environ.get("REFRESH_GOLDEN"))
RELATIVE, ABSOLUTE = 1e-9, 1e-9
"""How far floats in JSON may lie from those kept: numerical libraries differ in the last digits."""

LINES_SHOWN = 60


def transcript(folder: Path, calls: Iterable[str], streams: Sequence[str] = ("out", "err")) -> str:
    """The calls with their exit codes and what they print on these streams."""
    return "".join(_call(folder, line, streams) for line in calls)


def _call(folder: Path, line: str, streams: Sequence[str]) -> str:
    outcome = call(folder, *line.split())
    text = f"$ cemaudit {line}\n[exit code {outcome.code}]\n"
    for stream in streams:
        # A ledger that is brought up to date has one more line in its trail, whose hash says when and by whom.
        printed = re.sub(r'(audit trail: |"hash": ")[0-9a-f]{64}', r"\1(hash)", getattr(outcome, stream))
        mark = "[standard error]\n" if stream == "err" else ""
        text += mark + printed.rstrip("\n") + "\n" if printed else ""
    return text + "\n"


def agrees(name: str, text: str) -> None:
    """Fail with a readable difference where the text is not that of the golden file."""
    path = GOLDEN / name
    if REFRESH:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode())
        return
    kept = path.read_bytes().decode()
    if same(kept, text):
        return
    lines = difflib.unified_diff(
        kept.splitlines(), text.splitlines(), f"golden/{name}", "printed now", lineterm="", n=1
    )
    difference = [line if len(line) < 400 else f"{line[:400]} ..." for line in lines]
    if len(difference) > LINES_SHOWN:
        difference = [*difference[:LINES_SHOWN], f"... and {len(difference) - LINES_SHOWN} lines more"]
    if any(line.startswith(("-{", "+{")) for line in difference):
        difference += _places(kept, text)
    pytest.fail("\n".join(difference), pytrace=False)


def same(kept: str, printed: str) -> bool:
    """Whether two texts agree: byte for byte, but for the last digits of floats in lines of JSON."""
    before, after = kept.split("\n"), printed.split("\n")
    return len(before) == len(after) and all(map(_same_line, before, after))


def _same_line(kept: str, printed: str) -> bool:
    return kept == printed or not list(_json_places(kept, printed))


def _json_places(kept: str, printed: str) -> list[str]:
    if not (kept.startswith(("{", "[")) and printed.startswith(("{", "["))):
        return ["not JSON"]
    try:
        return list(differences(json.loads(kept), json.loads(printed)))
    except ValueError:
        return ["not JSON"]


def _places(kept: str, printed: str) -> list[str]:
    """Where lines of JSON differ, by the path inside them."""
    places = []
    for before, after in zip(kept.split("\n"), printed.split("\n"), strict=False):
        if before != after:
            places += _json_places(before, after)
    return ["", "Values that differ:", *places[:LINES_SHOWN]]


def differences(kept: Any, printed: Any, path: str = "") -> Iterable[str]:
    """The places where two JSON values differ by more than the last digits of a float; the order of keys counts."""
    if isinstance(kept, dict) and isinstance(printed, dict):
        if list(kept) != list(printed):
            yield f"{path}: keys {list(kept)} -> {list(printed)}"[:400]
            return
        for key in kept:
            yield from differences(kept[key], printed[key], f"{path}.{key}")
    elif isinstance(kept, list) and isinstance(printed, list) and len(kept) == len(printed):
        for index, (before, after) in enumerate(zip(kept, printed, strict=True)):
            yield from differences(before, after, f"{path}[{index}]")
    elif isinstance(kept, float) and isinstance(printed, float):
        if not math.isclose(kept, printed, rel_tol=RELATIVE, abs_tol=ABSOLUTE):
            yield f"{path}: {kept} -> {printed}"
    elif type(kept) is not type(printed) or kept != printed:
        yield f"{path}: {kept!r} -> {printed!r}"[:400]

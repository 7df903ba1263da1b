"""A checklist of one door, and the program called in a folder that holds it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from cemaudit.cli.app import run
from helpers.program import Outcome

__all__ = ["SHOP", "Cemaudit", "cemaudit_in_shop"]

SHOP = """
id = "shop"
version = "1"
sector = "test"
journey = "store-path"
scheme = "cem.performance@1"
title = { ko = "가게", en = "Shop" }

[[touchpoints]]
id = "door"
title = { ko = "문", en = "Door" }
channel = "face-to-face"
stage = "enter"
element = "people"
mode = "passive"
emotion = true

[[touchpoints.items]]
id = "A1"
ask = { ko = "인사를 받았다", en = "You were greeted" }
answer = { type = "yes-no" }

[[touchpoints.items]]
id = "A2"
ask = { ko = "기다린 시간", en = "Time waited" }
answer = { type = "duration", unit = "min", max = 60 }
"""

Cemaudit = Callable[..., Outcome]
"""Calls the program in English; ``typed``: the lines that are typed into it."""


def cemaudit_in_shop(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], checklist: str = SHOP
) -> Cemaudit:
    """The program in ``folder``, where ``checklist`` lies as ``shop.toml`` and drafts are kept in ``home``."""
    monkeypatch.setenv("CEMAUDIT_HOME", str(folder / "home"))
    monkeypatch.chdir(folder)
    (folder / "shop.toml").write_text(checklist, encoding="utf-8")

    def call(*arguments: str, typed: Iterable[str] = ()) -> Outcome:
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in typed)))
        code = run([*arguments, "--lang", "en"])
        return Outcome(code, *capsys.readouterr())

    return call

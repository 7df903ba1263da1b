"""The conversation on the page about entering is what the program says today."""

from __future__ import annotations

import io
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cemaudit.cli.app import run

TODAY = re.compile(r"today is \d{4}-\d\d-\d\d")


def test_the_transcript_is_what_is_said(
    page_blocks: Callable[[str], list[Any]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (block,) = (block for block in page_blocks("entering.md") if block.title == "transcript")
    command, *lines = block.text.splitlines()
    typed = [line.removeprefix("> ") for line in lines if line.startswith("> ")]
    monkeypatch.setenv("CEMAUDIT_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "100")  # those of the page, whatever the terminal of the tests
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in typed)))
    assert run([*shlex.split(command)[2:], "--lang", "en"]) == 3
    said = [TODAY.sub("today", line) for line in capsys.readouterr().out.splitlines()]
    place = 0
    for part in "\n".join(TODAY.sub("today", line) for line in lines).split("...\n"):
        wanted = part.splitlines()
        found = [at for at in range(place, len(said)) if said[at : at + len(wanted)] == wanted]
        assert found, "\n".join(wanted)
        place = found[0] + len(wanted)

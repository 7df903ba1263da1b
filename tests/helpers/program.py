"""The program as it is called from a shell, in this process, and the files of an earlier version to call it on."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import sys
import time
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import click

ABCC385 = Path(__file__).parents[1] / "data" / "abcc385"
"""Files made by commit abcc385; they are copied, never written to."""

OWN = ("--checklist", "points.toml", "--checklist", "counter-1.0.0.toml", "--checklist", "counter-1.1.0.toml")
"""The checklists and the scheme of these files that come with no plugin."""

LEDGER = ("--ledger", "ledger/hq.db")


class Outcome(NamedTuple):
    """What a call ended with."""

    code: int
    out: str
    err: str


def copied(folder: Path) -> Path:
    """A copy of the files of abcc385 that may be changed."""
    return Path(shutil.copytree(ABCC385, folder))


def call(folder: Path, *arguments: str, typed: str = "") -> Outcome:
    """Call ``cemaudit`` in a folder with an environment that is the same everywhere."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="\n") for _ in range(2))
    with _surroundings(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = 0
        with mock.patch.multiple(sys, argv=["cemaudit", *arguments], stdin=io.StringIO(typed)):
            try:
                _main()()
            except SystemExit as end:
                code = int(end.code or 0)
        out.flush()
        err.flush()
    return Outcome(code, *(stream.buffer.getvalue().decode() for stream in (out, err)))  # type: ignore[attr-defined]


def complaints(err: str) -> str:
    """What is complained of: standard error without the line that says with every result which states count."""
    said = ("visits count that are", "집계하는 방문 상태")
    return "".join(line for line in err.splitlines(keepends=True) if not any(words in line for words in said))


def root_command() -> click.Group:
    """The click group behind the program, wherever in the code it is."""
    groups: list[click.Group] = []

    def remember(self: click.Group, *arguments: object, **options: object) -> None:
        groups.append(self)

    caught = mock.patch.object(click.Command, "main", remember)
    with caught, mock.patch.object(sys, "argv", ["cemaudit", "lint"]), contextlib.suppress(SystemExit):
        _main()()
    return groups[0]


def _main():
    """The function that the console script calls."""
    (script,) = {script for script in entry_points(group="console_scripts") if script.name == "cemaudit"}
    return script.load()


@contextlib.contextmanager
def _surroundings(folder: Path) -> Iterator[None]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CEMAUDIT_", "LC_", "LANG"))}
    fixed = {"LC_ALL": "C.UTF-8", "COLUMNS": "100", "TZ": "Asia/Seoul", "LOGNAME": "hq", "CEMAUDIT_HOME": "home"}
    with mock.patch.dict(os.environ, {**kept, **fixed}, clear=True), contextlib.chdir(folder):
        _set_zone()
        try:
            yield
        finally:
            os.environ.pop("TZ")
            if "TZ" in kept:
                os.environ["TZ"] = kept["TZ"]
            _set_zone()


def _set_zone() -> None:
    if hasattr(time, "tzset"):
        time.tzset()

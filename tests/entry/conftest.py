from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from helpers import samples

from cemaudit.entry.conversation import Conversation
from cemaudit.entry.desk import Desk, OpenDraft
from cemaudit.entry.draft import Draft
from cemaudit.model import Checklist
from cemaudit.scoring import Engine

OPENING = ["y", "2026-11-20", "14:05", "14:40"]
"""Replies to what comes before the first touchpoint, where there are no scenarios and steps."""


class Script:
    """A screen that types prepared lines and remembers what it was shown.

    A list of lines waits before anything is asked; a tuple is pasted while something is.
    """

    def __init__(self, lines: Iterable[str | list[str] | tuple[str, ...]]) -> None:
        self.lines = list(lines)
        self.shown: list[str] = []

    def say(self, text: str = "") -> None:
        self.shown.append(text)

    def ask(self, prompt: str) -> str:
        if not self.lines:
            raise EOFError
        line = self.lines.pop(0)
        if not isinstance(line, str):
            line, *waiting = line
            self.lines[:0] = [waiting] if waiting else []
        self.shown.append(prompt + line)
        return line

    def waiting(self) -> list[str]:
        return self.lines.pop(0) if self.lines and isinstance(self.lines[0], list) else []

    @property
    def text(self) -> str:
        return "\n".join(self.shown)


class Table:
    """A desk with one draft on it."""

    def __init__(self, desk: Desk, draft: Draft, engine: Engine) -> None:
        self.desk, self.engine, self._draft = desk, engine, draft

    @property
    def draft(self) -> Draft:
        return self.desk.draft(self._draft.header)

    @property
    def values(self) -> Any:
        return self.draft.values

    @contextmanager
    def held(self) -> Iterator[OpenDraft]:
        with self.desk.opened(self.draft, self.engine) as held:
            yield held

    def say(self, *lines: str, start: str | None = None, opening: bool = True) -> Script:
        """Type these lines (after the opening, the first time) until they end."""
        first = OPENING if opening and "briefed" not in self.values else []
        script = Script([*first, *lines])
        with self.held() as held:
            try:
                script.ready = Conversation(held, script).run(start)  # type: ignore[attr-defined]
            except EOFError:
                script.ready = None  # type: ignore[attr-defined]
        return script


@pytest.fixture(autouse=True)
def evening_of_the_visit() -> Iterator[time_machine.Traveller]:
    """Visits are entered on their own evening, whatever day the tests run; the clock goes on from there."""
    with time_machine.travel(datetime(2026, 11, 20, 22, 0).astimezone()) as clock:
        yield clock


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "home")


@pytest.fixture
def sit(desk: Desk, engine: Engine) -> Any:
    """A table with a new draft of a checklist made of these items, or of a whole checklist."""

    def begin(*items: Any, of: Checklist | None = None, **given: Any) -> Table:
        checklist = of or samples.items_only(*items)
        return Table(desk, desk.begin(checklist, {"store": "s1", **given}), engine)

    return begin

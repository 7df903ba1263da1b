"""Whole visits in a terminal, from the briefing to the sealed file: pasted notes, kills, both languages."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from helpers.scripted_shopper import SHIPPED, Shopper, longest

from cemaudit.checklists import load_checklist
from cemaudit.entry import Desk, EntryQuestion, OpenDraft, QuestionKind, first_open, questions
from cemaudit.exchange import read_sealed
from cemaudit.scoring import Engine

pty = pytest.importorskip("pty", reason="no pseudo-terminals here")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals here")]

PROMPT = re.compile(rb"(?:> |  |: )(?:\x1b\[[?0-9;]*[a-zA-Z])*$")
PATIENCE, QUIET = 20, 0.3
MOST = 150
KILLED = (9, 25)
"""The questions at which the battery is empty."""

PARAGRAPHS = ("The first thing seen was an empty counter.", "", "2", "", "Then somebody came, and was kind.")
VISITS = [
    ("retail/green-smile-2", "ko"), ("retail/green-smile-2", "en"), ("hospital/outpatient-2", "ko"),
    ("hospital/outpatient-2", "en"), ("ecommerce/order-2", "ko"), ("ecommerce/order-2", "en"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def evening_of_the_visit() -> None:
    """The program runs in a process of its own, on the clock of the machine."""


class Terminal:
    """A program in a pseudo-terminal."""

    def __init__(self, environment: dict[str, str], *arguments: str) -> None:
        self.master, slave = pty.openpty()
        line = [sys.executable, "-m", "cemaudit", *arguments]
        self.process = subprocess.Popen(
            line, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True
        )
        os.close(slave)
        self.shown = b""

    def until_asked(self) -> bool:
        """Read until something is asked; ``False`` where the program ended."""
        end = time.monotonic() + PATIENCE
        said = b""
        while time.monotonic() < end:
            if not select.select([self.master], [], [], 1)[0]:
                continue
            try:
                piece = os.read(self.master, 4096)
            except OSError:
                return False
            if not piece:
                return False
            said += piece
            self.shown += piece
            # What is still being written may look like a prompt: it is one where nothing follows.
            is_asked = PROMPT.search(said) and b"\n" in said
            if is_asked and not select.select([self.master], [], [], QUIET)[0]:
                return True
        raise AssertionError(self.shown[-2000:].decode(errors="replace"))

    def type(self, line: str) -> None:
        os.write(self.master, f"{line}\n".encode())

    def __del__(self) -> None:
        if self.process.poll() is None:
            self.kill()

    def kill(self) -> None:
        """End it as a dead battery would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        os.close(self.master)

    def finish(self) -> int:
        while self.until_asked():
            pass
        os.close(self.master)
        return self.process.wait(PATIENCE)


@pytest.mark.parametrize(("name", "language"), VISITS)
def test_a_whole_visit_in_a_terminal(name: str, language: str, tmp_path: Path) -> None:
    checklist = load_checklist(SHIPPED.joinpath(*f"{name}.toml".split("/")))
    home = tmp_path / "home"
    environment = {**os.environ, "CEMAUDIT_HOME": str(home), "PYTHONUTF8": "1", "COLUMNS": "80", "TERM": "dumb"}
    briefed = subprocess.run(
        [sys.executable, "-m", "cemaudit", "brief", checklist.ref, "--lang", language], env=environment,
        capture_output=True, text=True, encoding="utf-8", check=True,
    )  # fmt: skip
    assert {"ko": "준비할 것과 가져올 것", "en": "What to bring"}[language] in briefed.stdout
    yesterday = (datetime.now(UTC).astimezone() - timedelta(days=1)).date().isoformat()
    shopper = Shopper(longest(checklist, 0), -2, tmp_path, quick=False)
    begun = ["enter", checklist.ref, "--store", "s-1", "--shopper", "p-1", "--lang", language]
    screen = Terminal(environment, *begun)
    assert screen.until_asked()
    desk = Desk(home)
    shopper.draft = lambda: desk.drafts()[0]
    typed = pasted = 0
    while (question := first_asked(desk)) is not None:
        typed += 1
        assert typed < MOST, screen.shown[-2000:].decode(errors="replace")
        if typed in KILLED:
            screen.kill()
            screen = Terminal(environment, "resume", "1", "--lang", language)
        elif question.kind is QuestionKind.NOTE:
            os.write(screen.master, "".join(f"{line} {typed}\n" if line else "\n" for line in PARAGRAPHS).encode())
            time.sleep(1)
            screen.type("")
            pasted += 1
        else:
            screen.type(yesterday if question.kind is QuestionKind.DAY else shopper.reply(question))
        assert screen.until_asked()
    while (doubted := doubts(desk)) and typed < MOST:
        typed += 1
        screen.type("/stand 1 it was so, and was looked at again")
        assert screen.until_asked()
    assert not doubted, doubted
    screen.type("")
    assert screen.finish() == 0, screen.shown[-3000:].decode(errors="replace")
    assert typed > max(KILLED)
    sealing = Terminal(environment, "seal", "1", "--out", str(tmp_path / "out"), "--lang", language)
    assert sealing.until_asked(), sealing.shown.decode(errors="replace")
    sealing.type("p-1")
    assert sealing.finish() == 0, sealing.shown.decode(errors="replace")
    (path,) = (tmp_path / "out").iterdir()
    visit = read_sealed(path).visit
    assert {name: answer for name, answer in shopper.answers.items() if name in visit.answers and answer is not None}
    assert all(item in visit.answers or item in visit.skipped for item in asked_items(desk))
    assert len(visit.notes) == pasted
    assert all(len(words.splitlines()) == len(PARAGRAPHS) for words in visit.notes.values()), visit.notes


def doubts(desk: Desk) -> list[str]:
    """What is still in doubt."""
    (draft,) = desk.drafts()
    return [str(doubt.problem) for doubt in OpenDraft(desk, draft.header, Engine()).doubts(draft)]


def first_asked(desk: Desk) -> EntryQuestion | None:
    """The question that waits, while nothing was passed over."""
    (draft,) = desk.drafts()
    asked = questions(draft)
    place = first_open(asked, draft.values)
    return None if place is None else asked[place]


def asked_items(desk: Desk) -> set[str]:
    """The items that arose."""
    return {question.item.id for question in questions(desk.drafts()[0]) if question.item}

"""A simulated field: shoppers whose laptops die at random moments, disks that fill up, folders that cannot be written.

    python benchmarks/field.py [--kills 300] [--seed 1]

Real ``cemaudit enter``, ``seal`` and ``amend`` processes are killed with SIGKILL while they work. An answer counts as
acknowledged once the next question was asked. Prints what was acknowledged, what of it was lost (must be 0), and how
many files were damaged (must be 0); exit code 1 where either is not. What this cannot show is a loss of power: that the
system keeps its word about what is on the disk is SQLite's and fsync's affair.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from PIL import Image, ImageDraw

from cemaudit.cli.home import HOME
from cemaudit.entry.desk import Desk, OpenDraft
from cemaudit.entry.draft import Draft
from cemaudit.entry.questionnaire import EntryQuestion, QuestionKind, first_open, questions
from cemaudit.entry.replies import read_reply
from cemaudit.errors import CemauditError
from cemaudit.exchange.sealed import read_sealed
from cemaudit.model.answers import Choice, Choices, Date, Nps, Quantity, Scale, Time, YesNo
from cemaudit.scoring import Engine

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
MARK = "<!-- field -->"
PROMPT = b"> "
CHECKLIST = "retail.green-smile"
SHOPPER = "s-1"
ENGINE = Engine()
MADE_ON_THE_SPOT = {"briefed"}
"""What the program itself notes, such as the time."""

LATEST = 0.02
"""A process is killed up to so many seconds after it was given an answer."""


@dataclass
class Tally:
    """What was counted."""

    kills: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("entering", "sealing", "amending"), 0))
    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    refused_well: int = 0
    refused_badly: list[str] = field(default_factory=list)


class Process:
    """A running ``cemaudit`` whose questions are answered."""

    def __init__(self, home: Path, *arguments: str) -> None:
        environment = {**os.environ, HOME: str(home), "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}
        line = [sys.executable, "-m", "cemaudit", *arguments]
        self._process = subprocess.Popen(
            line, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )

    def until_asked(self) -> bool:
        """Read until the next prompt; ``False`` where the process ended instead."""
        said = b""
        while not said.endswith(PROMPT):
            piece = _pipe(self._process.stdout).read(1)
            if not piece:
                return False
            said += piece
        return True

    def answer(self, line: str) -> None:
        """Type a line."""
        pipe = _pipe(self._process.stdin)
        pipe.write(line.encode() + b"\n")
        pipe.flush()

    def kill(self) -> None:
        """SIGKILL."""
        self._process.kill()
        self._process.communicate()

    def finish(self) -> tuple[int, str]:
        """Close the input and wait; exit code and what was said."""
        said, _ = self._process.communicate()
        return self._process.returncode, said.decode(errors="replace")


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise TypeError(pipe)
    return pipe


class Shopper:
    """Knows a fitting reply to every question."""

    def __init__(self, rng: random.Random, photos: Path) -> None:
        self._rng = rng
        self._photos = photos
        self._count = 0

    def reply(self, question: EntryQuestion) -> str:
        """A line to type."""
        known: dict[QuestionKind, Callable[[], str]] = {
            QuestionKind.SCENARIO: lambda: "1",
            QuestionKind.BRIEFING: lambda: "y",
            QuestionKind.DAY: lambda: "yesterday",
            QuestionKind.TIME: lambda: "14:05" if question.name == "started" else "15:10",
            QuestionKind.EXPECTATION: lambda: str(self._rng.randint(1, 7)),
            QuestionKind.PERCEPTION: lambda: str(self._rng.randint(1, 7)),
            QuestionKind.EMOTION: lambda: str(self._rng.randint(-3, 3)),
            QuestionKind.EVIDENCE: self._photo,
            QuestionKind.NOTE: self._words,
            QuestionKind.COMPLAINT: self._words,
            QuestionKind.COMPLAINTS: lambda: "",
            QuestionKind.CLAIM_STATE: lambda: "1",
        }
        return self._answer(question) if question.kind is QuestionKind.ANSWER else known[question.kind]()

    def _words(self) -> str:
        return " ".join(
            self._rng.choice(("문 앞에서", "기다렸고", "직원이", "웃으며", "until", "somebody", "came"))
            for _ in range(14)
        )

    def _photo(self) -> str:
        """The path of a picture nobody has seen before."""
        self._count += 1
        path = self._photos / f"{self._count}.jpg"
        picture = Image.effect_noise((900, 700), 60).convert("RGB")
        ImageDraw.Draw(picture).text((50, 50), f"{self._count} {self._rng.random()}", fill="red")
        picture.save(path, "JPEG", quality=80)
        return str(path)

    def _answer(self, question: EntryQuestion) -> str:
        kind = question.item.answer if question.item else None
        match kind:
            case Choice() | Choices():
                return self._rng.choice([option.id for option in kind.options])
            case Scale():
                return str(self._rng.randint(kind.lowest, kind.highest))
            case Quantity():
                return str(int(kind.min or 0) + self._rng.randint(0, 3))
        plain = {YesNo: "y", Nps: "9", Date: "yesterday", Time: "14:30"}
        return plain.get(type(kind)) or self._words()


class Field:
    """One desk, its shopper, and whoever pulls the plug."""

    def __init__(self, folder: Path, rng: random.Random, tally: Tally) -> None:
        self.home, self.outbox, self.tally, self._rng = folder / "home", folder / "outbox", tally, rng
        self.outbox.mkdir()
        photos = folder / "photos"
        photos.mkdir()
        self._shopper = Shopper(rng, photos)
        self._promised: dict[int, dict[str, Any]] = {}

    def draft(self, number: int) -> Draft:
        """The draft as it is on the disk."""
        desk = Desk(self.home)
        try:
            return desk.find(str(number))
        finally:
            desk.journal.close()

    def enter(self, number: int, store: str) -> None:
        """Enter a visit to its end, killed again and again; every acknowledged change must be there afterwards."""
        begun = False
        while True:
            arguments = (
                ("resume", str(number)) if begun else ("enter", CHECKLIST, "--store", store, "--shopper", SHOPPER)
            )
            process = Process(self.home, *arguments)
            alive = process.until_asked()
            begun = True
            for _ in range(self._rng.randint(1, 9)):
                question = self._open(number)
                if not alive or question is None:
                    break
                alive = self._say(process, number, question)
            done = self._open(number) is None
            if not done and alive:
                self._pull_the_plug(process, number)
            else:
                process.finish()
            self._check(number)
            if done:
                return

    def _open(self, number: int) -> EntryQuestion | None:
        draft = self.draft(number)
        asked = questions(draft)
        place = first_open(asked, draft.values)
        return None if place is None else asked[place]

    def _say(self, process: Process, number: int, question: EntryQuestion) -> bool:
        """Answer and wait for the next question, which acknowledges the answer."""
        draft = self.draft(number)
        line = self._shopper.reply(question)
        process.answer(line)
        if question.kind is QuestionKind.NOTE:
            process.answer("")
        if not process.until_asked():
            return False
        if question.kind is QuestionKind.EVIDENCE:
            process.answer("")
            if not process.until_asked():
                return False
        promised = (
            {question.name: None} if question.kind is QuestionKind.EVIDENCE else read_reply(question, line, draft)
        )
        kept = {name: value for name, value in promised.items() if value is not None or name == question.name}
        self._promised.setdefault(number, {}).update(kept)
        self.tally.acknowledged += 1
        return True

    def _pull_the_plug(self, process: Process, number: int) -> None:
        question = self._open(number)
        if question is not None:
            process.answer(self._shopper.reply(question))
        time.sleep(self._rng.uniform(0, LATEST))
        process.kill()
        self.tally.kills["entering"] += 1

    def _check(self, number: int) -> None:
        """Whether all that was acknowledged is on the disk, evidence with its content."""
        draft = self.draft(number)
        for name, value in self._promised.get(number, {}).items():
            there = draft.values.get(name)
            if not (there if name in MADE_ON_THE_SPOT or name.startswith("evidence.") else _same(there, value)):
                self.tally.lost.append(f"draft {number}: {name}")
        (fine,) = Desk(self.home).journal._file.execute("pragma integrity_check").fetchone()  # noqa: SLF001
        if fine != "ok":
            self.tally.damaged.append(f"drafts.db: {fine}")

    def settle(self, number: int) -> None:
        """Let stand whatever the desk doubts, for a reason."""
        process = Process(self.home, "resume", str(number))
        while process.until_asked() and self._doubted(number):
            process.answer("/stand 1")
            process.answer("it was like that, I looked twice")
        process.finish()

    def _doubted(self, number: int) -> bool:
        desk = Desk(self.home)
        return bool(OpenDraft(desk, desk.find(str(number)).header, ENGINE).doubts(self.draft(number)))

    def seal(self, number: int, kills: int) -> Path:
        """Seal, killed at random moments before it is done; no file may be there that is not whole."""
        arguments = ("seal", str(number), "--sign", SHOPPER, "--out", str(self.outbox))
        self._kill_often("sealing", arguments, kills)
        code, said = Process(self.home, *arguments).finish()
        files = sorted(self.outbox.glob("*.cemaudit"), key=lambda path: path.stat().st_mtime)
        if code not in {0, 3} or not files:
            self.tally.damaged.append(f"draft {number} does not seal: {said}")
        done = self.draft(number).values.get("sealed")
        return Path(done["path"]) if done else files[-1]

    def amend(self, sealed: Path, kills: int) -> int:
        """Take a sealed visit up again, killed at random moments; the number of the draft."""
        arguments = ("amend", str(sealed), "--reason", "the till was counted wrong")
        self._kill_often("amending", arguments, kills)
        Process(self.home, *arguments).finish()
        desk = Desk(self.home)
        visit = read_sealed(sealed).visit
        number = max(draft.header.number for draft in desk.drafts() if draft.visit.id == visit.id)
        again = self.draft(number).visit
        if (again.answers, again.evidence.keys()) != (visit.answers, visit.evidence.keys()):
            self.tally.lost.append(f"draft {number} does not hold what {sealed.name} held")
        return number

    def change(self, number: int) -> None:
        """Change one answer of an amended visit."""
        process = Process(self.home, "resume", str(number), "--at", "GS03")
        if process.until_asked():
            answers = {"free", "unsure", "pressed"} - {str(self.draft(number).visit.answers.get("GS03"))}
            process.answer(min(answers))
            process.until_asked()
        process.finish()

    def _kill_often(self, doing: str, arguments: tuple[str, ...], kills: int) -> None:
        for _ in range(kills):
            process = Process(self.home, *arguments)
            time.sleep(self._rng.uniform(0.1, 1.2))
            process.kill()
            self.tally.kills[doing] += 1
            self._verify()

    def _verify(self) -> None:
        for path in self.outbox.iterdir():
            if path.suffix != ".cemaudit":
                continue
            try:
                read_sealed(path)
            except CemauditError as error:
                self.tally.damaged.append(f"{path.name}: {error}")


def _same(there: object, value: object) -> bool:
    """Whether a value is there; of a note that was cut off, its beginning is."""
    return there == value or (isinstance(there, str) and isinstance(value, str) and there.startswith(value))


def run(kills: int, seed: int, folder: Path) -> Tally:
    """Enter, seal and amend visits until so many processes were killed."""
    rng, tally = random.Random(seed), Tally()
    fields = Field(folder, rng, tally)
    number = 0
    while sum(tally.kills.values()) < kills:
        number += 1
        fields.enter(number, f"store-{number}")
        fields.settle(number)
        sealed = fields.seal(number, 4)
        number = fields.amend(sealed, 3)
        fields.change(number)
        fields.settle(number)
        fields.seal(number, 4)
        print(f"  {sum(tally.kills.values())} kills, {tally.acknowledged} answers", file=sys.stderr)
    return tally


def fill_up(folder: Path, tally: Tally) -> None:
    """Let the disk take no more while answers come in: each is kept, or refused with exit code 4 and no half of it."""
    for size in range(20_000, 60_000, 4_000):
        _refuse(
            folder / f"full-{size}", tally, lambda size=size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        )


def _refuse(home: Path, tally: Tally, limit: Callable[[], None]) -> None:
    environment = {**os.environ, HOME: str(home), "LC_ALL": "C.UTF-8"}
    line = [sys.executable, "-m", "cemaudit", "enter", CHECKLIST, "--store", "s", "--scenario", "gift"]
    words = [
        "y",
        "yesterday",
        "14:05",
        "15:00",
        "4",
        "y",
        "",
        "/note",
        *["a long line of words, again and again " * 40] * 30,
    ]
    done = subprocess.run(
        line, input="\n".join(words), env=environment, capture_output=True, text=True, check=False, preexec_fn=limit
    )
    told = [row for row in done.stderr.splitlines() if row.startswith("cemaudit: ")]
    if done.returncode in {3, 4} and told and "Traceback" not in done.stderr:
        tally.refused_well += 1
    else:
        tally.refused_badly.append(f"exit code {done.returncode}: {done.stderr[-200:]}")
    if (home / "drafts.db").exists() and done.returncode == 4:
        again = subprocess.run([*line[:3], "drafts"], env=environment, capture_output=True, text=True, check=False)
        if again.returncode != 0:
            tally.damaged.append(f"after a full disk: {again.stderr}")


def lock_out(folder: Path, tally: Tally) -> None:
    """Folders that cannot be written: a file in the folder's place, and a folder without the right to write."""
    (folder / "a-file").write_text("in the way")
    _refuse(folder / "a-file", tally, lambda: None)
    if Path("/proc/self").exists():  # where not even the superuser can make a folder
        _refuse(Path("/proc/cemaudit"), tally, lambda: None)
    locked = folder / "locked"
    locked.mkdir(mode=0o500)
    if os.access(locked, os.W_OK):  # the superuser may write anywhere
        return
    _refuse(locked / "home", tally, lambda: None)


def table(tally: Tally) -> str:
    """What was counted, as a table for people."""
    rows = [
        *((f"processes killed while {doing}", count) for doing, count in tally.kills.items()),
        ("answers acknowledged", tally.acknowledged),
        ("answers lost", len(tally.lost)),
        ("damaged files", len(tally.damaged)),
        ("full disks and locked folders, told in one line", tally.refused_well),
        ("of these not told well", len(tally.refused_badly)),
    ]
    return "\n".join(["| | |", "|---|---|", *(f"| {what} | {count:,} |" for what, count in rows)])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        tally = run(options.kills, options.seed, Path(name))
        fill_up(Path(name), tally)
        lock_out(Path(name), tally)
    print(table(tally))
    for line in (*tally.lost, *tally.damaged, *tally.refused_badly):
        print(f"! {line}")
    if options.write:
        page = PAGE.read_text(encoding="utf-8")
        head, _, rest = page.partition(MARK)
        PAGE.write_text(f"{head}{MARK}\n{table(tally)}\n{MARK}{rest.partition(MARK)[2]}", encoding="utf-8")
    return 1 if tally.lost or tally.damaged or tally.refused_badly else 0


if __name__ == "__main__":
    raise SystemExit(main())

"""A ledger under attack: killed collectors, many writers, full disks, a killed server, damaged files, wrong clocks.

    python benchmarks/faults.py [--kills 50] [--writers 16] [--seed 1] [--write]

Real ``cemaudit collect`` processes work on inboxes of JSON lines and sealed files. A visit counts as acknowledged once
its file was put away into ``done`` and it was not put aside into ``rejected``. Prints for each fault what was
acknowledged, what of it is not in the ledger (lost), what is there twice (duplicated), and damage that neither opening
nor checking the ledger tells of (undetected); exit code 1 where one of them is not 0. What this cannot show is a loss
of power: that the system keeps its word about what is on the disk is SQLite's, PostgreSQL's and fsync's affair.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import hashlib
import json
import os
import pwd
import random
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle, islice
from pathlib import Path

from cemaudit.errors import CemauditError
from cemaudit.exchange.canonical_json import line_of
from cemaudit.exchange.sealed import Statement, sealed_name, write_sealed
from cemaudit.exchange.visits import read_visits
from cemaudit.ledger import open_ledger
from cemaudit.ledger.maintenance import check
from cemaudit.ledger.sqlite import people_file
from cemaudit.model import Evidence, Visit
from cemaudit.scoring import Engine
from cemaudit.simulate import simulate

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
MARK = "<!-- faults -->"
CHECKLIST = "retail.green-smile@1.0.0"
STATEMENT = Statement(words="I was there.", language="en", name="s-1", at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
COLLECT = [sys.executable, "-m", "cemaudit", "collect", "--any-store", "--json"]
ENVIRONMENT = {**os.environ, "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}
CLOCK = """
import datetime as dt, sys, types
from cemaudit.cli.app import run
from cemaudit.ledger import acceptance, audit_trail
back = dt.timedelta(days=float(sys.argv[1]))
class Clock(dt.datetime):
    @classmethod
    def now(cls, tz=None):
        return dt.datetime.now(tz) - back
audit_trail.datetime = Clock
acceptance.dt = types.SimpleNamespace(datetime=Clock, UTC=dt.UTC, timedelta=dt.timedelta)
sys.exit(run(sys.argv[2:]))
"""
"""Collects while the clock is days behind."""

LINES, SEALED, A_FILE = 4_000, 60, 250
LATEST = 2.5
"""A collector is killed up to so many seconds after it was started."""


@dataclass
class Tally:
    """What one kind of fault did; ``times`` it was brought about."""

    what: str
    times: int = 0
    acknowledged: int = 0
    lost: int = 0
    duplicated: int = 0
    undetected: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Whether nothing went wrong."""
        return not (self.lost or self.duplicated or self.undetected)


class Visits:
    """Makes as many visits as are wanted, each with an id nobody has seen."""

    def __init__(self) -> None:
        checklist = Engine().library.checklist(CHECKLIST)
        self._made = cycle([one.model_copy(update={"evidence": {}}) for one in simulate(checklist, 20, 5, 1)])
        self._count = 0

    def some(self, count: int) -> list[Visit]:
        """So many visits."""
        made = list(islice(self._made, count))
        self._count += count
        return [one.model_copy(update={"id": f"v{self._count - place}"}) for place, one in enumerate(made)]

    def inbox(self, folder: Path, lines: int = LINES, sealed: int = SEALED) -> Path:
        """An inbox (a new one, or more in the old one) of visits in lines and of sealed files with a photo each."""
        folder.mkdir(parents=True, exist_ok=True)
        visits = self.some(lines)
        for start in range(0, lines, A_FILE):
            _write_lines(folder / f"{visits[start].id}.jsonl", visits[start : start + A_FILE])
        for visit in self.some(sealed):
            _seal(folder, visit)
        return folder


def _write_lines(path: Path, visits: Iterable[Visit]) -> None:
    path.write_bytes(b"".join(line_of(visit) + b"\n" for visit in visits))


def _seal(folder: Path, visit: Visit) -> None:
    """A sealed file with a photo of its own."""
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "a.jpg").write_bytes(b"\xff\xd8\xff" + visit.id.encode() * 2_000)
        item = min(visit.answers)
        visit = visit.model_copy(update={"evidence": {item: (Evidence(file="a.jpg"),)}})
        write_sealed(folder / sealed_name(visit), visit, STATEMENT, Path(name))


def collector(url: str, inbox: Path, limit: Callable[[], None] | None = None) -> subprocess.Popen[str]:
    """A collector that was started."""
    line = [*COLLECT, str(inbox), "--ledger", url, "--media", str(_media(inbox))]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(line, env=ENVIRONMENT, start_new_session=True, preexec_fn=limit, **pipes)  # noqa: PLW1509 (no threads)


def finish(process: subprocess.Popen[str]) -> tuple[int, dict[str, int], str]:
    """Exit code, summary and complaints."""
    said, wrong = process.communicate()
    return process.returncode, json.loads(said) if said.strip() else {}, wrong


def kill(process: subprocess.Popen[str]) -> None:
    """SIGKILL, for it and the processes it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def _media(inbox: Path) -> Path:
    return inbox.parent / "media"


def acknowledged(inbox: Path) -> list[Visit]:
    """The visits of the files that were put away, without those that were put aside."""
    aside = {visit.id for visit in _visits_in(inbox / "rejected")}
    return [visit for visit in _visits_in(inbox / "done") if visit.id not in aside]


def _visits_in(folder: Path) -> list[Visit]:
    return [found.visit for found in read_visits([folder], [])] if folder.is_dir() else []


def look(url: str, inboxes: Iterable[Path], tally: Tally) -> None:
    """Compare the ledger with what was acknowledged, and let it be checked."""
    visits = {visit.id: (visit, inbox) for inbox in inboxes for visit in acknowledged(inbox)}
    there: Counter[str] = Counter()
    if visits or "://" in url or Path(url).exists():
        with open_ledger(url, make=True) as ledger:
            there.update(name for (name,) in ledger.database.run("select id from visit"))
            tally.notes += [f"{tally.what}: {problem}" for problem in check(ledger)]
    tally.acknowledged = max(tally.acknowledged, len(visits))
    tally.lost += sum(name not in there for name in visits)
    tally.lost += sum(not _has_evidence(visit, _media(inbox)) for visit, inbox in visits.values())
    tally.duplicated += sum(count - 1 for count in there.values())


def _has_evidence(visit: Visit, media: Path) -> bool:
    pieces = [piece for pieces in visit.evidence.values() for piece in pieces]
    return all(hashlib.sha256((media / piece.file).read_bytes()).hexdigest() == piece.sha256 for piece in pieces)


def settle(url: str, inbox: Path, wanted: int, tally: Tally) -> None:
    """Collect what is left, undisturbed: every visit must come in now."""
    code, _, wrong = finish(collector(url, inbox))
    look(url, [inbox], tally)
    missing = wanted - len({visit.id for visit in acknowledged(inbox)})
    if code or missing:
        tally.lost += missing
        tally.notes.append(f"{tally.what}: exit code {code}, {missing} missing: {wrong}")


def killed_collectors(folder: Path, visits: Visits, kills: int, rng: random.Random) -> Tally:
    """Kill collectors at random moments, over and over until the inbox is empty; then again with another ledger."""
    tally = Tally("collectors killed (SIGKILL)")
    for number in range(kills):
        room = _room(folder, str(number))
        inbox, url, one = visits.inbox(room / "inbox"), str(room / "hq.db"), Tally(tally.what)
        while tally.times < kills and any(path.is_file() for path in inbox.iterdir()):
            process = collector(url, inbox)
            time.sleep(rng.uniform(0.3, LATEST))
            tally.times += process.poll() is None
            kill(process)
            look(url, [inbox], one)
        settle(url, inbox, LINES + SEALED, one)
        _add(tally, one)
        print(f"  {tally.times} kills, {tally.acknowledged:,} acknowledged", file=sys.stderr)
        if tally.times == kills:
            break
    return tally


def many_writers(folder: Path, visits: Visits, writers: int, url: str = "") -> Tally:
    """Let many collect into one ledger at once, part of what they bring being the same."""
    tally = Tally(f"writers at once, {'PostgreSQL' if url else 'SQLite'}", times=writers)
    shared = visits.some(A_FILE)
    inboxes = [visits.inbox(folder / f"writer-{number}" / "inbox", 500, 5) for number in range(writers)]
    for inbox in inboxes:
        _write_lines(inbox / "shared.jsonl", shared)
    url = url or str(folder / "hq.db")
    with open_ledger(url, make=True):
        pass
    ended = [finish(one) for one in [collector(url, inbox) for inbox in inboxes]]
    look(url, inboxes, tally)
    sums = Counter[str]()
    for code, summary, wrong in ended:
        sums.update(summary)
        if code:
            tally.notes.append(f"{tally.what}: exit code {code}: {wrong}")
    wanted = 505 * writers + len(shared)
    tally.lost += wanted - tally.acknowledged
    tally.duplicated += sums["collected"] - wanted
    return tally


def full_disks(folder: Path, visits: Visits) -> Tally:
    """Let files grow no further, at several sizes; then there is room again."""
    tally = Tally("full disks")
    for size in (30_000, 120_000, 400_000, 700_000, 1_000_000, 1_500_000):
        inbox, url = visits.inbox(folder / str(size) / "inbox"), str(folder / str(size) / "hq.db")
        limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (size, size))
        code, _, wrong = finish(collector(url, inbox, limit))
        tally.times += code == 4
        if code != 4 or "Traceback" in wrong:
            tally.notes.append(f"full disk of {size}: exit code {code}: {wrong[-300:]}")
        one = Tally(tally.what)
        look(url, [inbox], one)
        settle(url, inbox, LINES + SEALED, one)
        _add(tally, one)
    return tally


def _add(tally: Tally, one: Tally) -> None:
    tally.acknowledged += one.acknowledged
    tally.lost += one.lost
    tally.duplicated += one.duplicated
    tally.notes += one.notes


def wrong_clocks(folder: Path, visits: Visits) -> Tally:
    """Collect while the clock goes back; what then seems to be from the future is refused, and comes in later."""
    tally = Tally("clocks going backwards")
    inbox, url = folder / "inbox", str(folder / "hq.db")
    wanted = 0
    for days in (0, 0.1, 30, 4_000):
        visits.inbox(inbox)
        wanted += LINES + SEALED
        line = [sys.executable, "-c", CLOCK, str(days), *COLLECT[3:], str(inbox), "--ledger", url]
        line += ["--processes", "1", "--media", str(_media(inbox))]
        subprocess.run(line, env=ENVIRONMENT, capture_output=True, check=False)
        tally.times += 1
        look(url, [inbox], tally)
    for path in (inbox / "rejected").iterdir():
        if path.suffix != ".txt":
            path.replace(inbox / f"again-{path.name}")
    with open_ledger(url) as ledger:
        held = {name for (name,) in ledger.database.run("select id from visit")}
        tally.notes += [f"{tally.what}: {problem}" for problem in check(ledger)]
    left = {visit.id for visit in _visits_in(inbox)}
    tally.lost += wanted - len(held | left)
    settle(url, inbox, wanted, tally)
    return tally


def damaged_files(folder: Path, visits: Visits, times: int, rng: random.Random) -> Tally:
    """Change bytes of the ledger's files; where its content is another afterwards, somebody must notice."""
    tally = Tally("damaged pages")
    inbox, whole = visits.inbox(folder / "inbox", 2_000, 40), folder / "hq.db"
    finish(collector(str(whole), inbox))
    look(str(whole), [inbox], tally)
    content = _content(whole)
    harmless = 0
    for number in range(times):
        copy = folder / f"copy-{number}.db"
        shutil.copy(whole, copy)
        shutil.copy(people_file(whole), people_file(copy))
        place = _damage(people_file(copy) if number % 4 == 3 else copy, rng)
        tally.times += 1
        if not _is_noticed(copy):
            if _content(copy) == content:
                harmless += 1
            else:
                tally.undetected += 1
                tally.notes.append(f"undetected: {place}")
        copy.unlink()
        people_file(copy).unlink()
    print(f"  {harmless} of {times} damages were in places nothing is read from", file=sys.stderr)
    return tally


def _damage(path: Path, rng: random.Random) -> str:
    """Turn some bits over."""
    data = bytearray(path.read_bytes())
    start, length = rng.randrange(len(data)), rng.choice((1, 16, 512, 4_096))
    for place in range(start, min(start + length, len(data))):
        data[place] ^= rng.randrange(1, 256)
    path.write_bytes(data)
    return f"{path.name}, byte {start}, {length} bytes"


def _is_noticed(path: Path) -> bool:
    try:
        with open_ledger(str(path)) as ledger:
            return any(True for _ in check(ledger))
    except CemauditError:
        return True


def _content(path: Path) -> list[object]:
    """Every row of both files."""
    found: list[object] = []
    for file in (path, people_file(path)):
        with contextlib.closing(sqlite3.connect(file)) as link:
            tables = sorted(name for (name,) in link.execute("select name from sqlite_master where type = 'table'"))
            link.text_factory = bytes
            found += [(name, sorted(map(repr, link.execute(f"select * from {name}")))) for name in tables]
    return found


class Server:
    """A PostgreSQL server on loopback, with its data in ``folder``."""

    def __init__(self, folder: Path, binaries: Path) -> None:
        self._data, self._binaries, self._running = folder / "server", binaries, None
        self._user = "postgres" if os.geteuid() == 0 else None
        self._data.mkdir(mode=0o700)
        if self._user:
            folder.chmod(0o755)
            os.chown(self._data, pwd.getpwnam(self._user).pw_uid, -1)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        making = [binaries / "initdb", "-D", self._data, "-U", "hq", "-A", "trust", "-E", "UTF8", "--locale", "C"]
        subprocess.run(making, user=self._user, cwd="/", check=True, capture_output=True)
        self.url = f"postgresql://hq@127.0.0.1:{self._port}/postgres"

    _running: subprocess.Popen[bytes] | None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        line = [self._binaries / "postgres", "-D", self._data, "-p", str(self._port), "-h", "127.0.0.1", "-k", ""]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._running = subprocess.Popen(line, user=self._user, cwd="/", **quiet)
        for _ in range(200):
            try:
                with open_ledger(self.url, make=True):
                    return
            except CemauditError:
                time.sleep(0.1)
        raise TimeoutError(self.url)

    def kill(self) -> None:
        """SIGKILL, for all of its processes."""
        if self._running:
            task = Path(f"/proc/{self._running.pid}/task/{self._running.pid}/children")
            children = [int(child) for child in task.read_text().split()]
            for process in (self._running.pid, *children):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            self._running.wait()
            self._running = None


def binaries() -> Path | None:
    """Where PostgreSQL's programs are on this machine."""
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "postgres").exists()), None)


@contextlib.contextmanager
def server(folder: Path, place: Path) -> Iterator[Server]:
    """A server that runs."""
    made = Server(folder, place)
    made.start()
    try:
        yield made
    finally:
        made.kill()


def killed_servers(folder: Path, visits: Visits, running: Server, times: int, rng: random.Random) -> Tally:
    """Kill the server while a collector writes to it; the collector may end with exit code 4, or go on."""
    tally = Tally("servers killed (PostgreSQL)")
    inbox, wanted = folder / "inbox", 0
    for _ in range(times):
        visits.inbox(inbox)
        wanted += LINES + SEALED
        process = collector(running.url, inbox)
        time.sleep(rng.uniform(0.8, LATEST))
        tally.times += process.poll() is None
        running.kill()
        code, _, wrong = finish(process)
        if code not in {0, 4} or "Traceback" in wrong:
            tally.notes.append(f"{tally.what}: exit code {code}: {wrong[-300:]}")
        running.start()
        look(running.url, [inbox], tally)
    settle(running.url, inbox, wanted, tally)
    return tally


def table(tallies: Iterable[Tally]) -> str:
    """What was counted, as a table for people."""
    head = "| | times | visits acknowledged | lost | duplicated | undetected damage |\n|---|---:|---:|---:|---:|---:|"
    rows = [
        f"| {one.what} | {one.times} | {one.acknowledged:,} | {one.lost} | {one.duplicated} | {one.undetected} |"
        for one in tallies
    ]
    return "\n".join([head, *rows])


def faults(folder: Path, kills: int, writers: int, rng: random.Random) -> Iterator[Tally]:
    """One kind of fault after the other."""
    visits = Visits()
    place = binaries()
    yield killed_collectors(_room(folder, "killed"), visits, kills, rng)
    yield many_writers(_room(folder, "writers"), visits, writers)
    yield full_disks(_room(folder, "full"), visits)
    yield damaged_files(_room(folder, "damaged"), visits, kills * 2, rng)
    yield wrong_clocks(_room(folder, "clocks"), visits)
    if place:
        with server(folder, place) as running:
            yield many_writers(_room(folder, "writers-on-server"), visits, writers, running.url)
        with server(_room(folder, "second"), place) as running:
            yield killed_servers(_room(folder, "servers"), visits, running, max(kills // 5, 1), rng)


def _room(folder: Path, name: str) -> Path:
    (folder / name).mkdir()
    return folder / name


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--writers", type=int, default=16)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    options = parser.parse_args()
    tallies = []
    with tempfile.TemporaryDirectory() as name:
        for tally in faults(Path(name), options.kills, options.writers, random.Random(options.seed)):
            print(tally, file=sys.stderr)
            tallies.append(tally)
    print(table(tallies))
    for line in (note for tally in tallies for note in tally.notes):
        print(f"! {line}")
    if options.write:
        page = PAGE.read_text(encoding="utf-8")
        head, _, rest = page.partition(MARK)
        PAGE.write_text(f"{head}{MARK}\n{table(tallies)}\n{MARK}{rest.partition(MARK)[2]}", encoding="utf-8")
    return 0 if all(tally.is_good and not tally.notes for tally in tallies) else 1


if __name__ == "__main__":
    raise SystemExit(main())

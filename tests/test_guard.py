"""What plugin code may not do to the run it is called in."""

from __future__ import annotations

import copy
import decimal
import json
import os
import pickle
import subprocess
import sys
import threading
import warnings
import zipfile
from collections.abc import Callable
from fractions import Fraction
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import pytest
from helpers import samples

from cemaudit.errors import Problem
from cemaudit.guard import (
    Guard,
    PluginCode,
    PluginFailure,
    ReadOnlyDict,
    guarded_aggregator,
    printed_trace,
    read_only,
)  # fmt: skip
from cemaudit.hookspecs import Context
from cemaudit.language import Message, message
from cemaudit.model import Audit, Text
from cemaudit.model.aggregator import Aggregator, Member
from cemaudit.scoring import audit_visit

CODE = PluginCode("bad", "cemaudit-bad", "1.0", "cemaudit_findings")


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def guard(told: list[str]) -> Guard:
    return Guard(lambda code, problem: told.append(str(problem)))


@pytest.fixture
def audit() -> Audit:
    checklist = samples.items_only(samples.item("A"), samples.item("B", "nps"))
    scheme = samples.scheme({"id": "overall", "how": "ratio", "of": ["@items"]})
    return audit_visit(samples.visit(answers={"A": True, "B": 7}), checklist, scheme)


@pytest.mark.parametrize("raised", [ValueError("x"), SystemExit(0), SystemExit, BaseException("out"), RecursionError()])
def test_whatever_is_raised_is_one_failure(guard: Guard, raised: Any) -> None:
    def fail() -> None:
        raise raised

    with pytest.raises(PluginFailure, match=r"cemaudit_findings failed: .*test_guard.py:\d+, cemaudit-bad 1.0"):
        guard.run(CODE, fail)


class Leaving:
    """Anything that leaves the program as soon as it is looked at."""

    def __str__(self) -> str:
        raise SystemExit(0)


class LeavingError(Leaving, Exception):
    """An error that cannot be told without leaving."""


class Kindless(Leaving):
    """Says nothing of what it is, either."""

    @property
    def __class__(self) -> Any:  # type: ignore[override]
        raise SystemExit(0)


def test_an_error_that_leaves_when_it_is_told_is_one_failure(guard: Guard) -> None:
    def fail() -> None:
        raise LeavingError

    with pytest.raises(PluginFailure, match=r"cemaudit_findings failed: LeavingError \(tests/test_guard.py:\d+"):
        guard.run(CODE, fail)


@pytest.mark.parametrize("make", [
    lambda: Problem(Leaving()), lambda: Problem("x", hint=Leaving()), lambda: Problem("x", Leaving()),
    lambda: Problem(Message("{part}", {"part": Leaving()})), Kindless,
])  # fmt: skip
def test_what_leaves_when_it_is_looked_at_is_one_failure(guard: Guard, make: Callable[[], object]) -> None:
    with pytest.raises(PluginFailure, match=r"cemaudit_findings failed: SystemExit: 0 \(tests/test_guard.py:\d+"):
        guard.records(CODE, lambda: [make()], Problem)


def test_words_of_a_problem_are_put_into_text(guard: Guard) -> None:
    (problem,) = guard.records(CODE, lambda: [Problem(message("no such plugin: {name}", name="x"), "p")], Problem)
    assert problem == Problem(Text(ko="없는 플러그인: x", en="no such plugin: x"), "p")


class LeavingFile(zipfile.Path):
    """A file that leaves when it is read."""

    def read_bytes(self) -> bytes:
        raise SystemExit(0)


def test_files_that_are_no_paths_are_read_under_guard(guard: Guard, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "pack.zip", "w") as pack:
        pack.writestr("x.toml", "id = 1")
    (source,) = guard.records(CODE, lambda: [zipfile.Path(tmp_path / "pack.zip", "x.toml")], Traversable)
    assert (str(source), source.read_bytes()) == (f"{tmp_path / 'pack.zip'}/x.toml", b"id = 1")
    with pytest.raises(PluginFailure, match="SystemExit: 0"):
        guard.records(CODE, lambda: [LeavingFile(tmp_path / "pack.zip", "x.toml")], Traversable)


def test_an_interruption_passes_and_says_whose_code_ran(guard: Guard) -> None:
    def hang() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as stop:
        guard.run(CODE, hang)
    assert stop.value.__notes__ == ["while this was running: plugin bad: cemaudit_findings"]


def test_what_is_printed_goes_to_standard_error(guard: Guard, capsys: pytest.CaptureFixture[str]) -> None:
    guard.run(CODE, print, "from the plugin")
    print("from the program")
    assert capsys.readouterr() == ("from the program\n", "from the plugin\n")


def test_the_folder_is_put_back(guard: Guard, told: list[str], tmp_path: Path) -> None:
    before = Path.cwd()
    guard.run(CODE, os.chdir, tmp_path)
    assert Path.cwd() == before
    assert told == ["cemaudit_findings changed the working folder"]


@pytest.mark.skipif(os.name == "nt", reason="a folder in use cannot be removed here")
def test_a_working_folder_that_is_gone_is_no_hindrance(guard: Guard, told: list[str], tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    before = Path.cwd()
    os.chdir(gone)
    gone.rmdir()
    try:
        assert guard.run(CODE, len, "abc") == 3
    finally:
        os.chdir(before)
    assert told == []


def test_the_environment_is_put_back(guard: Guard, told: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEPT", "before")
    monkeypatch.delenv("NEW", raising=False)

    def change() -> None:
        os.environ["KEPT"] = "after"
        os.environ["NEW"] = "1"
        del os.environ["KEPT"]

    guard.run(CODE, change)
    assert (os.environ["KEPT"], os.environ.get("NEW")) == ("before", None)
    assert told == ["cemaudit_findings changed the environment: KEPT, NEW"]
    os.environ["KEPT"] = "by the program"
    guard.run(CODE, len, "")
    assert (os.environ["KEPT"], len(told)) == ("by the program", 1)


def test_contexts_are_put_back(guard: Guard) -> None:
    before, filters = decimal.getcontext().prec, list(warnings.filters)

    def change() -> None:
        decimal.getcontext().prec = 3
        warnings.simplefilter("ignore")

    guard.run(CODE, change)
    assert (decimal.getcontext().prec, warnings.filters) == (before, filters)


def test_a_thread_that_goes_on_is_told_and_prints_aside(
    guard: Guard, told: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", sys.stdout)
    go_on = threading.Event()
    threads: list[threading.Thread] = []

    def begin() -> None:
        threads.append(threading.Thread(target=lambda: (go_on.wait(5), print("late"))))
        threads[0].start()

    guard.run(CODE, begin)
    go_on.set()
    threads[0].join()
    print("own")
    assert capsys.readouterr() == ("own\n", "late\n")
    assert told == ["cemaudit_findings left a thread running"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no processes are forked here")
def test_a_forked_process_never_comes_back(tmp_path: Path) -> None:
    script = (
        "import os\nfrom cemaudit.guard import Guard, PluginCode\n"
        "guard = Guard(lambda code, problem: None)\n"
        "guard.run(PluginCode('bad', 'bad', '1', 'hook'), os.fork)\n"
        "print('went on', flush=True)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout == "went on\n"


def test_results_are_used_up_and_bounded(guard: Guard) -> None:
    assert guard.records(CODE, lambda: iter([Problem("a")]), Problem) == [Problem("a")]
    assert guard.records(CODE, lambda: None, Problem) == []
    with pytest.raises(PluginFailure, match="more than 10000 records"):
        guard.records(CODE, lambda: iter(lambda: Problem("x"), None), Problem)
    with pytest.raises(PluginFailure, match="more than 64000000 characters"):
        guard.records(CODE, lambda: [Problem("x" * 70_000_000)], Problem)
    long = Problem(Text(de="x" * 20_000))
    with pytest.raises(PluginFailure, match="more than 64000000 characters"):
        guard.records(CODE, lambda: [long] * 3_201, Problem)
    with pytest.raises(PluginFailure, match="returned one Problem: return a list, or yield it"):
        guard.records(CODE, lambda: Problem("x"), Problem)  # type: ignore[arg-type,return-value]


def assign(audit: Audit) -> None:
    audit.scores = {}  # type: ignore[misc]


def update(audit: Audit) -> None:
    audit.visit.answers.update(A=False)


def merge(audit: Audit) -> None:
    answers = audit.visit.answers
    answers |= {"A": False}


def derived(audit: Audit) -> None:
    audit.checklist.items["A"] = audit.checklist.items["B"]


def deep(audit: Audit) -> None:
    audit.scheme.measures[0].options["x"] = Fraction(1)  # type: ignore[index]


WRITES: list[Callable[[Audit], Any]] = [
    assign, update, merge, derived, deep,
    lambda audit: audit.scores.clear(),
    lambda audit: audit.items.pop("A"),
    lambda audit: audit.visit.answers.setdefault("C", 1),
    lambda audit: audit.visit.notes.__setitem__("A", "x"),
    lambda audit: audit.visit.answers.__delitem__("A"),
    lambda audit: audit.checklist.touchpoint.clear(),
]  # fmt: skip


@pytest.mark.parametrize("write", WRITES)
def test_what_is_handed_over_cannot_be_written_to(audit: Audit, write: Callable[[Audit], Any]) -> None:
    before = audit.model_dump_json()
    context = Context([audit], history=[audit])
    assert read_only(audit) is audit
    read_only(context)
    assert isinstance(context.audits, tuple)
    with pytest.raises(Exception, match=r"read-only|frozen"):
        write(audit)
    assert audit.model_dump_json() == before


def test_what_is_read_only_reads_as_before(audit: Audit) -> None:
    plain = copy.deepcopy(audit)
    read_only(audit)
    assert audit == plain
    answers = audit.visit.answers
    assert isinstance(answers, ReadOnlyDict)
    assert (dict(answers), answers | {"C": 1}) == ({"A": True, "B": 7}, {"A": True, "B": 7, "C": 1})
    assert json.loads(json.dumps(answers)) == {"A": True, "B": 7}
    assert pickle.loads(pickle.dumps(answers)) == answers
    assert copy.copy(answers) == copy.deepcopy(answers) == answers
    copied = copy.copy(answers)
    copied["A"] = False
    assert answers["A"] is True
    assert audit.model_copy(update={"findings": ()}).visit is audit.visit


def test_aggregators_are_called_under_guard(guard: Guard) -> None:
    def leave(members: Any, options: Any) -> Fraction:
        raise SystemExit(0)

    guarded = guarded_aggregator(guard, CODE._replace(what="aggregator bad.leave"), Aggregator("bad.leave", leave))
    with pytest.raises(PluginFailure, match=r"aggregator bad.leave failed: SystemExit: 0"):
        guarded.function([Member("a", Fraction(1))], {})

    def sort(members: Any, options: Any) -> Fraction:
        members.sort()
        return Fraction(0)

    with pytest.raises(PluginFailure, match="has no attribute 'sort'"):
        guarded_aggregator(guard, CODE, Aggregator("bad.sort", sort)).function([Member("a", Fraction(1))], {})


def test_calls_are_traced_where_that_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CEMAUDIT_TRACE_PLUGINS", "1")
    guard = Guard(lambda code, problem: None)
    for _ in range(3):
        guard.run(CODE._replace(plugin="traced"), len, "")
    (line,) = (line for line in printed_trace() if "traced" in line)
    assert line.startswith("plugin traced: cemaudit_findings: 3 calls, 0.0")

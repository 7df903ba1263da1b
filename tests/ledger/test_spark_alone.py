"""What is said about Spark where there is none: wrong addresses, missing pieces, failures in one line."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from cemaudit.errors import BadEnvironment, BadInput
from cemaudit.ledger.spark import session
from cemaudit.ledger.spark.session import check_reachable, master_of, package_zip, root_error_line


@pytest.mark.parametrize(
    ("url", "places", "is_here"),
    [
        ("spark://127.0.0.1:7077", (("127.0.0.1", 7077),), True),
        ("spark://localhost:7077", (("localhost", 7077),), True),
        ("spark://[::1]:7077", (("::1", 7077),), True),
        ("spark://hq.example:7077,spare.example:7078", (("hq.example", 7077), ("spare.example", 7078)), False),
        ("spark://127.0.0.1:7077,spare.example:7077", (("127.0.0.1", 7077), ("spare.example", 7077)), False),
    ],
)
def test_a_master_is_named_by_host_and_port(url: str, places: tuple[tuple[str, int], ...], is_here: bool) -> None:
    master = master_of(url)
    assert master.url == url
    assert master.places == places
    assert master.is_on_this_machine is is_here


@pytest.mark.parametrize(
    "url",
    [
        "", "spark://", "spark://host", "spark://host:", "spark://:7077", "spark://host:0", "spark://host:99999",
        "http://host:7077", "host:7077", "local[2]", "spark://host:7077/path", "spark://user@host:7077",
        "spark://host:7077,", "spark://[::1:7077", "spark://host:seven",
    ],
)  # fmt: skip
def test_any_other_address_is_refused(url: str) -> None:
    with pytest.raises(BadInput, match="expected spark://HOST:PORT"):
        master_of(url)


def test_a_master_that_is_not_there_is_one_line() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"spark://127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(BadEnvironment, match="no Spark master answers") as caught:
            check_reachable(master_of(url))
    assert str(caught.value).startswith(url)
    assert "\n" not in str(caught.value)


def test_one_of_several_masters_is_enough() -> None:
    with socket.create_server(("127.0.0.1", 0)) as there, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        check_reachable(master_of(f"spark://127.0.0.1:{free.getsockname()[1]},127.0.0.1:{there.getsockname()[1]}"))


def test_the_extra_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "find_spec", lambda name: None)
    with pytest.raises(BadEnvironment, match=r"pip install 'cemaudit\[spark\]'"):
        session.check_cluster("spark://127.0.0.1:1")


def test_java_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(session, "find_spec", lambda name: name)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(BadEnvironment, match="needs Java"):
        session.check_cluster("spark://127.0.0.1:1")


@pytest.mark.slow
def test_what_travels_is_enough_to_score_and_no_more(tmp_path: Path) -> None:
    packed = package_zip(tmp_path)
    code = (
        f"import sys; sys.path.insert(0, {str(packed)!r}); import cemaudit.ledger.spark.blocks as it; "
        "from cemaudit.model.vocabulary import Channel, label; print(label(Channel('electronic')).en); "
        "print(it.__file__); print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    channel, place, modules = done.stdout.splitlines()
    assert channel, "tables beside the modules travel, too"
    assert place.startswith(str(packed))
    assert not {"pyspark", "duckdb", "click", "reportlab"} & set(modules.split())
    assert packed.stat().st_size < 2_000_000


NO_PROGRAM = (
    "An error occurred while calling z:org.apache.spark.api.python.PythonRDD.collectAndServe.\n"
    ": org.apache.spark.SparkException: Job aborted due to stage failure: Task 0 in stage 0.0 failed 4 times, "
    "most recent failure: Lost task 0.3 in stage 0.0 (TID 3) (127.0.0.1 executor 0): java.io.IOException: "
    'Cannot run program "/nowhere/python": error=2, No such file or directory\n\tat java.base/java.lang'
)
NO_NUMBER = (
    "An exception was thrown from the Python worker:\nTraceback (most recent call last):\n"
    '  File "x.py", line 1, in <module>\nZeroDivisionError: division by zero\n'
)


@pytest.mark.parametrize(
    ("said", "line"),
    [
        (NO_PROGRAM, 'IOException: Cannot run program "/nowhere/python": error=2, No such file or directory'),
        (NO_NUMBER, "ZeroDivisionError: division by zero"),
        ("[PYTHON_VERSION_MISMATCH] Python in worker", "[PYTHON_VERSION_MISMATCH] Python in worker"),
        ("\n  \n", "?"),
    ],
)
def test_of_many_lines_the_telling_one_is_shown(said: str, line: str) -> None:
    assert root_error_line(said) == line

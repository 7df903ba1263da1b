"""A Spark session: its master, what is shipped to the workers, and failures in words."""

from __future__ import annotations

import ipaddress
import os
import re
import shutil
import socket
import sys
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import cemaudit
from cemaudit.errors import BadEnvironment, BadInput, CemauditError, Problem
from cemaudit.language import message

if TYPE_CHECKING:
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

__all__ = [
    "ROWS_AT_ONCE",
    "SparkMaster",
    "check_cluster",
    "check_reachable",
    "master_of",
    "opened",
    "package_zip",
    "root_error_line",
    "translate_errors",
]

_NO_DATA = {"PATH_NOT_FOUND", "UNABLE_TO_INFER_SCHEMA"}
_LACKING = re.compile(r"(?:No module named|Cannot run program) ['\"]([^'\"]+)")
_SAID = re.compile(r"\b(\w+(?:Error|Exception)|BadInput): (?=(.*\S))")
_WRAPPERS = {"PythonException", "SparkException"}


@contextmanager
def translate_errors(place: str) -> Iterator[None]:
    """Spark's errors as ours: ``BadInput`` where there are no data, else ``BadEnvironment``, both at ``place``."""
    from py4j.protocol import Py4JError  # noqa: PLC0415 an extra
    from pyspark.errors import PySparkException  # noqa: PLC0415

    try:
        yield
    except PySparkException as error:
        if error.getCondition() in _NO_DATA:
            raise BadInput(Problem(message("no Parquet files are there"), place)) from error
        raise _told(str(error), place) from error
    except Py4JError as error:
        raise _told(str(error), place) from error


def _told(driver_message: str, place: str) -> CemauditError:
    lacking = _LACKING.search(driver_message)
    if lacking:
        hint = message("workers need the libraries of 'cemaudit[spark]', and PYSPARK_PYTHON to name their Python")
        return BadEnvironment(Problem(message("the workers lack {name}", name=lacking[1]), place, hint))
    return BadEnvironment(Problem(message("Spark gave up: {why}", why=root_error_line(driver_message)), place))


def root_error_line(driver_message: str) -> str:
    """The line of Spark's many that says most: the first error that does not merely wrap another."""
    error_lines = [f"{kind}: {words}" for kind, words in _SAID.findall(driver_message) if kind not in _WRAPPERS]
    return error_lines[0] if error_lines else next((line for line in driver_message.splitlines() if line.strip()), "?")


_SECONDS = 5.0


class SparkMaster(NamedTuple):
    """The master of a cluster; ``url`` may name further ones, which stand in for it."""

    url: str
    places: tuple[tuple[str, int], ...]

    @property
    def is_on_this_machine(self) -> bool:
        """Whether its address is a loopback one, which other machines cannot call back."""
        return all(_is_loopback(host) for host, _ in self.places)


def master_of(url: str) -> SparkMaster:
    """The master of a URL; ``BadInput`` where it is none."""
    kind, _, named = url.partition("://")
    places = [_place(address) for address in named.split(",")]
    addresses = tuple(place for place in places if place)
    if kind != "spark" or len(addresses) < len(places):
        raise BadInput(Problem(message("expected spark://HOST:PORT"), url))
    return SparkMaster(url, addresses)


def check_reachable(master: SparkMaster) -> None:
    """``BadEnvironment`` where nobody listens at any of its places, after a few seconds."""
    why: OSError | None = None
    for address in master.places:
        try:
            socket.create_connection(address, _SECONDS).close()
        except OSError as error:
            why = error
        else:
            return
    hint = message("is the cluster running, and is this the address its master names?")
    raise BadEnvironment(Problem(message("no Spark master answers: {why}", why=why), master.url, hint)) from why


def _place(named: str) -> tuple[str, int] | None:
    with suppress(ValueError):
        url = urlsplit(f"//{named}")
        if url.hostname and url.port and url.netloc.count("@") + len(url.path) == 0:
            return url.hostname, url.port
    return None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


_LEFT_OUT = {"cli", "entry", "locale", "report", "simulate"}


def package_zip(folder: Path) -> Path:
    """Write ``cemaudit.zip`` into ``folder``: the rooms that score and their tables, without texts, fonts and commands.

    The libraries they import cannot travel this way: numpy, pyarrow, pandas and what the base install names.
    """
    home = Path(cemaudit.__file__).parent
    path = folder / "cemaudit.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for member in sorted([*home.rglob("*.py"), *home.rglob("*.toml")]):
            inside = member.relative_to(home)
            if inside.parts[0] not in _LEFT_OUT:
                file.write(member, Path(home.name, inside))
    return path


ROWS_AT_ONCE = 65_536
"""Rows a worker scores at a time."""

_PATIENCE = 180.0
"""Seconds in which a cluster has to begin."""

_LIBRARIES = ("pandas", "pyarrow", "pyspark")
"""What the extra brings; of pandas nothing is used, yet Spark hands no columns to Python without it."""

_SETTINGS = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",
    "spark.sql.files.openCostInBytes": "128m",  # so that a file, which holds a block of visits, is one task
    "spark.sql.execution.arrow.maxRecordsPerBatch": str(ROWS_AT_ONCE),
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}

_LOOPBACK = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}


def check_cluster(url: str) -> SparkMaster:
    """The master of ``url``, reached, where all that a session takes is here; nothing of Spark is begun.

    ``BadInput`` where ``url`` is none; ``BadEnvironment`` where the extra ``spark`` or Java is missing, or the master
    does not answer.
    """
    master = master_of(url)
    _need_pyspark()
    _need_java()
    check_reachable(master)
    return master


@contextmanager
def opened(master: SparkMaster) -> Iterator[SparkSession]:
    """A session on the cluster of ``master`` whose workers can score.

    ``BadEnvironment`` where no worker begins, or they lack a library, or have another Python. What else Spark is to
    know stands in its own ``spark-defaults.conf``; the workers' Python in ``PYSPARK_PYTHON``, where it is not this one.
    """
    with TemporaryDirectory(prefix="cemaudit-spark-", ignore_cleanup_errors=True) as kept:
        session = _begun(master, Path(kept))
        try:
            _send_package(session, master, Path(kept))
            yield session
        finally:
            session.stop()


def _need_pyspark() -> None:
    if not all(map(find_spec, _LIBRARIES)):
        hint = message("install it: {command}", command="pip install 'cemaudit[spark]'")
        raise BadEnvironment(Problem(message("Spark needs the extra {extra}", extra="spark"), hint=hint))


def _need_java() -> None:
    home = os.environ.get("JAVA_HOME")
    if not shutil.which("java", path=Path(home, "bin") if home else None):
        hint = message("install Java 17 or newer, and set JAVA_HOME where it is not on the PATH")
        raise BadEnvironment(Problem(message("Spark needs Java, which is not here"), hint=hint))


def _begun(master: SparkMaster, kept: Path) -> SparkSession:
    from pyspark.sql import SparkSession  # noqa: PLC0415

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master(master.url).appName("cemaudit")
    for name, value in (_SETTINGS | (_LOOPBACK if master.is_on_this_machine else {})).items():
        builder = builder.config(name, value)
    try:
        with translate_errors(master.url), _redirected_stderr(kept / "log"):
            session = builder.getOrCreate()
    except BadEnvironment as error:
        hint = message("does a Spark master listen there, of the version of this pyspark?")
        raise BadEnvironment(replace(error.problems[0], hint=hint)) from error
    session.sparkContext.setLogLevel("ERROR")
    return session


@contextmanager
def _redirected_stderr(log: Path) -> Iterator[None]:
    """What a program begun here says on stderr goes to ``log``, for as long as it runs."""
    sys.stderr.flush()
    own = os.dup(2)
    try:
        with log.open("wb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of pandas, of which we use nothing
            os.dup2(file.fileno(), 2)
            yield
    finally:
        os.dup2(own, 2)
        os.close(own)


def _send_package(session: SparkSession, master: SparkMaster, kept: Path) -> None:
    """Send the workers what they need of cemaudit, and see that one begins and can use it."""
    context = session.sparkContext
    try:
        with translate_errors(master.url), _limited(context) as is_late:
            context.addPyFile(str(package_zip(kept)))
            context.parallelize([0], 1).foreach(_check_worker)
    except BadEnvironment:
        if not is_late.is_set():
            raise
        hint = message("are workers running, and have they memory and processors left?")
        raise BadEnvironment(Problem(message("the cluster gives no worker"), master.url, hint)) from None


@contextmanager
def _limited(context: SparkContext) -> Iterator[Event]:
    """Jobs are cancelled after a while, whenever they begin; the event says that it came to that."""
    is_late, is_over = Event(), Event()

    def watch() -> None:
        seconds = _PATIENCE
        while not is_over.wait(seconds):
            is_late.set()
            context.cancelAllJobs()
            seconds = 1.0

    watching = Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield is_late
    finally:
        is_over.set()
        watching.join()


def _check_worker(_: int) -> None:
    """On a worker: import all that scoring takes."""
    for name in (*_LIBRARIES, "cemaudit.ledger.spark.blocks"):
        import_module(name)

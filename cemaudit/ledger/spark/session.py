"""A cluster at work for cemaudit: reached, quiet, its workers equipped; given back at the end."""

from __future__ import annotations

import os
import shutil
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import TYPE_CHECKING

from cemaudit.errors import BadEnvironment, Problem
from cemaudit.language import message
from cemaudit.ledger.spark.failures import failures_told
from cemaudit.ledger.spark.master import Master, master_of, reach
from cemaudit.ledger.spark.shipping import pack

if TYPE_CHECKING:
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

__all__ = ["ROWS_AT_ONCE", "opened", "ready"]

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


def ready(url: str) -> Master:
    """The master of ``url``, reached, where all that a session takes is here; nothing of Spark is begun.

    ``BadInput`` where ``url`` is none; ``BadEnvironment`` where the extra ``spark`` or Java is missing, or the master
    does not answer.
    """
    master = master_of(url)
    _need_pyspark()
    _need_java()
    reach(master)
    return master


@contextmanager
def opened(master: Master) -> Iterator[SparkSession]:
    """A session on the cluster of ``master`` whose workers can score.

    ``BadEnvironment`` where no worker begins, or they lack a library, or have another Python. What else Spark is to
    know stands in its own ``spark-defaults.conf``; the workers' Python in ``PYSPARK_PYTHON``, where it is not this one.
    """
    with TemporaryDirectory(prefix="cemaudit-spark-", ignore_cleanup_errors=True) as kept:
        session = _begun(master, Path(kept))
        try:
            _equip(session, master, Path(kept))
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


def _begun(master: Master, kept: Path) -> SparkSession:
    from pyspark.sql import SparkSession  # noqa: PLC0415

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master(master.url).appName("cemaudit")
    for name, value in (_SETTINGS | (_LOOPBACK if master.is_on_this_machine else {})).items():
        builder = builder.config(name, value)
    try:
        with failures_told(master.url), _hushed(kept / "log"):
            session = builder.getOrCreate()
    except BadEnvironment as error:
        hint = message("does a Spark master listen there, of the version of this pyspark?")
        raise BadEnvironment(replace(error.problems[0], hint=hint)) from error
    session.sparkContext.setLogLevel("ERROR")
    return session


@contextmanager
def _hushed(log: Path) -> Iterator[None]:
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


def _equip(session: SparkSession, master: Master, kept: Path) -> None:
    """Send the workers what they need of cemaudit, and see that one begins and can use it."""
    context = session.sparkContext
    try:
        with failures_told(master.url), _limited(context) as is_late:
            context.addPyFile(str(pack(kept)))
            context.parallelize([0], 1).foreach(_see)
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


def _see(_: int) -> None:
    """On a worker: import all that scoring takes."""
    for name in (*_LIBRARIES, "cemaudit.ledger.spark.blocks"):
        import_module(name)

"""A real Spark cluster on this machine: a master and workers of one core each, out of the pyspark that is installed."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_SECONDS = 120
_SMALL = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"  # what lives for seconds is not worth optimising
# Compiling a statement takes Spark far longer than running it once over a few hundred rows.
_DEFAULTS = f"""
spark.driver.extraJavaOptions {_SMALL}
spark.driver.memory 512m
spark.executor.extraJavaOptions {_SMALL}
spark.executor.memory 512m
spark.locality.wait 0
spark.shuffle.io.retryWait 100ms
spark.sql.codegen.factoryMode NO_CODEGEN
spark.sql.codegen.wholeStage false
spark.sql.shuffle.partitions 2
"""


class Process:
    """A master or a worker, in a process group of its own that its executors belong to."""

    def __init__(self, kind: str, *args: object, folder: Path) -> None:
        import pyspark

        home = Path(pyspark.__file__).parent
        main = f"org.apache.spark.deploy.{kind.lower()}.{kind}"
        web = ("--host", "127.0.0.1", "--webui-port", free_port())
        self.log = folder / f"{kind}-{time.monotonic_ns()}.log"
        with self.log.open("wb") as log:
            self.running = subprocess.Popen(
                [home / "bin" / "spark-class", main, *map(str, (*web, *args))],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env=os.environ | {
                    "SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_WORKER_DIR": str(folder / "work"),
                    "SPARK_DAEMON_MEMORY": "256m", "SPARK_DAEMON_JAVA_OPTS": _SMALL,
                },
            )  # fmt: skip

    def until(self, words: str) -> None:
        end = time.monotonic() + _SECONDS
        while words not in self.log.read_text(errors="replace"):
            assert self.running.poll() is None, self.log.read_text(errors="replace")
            assert time.monotonic() < end, self.log.read_text(errors="replace")
            time.sleep(0.05)

    def end(self, how: signal.Signals = signal.SIGKILL) -> None:
        if self.running.poll() is None:
            os.killpg(self.running.pid, how)
        self.running.wait()


class Cluster:
    """What a test speaks to: ``url``, and ``workers`` that may be killed."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self.url = f"spark://127.0.0.1:{port}"
        self._folder = folder
        self.master = Process("Master", "--port", port, folder=folder)
        self.master.until("New state: ALIVE")
        self.workers: list[Process] = []

    def hire(self, count: int) -> None:
        for _ in range(count):
            worker = Process("Worker", "--cores", 1, "--memory", "512m", self.url, folder=self._folder)
            self.workers.append(worker)
        for worker in self.workers:
            worker.until("Successfully registered with master")

    def end(self) -> None:
        for one in (*self.workers, self.master):
            one.end()


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """A cluster that has no workers yet; what Spark is to know of it stands in ``spark-defaults.conf`` meanwhile."""
    (folder / "spark-defaults.conf").write_text(_DEFAULTS, "utf-8")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("SPARK_CONF_DIR", str(folder))
        patched.setenv("SPARK_LAUNCHER_OPTS", _SMALL)
        made = Cluster(folder)
        try:
            yield made
        finally:
            made.end()


def need_spark() -> None:
    pytest.importorskip("pyspark", reason="the extra 'spark' is not installed")
    pytest.importorskip("pyarrow", reason="the extra 'spark' is not installed")
    if sys.platform == "win32" or not shutil.which("java"):
        pytest.skip("no Java, or no bash to start it")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port

"""Work in a process of its own, so that its time and its memory are its own."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["ONE_THREAD", "Run", "apart", "best"]

ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


class Run(NamedTuple):
    """The shortest of some runs in processor ``seconds``, the most memory in bytes, and what came of it."""

    seconds: float
    memory: int
    result: Any


def best(work: Callable[[], Any], times: int) -> tuple[float, Any]:
    """The shortest of some runs in processor seconds (of all threads), and what came of the last."""
    seconds, result = float("inf"), None
    for _ in range(times):
        result = None
        begun = time.process_time()
        result = work()
        seconds = min(seconds, time.process_time() - begun)
    return seconds, result


def apart(work: Callable[..., Any], *given: Any, times: int = 3, one_core: bool = False) -> Run:
    """What ``work`` returns, which must be short; arithmetic takes one thread, all of it one core if that is asked."""
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context) as pool:
        return pool.submit(_run, work, given, times, one_core).result()


def _run(work: Callable[..., Any], given: tuple[Any, ...], times: int, one_core: bool) -> Run:
    if one_core and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    seconds, result = best(lambda: work(*given), times)
    return Run(seconds, _memory(), result)


def _memory() -> int:
    """The most this process had; 0 where the system does not say."""
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="ascii").splitlines() if status.exists() else []
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)

"""The same work on many jobs, in several processes, the results in the order of the jobs."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from multiprocessing.process import BaseProcess
from typing import TypeVar

from cemaudit.errors import BadEnvironment, Problem
from cemaudit.language import Language, current, message, use

__all__ = ["ignore_progress", "run_jobs", "start_worker"]

_AHEAD = 2

Job = TypeVar("Job")
Result = TypeVar("Result")


def ignore_progress(_: int) -> None:
    """Tell nobody how far a run is."""


def run_jobs(processes: int, work: Callable[[Job], Result], jobs: Iterable[Job]) -> Iterator[Result]:
    """Yield what ``work`` makes of each job, in order; in this process where there is one job or one process.

    ``work`` must be a function of a module. ``BadEnvironment`` where a process was ended from outside.
    """
    left = iter(jobs)
    # For a single job no further process is worth its start.
    first = list(islice(left, 2))
    if processes == 1 or len(first) < 2:
        yield from map(work, chain(first, left))
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, start_worker, (current(),)) as pool:
        try:
            yield from _results(pool, work, chain(first, left), processes + _AHEAD)
        except BrokenProcessPool as error:
            hint = message("run the same again: what is done stays done")
            raise BadEnvironment(Problem(message("a worker process was killed"), hint=hint)) from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _results(
    pool: ProcessPoolExecutor, work: Callable[[Job], Result], jobs: Iterable[Job], ahead: int
) -> Iterator[Result]:
    # A few jobs ahead of the processes, no more: jobs and results are large, and come in the order of the jobs.
    waiting: deque[Future[Result]] = deque()
    for job in jobs:
        waiting.append(pool.submit(work, job))
        if len(waiting) >= ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def start_worker(language: Language) -> None:
    """Let this process be one of several of a program: it ends when the first one does, whatever ended that."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is the first process that stops
    first = multiprocessing.parent_process()
    if first:
        threading.Thread(target=_end_with, args=(first,), daemon=True).start()
    use(language).__enter__()


def _end_with(first: BaseProcess) -> None:
    first.join()
    # At once, whatever the worker is doing: nobody waits for its results any more.
    os._exit(1)

"""Visits looked through in several processes, given back in the order they came."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain
from pathlib import Path

from cemaudit.errors import BadEnvironment, Problem
from cemaudit.exchange.sealed.names import is_sealed
from cemaudit.language import Language, current, message
from cemaudit.ledger.examining import Examined, Examiner, Rules
from cemaudit.ledger.processes import begin_beside
from cemaudit.ledger.sources import Piece

__all__ = ["Workers", "processors"]

FEW = 1_500
"""Visits for which no further process is started."""

_FILES_AT_ONCE = 20
_AHEAD = 3

Content = Sequence[bytes | None] | Path
Group = list[Piece]


class Workers:
    """Examines pieces by ``rules`` in ``processes`` processes; in this one where there is only one, or little to do."""

    def __init__(self, rules: Rules, processes: int) -> None:
        self._rules, self._processes = rules, processes
        self._own = Examiner(rules)
        self._pool: ProcessPoolExecutor | None = None

    def examined(self, pieces: Iterable[Piece]) -> Iterator[tuple[Piece, list[Examined]]]:
        """Each piece with what its visits are, in order; ``BadEnvironment`` where a process was ended from outside."""
        groups = _grouped(pieces)
        few = list(_few(groups))
        rest = next(groups, None) if self._processes > 1 else None
        if rest is not None:
            yield from self._by_others(chain(few, [rest], groups))
            return
        for group in chain(few, groups):
            yield from zip(group, _examined(self._own, [piece.content for piece in group]), strict=True)

    def close(self) -> None:
        """End the processes."""
        if self._pool:
            self._pool.shutdown(cancel_futures=True)

    def _by_others(self, groups: Iterable[Group]) -> Iterator[tuple[Piece, list[Examined]]]:
        pool = self._pool = self._pool or self._begun()
        waiting: deque[tuple[Group, Future[list[list[Examined]]]]] = deque()
        try:
            for group in groups:
                waiting.append((group, pool.submit(_examined_there, [piece.content for piece in group])))
                if len(waiting) > _AHEAD * self._processes:
                    yield from _next(waiting)
            while waiting:
                yield from _next(waiting)
        except BrokenProcessPool as error:
            self._pool = None
            hint = message("run the same again: nothing is collected twice")
            raise BadEnvironment(Problem(message("a process that reads visits was ended"), hint=hint)) from error

    def _begun(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self._processes, context, _begin, (self._rules, current()))


def processors() -> int:
    """How many processors this program may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _next(waiting: deque[tuple[Group, Future[list[list[Examined]]]]]) -> Iterator[tuple[Piece, list[Examined]]]:
    group, future = waiting.popleft()
    yield from zip(group, future.result(), strict=True)


def _grouped(pieces: Iterable[Piece]) -> Iterator[Group]:
    """Sealed files some at once; what may hold many visits by itself."""
    group: Group = []
    for piece in pieces:
        group.append(piece)
        if len(group) == _FILES_AT_ONCE or not (isinstance(piece.content, Path) and is_sealed(piece.content)):
            yield group
            group = []
    if group:
        yield group


def _few(groups: Iterable[Group]) -> Iterator[Group]:
    """The groups up to the first ``FEW`` visits."""
    visits = 0
    for group in groups:
        yield group
        visits += sum(1 if isinstance(piece.content, Path) else len(piece.content) for piece in group)
        if visits > FEW:
            return


def _examined(examiner: Examiner, contents: Sequence[Content]) -> list[list[Examined]]:
    return [examiner.file(one) if isinstance(one, Path) else examiner.lines(one) for one in contents]


_there: list[Examiner] = []
"""The examiner of a further process."""


def _begin(rules: Rules, language: Language) -> None:
    begin_beside(language)
    _there.append(Examiner(rules))


def _examined_there(contents: Sequence[Content]) -> list[list[Examined]]:
    return _examined(_there[0], contents)

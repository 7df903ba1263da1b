"""One filled-in form as a server or phone gives it: values by path, who it is, and its attachments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Self

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.submissions.attachments import Attachments
from cemaudit.exchange.submissions.columns import is_ending
from cemaudit.reading import read_day, read_moment, read_whole

__all__ = ["Identity", "Submission", "Submissions"]

_PREFIX = "uuid:"


@dataclass(frozen=True)
class Identity:
    """Which submission this is.

    ``own`` is new with every edit, ``first`` that of the first sending where it is known, ``replaces`` that of the one
    before. ``edits`` counts edits, ``received`` is when the server got it. Empty, 0 or ``None`` where nothing is said.
    """

    own: str = ""
    first: str = ""
    replaces: str = ""
    edits: int = 0
    received: datetime | None = None

    @classmethod
    def of(cls, own: str, first: str, replaces: str, edits: str = "", received: str = "") -> Self:
        """The same from an export's texts; ids lose their ``uuid:``."""
        own, first, replaces = (one.strip().removeprefix(_PREFIX) for one in (own or first, first, replaces))
        return cls(own, first, replaces, _whole(edits), _moment(received))

    @property
    def ids(self) -> frozenset[str]:
        """All ids under which its attachments may be kept."""
        return frozenset({self.own, self.first, self.replaces} - {""})


@dataclass(frozen=True)
class Submission:
    """One filled-in form; ``values`` are by path (see ``columns``), the empty ones left out.

    ``place`` and ``number`` say where it stands, ``form`` what the form calls itself (``id@version``), ``rejected``
    that it was refused on the server. With a ``problem`` it cannot be read further.
    """

    place: str
    number: int
    identity: Identity
    values: Mapping[str, str]
    files: Attachments
    form: str = ""
    rejected: bool = False
    problem: Problem | None = None

    def value(self, name: str) -> str:
        """The value of the field with that flat name, wherever it lies; nothing where there is none."""
        return next((text for path, text in self.values.items() if is_ending(path, name)), "")


@dataclass(frozen=True)
class Submissions:
    """All submissions of an export, in its order; to be closed after use.

    ``notices`` say what was left aside, ``problems`` what else in the export cannot be read.
    """

    place: str
    all: tuple[Submission, ...]
    notices: tuple[Problem, ...] = ()
    problems: tuple[Problem, ...] = ()
    close: Callable[[], None] = field(default=lambda: None, repr=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _whole(text: str) -> int:
    """The number of edits an export writes; 0 where it writes none."""
    try:
        return read_whole(text)
    except BadInput:
        return 0


def _moment(text: str) -> datetime | None:
    """The moment an export writes; one without a zone is in UTC, as servers keep it."""
    try:
        return read_moment(text, lambda moment: moment.replace(tzinfo=UTC))
    except BadInput:
        pass
    try:
        return datetime.combine(read_day(text), time(), UTC)
    except BadInput:
        return None

"""A submission: its columns, its cells, its status and the files attached to it.

``group/field`` in KoboToolbox exports (or with another mark), ``group-field`` in those of ODK Central, and the path of
elements in XML. Names may hold such marks, too, so the name is the longest end of a path that is known. Questions with
several answers may have a column of 0 and 1 for each option, ``field/option``, beside their own or without it.

ODK Central ("Exporting form submissions to CSV", Central API): ``SubmissionDate``, the fields with their groups before
them joined by ``-`` (or without, as asked), ``KEY`` (the id of the first sending, through all edits), ``SubmitterID``,
``SubmitterName``, ``AttachmentsPresent``, ``AttachmentsExpected``, ``Status`` (says when a submission could not be
decrypted), ``ReviewState``, ``DeviceID``, ``Edits``, ``FormVersion``. Tables of repeats have a ``PARENT_KEY``.

KoboToolbox ("Exporting and downloading your data", with "XML values and headers"): CSV with semicolons, or XLSX; the
fields, with their groups before them joined by ``/`` where asked for; columns ``field/option`` beside questions with
several answers, ``field_URL`` beside media; then ``_id``, ``_uuid``, ``_submission_time``, ``_validation_status``,
``_notes``, ``_status``, ``_submitted_by``, ``__version__``, ``_tags``, ``meta/rootUuid``, ``_index``.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from functools import cached_property
from typing import Self

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.forms.fields import FieldKind, Form, Role
from cemaudit.exchange.forms.making import CHECKLIST, PREFIX
from cemaudit.exchange.submissions.archive import SubmittedFile
from cemaudit.language import Message, message
from cemaudit.reading import read_day, read_moment, read_whole

__all__ = [
    "AttachmentFiles",
    "Attachments",
    "FieldPaths",
    "Identity",
    "Submission",
    "SubmissionTableHeader",
    "Submissions",
    "ending",
    "is_ending",
    "locked_hint",
    "without_options",
]

_KEPT_BY_SERVERS = re.compile(r"[^\w.-]")
_MARKS = frozenset("/-:.|")
_OPTION_MARK = "/"
_OF_PHONES = ("proof", "skip")
_SILENT = frozenset({f"{PREFIX}read"})
"""Fields of our forms that say nothing of the visit."""

_PREFIX = "uuid:"
_STORE = f"{PREFIX}store"

_META = frozenset({"instanceID", "instanceName", "deprecatedID", "rootUuid"})
_CENTRAL = (
    "SubmissionDate", "KEY", "SubmitterID", "SubmitterName", "AttachmentsPresent", "AttachmentsExpected", "Status",
    "ReviewState", "DeviceID", "Edits", "FormVersion",
)  # fmt: skip
_REJECTED = {"rejected", "validation_status_not_approved", "not approved"}


class AttachmentFiles:
    """The files of an export, by the last part of their names."""

    def __init__(self, entries: Iterable[SubmittedFile] = ()) -> None:
        self._entries = tuple(entries)

    def named(self, base: str) -> list[SubmittedFile]:
        """The files of that name; else those whose name is what servers make of it."""
        return self._by_base.get(base) or self._by_kept_name.get(_kept_name(base), [])

    @cached_property
    def _by_base(self) -> dict[str, list[SubmittedFile]]:
        return _grouped((entry.base, entry) for entry in self._entries)

    @cached_property
    def _by_kept_name(self) -> dict[str, list[SubmittedFile]]:
        return _grouped((_kept_name(entry.base), entry) for entry in self._entries)


def _grouped(pairs: Iterable[tuple[str, SubmittedFile]]) -> dict[str, list[SubmittedFile]]:
    groups: dict[str, list[SubmittedFile]] = defaultdict(list)
    for key, entry in pairs:
        groups[key].append(entry)
    return dict(groups)


def _kept_name(base: str) -> str:
    """A file name as servers keep it: blanks become ``_``, other marks are dropped."""
    return _KEPT_BY_SERVERS.sub("", unicodedata.normalize("NFC", base).strip().replace(" ", "_"))


@dataclass(frozen=True)
class Attachments:
    """What of ``shelf`` belongs to one submission.

    Those in ``folder`` alone where it is given. Else those below a folder named by one of ``own`` ids, else any that
    does not lie below a folder named by another submission's id (``others``).
    """

    shelf: AttachmentFiles
    folder: str | None = None
    own: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()

    def find(self, stated: str) -> SubmittedFile:
        """The file a value states, by the last part of what it says.

        ``BadInput`` where there is none, or several of that name could be meant.
        """
        base = unicodedata.normalize("NFC", stated.replace("\\", "/").rpartition("/")[2])
        candidates = self._ours(self.shelf.named(base))
        if not candidates:
            hint = message("export the media files too, and give them with --media where they come by themselves")
            raise BadInput(Problem(message("no such file in the export: {name}", name=base), hint=hint))
        if len(candidates) > 1:
            cause = message("several files are named {name}; it is not clear which one belongs here", name=base)
            raise BadInput(Problem(cause, hint=message("export the submission by itself, or its XML")))
        return candidates[0]

    def _ours(self, entries: list[SubmittedFile]) -> list[SubmittedFile]:
        if self.folder is not None:
            return [entry for entry in entries if entry.folder == self.folder]
        above = [(entry, set(entry.name.split("/")[:-1])) for entry in entries]
        own = [entry for entry, parts in above if parts & self.own]
        return own or [entry for entry, parts in above if not parts & self.others]


def ending(path: str, names: Collection[str]) -> str | None:
    """Which of ``names`` the path ends in, if any; the longest."""
    return next((end for end in _ends(path) if end in names), None)


def is_ending(path: str, name: str) -> bool:
    """Whether ``path`` is ``name``, or ends with it after a mark."""
    return path == name or (path.endswith(name) and path[-len(name) - 1] in _MARKS)


def without_options(paths: Iterable[str]) -> list[str]:
    """The paths but those of single options whose question has a path of its own."""
    distinct = dict.fromkeys(paths)
    return [path for path in distinct if path.rpartition(_OPTION_MARK)[0] not in distinct]


class FieldPaths:
    """The flat names of a form, found in paths."""

    def __init__(self, form: Form) -> None:
        answers = [name for name, field in form.fields.items() if field.role is Role.ANSWER]
        self._names = frozenset(form.fields) | {f"{name}__{part}" for name in answers for part in _OF_PHONES}
        self._options = {
            name: frozenset(option.code for option in field.options)
            for name, field in form.fields.items()
            if field.kind is FieldKind.MANY
        }
        self._found: dict[str, str] = {}

    def named(self, values: Mapping[str, str]) -> dict[str, str]:
        """The path of each value by its name (or ``name/option``).

        A path that ends in no name, or in one that another has already, stays as it is; what says nothing of the visit
        is left out.
        """
        paths: dict[str, str] = {}
        for path in values:
            if path not in self._found:
                self._found[path] = self._name(path)
            name = self._found[path]
            if name not in _SILENT:
                paths[path if name in paths else name] = path
        return paths

    def _name(self, path: str) -> str:
        question, _, option = path.rpartition(_OPTION_MARK)
        above = ending(question, self._names)
        if above and option in self._options.get(above, ()):
            return f"{above}{_OPTION_MARK}{option}"
        return ending(path, self._names | _SILENT) or path


def _ends(path: str) -> Iterator[str]:
    yield path
    yield from (path[place + 1 :] for place, char in enumerate(path) if char in _MARKS)


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
        own, first, replaces = (text.strip().removeprefix(_PREFIX) for text in (own or first, first, replaces))
        return cls(own, first, replaces, _whole(edits), _moment(received))

    @property
    def ids(self) -> frozenset[str]:
        """All ids under which its attachments may be kept."""
        return frozenset({self.own, self.first, self.replaces} - {""})


@dataclass(frozen=True)
class Submission:
    """One filled-in form; ``values`` are by path (see above), the empty ones left out.

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


class SubmissionTableHeader:
    """The columns of a table, and what they say of each row (text by column)."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._is_central = {"SubmissionDate", "KEY"} <= set(columns)
        self._is_kobo = {"_uuid", "_submission_time"} <= set(columns)
        self._meta = {name: column for column in columns if (name := ending(column, _META))}
        own = {*self._meta.values(), *(_CENTRAL if self._is_central else ())}
        self._fields = [name for name in without_options(columns) if name not in own and not name.startswith("_")]
        self._is_of_repeats = "PARENT_KEY" in columns or "_parent_index" in columns
        # With labels for headers KoboToolbox still calls by its name what has no label, as the checklist's reference.
        names = (CHECKLIST, _STORE) if self._is_kobo else (CHECKLIST,)
        self._missing = next((name for name in names if not any(is_ending(column, name) for column in columns)), "")

    @property
    def is_of_server(self) -> bool:
        """Whether a server wrote the table: it has columns of its own beside those of the form."""
        return self._is_central or self._is_kobo or "instanceID" in self._meta

    @property
    def refusal(self) -> Problem | None:
        """Why the table holds no submissions of our forms, if so."""
        if not self._missing:
            return None
        if self._is_of_repeats:
            return Problem(message("the table of a repeat, which is left out"))
        hint = message("is this the export of a form made by 'cemaudit form'?")
        if self._is_kobo:
            hint = message("export with 'XML values and headers'")
        return Problem(message("no column {name}", name=self._missing), hint=hint)

    def identity(self, cells: Mapping[str, str]) -> Identity:
        """Which submission a row is."""

        def id_of(*columns: str) -> str:
            return next((cells[column] for column in columns if cells.get(column)), "")

        meta = self._meta
        return Identity.of(
            own=id_of(meta.get("instanceID", ""), "_uuid"),
            first=id_of(meta.get("rootUuid", ""), *(["KEY"] if self._is_central else [])),
            replaces=id_of(meta.get("deprecatedID", "")),
            edits=id_of("Edits") if self._is_central else "",
            received=id_of("SubmissionDate") if self._is_central else id_of("_submission_time"),
        )

    def values(self, cells: Mapping[str, str]) -> dict[str, str]:
        """What a row holds in the form's own fields, by path."""
        return {column: cells[column] for column in self._fields if cells.get(column)}

    def is_rejected(self, cells: Mapping[str, str]) -> bool:
        """Whether the submission was refused on the server."""
        state = cells.get("ReviewState" if self._is_central else "_validation_status", "")
        return state.casefold() in _REJECTED

    def problem(self, cells: Mapping[str, str]) -> Problem | None:
        """Why the row holds no readable submission, where the server says so."""
        status = cells.get("Status", "") if self._is_central else ""
        if not status:
            return None
        return Problem(message("not decrypted on the server ({status})", status=status), "Status", locked_hint())


def locked_hint() -> Message:
    """What to do about an encrypted submission."""
    return message("export it decrypted, with the form's passphrase or private key")

"""The files that belong to a submission, found by the names its values state."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.submissions.entries import SubmittedFile
from cemaudit.language import message

__all__ = ["AttachmentFiles", "Attachments"]

_KEPT_BY_SERVERS = re.compile(r"[^\w.-]")


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
        found = self._ours(self.shelf.named(base))
        if not found:
            hint = message("export the media files too, and give them with --media where they come by themselves")
            raise BadInput(Problem(message("no such file in the export: {name}", name=base), hint=hint))
        if len(found) > 1:
            what = message("several files are named {name}; it is not clear which one belongs here", name=base)
            raise BadInput(Problem(what, hint=message("export the submission by itself, or its XML")))
        return found[0]

    def _ours(self, entries: list[SubmittedFile]) -> list[SubmittedFile]:
        if self.folder is not None:
            return [entry for entry in entries if entry.folder == self.folder]
        above = [(entry, set(entry.name.split("/")[:-1])) for entry in entries]
        own = [entry for entry, parts in above if parts & self.own]
        return own or [entry for entry, parts in above if not parts & self.others]

"""Submissions as a table, one a row, as ODK Central and KoboToolbox export them.

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

from collections.abc import Mapping, Sequence

from cemaudit.errors import Problem
from cemaudit.exchange.submissions.columns import ending, is_ending, without_options
from cemaudit.exchange.submissions.submission import Identity
from cemaudit.language import Message, message

__all__ = ["CHECKLIST", "SubmissionTableHeader", "locked_hint"]

CHECKLIST = "visit__checklist"
"""The field of every form of ours that says which checklist it answers."""

_META = frozenset({"instanceID", "instanceName", "deprecatedID", "rootUuid"})
_CENTRAL = (
    "SubmissionDate", "KEY", "SubmitterID", "SubmitterName", "AttachmentsPresent", "AttachmentsExpected", "Status",
    "ReviewState", "DeviceID", "Edits", "FormVersion",
)  # fmt: skip
_REJECTED = {"rejected", "validation_status_not_approved", "not approved"}


class SubmissionTableHeader:
    """The columns of a table, and what they say of each row (text by column)."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._is_central = {"SubmissionDate", "KEY"} <= set(columns)
        self._is_kobo = {"_uuid", "_submission_time"} <= set(columns)
        self._meta = {name: column for column in columns if (name := ending(column, _META))}
        own = {*self._meta.values(), *(_CENTRAL if self._is_central else ())}
        self._fields = [one for one in without_options(columns) if one not in own and not one.startswith("_")]
        self._is_of_repeats = "PARENT_KEY" in columns or "_parent_index" in columns
        self._is_ours = any(is_ending(column, CHECKLIST) for column in columns)

    @property
    def is_of_server(self) -> bool:
        """Whether a server wrote the table: it has columns of its own beside those of the form."""
        return self._is_central or self._is_kobo or "instanceID" in self._meta

    @property
    def refusal(self) -> Problem | None:
        """Why the table holds no submissions of our forms, if so."""
        if self._is_ours:
            return None
        if self._is_of_repeats:
            return Problem(message("the table of a repeat, which is left out"))
        hint = message("is this the export of a form made by 'cemaudit form'?")
        if self._is_kobo:
            hint = message("export with 'XML values and headers'")
        return Problem(message("no column {name}", name=CHECKLIST), hint=hint)

    def identity(self, cells: Mapping[str, str]) -> Identity:
        """Which submission a row is."""

        def said(*columns: str) -> str:
            return next((cells[column] for column in columns if cells.get(column)), "")

        meta = self._meta
        return Identity.of(
            own=said(meta.get("instanceID", ""), "_uuid"),
            first=said(meta.get("rootUuid", ""), *(["KEY"] if self._is_central else [])),
            replaces=said(meta.get("deprecatedID", "")),
            edits=said("Edits") if self._is_central else "",
            received=said("SubmissionDate") if self._is_central else said("_submission_time"),
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

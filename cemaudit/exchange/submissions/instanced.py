"""The submissions of XML files, each with the attachments in its own folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.submissions.attachments import AttachmentFiles, Attachments
from cemaudit.exchange.submissions.entries import SubmittedFile
from cemaudit.exchange.submissions.instance import Instance, read_instance
from cemaudit.exchange.submissions.sheet import locked_hint
from cemaudit.exchange.submissions.submission import Identity, Submission
from cemaudit.language import message

__all__ = ["LARGEST", "instance_submissions"]

LARGEST = 5_000_000
"""Bytes of one submission."""


def instance_submissions(
    entries: Iterable[SubmittedFile], shelf: AttachmentFiles, notices: list[Problem]
) -> Iterator[Submission]:
    """The submissions among ``entries``; one that cannot be read comes with its problem.

    What is left aside goes to ``notices``.
    """
    number = 0
    for entry in entries:
        files = Attachments(shelf, folder=entry.folder)
        try:
            instance = read_instance(BytesIO(entry.read(LARGEST)))
        except BadInput as error:
            number += 1
            problem = Problem(error.problems[0].what, hint=error.problems[0].hint)
            yield Submission(entry.name, number, Identity(), {}, files, problem=problem)
            continue
        if instance is None:
            notices.append(Problem(message("left aside: an XML file, but no submission"), entry.name))
            continue
        number += 1
        notices += _repeats(instance, entry.name)
        yield _submission(instance, entry.name, number, files)


def _submission(instance: Instance, place: str, number: int, files: Attachments) -> Submission:
    problem = Problem(message("an encrypted submission"), hint=locked_hint()) if instance.is_encrypted else None
    return Submission(place, number, instance.identity, instance.values, files, instance.form, problem=problem)


def _repeats(instance: Instance, place: str) -> Iterator[Problem]:
    if instance.repeats:
        names = ", ".join(instance.repeats)
        yield Problem(message("repeats are left out: {names}", names=names), place)

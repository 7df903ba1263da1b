"""The same submission several times: edited on the server, sent twice, exported twice.

Submissions are the same one where their ids lead to the same first sending. Equal contents count once. Where contents
differ, the one counts that no other one replaces; of several, the one edited most often, then the one received last.
Where nothing tells them apart, none of them counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cemaudit.errors import Problem
from cemaudit.exchange.submissions.submission import Submission
from cemaudit.language import message

__all__ = ["SubmissionStatus", "told_apart"]

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass
class SubmissionStatus:
    """What is left of one submission: ``kept`` (or nothing), how many ``again``, what is to be told."""

    id: str
    kept: Submission | None
    again: tuple[Submission, ...] = ()
    unclear: tuple[Submission, ...] = ()
    notices: list[Problem] = field(default_factory=list)


def told_apart(submissions: Sequence[Submission]) -> list[SubmissionStatus]:
    """One standing for each submission, in the order of those kept; ``id`` is that of the first sending, or nothing."""
    groups: dict[object, list[Submission]] = {}
    before = {one.identity.own: one.identity.replaces for one in submissions if one.identity.replaces}
    for number, one in enumerate(submissions):
        groups.setdefault(_first(one, before) or number, []).append(one)
    return [_standing(key if isinstance(key, str) else "", group) for key, group in groups.items()]


def _first(submission: Submission, before: dict[str, str]) -> str:
    """The id of the first sending, as far back as it is known."""
    if submission.identity.first:
        return submission.identity.first
    known = submission.identity.own
    seen = set()
    while known in before and known not in seen:
        seen.add(known)
        known = before[known]
    return known


def _standing(first: str, group: Sequence[Submission]) -> SubmissionStatus:
    if len(group) == 1:
        return SubmissionStatus(first, group[0])
    last = _last(group)
    if last is None:
        return SubmissionStatus(first, None, unclear=tuple(group))
    others = tuple(one for one in group if one is not last)
    return SubmissionStatus(first, last, others, notices=list(_changed(last, others)))


def _last(group: Sequence[Submission]) -> Submission | None:
    """The one that counts; ``None`` where nothing says which."""
    replaced = {one.identity.replaces for one in group if one.identity.replaces != one.identity.own} - {""}
    standing = [one for one in group if one.identity.own not in replaced]
    if not standing:
        return None
    last = max(standing, key=_order)
    rivals = (one for one in standing if _order(one) == _order(last))
    return last if all(_content(one) == _content(last) for one in rivals) else None


def _order(submission: Submission) -> tuple[int, datetime]:
    return submission.identity.edits, submission.identity.received or _NEVER


def _content(submission: Submission) -> object:
    return submission.values, submission.rejected, submission.problem is None


def _changed(last: Submission, others: Iterable[Submission]) -> Iterable[Problem]:
    for other in others:
        if _content(other) != _content(last):
            yield Problem(message("left out, because {place} is a later state of it", place=last.place), other.place)

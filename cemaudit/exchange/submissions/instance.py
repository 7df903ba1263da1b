"""Submissions as OpenRosa XML, one to a file.

The root is the form (``id``, ``version``), below it groups and fields in any namespace, and ``meta`` with
``instanceID``; a submission edited on a server says in ``deprecatedID`` which one it takes the place of, and
KoboToolbox in ``rootUuid`` which was the first. (OpenRosa metadata schema; ODK XForms specification, "Metadata".)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import IO

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.submissions.archive import SubmittedFile
from cemaudit.exchange.submissions.submission import AttachmentFiles, Attachments, Identity, Submission, locked_hint
from cemaudit.exchange.xml import parse_xml
from cemaudit.language import message
from cemaudit.model.base import clean

__all__ = ["LARGEST", "Instance", "instance_submissions", "read_instance"]

MOST_ELEMENTS = 100_000
LARGEST = 5_000_000
"""Bytes of one submission."""


@dataclass(frozen=True)
class Instance:
    """What one XML file holds: values by path, and the names of the repeats that were left out."""

    identity: Identity
    form: str
    values: dict[str, str]
    repeats: tuple[str, ...]
    is_encrypted: bool = False


@dataclass
class _Element:
    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[_Element] = field(default_factory=list)
    chunks: list[str] = field(default_factory=list)

    def child(self, name: str) -> _Element | None:
        return next((child for child in self.children if child.name == name), None)

    def text_of(self, name: str) -> str:
        child = self.child(name)
        return child.text if child else ""

    @property
    def text(self) -> str:
        return clean("".join(self.chunks))


def read_instance(file: IO[bytes]) -> Instance | None:
    """The submission in an XML file; ``None`` where it holds another thing. ``BadInput`` where it cannot be read."""
    builder = _Builder()
    parse_xml(file, builder)
    root = builder.top.children[0]
    meta = root.child("meta")
    if meta is None and "instanceID" not in root.attributes:
        return None
    values, repeats = _flattened(root)
    return Instance(
        identity=_identity(root, meta or _Element("meta")),
        form="@".join(filter(None, (root.attributes.get("id"), root.attributes.get("version")))),
        values=values,
        repeats=repeats,
        is_encrypted=root.attributes.get("encrypted") == "yes" or root.child("encryptedXmlFile") is not None,
    )


def _identity(root: _Element, meta: _Element) -> Identity:
    return Identity.of(
        own=meta.text_of("instanceID") or root.attributes.get("instanceID", ""),
        first=meta.text_of("rootUuid"),
        replaces=meta.text_of("deprecatedID"),
        received=root.attributes.get("submissionDate", ""),
    )


def _flattened(root: _Element) -> tuple[dict[str, str], tuple[str, ...]]:
    """Values by path, and the paths of what comes several times at one place: repeats."""
    values: dict[str, str] = {}
    repeats: dict[str, None] = {}
    for path, element in _leaves(root, ""):
        if element is None:
            repeats[path] = None
        elif element.text:
            values[path] = element.text
    return values, tuple(repeats)


def _leaves(above: _Element, prefix: str) -> Iterator[tuple[str, _Element | None]]:
    counts = Counter(child.name for child in above.children)
    for child in above.children:
        path = prefix + child.name
        if path == "meta":
            continue
        if counts[child.name] > 1:
            yield path, None
        elif child.children:
            yield from _leaves(child, f"{path}/")
        else:
            yield path, child


class _Builder:
    """Makes elements of what the parser tells, without their namespaces."""

    def __init__(self) -> None:
        self.top = _Element("")
        self._open = [self.top]
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MOST_ELEMENTS:
            raise BadInput(Problem(message("more than {most} elements", most=MOST_ELEMENTS)))
        element = _Element(name.rpartition("}")[2], attributes)
        self._open[-1].children.append(element)
        self._open.append(element)

    def end(self) -> None:
        self._open.pop()

    def data(self, text: str) -> None:
        self._open[-1].chunks.append(text)


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

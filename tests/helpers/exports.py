"""What phones send and servers export, written as they do.

ODK Central: "Exporting form submissions to CSV" of its API documentation, and its `briefcase.js`. KoboToolbox: its
`formpack` (headers, joined and split questions, copied fields) and the paths its media zip keeps attachments under.
XML: the OpenRosa metadata schema, as ODK Collect and Briefcase store instances.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from cemaudit.errors import BadInput

Values = Mapping[str, str]
"""Texts by path, ``group/field``."""


@dataclass(frozen=True)
class Sent:
    """One filled-in form on its way: values by path, attachments by name."""

    id: str
    values: Values
    files: Mapping[str, bytes] = field(default_factory=dict)
    received: str = "2026-11-21T12:10:00.000Z"
    edits: int = 0
    state: str = ""
    replaces: str = ""
    own: str = ""

    @property
    def instance(self) -> str:
        """The id of this state of it."""
        return self.own or self.id


def grouped(flat: Mapping[str, str], groups: Mapping[str, str]) -> dict[str, str]:
    """Flat names as paths: ``groups`` says in which group a name lies."""
    return {f"{groups[name]}/{name}" if name in groups else name: text for name, text in flat.items()}


def _columns(sent: Iterable[Sent]) -> list[str]:
    return list(dict.fromkeys(path for one in sent for path in one.values))


def _written(rows: Iterable[Sequence[Any]], **style: Any) -> bytes:
    text = io.StringIO()
    csv.writer(text, **style).writerows(rows)
    return text.getvalue().encode()


def central_csv(
    sent: Sequence[Sent], *, groups: bool = True, options: Mapping[str, Sequence[str]] | None = None
) -> bytes:
    """ODK Central's main table; ``options`` splits questions with several answers, as is asked for there."""
    columns = _columns(sent)
    mark = "-" if groups else None
    header = ["SubmissionDate"]
    for path in columns:
        name = path.replace("/", mark) if mark else path.rpartition("/")[2]
        header += [name, *(f"{name}/{code}" for code in (options or {}).get(path, ()))]
    header += [
        "meta-instanceID" if groups else "instanceID", "KEY", "SubmitterID", "SubmitterName", "AttachmentsPresent",
        "AttachmentsExpected", "Status", "ReviewState", "DeviceID", "Edits", "FormVersion",
    ]  # fmt: skip
    rows: list[list[Any]] = [header]
    for one in sent:
        row: list[Any] = [one.received]
        for path in columns:
            text = one.values.get(path, "")
            row += [text, *(int(code in text.split()) for code in (options or {}).get(path, ()))]
        row += [f"uuid:{one.instance}", f"uuid:{one.id}", "21", "s-12", len(one.files), len(one.files), "", one.state]
        rows.append([*row, "collect:abc", one.edits, "1.0.0"])
    return _written(rows)


def central_zip(path: Path, sent: Sequence[Sent], more: Mapping[str, bytes] | None = None, **style: Any) -> Path:
    """ODK Central's zip: the table, and all attachments in one folder ``media``."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("shop.csv", central_csv(sent, **style))
        for one in sent:
            for name, content in one.files.items():
                archive.writestr(f"media/{name}", content)
        for name, content in (more or {}).items():
            archive.writestr(name, content)
    return path


_KOBO = ("_id", "_uuid", "_submission_time", "_validation_status", "_notes", "_status", "_submitted_by", "__version__")


def kobo_rows(
    sent: Sequence[Sent],
    *,
    groups: bool = True,
    mark: str = "/",
    options: Mapping[str, Sequence[str]] | None = None,
    joined: bool = True,
) -> list[list[Any]]:
    """KoboToolbox's table: ``options`` by path are columns of their own, beside the joined one or without it."""
    columns = _columns(sent)
    split = options or {}
    header: list[Any] = []
    for path in columns:
        name = path.replace("/", mark) if groups else path.rpartition("/")[2]
        header += [name] if joined or path not in split else []
        header += [f"{name}/{code}" for code in split.get(path, ())]
    rows = [[*header, *_KOBO, "_tags", "meta/rootUuid", "_index"]]
    for number, one in enumerate(sent, 1):
        row: list[Any] = []
        for path in columns:
            text = one.values.get(path, "")
            row += [text] if joined or path not in split else []
            row += [str(int(code in text.split())) if text else "" for code in split.get(path, ())]
        row += [1000 + number, one.instance, one.received.removesuffix(".000Z"), one.state, "", "submitted_via_web", ""]
        rows.append([*row, "vA1b2C3", "", f"uuid:{one.id}", number])
    return rows


def kobo_csv(sent: Sequence[Sent], *, delimiter: str = ";", **style: Any) -> bytes:
    """KoboToolbox's CSV, every cell in quotation marks."""
    return _written(kobo_rows(sent, **style), delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")


def kobo_media(path: Path, sent: Sequence[Sent]) -> Path:
    """KoboToolbox's media zip: a folder for each submission, below those of the user and the form."""
    with zipfile.ZipFile(path, "w") as archive:
        for one in sent:
            for name, content in one.files.items():
                archive.writestr(f"owner/attachments/f0a1b2c3/{one.instance}/{name}", content)
    return path


def instance_xml(one: Sent, form: str = "test.shop", version: str = "1.0.0", more: str = "") -> bytes:
    """An instance as a phone sends it."""
    tree: dict[str, Any] = {}
    for path, text in one.values.items():
        *above, name = path.split("/")
        node = tree
        for group in above:
            node = node.setdefault(group, {})
        node[name] = text
    meta = f"<orx:instanceID>uuid:{one.instance}</orx:instanceID>"
    if one.replaces:
        meta += f"<orx:deprecatedID>uuid:{one.replaces}</orx:deprecatedID>"
    namespaces = 'xmlns:jr="http://openrosa.org/javarosa" xmlns:orx="http://openrosa.org/xforms"'
    head = f"<data {namespaces} id={quoteattr(form)} version={quoteattr(version)}>"
    text = f"<?xml version='1.0' ?>{head}{_elements(tree)}{more}<orx:meta>{meta}</orx:meta></data>"
    return text.encode()


def _elements(tree: Mapping[str, Any]) -> str:
    inside = ((name, _elements(value) if isinstance(value, Mapping) else escape(value)) for name, value in tree.items())
    return "".join(f"<{name}>{text}</{name}>" if text else f"<{name}/>" for name, text in inside)


def collect_folder(path: Path, sent: Sequence[Sent], **form: str) -> Path:
    """Instances as Collect stores them: each in a folder of its own, with its attachments."""
    for one in sent:
        folder = path / f"Shop_{one.instance}"
        folder.mkdir(parents=True)
        (folder / f"Shop_{one.instance}.xml").write_bytes(instance_xml(one, **form))
        for name, content in one.files.items():
            (folder / name).write_bytes(content)
    return path


def zipped(path: Path, folder: Path) -> Path:
    """A folder as a zip file."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, file.relative_to(folder))
    return path


def complaints(step: Callable[[], object]) -> list[str]:
    """What is said when ``step`` refuses its input, line by line; nothing where it does not."""
    try:
        step()
    except BadInput as error:
        return str(error).splitlines()
    return []


def written(path: Path, content: bytes) -> Path:
    """The file, written."""
    path.write_bytes(content)
    return path

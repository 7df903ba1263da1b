"""A filled PDF form, as a flat record; nothing in the file is ever run."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from cemaudit.errors import BadEnvironment, BadInput, CemauditError, Problem
from cemaudit.exchange.forms.making import PREFIX
from cemaudit.files import refuse_unreadable
from cemaudit.language import message
from cemaudit.reading import read_time

if TYPE_CHECKING:
    from pypdf import PdfReader

__all__ = ["code_of", "field_name", "fields_of", "flat_name", "read_pdf_form", "resolved", "state_of"]

_DOT = "~"
"""Stands for a dot: no id of a checklist has one."""

_OFF = "Off"
MOST = 200_000
DEEPEST = 8
Names = tuple[str, ...]
LARGEST = 50_000_000
_MOMENTS = ("started", "finished", "entered", "briefed", "expected")
Result = TypeVar("Result")


def field_name(name: str) -> str:
    """The name of the field for a flat name or code."""
    return name.replace(".", _DOT)


def flat_name(name: str) -> str:
    """The flat name or code of a field."""
    return name.replace(_DOT, ".")


def state_of(code: str) -> str:
    """The state of a button ticked for ``code``; ``Off`` is taken, it means not ticked."""
    return _OFF + _DOT if code == _OFF else code


def code_of(state: str) -> str:
    """The code a button's state stands for; nothing where it is not ticked."""
    return "" if state == _OFF else state.removesuffix(_DOT)


def fields_of(form: Mapping[str, Any]) -> Iterator[tuple[Names, str]]:
    """The fields below a PDF's form dictionary: the names to each, and its text or the code ticked.

    ``BadInput`` where there are too many of them, or they lie within each other without end.
    """
    waiting: list[tuple[Any, Names, str]] = [(root, (), "") for root in reversed(_list(form, "/Fields"))]
    count = 0
    while waiting:
        node, path, kind = waiting.pop()
        count += 1
        if count > MOST or len(path) > DEEPEST:
            raise BadInput(Problem(message("more form fields than any form has")))
        field = resolved(node)
        if not isinstance(field, Mapping):
            continue
        names = (*path, _text(_value(field, "/T"))) if "/T" in field else path
        kind = _text(_value(field, "/FT")) or kind
        kids = _list(field, "/Kids")
        below = [kid for kid in kids if "/T" in (resolved(kid) or {})]
        if kind and not below:
            yield names, _ticked(field, kids) if kind == "Btn" else _text(_value(field, "/V"))
        waiting += [(kid, names, kind) for kid in reversed(below)]


def _ticked(field: Mapping[str, Any], boxes: Sequence[Any]) -> str:
    """The code of the box that is ticked; where the field does not say, the boxes do."""
    states = [_value(field, "/V"), *(_value(resolved(box), "/AS") for box in (field, *boxes))]
    return next((code for state in states if (code := code_of(_text(state).removeprefix("/")))), "")


def _value(holder: object, key: str) -> object:
    return resolved(holder.get(key)) if isinstance(holder, Mapping) else None


def _list(holder: Mapping[str, Any], key: str) -> Sequence[Any]:
    members = _value(holder, key)
    return members[: MOST + 1] if isinstance(members, list) else []


def resolved(thing: Any) -> Any:
    """The thing itself, where it stands elsewhere in the file."""
    return thing.get_object() if hasattr(thing, "get_object") else thing


def _text(value: object) -> str:
    """The text of a string, a name, or a long text kept as a stream."""
    if isinstance(value, str):
        return value[1:] if type(value).__name__ == "NameObject" else str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, Mapping) and hasattr(value, "get_data"):
        return _text(bytes(value.get_data()))
    return ""


def read_pdf_form(path: Path) -> dict[str, str]:
    """What was filled in, by flat name; what was left empty is left out.

    A time without its day is one of the day of the visit. ``BadInput`` where the file is no PDF, has a password or no
    fields of ours; ``BadEnvironment`` without the extra ``pdf``.
    """
    refuse_unreadable(path)
    try:
        if path.stat().st_size > LARGEST:
            text = message("larger than {most} MB", most=LARGEST // 1_000_000)
            raise BadInput(Problem(text, hint=message("is this the right file?")))
        with _silent():
            return _dated(_guarded(lambda: _record(path)))
    except BadInput as error:
        raise error.inside(path) from error


def _record(path: Path) -> dict[str, str]:
    """What the fields hold; where a name has parts, the last is an option of which any may be ticked."""
    record: dict[str, str] = {}
    for names, value in fields_of(_form_of(_opened(path))):
        name, *option = map(flat_name, names) if names else ("",)
        if option and value:
            record[name] = f"{record.get(name, '')} {option[0]}".strip()
        elif value:
            record.setdefault(name, value)
    if f"{PREFIX}checklist" not in record:
        hint = message("fill in a form that cemaudit wrote; a printed and scanned one must be typed in by hand")
        raise BadInput(Problem(message("not a PDF form of cemaudit"), hint=hint))
    return record


def _opened(path: Path) -> PdfReader:
    try:
        from pypdf import PdfReader  # noqa: PLC0415 an extra, and slow to load
    except ImportError as error:
        hint = message("install it: {command}", command="pip install 'cemaudit[pdf]'")
        raise BadEnvironment(Problem(message("PDF forms need the extra {extra}", extra="pdf"), hint=hint)) from error
    reader = PdfReader(path)
    if reader.is_encrypted and not reader.decrypt(""):
        hint = message("save it again without a password")
        raise BadInput(Problem(message("the PDF is locked with a password"), hint=hint))
    return reader


def _form_of(reader: PdfReader) -> Mapping[str, Any]:
    """The dictionary that holds the fields; an empty one where the PDF has none."""
    form = resolved(reader.root_object.get("/AcroForm"))
    if not isinstance(form, Mapping):
        return {}
    if "/XFA" in form:
        raise BadInput(Problem(message("a PDF form of another kind (XFA)")))
    return form


def _dated(record: dict[str, str]) -> dict[str, str]:
    """Times of day with the day of the visit before them; the day alone is left where there is no time."""
    day = record.get(f"{PREFIX}date")
    for moment in _MOMENTS if day else ():
        name = PREFIX + moment
        if time := _time_alone(record.get(name, "")):
            record[name] = f"{day} {time}"
            if moment == "started":
                del record[f"{PREFIX}date"]
    return record


def _time_alone(text: str) -> str:
    """The text of a time without its day, its hour and minute apart; nothing where it is none."""
    try:
        time = read_time(text)
    except BadInput:
        return ""
    return text if ":" in text else time.isoformat()


def _guarded(step: Callable[[], Result]) -> Result:
    """What ``step()`` gives; the library's many kinds of errors on damaged files made one."""
    try:
        return step()
    except CemauditError:
        raise
    except Exception as error:
        raise BadInput(Problem(message("cannot be read as a PDF: {why}", why=error))) from error


@contextmanager
def _silent() -> Iterator[None]:
    """Without the library's remarks on damaged files."""
    logger = logging.getLogger("pypdf")
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(before)

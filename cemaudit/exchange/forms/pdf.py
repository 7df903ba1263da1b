"""A filled PDF form, as a flat record; nothing in the file is ever run."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from cemaudit.errors import BadEnvironment, BadInput, CemauditError, Problem
from cemaudit.exchange.forms.pdf_fields import fields_of, found
from cemaudit.exchange.forms.pdf_names import flat_name
from cemaudit.exchange.forms.settings import PREFIX
from cemaudit.files import refuse_unreadable
from cemaudit.language import message
from cemaudit.reading import read_time

if TYPE_CHECKING:
    from pypdf import PdfReader

__all__ = ["read_pdf_form"]

LARGEST = 50_000_000
_MOMENTS = ("started", "finished", "entered", "briefed", "expected")

Result = TypeVar("Result")


def read_pdf_form(path: Path) -> dict[str, str]:
    """What was filled in, by flat name; what was left empty is left out.

    A time without its day is one of the day of the visit. ``BadInput`` where the file is no PDF, has a password or no
    fields of ours; ``BadEnvironment`` without the extra ``pdf``.
    """
    refuse_unreadable(path)
    try:
        if path.stat().st_size > LARGEST:
            what = message("larger than {most} MB", most=LARGEST // 1_000_000)
            raise BadInput(Problem(what, hint=message("is this the right file?")))
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
    form = found(reader.root_object.get("/AcroForm"))
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

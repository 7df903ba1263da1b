"""A filled PDF form, as a flat record; nothing in the file is ever run."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from cemaudit.errors import BadEnvironment, BadInput, CemauditError, Problem
from cemaudit.exchange.forms.pdf_names import code_of, flat_name
from cemaudit.exchange.forms.settings import PREFIX
from cemaudit.exchange.forms.spellings import read_time
from cemaudit.files import refuse_unreadable
from cemaudit.language import message

if TYPE_CHECKING:
    from pypdf.generic import DictionaryObject, PdfObject

__all__ = ["read_pdf_form"]

LARGEST = 50_000_000
MOST_FIELDS = 100_000
DEEPEST = 3
LONGEST = 100_000

Result = TypeVar("Result")


def read_pdf_form(path: Path) -> dict[str, str]:
    """What was filled in, by flat name; what was left empty is left out.

    A time without its day is one of the day of the visit. ``BadInput`` where the file is no PDF, has a password or no
    fields of ours; ``BadEnvironment`` without the extra ``pdf``.
    """
    refuse_unreadable(path)
    if path.stat().st_size > LARGEST:
        what = message("larger than {most} MB", most=LARGEST // 1_000_000)
        raise BadInput(Problem(what, str(path), message("is this the right file?")))
    try:
        with _silent():
            record = _guarded(lambda: _record(path))
        return _dated(record)
    except BadInput as error:
        raise error.inside(path) from error


def _record(path: Path) -> dict[str, str]:
    form = _form_in(path)
    many: dict[str, list[str]] = {}
    record: dict[str, str] = {}
    for (name, *option), value in _fields(form):
        if option and value:
            many.setdefault(name, []).append(option[0])
        elif value:
            record.setdefault(name, value)
    record |= {name: " ".join(codes) for name, codes in many.items()}
    if f"{PREFIX}checklist" not in record:
        raise BadInput(Problem(message("a PDF form, but not one of cemaudit"), hint=_HINT))
    return record

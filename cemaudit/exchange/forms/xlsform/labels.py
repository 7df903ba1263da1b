"""Texts of a checklist as labels of an XLSForm: never a reference, never markup."""

from __future__ import annotations

import re

from cemaudit.exchange.forms.words import in_language
from cemaudit.language import Language
from cemaudit.model import Text

__all__ = ["COLUMN", "labelled", "plain"]

COLUMN: dict[Language, str] = {"en": "English (en)", "ko": "한국어 (ko)"}
"""The languages as XLSForms name them."""

_MARKS = re.compile(r"([\\*_])|^(#)", re.MULTILINE)
_NOT_XML = re.compile("[\ufffe\uffff]")


def labelled(column: str, text: Text | None) -> dict[str, str]:
    """The cells of ``column`` (``label``, ``hint`` ...) in each language; none without a text."""
    if text is None:
        return {}
    return {f"{column}::{name}": plain(in_language(text, language)) for language, name in COLUMN.items()}


def plain(text: str) -> str:
    """``text`` as a form shows it as it is: no reference to a field, no emphasis, no heading."""
    safe = _NOT_XML.sub("", text).replace("${", "$ {")
    return _MARKS.sub(r"\\\1\2", safe) if _MARKS.search(safe) else safe

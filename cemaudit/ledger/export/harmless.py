"""Texts of strangers in tables: no spreadsheet must take them for formulas."""

from __future__ import annotations

__all__ = ["harmless"]

_FORMULA_BEGINNINGS = "=+-@\t\r\n＝＋－＠"
"""What a formula begins with, in spreadsheets of any language."""


def harmless(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet might take it for a formula."""
    return f"'{text}" if text.startswith(tuple(_FORMULA_BEGINNINGS)) else text

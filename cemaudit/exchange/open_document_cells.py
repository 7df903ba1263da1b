"""The cell of an OpenDocument sheet: its value by type, and the text that is shown."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from cemaudit.exchange.number_formats import cell_text
from cemaudit.reading import CellKind, CellText

__all__ = ["CellBuilder"]

_PREFIX = "urn:oasis:names:tc:opendocument:xmlns:"
_OFFICE, _TABLE, _TEXT = (f"{_PREFIX}{part}:1.0}}" for part in ("office", "table", "text"))
_CALC_TYPE = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"
_ASIDE = (f"{_OFFICE}annotation", f"{_PREFIX}drawing:1.0}}", f"{_TABLE}table", f"{_TEXT}ruby-text", f"{_TEXT}note")
"""What stands within a cell and is no part of its text: remarks, drawings, tables, how a word is read."""

_ERROR = re.compile(r"#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!)|(Err|오류|오류 코드):[0-9]{3}")
_DURATION = re.compile(r"PT([0-9]{1,7})H([0-9]{1,2})M([0-9]{1,2})([.,][0-9]+)?S")
_CLOCK = re.compile(r"[0-9]:[0-9]{2}|[0-9]\s*시|[AP]M\b|오전|오후")
_GROUPED = re.compile(r"[0-9][.,'’ \u00a0\u202f][0-9]")
_MOST_SPACES = 1000


class CellBuilder:
    """Hears what stands within a cell, and makes its text; ``times``: how often the cell stands there."""

    def __init__(self, attributes: dict[str, str], times: int) -> None:
        self.times = times
        self._attributes = attributes
        self._lines: list[str] = []
        self._depth = 0
        self._aside = 0

    @property
    def lacks_value(self) -> bool:
        """Whether it holds a formula without the value."""
        return f"{_TABLE}formula" in self._attributes and not self._type and not self._lines

    @property
    def _type(self) -> str:
        return self._attributes.get(f"{_OFFICE}value-type", "")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element within the cell begins."""
        self._depth += 1
        if self._aside:
            return
        if name.startswith(_ASIDE):
            self._aside = self._depth
        elif name == f"{_TEXT}p":
            self._lines.append("")
        elif self._lines and name == f"{_TEXT}s":
            count = attributes.get(f"{_TEXT}c", "1")
            self._lines[-1] += " " * (min(int(count), _MOST_SPACES) if re.fullmatch("[0-9]{1,6}", count) else 1)
        elif self._lines and name in {f"{_TEXT}tab", f"{_TEXT}line-break"}:
            self._lines[-1] += "\t" if name.endswith("tab") else "\n"

    def end(self) -> None:
        """The element that began last ends."""
        if self._aside == self._depth:
            self._aside = 0
        self._depth -= 1

    def data(self, text: str) -> None:
        """Text of the cell, unless it stands aside."""
        if self._lines and self._depth and not self._aside:
            self._lines[-1] += text

    def text(self) -> CellText:
        """The text of the cell."""
        shown = "\n".join(self._lines)
        if self._is_error(shown):
            return CellText(shown.strip(), CellKind.ERROR)
        value = self._attributes.get(f"{_OFFICE}{_VALUES.get(self._type, 'value')}", "")
        try:
            return _typed_text(self._type, value, shown)
        except (ValueError, OverflowError):
            return CellText(shown or value)

    def _is_error(self, shown: str) -> bool:
        if self._attributes.get(_CALC_TYPE) == "error":
            return bool(shown.strip())
        is_reckoned = f"{_TABLE}formula" in self._attributes or self._type not in {"", "string"}
        return is_reckoned and _ERROR.fullmatch(shown.strip()) is not None


_VALUES = {"date": "date-value", "time": "time-value", "boolean": "boolean-value", "string": "string-value"}
"""The attributes that hold a value, by its type; ``value`` for any other."""


def _typed_text(value_type: str, value: str, shown: str) -> CellText:
    match value_type:
        case "float" | "currency":
            text = cell_text(float(value), "General")
            is_number = text.kind is CellKind.NUMBER and value_type == "float"
            return CellText(text, text.kind, _shown_id(text, shown)) if is_number else text
        case "percentage":
            return cell_text(float(value), "0%")
        case "date":
            moment = datetime.fromisoformat(value[:19])
            return cell_text(moment.replace(tzinfo=None), "yyyy-mm-dd hh:mm" if _CLOCK.search(shown) else "yyyy-mm-dd")
        case "time" if match := _DURATION.fullmatch(value):
            hours, minutes, seconds = (int(part) for part in match.groups()[:3])
            is_clock = hours < 24
            return cell_text(
                time(hours, minutes, seconds) if is_clock else timedelta(0, seconds, 0, 0, minutes, hours), "General"
            )
        case "boolean":
            return CellText(value)
        case _:
            return CellText(shown or value)


def _shown_id(text: str, shown: str) -> str | None:
    """What the sheet shows of a whole number, ``007``; ``None`` where it parts thousands or shows other digits."""
    digits = "".join(re.findall("[0-9]", shown))
    is_same = text.isdecimal() and len(digits) >= len(text) and digits == text.zfill(len(digits))
    return shown.strip() if is_same and not _GROUPED.search(shown) else None

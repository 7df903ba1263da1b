"""A phone with an XLSForm on it: the form through pyxform, its own instance filled in as ODK Collect would."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cached_property
from pathlib import Path
from xml.etree import ElementTree as ET

from pyxform.xls2xform import convert

from cemaudit.exchange.forms.xlsform.book import write_xlsform
from cemaudit.model import Checklist

XFORMS = "{http://www.w3.org/2002/xforms}"
META = "{http://openrosa.org/xforms}"
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?([+-]\d\d:\d\d|Z)")
_TIME = re.compile(r"\d\d:\d\d")


class Phone:
    """Holds the form of one checklist."""

    def __init__(self, checklist: Checklist) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "form.xlsx"
            write_xlsform(checklist, path, "ko")
            self.warnings: list[str] = []
            self.xform = ET.fromstring(convert(path, warnings=self.warnings).xform)

    @cached_property
    def primary(self) -> ET.Element:
        """The form's own instance, empty."""
        model = self.xform.find(f".//{XFORMS}model/{XFORMS}instance")
        assert model is not None
        return model[0]

    @cached_property
    def paths(self) -> dict[str, str]:
        """The path of every field, by its name."""
        return {path.rpartition("/")[2]: path for path in _leaves(self.primary, "")}

    def values(self, flat: Mapping[str, str]) -> dict[str, str]:
        """A flat record as the phone keeps it: every field of the form by path, empty or not."""
        texts = dict(self._as_typed(flat))
        lost = texts.keys() - self.paths.keys()
        assert not lost, lost
        return {path: texts.get(name, "") for name, path in self.paths.items()}

    def _as_typed(self, flat: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        for name, text in flat.items():
            if f"{name}__skip" in self.paths and text in {"_na", "_no", "_de"}:
                yield f"{name}__skip", text
            elif match := _MOMENT.fullmatch(text):
                yield name, f"{match[1]}{(match[2] or '.000')[:4]}{match[3]}"
            else:
                yield name, f"{text}:00.000+09:00" if _TIME.fullmatch(text) else text
        yield from self._added(flat)

    def _added(self, flat: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """What a phone keeps beside the answers: which kinds of evidence there are, that the briefing was read."""
        if "visit__read" in self.paths:
            yield "visit__read", "OK"
        for name in self.paths:
            item, mark, _ = name.partition("__proof")
            if mark:
                kinds = [kind for kind in ("photo", "receipt", "audio", "document") if f"{item}__{kind}_1" in flat]
                yield name, " ".join(kinds)

    def xml(self, values: Mapping[str, str], instance: str) -> bytes:
        """The instance filled in, as it is sent."""
        filled = deepcopy(self.primary)
        for element, path in _elements(filled, ""):
            element.text = values.get(path) or None
        meta = filled.find(f"{XFORMS}meta")
        if meta is None:
            meta = filled.find(f"{META}meta")
        assert meta is not None
        meta[0].text = f"uuid:{instance}"
        return ET.tostring(filled, "utf-8", xml_declaration=True)


def _elements(above: ET.Element, prefix: str) -> Iterator[tuple[ET.Element, str]]:
    for child in above:
        path = prefix + child.tag.rpartition("}")[2]
        if len(child):
            yield from _elements(child, f"{path}/")
        else:
            yield child, path


def _leaves(root: ET.Element, prefix: str) -> Iterator[str]:
    return (path for _, path in _elements(root, prefix) if not path.startswith("meta/"))

"""XLSForms: workbooks written as Markdown tables, and phones with the XForm that pyxform makes of a workbook.

``Phone`` fills in the form's own instance as ODK Collect would; ``ObedientPhone`` keeps the form's rules.
"""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cached_property
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import openpyxl
from lxml import etree
from pyxform.xls2xform import convert

from cemaudit.exchange.forms.fields import FieldKind, Role
from cemaudit.exchange.forms.making import form_of
from cemaudit.exchange.forms.xlsform.write import write_xlsform
from cemaudit.model import Checklist

XFORMS = "{http://www.w3.org/2002/xforms}"
META = "{http://openrosa.org/xforms}"
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?([+-]\d\d:\d\d|Z)")
_TIME = re.compile(r"\d\d:\d\d")


def write_form(path: Path, text: str) -> Path:
    """A workbook with the sheets of ``text``; a cell ``\\n`` is a line break, an empty line an empty row."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets(text):
        sheet = book.create_sheet(name)
        for number, cells in enumerate(rows, 1):
            for column, cell in enumerate(cells, 1):
                sheet.cell(number, column, cell or None)
    book.save(path)
    return path


def sheets(text: str) -> Iterator[tuple[str, list[list[str]]]]:
    name, rows = "", []
    for line in map(str.strip, text.strip().splitlines()):
        if line and not line.startswith("|"):
            if name:
                yield name, rows
            name, rows = line, []
        else:
            rows.append([cell.strip().replace("\\n", "\n") for cell in line.strip("|").split("|")])
    yield name, rows


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


def converted(path: Path) -> etree._Element:
    """The XForm pyxform makes of an XLSForm, provided it finds nothing to warn of."""
    result = convert(path)
    assert result.warnings == []
    return etree.fromstring(result.xform.encode())


def typed_in(record: Mapping[str, str], checklist: Checklist) -> dict[str, str]:
    """A flat record as a phone holds it: codes for leaving out lie apart where nothing is chosen from a list."""
    fields = form_of(checklist).fields
    typed = {}
    for name, text in record.items():
        field = fields[name]
        apart = field.role is Role.ANSWER and field.kind is not FieldKind.ONE and text in {"_na", "_no", "_de"}
        typed[f"{name}__skip" if apart else name] = text
    for name in record:
        if fields[name].role is Role.EVIDENCE and fields[name].item:
            proof = typed.setdefault(f"{fields[name].item.id}__proof", "")
            kinds = dict.fromkeys([*proof.split(), str(fields[name].evidence)])
            typed[f"{fields[name].item.id}__proof"] = " ".join(kinds)
    return typed


class ObedientPhone:
    """An XForm being filled in: what is asked, what must be, what fits."""

    def __init__(self, form: etree._Element) -> None:
        instance = form.find(f".//{XFORMS}instance")
        self.root = etree.fromstring(etree.tostring(instance[0]))
        for node in self.root.iter():
            node.tag = etree.QName(node).localname
        self.binds = {bind.get("nodeset"): bind for bind in form.iter(f"{XFORMS}bind")}
        self.asked: set[str] = set()

    def fill_in(self, record: Mapping[str, str]) -> None:
        """Put the texts into their places, then clear what does not arise, in order."""
        for node in self.root.iter():
            if len(node) == 0:
                node.text = record.get(node.tag, "")
        for node, bind in self._nodes():
            parent = node.getparent()
            is_inside = parent is None or parent is self.root or parent.tag in self.asked or parent.tag == "meta"
            if is_inside and self._holds(bind, "relevant", node):
                self.asked.add(node.tag)
            elif len(node) == 0:
                node.text = ""

    def holds(self, name: str, rule: str) -> bool:
        """Whether ``required`` or ``constraint`` of a field holds as the form stands."""
        node, bind = next((node, bind) for node, bind in self._nodes() if node.tag == name)
        return self._holds(bind, rule, node)

    def record(self) -> dict[str, str]:
        """What the phone sends: the texts by path."""
        tree = self.root.getroottree()
        leaves = (node for node in self.root.iter() if len(node) == 0 and node.text)
        return {tree.getpath(node).removeprefix("/data/"): node.text for node in leaves}

    def _nodes(self) -> Iterator[tuple[Any, Any]]:
        tree = self.root.getroottree()
        for node in self.root.iter():
            yield node, self.binds.get(tree.getpath(node))

    def _holds(self, bind: Any, rule: str, node: Any) -> bool:
        expression = bind.get(rule) if bind is not None else None
        if expression is None:
            return rule != "required"
        return bool(node.xpath(f"boolean({expression})"))


def _text(value: Any) -> str:
    if isinstance(value, list):
        return (value[0].text or "") if value else ""
    return str(value)


def _formatted(_context: Any, value: Any, form: str) -> str:
    text = _text(value)
    if not text:
        return ""
    return dt.datetime.fromisoformat(text).strftime(form) if "-" in text else dt.time.fromisoformat(text).strftime(form)


_functions = etree.FunctionNamespace(None)
_functions["selected"] = lambda _, node, code: _text(code) in _text(node).split(" ")
_functions["count-selected"] = lambda _, node: len(_text(node).split())
_functions["if"] = lambda _, condition, yes, no: yes if condition else no
_functions["substr"] = lambda _, text, start, end: _text(text)[int(start) : int(end)]
_functions["format-date"] = _formatted
_functions["format-date-time"] = _formatted

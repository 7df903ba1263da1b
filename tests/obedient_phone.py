"""A phone of the simplest sort: it keeps a form's rules, as the XForm made of an XLSForm states them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lxml import etree
from pyxform.xls2xform import convert

from cemaudit.exchange.forms.fields import FieldKind, Role
from cemaudit.exchange.forms.making import form_of
from cemaudit.model import Checklist

XFORMS = "{http://www.w3.org/2002/xforms}"


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

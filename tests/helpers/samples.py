"""Small checklists, schemes and visits for tests, made of the same words as the files."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from cemaudit.model import Audit, Checklist, Scheme, Visit
from cemaudit.scoring import audit_visit

Data = dict[str, Any]


def text(words: str) -> Data:
    return {"ko": words, "en": words}


def item(item_id: str, answer: str | Data = "yes-no", **keys: Any) -> Data:
    kind = {"type": answer} if isinstance(answer, str) else answer
    return {"id": item_id, "ask": text(item_id), "answer": kind, **keys}


def points(*worth: Any) -> Data:
    """A choice whose options `p0`, `p1` ... are worth these points."""
    options = [{"id": f"p{number}", "label": text(f"p{number}"), "points": one} for number, one in enumerate(worth)]
    return {"type": "choice", "options": options}


def touchpoint(touchpoint_id: str, *items: Data, **keys: Any) -> Data:
    where = {"channel": "face-to-face", "stage": "enter", "element": "people", "mode": "passive"}
    return {"id": touchpoint_id, "title": text(touchpoint_id), **where, **keys, "items": list(items)}


def checklist_data(*touchpoints: Data, **keys: Any) -> Data:
    head = {"id": "test.shop", "version": "1", "sector": "test", "journey": "store-path", "scheme": "test.scheme@1"}
    return {**head, "title": text("Shop"), **keys, "touchpoints": list(touchpoints)}


def checklist(*touchpoints: Data, **keys: Any) -> Checklist:
    return Checklist.model_validate(checklist_data(*touchpoints, **keys))


def items_only(*items: Data, **keys: Any) -> Checklist:
    return checklist(touchpoint("t", *items), **keys)


def scheme_data(*measures: Data, **keys: Any) -> Data:
    return {"id": "test.scheme", "version": "1", "title": text("Scheme"), **keys, "measures": list(measures)}


def scheme(*measures: Data, **keys: Any) -> Scheme:
    return Scheme.model_validate(scheme_data(*measures, **keys))


def visit(**keys: Any) -> Visit:
    return Visit.model_validate({"id": "v1", "checklist": "test.shop@1", "store": "s1", **keys})


def skipped(*items: str, state: str = "not-applicable") -> Data:
    return {name: {"state": state} for name in items}


def audit(of: Checklist, by: Scheme, **keys: Any) -> Audit:
    return audit_visit(visit(checklist=of.ref, **keys), of, by)


def number(of: Checklist, measure: Data, **keys: Any) -> Fraction | None:
    """The one number a scheme of this measure alone gives."""
    return audit(of, scheme({"id": "it", **measure}), **keys).score("it").value

"""Visits and audits of the outpatient checklist, made by a call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

import pytest

from cemaudit.checklists import load_checklist, load_scheme
from cemaudit.model import Audit, Checklist, EpisodeStep, Scheme, Visit
from cemaudit.scoring import make_audit, make_plan

FILES = files("cemaudit_checklists")


@pytest.fixture(scope="session")
def checklist() -> Checklist:
    return load_checklist(FILES / "hospital" / "outpatient.toml")


@pytest.fixture(scope="session")
def scheme() -> Scheme:
    return load_scheme(FILES / "schemes" / "cem.experience.toml")


@pytest.fixture
def visit(checklist: Checklist) -> Callable[..., Visit]:
    """``visit("Vn", 3, {"H20": True}, emotions={...})``: a visit of treatment ``t1``, ten days after the one before."""

    def make(step: str = "V1", number: int = 1, answers: dict[str, Any] | None = None, **more: Any) -> Visit:
        given: dict[str, Any] = {
            "id": f"v{number}",
            "checklist": checklist.ref,
            "store": "clinic-1",
            "date": date(2026, 3, 2) + timedelta(days=10 * number),
            "episode": EpisodeStep(id="t1", step=step, number=number),
            "answers": answers or {},
        }
        return Visit.model_validate({**given, **more})

    return make


@pytest.fixture
def audit(checklist: Checklist, scheme: Scheme, visit: Callable[..., Visit]) -> Callable[..., Audit]:
    """As ``visit``, and scored."""
    plan = make_plan(checklist, scheme)
    return lambda *arguments, **more: make_audit(plan, visit(*arguments, **more))


@pytest.fixture
def valued(audit: Callable[..., Audit]) -> Callable[..., Audit]:
    """An audit whose scores are given: ``valued("Vn", 3, {"overall": 20})``."""

    def make(step: str, number: int, scores: dict[str, Any], **more: Any) -> Audit:
        whole = audit(step, number, **more)
        given = {name: {"value": value} for name, value in scores.items() if value is not None}
        return Audit.model_validate({**dict(whole), "scores": given, "findings": ()})

    return make

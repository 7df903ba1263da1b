"""A small checklist, filled-in forms of it, and an import that writes nothing but evidence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from helpers import exports, samples

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.forms.making import form_of
from cemaudit.exchange.submissions.importing import SubmissionImport, import_submissions
from cemaudit.language import message
from cemaudit.model import Checklist
from cemaudit.reading import Localise

Sending = Callable[..., exports.Sent]
Importing = Callable[..., SubmissionImport]


@pytest.fixture
def shop() -> Checklist:
    """Three items: yes or no, several of three options, and a text with evidence."""
    options = [{"id": name, "label": samples.text(name)} for name in ("dust", "gap", "A1")]
    return samples.checklist(
        samples.touchpoint(
            "a",
            samples.item("A1"),
            samples.item("A-2", {"type": "choices", "options": options}),
            samples.item("A3", "text", evidence="optional"),
        ),
        version="1.0.0",
    )


@pytest.fixture
def send(shop: Checklist) -> Sending:
    """A filled-in form of the shop, with other values by flat name, and whatever else ``Sent`` takes."""
    groups = {field.name: section.group for section in form_of(shop).sections for field in section.fields}

    def made(name: str = "one", values: dict[str, str] | None = None, **keys: object) -> exports.Sent:
        flat = {"visit__checklist": "test.shop@1.0.0", "visit__store": "s1", "visit__started": ""}
        flat |= {"visit__started": "2026-11-21T14:05:00.000+09:00", "A1": "yes", "A-2": "dust gap", "A3": "가나다"}
        return exports.Sent(name, exports.grouped(flat | (values or {}), groups), **keys)  # type: ignore[arg-type]

    return made


@pytest.fixture
def take(shop: Checklist, tmp_path: Path) -> Importing:
    """Imports a path, with the shop's checklist at hand, evidence going to ``out-media``."""

    def find(ref: str) -> Checklist:
        if ref == shop.ref:
            return shop
        raise BadInput(Problem(message("no such checklist: {ref}", ref=ref)))

    def taken(path: Path, media: Path | None = None, localise: Localise | None = None) -> SubmissionImport:
        return import_submissions(path, find, tmp_path / "out-media", media, localise)

    return taken

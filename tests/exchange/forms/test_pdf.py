"""Filled PDF forms read back: the same visit, or one clear line."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from helpers import form_strategies, pdf_forms, samples
from helpers.filled_forms import as_asked
from hypothesis import given, settings

from cemaudit.errors import BadEnvironment, BadInput
from cemaudit.exchange.forms import pdf as pdf_door
from cemaudit.exchange.forms.pdf import read_pdf_form
from cemaudit.exchange.forms.reader import FormReader
from cemaudit.model import Checklist, Visit
from cemaudit.model.answers import Choices
from cemaudit.report.form import pdf_form
from cemaudit.scoring import Engine
from cemaudit.simulate import simulate


def options(*ids: str) -> list[dict[str, Any]]:
    return [{"id": one, "label": samples.text(one)} for one in ids]


SHOP = samples.items_only(
    samples.item("a.b"),
    samples.item("Off.x", {"type": "choice", "options": options("Off", "+1")}),
    samples.item("any", {"type": "choices", "options": options("x.1", "y")}),
    samples.item("note", "text"),
)
EMPTY = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj "
    b"trailer<</Root 1 0 R>>"
)


@pytest.fixture
def put(tmp_path: Path) -> Callable[..., Path]:
    """A filled form of the shop as a file; ``change`` has a hand in it."""

    def put(
        values: dict[str, str] | None = None, change: Callable[[pikepdf.Pdf], object] | None = None, **save: Any
    ) -> Path:
        data = pdf_forms.filled(pdf_form(SHOP, "ko"), values or {})
        with pikepdf.open(io.BytesIO(data)) as pdf:
            if change:
                change(pdf)
            pdf.save(tmp_path / "form.pdf", **save)
        return tmp_path / "form.pdf"

    return put


def field(pdf: pikepdf.Pdf, name: str) -> Any:
    return next(one for one in pdf.Root.AcroForm.Fields if str(one.T) == name)


def read_back(path: Path, of: Checklist, visit: Visit) -> Visit | None:
    """The visit in the file, under the id that its maker alone knows."""
    again, problems = FormReader(of).read({**read_pdf_form(path), "visit__id": visit.id})
    assert [str(problem) for problem in problems] == []
    return again


def in_order(visit: Visit, of: Checklist) -> Visit:
    """The visit with chosen options in the checklist's order: boxes do not tell which was ticked first."""
    answers = dict(visit.answers)
    for name, value in answers.items():
        answer = of.items[name].answer
        if isinstance(answer, Choices) and isinstance(value, tuple):
            answers[name] = tuple(option.id for option in answer.options if option.id in value)
    return visit.model_copy(update={"answers": answers})


@pytest.mark.slow
def test_every_shipped_checklist_comes_back_as_the_same_visit(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "form.pdf"
    for of in engine.library.checklists.values():
        visit = as_asked(next(simulate(of, stores=1, visits=1)).model_copy(update={"origin": "shopper"}), of)
        fill = pdf_forms.filled if of.id == "retail.green-smile" else pdf_forms.noted
        path.write_bytes(fill(pdf_form(of, "ko"), pdf_forms.written(of, visit)))
        assert read_back(path, of, visit) == visit


def test_two_spaces_in_an_id_come_back(engine: Engine, tmp_path: Path) -> None:
    of = engine.library.checklist("retail.green-smile@1.0.0")
    visit = next(simulate(of, stores=1, visits=1)).model_copy(update={"origin": "shopper", "store": "HB  99"})
    path = tmp_path / "form.pdf"
    path.write_bytes(pdf_forms.noted(pdf_form(of, "ko"), pdf_forms.written(of, visit)))
    assert read_back(path, of, visit) == visit


@pytest.mark.slow
@settings(max_examples=25)
@given(form_strategies.checklists_and_visits())
def test_whatever_a_form_can_hold_comes_back(tmp_path: Path, both: tuple[Checklist, Visit]) -> None:
    of, visit = both
    path = tmp_path / "form.pdf"
    path.write_bytes(pdf_forms.noted(pdf_form(of, "en"), pdf_forms.written(of, visit)))
    assert read_back(path, of, visit) == in_order(visit, of)


def test_what_is_typed_and_clicked_in_a_viewer_comes_back(tmp_path: Path) -> None:
    viewer = pdf_forms.Viewer(pdf_form(SHOP, "ko"))
    viewer.type("visit__store", "강남점 7")
    viewer.type("visit__date", "2026-11-21", place=1)
    viewer.type("note", "창문이 깨끗했습니다.\rvery clean (=1+1)")
    viewer.click("a.b", code="yes")
    viewer.click("a.b", code="_no")
    viewer.click("Off.x", code="Off~")
    viewer.click("any", "x.1")
    viewer.click("any", "y")
    viewer.click("any", "x.1")
    path = tmp_path / "saved.pdf"
    path.write_bytes(viewer.saved())
    assert read_pdf_form(path) == {
        "visit__checklist": SHOP.ref,
        "visit__store": "강남점 7",
        "visit__date": "2026-11-21",
        "note": "창문이 깨끗했습니다.\r\nvery clean (=1+1)",
        "a.b": "_no",
        "Off.x": "Off",
        "any": "y",
    }


def test_what_is_left_empty_is_left_out(put) -> None:
    assert read_pdf_form(put()) == {"visit__checklist": SHOP.ref}


def test_names_codes_and_hangul(put) -> None:
    values = {
        "a~b": "/yes",
        "Off~x": "/Off~",
        "any.x~1": "/Yes",
        "any._none": "/Yes",
        "note": "한글, /Off\n(괄호) =1+1",
        "note__skip": "/_na",
        "visit__store": "가나다 a.b~c",
    }
    record = read_pdf_form(put(values))
    assert record.pop("visit__checklist") == SHOP.ref
    assert record == {
        "a.b": "yes",
        "Off.x": "Off",
        "any": "x.1 _none",
        "note": "한글, /Off\n(괄호) =1+1",
        "note__skip": "_na",
        "visit__store": "가나다 a.b~c",
    }


def test_a_time_is_of_the_day_of_the_visit(put) -> None:
    values = {"visit__date": "2026-11-21", "visit__started": "14:05", "visit__finished": "오후 2:45"}
    record = read_pdf_form(put({**values, "visit__entered": "2026-11-22 00:10"}))
    del record["visit__checklist"]
    assert record == {
        "visit__started": "2026-11-21 14:05",
        "visit__finished": "2026-11-21 오후 2:45",
        "visit__entered": "2026-11-22 00:10",
    }
    assert read_pdf_form(put({"visit__date": "2026-11-21"}))["visit__date"] == "2026-11-21"
    assert read_pdf_form(put({"visit__started": "14:05"}))["visit__started"] == "14:05"


@pytest.mark.parametrize(
    "value",
    [
        pikepdf.String("커피"),
        pikepdf.String(b"\xfe\xff" + "커피".encode("utf-16-be")),
        pikepdf.String(b"\xef\xbb\xbf" + "커피".encode()),
    ],
)
def test_text_in_whatever_way_a_viewer_keeps_it(put, value: Any) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        field(pdf, "note").V = value

    assert read_pdf_form(put(change=change))["note"] == "커피"


def test_long_text_kept_as_a_stream(put) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        field(pdf, "note").V = pdf.make_stream("커피 ☕".encode())

    assert read_pdf_form(put(change=change))["note"] == "커피 ☕"


def test_a_ticked_box_counts_where_the_field_does_not_say(put) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        asked = field(pdf, "a~b")
        del asked.V
        asked.Kids[1].AS = pikepdf.Name("/no")

    assert read_pdf_form(put(change=change))["a.b"] == "no"


def test_scripts_in_a_form_are_passed_over(put) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        action = pikepdf.Dictionary(S=pikepdf.Name("/JavaScript"), JS=pikepdf.String("app.alert(1)"))
        pdf.Root.OpenAction = action
        field(pdf, "note").AA = pikepdf.Dictionary(K=action)

    assert read_pdf_form(put({"note": "x"}, change))["note"] == "x"


@pytest.mark.slow
def test_a_password_that_only_forbids_printing_does_not_matter(put) -> None:
    path = put({"note": "x"}, encryption=pikepdf.Encryption(owner="secret", user=""))
    assert read_pdf_form(path)["note"] == "x"


def with_xfa(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AcroForm.XFA = pikepdf.String("x")


def without_boxes(pdf: pikepdf.Pdf) -> None:
    for page in pdf.pages:
        del page.Annots


def without_form(pdf: pikepdf.Pdf) -> None:
    without_boxes(pdf)
    del pdf.Root.AcroForm


def of_others(pdf: pikepdf.Pdf) -> None:
    field(pdf, "visit__checklist").T = pikepdf.String("name")


def form_of_nonsense(pdf: pikepdf.Pdf) -> None:
    without_boxes(pdf)
    pdf.Root.AcroForm = pikepdf.Array([1, 2])


def fields_of_nonsense(pdf: pikepdf.Pdf) -> None:
    without_boxes(pdf)
    pdf.Root.AcroForm.Fields = pikepdf.Array(
        [1, None, pikepdf.Name("/x"), pikepdf.Array([]), pikepdf.Dictionary(Kids=3)]
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (with_xfa, "XFA"),
        (without_form, "not a PDF form of cemaudit"),
        (of_others, "not a PDF form of cemaudit"),
        (form_of_nonsense, "not a PDF form of cemaudit"),
        (fields_of_nonsense, "not a PDF form of cemaudit"),
    ],
)
def test_other_forms_are_refused(put, change: Callable[[pikepdf.Pdf], None], words: str) -> None:
    with pytest.raises(BadInput, match=words) as refused:
        read_pdf_form(put(change=change))
    assert "form.pdf" in str(refused.value)


def test_a_locked_form_is_refused(put) -> None:
    with pytest.raises(BadInput, match="password"):
        read_pdf_form(put(encryption=pikepdf.Encryption(owner="o", user="u")))


def test_fields_within_themselves_are_refused(put) -> None:
    def circle(pdf: pikepdf.Pdf) -> None:
        asked = field(pdf, "any")
        asked.Kids = pikepdf.Array([asked])

    with pytest.raises(BadInput, match="fields"):
        read_pdf_form(put(change=circle))


def test_too_many_fields_are_refused(put, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_door, "MOST", 10)
    with pytest.raises(BadInput, match="fields"):
        read_pdf_form(put())


def test_too_large_a_file_is_refused(put, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_door, "LARGEST", 1_000)
    with pytest.raises(BadInput, match="MB"):
        read_pdf_form(put())


def test_a_truncated_form_is_refused(put, tmp_path: Path) -> None:
    data = put({"note": "x"}).read_bytes()
    for part in range(10):
        (tmp_path / "short.pdf").write_bytes(data[: len(data) * part // 10])
        with pytest.raises(BadInput, match=r"short\.pdf"):
            read_pdf_form(tmp_path / "short.pdf")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x",
        b"%PDF-1.7\n%%EOF",
        b"PK\x03\x04",
        b"<html>",
        b"%PDF-1.4\nxref\n0 999999999\ntrailer<</Root 1 0 R/Prev 9>>\nstartxref\n9\n%%EOF",
        b"%PDF-1.4\n" + b"[" * 50_000 + b"\nstartxref\n9\n%%EOF",
        EMPTY,
    ],
)
def test_what_is_no_form_at_all_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "odd.pdf"
    path.write_bytes(data)
    with pytest.raises(BadInput, match=r"odd\.pdf"):
        read_pdf_form(path)


def test_no_such_file_and_a_folder(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.pdf"):
        with pytest.raises(BadInput):
            read_pdf_form(path)


def test_without_the_library_its_extra_is_named(put, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put()
    monkeypatch.setitem(sys.modules, "pypdf", None)
    with pytest.raises(BadEnvironment, match=r"cemaudit\[pdf\]"):
        read_pdf_form(path)


def test_the_library_is_silent_only_meanwhile(put, capfd: pytest.CaptureFixture[str]) -> None:
    before = logging.getLogger("pypdf").level
    read_pdf_form(put())
    assert logging.getLogger("pypdf").level == before

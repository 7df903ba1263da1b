"""The PDF form: everything that is asked has its box, once, on the page, in the order in which one reads."""

from __future__ import annotations

import io
from itertools import combinations, pairwise
from pathlib import Path

import pikepdf
import pytest
from helpers import pdf_forms, samples

from cemaudit.errors import BadEnvironment, BadInput
from cemaudit.exchange.forms.fields import FieldKind, Role
from cemaudit.exchange.forms.making import form_of
from cemaudit.language import LANGUAGES, use
from cemaudit.model import Checklist
from cemaudit.report.form import pdf_form, write_pdf_form
from cemaudit.scoring import Engine

ROW = 6
"""How far the tops of boxes on one line may differ, in points."""

EVERY_KIND = samples.checklist(
    samples.touchpoint(
        "t.1",
        samples.item("a.b"),
        samples.item("picked", samples.points(*range(4)), na="refuse"),
        samples.item("from-list", samples.points(*range(30))),
        samples.item("any", {**samples.points(*range(9)), "type": "choices"}),
        samples.item("rated", {"type": "scale", "lowest": 1, "highest": 5, "low": samples.text("bad")}),
        samples.item("marked", {"type": "scale", "lowest": 0, "highest": 100}),
        samples.item("nps", "nps", evidence="required"),
        samples.item("waited", {"type": "duration", "unit": "min"}, evidence="required-if-failed"),
        samples.item("day", "date", note={"at_least": 80}),
        samples.item("time", "time", when="a.b == true and not answered(picked)"),
        samples.item("said", "text", note={"at_least": 20, "when": "if-failed"}),
        emotion=True,
        expectation=True,
    ),
    scenarios=[
        {"id": "s.1", "title": samples.text("Gift"), "persona": samples.text("P"), "text": samples.text("Choose.")}
    ],
    steps=[{"id": "V1", "title": samples.text("First")}, {"id": "V.2", "title": samples.text("Second")}],
    personas=[{"id": f"p.{number}", "title": samples.text(f"Persona {number}")} for number in range(3)],
    occasions=[{"id": f"o.{number}", "title": samples.text(f"Occasion {number}")} for number in range(2)],
    conduct=[samples.text("Do not run.")],
)


@pytest.fixture(scope="module")
def shipped(engine: Engine) -> dict[tuple[str, str], bytes]:
    """Every shipped checklist's form in both languages, and one with every kind of field."""
    every = [*engine.library.checklists.values(), EVERY_KIND]
    return {(of.ref, language): pdf_form(of, language) for of in every for language in LANGUAGES}


def checklist_of(engine: Engine, ref: str) -> Checklist:
    return EVERY_KIND if ref == EVERY_KIND.ref else engine.library.checklist(ref)


def test_every_field_is_there_once(engine: Engine, shipped: dict[tuple[str, str], bytes]) -> None:
    for (ref, _), data in shipped.items():
        form = form_of(checklist_of(engine, ref))
        found = pdf_forms.fields(data)
        assert len(found) == len(set(found))
        names = {names[0] for names in found}
        skips = {f"{name}__skip" for name, field in form.fields.items() if field.role is Role.ANSWER}
        assert names - skips == form.fields.keys() - pdf_forms.NOT_ON_PAPER


def test_every_code_can_be_ticked_or_picked(engine: Engine, shipped: dict[tuple[str, str], bytes]) -> None:
    for (ref, _), data in shipped.items():
        form, placed = form_of(checklist_of(engine, ref)), pdf_forms.boxes(data)
        for name, field in form.fields.items():
            mine = [box for box in placed if box.names[0] == name]
            codes = {option.code for option in field.options}
            if field.kind is FieldKind.MANY:
                assert {box.names[1] for box in mine} == codes
            elif field.kind is FieldKind.ONE and len(codes) < 25:
                assert set().union(*(box.states for box in mine)) == codes | {one.code for one in field.skips}
            elif field.skips:
                left_out = [box for box in placed if box.names[0] == f"{name}__skip"]
                assert set().union(*(box.states for box in left_out)) == {one.code for one in field.skips}


def test_boxes_are_on_the_page_and_apart(shipped: dict[tuple[str, str], bytes]) -> None:
    for data in shipped.values():
        placed = pdf_forms.boxes(data)
        assert all(40 < box.left < box.right < 556 and 40 < box.bottom < box.top < 830 for box in placed)
        by_page = [[box for box in placed if box.page == page] for page in {box.page for box in placed}]
        assert not [pair for page in by_page for pair in combinations(page, 2) if pair[0].meets(pair[1])]


def test_one_tabs_through_the_boxes_as_one_reads(shipped: dict[tuple[str, str], bytes]) -> None:
    for data in shipped.values():
        for one, other in pairwise(pdf_forms.boxes(data)):
            below, beside = other.top < one.top - ROW, other.left > one.left and other.top <= one.top + ROW
            assert other.page > one.page or below or beside


def test_an_item_stays_on_one_page(engine: Engine, shipped: dict[tuple[str, str], bytes]) -> None:
    for (ref, _), data in shipped.items():
        placed = pdf_forms.boxes(data)
        for item in checklist_of(engine, ref).items:
            about = {item, f"{item}__why", f"{item}__note", f"{item}__skip"}
            assert len({box.page for box in placed if box.names[0] in about}) == 1


def test_a_loose_page_says_which_store_and_day_it_belongs_to(shipped: dict[tuple[str, str], bytes], read) -> None:
    for data in shipped.values():
        for name in ("visit__store", "visit__date"):
            pages = [box.page for box in pdf_forms.boxes(data) if box.names == (name,)]
            assert pages == list(range(len(read(data))))


def test_fields_say_what_belongs_into_them() -> None:
    with pikepdf.open(io.BytesIO(pdf_form(EVERY_KIND, "ko"))) as pdf:
        form = pdf.Root.AcroForm
        assert form.NeedAppearances
        assert all(str(field.TU) for field in form.Fields)
        fonts = form.DR.Font
        assert {"/CEM", "/ZaDb"} <= set(fonts.keys())
        assert "/FontFile2" in fonts["/CEM"].DescendantFonts[0].FontDescriptor


def test_the_checklist_travels_unseen_and_unchanged() -> None:
    with pikepdf.open(io.BytesIO(pdf_form(EVERY_KIND, "en"))) as pdf:
        (field,) = [one for one in pdf.Root.AcroForm.Fields if str(one.T) == "visit__checklist"]
        assert str(field.V) == EVERY_KIND.ref
        assert int(field.Ff) == 1
        assert [int(box.F) for box in field.Kids] == [2]


def test_the_file_is_sound_and_never_acts(shipped: dict[tuple[str, str], bytes], read) -> None:
    for data in shipped.values():
        with pikepdf.open(io.BytesIO(data)) as pdf:
            assert pdf.check_pdf_syntax() == []
        acts = {"/OpenAction", "/JavaScript", "/JS", "/URI", "/Launch", "/AA", "/A", "/SubmitForm"}
        assert not read(data).names() & acts


def test_the_same_checklist_gives_the_same_bytes() -> None:
    assert pdf_form(EVERY_KIND, "en") == pdf_form(EVERY_KIND, "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_is_said_in_the_language(engine: Engine, read, language) -> None:
    of = engine.library.checklist("retail.green-smile@1.0.0")
    text = "".join(read(pdf_form(of, language)).text.split())
    with use(language):
        said = [of.title, of.ref, *(one.title for one in of.touchpoints), *(one.ask for one in of.items.values())]
        said += [words for one in of.scenarios for words in (one.title, one.persona, *one.look_for)]
        said += [one.help for one in of.items.values() if one.help]
        assert [str(words) for words in said if "".join(str(words).split()) not in text] == []


def test_what_must_come_with_an_answer_is_said(read) -> None:
    text = read(pdf_form(EVERY_KIND, "en")).text
    for words in (
        "at least 80 characters",
        "Note, if this was not met: at least 20 characters",
        "Photo or receipt, required:",
        "required if this was not met:",
        "Only where: a.b = Yes and not (picked answered)",
        "Do not run.",
    ):
        assert words in text


def test_a_form_is_written_whole(tmp_path: Path) -> None:
    write_pdf_form(EVERY_KIND, tmp_path / "deep" / "form.pdf", "ko")
    assert [one.name for one in (tmp_path / "deep").iterdir()] == ["form.pdf"]
    assert (tmp_path / "deep" / "form.pdf").read_bytes() == pdf_form(EVERY_KIND, "ko")


def test_where_it_cannot_be_written_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadEnvironment, match="file"):
        write_pdf_form(EVERY_KIND, tmp_path / "file" / "form.pdf", "ko")


def test_clashing_names_are_refused(tmp_path: Path) -> None:
    of = samples.checklist(samples.touchpoint("t", samples.item("a"), samples.item("a__note")))
    with pytest.raises(BadInput):
        write_pdf_form(of, tmp_path / "form.pdf", "en")
    assert not list(tmp_path.iterdir())

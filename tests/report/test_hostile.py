"""A stranger's words are printed as they are, and nothing they contain ever acts."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cemaudit.hookspecs import Context
from cemaudit.model import Text
from cemaudit.model.blocks import (
    Axis,
    Bars,
    Callout,
    Cell,
    Column,
    Curve,
    Figure,
    Figures,
    Heading,
    HeatMap,
    Intervals,
    Line,
    Lines,
    Paragraph,
    Photo,
    Photos,
    Point,
    Quadrants,
    Ranged,
    Scatter,
    Series,
    Table,
)
from cemaudit.report import report_bytes, store_report

ACTS = {
    "/OpenAction",
    "/JavaScript",
    "/JS",
    "/URI",
    "/Launch",
    "/GoToR",
    "/AA",
    "/EmbeddedFile",
    "/Annots",
    "/SubmitForm",
}
HOSTILE = [
    "<b>bold</b> & <a href='javascript:alert(1)'>link</a>",
    "<para><img src='/etc/passwd'/>",
    "</para></b><unclosed",
    "=cmd|'/C calc'!A0",
    ") /OpenAction << /S /JavaScript /JS (app.alert(1)) >>",
    "가" * 2000,
    "a" * 20_000,
    "word " * 4_000,
    "\x00\x01\x08\x1b[31m\x7f\u202e\u200b\ufeff",
    "\ud800 lone",
    unicodedata.normalize("NFD", "안녕하세요 é"),
    "😀👨‍👩‍👧 漢字 العربية ไทย",
    "\n\n\n",
    " ",
]


def everywhere(words):
    """Blocks that show the words wherever a block can show any."""
    return (
        Heading(text=words),
        Heading(text=words, level=3),
        Paragraph(text=words),
        Paragraph(text=words, quiet=True),
        Callout(title=words, text=words, tone="worst"),
        Figures(figures=(Figure(label=words, value=words, note=words, at=5),) * 2),
        Table(
            caption=words,
            columns=(Column(title=words), Column(title=words, width=0.1), Column(title="n", align="right")),
            rows=((words, Cell(text=words, tone="poor", strong=True), "1"), (Cell(text=words, strong=True), "", "")),
        ),
        Bars(title=words, categories=(words, "b"), series=(Series(label=words, values=(1, None)),), unit=words[:3]),
        HeatMap(title=words, columns=(words, "c"), rows=(words,), values=((50, None),), note=words),
        Intervals(
            title=words,
            rows=(Ranged(label=words, value=5, low=1, high=9, group=words, strong=True),) * 2,
            axis=Axis(title=words, unit=words[:12]),
            target=5,
            target_name=words,
            value_name=words,
            note=words,
        ),
        Scatter(
            title=words,
            points=(Point(x=1, y=1, label=words), Point(x=2, y=9, label=words)),
            x=Axis(title=words, unit=words[:12]),
            y=Axis(title=words, unit=words[:12]),
            curves=(Curve(points=((1, 1), (2, 2)), label=words),),
            quadrants=Quadrants(x=1, y=1, upper_left=words, upper_right=words, lower_left=words, lower_right=words),
            note=words,
        ),
        Lines(
            title=words,
            categories=(words, words),
            lines=(Line(label=words, values=(1, 2)),),
            axis=Axis(title=words),
            target=1,
            target_name=words,
            note=words,
        ),
        Photos(photos=(Photo(path=words, caption=words),)),
    )


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_fails_and_nothing_acts(draw, words):
    pdf = draw(*everywhere(words), subject=words, subtitle=words, imprint=words)
    assert not pdf.names() & ACTS
    assert pdf.outside() == []


def test_markup_is_printed_not_obeyed(draw):
    text = draw(*everywhere(HOSTILE[0])).text
    assert "<b>bold</b> & <a href='javascript:alert(1)'>link</a>" in text


def test_decomposed_hangul_is_composed(draw):
    assert "안녕하세요 é" in draw(Paragraph(text=HOSTILE[10])).text


def test_what_the_fonts_lack_becomes_a_box(draw):
    text = draw(Paragraph(text="좋아요😀漢")).text
    assert "좋아요□漢" in text


def test_a_long_note_runs_over_pages_and_none_of_it_is_lost(make_audit, read):
    note = " ".join(f"n{number}" for number in range(3000))[:19_990]
    report = store_report(Context(audits=[make_audit(notes={"G1": note})]))
    pdf = read(report_bytes(report, "en"))
    shown = set(pdf.text.split())
    assert set(note.split()) <= shown
    assert len(pdf) > 5


def test_hostile_visit(make_audit, read):
    audit = make_audit(
        store_name=HOSTILE[0],
        persona=HOSTILE[4][:400],
        occasion="=1+1",
        notes={"G1": HOSTILE[6], "G2": HOSTILE[2]},
        claims=[{"touchpoint": "payment", "text": HOSTILE[0]}],
        evidence={"G1": [{"file": "../../etc/passwd", "caption": HOSTILE[1]}]},
    )
    pdf = read(report_bytes(store_report(Context(audits=[audit])), "ko"))
    assert not pdf.names() & ACTS
    assert "<b>bold</b>" in pdf.text


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=300))
def test_any_text_can_be_drawn(draw, words):
    assert draw(*everywhere(words), subject=Text(en=f"x{words}"[:200])).outside() == []

"""Every block type is drawn, also at its limits."""

from __future__ import annotations

from typing import get_args

import pytest

from cemaudit.model import Text
from cemaudit.model.blocks import (
    Bars,
    Block,
    Callout,
    Cell,
    Column,
    Figure,
    Figures,
    Heading,
    HeatMap,
    Paragraph,
    Series,
    Table,
)
from cemaudit.report.kit.drawers import DRAWERS
from cemaudit.report.kit.heatmap import colour_at
from cemaudit.report.kit.stack import Slice, Stack
from cemaudit.report.kit.style import DEEP, contrast, on

NAN = float("nan")


def test_every_block_type_has_a_drawer():
    union = get_args(Block)[0]
    assert set(DRAWERS) == set(get_args(union))


def test_both_languages(draw):
    words = Text(ko="한국어", en="English")
    assert "한국어" in draw(Paragraph(text=words), language="ko").text
    assert "English" in draw(Paragraph(text=words), language="en").text


def test_headings_are_in_the_outline(draw):
    pdf = draw(Heading(text="Second level"), Heading(text="Third level", level=3), Paragraph(text="words"))
    entries = [(entry.level, entry.get_title()) for entry in pdf.document.get_toc()]
    assert entries == [(0, "Section"), (1, "Second level")]


def test_two_headings_on_a_page_lead_to_two_places(draw):
    pdf = draw(Heading(text="One"), Paragraph(text="words"), Heading(text="Two"), Paragraph(text="words"))
    places = {tuple(entry.get_dest().get_view()[1]) for entry in pdf.document.get_toc()}
    assert len(places) == 3


def test_a_heading_stays_with_what_follows(draw):
    filler = [Paragraph(text="line") for _ in range(200)]
    for length in range(20, 32):
        pages = draw(*filler[:length], Heading(text="KEPT"), Paragraph(text="FOLLOWS")).pages
        assert all(("KEPT" in page) == ("FOLLOWS" in page) for page in pages)


def test_table_header_is_repeated(draw):
    rows = tuple((f"row {number}", "x") for number in range(120))
    pages = draw(Table(columns=(Column(title="FIRST"), Column(title="SECOND")), rows=rows)).pages
    assert len(pages) > 2
    assert all("FIRST" in page for page in pages)


def test_a_group_row_is_not_left_alone_at_the_foot_of_a_page(draw):
    rows = []
    for number in range(60):
        rows += [(Cell(text=f"GROUP{number:02}", strong=True), ""), (f"MEMBER{number:02}", "x")]
    pages = draw(Table(columns=(Column(title="a"), Column(title="b")), rows=tuple(rows))).pages
    assert len(pages) > 2
    for number in range(60):
        assert all((f"GROUP{number:02}" in page) == (f"MEMBER{number:02}" in page) for page in pages)


@pytest.mark.parametrize("rows", range(24, 40))
def test_the_columns_are_named_once_a_page(draw, rows):
    """Also where the last row but one waits for the last: below the others there is room for the head then."""
    texts = [*(f"row {number}" for number in range(rows)), "the last\nis tall\nand waits"]
    pdf = draw(Table(columns=(Column(title="HEAD"),), rows=tuple((text,) for text in texts)))
    assert [page.count("HEAD") for page in pdf.pages] == [1] * len(pdf.pages)


def test_an_empty_table_says_so(draw):
    assert "nothing here" in draw(Table(columns=(Column(title="a"),), rows=())).text


def test_a_row_taller_than_a_page(draw):
    text = "\n".join(f"L{number}" for number in range(300))
    pdf = draw(Table(columns=(Column(title="a"), Column(title="b")), rows=((text, "b"),)))
    assert {f"L{number}" for number in range(300)} <= set(pdf.text.split())


def test_figures_print_value_note_and_scale(draw):
    figures = (
        Figure(label="Emotion", value="+33.3", note="since May", at=33.3, low=-100, tone="good"),
        Figure(label="Odd", value="?", at=NAN),
    )
    text = draw(Figures(figures=figures)).text
    for word in ("Emotion", "+33.3", "since May", "−100", "100"):
        assert word in text


@pytest.mark.parametrize("count", range(1, 7))
def test_one_to_six_figures(draw, count):
    assert draw(Figures(figures=(Figure(label="l", value="1,234.5"),) * count)).outside() == []


def test_bars_print_values_and_what_has_none(draw):
    bars = Bars(
        title="Performance",
        categories=("Face", "Phone"),
        series=(Series(label="now", values=(78.4, None)), Series(label="before", values=(NAN,))),
        unit="점",
    )
    text = draw(bars).text
    for word in ("78.4점", "not scored", "now", "before"):
        assert word in text


def test_many_bars_run_over_pages(draw):
    categories = tuple(f"C{number}" for number in range(150))
    pdf = draw(Bars(title="t", categories=categories, series=(Series(label="s", values=(1.0,) * 150),)))
    assert set(categories) <= set(pdf.text.split())
    assert len(pdf) > 2


def test_heat_map_prints_every_number(draw):
    heat = HeatMap(title="t", columns=("a", "b"), rows=("r",), values=((-12.5, 100.0),), low=-100, note="a note")
    for word in ("−12.5", "+100.0", "a note", "−100"):
        assert word in draw(heat).text


@pytest.mark.parametrize("columns", [1, 8, 12, 14, 15, 40])
def test_heat_map_of_nothing(draw, columns):
    names = tuple(f"c{number}" for number in range(columns))
    pdf = draw(HeatMap(title="t", columns=names, rows=("r", "s"), values=((None,) * columns,) * 2))
    assert set(names) <= set(pdf.text.split())
    assert pdf.outside() == []


def test_heat_map_without_rows_or_columns(draw):
    assert len(draw(HeatMap(title="t", columns=(), rows=(), values=()))) == 1


def test_heat_colours_go_from_orange_to_blue_and_their_numbers_can_be_read():
    assert colour_at(0) == pytest.approx(DEEP["worst"])
    assert colour_at(1) == pytest.approx(DEEP["best"])
    for step in range(101):
        ground = colour_at(step / 100)
        assert contrast(on(ground), ground) >= 4.5


def test_callouts_of_every_tone(draw):
    for tone in DEEP:
        assert "title" in draw(Callout(title="title", text="text", tone=tone)).text


def test_a_stack_is_cut_between_slices():
    stack = Stack([Slice(100) for _ in range(4)], space=(5, 7))
    upper, _, rest = stack.split(400, 250)
    assert (upper.tall, rest.tall, upper.spaceBefore, rest.spaceAfter) == (200, 200, 5, 7)
    assert stack.split(400, 99) == []


def test_a_whole_stack_is_not_cut():
    assert Stack([Slice(100), Slice(100)], whole=True).split(400, 150) == []
    assert len(Stack([Slice(100)] * 9, whole=True).split(400, 150)) == 3


def test_the_last_slice_does_not_go_over_alone():
    upper, _, rest = Stack([Slice(100) for _ in range(5)]).split(400, 450)
    assert (len(upper.slices), len(rest.slices)) == (3, 2)


def test_nothing_but_group_rows_still_breaks(draw):
    rows = tuple((Cell(text=f"GROUP{number}", strong=True), "") for number in range(100))
    pdf = draw(Table(columns=(Column(title="a"), Column(title="b")), rows=rows))
    assert {f"GROUP{number}" for number in range(100)} <= set(pdf.text.split())

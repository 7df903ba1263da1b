"""Pages look as they did: block means of small grey pictures, compared with those kept in ``pictures``.

After a wanted change of looks, look at the new pages, then renew:
``CEMAUDIT_RENEW_PICTURES=1 pytest tests/report/test_pictures.py``.
"""

from __future__ import annotations

import pytest
from helpers import samples

from cemaudit.hookspecs import Context
from cemaudit.model.blocks import (
    Axis,
    Bars,
    Callout,
    Cell,
    Column,
    Curve,
    Figure,
    Figures,
    HeatMap,
    Intervals,
    Line,
    Lines,
    Point,
    Quadrants,
    Ranged,
    Scatter,
    Series,
    Span,
    Table,
)
from cemaudit.report import report_bytes, store_report
from cemaudit.report.form import pdf_form

BLOCKS = (
    Figures(figures=(Figure(label="Performance", value="78.4", tone="good", at=78.4, note="note"),) * 3),
    Callout(title="Critical", text="Words that must be seen.", tone="worst"),
    Bars(
        title="Channels",
        categories=("Face-to-face", "Electronic"),
        series=(Series(label="now", values=(60, -20)), Series(label="before", values=(None, 10))),
        low=-100,
    ),
    HeatMap(title="Map", columns=("a", "b", "c", "d"), rows=("r", "s"), values=((0, 33, 66, 100), (None, 50, 25, 75))),
    Table(
        columns=(Column(title="Item"), Column(title="Answer", align="right")),
        rows=((Cell(text="Group", strong=True), ""), ("one", Cell(text="✓", tone="best")), ("two", "✗")),
    ),
)


ROWS = tuple(
    Ranged(
        label=f"Store {number}",
        value=85 - 2 * number,
        low=76 - 2 * number,
        high=94 - 2 * number,
        inner=Span(low=79 - 2 * number, high=91 - 2 * number),
        mark=88 - 3 * number,
        group=f"Group {number // 4}",
        tone="worst" if number > 9 else "plain",
    )
    for number in range(12)
)
CHARTS = (
    Intervals(title="Stores", rows=ROWS, axis=Axis(title="score"), target=75, target_name="target", value_name="score"),
    Scatter(
        title="Funnel",
        points=tuple(Point(x=1 + number % 8, y=60 + number * 7 % 31, label=f"P{number}") for number in range(30)),
        x=Axis(title="visits", low=0, whole=True),
        curves=(Curve(points=((1, 95), (4, 85), (8, 80)), label="95 %", dashed=True),),
        quadrants=Quadrants(x=4, y=75, upper_left="few", upper_right="many"),
    ),
    Lines(
        title="Trend",
        categories=("1", "2", "3", "4"),
        lines=(
            Line(
                label="ours",
                values=(70, 72, None, 78),
                bands=(Span(low=65, high=75), Span(low=68, high=76), None, None),
            ),
            Line(label="network", values=(75, 74, 74, 73)),
        ),
    ),
)


def test_charts(draw, compare):
    compare(draw(*CHARTS).picture(0, 1.0), "charts")


def test_blocks(draw, compare):
    compare(draw(*BLOCKS).picture(0, 1.0), "blocks")


@pytest.mark.parametrize("language", ["ko", "en"])
def test_first_page(make_audit, read, compare, language):
    report = store_report(Context(audits=[make_audit()]))
    report = report.model_copy(update={"imprint": "cemaudit"})
    compare(read(report_bytes(report, language)).picture(0, 1.0), f"first-page-{language}")


FORM = samples.checklist(
    samples.touchpoint(
        "greeting",
        samples.item("G1", help={"ko": "문을 들어서며 봅니다.", "en": "As you come in."}, evidence="required"),
        samples.item("G2", samples.points(2, 1, 0), note={"at_least": 60}),
        samples.item("G3", {"type": "scale", "low": samples.text("bad"), "high": samples.text("good")}),
        samples.item("G4", {"type": "duration", "unit": "min"}, when="G1 == true"),
        samples.item("G5", {**samples.points(2, 1), "type": "choices"}),
        emotion=True,
        expectation=True,
    )
)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_form(read, compare, language):
    form = read(pdf_form(FORM, language))
    for page in (0, 1):
        compare(form.picture(page, 1.0), f"form-{page + 1}-{language}")

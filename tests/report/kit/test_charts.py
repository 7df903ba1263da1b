"""Charts with axes: what they print, at their limits, and whatever they are given."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from PIL import ImageStat
from pydantic import ValidationError

from cemaudit.model import Text
from cemaudit.model.blocks import (
    Axis,
    Curve,
    HeatMap,
    Intervals,
    Line,
    Lines,
    Point,
    Quadrants,
    Ranged,
    Scatter,
    Span,
)

TONES = ["best", "good", "fair", "poor", "worst", "plain"]


def rows(count, **more):
    return tuple(
        Ranged(label=f"R{number}", value=90 - number % 60, low=80 - number % 60, high=95 - number % 60, **more)
        for number in range(count)
    )


def test_a_row_has_its_name_its_number_and_its_group(draw):
    row = Ranged(label="강남점", value=71.25, low=60, high=80, inner=Span(low=65, high=75), mark=74, group="Group 2")
    text = draw(
        Intervals(
            title="Stores",
            rows=(row,),
            axis=Axis(title="score", low=0, high=100, unit="점"),
            target=80,
            target_name="target 80",
            value_name="adjusted",
            range_name="90 % interval",
            inner_name="84 % interval",
            mark_name="mean",
            note="a note",
        )
    ).text
    for word in ("Stores", "강남점", "71.2", "Group 2", "score", "100점", "target 80", "90 % interval", "a note"):
        assert word in text


def test_a_group_is_named_once(draw):
    assert draw(Intervals(title="t", rows=rows(10, group="GROUP"))).text.count("GROUP") == 1


@pytest.mark.parametrize(("count", "pages"), [(2, 1), (60, 1), (61, 2), (180, 4)])
def test_up_to_180_rows_are_all_named(draw, count, pages):
    pdf = draw(Intervals(title="t", rows=rows(count)))
    assert len(pdf) <= pages + 1
    assert {f"R{number}" for number in range(count)} <= set(pdf.text.split())


def test_of_10_000_rows_the_first_and_the_last_are_named_on_one_page(draw):
    pdf = draw(Intervals(title="t", rows=rows(10_000, group="G")))
    shown = {word for word in pdf.text.split() if word[0] == "R" and word[1:].isdigit()}
    assert shown == {f"R{number}" for number in (*range(15), *range(9_985, 10_000))}
    assert "9,970 between them, drawn as 300 evenly chosen lines" in pdf.text
    assert len(pdf) <= 2


def test_no_rows(draw):
    assert "Nobody" in draw(Intervals(title="Nobody", rows=())).text


def test_a_line_that_is_no_interval_is_refused():
    with pytest.raises(ValidationError):
        Ranged(label="a", value=float("nan"), low=0, high=1)
    with pytest.raises(ValidationError):
        Point(x=float("inf"), y=0)


def test_a_funnel_names_its_limits_and_its_outliers(draw):
    funnel = Scatter(
        title="Funnel",
        points=(Point(x=12, y=40, label="OUTSIDE", tone="worst"), *(Point(x=n, y=70) for n in range(1, 12))),
        x=Axis(title="visits", low=0, whole=True),
        y=Axis(title="mean", unit="점"),
        curves=(Curve(points=((1, 500), (12, 75)), label="95 %", dashed=True),),
    )
    text = draw(funnel).text
    for word in ("Funnel", "OUTSIDE", "visits", "mean", "95 %", "60점"):
        assert word in text


def test_a_map_names_its_quarters(draw):
    quarters = Quadrants(x=50, y=50, upper_left="RAISE", upper_right="KEEP", lower_left="LATER", lower_right="LESS")
    points = (Point(x=20, y=90, label="Greeting"), Point(x=80, y=20, label="Payment"))
    text = draw(Scatter(title="Map", points=points, quadrants=quarters)).text
    for word in ("RAISE", "KEEP", "LATER", "LESS", "Greeting", "Payment"):
        assert word in text


def test_a_crowd_of_points_keeps_the_labels_of_the_first(draw):
    points = (Point(x=0, y=0, label="P0"), Point(x=9, y=9), *(Point(x=5, y=5, label=f"P{n}") for n in range(1, 50)))
    text = draw(Scatter(title="Crowd", points=points)).text.split()
    assert "P0" in text
    assert "P1" in text
    assert len([word for word in text if word[0] == "P"]) <= 9


def test_lines_are_named_at_their_ends(draw):
    lines = Lines(
        title="Trend",
        categories=("spring", Text(ko="여름", en="summer"), "autumn"),
        lines=(
            Line(label="ours", values=(70, None, 75), bands=(Span(low=60, high=80), None, Span(low=70, high=80))),
            Line(label="network", values=(70, 71)),
            Line(label="empty", values=()),
        ),
        axis=Axis(title="score"),
        target=72,
        target_name="target 72",
    )
    text = draw(lines).text
    for word in ("Trend", "spring", "summer", "autumn", "ours", "network", "score", "target 72"):
        assert word in text
    assert "empty" not in text
    assert "여름" in draw(lines, language="ko").text


def test_of_many_categories_those_are_named_that_fit(draw):
    names = tuple(f"2026-{number:03}" for number in range(400))
    pdf = draw(Lines(title="t", categories=names, lines=(Line(label="l", values=tuple(range(400))),)))
    assert 3 < sum(name in pdf.text for name in names) < 20


def test_the_same_blocks_give_the_same_bytes(draw):
    blocks = (Intervals(title="t", rows=rows(300)), Scatter(title="s", points=(Point(x=1, y=1, label="a"),) * 9))
    assert draw(*blocks).data == draw(*blocks).data


NUMBERS = st.floats(-1e12, 1e12) | st.floats(0, 100) | st.sampled_from([0.0, -1e12, 1e12, 1e-300])
WORDS = st.text(max_size=60) | st.just("가나다라마바사" * 30)
TONE = st.sampled_from(TONES)
SPANS = st.builds(Span, low=NUMBERS, high=NUMBERS)
AXES = st.builds(Axis, title=WORDS, unit=WORDS, low=st.none() | NUMBERS, high=st.none() | NUMBERS, whole=st.booleans())
RANGED = st.builds(
    Ranged,
    label=WORDS,
    value=NUMBERS,
    low=NUMBERS,
    high=NUMBERS,
    inner=st.none() | SPANS,
    mark=st.none() | NUMBERS,
    group=st.sampled_from(["", "a", "b" * 100]),
    tone=TONE,
    strong=st.booleans(),
)
POINTS = st.builds(Point, x=NUMBERS, y=NUMBERS, label=WORDS, tone=TONE)
CURVES = st.builds(
    Curve,
    points=st.lists(st.tuples(NUMBERS, NUMBERS), min_size=2, max_size=6).map(tuple),
    label=WORDS,
    dashed=st.booleans(),
)
LINE = st.builds(
    Line,
    label=WORDS,
    values=st.lists(st.none() | NUMBERS, max_size=6).map(tuple),
    bands=st.lists(st.none() | SPANS, max_size=6).map(tuple),
    tone=TONE,
)
CHARTS = st.one_of(
    st.builds(
        Intervals,
        title=WORDS,
        rows=st.lists(RANGED, max_size=6).map(tuple),
        axis=AXES,
        target=st.none() | NUMBERS,
        target_name=WORDS,
        value_name=WORDS,
        range_name=WORDS,
        inner_name=WORDS,
        mark_name=WORDS,
        note=WORDS,
    ),
    st.builds(
        Scatter,
        title=WORDS,
        points=st.lists(POINTS, max_size=6).map(tuple),
        x=AXES,
        y=AXES,
        curves=st.lists(CURVES, max_size=3).map(tuple),
        quadrants=st.none()
        | st.builds(
            Quadrants, x=NUMBERS, y=NUMBERS, upper_left=WORDS, upper_right=WORDS, lower_left=WORDS, lower_right=WORDS
        ),
        note=WORDS,
    ),
    st.builds(
        Lines,
        title=WORDS,
        categories=st.lists(WORDS, max_size=6).map(tuple),
        lines=st.lists(LINE, min_size=1, max_size=3).map(tuple),
        axis=AXES,
        target=st.none() | NUMBERS,
        target_name=WORDS,
        note=WORDS,
    ),
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(CHARTS)
def test_any_chart_stays_between_the_margins(draw, chart):
    pdf = draw(chart)
    assert pdf.outside() == []
    for page in range(len(pdf)):
        picture = pdf.picture(page, 0.5).convert("L")
        wide, high = picture.size
        for strip in ((0, 0, 22, high), (wide - 22, 0, wide, high)):
            assert ImageStat.Stat(picture.crop(strip)).extrema[0][0] == 255


def test_a_heat_map_writes_how_many_visits_a_cell_has(draw):
    block = HeatMap(title="Means", columns=("Mon", "Sat"), rows=("9:00",), values=((71.5, None),), counts=((12, 0),))
    text = draw(block).text
    assert "71.5" in text
    assert "n=12" in text
    assert "n=0" not in text

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from cemaudit.errors import BadInput
from cemaudit.exchange.tables.input_table import InputRow
from cemaudit.exchange.tables.mapping import CellMapping, DayCell, ItemCell, MomentCell, check_mapping

ROW = InputRow(12, {"a": "x", "b": "", "c": "N/A", "{d}": "y"})
NA = {"", "n/a"}


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (CellMapping(column="a"), "x"),
        (CellMapping(column="b"), None),
        (CellMapping(column="c"), None),
        (CellMapping(column="c", values={"N/A": "none"}), "none"),
        (CellMapping(value="always"), "always"),
        (CellMapping(template="{a}-{#}"), "x-12"),
        (CellMapping(template="{a}-{b}"), None),
        (CellMapping(template="{a}", values={"x": "X"}), "X"),
        (CellMapping(template="no place"), "no place"),
        (CellMapping(template="3 out of 10", before=" out of "), "3"),
        (CellMapping(template="6**", before="**", values={"6": "six"}), "six"),
        (CellMapping(column="c", before="out of"), None),
        (CellMapping(template="out of 10", before="out of"), None),
    ],
)
def test_where_a_value_comes_from(cell, text):
    assert cell.text(ROW, NA) == text


def test_a_template_is_no_format_string():
    cell = CellMapping(template="{a.__class__}")
    assert cell.columns == ("a.__class__",)


@pytest.mark.parametrize("sources", [{}, {"column": "a", "value": "b"}])
def test_a_cell_has_one_source(sources):
    with pytest.raises(ValidationError):
        CellMapping(**sources)


def test_an_items_own_na_is_a_skip():
    cell = ItemCell(column="c", na=("n/a",))
    assert cell.is_skipped(ROW)
    assert not ItemCell(column="c", na=("n/a",), values={"N/A": "none"}).is_skipped(ROW)
    assert not ItemCell(column="a", na=("n/a",)).is_skipped(ROW)


def test_days():
    cell = DayCell(column="a", formats=("%Y-%m-%d", "%d.%m.%Y"), unknown=(date(1901, 1, 1),))
    assert cell.day("21.11.2026") == date(2026, 11, 21)
    assert cell.day("1901-01-01") is None
    with pytest.raises(BadInput, match=r"expected a date in the form %Y-%m-%d, %d.%m.%Y, found soon"):
        cell.day("soon")


def test_moments():
    cell = MomentCell(column="a", formats=("%Y-%m-%d %I:%M %p",), zone="Asia/Seoul")
    assert cell.moment("2026-11-21 02:05 PM") == datetime(2026, 11, 21, 14, 5, tzinfo=ZoneInfo("Asia/Seoul"))
    brought = MomentCell(column="a", formats=("%Y-%m-%dT%H:%M%z",)).moment("2026-11-21T14:05+0900")
    assert brought.isoformat() == "2026-11-21T14:05:00+09:00"


@pytest.mark.parametrize("text", ["%Y-%m", "%m-%d", "today", "%Y-%m-%d %Q", ""])
def test_a_date_format_names_year_month_and_day(text):
    with pytest.raises(ValidationError):
        DayCell(column="a", formats=(text,))


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("%Y-%m-%d %I:%M", "Asia/Seoul"),
        ("%Y-%m-%d %H:%M", None),
        ("%Y-%m-%d %H:%M", "Asia/Soul"),
        ("%Y-%m-%d %H:%M", "../etc/passwd"),
    ],
)
def test_a_moment_needs_hours_and_a_zone(text, zone):
    with pytest.raises(ValidationError):
        MomentCell(column="a", formats=(text,), zone=zone)


def test_names_that_lead_nowhere_are_listed_with_hints(make_mapping, checklist):
    mapping = make_mapping(
        'greetd = { column = "greeted" }\n[emotions]\nshelv = { column = "id" }\n'
        '[[skip_rows]]\ncolumn = "stor"\nvalues = ["x"]\nreason = { en = "x" }\n',
        tidy="tidyy",
    )
    problems = [str(problem) for problem in check_mapping(mapping, checklist, ["id", "store", "greeted", "tidy"])]
    assert problems == [
        "items.tidyy: no such column: tidyy (did you mean tidy?)",
        "skip_rows.1: no such column: stor (did you mean store?)",
        "items.tidyy: no such item: tidyy (did you mean tidy?)",
        "items.greetd: no such item: greetd (did you mean greeted?)",
        "emotions.shelv: no such touchpoint: shelv (did you mean shelf?)",
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("checklist.toml", "../secret.toml", "map.toml: checklist: "),
        ("checklist.toml", "/etc/x.toml", "map.toml: checklist: "),
        ("not-observed", "forgotten", "map.toml: items.tidy.state: "),
        ('id = { column = "id" }', "", "map.toml: visit.id: is missing"),
        ("[items]", "[itmes]", "map.toml: itmes: unknown key"),
        ('store = { column = "store" }', 'store = { column = "store", values = 3 }', "map.toml: visit.store.values: "),
        ("na = [", "na = ", "map.toml"),
    ],
)
def test_mistakes_of_the_file_have_their_place(make_mapping, old, new, said):
    with pytest.raises(BadInput) as refusal:
        make_mapping(**{old: new})
    assert said in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_checklist_may_be_one_of_the_library(make_mapping, tmp_path):
    assert make_mapping().checklist_file(tmp_path) == tmp_path / "checklist.toml"
    mapping = make_mapping(**{"checklist.toml": "retail.green-smile@1.0.0"})
    assert mapping.checklist_file(tmp_path) is None

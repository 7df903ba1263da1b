"""The treatment's section: numbers in words, maps and series, nothing for a single visit."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from cemaudit_hospital.episode import EXPERIENCE, PERFORMANCE
from cemaudit_hospital.sections import sections
from cemaudit_hospital.shown import percent, pieces, points, tone

from cemaudit.hookspecs import Context
from cemaudit.model import Audit
from cemaudit.model.blocks import Figures, HeatMap, Paragraph, Section, Table


def section_of(*audits: Audit) -> Section:
    (section,) = sections(audits[-1], Context(audits=audits))
    return section


@pytest.fixture
def treatment(audit) -> tuple[Audit, ...]:
    plan = {"H17": True, "H17-visits": 4}
    return (
        audit("V1", 1, {"H09": 5, "H06": 5, **plan}, emotions={"doctor": 3}),
        audit("Vn", 2, {"H09": 3, "H06": 45, "H07": False}, emotions={"doctor": -3}),
        audit("VE", 3, {"H09": 4, "H06": 20, "H07": True}, emotions={"doctor": 2}),
    )


def test_the_number_is_told_in_words(treatment) -> None:
    (words,) = [block.text for block in section_of(*treatment).blocks if isinstance(block, Paragraph)]
    assert words.en.startswith(
        "Visits to the clinic: 4 planned, 3 recorded, 1 planned but missing. The whole treatment scores +10.0:"
    )
    assert "치료 전체 점수는 +10.0점입니다." in words.ko


def test_the_figures_show_score_and_drop_outs(treatment) -> None:
    (figures,) = [block for block in section_of(*treatment).blocks if isinstance(block, Figures)]
    assert [figure.value for figure in figures.figures] == ["+10.0", "3", "1"]
    assert figures.figures[2].tone == "worst"


def test_the_number_can_be_worked_out_by_hand(treatment) -> None:
    visits = next(block for block in section_of(*treatment).blocks if isinstance(block, Table))
    assert [(str(row[0]), row[2].text, row[3]) for row in visits.rows] == [
        ("1. First visit", "+100.0", "1"),
        ("2. Return visit", "−75.0", "1"),
        ("3. Last visit", "+50.0", "2"),
        ("Visits that did not happen: 1", "−75.0", "1"),
    ]


def test_each_touchpoint_is_on_one_map_only(treatment) -> None:
    felt, done = [block for block in section_of(*treatment).blocks if isinstance(block, HeatMap)]
    assert [str(row) for row in felt.rows] == ["The doctor"]
    assert felt.values == ((100.0, -75.0, 50.0),)
    assert (felt.low, done.low) == (-100, 0)
    assert [str(row) for row in done.rows] == ["Waiting time", "Notice of delay", "Treatment plan"]
    assert [str(column) for column in felt.columns] == ["1. First visit", "2. Return visit", "3. Last visit"]


def test_the_followed_items_stand_in_a_table(treatment) -> None:
    tables = [block for block in section_of(*treatment).blocks if isinstance(block, Table)]
    (table,) = [table for table in tables if str(table.caption) == "Share of the points possible"]
    rows = {str(row[0]): [cell.text for cell in row[1:]] for row in table.rows}
    assert rows["Minutes waited beyond the appointment time"] == ["100%", "0%", "67%"]
    assert rows["Told, unasked, why it was late and how long it would take"] == ["–", "0%", "100%"]


def test_a_long_treatment_runs_over_several_tables(audit) -> None:
    visits = [audit("V1", 1, {"H05": 2}), *(audit("Vn", number, {"H05": 1}) for number in range(2, 20))]
    section = section_of(*visits)
    assert [len(block.columns) for block in section.blocks if isinstance(block, HeatMap)] == [8, 8, 3]
    assert [len(block.columns) for block in section.blocks if isinstance(block, Table)] == [4, 9, 9, 4]


def test_both_languages_say_everything(treatment) -> None:
    dumped = section_of(*treatment).model_dump()
    assert list(_one_sided(dumped)) == []


def _one_sided(value):
    if isinstance(value, dict):
        if value.keys() == {"ko", "en"} and None in value.values():
            yield value
        for member in value.values():
            yield from _one_sided(member)
    elif isinstance(value, (list, tuple)):
        for member in value:
            yield from _one_sided(member)


def test_a_single_visit_has_no_such_section(audit) -> None:
    alone, stranger = audit("V1", 1, {"H05": 2}), audit("Vn", 2, episode={"id": "t2", "step": "Vn", "number": 2})
    assert list(sections(alone, Context(audits=[alone]))) == []
    assert list(sections(alone, Context(audits=[alone, stranger]))) == []
    assert list(sections(audit(episode=None), Context(audits=[alone, stranger]))) == []


def test_unscored_visits_still_make_a_page(audit) -> None:
    section = section_of(audit("V1", 1), audit("Vn", 2))
    (figures,) = [block for block in section.blocks if isinstance(block, Figures)]
    assert (figures.figures[0].value, figures.figures[0].at, figures.figures[0].tone) == ("–", None, "plain")


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        ("25", EXPERIENCE, "+25.0"),
        ("-175/6", EXPERIENCE, "−29.2"),
        ("0", EXPERIENCE, "0.0"),
        ("-1/100", EXPERIENCE, "0.0"),
        ("1/4", PERFORMANCE, "0.3"),
        ("100", PERFORMANCE, "100.0"),
    ],
)
def test_points_as_printed(value: str, kind, expected: str) -> None:
    assert points(Fraction(value), kind) == expected


def test_shares_and_tones() -> None:
    assert [percent(None), percent(Fraction(1, 8)), percent(Fraction(1))] == ["–", "13%", "100%"]
    tones = [tone(Fraction(step, 4)) for step in range(5)]
    assert tones == ["worst", "poor", "fair", "good", "best"]
    assert [tone(None), tone(Fraction(-100), EXPERIENCE), tone(Fraction(0), EXPERIENCE)] == ["plain", "worst", "fair"]


def test_pieces_cover_everything_once() -> None:
    found = list(pieces(19, 8))
    assert [piece.start for piece in found] == [0, 8, 16]
    assert all(one.stop == two.start for one, two in pairwise(found))


def test_feelings_stand_side_by_side_down_the_treatment(treatment) -> None:
    table = [block for block in section_of(*treatment).blocks if isinstance(block, Table)][-1]
    assert str(table.caption) == "Feeling (-3 to +3)"
    assert [cell.text for cell in table.rows[0][1:]] == ["+3", "−3", "+2"]

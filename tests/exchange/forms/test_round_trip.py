"""Whatever a form can hold comes back from it as the same visit, through every sort of table."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import samples
from helpers.filled_forms import as_asked, flat_record
from helpers.form_strategies import checklists_and_visits
from hypothesis import given, settings
from hypothesis import strategies as st

from cemaudit.errors import BadInput
from cemaudit.exchange.forms.making import form_of
from cemaudit.exchange.forms.reader import FormReader
from cemaudit.exchange.forms.templates import is_labels, write_csv, write_xlsx
from cemaudit.exchange.tables.input_table import read_table
from cemaudit.language import LANGUAGES, Language
from cemaudit.model import Checklist, Visit
from cemaudit.scoring import Engine
from cemaudit.simulate.visits import simulate

Both = tuple[Checklist, Visit]


def read_back(path: Path, of: Checklist) -> tuple[Visit | None, list[str]]:
    (row,) = (row for row in read_table(path).rows if not is_labels(row.cells))
    assert row.problem is None
    visit, problems = FormReader(of).read(row.cells)
    return visit, [str(problem) for problem in problems]


@settings(max_examples=25)
@given(checklists_and_visits())
def test_through_a_record(both: Both) -> None:
    of, visit = both
    again, problems = FormReader(of).read(flat_record(visit, of))
    assert [str(problem) for problem in problems] == []
    assert again == visit


@settings(max_examples=25)
@given(checklists_and_visits())
def test_through_csv(tmp_path: Path, both: Both) -> None:
    of, visit = both
    write_csv(form_of(of), [flat_record(visit, of)], tmp_path / "form.csv")
    assert read_back(tmp_path / "form.csv", of) == (visit, [])


@settings(max_examples=25)
@given(checklists_and_visits(), st.sampled_from(LANGUAGES))
def test_through_a_workbook_of_words_in_either_language(tmp_path: Path, both: Both, language: Language) -> None:
    of, visit = both
    write_xlsx(form_of(of), [flat_record(visit, of)], tmp_path / "form.xlsx", language)
    assert read_back(tmp_path / "form.xlsx", of) == (visit, [])


@pytest.mark.parametrize("words", ["#N/A", "#REF!", '="007"', '="a""b"', '=""', "#N/A or so", '="a"&"b"'])
def test_words_a_spreadsheet_has_a_meaning_for_stay_words(tmp_path: Path, words: str) -> None:
    of = samples.items_only(samples.item("a", "text"))
    claims = [{"touchpoint": "t", "text": words}]
    visit = samples.visit(answers={"a": words}, notes={"a": words}, claims=claims, store_name=words)
    write_csv(form_of(of), [flat_record(visit, of)], tmp_path / "form.csv")
    assert read_back(tmp_path / "form.csv", of) == (visit, [])
    write_xlsx(form_of(of), [flat_record(visit, of)], tmp_path / "form.xlsx", "ko")
    assert read_back(tmp_path / "form.xlsx", of) == (visit, [])


def test_what_a_form_has_no_room_for_is_named() -> None:
    of = samples.items_only(samples.item("a"), samples.item("b", evidence="optional"))
    pieces = [{"file": f"{number}.jpg"} for number in range(4)]
    claims = [{"touchpoint": "t", "text": "one"}, {"touchpoint": "t", "text": "two"}]
    visit = samples.visit(evidence={"b": pieces}, claims=claims, emotions={"t": 1})
    with pytest.raises(BadInput) as caught:
        flat_record(visit, of)
    assert [problem.place for problem in caught.value.problems] == ["b__photo_4", "t__emotion", "t__claim"]


def test_visits_of_every_shipped_checklist_come_back(engine: Engine, tmp_path: Path) -> None:
    for of in engine.library.checklists.values():
        made = simulate(of, stores=2, visits=2)
        visits = [as_asked(visit.model_copy(update={"origin": "shopper"}), of) for visit in made]
        write_csv(form_of(of), [flat_record(visit, of) for visit in visits], tmp_path / "form.csv")
        reader = FormReader(of)
        read = [reader.read(row.cells) for row in read_table(tmp_path / "form.csv").rows]
        assert read == [(visit, []) for visit in visits]

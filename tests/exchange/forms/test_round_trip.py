"""Whatever a form can hold comes back from it as the same visit."""

from __future__ import annotations

from fillable import checklists_and_visits
from hypothesis import given

from cemaudit.exchange.forms.reader import FormReader
from cemaudit.exchange.forms.writer import flat_record
from cemaudit.model import Checklist, Visit


@given(checklists_and_visits())
def test_a_record_reads_back_as_the_visit_it_was_made_of(both: tuple[Checklist, Visit]) -> None:
    of, visit = both
    again, problems = FormReader(of).read(flat_record(visit, of))
    assert [str(problem) for problem in problems] == []
    assert again == visit

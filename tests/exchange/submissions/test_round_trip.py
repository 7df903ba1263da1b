"""From a visit to the phone's form, through every export, to the same visit: for every checklist."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import openpyxl
import pytest
from helpers import exports, samples, strategies
from helpers.exports import Sent
from helpers.filled_forms import as_asked, flat_record
from helpers.xlsforms import Phone
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cemaudit.errors import BadInput
from cemaudit.exchange.forms.making import form_of
from cemaudit.exchange.submissions.importing import import_submissions
from cemaudit.model import Checklist, Visit
from cemaudit.scoring import Engine
from cemaudit.simulate import simulate

CHECKLISTS = Engine().library.checklists


class Field(NamedTuple):
    """Visits as phones send them."""

    checklist: Checklist
    visits: list[Visit]
    sent: list[Sent]
    options: dict[str, list[str]]

    def back(self, path: Path, media: Path | None = None) -> list[Visit]:
        """The visits read from an export of them; nothing may have been left out or told."""
        found = import_submissions(path, {self.checklist.ref: self.checklist}.__getitem__, path.parent / "kept", media)
        visits = list(found)
        assert [str(one) for one in (*found.problems, *found.notices)] == []
        assert found.counts.submissions == found.counts.good == len(visits)
        return sorted(visits, key=lambda visit: visit.id)


@cache
def phone(ref: str) -> Phone:
    return Phone(CHECKLISTS[ref])


def field(checklist: Checklist, visits: Sequence[Visit], on: Phone) -> Field:
    sent = [Sent(visit.id, on.values(said(visit, checklist))) for visit in visits]
    many = [one for one in form_of(checklist).fields.values() if one.kind == "many"]
    options = {on.paths[one.name]: [option.code for option in one.options] for one in many}
    return Field(checklist, sorted(visits, key=lambda visit: visit.id), sent, options)


def said(visit: Visit, checklist: Checklist) -> dict[str, str]:
    """The flat record a phone holds; it keeps its own id."""
    return {name: text for name, text in flat_record(visit, checklist).items() if name != "visit__id"}


@pytest.fixture(scope="module", params=CHECKLISTS)
def shipped(request: pytest.FixtureRequest) -> Field:
    checklist = CHECKLISTS[request.param]
    visits = [
        as_asked(visit.model_copy(update={"origin": "shopper", "evidence": {}}), checklist)
        for visit in simulate(checklist, stores=2, visits=2, seed=3)
    ]
    return field(checklist, visits, phone(request.param))


def kobo_workbook(path: Path, made: Field) -> Path:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Shop")
    for row in exports.kobo_rows(made.sent, options=made.options):
        sheet.append(row)
    book.save(path)
    return path


def instances(path: Path, made: Field, on: Phone) -> Path:
    for one in made.sent:
        folder = path / f"uuid{one.id}"
        folder.mkdir(parents=True)
        (folder / "submission.xml").write_bytes(on.xml(one.values, one.id))
    return path


def xml(path: Path, made: Field) -> Path:
    return instances(path / "x", made, phone(made.checklist.ref))


WAYS: dict[str, Callable[[Path, Field], Path]] = {
    "central": lambda path, made: exports.written(path / "c.csv", exports.central_csv(made.sent)),
    "central, split": lambda path, made: exports.central_zip(path / "c.zip", made.sent, options=made.options),
    "central, without groups": lambda path, made: exports.written(
        path / "c.csv", exports.central_csv(made.sent, groups=False, options=made.options)
    ),
    "kobo": lambda path, made: exports.written(path / "k.csv", exports.kobo_csv(made.sent, options=made.options)),
    "kobo, single columns": lambda path, made: exports.written(
        path / "k.csv", exports.kobo_csv(made.sent, options=made.options, joined=False, delimiter=",")
    ),
    "kobo, without groups": lambda path, made: exports.written(
        path / "k.csv", exports.kobo_csv(made.sent, groups=False)
    ),
    "kobo, xlsx": lambda path, made: kobo_workbook(path / "k.xlsx", made),
    "xml": xml,
    "xml, zipped": lambda path, made: exports.zipped(path / "x.zip", xml(path, made)),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_shipped_checklist_comes_back_the_same(shipped: Field, way: str, tmp_path: Path) -> None:
    assert shipped.visits
    assert shipped.back(WAYS[way](tmp_path, shipped)) == shipped.visits


OPTIONS = [{"id": f"o{number}", "label": samples.text(f"o{number}"), "points": number} for number in range(3)]
kinds = strategies.scored_answers() | st.sampled_from(
    [{"type": "choices", "options": OPTIONS}, {"type": "text"}, {"type": "date"}, {"type": "time"}, {"type": "nps"}]
)


@st.composite
def made_up(draw: st.DrawFn) -> tuple[Checklist, Visit]:
    """Checklists with all kinds of questions, and visits a form has room for."""
    checklist = draw(strategies.checklists(kinds))
    visit = draw(strategies.visits(checklist))
    answers = {name: value for name, value in visit.answers.items() if value != ""}
    claims = {claim.touchpoint: claim for claim in visit.claims if claim.text}
    blank = visit.model_copy(update={"answers": answers, "claims": (), "blames": ()})
    try:
        flat_record(blank, checklist)
    except BadInput:
        assume(condition=False)
    order = [claims[name] for name in checklist.touchpoint if name in claims]
    return checklist, blank.model_copy(update={"claims": tuple(order)})


def in_order(visit: Visit) -> Visit:
    """The visit with all its lists of options in their order; single columns do not say in which they were chosen."""
    answers = {name: tuple(sorted(one)) if isinstance(one, tuple) else one for name, one in visit.answers.items()}
    return visit.model_copy(update={"answers": answers})


@pytest.mark.slow
@settings(max_examples=15)
@given(pair=made_up())
def test_any_checklist_comes_back_the_same(
    pair: tuple[Checklist, Visit], tmp_path_factory: pytest.TempPathFactory
) -> None:
    checklist, visit = pair
    on, path = Phone(checklist), tmp_path_factory.mktemp("made")
    made = field(checklist, [visit], on)
    for way in ("central, split", "kobo"):
        assert made.back(WAYS[way](path, made)) == [visit], way
    assert made.back(WAYS["kobo, single columns"](path, made)) == [in_order(visit)]
    assert made.back(instances(path / "x", made, on)) == [visit]

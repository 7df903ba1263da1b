"""The XLSForm of a checklist: accepted everywhere without a word, and asking what the checklist asks."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from helpers import form_strategies, samples, xlsforms
from helpers.filled_forms import flat_record
from hypothesis import given, settings

from cemaudit.errors import BadInput
from cemaudit.exchange.forms.reader import FormReader
from cemaudit.exchange.forms.xlsform.rows import plain
from cemaudit.exchange.forms.xlsform.write import sheets_of, write_xlsform
from cemaudit.exchange.tables.importing import arising
from cemaudit.language import LANGUAGES
from cemaudit.model import Checklist, Text, Visit
from cemaudit.scoring import Engine
from cemaudit.scoring.items import item_is_relevant, touchpoint_arises


@pytest.fixture
def fill(tmp_path):
    """A phone with a visit of the checklist filled in."""

    def fill(of: Checklist, visit: Visit) -> xlsforms.ObedientPhone:
        path = tmp_path / "form.xlsx"
        write_xlsform(of, path, "ko")
        phone = xlsforms.ObedientPhone(xlsforms.converted(path))
        phone.fill_in(xlsforms.typed_in(flat_record(visit, of), of))
        return phone

    return fill


def row(of: Checklist, name: str) -> dict[str, str]:
    return next(row for row in sheets_of(of, "en")["survey"] if row.get("name") == name)


def test_phones_hide_the_feelings_of_a_touchpoint_none_of_whose_items_arises(fill) -> None:
    """What was expected before the visit is asked all the same, for nobody knows yet what arises."""
    spots = (
        samples.touchpoint("bot", samples.item("b", when="a == true"), samples.item("c", when="not answered(a)"),
                           emotion=True, expectation=True),
        samples.touchpoint("later", samples.item("d", when="a == true"), expectation=True, perceived=True),
    )  # fmt: skip
    of = samples.checklist(samples.touchpoint("door", samples.item("a"), emotion=True), *spots)
    assert "relevant" not in row(of, "door__emotion")
    assert "relevant" not in row(of, "later__expectation")
    assert "relevant" not in row(of, "bot__claim"), "whoever misses the touchpoint may say so"
    for name in ("bot__emotion", "bot__expectation", "later__perceived"):
        phone = {answer: fill(of, samples.visit(answers={"a": answer})) for answer in (True, False)}
        assert phone[True].holds(name, "relevant"), name
        assert not phone[False].holds(name, "relevant"), name


def test_phones_need_every_feeling_they_ask_for_and_take_that_it_is_declined(fill) -> None:
    """The reason is asked once a feeling was left out, and never needed."""
    spots = (
        samples.touchpoint("hall", samples.item("a"), emotion=True, expectation=True),
        samples.touchpoint("desk", samples.item("b"), emotion=True, expectation=True, perceived=True),
    )
    of = samples.checklist(*spots)
    feelings = ["hall__emotion", "hall__expectation", "desk__emotion", "desk__expectation", "desk__perceived"]
    codes = [choice["name"] for choice in sheets_of(of, "en")["choices"]]
    assert {"_no", "_de"} <= set(codes)
    for name in feelings:
        assert row(of, name)["required"] == "yes"
        assert "required" not in row(of, f"{name}_why")
    declined = {
        "emotions.hall": {"state": "declined", "reason": "why should I"},
        "perceived.desk": {"state": "not-observed"},
    }
    phone = fill(of, samples.visit(checklist=of.ref, answers={"a": True, "b": True}, feelings_skipped=declined))
    assert {name for name in feelings if f"{name}_why" in phone.asked} == {"hall__emotion", "desk__perceived"}
    again, problems = FormReader(of).read({**phone.record(), "visit__checklist": of.ref})
    assert problems == []
    assert again is not None
    assert again.feelings_skipped["emotions.hall"].reason == "why should I"


def test_a_visit_that_runs_over_days_is_asked_for_its_first_and_its_last(fill) -> None:
    of = samples.items_only(samples.item("a"), times="days")
    survey = [row.get("name") for row in sheets_of(of, "en")["survey"]]
    assert {"visit__date", "visit__until"} <= set(survey)
    assert not {"visit__started", "visit__finished"} & set(survey)
    assert (row(of, "visit__until")["type"], row(of, "visit__until")["required"]) == ("date", "yes")
    assert row(of, "visit__until")["constraint"] == ". >= ${visit__date} and . <= today()"
    days = {"date": "2026-11-21", "until": "2026-11-28"}
    phone = fill(of, samples.visit(checklist=of.ref, answers={"a": True}, started=None, finished=None, **days))
    again, problems = FormReader(of).read({**phone.record(), "visit__checklist": of.ref})
    assert problems == []
    assert again is not None
    assert (str(again.day), str(again.last_day)) == ("2026-11-21", "2026-11-28")
    earlier = {**phone.record(), "visit__times/visit__until": "2026-11-20", "visit__checklist": of.ref}
    _, problems = FormReader(of).read(earlier)
    assert [(problem.place, "until not before the first day" in str(problem)) for problem in problems] == [("", True)]


def test_declared_personas_are_chosen_from_a_list() -> None:
    named = samples.items_only(samples.item("a"), personas=[{"id": "office", "title": samples.text("Office worker")}])
    assert row(named, "visit__persona")["type"].startswith("select_one list_")
    assert row(named, "visit__occasion")["type"] == "text"
    assert "office" in {choice["name"] for choice in sheets_of(named, "en")["choices"]}


def test_pyxform_accepts_every_shipped_checklist_without_a_warning(engine: Engine, tmp_path: Path) -> None:
    sheets = [scheme.sheet for scheme in engine.library.schemes.values() if scheme.sheet]
    shipped = [*engine.library.checklists.values(), *sheets]
    for of, language in zip(shipped, itertools.cycle(LANGUAGES), strict=False):
        write_xlsform(of, tmp_path / "form.xlsx", language)
        xlsforms.converted(tmp_path / "form.xlsx")


@settings(max_examples=25)
@given(form_strategies.checklists_and_careless_visits())
def test_a_phone_asks_and_needs_what_the_checklist_does(fill, both: tuple[Checklist, Visit]) -> None:
    of, careless = both
    phone, visit = fill(of, careless), arising(careless, of)
    for item in of.items.values():
        assert (f"{item.id}__note" in phone.asked) == item_is_relevant(item, visit, of)
        if item.id in visit.answers:
            value = visit.answers[item.id]
            assert phone.holds(item.id, "constraint")
            assert phone.holds(f"{item.id}__note", "required") == bool(item.least_note(value))
            assert item.evidence == "none" or phone.holds(f"{item.id}__proof", "required") == item.wants_evidence(value)
        elif item_is_relevant(item, visit, of):
            assert not phone.holds(f"{item.id}__note", "required")


def without_what_phones_do_not_ask(visit: Visit, of: Checklist) -> Visit:
    """Phones ask notes and evidence of items that arise, feelings at touchpoints of which any does (an expectation that
    is noted before the visit always), and note by themselves when a form was finished.
    """
    arising = {name for name, item in of.items.items() if item_is_relevant(item, visit, of)}
    kept: dict[str, Any] = {
        part: {n: v for n, v in getattr(visit, part).items() if n in arising} for part in ("notes", "evidence")
    }
    felt = {one.id for one in of.touchpoints if touchpoint_arises(one, visit, of)}
    before = felt | {one.id for one in of.touchpoints if one.perceived}
    for part, there in (("emotions", felt), ("perceived", felt), ("expectations", before)):
        kept[part] = {n: v for n, v in getattr(visit, part).items() if n in there}
    asked = {"emotions": felt, "perceived": felt, "expectations": before}
    skips = {n: v for n, v in visit.feelings_skipped.items() if n.partition(".")[2] in asked[n.partition(".")[0]]}
    return visit.model_copy(update={**kept, "date": visit.date if of.spans_days else None}).with_feelings_skipped(skips)


@settings(max_examples=25)
@given(form_strategies.checklists_and_visits())
def test_what_a_phone_sends_is_the_visit_filled_in(fill, both: tuple[Checklist, Visit]) -> None:
    of, visit = both
    visit = without_what_phones_do_not_ask(visit, of)
    phone = fill(of, visit)
    for separator in ("/", "-"):
        sent = {path.replace("/", separator): text for path, text in phone.record().items()}
        again, problems = FormReader(of).read({**sent, "visit__checklist": of.ref, "KEY": f"uuid:{visit.id}"})
        assert [str(problem) for problem in problems] == []
        assert again == visit


@pytest.mark.parametrize(
    ("when", "xpath"),
    [
        ("shut == true", "${shut} = 'yes'"),
        ("not shut", "not(${shut} = 'yes')"),
        ("wait > 10", "(${wait} != '') and (${wait} > 10)"),
        ("answered(faults)", "${faults} != ''"),
        ("'dust' in faults", "selected(${faults}, 'dust')"),
        ("door in ['open', 'ajar']", "(${door} = 'open') or (${door} = 'ajar')"),
        ("day < '2026-11-21'", None),
        ("nowhere == 1", "false()"),
    ],
)
def test_conditions_read_as_people_would_write_them(when: str, xpath: str | None) -> None:
    options = {"options": [{"id": one, "label": samples.text(one)} for one in ("dust", "open", "ajar")]}
    of = samples.items_only(
        samples.item("shut"),
        samples.item("wait", "duration"),
        samples.item("day", "date"),
        samples.item("door", {"type": "choice", **options}),
        samples.item("faults", {"type": "choices", **options}),
        samples.item("last", when=when),
    )
    said = row(of, "last__note")["relevant"]
    assert said == xpath if xpath else "format-date(${day}" in said


@pytest.mark.parametrize("when", ["words < 'm'", "words == 'it”s'", "words == 'two  spaces'"])
def test_a_condition_no_xlsform_can_say_is_refused_in_words(when: str) -> None:
    of = samples.items_only(samples.item("words", "text"), samples.item("last", when=when))
    with pytest.raises(BadInput, match=r"items.last: an XLSForm cannot"):
        sheets_of(of, "en")


def test_an_item_that_always_applies_cannot_be_left_out_as_not_applicable(fill) -> None:
    of = samples.items_only(samples.item("always", na="refuse"), samples.item("sometimes"))
    lists = {row["list_name"]: [] for row in sheets_of(of, "en")["choices"]}
    for choice in sheets_of(of, "en")["choices"]:
        lists[choice["list_name"]].append(choice["name"])
    assert lists[row(of, "always")["type"].split()[1]] == ["yes", "no", "_no", "_de"]
    assert lists[row(of, "sometimes")["type"].split()[1]] == ["yes", "no", "_na", "_no", "_de"]


@pytest.mark.parametrize("text", ["${visit__store}", "a *b* _c_", "# big", "=1+1", "<b>x</b>", "\uffff&amp;"])
def test_texts_of_a_checklist_are_never_references_markup_or_formulas(text: str, tmp_path: Path) -> None:
    label = {"ko": text, "en": text}
    of = samples.items_only({**samples.item("a"), "ask": label, "help": label}, title=label, conduct=[label])
    write_xlsform(of, tmp_path / "form.xlsx", "en")
    form = xlsforms.converted(tmp_path / "form.xlsx")
    assert not list(form.iter(f"{xlsforms.XFORMS}output"))
    assert plain(text) in [value.text for value in form.iter(f"{xlsforms.XFORMS}value")]


def test_marks_of_emphasis_are_shown_as_they_are() -> None:
    assert plain("a *b* _c_\n# d") == "a \\*b\\* \\_c\\_\n\\# d"
    assert plain("${x}") == "$ {x}"


def test_a_reserved_name_is_refused() -> None:
    with pytest.raises(BadInput, match=r"items.meta: meta is a reserved name"):
        sheets_of(samples.items_only(samples.item("meta")), "en")


def test_the_same_checklist_makes_the_same_bytes(tmp_path: Path) -> None:
    of = samples.items_only(samples.item("a"))
    for name in ("one.xlsx", "two.xlsx"):
        write_xlsform(of, tmp_path / name, "en")
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def test_what_became_of_a_claim_is_asked_once_there_is_one() -> None:
    of = samples.checklist(samples.touchpoint("t", samples.item("a")))
    asked = row(of, "t__claim_state")
    assert (asked["type"].split()[0], asked["relevant"]) == ("select_one", "${t__claim} != ''")
    assert "required" not in asked


def test_a_form_has_the_languages_of_its_checklist(tmp_path: Path) -> None:
    item = samples.item("A", ask={"de": "Wurden Sie begrüßt?", "fr": "Salué ?"}, help={"de": "Gleich?", "fr": "Vite ?"})
    of = samples.items_only(item)
    of = of.model_copy(update={"languages": ("de", "fr"), "title": Text(de="Laden", fr="Magasin")})
    write_xlsform(of, tmp_path / "form.xlsx", "ko")
    assert (
        sheets_of(of, "ko")["settings"][0] | {"default_language": "Deutsch (de)", "form_title": "Laden"}
        == sheets_of(of, "ko")["settings"][0]
    )
    labels = {name: words for name, words in row(of, "A").items() if "label" in name or "message" in name}
    assert labels == {
        "label::Deutsch (de)": "Wurden Sie begrüßt?", "label::français (fr)": "Salué ?",
        "required_message::Deutsch (de)": "This is needed here.",
        "required_message::français (fr)": "This is needed here.",
    }  # fmt: skip
    assert len(xlsforms.converted(tmp_path / "form.xlsx"))
    assert {
        column for sheet in sheets_of(of, "en").values() for line in sheet for column in line if "::" in column
    } == {
        f"{name}::{language}"
        for name in ("label", "hint", "constraint_message", "required_message")
        for language in ("Deutsch (de)", "français (fr)")
    }

"""The one reader: what people write is understood, what cannot be is named with its column, all at once."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from helpers import samples

from cemaudit.errors import BadInput
from cemaudit.exchange.forms.answer_options import field_words, shown
from cemaudit.exchange.forms.fields import FieldKind, Role
from cemaudit.exchange.forms.making import form_of
from cemaudit.exchange.forms.reader import FormReader
from cemaudit.language import use
from cemaudit.model import Checklist, Visit

DOOR = {"type": "choice", "options": [
    {"id": "open", "label": {"ko": "열림", "en": "Open"}},
    {"id": "shut", "label": {"ko": "닫힘", "en": "Shut, or locked"}},
]}  # fmt: skip
FAULTS = {**DOOR, "type": "choices"}
SHOP = samples.checklist(
    samples.touchpoint(
        "door",
        samples.item("greeted", evidence="optional"),
        samples.item("wait", {"type": "duration", "unit": "s"}, when="greeted == true"),
        samples.item("state", DOOR),
        samples.item("faults", FAULTS),
        samples.item("price", {"type": "number", "min": -100}),
        samples.item("day", "date"),
        samples.item("hour", "time"),
        samples.item("said", "text"),
        samples.item("tidy", {"type": "scale", "lowest": -2, "highest": 2}),
        samples.item("always", na="refuse"),
        emotion=True,
        expectation=True,
    ),
    steps=[{"id": "V1", "title": {"ko": "첫 방문", "en": "First visit"}}],
    scenarios=[
        {"id": "gift", "title": samples.text("A gift"), "persona": samples.text("p"), "text": samples.text("t")}
    ],
)


def read(record: dict[str, str], of: Checklist = SHOP, **options: Any) -> tuple[Visit | None, list[str]]:
    visit, problems = FormReader(of, **options).read({"visit__store": "S1", "visit__id": "v1", **record})
    return visit, [str(problem) for problem in problems]


def good(**record: str) -> Visit:
    visit, problems = read(record)
    assert problems == []
    assert visit is not None
    return visit


@pytest.mark.parametrize(
    ("item", "text", "value"),
    [
        ("greeted", "yes", True), ("greeted", "예", True), ("greeted", "No", False), ("greeted", "0", False),
        ("greeted", "TRUE", True), ("state", "shut", "shut"), ("state", "닫힘", "shut"), ("state", "OPEN", "open"),
        ("state", "Shut, or locked", "shut"), ("faults", "open shut", ("open", "shut")),
        ("faults", "Shut, or locked; open", ("shut", "open")), ("faults", "열림,닫힘", ("open", "shut")),
        ("faults", "Shut, or locked", ("shut",)), ("faults", "_none", ()), ("faults", "none of these", ()),
        ("price", "1,234.5", "1234.5"), ("price", "1234,5", "1234.5"), ("price", "1.234,50", "1234.5"),
        ("price", "1,234", 1234), ("price", "0,125", "0.125"), ("price", "-3", -3), ("price", "−2.0", -2),
        ("price", "1e-05", "0.00001"), ("price", "７", 7), ("day", "2026-11-21", "2026-11-21"),
        ("day", "2026. 11. 21.", "2026-11-21"), ("day", "2026년 1월 2일", "2026-01-02"),
        ("day", "21.11.2026", "2026-11-21"),
        ("day", "11/21/2026", "2026-11-21"), ("day", "21/11/2026", "2026-11-21"), ("hour", "14:05:00", "14:05"),
        ("hour", "오후 2:05", "14:05"), ("hour", "12:05 am", "00:05"), ("hour", "14:05:00.000+09:00", "14:05"),
        ("said", "=1+1", "=1+1"), ("said", "가", "가"), ("tidy", "-2", -2), ("tidy", "1.0", 1),
    ],
)  # fmt: skip
def test_answers_are_read_as_people_and_spreadsheets_write_them(item: str, text: str, value: Any) -> None:
    answer = good(**{item: text}).answers[item]
    assert answer == value if isinstance(value, bool | int | tuple) else str(answer) in {value, "0.00001", "0.000010"}


@pytest.mark.parametrize(
    ("item", "text", "said"),
    [
        ("greeted", "maybe", "greeted: expected yes or no, found maybe"),
        ("state", "opn", "state: no such option: opn (did you mean open?)"),
        ("faults", "open; dust", "faults: no such option"),
        ("faults", "open _none", "faults: several options chosen that cannot stand together"),
        ("price", "1,23,4", "price: expected a number, found 1,23,4"),
        ("price", "1.2.3", "price: expected a number"),
        ("price", "9" * 50, "price: expected a number"),
        ("price", "-101", "price: expected -100 or more, found -101"),
        ("day", "11/10/2026", "day: expected a date like 2026-11-21, found 11/10/2026"),
        ("day", "2026-02-30", "day: expected a date like 2026-11-21"),
        ("hour", "25:00", "hour: expected a time like 14:05"),
        ("hour", "13:05 pm", "hour: expected a time like 14:05"),
        ("tidy", "3", "tidy: expected a whole number from -2 to 2, found 3"),
        ("tidy", "0.5", "tidy: expected a whole number"),
        ("always", "_na", "always: must be answered; it always applies"),
        ("door__emotion", "4", "door__emotion: expected a whole number from -3 to 3, found 4"),
        ("door__emotion", "1e999", "door__emotion: expected a whole number"),
        ("door__expectation", "high", "door__expectation: expected a whole number from 1 to 7, found high"),
        ("visit__scenario", "gfit", "visit__scenario: no such option: gfit (did you mean gift?)"),
        ("visit__started", "yesterday", "visit__started: expected a time with its zone"),
        ("visit__started", "2026-11-21 14:05", "visit__started: expected a time with its zone"),
        ("visit__date", "soon", "visit__date: expected a date"),
        ("visit__store", "", "visit__store: is missing"),
        ("visit__step", "V1", "visit__episode: is missing"),
        ("visit__checklist", "test.shop@2", "visit__checklist: the visit answers test.shop@2, not test.shop@1"),
        ("visit__checklist", "nonsense", "visit__checklist: expected an id and version"),
        ("state__why", "it rained", "state__why: a reason, but the item was not left out (put _na"),
        ("greeted__photo_1_caption", "me", "greeted__photo_1_caption: a caption without its file"),
        ("greeted__note ", "", ""),
        ("stat__note", "x", "stat__note: test.shop@1 has no such field (did you mean state__note?)"),
        ("greeted__skip", "_maybe", "greeted__skip: no such option"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named_with_its_column(item: str, text: str, said: str) -> None:
    visit, problems = read({item: text})
    assert (visit is None) == bool(said)
    assert [problem.startswith(said) for problem in problems] == ([True] if said else [])


@pytest.mark.parametrize(
    ("chosen", "not_chosen"),
    [
        ("True", "False"),
        ("TRUE", "FALSE"),
        ("true", "false"),
        ("1", "0"),
        ("1.0", "0.0"),
        ("Yes", "no"),
        (" True ", ""),
    ],
)
def test_columns_of_one_option_each_are_read_however_a_server_writes_them(chosen: str, not_chosen: str) -> None:
    split = {"door__group/faults/open": not_chosen, "door__group/faults/shut": chosen, "faults/_none": not_chosen}
    assert good(**split).answers["faults"] == ("shut",)
    assert good(**split | {"door__group/faults/open": chosen}).answers["faults"] == ("open", "shut")
    none = {"faults/open": not_chosen, "faults/shut": not_chosen, "faults/_none": chosen}
    assert good(**none).answers["faults"] == ()
    assert "faults" not in good(**dict.fromkeys(none, not_chosen)).answers


@pytest.mark.parametrize("text", ["Ture", "2", "n/a", "open", "-1"])
def test_anything_else_in_such_a_column_is_refused_with_its_place(text: str) -> None:
    visit, problems = read({"faults/open": "True", "door__group/faults/shut": text})
    assert visit is None
    assert problems == [
        f"door__group/faults/shut: expected yes or no, found {text} (write yes or no, 예 or 아니요, 1 or 0)"
    ]


def test_everything_wrong_is_said_at_once() -> None:
    _, problems = read({"visit__store": "", "visit__date": "x", "greeted": "maybe", "tidy": "9", "door__emotion": "x"})
    assert [problem.partition(":")[0] for problem in problems] == [
        "greeted", "tidy", "door__emotion", "visit__date", "visit__store",
    ]  # fmt: skip


def test_problems_of_the_visit_itself_are_placed_at_their_columns() -> None:
    long = "x" * 501
    record = {
        "greeted": "_no",
        "greeted__why": long,
        "said": "y" * 20_001,
        "greeted__photo_1": "a" * 130,
        "visit__wave": "w" * 121,
    }
    _, problems = read({**record, "greeted__photo_1_caption": long, "door__claim": "z" * 20_001})
    places = {problem.partition(":")[0] for problem in problems}
    assert places == {*record, "greeted__photo_1_caption", "door__claim"} - {"greeted"}


def test_items_are_left_out_for_a_reason_in_their_own_field_or_beside_it() -> None:
    visit = good(
        greeted="_no", greeted__why="nobody there", state="해당 없음", price="_de", said="_na", faults__skip="_na",
        always="not observed",
    )  # fmt: skip
    assert {name: (skip.state.value, skip.reason) for name, skip in visit.skipped.items()} == {
        "greeted": ("not-observed", "nobody there"),
        "state": ("not-applicable", None),
        "price": ("declined", None),
        "said": ("not-applicable", None),
        "faults": ("not-applicable", None),
        "always": ("not-observed", None),
    }
    assert read({"said": "well", "said__skip": "_na"})[1] == ["said__skip: both answered and left out"]


def test_feelings_are_left_out_for_a_reason_in_a_field_beside_them() -> None:
    visit = good(door__emotion="_de", door__emotion_why="nobody asks me that", door__expectation="알 수 없음")
    assert {name: (skip.state.value, skip.reason) for name, skip in visit.feelings_skipped.items()} == {
        "emotions.door": ("declined", "nobody asks me that"),
        "expectations.door": ("not-observed", None),
    }
    assert (visit.emotions, visit.expectations, visit.format) == ({}, {}, 2)
    assert good(door__emotion="_na").feelings_skipped["emotions.door"].state.value == "not-applicable"
    felt = good(door__emotion="-3 매우 불쾌했다", door__expectation="7")
    assert (felt.emotions, felt.expectations, felt.feelings_skipped) == ({"door": -3}, {"door": 7}, {})
    assert good().feelings_skipped == {}


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"door__emotion_why": "x"}, "door__emotion_why: a reason, but nothing was left out (put _na, _no or _de in"),
        ({"door__emotion": "2", "door__emotion_why": "x"}, "door__emotion_why: a reason, but nothing was left out"),
        ({"door__emotion": "_dn", "door__emotion_why": "x"}, "door__emotion: expected a whole number from -3 to 3"),
        ({"door__emotion": "_de", "door__emotion_why": "x" * 501}, "door__emotion_why: "),
        ({"door__emotoin": "_de"}, "door__emotoin: test.shop@1 has no such field (did you mean door__emotion?)"),
    ],
)
def test_a_feeling_left_out_the_wrong_way_is_named_with_its_column(record: dict[str, str], said: str) -> None:
    visit, problems = read(record)
    assert visit is None
    assert [problem.startswith(said) for problem in problems] == [True]


def test_answers_that_do_not_arise_are_left_out_and_counted() -> None:
    reader = FormReader(SHOP)
    visit, problems = reader.read({"visit__store": "S", "greeted": "no", "wait": "20", "state": "open"})
    assert problems == []
    assert visit is not None
    assert visit.answers == {"greeted": False, "state": "open"}
    assert reader.not_arising == 1


def test_an_answer_that_was_left_out_decides_nothing_after_it() -> None:
    of = samples.items_only(
        samples.item("ahead", when="answered(second)"),
        samples.item("first"),
        samples.item("second", when="first"),
        samples.item("third", when="not answered(second)"),
    )
    visit, problems = read({"ahead": "yes", "first": "no", "second": "yes", "third": "yes"}, of)
    assert problems == []
    assert visit is not None
    assert visit.answers == {"first": False, "third": True}


def test_the_setting_is_read_in_words_or_codes() -> None:
    visit = good(
        visit__step="첫 방문", visit__episode="p-7", visit__step_number="2.0", visit__scenario="A gift",
        visit__persona="Kim",
        visit__started="2026-11-21T14:05:00.000+09:00", visit__finished="2026-11-21 14:41+09:00",
    )  # fmt: skip
    assert visit.episode is not None
    assert (visit.episode.id, visit.episode.step, visit.episode.number) == ("p-7", "V1", 2)
    assert (visit.scenario, visit.persona, visit.origin) == ("gift", "Kim", "shopper")
    assert visit.started == dt.datetime(2026, 11, 21, 5, 5, tzinfo=dt.UTC)


NAMED = samples.items_only(
    samples.item("a"),
    personas=[{"id": "office", "title": {"ko": "직장인", "en": "Office worker"}},
              {"id": "parent", "title": {"ko": "부모", "en": "Parent"}}],
    occasions=[{"id": "gift", "title": {"ko": "선물", "en": "A gift"}}],
)  # fmt: skip


def test_declared_personas_and_occasions_are_choices() -> None:
    """By code or by words in either language; words of one's own are refused with the list of those there are."""
    fields = form_of(NAMED).fields
    assert {fields[f"visit__{name}"].kind for name in ("persona", "occasion")} == {FieldKind.ONE}
    assert {form_of(SHOP).fields[f"visit__{name}"].kind for name in ("persona", "occasion")} == {FieldKind.TEXT}
    for record in ({"persona": "parent", "occasion": "gift"}, {"persona": "부모", "occasion": "A gift"}):
        visit, problems = read({f"visit__{name}": text for name, text in record.items()}, NAMED)
        assert problems == []
        assert visit is not None
        assert (visit.persona, visit.occasion) == ("parent", "gift")
    with use("en"):
        visit, problems = read({"visit__persona": "Kim", "visit__occasion": "lunch"}, NAMED)
    assert visit is None
    assert [problem.partition(":")[0] for problem in problems] == ["visit__occasion", "visit__persona"]
    assert "gift" in problems[0]
    assert all("Kim" in problems[1] and name in problems[1] for name in ("office", "parent"))


def test_the_consent_is_read_where_the_checklist_asks_for_it() -> None:
    patients = samples.items_only(samples.item("a"), consent="required")
    given = {"visit__consent_date": "2026. 11. 1.", "visit__consent_form": "F-014"}
    visit, problems = read(given, patients)
    assert problems == []
    assert visit is not None
    assert visit.consent is not None
    assert (visit.consent.date, visit.consent.form) == (dt.date(2026, 11, 1), "F-014")
    assert read({"visit__consent_date": "2026-11-01"}, patients)[1] == ["visit__consent_form: is missing"]
    assert "visit__consent_form" not in form_of(SHOP).fields


@pytest.mark.parametrize(
    "text", ["2026-11-21 14:05", "2026. 11. 21. 오후 2:05", "11/21/2026, 2:05 PM", "2026-11-21T14:05:00"]
)
def test_a_moment_without_a_zone_is_given_one_where_a_zone_is_known(text: str) -> None:
    seoul = dt.timezone(dt.timedelta(hours=9))
    visit, problems = read({"visit__started": text}, localise=lambda moment: moment.replace(tzinfo=seoul))
    assert problems == []
    assert visit is not None
    assert visit.started is not None
    assert visit.started.isoformat() == "2026-11-21T14:05:00+09:00"


def test_the_same_record_gets_the_same_id_and_a_phones_id_stands_in() -> None:
    record = {"visit__store": "S1", "visit__date": "2026-11-21", "greeted": "yes"}

    def id_of(**more: str) -> str:
        visit, _ = FormReader(SHOP).read({**record, **more})
        assert visit is not None
        return visit.id

    assert id_of() == id_of(greeted="no") != id_of(visit__shopper="s-2")
    assert id_of(**{"meta/instanceID": "uuid:7"}) == "7"


def test_group_names_before_a_column_do_not_matter() -> None:
    record = {
        "visit__setting/visit__store": "S1", "outer/door__group/greeted": "no", "door__group-state": "open",
        "door__group/faults/open": "1", "door__group/faults/shut": "0", "door__group.door__emotion": "-1",
        "start": "2026", "_uuid": "abc", "door__group/greeted__photo_1_URL": "https://x",
    }  # fmt: skip
    reader = FormReader(SHOP)
    visit, problems = reader.read(record)
    assert problems == []
    assert visit is not None
    assert visit.answers == {"greeted": False, "state": "open", "faults": ("open",)}
    assert (visit.emotions, visit.id) == ({"door": -1}, "abc")
    assert list(reader.ignored) == ["start", "_uuid", "door__group/greeted__photo_1_URL"]


def test_two_columns_for_one_field_are_no_riddle() -> None:
    _, problems = read({"greeted": "yes", "x/greeted": "no"})
    assert problems == ["greeted: column x/greeted holds the same field, greeted (leave one of them empty)"]


def test_evidence_has_the_name_kind_and_caption_given() -> None:
    visit = good(greeted__photo_1="a.jpg", greeted__photo_1_caption="The door", greeted__receipt_2="b.jpg")
    assert [(piece.file, piece.kind, piece.caption) for piece in visit.evidence["greeted"]] == [
        ("a.jpg", "photo", "The door"),
        ("b.jpg", "receipt", ""),
    ]


def test_words_that_would_mislead_carry_their_code() -> None:
    options = [
        {"id": "a", "label": {"ko": "같음", "en": "b"}},
        {"id": "b", "label": {"ko": "같음", "en": "Other"}},
    ]
    field = form_of(samples.items_only(samples.item("x", {"type": "choice", "options": options}))).fields["x"]
    assert shown(field, "ko")["a"] == "같음 [a]"
    assert shown(field, "en")["a"] == "b [a]"
    chooser = field_words(field)
    assert (chooser.find("b"), chooser.find("b [a]"), chooser.find("같음"), chooser.find("Other")) == (
        "b",
        "a",
        None,
        "b",
    )


def test_a_form_asks_all_there_is_in_order() -> None:
    form = form_of(SHOP)
    assert [section.id for section in form.sections] == ["visit", "door"]
    roles = [field.role for field in form.sections[1].fields]
    complaints = [Role.CLAIM, Role.CLAIM_STATE, Role.BLAME]
    assert roles[:2] == [Role.EXPECTATION, Role.FEELING_WHY]
    assert roles[-5:] == [Role.EMOTION, Role.FEELING_WHY, *complaints]
    assert form.fields["wait"].when is not None
    assert form.fields["door__emotion"].options[0].label.en == "-3 very unpleasant"
    assert form.fields["tidy"].kind is FieldKind.ONE
    assert [option.code for option in form.fields["always"].skips] == ["_no", "_de"]


def test_names_that_would_stand_for_two_things_are_refused_with_both_places() -> None:
    of = samples.items_only(samples.item("a"), samples.item("a__note"), samples.item("b"), samples.item("b__why"))
    with pytest.raises(BadInput) as caught:
        form_of(of)
    assert [str(problem) for problem in caught.value.problems] == [
        "items.a: the form would have two fields called a__note, the other from items.a__note (rename one of them)",
        "items.b: the form would have two fields called b__why, the other from items.b__why (rename one of them)",
    ]


@pytest.mark.parametrize("text", ["solved", "Solved on the spot", "그 자리에서 해결됨"])
def test_what_became_of_a_claim_is_read_in_either_language(text: str) -> None:
    (claim,) = good(door__claim="it stuck", door__claim_state=text).claims
    assert (claim.text, claim.state) == ("it stuck", "solved")


def test_a_claim_need_not_say_what_became_of_it() -> None:
    assert good(door__claim="it stuck").claims[0].state is None


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        (
            {"door__claim_state": "told"},
            "door__claim_state: what became of a claim, but no claim (put the claim in column door__claim)",
        ),
        ({"door__claim": "it stuck", "door__claim_state": "mended"}, "door__claim_state: no such option: mended"),
    ],
)
def test_a_state_of_no_claim_or_an_unknown_one_is_told(record: dict[str, str], problem: str) -> None:
    _, (said,) = read(record)
    assert said.startswith(problem)


def test_forms_ask_in_the_words_that_are_asked_on_a_terminal() -> None:
    from cemaudit.model import ClaimState, label

    field = form_of(SHOP).fields["door__claim_state"]
    assert [(option.code, option.label) for option in field.options] == [
        (state.value, label(state)) for state in ClaimState
    ]
    assert field.label.en
    assert "before you left? (empty: not noted)" in field.label.en

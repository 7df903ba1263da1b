from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from helpers import samples
from helpers.form_strategies import checklists_and_visits
from hypothesis import given

from cemaudit.entry.draft import Draft
from cemaudit.entry.journal import DraftHeader, Event
from cemaudit.entry.questionnaire import QuestionKind, questions
from cemaudit.errors import BadInput
from cemaudit.language import use
from cemaudit.model import Checklist, Reason, SkipState, Visit
from cemaudit.scoring import audit_visit

TWO = samples.item("a"), samples.item("b", "count")


def path() -> Checklist:
    return samples.checklist(
        samples.touchpoint("greeting", samples.item("a"), samples.item("b", when="a == false"), emotion=True),
        samples.touchpoint("pay", samples.item("c", "nps"), expectation=True),
    )


def test_questions_are_asked_in_order_until_nothing_is_open(sit: Any) -> None:
    table = sit(*TWO)
    script = table.say("y", "3")
    assert script.ready is True
    assert table.draft.visit.answers == {"a": True, "b": 3}
    assert script.text.index("a  a") < script.text.index("b  b")


def test_every_question_says_which_store_day_and_touchpoint_and_how_much_is_done(sit: Any) -> None:
    script = sit(*TWO, store_name="Gangnam").say("y")
    assert "[s1 Gangnam · 2026-11-20 · t · 0/2]" in script.shown
    assert "[s1 Gangnam · 2026-11-20 · t · 1/2]" in script.shown


def test_nothing_is_asked_before_the_briefing_is_acknowledged(sit: Any) -> None:
    table = sit(*TWO)
    script = table.say("no", "2026-11-20", opening=False)
    assert script.text.count("the visit can be entered once the briefing is acknowledged") == 2
    assert "briefed" not in table.values
    assert "faces" in script.text


def test_end_of_input_keeps_what_was_said(sit: Any) -> None:
    table = sit(*TWO)
    assert table.say("y").ready is None
    assert table.draft.visit.answers == {"a": True}
    assert table.say("3").ready is True


def test_a_reply_that_does_not_fit_is_refused_and_asked_again(sit: Any) -> None:
    table = sit(*TWO)
    script = table.say("perhaps", "y", "-1", "2.5", "many", "", "3")
    assert table.draft.visit.answers == {"a": True, "b": 3}
    assert script.text.count("  ! ") == 5


def test_relevance_adds_and_removes_questions(sit: Any) -> None:
    table = sit(of=path())
    script = table.say("y", "2", "/back", "/back", "n", "y")
    assert table.draft.visit.answers == {"a": False, "b": True}
    table.say("/go a", "y")
    assert table.draft.visit.answers == {"a": True}
    assert "greeting" in script.text


def test_back_shows_what_was_said_and_an_empty_reply_keeps_it(sit: Any) -> None:
    table = sit(*TWO)
    script = table.say("y", "/back", "", "3")
    assert "  so far (empty keeps it):\n    Yes\n" in script.text
    assert table.draft.visit.answers == {"a": True, "b": 3}


def test_undo_takes_back_one_step_after_the_other_and_asks_again(sit: Any) -> None:
    table = sit(*TWO)
    table.say("n", "/undo", "y", "7")
    assert table.draft.visit.answers == {"a": True, "b": 7}
    table.say("/go a", "/undo", "/undo", "/undo")
    assert table.draft.visit.answers == {}
    assert table.values.get("finished") is None


def test_undo_stops_at_what_was_given_at_the_beginning(sit: Any) -> None:
    table = sit(*TWO)
    script = table.say("/undo", opening=False)
    assert "there is nothing to take back" in script.text
    assert table.values["store"] == "s1"


def test_undo_of_a_changed_answer_brings_the_earlier_one_back(sit: Any) -> None:
    table = sit(*TWO)
    table.say("y", "/back", "n", "/undo")
    assert table.draft.visit.answers == {"a": True}


@pytest.mark.parametrize(
    ("typed", "state", "reason"),
    [
        (["/skip na no such thing here"], SkipState.NOT_APPLICABLE, "no such thing here"),
        (["/skip", "no", "it was closed"], SkipState.NOT_OBSERVED, "it was closed"),
        (["/건너뛰기 de", ""], SkipState.DECLINED, None),
    ],
)
def test_an_item_is_skipped_with_state_and_reason(sit: Any, typed: list[str], state: SkipState, reason: str) -> None:
    table = sit(*TWO)
    table.say(*typed, "3")
    assert table.draft.visit.skipped["a"].state is state
    assert table.draft.visit.skipped["a"].reason == reason
    assert table.draft.visit.answers == {"b": 3}


def test_what_always_applies_cannot_be_skipped_as_not_applicable(sit: Any) -> None:
    table = sit(samples.item("a", na="refuse"))
    script = table.say("/skip na never", "/skip no never")
    assert "this question always applies" in script.text
    assert table.draft.visit.skipped["a"].state is SkipState.NOT_OBSERVED


def test_answering_a_skipped_item_takes_the_skip_back(sit: Any) -> None:
    table = sit(*TWO)
    table.say("/skip no closed", "3", "/go a", "y")
    assert table.draft.visit.answers == {"a": True, "b": 3}
    assert table.draft.visit.skipped == {}


def test_a_narrative_is_asked_where_it_is_wanted_and_kept_line_by_line(sit: Any) -> None:
    table = sit(samples.item("a", note={"at_least": 10, "when": "if-failed"}), samples.item("b"))
    table.say("n", "first line", "second line")
    assert table.draft.visit.notes == {"a": "first line\nsecond line"}
    table.say("", "", "y")
    assert table.draft.visit.answers == {"a": False, "b": True}
    assert "notes.a" not in sit(samples.item("a", note={"at_least": 10, "when": "if-failed"})).say("y").text


def test_a_note_can_be_written_on_any_item(sit: Any) -> None:
    table = sit(*TWO)
    table.say("/note", "seen from the door", "", "y", "3")
    assert table.draft.visit.notes == {"a": "seen from the door"}


@pytest.mark.parametrize("word", ["/note", "/메모", "/n"])
def test_a_note_comes_with_its_command(sit: Any, word: str) -> None:
    table = sit(*TWO)
    script = table.say(f"{word} seen from   the door", f"{word}  2 of them", "y", "3")
    assert table.draft.visit.notes == {"a": "seen from   the door\n2 of them"}
    assert table.draft.visit.answers == {"a": True, "b": 3}
    assert "  = 2 of them" in script.shown


@pytest.mark.parametrize(("word", "field"), [("/claim", "claims"), ("/클레임", "claims"), ("/blame", "blames")])
def test_a_claim_or_blame_comes_with_its_command(sit: Any, word: str, field: str) -> None:
    table = sit(*TWO)
    table.say(f"{word} the till was wrong", f"{word} and again", "y", "3")
    assert [one.text for one in getattr(table.draft.visit, field)] == ["the till was wrong", "and again"]


def test_a_remark_stands_for_a_reason_on_one_line(sit: Any) -> None:
    table = sit(samples.item("a", evidence="required"), samples.item("b"))
    script = table.say("y", "", "y", "/stand 1 the receipt was kept by the till", "")
    assert script.ready is True
    assert [one.reason for one in table.draft.visit.overrides] == ["the receipt was kept by the till"]


PASTED = ["첫 문단입니다. 인사가 늦었습니다.", "", "1. 두 명 대화", "", "2", "", "", "둘째 문단입니다."]


def test_a_pasted_note_is_one_note(sit: Any) -> None:
    table = sit(*TWO)
    script = table.say("/note", tuple(PASTED), "", "y", "3")
    assert table.draft.visit.notes == {"a": "\n".join(PASTED)}
    assert table.draft.visit.answers == {"a": True, "b": 3}
    assert script.ready is True


def test_a_note_typed_line_by_line_ends_with_an_empty_line(sit: Any) -> None:
    table = sit(*TWO)
    table.say("/note", "one", "two", "", "y", "3")
    assert table.draft.visit.notes == {"a": "one\ntwo"}


@pytest.mark.parametrize(
    ("reply", "notes", "answers"),
    [
        ("a", {}, {"a": True, "b": 3}),
        ("m", {"a": "3\n\nand more"}, {"a": True, "b": 4}),
        ("", {}, {"a": True, "b": 4}),
    ],
)
def test_lines_that_came_before_the_question_are_asked_about(
    sit: Any, reply: str, notes: dict[str, str], answers: dict[str, Any]
) -> None:
    table = sit(*TWO)
    waiting = ["3"] if reply == "a" else ["3", "", "and more"]
    script = table.say("y", waiting, reply, *([] if reply == "a" else ["4"]))
    assert "  | 3" in script.shown
    assert (table.draft.visit.notes, table.draft.visit.answers) == (notes, answers)
    assert script.ready is True


def test_what_is_pasted_into_a_question_of_one_line_is_asked_about(sit: Any) -> None:
    table = sit(*TWO)
    script = table.say("y\n3", "a")
    assert table.draft.visit.answers == {"a": True, "b": 3}
    assert script.text.count("these lines came before the question was shown") == 1


def test_empty_lines_that_wait_are_nothing(sit: Any) -> None:
    script = sit(*TWO).say("y", ["", "  "], "3")
    assert "these lines came before" not in script.text
    assert script.ready is True


def test_go_says_what_it_wants(sit: Any) -> None:
    script = sit(*TWO).say("/go", "y", "3")
    assert "which question? as in /go GS05" in script.text


def test_feelings_have_words_beside_their_numbers(sit: Any) -> None:
    table = sit(of=path())
    script = table.say("y", "-4", "2", "8", "6", "10")
    assert "very unpleasant" in script.text
    assert "expected the very best" in script.text
    assert (table.draft.visit.emotions, table.draft.visit.expectations) == ({"greeting": 2}, {"pay": 6})
    assert script.ready is True


def test_a_feeling_needs_a_reply_yet_may_be_left_on_purpose(sit: Any) -> None:
    table = sit(of=path())
    script = table.say("y", "", "/skip de", "", "/skip", "na", "no", "nobody told me what to expect", "10")
    assert "an answer is needed here" in script.text
    visit = table.draft.visit
    assert (visit.emotions, visit.expectations) == ({}, {})
    assert {name: (skip.state, skip.reason) for name, skip in visit.feelings_skipped.items()} == {
        "emotions.greeting": (SkipState.DECLINED, None),
        "expectations.pay": (SkipState.NOT_OBSERVED, "nobody told me what to expect"),
    }
    assert visit.format == 2
    assert "  ! expected no, de, found na" in script.shown
    assert "  = (could not be told: nobody told me what to expect)" in script.shown
    assert script.ready is True
    assert "(could not be told: nobody" in table.say("/list").text
    table.say("/go expectations.pay", "6")
    assert table.draft.visit.expectations == {"pay": 6}
    assert [*table.draft.visit.feelings_skipped] == ["emotions.greeting"]


def test_a_declined_feeling_is_not_one_never_asked(sit: Any) -> None:
    """Where a journal of an earlier version left a feeling, nothing is known but that it was asked."""
    table = sit(of=path(), **{"emotions.greeting": None})
    table.say("y", "5", "10")
    assert table.draft.visit.feelings_skipped == {}
    assert table.draft.visit.format == 1


def test_claim_and_blame_are_asked_once_at_the_end_where_something_went_wrong(sit: Any) -> None:
    table = sit(of=path())
    script = table.say("y", "-2", "4", "3", "9", "1", "please repair the door", "", "", "")
    assert "1  greeting" in script.text
    assert "  ! no such touchpoint: 9" in script.text
    visit = table.draft.visit
    assert script.text.count("Where was a claim made") == 1, "nothing else went badly"
    assert script.ready is True
    assert [(one.touchpoint, one.text) for one in visit.claims] == [("greeting", "please repair the door")]
    assert visit.blames == ()
    assert table.draft.values["blames.greeting"] is None


def test_persona_and_occasion_are_chosen_where_the_checklist_declares_them(sit: Any) -> None:
    """Nothing waits for them: whoever wants to say it goes there, and chooses among those declared."""
    declared = {name: [{"id": f"{name}-1", "title": samples.text(f"First {name}")},
                       {"id": f"{name}-2", "title": samples.text(f"Second {name}")}]
                for name in ("personas", "occasions")}  # fmt: skip
    table = sit(of=samples.items_only(samples.item("a"), **declared))
    script = table.say("/go persona", "3", "nobody", "2", "/go occasion", "occasions-1", "y")
    assert "/go persona, /go occasion" in script.text
    assert "2  Second personas" in script.text
    assert script.text.count("! no such option") == 2
    assert script.text.count("(type a number from 1 to 2, or the words beside it)") == 2
    assert "personas-1" not in script.text
    visit = table.draft.visit
    assert (visit.persona, visit.occasion, visit.answers) == ("personas-2", "occasions-1", {"a": True})
    bare = sit(samples.item("a")).say("y")
    assert "/go persona" not in bare.text
    with pytest.raises(BadInput, match=r"persona: .*nobody.*personas-1, personas-2"):
        sit(of=samples.items_only(samples.item("a"), **declared), persona="nobody")


def test_what_became_of_a_claim_is_one_key_and_may_be_left_open(sit: Any) -> None:
    table = sit(of=path())
    script = table.say("y", "-2", "4", "3", "greeting", "please repair the door", "9", "3", "", "")
    assert "3  Promised for later" in script.text
    assert "no such option: 9" in script.text
    (claim,) = table.draft.visit.claims
    assert claim.state == "later"
    assert table.draft.visit.blames == ()
    table.say("/go claims.greeting", "please repair the window", "2")
    assert [(claim.text, claim.state) for claim in table.draft.visit.claims] == [("please repair the window", "solved")]


def test_of_another_claim_it_is_asked_anew(sit: Any) -> None:
    table = sit(of=path())
    table.say("y", "-2", "4", "3", "1", "please repair the door", "1", "", "")
    table.say("/go claims.greeting", "the window, too")
    assert [claim.state for claim in table.draft.visit.claims] == [None]


def test_without_a_claim_nothing_is_asked_of_it(sit: Any) -> None:
    table = sit(of=path())
    script = table.say("y", "-2", "4", "3", "1", "", "nobody cares", "")
    assert "What became of it" not in script.text
    assert script.ready is True
    assert [blame.text for blame in table.draft.visit.blames] == ["nobody cares"]


def test_a_claim_can_be_made_anywhere(sit: Any) -> None:
    table = sit(*TWO)
    table.say("/claim", "the till was wrong", "y", "3")
    assert [one.text for one in table.draft.visit.claims] == ["the till was wrong"]


def test_choices_are_chosen_by_number_id_or_words(sit: Any) -> None:
    options = [{"id": one, "label": samples.text(f"the {one}"), "points": 1} for one in ("red", "blue", "green")]
    table = sit(
        samples.item("one", {"type": "choice", "options": options}),
        samples.item("two", {"type": "choice", "options": options}),
        samples.item("some", {"type": "choices", "options": options}),
        samples.item("none", {"type": "choices", "options": options}),
    )
    table.say("2", "the GREEN", "3 red", "-")
    assert table.draft.visit.answers == {"one": "blue", "two": "green", "some": ("green", "red"), "none": ()}


def test_options_whose_ids_are_numbers_are_chosen_by_id_alone(sit: Any) -> None:
    options = [{"id": one, "label": samples.text(one), "points": one} for one in ("10", "2", "1")]
    table = sit(samples.item("a", {"type": "choice", "options": options}))
    table.say("3", "1")
    assert table.draft.visit.answers == {"a": "1"}


@pytest.mark.parametrize(
    ("answer", "typed", "kept"),
    [
        ({"type": "duration", "unit": "s"}, "45s", 45),
        ({"type": "number"}, "1,250.5", 1250.5),
        ({"type": "duration", "unit": "min"}, "2,5", 2.5),
        ({"type": "duration", "unit": "min"}, "2,5 min", 2.5),
        ({"type": "money", "unit": "EUR"}, "4.500,50", 4500.5),
        ({"type": "money", "unit": "KRW"}, "１，２３４", 1234),
        ("date", "11-20", "2026-11-20"),
        ("time", "2:05 pm", "14:05"),
        ("text", "//top", "/top"),
        ("text", "back", "back"),
    ],
)
def test_amounts_days_times_and_words_as_people_type_them(sit: Any, answer: Any, typed: str, kept: Any) -> None:
    table = sit(samples.item("a", answer))
    table.say(typed)
    assert (
        float(table.draft.visit.answers["a"]) == kept
        if isinstance(kept, float)
        else table.draft.visit.answers["a"] == kept
    )


@pytest.mark.parametrize(
    ("answer", "typed"), [("duration", "1,23,4"), ("count", "2,5"), ("scale", "2,5"), ("nps", "1,5"), ("money", "1_5")]
)
def test_an_amount_that_could_be_another_is_asked_again(sit: Any, answer: str, typed: str) -> None:
    table = sit(samples.item("a", answer))
    script = table.say(typed)
    assert table.draft.visit.answers == {}
    assert "  ! expected a" in script.text


def test_leaving_before_arriving_is_refused_with_what_was_probably_meant(sit: Any) -> None:
    table = sit(*TWO)
    script = table.say("y", "2026-11-20", "14:05", "2:40", opening=False)
    assert "14:40" in script.text
    assert table.values.get("finished") is None


def test_a_visit_after_today_is_refused(sit: Any) -> None:
    table = sit(*TWO)
    script = table.say("y", "2099-01-01", opening=False)
    assert "the visit cannot be after today" in script.text
    assert "day" not in table.values


def test_another_day_asks_for_the_times_again(sit: Any) -> None:
    table = sit(*TWO)
    table.say("/go day", "2026-11-19", "10:00", "10:30", "y", "3")
    assert table.draft.visit.started.isoformat().startswith("2026-11-19T10:00")


def test_scenarios_and_steps_are_chosen_first(sit: Any) -> None:
    scenario = {
        "id": "gift",
        "title": samples.text("A gift"),
        "persona": samples.text("An aunt"),
        "text": samples.text("Buy"),
    }
    steps = [{"id": one, "title": samples.text(one)} for one in ("V0", "V1")]
    of = samples.checklist(
        samples.touchpoint("before", samples.item("a"), steps=["V0"]),
        samples.touchpoint("there", samples.item("b"), steps=["V1"]),
        scenarios=[scenario], steps=steps,
    )  # fmt: skip
    table = sit(of=of)
    script = table.say("1", "2", "P-7 3", "y", "2026-11-20", "14:05", "14:40", "y", opening=False)
    visit = table.draft.visit
    assert (visit.scenario, visit.episode.id, visit.step, visit.episode.number) == ("gift", "P-7", "V1", 3)
    assert visit.answers == {"b": True}
    assert "You are: An aunt" in script.text


def test_unknown_commands_are_named_and_nothing_changes(sit: Any) -> None:
    table = sit(*TWO)
    script = table.say("/bakc", "/go nowhere", "/stand 1", "y", "3")
    assert "did you mean back" in script.text
    assert "no such question: nowhere" in script.text
    assert table.draft.visit.answers == {"a": True, "b": 3}


def test_list_and_help_show_and_change_nothing(sit: Any) -> None:
    table = sit(samples.item("a", help=samples.text("count from the door")), samples.item("b"))
    script = table.say("/list", "?", "y", "/help", "y")
    assert "count from the door" in script.text
    assert script.text.index("/help lists the commands") < script.text.index("/undo")
    assert "/undo" in script.text
    assert script.ready is True


def test_quit_leaves_and_says_so(sit: Any) -> None:
    table = sit(*TWO)
    assert table.say("y", "/quit").ready is False
    assert table.draft.visit.answers == {"a": True}


def test_it_speaks_korean(sit: Any) -> None:
    with use("ko"):
        script = sit(of=path()).say("예", "-2", "4", "3")
    assert "불쾌했다" in script.text
    assert "클레임" in script.text


def test_the_consent_of_a_patient_is_asked_before_anything_of_the_visit(sit: Any) -> None:
    table = sit(of=samples.items_only(samples.item("a"), consent="required"))
    script = table.say("Kim", "", "2026-11-02 F-014", "y", "2026-11-20", "14:05", "14:40", "y", opening=False)
    assert script.ready is True
    assert script.text.index("Consent of the customer") < script.text.index("On which day was the visit?")
    assert script.text.count("  ! ") == 2
    consent = table.draft.visit.consent
    assert consent is not None
    assert (consent.date.isoformat(), consent.form, consent.withdrawn) == ("2026-11-02", "F-014", None)


@pytest.mark.parametrize("word", ["withdrawn", "철회"])
def test_a_withdrawn_consent_keeps_the_visit_from_being_handed_in(sit: Any, word: str) -> None:
    table = sit(of=samples.items_only(samples.item("a"), consent="required"))
    script = table.say(
        f"11-02 form 14 {word} 11-19", "y", "2026-11-20", "14:05", "14:40", "y", "/stand reason", opening=False
    )
    assert script.ready is None
    with use("en"), table.held() as held:
        (doubt,) = held.doubts(table.draft)
        assert str(doubt.problem).startswith("consent.withdrawn: the consent was withdrawn on 2026-11-19")
    assert doubt.must


def test_no_consent_is_asked_where_the_checklist_does_not(sit: Any) -> None:
    assert "Consent" not in sit(*TWO).say("y").text


def tied() -> Checklist:
    """A second touchpoint whose only item arises after a yes at the first."""
    return samples.checklist(
        samples.touchpoint("counter", samples.item("chat")),
        samples.touchpoint("bot", samples.item("handed", when="chat == true"), emotion=True, expectation=True),
    )


def test_no_feeling_is_asked_where_no_item_arises(sit: Any) -> None:
    table = sit(of=tied())
    script = table.say("n")
    assert "bot" not in script.text.replace("both", "")
    assert script.ready is None, "nothing is open any more"
    assert table.draft.visit.emotions == {}


def test_a_feeling_of_what_does_not_arise_any_more_is_left_out(sit: Any) -> None:
    """As scoring has it: a touchpoint arises where any of its items does; a reply taken back brings it back."""
    table = sit(of=tied())
    table.say("y", "5", "y", "-2")
    assert table.draft.visit.emotions == {"bot": -2}
    assert table.draft.visit.expectations == {"bot": 5}
    table.say("/go chat", "n")
    visit = table.draft.visit
    assert (visit.emotions, visit.expectations, visit.answers) == ({}, {}, {"chat": False})
    table.say("/go chat", "y")
    assert table.draft.visit.emotions == {"bot": -2}


@given(checklists_and_visits())
def test_feelings_are_asked_where_scoring_misses_them(both: tuple[Checklist, Visit]) -> None:
    """What `enter` asks and what scoring calls unanswered are the same touchpoints."""
    of, visit = both
    values = {"store": "s1", **({"episode": visit.episode.model_dump()} if visit.episode else {})}
    values |= {f"answers.{item}": list(answer) if isinstance(answer, tuple) else answer
               for item, answer in visit.answers.items()}  # fmt: skip
    now = datetime(2026, 11, 20, tzinfo=UTC)
    events = [Event(number, now, name, value) for number, (name, value) in enumerate(values.items(), 1)]
    draft = Draft(DraftHeader(1, "d1", now), of, events)
    asked = {question.touchpoint.id for question in questions(draft)
             if question.kind is QuestionKind.EMOTION and question.touchpoint}  # fmt: skip
    scheme = samples.scheme({"id": "felt", "how": "mean", "of": ["@emotions"], "for_each": "touchpoint"})
    audit = audit_visit(draft.visit, of, scheme)
    missed = {touchpoint for touchpoint in of.touchpoint if audit.score("felt", touchpoint).reason is Reason.UNANSWERED}
    assert missed == asked

"""Submissions to visits: what is good, what is bad and why, what counts once, and what is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from helpers import exports, samples
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.errors import BadInput
from cemaudit.exchange.submissions import importing
from cemaudit.exchange.submissions.importing import SubmissionImport
from cemaudit.model import Visit

Sending = Callable[..., exports.Sent]
Importing = Callable[..., SubmissionImport]


def written(path: Path, *sent: exports.Sent, **style: object) -> Path:
    path.write_bytes(exports.central_csv(sent, **style))  # type: ignore[arg-type]
    return path


def balanced(found: SubmissionImport) -> list[Visit]:
    """The visits; what was counted adds up."""
    visits = list(found)
    counts = found.counts
    assert counts.submissions == counts.good + counts.bad + counts.again + counts.rejected
    assert counts.good == len(visits)
    assert bool(found.problems) == bool(counts.bad)
    return visits


def test_a_visit_as_it_was_filled_in(tmp_path: Path, send: Sending, take: Importing) -> None:
    (visit,) = balanced(take(written(tmp_path / "a.csv", send("i1", {"A1__note": "둘째\n줄"}))))
    assert (visit.id, visit.store, visit.checklist, visit.origin) == ("i1", "s1", "test.shop@1.0.0", "shopper")
    assert visit.started
    assert visit.started.isoformat() == "2026-11-21T14:05:00+09:00"
    assert visit.answers == {"A1": True, "A-2": ("dust", "gap"), "A3": "가나다"}
    assert visit.notes == {"A1": "둘째\n줄"}


def test_an_id_with_a_hyphen_behind_a_group_with_a_hyphen(tmp_path: Path, send: Sending, take: Importing) -> None:
    path = written(tmp_path / "a.csv", send("i1"), options={"a__group/A-2": ["dust", "gap", "A1"]})
    assert b"a__group-A-2,a__group-A-2/dust" in path.read_bytes()
    assert balanced(take(path))[0].answers["A-2"] == ("dust", "gap")


def test_options_called_like_questions(tmp_path: Path, send: Sending, take: Importing) -> None:
    options = {"a__group/A-2": ["dust", "gap", "A1"]}
    for number, style in enumerate(({"joined": True}, {"joined": False}, {"groups": False, "delimiter": ","})):
        path = tmp_path / f"{number}.csv"
        path.write_bytes(exports.kobo_csv([send("i1", {"A-2": "gap A1"})], options=options, **style))  # type: ignore[arg-type]
        assert balanced(take(path))[0].answers == {"A1": True, "A-2": ("gap", "A1"), "A3": "가나다"}


def test_bad_ones_are_named_and_the_others_go_on(tmp_path: Path, send: Sending, take: Importing) -> None:
    path = written(
        tmp_path / "a.csv", send("i1"), send("i2", {"A1": "soon"}), send("i3", {"visit__started": "21.11.2026 14:05"})
    )
    found = take(path)
    assert [visit.id for visit in balanced(found)] == ["i1"]
    said = [str(problem) for problem in found.problems]
    assert said[0].startswith("a.csv: row 3: a__group-A1: ")
    assert said[1].startswith("a.csv: row 4: visit__setting-visit__started: ")
    assert found.counts.bad == 2


def test_another_version_needs_its_checklist(tmp_path: Path, send: Sending, take: Importing) -> None:
    found = take(written(tmp_path / "a.csv", send("i1", {"visit__checklist": "test.shop@0.9.0"})))
    assert balanced(found) == []
    said = str(found.problems[0])
    assert "no such checklist: test.shop@0.9.0" in said
    assert "--checklist" in said


def test_a_form_says_which_checklist_where_the_record_does_not(tmp_path: Path, send: Sending, take: Importing) -> None:
    nothing = send("i1", {"visit__checklist": ""})
    exports.collect_folder(tmp_path / "known", [nothing])
    assert balanced(take(tmp_path / "known"))[0].checklist == "test.shop@1.0.0"
    found = take(written(tmp_path / "a.csv", nothing))
    assert balanced(found) == []
    assert "does not say which checklist it answers" in str(found.problems[0])


def test_rejected_ones_are_left_out_and_told(tmp_path: Path, send: Sending, take: Importing) -> None:
    found = take(written(tmp_path / "a.csv", send("i1", state="approved"), send("i2", state="rejected")))
    assert [visit.id for visit in balanced(found)] == ["i1"]
    assert [str(one) for one in found.notices] == ["a.csv: row 3: left out, because it was rejected on the server"]


def test_the_same_again_counts_once(tmp_path: Path, send: Sending, take: Importing) -> None:
    found = take(written(tmp_path / "a.csv", send("i1"), send("i1"), send("i2")))
    assert [visit.id for visit in balanced(found)] == ["i1", "i2"]
    assert (found.counts.again, found.notices) == (1, [])


def test_a_later_state_counts_and_is_told(tmp_path: Path, send: Sending, take: Importing) -> None:
    before, after = send("i1"), send("i1", {"A1": "no"}, own="i9", edits=1)
    found = take(written(tmp_path / "a.csv", after, before))
    (visit,) = balanced(found)
    assert (visit.id, visit.answers["A1"]) == ("i1", False)
    assert [str(one) for one in found.notices] == [
        "a.csv: row 3: left out, because a.csv: row 2 is a later state of it"
    ]


def test_edits_among_xml_files(tmp_path: Path, send: Sending, take: Importing) -> None:
    edited = send("i2", {"A1": "no"}, replaces="i1")
    found = take(exports.collect_folder(tmp_path / "a", [send("i1"), edited]))
    (visit,) = balanced(found)
    assert (visit.id, visit.answers["A1"]) == ("i1", False)


def test_states_nothing_tells_apart_are_all_bad(tmp_path: Path, send: Sending, take: Importing) -> None:
    found = take(written(tmp_path / "a.csv", send("i1"), send("i1", {"A1": "no"})))
    assert balanced(found) == []
    assert found.counts.bad == 2
    assert "a.csv: row 2: differs from a.csv: row 3" in str(found.problems[0])


def test_an_id_typed_twice(tmp_path: Path, send: Sending, take: Importing) -> None:
    found = take(written(tmp_path / "a.csv", send("i1", {"visit__id": "v1"}), send("i2", {"visit__id": "v1"})))
    assert [visit.id for visit in balanced(found)] == ["v1"]
    assert "visit id v1 is taken by a.csv: row 2" in str(found.problems[0])


def test_foreign_fields_are_told_once(tmp_path: Path, send: Sending, take: Importing) -> None:
    more = {"start": "2026-11-21", "gate": "west", "extra/mood": "fine", "formhub/uuid": "f0"}
    more["A3__photo_1_URL"] = "https://kobo.example/p.jpg"
    path = exports.written(tmp_path / "a.csv", exports.kobo_csv([send("i1", more), send("i2", more)]))
    found = take(path)
    assert len(balanced(found)) == 2
    assert [str(one) for one in found.notices] == [
        "a.csv: fields the checklist does not have are left out: gate, extra/mood"
    ]


def test_answers_that_do_not_arise_are_counted(tmp_path: Path, send: Sending) -> None:
    asked = samples.checklist(
        samples.touchpoint("a", samples.item("A1"), samples.item("A3", "text", when="A1 == false")), version="1.0.0"
    )
    path = written(tmp_path / "a.csv", send("i1", {"A-2": ""}))
    found = importing.import_submissions(path, lambda _: asked, tmp_path / "out-media")
    assert [visit.answers for visit in balanced(found)] == [{"A1": True}]
    assert found.counts.not_arising == 1


def test_problems_in_words_are_bounded(
    tmp_path: Path, send: Sending, take: Importing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "MOST_PROBLEMS", 2)
    found = take(written(tmp_path / "a.csv", *(send(f"i{number}", {"A1": "?"}) for number in range(5))))
    assert balanced(found) == []
    assert (found.counts.bad, len(found.problems)) == (5, 2)


def test_a_broken_table_beside_a_good_one_is_a_problem(tmp_path: Path, send: Sending, take: Importing) -> None:
    path = exports.central_zip(tmp_path / "a.zip", [send("i1")], {"more.csv": b'a,visit__checklist\n"1,2\n'})
    found = take(path)
    assert len(list(found)) == 1
    assert str(found.problems[0]).startswith("a.zip: more.csv: ")


def test_nothing_at_all_is_refused_before_anything_is_written(tmp_path: Path, take: Importing) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(BadInput, match="no column visit__checklist"):
        take(tmp_path / "a.csv")
    assert not (tmp_path / "out-media").exists()


@given(rows=st.lists(st.lists(st.text(max_size=8), min_size=4, max_size=4), max_size=6))
def test_whatever_the_cells_hold_counts_add_up(rows: list[list[str]], tmp_path: Path, take: Importing) -> None:
    names = ("visit__checklist", "visit__store", "A1", "A3__photo_1")
    sent = [
        exports.Sent(f"i{number % 3}", dict(zip(names, (row[0] and "test.shop@1.0.0", *row[1:]), strict=True)))
        for number, row in enumerate(rows)
    ] or [exports.Sent("i", dict.fromkeys(names, ""))]
    path = tmp_path / "a.csv"
    path.write_bytes(exports.kobo_csv(sent))
    assert len(exports.complaints(lambda: balanced(take(path)))) <= 1


@pytest.mark.parametrize("moment", ["2026-11-21 14:05", "2026-11-21 14:05:00", "2026. 11. 21 오후 2:05"])
def test_an_export_saved_again_by_a_spreadsheet_program_needs_a_zone(
    tmp_path: Path, send: Sending, take: Importing, moment: str
) -> None:
    path = tmp_path / "kobo.csv"
    path.write_bytes(exports.kobo_csv([send("i1", {"visit__started": moment})]))
    found = take(path)
    assert balanced(found) == []
    assert "(where all times are of one zone, --zone names it)" in str(found.problems[0])
    seoul = ZoneInfo("Asia/Seoul")
    (visit,) = balanced(take(path, localise=lambda local: local.replace(tzinfo=seoul)))
    assert visit.started
    assert visit.started.isoformat() == "2026-11-21T14:05:00+09:00"


@pytest.mark.parametrize("body", ["<name>x</name>", "<start>2026-11-21T14:05:00.000+09:00</start><a><b>1</b></a>", ""])
def test_a_submission_of_another_form_is_called_that(tmp_path: Path, take: Importing, body: str) -> None:
    (tmp_path / "bad.xml").write_text(
        f'<data id="survey" version="2">{body}<meta><instanceID>uuid:a</instanceID></meta></data>', "utf-8"
    )
    found = take(tmp_path / "bad.xml")
    assert balanced(found) == []
    assert [str(problem) for problem in found.problems] == [
        "bad.xml: a submission of another form: survey@2 (only submissions of a form made by 'cemaudit form' are read)"
    ]


def test_a_listener_is_told_of_each_problem(tmp_path: Path, take: Importing, send: Sending) -> None:
    told: list[tuple[str, str]] = []
    found = take(written(tmp_path / "a.csv", send("i1", {"A1": "perhaps"}), send("i2")))
    found.listener = lambda place, _, problem: told.append((place, problem.place))
    balanced(found)
    assert told == [("a.csv: row 2", "a__group-A1")]

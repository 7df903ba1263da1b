"""The same submission several times: which one counts, and what is told."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from cemaudit.exchange.submissions.importing import SubmissionStatus, told_apart
from cemaudit.exchange.submissions.submission import AttachmentFiles, Attachments, Identity, Submission

_numbers = itertools.count(1)


def one(own: str = "", text: str = "x", **identity: str) -> Submission:
    number = next(_numbers)
    made = Identity.of(own, identity.pop("first", ""), identity.pop("replaces", ""), **identity)
    return Submission(f"row {number}", number, made, {"A": text}, Attachments(AttachmentFiles()))


def only(*submissions: Submission) -> SubmissionStatus:
    (standing,) = told_apart(submissions)
    return standing


def test_each_stands_alone() -> None:
    first, second, nameless, another = one("a"), one("b"), one(), one()
    standings = told_apart([first, second, nameless, another])
    assert [standing.kept for standing in standings] == [first, second, nameless, another]
    assert [standing.id for standing in standings] == ["a", "b", "", ""]


def test_the_same_twice_is_one() -> None:
    first, second = one("uuid:a"), one("a")
    standing = only(first, second)
    assert standing.kept is first
    assert standing.again == (second,)
    assert standing.notices == []


def test_what_replaces_another_counts_whatever_the_order() -> None:
    old, new, newest = one("a", "1"), one("b", "2", replaces="a"), one("c", "3", replaces="b")
    for order in itertools.permutations([old, new, newest]):
        standing = only(*order)
        assert (standing.kept, standing.id) == (newest, "a")
        assert {notice.place for notice in standing.notices} == {old.place, new.place}


def test_a_first_id_joins_what_nothing_else_does() -> None:
    old, new = one("a", "1", first="root", received="2026-11-21"), one("z", "2", first="root", received="2026-11-22")
    standing = only(new, old)
    assert (standing.kept, standing.id) == (new, "root")


def test_more_edits_count_before_later_dates() -> None:
    edited = one("a", "1", edits="2", received="2026-11-21T00:00:00Z")
    assert only(one("a", "2", edits="1", received="2026-11-22T00:00:00Z"), edited).kept is edited


def test_later_dates_count_whatever_their_zones() -> None:
    late = one("a", "1", received="2026-11-21T10:00:00+09:00")
    later = one("a", "2", received="2026-11-21T02:00:00")
    assert only(later, late).kept is later


def test_nothing_counts_where_nothing_tells_them_apart() -> None:
    standing = only(one("a", "1"), one("a", "2"))
    assert standing.kept is None
    assert len(standing.unclear) == 2


def test_going_round_in_circles_ends() -> None:
    standings = told_apart([one("a", replaces="b"), one("b", replaces="a"), one("c", replaces="c")])
    assert sum(len(standing.again) + len(standing.unclear) + (standing.kept is not None) for standing in standings) == 3


ids = st.sampled_from(["", "a", "b", "c"])


@given(st.lists(st.tuples(ids, ids, ids, st.sampled_from("12"), st.sampled_from(["", "1", "2"])), max_size=8))
def test_every_submission_is_accounted_for(made: list[tuple[str, str, str, str, str]]) -> None:
    submissions = [one(own, text, first=first, replaces=old, edits=edits) for own, first, old, text, edits in made]
    standings = told_apart(submissions)
    told = [(*standing.again, *standing.unclear, *([standing.kept] if standing.kept else [])) for standing in standings]
    assert sorted(one.number for group in told for one in group) == [one.number for one in submissions]

"""Reading lines in bulk gives what reading them one by one gives: the same visits, the same canonical lines, the same
complaints."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from helpers import samples, strategies
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.errors import BadInput
from cemaudit.exchange import canonical_json
from cemaudit.exchange.canonical_json import line_of, line_read, parsed, read_line
from cemaudit.exchange.visits import read_visits
from cemaudit.model import Change, Checklist, Complaint, EpisodeStep, Evidence, Override, Skip, Visit

WHOLE: dict[str, Any] = {
    "id": "v1",
    "checklist": "test.shop@1",
    "store": "강남",
    "store_name": "강남점",
    "shopper": "s-12",
    "wave": "2026-4",
    "started": "2026-11-21T14:05:00+09:00",
    "finished": "2026-11-21T14:41:00.5Z",
    "episode": {"id": "p", "step": "V1", "number": 2},
    "answers": {"b": True, "a": 3, "c": 1.5, "d": '말 \u2028 "\\\n끝', "e": ["p0", "p1"], "f": -1, "g": 10**15},
    "skipped": {"z": {"state": "declined", "reason": "닫힘"}, "y": {"state": "not-observed"}},
    "notes": {"b": "한글", "a": "a\tb"},
    "evidence": {"b": [{"sha256": "0" * 64, "file": "사진/x y.jpg", "kind": "receipt", "caption": "c"}]},
    "emotions": {"t": -3, "s": 2},
    "expectations": {"t": 7},
    "claims": [{"touchpoint": "t", "text": "기다렸다", "state": "later"}, {"touchpoint": "t", "text": "또"}],
    "blames": [{"touchpoint": "t", "text": "x"}],
    "overrides": [{"check": "late", "place": "started", "said": "s", "reason": "r"}],
    "revision": 2,
    "supersedes": "a" * 64,
    "amendment": "price",
    "changes": [{"place": "answers.a", "before": "1", "after": "3"}],
}


def by_the_usual_way(line: bytes) -> tuple[Visit, bytes] | list[str]:
    """What ``read_visits`` makes of a line: the visit and its canonical line, or the complaints."""
    from io import BytesIO

    try:
        (found,) = read_visits(["-"], stdin=BytesIO(line))
    except BadInput as error:
        return [str(problem).removeprefix("standard input: line 1: ") for problem in error.problems][:1]
    return found.visit, line_of(found.visit)


def in_bulk(line: bytes) -> tuple[Visit, bytes] | list[str]:
    try:
        return read_line(line)
    except BadInput as error:
        return [str(problem) for problem in error.problems][:1]


def written(data: object, **style: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, **style).encode()


@given(strategies.checklists_and_visits())
def test_canonical_lines(both: tuple[Checklist, Visit]) -> None:
    line = line_of(both[1])
    assert read_line(line) == (both[1], line)


def turned(value: Any, by: random.Random) -> Any:
    """The same JSON, its keys in another order."""
    if isinstance(value, dict):
        return {name: turned(value[name], by) for name in by.sample(list(value), len(value))}
    return [turned(one, by) for one in value] if isinstance(value, list) else value


@given(st.sets(st.sampled_from(sorted(WHOLE.keys() - {"id", "checklist", "store"}))), st.randoms(use_true_random=False))
def test_lines_written_otherwise(left_out: set[str], by: random.Random) -> None:
    data = turned({name: value for name, value in WHOLE.items() if name not in left_out}, by)
    line = written(data, separators=by.choice([(",", ":"), (", ", ": ")]))
    assert in_bulk(line) == by_the_usual_way(line)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff",
        b'"\xed\xa0\x80"',
        b'{"id": NaN}',
        b"[" * 100_000,
        written(WHOLE) + b"x",
        written(WHOLE).replace(b'"store"', b'"id": "v2", "store"'),
        written(WHOLE).replace(b'"a": 3', b'"a": 3, "a": 4'),
        written(WHOLE).replace(b'"a": 3', b'"a": NaN'),
        written(WHOLE).replace(b'"a": 3', b'"a": 1e400'),
        written(WHOLE).replace(b'"a": 3', b'"a": ' + b"9" * 101),
        written(WHOLE).replace(b'"a": 3', b'"a": ' + b"9" * 99),
        written(WHOLE).replace(b'"a": 3', b'"a": 9223372036854775808'),
        written(WHOLE).replace(b'"a": 3', b'"a": 3.0'),
        written(WHOLE).replace(b'"a": 3', b'"a": 1e16'),
        written(WHOLE).replace(b'"a": 3', b'"a": 1e-7'),
        written(WHOLE).replace(b'"a": 3', b'"a": -0.0'),
        written(WHOLE).replace(b'"a": 3', b'"a": null'),
        written(WHOLE).replace(b'"a": 3', b'"a": [" p0"]'),
        written(WHOLE).replace(b'"a": 3', b'"a": {"x": 1}'),
        written(WHOLE).replace(b'"a": 3', b'"a": "\\ud800"'),
        written(WHOLE).replace(b'"t": -3', b'"t": -4'),
        written(WHOLE).replace(b'"t": -3', b'"t": true'),
        written(WHOLE).replace(b'"t": -3', b'"t": "2"'),
        written({**WHOLE, "unknown": 1}),
        written({**WHOLE, "date": 20_000}),
        written({**WHOLE, "started": 1_795_000_000}),
        written({**WHOLE, "started": "2026-11-21T14:05:00"}),
        written({**WHOLE, "started": "2026-11-22T14:05:00Z"}),
        written({**WHOLE, "revision": "2"}),
        written({**WHOLE, "revision": 1}),
        written({**WHOLE, "origin": "shopper"}),
        written({**WHOLE, "shopper": "s\u0301"}),
        written({**WHOLE, "shopper": "a\u202eb"}),
        written({**WHOLE, "store_name": "  a   b "}),
        written({**WHOLE, "skipped": {"a": {"state": "declined"}}}),
        written({**WHOLE, "answers": {"1": 2}}),
        written({"id": "v1"}),
    ],
)  # fmt: skip
def test_lines_of_strangers(line: bytes) -> None:
    assert in_bulk(line) == (by_the_usual_way(line) if line else ["not JSON: Expecting value at character 1"])


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_anything(line: bytes) -> None:
    if b"\n" not in line and line.strip() and not line.startswith(b"\xef\xbb\xbf"):
        assert in_bulk(line) == by_the_usual_way(line)


anything = st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), st.lists, max_leaves=4)


@given(anything, st.sampled_from(sorted(WHOLE)))
def test_any_value_at_any_place(value: object, name: str) -> None:
    line = written({**WHOLE, name: value} if name != "answers" else {**WHOLE, "answers": {"a": value}})
    assert in_bulk(line) == by_the_usual_way(line)


def test_a_copy_with_another_value_is_written_canonically() -> None:
    visit, _ = read_line(written(WHOLE))
    for changes in ({"shopper": "p1"}, {"shopper": None}, {"answers": {"a": 1}}):
        copy = visit.model_copy(update=changes)
        assert line_read(copy) == line_of(copy)
    assert parsed(line_read(visit).decode())["answers"]["c"] == 1.5


def test_the_short_way_is_there_and_its_sample_has_everything() -> None:
    sample = json.loads(canonical_json._SAMPLE)
    assert canonical_json._short_way() is not None
    assert set(sample) == set(Visit.model_fields)
    assert set(sample["changes"][0]) == set(Change.model_fields)
    assert set(sample["claims"][0]) == set(Complaint.model_fields)
    assert set(sample["episode"]) == set(EpisodeStep.model_fields)
    assert set(sample["evidence"]["a"][0]) == set(Evidence.model_fields)
    assert set(sample["overrides"][0]) == set(Override.model_fields)
    assert set(sample["skipped"]["z"]) == set(Skip.model_fields)


def test_without_the_short_way_everything_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    line = line_of(read_line(written(WHOLE))[0])
    monkeypatch.setattr(canonical_json, "_short_way", lambda: None)
    assert read_line(written(WHOLE)) == read_line(line) == by_the_usual_way(line)


@pytest.mark.parametrize("more", [{}, {"feelings_skipped": {"emotions.t": {"state": "declined"}}}])
def test_a_visit_over_days_is_of_the_second_format_in_bulk_too(more: dict[str, Any]) -> None:
    visit = samples.visit(date="2026-11-02", until="2026-11-09", **more)
    line = line_of(visit)
    assert b'"format":2' in line
    read, again = read_line(line)
    assert (read, again, line_read(read.model_copy(update={"store": "s2"}))) == (
        visit,
        line,
        line.replace(b'"store":"s1"', b'"store":"s2"'),
    )

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.errors import BadEnvironment, BadInput
from cemaudit.exchange import visits as module
from cemaudit.exchange.canonical_json import line_of, write_visits
from cemaudit.exchange.visits import read_visits
from cemaudit.model import Visit

ONE = {"id": "v1", "checklist": "test.shop@1.0.0", "store": "S1", "answers": {"GS02": 3, "GS01": "예"}}


def visit(name="v1", **fields):
    return Visit.model_validate({**ONE, "id": name, **fields})


def problems_of(*sources, **options):
    with pytest.raises(BadInput) as refusal:
        list(read_visits(sources, **options))
    assert refusal.value.exit_code == 3
    lines = [str(problem) for problem in refusal.value.problems]
    assert not any("\n" in line for line in lines)
    return lines


def test_what_is_written_reads_back(tmp_path):
    several = [visit("v1"), visit("v2", emotions={"greeting": -3}, answers={"a": 1.5, "b": True, "c": ["x", "y"]})]
    for name in ("visits.jsonl", "visits.json"):
        assert write_visits(tmp_path / name, several) == 2
        assert [found.visit for found in read_visits([tmp_path / name])] == several


def test_the_same_visits_make_the_same_bytes(tmp_path):
    turned = Visit.model_validate({**ONE, "answers": dict(reversed(ONE["answers"].items()))})
    assert line_of(turned) == line_of(visit())
    assert b"\\u" not in line_of(visit())


def test_standard_streams():
    out = io.BytesIO()
    write_visits("-", [visit()], stdout=out)
    (found,) = read_visits(["-"], stdin=io.BytesIO(out.getvalue()))
    assert (found.place, found.visit, found.folder) == ("standard input: line 1", visit(), None)


def test_folders_are_read_by_name(tmp_path):
    write_visits(tmp_path / "b.jsonl", [visit("v2"), visit("v3")])
    (tmp_path / "a.json").write_text(json.dumps(ONE))
    (tmp_path / ".hidden.json").write_text("no")
    (tmp_path / "photo.jpg").write_bytes(b"no")
    assert [found.place for found in read_visits([tmp_path])] == ["a.json", "b.jsonl: line 1", "b.jsonl: line 2"]


def test_all_problems_of_all_lines_are_told_and_good_visits_go_on(tmp_path):
    path = tmp_path / "visits.jsonl"
    path.write_bytes(b"\n".join([
        b"\xef\xbb\xbf" + line_of(visit()),
        b"{",
        b"",
        b'{"id": "v2", "checklist": "test.shop@1.0.0", "store": "S1", "emotions": {"t": 9}, "nots": 1}',
        b'{"id": "v3", "id": "v4"}',
        b'{"id": NaN, "store": 1}',
        b"[1]",
        b"\xff",
        line_of(visit()),
        line_of(visit("v9")),
    ]))  # fmt: skip
    found = []
    assert [each.visit.id for each in read_visits([path], found)] == ["v1", "v9"]
    said = [str(problem) for problem in found]
    assert said == problems_of(path)
    assert said[0].startswith("visits.jsonl: line 2: not JSON: ")
    assert said[1] == "visits.jsonl: line 4: emotions.t: expected 3 or less, found 9"
    assert said[2].startswith("visits.jsonl: line 4: nots: unknown key")
    assert said[3:] == [
        "visits.jsonl: line 5: not JSON: key id comes twice",
        "visits.jsonl: line 6: not JSON: NaN is no number",
        "visits.jsonl: line 7: expected a mapping",
        "visits.jsonl: line 8: not UTF-8 text (byte 0)",
        "visits.jsonl: line 9: visit id v1 is taken by visits.jsonl: line 1",
    ]


def test_what_is_no_file_of_visits_is_refused(tmp_path):
    (tmp_path / "table.csv").write_text("a,b")
    (tmp_path / "empty.jsonl").write_text("")
    (tmp_path / "bad.json").write_text("[{}, ")
    (tmp_path / "empty").mkdir()
    assert "no such file" in problems_of(tmp_path / "none.jsonl")[0]
    assert "expected a .json, .jsonl or .cemaudit file" in problems_of(tmp_path / "table.csv")[0]
    assert problems_of(tmp_path / "empty.jsonl") == ["empty.jsonl: no visits"]
    assert problems_of(tmp_path / "bad.json")[0].startswith("bad.json: not JSON")
    assert "no .json, .jsonl or .cemaudit files" in problems_of(tmp_path / "empty")[0]


def test_a_file_given_twice_is_noticed(tmp_path):
    write_visits(tmp_path / "a.jsonl", [visit()])
    assert "is taken by" in problems_of(tmp_path / "a.jsonl", tmp_path / "a.jsonl")[0]


def test_deep_nesting_is_refused(tmp_path):
    path = tmp_path / "deep.jsonl"
    path.write_text("[" * 100_000 + "]" * 100_000)
    assert problems_of(path) == ["deep.jsonl: line 1: not JSON: nested too deeply"]


def test_endless_digits_are_refused(tmp_path):
    path = tmp_path / "long.jsonl"
    path.write_text('{"id": ' + "9" * 5000 + "}")
    assert problems_of(path) == ["long.jsonl: line 1: not JSON: a number of 5000 digits"]


def test_a_line_too_long_is_refused_and_the_next_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "LONGEST_LINE", 1000)
    path = tmp_path / "long.jsonl"
    path.write_bytes(b'{"id": "' + b"x" * 5000 + b'"}\n' + line_of(visit()) + b"\n")
    found = []
    assert [each.place for each in read_visits([path], found)] == ["long.jsonl: line 2"]
    assert len(found) == 1


def test_writing_is_all_or_nothing(tmp_path):
    path = tmp_path / "visits.jsonl"
    path.write_text("before")

    def broken():
        yield visit()
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_visits(path, broken())
    assert path.read_text() == "before"
    assert [file.name for file in tmp_path.iterdir()] == ["visits.jsonl"]


def test_where_nothing_can_be_written_it_is_said(tmp_path):
    with pytest.raises(BadInput, match="found a folder"):
        write_visits(tmp_path, [])
    (tmp_path / "file").write_text("")
    with pytest.raises(BadEnvironment, match="cannot be written"):
        write_visits(tmp_path / "file" / "visits.jsonl", [])


ANSWERS = st.one_of(
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.decimals(-1000, 1000, places=3),
    st.text(max_size=20).map(str.strip),
)


@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), ANSWERS))
def test_every_answer_survives_the_way_out_and_in(answers):
    out = io.BytesIO()
    one = visit(answers=answers)
    write_visits("-", [one], stdout=out)
    assert [again.visit for again in read_visits(["-"], stdin=io.BytesIO(out.getvalue()))] == [one]


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8) | st.sampled_from(list(ONE.values())[:3]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(Visit.model_fields)), inner),
    max_leaves=12,
)


@given(st.one_of(st.binary(max_size=200), JSON.map(lambda data: json.dumps(data).encode())))
def test_any_line_is_read_or_named_in_one_line(line):
    found = []
    list(read_visits(["-"], found, stdin=io.BytesIO(line)))
    assert not any("\n" in str(problem) for problem in found)

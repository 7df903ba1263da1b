"""XCCDF in: what becomes of rules, groups, weights and results, and what is refused."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.checklists import load_file
from cemaudit.cli.app import run
from cemaudit.errors import BadInput
from cemaudit.exchange.toml import toml_of
from cemaudit.exchange.xccdf import elements
from cemaudit.exchange.xccdf.elements import Ids, plain_id
from cemaudit.exchange.xccdf.results import import_xccdf
from cemaudit.model import Text
from cemaudit.scoring import audit_visit

SPACE = "http://checklists.nist.gov/xccdf/"
TREE = """
<title xml:lang="ko">시험 기준</title><title xml:lang="en">Test benchmark</title><version>v2.1</version>
<Profile id="strict" extends="base"/>
<Profile id="base"><refine-rule idref="xccdf_a.b_group_A" weight="4"/></Profile>
<Group id="xccdf_a.b_group_A" weight="2"><title>Group A</title>
  <Rule id="xccdf_a.b_rule_1"><title>Rule 1</title></Rule>
  <Rule id="xccdf_a.b_rule_2" weight="3.0"/>
  <Group id="empty"/>
</Group>
<Group id="B"><Rule id="xccdf_a.b_rule_3"/><Rule id="xccdf_a.b_rule_4"/></Group>
"""


def result(words, name="xccdf_a_testresult_r1", more=""):
    rules = "".join(
        f'<rule-result idref="xccdf_a.b_rule_{number}"{role}><result>{word}</result></rule-result>'
        for number, word, role in ((*one, "")[:3] for one in words)
    )
    return f'<TestResult id="{name}" end-time="2026-11-21T14:05:00">{more}<target>seoul-07</target>{rules}</TestResult>'


def benchmark(*parts, body=TREE):
    inside = body + "".join(parts)
    return f'<Benchmark xmlns="{SPACE}1.2" id="xccdf_a.b_benchmark_T">{inside}</Benchmark>'


MIXED = result([(1, "pass"), (2, "fail"), (3, "pass"), (4, "notapplicable")])


@pytest.fixture
def read(tmp_path):
    def read(text):
        path = tmp_path / "file.xml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return import_xccdf(path)

    return read


def scores(found, number=0):
    audit = audit_visit(found.visits[number], found.checklist, found.scheme)
    return {name: score.value for name, score in audit.scores.items()}


def test_three_honest_answers_from_one_visit(read):
    found = scores(read(benchmark(MIXED)))
    assert (found["default"], found["absolute"]) == (50, 0)
    assert (found["flat"], found["flat-maximum"]) == (2, 5)
    assert (found["flat-unweighted"], found["flat-unweighted-maximum"]) == (2, 3)


def test_all_passed_is_absolute(read):
    found = scores(read(benchmark(result([(1, "pass"), (2, "fixed"), (3, "notchecked")]))))
    assert (found["default"], found["flat"], found["absolute"]) == (100, 4, 1)


def test_what_a_benchmark_becomes(read):
    checklist = read(benchmark(MIXED)).checklist
    assert (checklist.ref, checklist.scheme) == ("xccdf.T@2.1", "xccdf.T@2.1")
    assert checklist.title == Text(ko="시험 기준", en="Test benchmark")
    assert {item.id: item.weight for item in checklist.items.values()} == {"x-1": 1, "x-2": 3, "x-3": 1, "x-4": 1}
    assert checklist.items["x-1"].ask == Text(en="Rule 1")
    assert checklist.items["x-2"].help.en == "xccdf_a.b_rule_2"
    assert list(checklist.touchpoint) == ["A", "B"]


def test_checklist_and_scheme_read_back_from_their_files(read, tmp_path):
    found = read(benchmark(MIXED))
    for record in (found.checklist, found.scheme):
        path = tmp_path / "record.toml"
        path.write_text(toml_of(record), "utf-8")
        assert load_file(path) == record


def test_what_a_result_becomes(read):
    visit = read(benchmark(result([(1, "error"), (2, "fixed"), (3, "notchecked"), (4, "informational")]))).visits[0]
    assert (visit.id, visit.store, visit.origin) == ("seoul-07 2026-11-21T14:05:00 r1", "seoul-07", "import")
    assert visit.answers == {"x-1": False, "x-2": True}
    assert visit.notes == {"x-1": "error", "x-2": "fixed"}
    assert {name: (skip.state.value, skip.reason) for name, skip in visit.skipped.items()} == {
        "x-3": ("not-observed", None),
        "x-4": ("not-applicable", "informational"),
    }


def test_times_need_their_zone(read):
    zoned = MIXED.replace("14:05:00", "14:05:00+09:00")
    assert read(benchmark(zoned)).visits[0].finished.isoformat() == "2026-11-21T14:05:00+09:00"
    visit = read(benchmark(MIXED)).visits[0]
    assert (visit.finished, visit.day.isoformat()) == (None, "2026-11-21")


def test_an_unscored_rule_and_nothing_else_is_not_scored(read):
    found = read(benchmark(result([(1, "pass", ' role="unscored"')])))
    assert found.visits[0].skipped["x-1"].reason == "unscored: pass"
    assert scores(found)["default"] is None
    assert scores(found)["absolute"] is None


def test_the_worst_of_several_instances_counts(read):
    assert read(benchmark(result([(1, "notapplicable"), (1, "pass"), (1, "unknown")]))).visits[0].answers == {
        "x-1": False
    }


def test_a_profile_refines_group_weights_and_results_rule_weights(read):
    profiled = read(benchmark(MIXED.replace("<target>", '<profile idref="strict"/><target>')))
    assert profiled.visits[0].occasion == "strict"
    assert scores(profiled)["default"] == (25 * 4 + 100) / 5
    stated = read(benchmark(MIXED.replace('_rule_2"', '_rule_2" weight="1.0"')))
    assert scores(stated)["flat-maximum"] == 3


def test_results_with_other_weights_are_left_out(read):
    second = MIXED.replace("r1", "r2").replace('_rule_2"', '_rule_2" weight="7"')
    found = read(benchmark(MIXED, second))
    assert (found.results, len(found.visits)) == (2, 1)
    assert "r2: xccdf_a.b_rule_2: weighs 7, in the first result 3" in str(found.problems[0])


def test_results_of_another_benchmark_are_left_out(read):
    other = benchmark(MIXED, body='<Rule id="q"/>').replace("_benchmark_T", "_benchmark_U")
    found = read(f"<all>{benchmark(MIXED)}{other}</all>")
    assert len(found.visits) == 1
    assert "another benchmark" in str(found.problems[0])


def test_a_result_without_its_benchmark_is_a_row_of_rules(read):
    found = read(f'<x xmlns="{SPACE}1.1">{MIXED}</x>')
    assert (len(found.checklist.items), scores(found)["default"]) == (4, pytest.approx(200 / 3))


def test_a_benchmark_named_by_a_result_far_away(read):
    named = MIXED.replace("<target>", '<benchmark id="xccdf_a.b_benchmark_T"/><target>')
    other = benchmark(body='<Rule id="z"/>').replace("_T", "_U")
    text = f'{other}{benchmark()}<r xmlns="{SPACE}1.2">{named}</r>'
    assert read(f"<all>{text}</all>").checklist.id == "xccdf.T"


def test_two_results_of_one_id_stay_two_visits(read):
    assert len({visit.id for visit in read(benchmark(MIXED, MIXED)).visits}) == 2


def test_ids_are_short_safe_and_given_once():
    ids = Ids(["flat"])
    originals = ["xccdf_org.a_rule_no-root", "no-root", "flat", "1.2 a", "한글", "_x", "A" * 200, "A" * 201]
    given = [ids.of(original) for original in originals]
    assert given == ["no-root", "no-root-2", "flat-2", "x-1.2-a", "x--", "x-_x", "A" * 70, "A" * 70 + "-2"]
    assert [ids.of(original) for original in originals] == given
    assert plain_id("xccdf_org.a_testresult_xccdf_b.c_profile_common") == "common"


BOMB = """<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><b>&b;</b>"""
OUTSIDE = """<!DOCTYPE b [<!ENTITY a SYSTEM "file:///etc/hostname">]><b>&a;</b>"""


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (BOMB, "document type"),
        (OUTSIDE, "document type"),
        ('<!DOCTYPE b SYSTEM "http://127.0.0.1:9/b.dtd"><b/>', "document type"),
        ("<a>" * 300, "nested too deeply"),
        ("not XML", "not well-formed XML"),
        ("", "not well-formed XML"),
        (b"<a>\xff</a>", "not well-formed XML"),
        ('<?xml version="1.0" encoding="no-such"?><a/>', "not well-formed XML"),
        ("<a/>", "neither a submission of a phone nor XCCDF results (a submission is of a form made by"),
        (benchmark(), "no XCCDF results"),
        (benchmark(MIXED, body=""), "without rules"),
        (benchmark(MIXED, body=TREE + '<Rule id="B"/>'), "comes twice"),
        (benchmark(MIXED, body=TREE + "<Rule/>"), "without id"),
        (benchmark(MIXED, body=TREE.replace("3.0", "1e9")), "expected a weight, found 1e9"),
        (benchmark(MIXED, body=TREE.replace("3.0", "-1")), "expected a weight, found -1"),
        (benchmark(result([(9, "pass")])), "no such rule in the benchmark: xccdf_a.b_rule_9"),
        (benchmark(result([(1, "passed")])), "expected a result such as pass or fail, found passed"),
        (benchmark(MIXED.replace("seoul-07", " ")), "a result without target"),
        (benchmark(MIXED.replace("14:05:00", "soon")), "expected a time such as"),
    ],
)
def test_what_is_refused_in_one_line(read, text, what):
    with pytest.raises(BadInput) as error:
        read(text)
    assert what in str(error.value)
    assert len(str(error.value).splitlines()) == 1
    assert str(error.value).startswith("file.xml: ")


def test_a_file_too_large_is_refused_unread(read, monkeypatch):
    monkeypatch.setattr(elements, "LARGEST", 10)
    with pytest.raises(BadInput, match="larger than"):
        read(benchmark(MIXED))


def test_a_stranger_never_breaks_a_line(read):
    name = "seoul\u202e\n07"
    visit = read(benchmark(MIXED.replace("seoul-07", name).replace("Rule 1", name))).visits[0]
    assert visit.store == "seoul 07"


def test_the_command_writes_three_files_and_says_what_is_left_out(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    bad = MIXED.replace("r1", "r2").replace("seoul-07", "")
    (tmp_path / "in.xml").write_text(benchmark(MIXED, bad))
    assert run(["import", "in.xml", "--out", "out.jsonl", "--lang", "en"]) == 3
    assert capsys.readouterr().err == (
        "cemaudit: in.xml: xccdf_a_testresult_r2: a result without target\n"
        "2 results = 1 good + 1 bad; 4 rules\n"
        "  score them: cemaudit score out.jsonl --checklist out.checklist.toml --checklist out.scheme.toml\n"
    )
    files = ["--checklist", "out.checklist.toml", "--checklist", "out.scheme.toml", "--lang", "en"]
    assert run(["score", "out.jsonl", *files]) == 0
    assert "50.00" in capsys.readouterr().out


def test_what_is_refused_leaves_no_file(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bomb").write_text(BOMB)
    assert run(["import", "bomb", "--format", "xccdf", "--out", "out.jsonl", "--lang", "en"]) == 3
    assert "document type" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["bomb"]


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["in.xml", "--out", "-"], "--out must be a file"),
        (["in.xml", "--out", "x.jsonl", "--mapping", "map.toml", "--format", "xccdf"], "--mapping is for tables"),
        (["in.csv", "--out", "x.jsonl"], "a table needs --mapping"),
        (["in.xml", "--out", "x.jsonl", "--format", "table"], "a table needs --mapping"),
    ],
)
def test_wrong_usage(capsys, tmp_path, monkeypatch, arguments, what):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.xml").write_text("<x/>")
    (tmp_path / "in.csv").write_text("a,b\n1,2\n")
    assert run(["import", *arguments, "--lang", "en"]) == 2
    assert what in capsys.readouterr().err


def test_two_results_without_their_benchmark(read):
    named = MIXED.replace("<target>", '<benchmark id="xccdf_a.b_benchmark_T"/><target>')
    found = read(f'<x xmlns="{SPACE}1.2">{named}{named.replace("r1", "r2")}</x>')
    assert (len(found.visits), found.checklist.id, found.problems) == (2, "xccdf.T", [])


markup = st.sampled_from(
    ["<Rule", "<Group", " id=", '"x"', ">", "</Rule>", "<result>", "pass", " weight=", "\u0000", "&#x1;", "é"]
)


@given(st.lists(markup, max_size=12).map("".join), st.sampled_from(["body", "result"]))
def test_whatever_stands_in_a_file_it_is_read_or_refused(read, text, place):
    inside = MIXED if place == "body" else MIXED.replace("<target>", text + "<target>")
    with contextlib.suppress(BadInput):
        read(benchmark(inside, body=TREE + text if place == "body" else TREE))

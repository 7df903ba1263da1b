"""``score``, ``report``, ``import`` and ``lint`` from the outside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers import samples

from cemaudit.cli.app import run
from cemaudit.exchange.canonical_json import write_visits
from cemaudit.model import Visit
from cemaudit.scoring import Engine
from cemaudit.simulate import simulate


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.fixture
def visits(tmp_path: Path, engine: Engine) -> Path:
    path = tmp_path / "visits.jsonl"
    write_visits(path, simulate(engine.library.checklist("retail.green-smile@1.0.0"), stores=2, visits=2, seed=3))
    return path


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_one_object_a_line(visits: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["score", str(visits), "--json"]) == 0
    found = lines(capsys)
    assert [one["visit"] for one in found] == ["retail-01-01", "retail-01-02", "retail-02-01", "retail-02-02"]
    assert {one["checklist"] for one in found} == {"retail.green-smile@1.0.0"}
    assert {one["scheme"] for one in found} == {"cem.experience@1"}
    for one in found:
        for measure in one["measures"].values():  # type: ignore[attr-defined]
            assert (measure["value"] is None) == ("reason" in measure)


def test_files_folders_and_the_standard_input(
    visits: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for source in (str(visits), str(visits.parent), "-"):
        with visits.open("rb") as stream:
            monkeypatch.setattr("sys.stdin", type("Stdin", (), {"buffer": stream})())
            assert run(["score", source, "--json"]) == 0
        found.append(lines(capsys))
    assert found[0] == found[1] == found[2]


def test_bad_visits_are_named_and_good_ones_scored(visits: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = json.loads(visits.read_text().splitlines()[0])
    bad = [
        good | {"id": "b1", "answers": {"GS99": True}},
        good | {"id": "b2", "checklist": "retail.green-smile@9.0.0"},
        good | {"id": "b3", "finished": "2001-01-01T00:00:00+09:00"},
        good | {"id": "b4", "answers": {"GS10": "maybe"}},
        good | {"id": "b5", "notes": {"GS01": "x" * 50_000}},
    ]
    visits.write_text("\n".join(json.dumps(one) for one in [*bad, good]))
    assert run(["score", str(visits), "--json"]) == 3
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 1
    for words in ("GS99", "retail.green-smile@9.0.0", "finished", "answers.GS10", "notes.GS01"):
        assert sum(words in line for line in said.err.splitlines()) == 1, words


def test_another_scheme(visits: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["score", str(visits), "--json", "--scheme", "cem.performance@1"]) == 0
    assert all("overall" not in one["measures"] for one in lines(capsys))  # type: ignore[operator]


def test_reports_of_both_languages(visits: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for language in ("ko", "en"):
        assert run(["report", str(visits), "--out", str(tmp_path / "out"), "--lang", language]) == 0
        paths = [Path(line) for line in capsys.readouterr().out.splitlines()]
        assert len(paths) == 4
        assert all(path.read_bytes().startswith(b"%PDF") for path in paths)
    assert len(list((tmp_path / "out").iterdir())) == 8


@pytest.mark.parametrize(("language", "words"), [("en", "no font of reports has"), ("ko", "보고서 글꼴에 없어")])
def test_what_no_font_has_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str, words: str
) -> None:
    visit = samples.visit(checklist="retail.green-smile@1.0.0", store_name="금가 \U0001f35a", answers={"GS02": 30})
    write_visits(tmp_path / "v.json", [visit])
    assert run(["report", str(tmp_path / "v.json"), "--out", str(tmp_path), "--lang", language]) == 0
    assert run(["lint", str(tmp_path / "v.json"), "--lang", language]) == 1, "nearly nothing is answered"
    told = capsys.readouterr()
    assert words in told.err
    assert "U+1F35A" in told.err
    assert words in told.out


def test_only_one_sector_is_reported(visits: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["report", str(visits), "--out", str(tmp_path / "out"), "--sector", "hospital"]) == 0
    assert capsys.readouterr().out == ""


def test_an_episode_is_one_report(tmp_path: Path, engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "visits.jsonl"
    write_visits(path, simulate(engine.library.checklist("hospital.outpatient@1.0.0"), stores=1, visits=1, seed=3))
    assert run(["report", str(path), "--out", str(tmp_path / "out")]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_a_table_comes_in_and_is_scored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "table.csv").write_text("shop,smile,when\nA,yes,2026-11-01\nB,perhaps,2026-11-02\n", encoding="cp949")
    (tmp_path / "map.toml").write_text(
        'checklist = "retail.green-smile@1.0.0"\n[visit]\nid = { template = "{shop}-{when}" }\n'
        'store = { column = "shop" }\ndate = { column = "when" }\n[items.GS10]\ncolumn = "smile"\n'
    )
    out = tmp_path / "visits.jsonl"
    arguments = ["import", str(tmp_path / "table.csv"), "--mapping", str(tmp_path / "map.toml"), "--out", str(out)]
    assert run(arguments) == 3
    said = capsys.readouterr().err
    assert "table.csv: row 3: smile" in said
    assert "2 rows = 1 good + 1 bad + 0 skipped; 1 visits" in said
    assert run(["score", str(out)]) == 0


def test_lint_of_everything_at_hand_is_clean(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint"]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert all(": note: " in line for line in said.out.splitlines()), "no errors, no warnings"


def test_lint_of_everything_looks_at_the_newest_edition_of_each_checklist(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (
        'id = "a.b"\nversion = "{version}"\nsector = "shop"\njourney = "aida"\nscheme = "cem.performance@1"\n'
        'title = {{ en = "A" }}\n[[touchpoints]]\nid = "t"\ntitle = {{ ko = "가", en = "A" }}\n'
        'channel = "electronic"\nstage = "action"\nelement = "people"\nmode = "active"\n'
        '[[touchpoints.items]]\nid = "I"\nask = {{ ko = "가", en = "A" }}\nanswer = {{ type = "yes-no" }}\n'
    )
    paths = {version: tmp_path / f"{version}.toml" for version in ("1.2.0", "1.10.0")}
    for version, path in paths.items():
        path.write_text(text.format(version=version))
    files = [argument for path in paths.values() for argument in ("--checklist", str(path))]
    assert run(["lint", *files]) == 1
    said = capsys.readouterr().out
    assert "a.b@1.10.0: error" in said
    assert "a.b@1.2.0" not in said
    # what it is held against is named, and has no remarks of its own
    assert not any(line.startswith("retail.green-smile@1.0.0") for line in said.splitlines())
    assert run(["lint", str(paths["1.2.0"])]) == 1, "an older edition is looked at where it is named"


def test_lint_names_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "small.toml"
    path.write_text(
        'id = "a.b"\nversion = "1"\nsector = "shop"\njourney = "aida"\nscheme = "cem.performance@1"\n'
        'title = { ko = "가", en = "A" }\n[[touchpoints]]\nid = "t"\ntitle = { ko = "가", en = "A" }\n'
        'channel = "electronic"\nstage = "action"\nelement = "people"\nmode = "active"\n'
        '[[touchpoints.items]]\nid = "I"\nask = { en = "Were staff kind?" }\nanswer = { type = "yes-no" }\n'
    )
    assert run(["lint", str(path)]) == 1
    said = capsys.readouterr().out
    assert "error: touchpoints.t.items.I.ask: no text in ko" in said
    assert "note: touchpoints: no item looks at Channel" in said


SCHEME = """id = "test.bad"
version = "1"
title = { ko = "가", en = "A" }
source = "ours"
inputs = [ { id = "q", ask = { ko = "가", en = "Q" }, answer = { type = "number", points = "value", max = 9 } } ]
"""
ONE = 'measures = [ { id = "a", how = "sum", of = ["q"] } ]\n'


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        ('measures = [ { id = "a", how = "sum", of = ["b"] }, { id = "b", how = "sum", of = ["a"] } ]', "in a circle"),
        ('measures = [ { id = "a", how = "summ", of = ["q"] } ]', "did you mean sum?"),
        (
            'measures = [ { id = "a", how = "ratio", of = ["q"], weights = { sources = { q = 0 } } } ]',
            "the weights of a sum to 0",
        ),
        (ONE + 'bands = [ { label = "A", where = { a = ">= 8" } }, { label = "B", where = { a = "< 7" } } ]', "gaps"),
        (ONE + 'vectors = [ { name = "one", answers = { q = 3 }, expect = { a = 4 } } ]', "vectors.one: a: expected 4"),
    ],
)
def test_a_scheme_that_leads_nowhere_is_refused_in_one_line(
    rest: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "scheme.toml"
    path.write_text(SCHEME + rest, encoding="utf-8")
    assert run(["lint", str(path)]) == 3
    said = capsys.readouterr().err
    assert words in said
    assert len(said.splitlines()) == 1


def test_scores_through_a_lens(capsys: pytest.CaptureFixture[str]) -> None:
    visits = str(Path(__file__).parents[1] / "data" / "abcc385" / "visits.json")
    assert run(["score", visits, "--lens", "acass", "--json"]) == 0
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    for record in records:
        assert list(record["lens"]["stages"]) == ["awareness", "consideration", "acquisition", "service", "network"]
        assert record["lens"]["stages"]["network"] == {"value": None, "used": 0, "asked": 0}
    assert run(["score", visits, "--json"]) == 0
    plain = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert plain == [{key: value for key, value in record.items() if key != "lens"} for record in records]
    assert run(["--lang", "ko", "score", visits, "--lens", "before-on-after"]) == 0
    assert "구매 순간" in capsys.readouterr().out


def test_a_lens_that_is_not_there_is_told_before_anything_is_scored(capsys: pytest.CaptureFixture[str]) -> None:
    visits = str(Path(__file__).parents[1] / "data" / "abcc385" / "visits.json")
    assert run(["--lang", "en", "score", visits, "--lens", "acas"]) == 3
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "cemaudit: no such journey: acas (did you mean acass?)\n")
    assert run(["--lang", "en", "score", visits, "--lens", "acass", "--against"]) == 2


@pytest.mark.parametrize(
    ("language", "title", "group"),
    [("en", "Self-assessment of a loyalty programme 2.0.0", "Additional benefits"),
     ("ko", "로열티 프로그램 자가 진단 2.0.0", "부가 혜택")],
)  # fmt: skip
def test_totals_of_groups_are_printed_by_their_titles(
    tmp_path: Path, engine: Engine, capsys: pytest.CaptureFixture[str], language: str, title: str, group: str
) -> None:
    path = tmp_path / "visits.jsonl"
    checklist = engine.library.checklist("programme.loyalty@2.0.0")
    answers = [{item.id: mark for item in checklist.items.values()} for mark in ("2", "4")]
    given = {"checklist": checklist.ref, "store": "hq"}
    write_visits(
        path, [Visit.model_validate({**given, "id": f"v{n}", "answers": one}) for n, one in enumerate(answers)]
    )
    assert run(["--lang", language, "score", str(path)]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert title in printed
    (line,) = [line for line in printed if line.startswith(group)]
    assert line.split()[-4:] == ["2", "/", "2", "75.0"]


def test_no_totals_where_a_checklist_has_no_groups(visits: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--lang", "en", "score", str(visits)]) == 0
    assert "Group of items" not in capsys.readouterr().out


def test_a_report_through_a_lens_that_is_not_there(
    visits: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A lens asked for by name must fit; the usual one is left out where it does not."""
    assert run(["report", str(visits), "--out", str(tmp_path / "r"), "--lens", "acas"]) == 3
    assert "no such journey: acas" in capsys.readouterr().err
    assert run(["report", str(visits), "--out", str(tmp_path / "r"), "--lens", "order"]) == 3
    assert "lens order says nothing of journey store-path" in capsys.readouterr().err
    assert not list((tmp_path / "r").glob("*.pdf"))

"""``cemaudit import-form``: a draft and its list, or one line that says why not; the forms of the field."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from helpers.xlsforms import write_form

from cemaudit.checklists import load_checklist
from cemaudit.cli.app import run
from cemaudit.scoring import Engine
from cemaudit.scoring.lint import LintLevel, lint_checklist
from cemaudit.scoring.plan import make_plan

FORM = """
survey
| type          | name  | label::English | label::Korean | relevant     |
| start         | begin |                |               |              |
| select_one yn | open  | Open?          | 열렸습니까?   |              |
| integer       | wait  | Wait           | 대기 시간     | ${open}='yes' |
| geopoint      | where | Where?         | 어디입니까?   |              |
| calculate     | n     |                |               |              |
choices
| list_name | name | label::English | label::Korean |
| yn        | yes  | Yes            | 예            |
| yn        | no   | No             | 아니요        |
settings
| form_title | form_id |
| Counter    | counter |
"""
FOLDERS = [
    "cht", "cht_library", "correlaid_de", "fmtm", "getodk_sample", "hluvukani_mz", "ipa_surveycto", "kobo_docs",
    "kobocat", "koboloader", "legend_mz", "liberia_coverage", "onadata", "oralhealth", "osm_fieldwork", "pyxform", "wq",
]  # fmt: skip


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


@pytest.fixture(scope="module")
def forms() -> Path:
    root = Path(os.environ.get("CEMAUDIT_SHARED", Path(__file__).parents[3] / "shared"))
    folder = root / "data" / "xlsforms"
    if not folder.is_dir():
        pytest.skip("shared data are not here")
    return folder


def test_a_form_becomes_a_draft_and_a_list(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_form(here / "shop.xlsx", FORM)
    assert run(["import-form", "shop.xlsx", "--lang", "en", "--channel", "electronic"]) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [
        "To be decided by a person (3)",
        "  channel, stage, element and mode of each touchpoint; now all are electronic, awareness, people, passive",
        "  the points: 1 items carry some (yes 1, no 0; a scale its steps), 1 none",
        "  2 texts without words in ko",
        "Questions left out (1)",
        "  sheet survey, row 5: where: nothing here answers to this type: geopoint Where?",
        "Calculations (1)",
        "  sheet survey, row 6: n: reckoned or filled in by the form",
        "Filled in by the device (1)",
        "  sheet survey, row 2: begin: filled in by the device: start",
        "3 questions = 2 items + 0 as evidence + 1 left out; 1 touchpoints",
        "  draft: shop.toml",
        "  complete list: shop.notes.txt",
    ]
    checklist = load_checklist(Path("shop.toml"))
    assert [item.answer.type for item in checklist.items.values()] == ["yes-no", "count"]
    assert Path("shop.notes.txt").read_text("utf-8").splitlines() == said.err.splitlines()[:-3]


def test_a_draft_lints_but_for_the_texts_nobody_has_written(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_form(here / "shop.xlsx", FORM.replace("Counter", "계산대"))
    assert run(["import-form", "shop.xlsx", "--out", "draft.toml"]) == 0
    capsys.readouterr()
    assert run(["lint", "draft.toml", "--lang", "en"]) == 1
    errors = [line for line in capsys.readouterr().out.splitlines() if ": error:" in line]
    assert all(line.endswith("no text in en") for line in errors)
    assert len(errors) == 2


def test_what_is_listed_at_length_is_cut_on_the_screen_and_whole_in_the_list(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "\n".join(f"| calculate | n{number} | | {'1 + ' * 60}1 |" for number in range(30))
    write_form(here / "long.xlsx", f"survey\n| type | name | label | calculation |\n| text | a | A | |\n{rows}")
    assert run(["import-form", "long.xlsx", "--lang", "en"]) == 0
    said = capsys.readouterr().err
    assert "  and 20 more" in said
    assert max(map(len, said.splitlines())) < 300
    whole = Path("long.notes.txt").read_text("utf-8")
    assert whole.count("1 + " * 60 + "1") == 30


def test_a_draft_is_never_written_over(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_form(here / "shop.xlsx", FORM)
    Path("shop.toml").write_text("mine")
    assert run(["import-form", "shop.xlsx", "--lang", "en"]) == 3
    assert capsys.readouterr().err == (
        "cemaudit: shop.toml: is already there (name another file with --out, or remove this one)\n"
    )
    assert Path("shop.toml").read_text() == "mine"
    assert not Path("shop.notes.txt").exists()


DAMAGED = "it is damaged or of another kind: open it in a spreadsheet program and save it as .xlsx"


@pytest.mark.parametrize(
    ("name", "arguments", "line"),
    [
        ("none.xlsx", [], "none.xlsx: no such file"),
        (
            "old.xls",
            [],
            f"old.xls: cannot be read as an XLS workbook ({DAMAGED})",
        ),
        ("text.xlsx", [], f"text.xlsx: cannot be read as an XLSX workbook ({DAMAGED})"),
        ("bad.xlsx", [], "bad.xlsx: sheet survey, row 3: end group without its beginning"),
        (
            "bad.xlsx",
            ["--channel", "fax"],
            "channel: expected 'face-to-face', 'personal-distant', 'electronic', found fax",
        ),
    ],
)
def test_what_cannot_be_imported_is_one_line_and_leaves_nothing(
    name: str, arguments: list[str], line: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("old.xls").write_bytes(b"\xd0\xcf\x11\xe0" + b"x" * 600)
    Path("text.xlsx").write_text("type,name")
    write_form(here / "bad.xlsx", "survey\n| type | name |\n| text | a |\n| end group | |")
    before = sorted(here.iterdir())
    assert run(["import-form", name, *arguments, "--lang", "en"]) == 3
    assert capsys.readouterr().err == f"cemaudit: {line}\n"
    assert sorted(here.iterdir()) == before


def test_it_speaks_korean(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_form(here / "shop.xlsx", FORM)
    assert run(["import-form", "shop.xlsx", "--lang", "ko"]) == 0
    said = capsys.readouterr().err
    assert "survey 시트 5행: where" in said
    assert "초안" in said


@pytest.mark.slow
@pytest.mark.parametrize("folder", FOLDERS)
def test_forms_of_the_field_become_drafts_or_are_refused_with_a_reason(
    folder: str, forms: Path, engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    files = sorted((forms / folder).glob("*.xls*"))
    assert files
    for number, file in enumerate(files):
        out = Path(f"{number}.toml")
        code = run(["import-form", str(file), "--out", str(out), "--lang", "en"])
        said = capsys.readouterr().err
        if code == 3:
            assert file.suffix == ".xls" or "no question that can be carried over" in said
            assert all(line.startswith(f"cemaudit: {file.name}: ") for line in said.splitlines())
            assert not out.exists()
            continue
        assert code == 0
        draft = load_checklist(out)
        errors = [str(one.problem.what) for one in lint_checklist(draft) if one.level is LintLevel.ERROR]
        assert set(errors) <= {f"no text in {tag}" for tag in draft.languages}
        assert make_plan(draft, engine.library.scheme(draft.scheme))

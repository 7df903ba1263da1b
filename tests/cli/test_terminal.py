from __future__ import annotations

import unicodedata
from io import BytesIO, TextIOWrapper

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.cli.app import run
from cemaudit.cli.terminal import SCREEN, Terminal, columns_of, table_lines, truncate
from cemaudit.language import use

cells = st.text(max_size=60)


def test_korean_letters_are_two_columns_wide() -> None:
    assert columns_of("강남점") == 6
    assert columns_of(unicodedata.normalize("NFD", "강남점")) == 6  # in pieces, as some systems write it
    assert columns_of("A점!") == 4


def test_columns_line_up() -> None:
    lines = table_lines(["매장", "점수"], [["강남점", "7.5"], ["Seoul", "12.0"]], "lr")
    assert lines == ["매장    점수", "------  ----", "강남점   7.5", "Seoul   12.0"]


def test_without_rows_there_are_headings() -> None:
    assert table_lines(["Store", "Score"], []) == ["Store  Score", "-----  -----"]


def test_a_wide_table_is_cut_to_the_screen() -> None:
    lines = table_lines(["a", "b"], [["가" * 70, "x" * 70], ["short", "y"]], "ll")
    assert max(map(columns_of, lines)) <= SCREEN
    assert "…" in lines[2]


def test_names_that_would_be_cut_lose_the_word_they_share() -> None:
    rows = [["Green Smile Seoul", "1"], ["! Green Smile Busan", "2"], ["...", ""]]
    assert [line.split("  ")[0] for line in table_lines(["Store", "x"], rows, "lr", 18)[2:]] == [
        "…Smile Seoul", "! …Smile Busan", "...",
    ]  # fmt: skip
    assert "Green Smile Seoul" in table_lines(["Store", "x"], rows, "lr", 30)[2]
    others = [["Green Smile Seoul", "1"], ["Red Smile Busan", "2"]]
    assert table_lines(["Store", "x"], others, "lr", 16)[2].startswith("Green Smile…")


def test_names_are_never_cut_to_the_same_text() -> None:
    rows = [["HB-001", "한빛아웃도어 강남점", "x" * 60], ["HB-021", "한빛아웃도어 강남2호점", "x" * 60]]
    first, second = table_lines(["id", "name", "note"], rows, "lll", 60)[2:]
    assert columns_of(first) <= 60
    for line, name in ((first, "강남점"), (second, "강남2호점")):
        assert name in line


@given(st.lists(st.text("ab가", min_size=1, max_size=30), min_size=2, max_size=6, unique=True))
def test_what_differs_is_shown_differently(names: list[str]) -> None:
    lines = table_lines(["name", "text"], [[name, "z" * 70] for name in names], "ll", 76)[2:]
    assert len({line.partition("  z")[0] for line in lines}) == len(names)


def test_line_ends_and_control_characters_stay_in_their_cell() -> None:
    assert table_lines(["a"], [["x\ny\x1b[31m"]])[2] == "x y [31m"


@given(st.lists(st.tuples(cells, cells, cells), max_size=5))
def test_no_line_is_wider_than_the_screen(rows: list[tuple[str, str, str]]) -> None:
    lines = table_lines(["one", "two", "three"], rows, "lrl")
    assert len(lines) == len(rows) + 2
    assert all(columns_of(line) <= SCREEN for line in lines)


@given(cells, st.integers(1, 30))
def test_cut_text_fits(text: str, most: int) -> None:
    assert columns_of(truncate(text, most)) <= most


@pytest.mark.parametrize(
    ("encoding", "line"),
    [("utf-8", b"Caf\xe9 fine"), ("utf-8", "보통이었다".encode("cp949")), ("utf-8", b"\xff"), ("cp949", b"\xe9 fine")],
)
def test_a_line_that_is_no_text_is_asked_for_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], encoding: str, line: bytes
) -> None:
    typed = BytesIO(line + b"\n" + "다시".encode(encoding) + b"\n")
    monkeypatch.setattr("sys.stdin", TextIOWrapper(typed, encoding=encoding, errors="surrogateescape"))
    with use("en"):
        assert Terminal().ask("> ") == "다시"
    assert f"this line is not {encoding.upper()} text and was not taken" in capsys.readouterr().out


def test_bytes_that_are_no_text_reach_whoever_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = TextIOWrapper(BytesIO(b""), encoding="utf-8", errors="strict")
    monkeypatch.setattr("sys.stdin", stdin)
    assert run(["plugins"]) == 0
    assert stdin.errors == "surrogateescape"

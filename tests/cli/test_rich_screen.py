"""On a terminal: wrapped tables in colour. Everywhere else: plain lines, and rich is not even loaded."""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Callable

import click
import pytest
from helpers.program import ABCC385
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.cli.terminal import (
    columns_of,
    has_rich_screen,
    one_line,
    print_bold,
    print_notes,
    print_table,
    progress,
)

ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
START = "import sys; from cemaudit.cli import main; main()"
BLOCKED = f"import sys; sys.modules['rich'] = None; {START}"
WIDTHS = (60, 80, 200)
LONG = "한국어로 적은 아주 긴 매장 이름 " * 4
cells = st.text(max_size=60)


class Screen(io.StringIO):
    """Standard output as a terminal of an encoding."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def colourful(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "60")


def drawn(draw: Callable[..., object], *arguments: object, encoding: str = "utf-8", **options: object) -> str:
    """What a function draws on a terminal."""
    screen = Screen()
    screen.encoding = encoding
    with contextlib.redirect_stdout(screen):
        draw(*arguments, **options)
    return screen.getvalue()


def lines_of(text: str) -> list[str]:
    """What is to be read, line by line."""
    return [line.rpartition("\r")[2].rstrip() for line in ANSI.sub("", text).replace("\r\n", "\n").split("\n")]


def on_terminal(width: int, *arguments: str, code: str = START, **environment: str) -> str:
    """What ``cemaudit`` writes on a terminal of so many columns."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    kept = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "NO_COLOR", "LANG"}}
    started = subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdin=subprocess.DEVNULL, stdout=slave, stderr=slave, cwd=ABCC385,
        env={**kept, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **environment},
    )  # fmt: skip
    os.close(slave)
    written = b""
    with contextlib.suppress(OSError):  # the other end is closed
        while part := os.read(master, 65536):
            written += part
    os.close(master)
    assert started.wait() == 0, written
    return written.decode(errors="replace")


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("width", WIDTHS)
def test_a_table_on_a_terminal_fits_and_is_whole(width: int, language: str) -> None:
    written = on_terminal(width, "score", "visits.json", "--lang", language)
    assert "\x1b[1m" in written
    lines = lines_of(written)
    # Remarks are one line each, for programs that look for them.
    assert all(columns_of(line) <= width for line in lines if not line.startswith("cemaudit: "))
    assert any(line.startswith("───") for line in lines)
    assert "…" not in written
    assert "retail-01-01" in written
    assert ("점수" if language == "ko" else "Score") in written


@pytest.mark.parametrize(
    "environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"PYTHONIOENCODING": "latin-1"}, {"PYTHONIOENCODING": "ascii"}]
)
def test_a_terminal_that_wants_plain_text_gets_it_without_rich(environment: dict[str, str]) -> None:
    written = on_terminal(80, "score", "visits.json", "--lang", "en", code=BLOCKED, **environment)
    assert "\x1b[1m" not in written
    assert "------------  ---" in written


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["score", "--help"], ["score", "visits.json", "--json"]]
)
def test_what_needs_no_table_does_not_load_rich_on_a_terminal(arguments: list[str]) -> None:
    assert on_terminal(80, *arguments, code=BLOCKED)


def test_pipes_do_not_load_rich() -> None:
    command = [sys.executable, "-c", BLOCKED, "score", "visits.json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ABCC385)
    assert done.stderr == "cemaudit: 2 of 3 visits are incomplete ('cemaudit lint' says what they lack)\n"
    assert "------------  ---" in done.stdout


def test_letters_an_encoding_lacks_are_no_bug() -> None:
    command = [sys.executable, "-c", START, "score", "visits.json", "--lang", "ko"]
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run(command, capture_output=True, check=True, cwd=ABCC385, env=environment)
    assert b"retail-01-01" in done.stdout
    assert b"\\uac15" in done.stdout


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb"), ("TERM", "unknown")])
def test_who_asks_for_plain_text_gets_it(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    assert "\x1b[1m" in drawn(print_table, ["Store"], [["s1"]])
    monkeypatch.setenv(name, value)
    assert drawn(print_table, ["Store"], [["s1"]]).splitlines()[1] == "-----"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp437", "none"])
def test_a_terminal_without_the_letters_gets_plain_text(encoding: str) -> None:
    screen = Screen()
    screen.encoding = encoding
    assert not has_rich_screen(screen)


def test_the_letters_of_korean_windows_are_enough() -> None:
    assert "\x1b[1m" in drawn(print_table, ["Store"], [["s1"]], encoding="cp949")


@pytest.mark.parametrize("width", WIDTHS)
def test_long_cells_wrap_and_nothing_is_lost(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    lines = lines_of(drawn(print_table, ["Store", "Score"], [[LONG, "12.5"], ["x" * 130, "-7.5"]], "lr"))
    assert all(columns_of(line) <= width for line in lines)
    names = "".join(line.replace("12.5", "").replace("-7.5", "") for line in lines).replace(" ", "")
    assert names.count("매장이름") == 4
    assert names.count("x") == 130
    assert sum(line.count("12.5") + line.count("-7.5") for line in lines) == 2


def test_a_table_that_is_too_wide_comes_in_pieces_and_no_number_is_broken() -> None:
    numbers = [f"{number}1234.25" for number in range(10)]
    lines = lines_of(drawn(print_table, ["Store", *"abcdefghij"], [["강남점", *numbers]], "l" + "r" * 10))
    assert sum(line.startswith("강남점") for line in lines) > 1
    assert all(number in "\n".join(lines) for number in numbers)
    assert all(columns_of(line) <= 60 for line in lines)


def test_each_piece_has_the_columns_that_tell_rows_apart() -> None:
    rows = [["north", f"2025-{wave}", *["-100.0..+100.0"] * 5] for wave in (1, 2)]
    lines = lines_of(drawn(print_table, ["Unit", "Wave", *"abcde"], rows, "ll" + "r" * 5))
    assert sum(line.startswith("north  2025-2") for line in lines) > 1


@pytest.mark.parametrize("hostile", ["[red]x[/red]", "[/]", ":smile:", "\x1b[31mred\x1b]0;title\x07", "a\nb\rc\x00"])
@pytest.mark.parametrize(
    "draw", [lambda text: print_table(["Store"], [[text]]), lambda text: print_notes([text]), print_bold]
)
def test_strangers_words_are_drawn_as_they_stand(draw: Callable[[str], None], hostile: str) -> None:
    written = drawn(draw, hostile)
    assert one_line(hostile).strip() in ANSI.sub("", written)
    assert "\x07" not in written
    assert "\x1b]" not in written
    assert "\x1b[31m" not in written


def test_a_colour_says_nothing_that_no_sign_says() -> None:
    written = drawn(print_table, ["Store", "Score"], [["! s1", "-"], ["s2", "50.0"]], "lr", flagged=[True, False])
    first, second = written.splitlines()[2:]
    assert "\x1b[31m" in first
    assert "!" in first
    assert "\x1b[31m" not in second


def test_without_rows_there_is_no_table() -> None:
    assert drawn(print_table, ["Store"], [], gap=True) == ""


@given(st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=4))
def test_no_line_is_wider_than_the_terminal(rows: list[tuple[str, str, str]]) -> None:
    written = drawn(print_table, ["one", "two", "three"], rows, "lrl")
    assert all(columns_of(line) <= 60 for line in lines_of(written))


def test_a_bar_on_standard_error_shows_how_many_are_done(monkeypatch: pytest.MonkeyPatch) -> None:
    errors = Screen()
    monkeypatch.setattr(sys, "stderr", errors)
    assert drawn(lambda: list(progress("채점", [1, 2, 3]))) == ""
    assert "채점" in errors.getvalue()
    assert "3/3" in errors.getvalue()


def test_a_bar_beside_json_is_drawn_without_rich(monkeypatch: pytest.MonkeyPatch) -> None:
    errors = Screen()
    monkeypatch.setattr(sys, "stderr", errors)
    monkeypatch.setitem(sys.modules, "cemaudit.cli.rich_screen", None)
    with click.Context(click.Command("score")) as context:
        context.params["as_json"] = True
        assert drawn(lambda: list(progress("scoring", [1, 2]))) == ""
    assert "scoring" in errors.getvalue()

"""``key`` from the outside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cemaudit.cli.app import run
from cemaudit.exchange.sealed.keys import read_key, read_public_keys


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """English, a home of its own, nobody to ask."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("CEMAUDIT_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("CEMAUDIT_KEY_PASSPHRASE", raising=False)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    return tmp_path / "home"


@pytest.fixture
def answer(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, list[str], str]]:
    def answer(*arguments: str | Path) -> tuple[int, list[str], str]:
        code = run(["key", *map(str, arguments)])
        said = capsys.readouterr()
        return code, said.out.splitlines(), said.err

    return answer


def test_a_new_key_lies_at_home(home, answer):
    code, lines, said = answer("new", "--comment", "s-12")
    key = read_key(home / "key.pem")
    (public,) = read_public_keys(home / "key.pub")
    assert (code, said) == (0, "")
    assert lines == [
        f"The private key, for you alone: {home / 'key.pem'}",
        f"The public key, for headquarters: {home / 'key.pub'}",
        f"Fingerprint: {key.public.fingerprint}",
    ]
    assert (public, public.comment) == (key.public, "s-12")


def test_in_korean(home, answer):
    code, lines, _ = answer("--lang", "ko", "new")
    assert code == 0
    assert lines[2].startswith("지문: ")
    code, _, said = answer("new", "--lang", "ko")
    assert code == 3
    assert "덮어쓰지 않습니다" in said


def test_a_key_is_never_overwritten(home, answer):
    answer("new")
    before = (home / "key.pem").read_bytes()
    code, lines, said = answer("new")
    assert (code, lines) == (3, [])
    assert "never overwritten" in said
    assert len(said.splitlines()) == 1
    assert (home / "key.pem").read_bytes() == before
    assert answer("new", "--out", home / "second.pem")[0] == 0


def test_a_key_is_shown_from_either_half(home, answer):
    answer("new")
    expected = [read_key(home / "key.pem").public.line, f"Fingerprint: {read_key(home / 'key.pem').public.fingerprint}"]
    for file in ([], [home / "key.pem"], [home / "key.pub"]):
        assert answer("show", *file) == (0, expected, "")


def test_a_passphrase_from_the_environment(home, answer, monkeypatch):
    monkeypatch.setenv("CEMAUDIT_KEY_PASSPHRASE", "열려라")
    answer("new")
    assert answer("show")[0] == 0
    monkeypatch.delenv("CEMAUDIT_KEY_PASSPHRASE")
    code, lines, said = answer("show")
    assert (code, lines) == (3, [])
    assert "this key has a passphrase (set it in CEMAUDIT_KEY_PASSPHRASE)" in said
    monkeypatch.setenv("CEMAUDIT_KEY_PASSPHRASE", "wrong")
    assert "not the passphrase of this key" in answer("show")[2]


def test_a_passphrase_is_asked_for_where_somebody_is_there(home, answer, monkeypatch):
    asked = []

    def prompt(question, **options):
        asked.append((question, options["hide_input"], options["confirmation_prompt"]))
        return "secret"

    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("cemaudit.cli.home.click.prompt", prompt)
    answer("new")
    assert answer("show")[0] == 0
    assert asked == [("Passphrase for the key (empty for none)", True, True), ("Passphrase of the key", True, False)]
    assert b"ENCRYPTED" in (home / "key.pem").read_bytes()


def test_nothing_is_asked_where_a_key_is_there_already(home, answer, monkeypatch):
    answer("new")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("cemaudit.cli.home.click.prompt", lambda *_, **__: pytest.fail("asked"))
    assert answer("new")[0] == 3


def test_a_key_that_others_can_read_is_warned_about(home, answer):
    answer("new")
    (home / "key.pem").chmod(0o644)
    code, lines, said = answer("show")
    assert (code, len(lines)) == (0, 2)
    assert "warning: " in said
    assert "others can read this private key (take that right from them: chmod 600)" in said


@pytest.mark.parametrize("content", [None, b"", b"hello", b"\xff", b"-----BEGIN PRIVATE KEY-----\n"])
def test_bad_keys_are_one_clear_line(content, tmp_path, answer):
    path = tmp_path / "key.pem"
    if content is not None:
        path.write_bytes(content)
    code, lines, said = answer("show", path)
    assert (code, lines) == (3, [])
    assert len(said.splitlines()) == 1
    assert "key.pem" in said


def test_without_a_key(answer):
    code, _, said = answer("show")
    assert code == 3
    assert "no such file" in said


@pytest.mark.parametrize(("language", "words"), [("en", "Make a key to sign"), ("ko", "봉인할 때 서명할 키")])
def test_the_group_lists_its_commands(language, words, answer):
    code, lines, _ = answer("--lang", language, "--help")
    assert code == 0
    assert words in " ".join(lines)
    for name in ("new", "show"):
        assert answer(name, "--lang", language, "--help")[0] == 0

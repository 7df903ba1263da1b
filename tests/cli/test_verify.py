"""``verify`` from the outside: what is said of whole, damaged, signed and amended visits, and its exit codes."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from helpers import sealed_visits

from cemaudit.cli.app import run
from cemaudit.exchange.sealed.keys import SigningKey, new_key, public_file


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("COLUMNS", "500")


@pytest.fixture
def answer(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, list[str], str]]:
    def answer(*arguments: str | Path) -> tuple[int, list[str], str]:
        code = run(["verify", *map(str, arguments)])
        said = capsys.readouterr()
        return code, " ".join(said.out.split("\n  ")).splitlines(), said.err

    return answer


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    return new_key(tmp_path / "keys" / "key.pem", "s-12")


def records(lines: list[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads("\n".join(lines))
    return found


def test_a_whole_visit(tmp_path, answer):
    path = sealed_visits.seal(tmp_path, store_name="강남점").path
    code, (line,), _ = answer(path)
    assert code == 0
    assert line.startswith(f"intact: {path}: visit v1, revision 1, 강남점, 2026-11-21, test.shop@1, evidence: 1,")
    assert line.endswith("not signed")


def test_in_korean(tmp_path, answer):
    path = sealed_visits.seal(tmp_path).path
    code, (line,), _ = answer("--lang", "ko", path)
    assert code == 0
    assert line.startswith("온전함: ")
    assert "서명 없음" in line
    path.write_bytes(b"")
    code, (line,), _ = answer("--lang", "ko", path)
    assert code == 1
    assert "봉인된 방문 파일이 아닙니다" in line


def test_a_damaged_visit_is_one_line(tmp_path, answer):
    sealed_visits.seal(tmp_path / "in", id="v1")
    damaged = sealed_visits.seal(tmp_path / "in", id="v2").path
    damaged.write_bytes(damaged.read_bytes().replace(b"I1", b"I2"))
    code, lines, said = answer(tmp_path / "in")
    assert (code, said) == (1, "")
    assert [line.partition(":")[0] for line in lines] == ["intact", "refused", "1 of 2 files are valid"]
    assert "v2.cemaudit: " in lines[1]
    assert "is not what was sealed (ask for the file again)" in lines[1]


def test_who_signed(tmp_path, answer, key):
    path = sealed_visits.seal(tmp_path / "in", key).path
    assert answer(path)[1][0].endswith(f"signed with {key.public.fingerprint}")
    known = public_file(tmp_path / "keys" / "key.pem")
    code, (line,), _ = answer(path, "--key", known)
    assert code == 0
    assert line.endswith(f"signed with {key.public.fingerprint} s-12")


def test_with_keys_every_visit_must_be_signed_by_one_of_them(tmp_path, answer, key):
    sealed_visits.seal(tmp_path / "in", key, id="v1")
    sealed_visits.seal(tmp_path / "in", id="v2")
    sealed_visits.seal(tmp_path / "in", new_key(tmp_path / "keys" / "other.pem"), id="v3")
    known = public_file(tmp_path / "keys" / "key.pem")
    code, lines, _ = answer(tmp_path / "in", "--key", known)
    assert code == 1
    assert [line.partition(":")[0] for line in lines[:3]] == ["intact", "refused", "refused"]
    assert "not signed" in lines[1]
    assert "not among those given" in lines[2]
    assert answer(tmp_path / "in", "--key", known, "--key", tmp_path / "keys" / "other.pub")[1][2].startswith("intact")


def test_revisions(tmp_path, answer):
    first = sealed_visits.seal(tmp_path / "in")
    sealed_visits.revise(tmp_path / "in", first)
    code, lines, _ = answer(tmp_path / "in")
    assert code == 0
    assert lines[0].startswith("intact, superseded by v1.r2.cemaudit: ")
    assert lines[1].startswith("intact: ")
    sealed_visits.revise(tmp_path / "other", first, supersedes="0" * 64)
    code, lines, _ = answer(first.path, tmp_path / "other")
    assert code == 1
    expected = "conflicts with another file: v1.r2.cemaudit: not made of the visit in v1.cemaudit, whose place it takes"
    assert lines[1] == expected


def test_a_revision_signed_by_somebody_else(tmp_path, answer, key):
    first = sealed_visits.seal(tmp_path / "in", key)
    sealed_visits.revise(tmp_path / "in", first)
    code, lines, _ = answer(tmp_path / "in")
    assert (code, lines[0].startswith("intact, superseded")) == (0, True)
    fingerprint = key.public.fingerprint
    assert lines[1].endswith(f"signer changed: revision 1 was signed with {fingerprint}, this one is not signed")
    _, lines, _ = answer(tmp_path / "in", "--json")
    assert [len(record.get("signer_changes", [])) for record in records(lines)] == [0, 1]
    _, lines, _ = answer(tmp_path / "in", "--lang", "ko")
    assert "서명자 변경: 수정본 1의 서명 키" in lines[1]


def test_the_same_visit_twice(tmp_path, answer):
    first, second = sealed_visits.seal(tmp_path / "a"), sealed_visits.seal(tmp_path / "b")
    code, lines, _ = answer(first.path, second.path)
    assert code == 0
    assert lines[1].startswith("intact, duplicate of v1.cemaudit: ")


def test_for_programs(tmp_path, answer, key):
    first = sealed_visits.seal(tmp_path / "in", key)
    second = sealed_visits.revise(tmp_path / "in", first)
    (tmp_path / "in" / "x.cemaudit").write_bytes(b"x")
    code, lines, _ = answer(tmp_path / "in", "--json")
    one, two, bad = records(lines)
    assert code == 1
    assert (one["state"], one["gives_way_to"], one["sha256"]) == ("superseded", str(second.path), first.sha256)
    assert one["signed_by"]["fingerprint"] == key.public.fingerprint
    assert (two["state"], two["revision"], two["supersedes"]) == ("whole", 2, one["visit_sha256"])
    assert two["signed_by"] is None
    assert (two["store"], two["date"], two["checklist"], two["evidence"]) == ("s1", "2026-11-21", "test.shop@1", 1)
    assert bad == {
        "file": str(tmp_path / "in" / "x.cemaudit"),
        "state": "refused",
        "problem": "x.cemaudit: not a sealed visit file (ask for the file again)",
    }


@pytest.mark.parametrize("arguments", [["missing.cemaudit"], ["."], ["good.cemaudit", "missing.cemaudit"]])
def test_nothing_to_check(arguments, tmp_path, answer, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = sealed_visits.seal(tmp_path / "in").path
    path.replace(tmp_path / "in" / "good.cemaudit")
    if "good.cemaudit" in arguments:
        monkeypatch.chdir(tmp_path / "in")
    code, _, said = answer(*arguments)
    assert code == 3
    assert "no such file" in said or "no .cemaudit files" in said


@pytest.mark.parametrize("content", ["", "ssh-ed25519 AAAA", "-----BEGIN PRIVATE KEY-----"])
def test_a_bad_list_of_keys(content, tmp_path, answer):
    path = sealed_visits.seal(tmp_path / "in").path
    (tmp_path / "keys.txt").write_text(content)
    code, lines, said = answer(path, "--key", tmp_path / "keys.txt")
    assert (code, lines) == (3, [])
    assert len(said.splitlines()) == 1
    assert "keys.txt" in said


def test_names_of_strangers_print_as_one_line(tmp_path, answer):
    path = sealed_visits.seal(tmp_path / "in", id="v 1", store="s1").path.rename(
        tmp_path / "in" / "a\n\x1b[31m.cemaudit"
    )
    code, lines, _ = answer(path)
    assert code == 0
    assert len(lines) == 1
    assert "\x1b" not in lines[0]


def test_a_name_that_is_no_text(tmp_path, answer):
    path = sealed_visits.seal(tmp_path / "in").path.rename(tmp_path / "in" / os.fsdecode(b"v\xff.cemaudit"))
    assert answer(path)[0] == 0
    (record,) = records(answer(path, "--json")[1])
    assert record["file"] == str(path)

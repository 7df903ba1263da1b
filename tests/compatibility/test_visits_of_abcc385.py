"""Drafts, sealed visits, forms and reports of abcc385: every command that reads one still does."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from helpers.program import OWN, call

ENGLISH = ("--lang", "en")
SUPERSEDED = "outbox/whole.cemaudit"
SEALED = ("outbox/amended.cemaudit", "outbox/signed.cemaudit")


def visits_in(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_drafts_are_listed(files: Path) -> None:
    drafts = json.loads(call(files, "drafts", "--all", "--json").out)
    assert [(draft["draft"], draft["state"], draft["answered"]) for draft in drafts] == [
        (1, "sealed", 9), (2, "sealed", 9), (3, "sealed", 9), (4, "open", 10), (5, "discarded", 1), (6, "open", 1),
    ]  # fmt: skip


def test_an_open_draft_holds_what_was_typed(files: Path) -> None:
    visit = json.loads(call(files, "show", "4", "--json").out)
    assert visit["answers"]["C7"] is True
    assert visit["notes"] == {"C1": "문 앞에서 바로 인사했습니다", "C4": "계산대 옆에 얼음 컵이 그대로 있었습니다"}
    assert [proof["caption"] for proof in visit["evidence"]["C3"]] == ["계산대"]
    assert "입구가 밝고 넓었습니다" in call(files, "show", "6", "--lang", "ko").out


def test_an_open_draft_is_taken_up_and_sealed(files: Path) -> None:
    refused = call(files, "seal", "4", "--sign", "s-12", "--out", "sealed", *ENGLISH)
    assert (refused.code, "desk.jpg is in another visit already" in refused.err) == (1, True)
    typed = (
        "\n/stand 1\nthe laptop was broken\n/stand 1\nthe same desk, seen from the same place\n\n"  # late; the photo
    )
    assert call(files, "resume", "4", *ENGLISH, typed=typed).code == 0
    sealed = call(files, "seal", "4", "--sign", "s-12", "--out", "sealed", *ENGLISH)
    assert (sealed.code, sealed.err) == (0, "")
    assert call(files, "verify", "sealed").code == 0
    (scored,) = map(json.loads, call(files, "score", "sealed", *OWN, "--json").out.splitlines())
    assert (scored["store"], scored["checklist"]) == ("retail-04", "shop.counter@1.1.0")


def test_an_open_draft_of_a_checklist_that_comes_with_us_goes_on(files: Path) -> None:
    outcome = call(files, "resume", "6", *ENGLISH, "--at", "GS02", typed="25\n/quit\n")
    assert "25" in outcome.out
    assert json.loads(call(files, "show", "6", "--json").out)["answers"] == {"GS01": "inviting", "GS02": 25}


def test_a_draft_comes_out_of_the_bin(files: Path) -> None:
    assert call(files, "discard", "5", "--restore").code == 0
    drafts = json.loads(call(files, "drafts", "--json").out)
    assert [draft["draft"] for draft in drafts] == [4, 5, 6]


def test_a_sealed_visit_is_amended(files: Path) -> None:
    arguments = ("--reason", "counted again", "--at", "C6", *ENGLISH, *OWN)
    outcome = call(files, "amend", SEALED[1], *arguments, typed="5\n/quit\n")
    assert (outcome.code, "Draft 7 is revision 2 of it." in outcome.out) == (0, True)
    visit = json.loads(call(files, "show", "7", "--json").out)
    assert (visit["revision"], visit["answers"]["C6"], visit["amendment"]) == (2, 5, "counted again")


def test_sealed_visits_are_whole(files: Path) -> None:
    outcome = call(files, "verify", "outbox", *ENGLISH)
    assert (outcome.code, outcome.out.splitlines()[-1]) == (0, "3 of 3 files are valid")
    signed = call(files, "verify", SEALED[1], "--key", "key.pub", *ENGLISH)
    assert (signed.code, "2d8f-d269-c158-3ca6-9485-c73e s-12" in signed.out) == (0, True)
    assert call(files, "verify", "outbox", "--key", "key.pub", *ENGLISH).code == 1
    assert "2d8f-d269-c158-3ca6-9485-c73e" in call(files, "key", "show", "key.pub").out


def test_a_changed_byte_is_found(files: Path) -> None:
    content = bytearray((files / SUPERSEDED).read_bytes())
    content[len(content) // 2] ^= 1
    (files / "changed.cemaudit").write_bytes(content)
    assert call(files, "verify", "changed.cemaudit").code == 1


def test_the_later_revision_is_scored(files: Path) -> None:
    outcome = call(files, "score", SUPERSEDED, *SEALED, *OWN, "--json")
    amended, signed = map(json.loads, outcome.out.splitlines())
    assert (amended["measures"]["points"]["value"], amended["band"]) == (pytest.approx(5300 / 63), "A")
    assert (signed["measures"]["points"]["value"], signed["band"]) == (pytest.approx(400 / 21), "C")


def test_visits_are_reported(files: Path) -> None:
    kept = sorted(path for path in (files / "reports").glob("*.pdf") if "league" not in path.name)
    call(files, "report", "visits.json", "--out", "pages", "--lang", "ko")
    call(files, "report", "episode.jsonl", "--out", "pages", "--lang", "en")
    written = {path.name: path for path in (files / "pages").glob("*.pdf")}
    assert len(written) == 4
    for path in kept:
        cover = words(path)[:400]
        assert set(re.findall(r"[-+]?\d+\.\d+", cover)) <= set(re.findall(r"[-+]?\d+\.\d+", words(written[path.name])))


def words(path: Path) -> str:
    return "".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(path))


def test_a_sealed_visit_is_reported_with_its_photo(files: Path) -> None:
    assert call(files, "report", SEALED[0], *OWN, "--out", "pages", "--lang", "ko").code == 0
    (path,) = (files / "pages").iterdir()
    assert "서면점" in words(path)
    assert "영수증" in words(path)


@pytest.mark.parametrize(
    ("name", "code", "visits", "said"),
    [
        ("form.csv", 3, 2, "3 rows = 2 good + 1 bad + 0 skipped; 2 visits"),
        ("form.xlsx", 0, 2, "3 rows = 2 good + 0 bad + 1 skipped; 2 visits"),
        ("form.pdf", 0, 1, "1 rows = 1 good + 0 bad + 0 skipped; 1 visits"),
        ("central.zip", 0, 2, "3 submissions = 2 good + 0 bad + 0 earlier or repeated + 1 rejected"),
        ("kobo.csv", 3, 1, "2 submissions = 1 good + 1 bad + 0 earlier or repeated + 0 rejected"),
        ("instance.xml", 0, 1, "1 submissions = 1 good + 0 bad + 0 earlier or repeated + 0 rejected"),
    ],
)
def test_filled_forms_come_back(name: str, code: int, visits: int, said: str, files: Path) -> None:
    outcome = call(files, "import", f"forms/{name}", "--out", "back.jsonl", *ENGLISH, *OWN)
    assert (outcome.code, said in outcome.err) == (code, True), outcome.err
    back = visits_in(files / "back.jsonl")
    assert len(back) == visits
    known = {json.dumps(visit["answers"], sort_keys=True) for visit in visits_in(files / "counter.jsonl")}
    assert {json.dumps(visit["answers"], sort_keys=True) for visit in back} <= known
    assert not any({"feelings_skipped", "format"} & visit.keys() for visit in back), "forms of then asked for no reason"
    scored = call(files, "score", "back.jsonl", *OWN, "--json")
    assert (scored.code, len(scored.out.splitlines())) == (0, visits)


def test_a_photo_of_a_phone_comes_back(files: Path) -> None:
    call(files, "import", "forms/central.zip", "--out", "back.jsonl", *OWN)
    first = visits_in(files / "back.jsonl")[0]
    (proof,) = first["evidence"]["C3"]
    assert (proof["caption"], (files / proof["file"]).stat().st_size > 1000) == ("계산대", True)


def test_a_table_comes_in_by_its_mapping(files: Path) -> None:
    arguments = ("forms/shops.csv", "--mapping", "forms/shops.toml", "--out", "back.jsonl", *ENGLISH)
    outcome = call(files, "import", *arguments)
    assert (outcome.code, "4 rows = 2 good + 1 bad + 1 skipped; 2 visits" in outcome.err) == (3, True)
    first, second = visits_in(files / "back.jsonl")
    assert first["answers"] == {"GS02": 25, "GS10": True}
    assert second["skipped"] == {"GS02": {"state": "not-observed"}}
    assert second["notes"] == {"GS02": "아무도 쳐다보지 않았다"}


def test_a_result_of_a_configuration_check_is_scored(files: Path) -> None:
    assert call(files, "import", "forms/xccdf.xml", "--out", "checks.jsonl").code == 0
    own = ("--checklist", "checks.checklist.toml", "--checklist", "checks.scheme.toml")
    scored = json.loads(call(files, "score", "checks.jsonl", *own, "--json").out)
    measures = {name: measure["value"] for name, measure in scored["measures"].items()}
    assert measures == {
        "A": 0.25, "B": 1, "flat": 2, "flat-maximum": 5, "flat-unweighted": 2, "flat-unweighted-maximum": 3,
        "absolute": 0, "default": 50,
    }  # fmt: skip

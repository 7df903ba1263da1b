"""From files and inboxes to the ledger: what is taken, what is not and why, and where the files end."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from helpers import ledgers, samples, sealed_visits
from helpers.ledgers import amended, collect, counts, held, lines, visit

from cemaudit.errors import BadEnvironment
from cemaudit.exchange.canonical_json import line_of
from cemaudit.exchange.sealed.keys import new_key
from cemaudit.exchange.toml import toml_of
from cemaudit.ledger import Ledger, open_ledger
from cemaudit.ledger.collecting import AcceptanceWorkers, Collector, acceptance_rules
from cemaudit.ledger.maintenance import check
from cemaudit.ledger.sources import Inbox, inbox_sources
from cemaudit.ledger.store_registry import Store, import_stores

SEALED = {"checklist": ledgers.SHOP.ref, "shopper": "s-12"}


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def names(folder: Path) -> list[str]:
    """The files in a folder and below."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_lines_of_a_file(ledger: Ledger, tmp_path: Path) -> None:
    told: list[str] = []
    path = lines(
        tmp_path / "visits.jsonl",
        [
            b"\xef\xbb\xbf" + line_of(visit("v1")),
            b"",
            b"{",
            line_of(visit("v2"))[:-1] + b', "nonsense": 1}',
            line_of(visit("v3", checklist="test.shop@9")),
            line_of(visit("v4", answers={"I9": True})),
            line_of(visit("v1")),
            line_of(visit("v1", store="s2")),
            b'{"checklist": "test.shop@1",   "store": "s1", "id": "v5"}  ',
        ],
    )
    assert counts(collect(ledger, path, told=told)) == (2, 1, 1, 4)
    assert held(ledger) == [("v1", 1), ("v5", 1)]
    assert [one.split(" (")[0] for one in told] == [
        "visits.jsonl: line 3: not JSON: Expecting property name enclosed in double quotes at character 2",
        "visits.jsonl: line 4: nonsense: unknown key",
        "visits.jsonl: line 5: checklist: no such checklist: test.shop@9",
        "visits.jsonl: line 6: answers.I9: no such item in test.shop@1: I9",
        told[4].split(" (")[0],
    ]
    assert told[4].startswith("visits.jsonl: line 8: another content than revision 1 of visit v1 collected at ")
    assert names(tmp_path / "visits.jsonl") == []  # it stays where it is
    assert path.exists()
    assert counts(collect(ledger, path)) == (0, 3, 1, 4)


def test_an_inbox(ledger: Ledger, inbox: Path) -> None:
    lines(inbox / "good.jsonl", [visit("v1"), visit("v2")])
    bad = lines(inbox / "mixed.jsonl", [visit("v3"), b"{", visit("v4"), visit("v1", store="s9"), b"[]"]).read_bytes()
    (inbox / "one.json").write_bytes(line_of(visit("v5")))
    (inbox / "many.json").write_text(json.dumps([json.loads(line_of(visit("v6"))), {"id": "x"}, 3]))
    (inbox / "broken.json").write_text("{")
    (inbox / "empty.jsonl").write_text("\n")
    (inbox / "notes.txt").write_text("none of ours")
    (inbox / ".hidden.jsonl").write_text("{")
    (inbox / "link.jsonl").symlink_to(inbox / "notes.txt")
    assert counts(collect(ledger, inbox)) == (6, 0, 1, 6)
    assert names(inbox) == [
        ".hidden.jsonl", "done/good.jsonl", "done/mixed.jsonl", "done/one.json", "link.jsonl", "notes.txt",
        "rejected/broken.json", "rejected/broken.json.txt", "rejected/empty.jsonl", "rejected/empty.jsonl.txt",
        "rejected/many.json", "rejected/many.json.txt", "rejected/mixed.jsonl", "rejected/mixed.jsonl.txt",
    ]  # fmt: skip
    assert (inbox / "done" / "mixed.jsonl").read_bytes() == bad
    kept = [bad.splitlines(keepends=True)[place] for place in (1, 3, 4)]
    assert (inbox / "rejected" / "mixed.jsonl").read_bytes() == b"".join(kept)
    reasons = text(inbox / "rejected" / "mixed.jsonl.txt").splitlines()
    assert [reason.split(":")[0] for reason in reasons] == ["line 2", "line 4", "line 5"]
    assert text(inbox / "rejected" / "many.json.txt").splitlines()[0] == "visit 2: checklist: is missing"
    assert text(inbox / "rejected" / "empty.jsonl.txt") == "no visits\n"
    assert counts(collect(ledger, inbox)) == (0, 0, 0, 0)


def test_what_was_rejected_may_come_again_under_its_name(ledger: Ledger, inbox: Path) -> None:
    for content in (b"{", b"[", b"{"):
        lines(inbox / "shops.jsonl", [visit("v1"), content])
        collect(ledger, inbox)
    assert names(inbox) == [
        "done/shops.2.jsonl", "done/shops.jsonl", "rejected/shops.2.jsonl", "rejected/shops.2.jsonl.txt",
        "rejected/shops.jsonl", "rejected/shops.jsonl.txt",
    ]  # fmt: skip
    assert (inbox / "rejected" / "shops.jsonl").read_bytes() == b"{\n"
    assert (inbox / "rejected" / "shops.2.jsonl").read_bytes() == b"[\n"


def test_a_corrected_file_is_put_back(ledger: Ledger, inbox: Path) -> None:
    lines(inbox / "shops.jsonl", [visit("v1"), visit("v2", answers={"I9": True})])
    collect(ledger, inbox)
    lines(inbox / "rejected" / "shops.jsonl", [visit("v2")]).rename(inbox / "shops.jsonl")
    assert counts(collect(ledger, inbox)) == (1, 0, 0, 0)
    assert held(ledger) == [("v1", 1), ("v2", 1)]


def test_sealed_files(ledger: Ledger, inbox: Path, tmp_path: Path) -> None:
    media = tmp_path / "kept"
    first = sealed_visits.seal(inbox, id="v1", **SEALED)
    again = sealed_visits.revise(inbox, first, notes={"I1": "x"})
    damaged = sealed_visits.seal(inbox, id="v2", **SEALED).path
    damaged.write_bytes(damaged.read_bytes().replace("영수증을".encode(), "영수증은".encode()))
    unknown = sealed_visits.seal(inbox, id="v3", **{**SEALED, "checklist": "other@1"}).path
    for path in ((inbox / "photos" / "receipt.JPG"), (inbox / sealed_visits.PHOTO_NAME)):
        path.unlink()
    assert counts(collect(ledger, inbox, media=media)) == (2, 0, 0, 2)
    assert held(ledger) == [("v1", 2)]
    assert names(inbox) == [
        f"done/{first.path.name}", f"done/{again.path.name}", f"rejected/{damaged.name}",
        f"rejected/{damaged.name}.txt", f"rejected/{unknown.name}", f"rejected/{unknown.name}.txt",
    ]  # fmt: skip
    assert "is not what was sealed" in text(inbox / "rejected" / f"{damaged.name}.txt")
    assert text(inbox / "rejected" / f"{unknown.name}.txt").startswith("checklist: no such checklist: other@1")
    assert (media / sealed_visits.PHOTO_NAME).read_bytes() == sealed_visits.PHOTO
    assert names(media) == [sealed_visits.PHOTO_NAME]
    (found,) = ledger.visits()
    assert [piece.file for piece in found.visit.evidence["I1"]] == [sealed_visits.PHOTO_NAME]
    papers = ledger.people.sealed_papers("v1")
    assert [(paper.revision, paper.name) for paper in papers] == [
        (1, sealed_visits.APART_NAME), (1, "statement.json"), (2, sealed_visits.APART_NAME), (2, "statement.json"),
    ]  # fmt: skip
    assert json.loads(papers[0].document) == {"device": "카메라"}
    assert ledger.database.run("select sealed, signer from visit where revision = 1") == [(first.sha256, None)]


def test_evidence_that_was_lost_comes_back_with_its_file(ledger: Ledger, tmp_path: Path) -> None:
    media = tmp_path / "kept"
    path = sealed_visits.seal(tmp_path / "in", id="v1", **SEALED).path
    collect(ledger, path, media=media)
    (media / sealed_visits.PHOTO_NAME).write_bytes(b"damaged")
    assert counts(collect(ledger, path, media=media)) == (0, 1, 0, 0)
    assert (media / sealed_visits.PHOTO_NAME).read_bytes() == sealed_visits.PHOTO


def test_a_revision_signed_by_somebody_else_is_taken_and_told(ledger: Ledger, tmp_path: Path) -> None:
    mine, other = (new_key(tmp_path / f"{name}.pem", name) for name in ("mine", "other"))
    cases = [
        (mine, None, "revision 2 is not signed, revision 1 was"),
        (None, mine, "revision 2 is signed, revision 1 was not"),
        (mine, other, "revision 2 is signed with another key than 1"),
        (mine, mine, None),
    ]
    for number, (before, after, words) in enumerate(cases):
        for order in (1, -1):  # revisions come in any order
            visit_id = f"v{number}{order}"
            first = sealed_visits.seal(tmp_path / visit_id, before, id=visit_id, **SEALED)
            second = sealed_visits.revise(tmp_path / visit_id, first, after)
            told: list[str] = []
            paths = [first.path, second.path][::order]
            assert counts(collect(ledger, *paths, media=tmp_path / "kept", told=told)) == (2, 0, 0, 0)
            assert told == ([f"warning: visit {visit_id}: {words}"] if words else [])


def test_keys(ledger: Ledger, tmp_path: Path) -> None:
    key = new_key(tmp_path / "key.pem", "s-12")
    signed = sealed_visits.seal(tmp_path / "a", key, id="v1", **SEALED).path
    plain = sealed_visits.seal(tmp_path / "b", id="v2", **SEALED).path
    told: list[str] = []
    found = collect(ledger, signed, plain, media=tmp_path / "kept", keys=[key.public], told=told)
    assert counts(found) == (1, 0, 0, 1)
    assert told == ["v2.cemaudit: not signed (ask the shopper to sign it)"]
    ((signer,),) = ledger.database.run("select signer from visit")
    assert ledger.people.code(signer) == key.public.line.removesuffix(" s-12")


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"date": "2999-01-01"}, "from a day that is still to come"),
        ({"date": None, "started": "2999-01-01T10:00:00Z"}, "from a day that is still to come"),
        ({"date": None, "started": "2020-01-01T10:00:00Z", "finished": "2999-01-01T10:00:00Z"}, "still to come"),
        ({"date": None, "started": "2020-01-01T10:00:00Z", "entered": "2999-01-01T10:00:00Z"}, "still to come"),
        ({"briefed": "2999-01-01T10:00:00Z"}, "from a day that is still to come (is the clock right?)"),
        ({"store": "s9"}, "store: no such store: s9 (import it with 'cemaudit stores import'"),
        ({"checklist": "test.shop@2"}, "checklist: no such checklist: test.shop@2 (did you mean test.shop@1?)"),
        ({"checklist": "elsewhere@1"}, "no such checklist: elsewhere@1 (give its file with --checklist)"),
        ({"answers": {"I1": 3}}, "answers.I1: expected true or false, found 3"),
        ({"answers": {f"X{number}": 1 for number in range(30)}}, "and 10 more"),
    ],
)
def test_what_is_refused(ledger: Ledger, tmp_path: Path, keys: dict[str, object], words: str) -> None:
    import_stores(ledger, [Store(id="s1")])
    told: list[str] = []
    path = lines(tmp_path / "v.jsonl", [visit("v1", **keys), visit("v2")])
    assert counts(collect(ledger, path, told=told)) == (1, 0, 0, 1)
    assert words in " / ".join(told)
    assert all(one.startswith("v.jsonl: line 1: ") for one in told)
    assert held(ledger) == [("v2", 1)]


def test_tomorrow_may_have_come_elsewhere(ledger: Ledger, tmp_path: Path) -> None:
    ahead = dt.datetime.now(dt.UTC) + dt.timedelta(hours=20)
    came = [visit("v1", date=None, started=ahead), visit("v2", date=ahead.date())]
    assert counts(collect(ledger, lines(tmp_path / "v.jsonl", came))) == (2, 0, 0, 0)


def test_stores_are_only_asked_for_where_they_are_registered(ledger: Ledger, tmp_path: Path) -> None:
    path = lines(tmp_path / "v.jsonl", [visit("v1", store="s9")])
    assert counts(collect(ledger, path)) == (1, 0, 0, 0)
    import_stores(ledger, [Store(id="s1")])
    other = lines(tmp_path / "w.jsonl", [visit("v2", store="s9")])
    assert counts(collect(ledger, other)) == (0, 0, 0, 1)
    assert counts(collect(ledger, other, any_store=True)) == (1, 0, 0, 0)


@pytest.mark.parametrize("agreement", [None, "works council 2026-3"])
def test_staff_are_named_only_under_an_agreement(ledger: Ledger, tmp_path: Path, agreement: str | None) -> None:
    asked = samples.items_only(samples.item("badge", "text", tags=["staff-name"]), staff_names=agreement)
    told: list[str] = []
    path = lines(tmp_path / "v.jsonl", [visit("v1", answers={"badge": "Kim"}), visit("v2", answers={})])
    found = collect(ledger, path, checklists=[asked], told=told)
    assert counts(found) == ((2, 0, 0, 0) if agreement else (1, 0, 0, 1))
    why = "names staff, and test.shop@1 has no agreement for that (leave it out, or set staff_names in the checklist)"
    assert told == ([] if agreement else [f"v.jsonl: line 1: badge: {why}"])


def test_visits_are_taken_only_with_consent_and_withdrawal_marks_them(ledger: Ledger, tmp_path: Path) -> None:
    asked = samples.items_only(samples.item("a"), consent="required")
    told: list[str] = []
    given = {"date": "2026-11-01", "form": "F-014"}
    kept = visit("v1", answers={}, consent=given)
    sent = [kept, visit("v2", answers={}), visit("v3", answers={}, consent={**given, "withdrawn": "2026-11-20"})]
    assert counts(collect(ledger, lines(tmp_path / "v.jsonl", sent), checklists=[asked], told=told)) == (1, 0, 0, 2)
    assert ["line 2: consent:" in told[0], "line 3: consent.withdrawn:" in told[1]] == [True, True]
    revised = amended(kept, consent={**given, "withdrawn": "2026-11-20"})
    assert counts(collect(ledger, lines(tmp_path / "w.jsonl", [revised]), checklists=[asked])) == (1, 0, 0, 0)


def test_checklists_that_clash(ledger: Ledger, tmp_path: Path) -> None:
    collect(ledger, lines(tmp_path / "v.jsonl", [visit("v1")]))
    other = samples.items_only(samples.item("I1"))
    told: list[str] = []
    path = lines(tmp_path / "w.jsonl", [visit("v2")])
    assert counts(collect(ledger, path, checklists=[other], told=told)) == (0, 0, 0, 1)
    assert told[0].startswith("w.jsonl: line 1: checklist: test.shop@1 here (")
    assert counts(collect(ledger, path, checklists=[])) == (1, 0, 0, 0)  # the ledger knows its own


@pytest.mark.slow
def test_several_processes_find_the_same(ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cemaudit.ledger.collecting.FEW", 10)
    monkeypatch.setattr("cemaudit.ledger.sources._AT_ONCE", 20)
    monkeypatch.setattr("cemaudit.ledger.collecting.BATCH", 50)
    many = [line_of(visit(f"v{number}")) for number in range(120)]
    many[77] = b"{"
    told: list[str] = []
    sealed = sealed_visits.seal(tmp_path / "sealed", id="s", **SEALED).path
    found = collect(ledger, lines(tmp_path / "v.jsonl", many), sealed, processes=2, media=tmp_path / "kept", told=told)
    assert counts(found) == (120, 0, 0, 1)
    assert told == ["v.jsonl: line 78: not JSON: Expecting property name enclosed in double quotes at character 2"]
    assert [one.number for one in ledger.visits()] == list(range(1, 121))
    assert [name for name, _ in held(ledger)][:77] == [f"v{number}" for number in range(77)]
    assert list(check(ledger)) == []


@pytest.mark.slow
def test_a_process_that_is_ended_from_outside(ledger: Ledger, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cemaudit.ledger.collecting.FEW", 1)
    monkeypatch.setattr("cemaudit.ledger.sources._AT_ONCE", 2)
    monkeypatch.setattr("cemaudit.ledger.collecting.BATCH", 4)
    lines(inbox / "v.jsonl", [visit(f"v{number}") for number in range(60)])
    workers = AcceptanceWorkers(acceptance_rules(ledger, ledgers.ALL), 2)

    def end(_: object) -> None:
        assert workers._pool
        for process in list((workers._pool._processes or {}).values()):
            process.kill()

    collector = Collector(ledger, workers, ledgers.ALL, progress=end)
    with pytest.raises(BadEnvironment, match="a process that reads visits was ended") as refusal:
        collector.collect(inbox_sources(Inbox(inbox)))
    workers.close()
    assert len(str(refusal.value).splitlines()) == 1
    collected = collector.summary.seen
    assert names(inbox) == ["v.jsonl"]
    assert counts(collect(ledger, inbox)) == (60 - collected, collected, 0, 0)


@pytest.mark.slow
def test_several_programs_at_once(url: str, tmp_path: Path) -> None:
    """They collect the same file: each visit once, whoever is first."""
    (tmp_path / "shop.toml").write_text(toml_of(ledgers.SHOP))
    path = lines(tmp_path / "v.jsonl", [visit(f"v{number}") for number in range(300)])
    command = [sys.executable, "-m", "cemaudit", "collect", str(path), "--ledger", url, "--json"]
    programs = [
        subprocess.Popen([*command, "--checklist", str(tmp_path / "shop.toml")], stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    found = [json.loads(program.communicate()[0]) for program in programs]
    assert [program.returncode for program in programs] == [0, 0]
    assert sum(one["collected"] for one in found) == 300
    assert all(one["collected"] + one["again"] == one["seen"] == 300 for one in found)
    with open_ledger(url) as ledger:
        assert len(held(ledger)) == 300
        assert list(check(ledger)) == []


def test_an_inbox_nothing_can_be_moved_in(ledger: Ledger, inbox: Path) -> None:
    (inbox / "done").write_text("in the way")
    lines(inbox / "v.jsonl", [visit("v1")])
    with pytest.raises(BadEnvironment, match="done: cannot be written"):
        collect(ledger, inbox)
    assert held(ledger) == [("v1", 1)]
    (inbox / "done").unlink()
    assert counts(collect(ledger, inbox)) == (0, 1, 0, 0)


def test_names_that_are_no_text(ledger: Ledger, inbox: Path) -> None:
    path = lines(inbox / "v.jsonl", [visit("v1"), b"{"]).rename(inbox / os.fsdecode(b"v\xff.jsonl"))
    told: list[str] = []
    assert counts(collect(ledger, inbox, told=told)) == (1, 0, 0, 1)
    assert "\n".join(told).encode().startswith("v\N{REPLACEMENT CHARACTER}.jsonl: line 2".encode())
    assert (inbox / "done" / path.name).exists()


def test_a_file_that_grows_meanwhile_is_read_again(ledger: Ledger, inbox: Path) -> None:
    path = lines(inbox / "v.jsonl", [visit("v1")])
    (source,) = inbox_sources(Inbox(inbox))
    (piece, end) = source.pieces()
    assert (len(piece.content), end.is_last) == (1, True)
    lines(path, [visit("v1"), visit("v2")])
    source.end()
    assert names(inbox) == ["v.jsonl"]
    assert counts(collect(ledger, inbox)) == (2, 0, 0, 0)


def test_watching_waits_until_a_file_is_left_alone(inbox: Path) -> None:
    box = Inbox(inbox)
    path = lines(inbox / "v.jsonl", [visit("v1")])
    assert box.files(settled=True) == []
    lines(path, [visit("v1"), visit("v2")])
    assert box.files(settled=True) == []
    assert box.files(settled=True) == [path]
    assert Inbox(inbox).files() == [path]


def test_a_file_somebody_else_took_counts_as_nothing(ledger: Ledger, inbox: Path) -> None:
    paths = [sealed_visits.seal(inbox, id="v1", **SEALED).path, lines(inbox / "v.jsonl", [visit("v2")])]
    sources = list(inbox_sources(Inbox(inbox)))
    for path in paths:
        path.unlink()
    collector = Collector(ledger, AcceptanceWorkers(acceptance_rules(ledger, ledgers.ALL), 1), ledgers.ALL)
    collector.collect(sources)
    assert counts(collector.summary) == (0, 0, 0, 0)


def test_two_collectors_in_one_inbox(url: str, inbox: Path) -> None:
    for number in range(12):
        lines(inbox / f"{number:02}.jsonl", [visit(f"v{number}-{place}") for place in range(20)] + [visit("same")])
    found: list[tuple[int, ...]] = []

    def work() -> None:
        with open_ledger(url, make=True) as ledger:
            found.append(counts(collect(ledger, inbox)))

    both = [threading.Thread(target=work) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sum(one[0] for one in found) == 241
    assert all(one[2:] == (0, 0) for one in found)
    assert len(names(inbox / "done")) == len(names(inbox)) == 12
    with open_ledger(url) as ledger:
        assert len(held(ledger)) == 241
        assert list(check(ledger)) == []


def test_long_lines_are_refused(ledger: Ledger, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cemaudit.exchange.visits.LONGEST_LINE", 1_000)
    lines(inbox / "v.jsonl", [b"x" * 5_000, visit("v1")])
    assert counts(collect(ledger, inbox)) == (1, 0, 0, 1)
    assert text(inbox / "rejected" / "v.jsonl.txt") == "line 1: larger than 5 MB\n"


def test_the_ledgers_media_lie_beside_its_file(tmp_path: Path) -> None:
    path = sealed_visits.seal(tmp_path / "in", id="v1", **SEALED).path
    with open_ledger(str(tmp_path / "hq.db"), make=True) as ledger:
        collect(ledger, path)
    assert names(tmp_path / "hq-media") == [sealed_visits.PHOTO_NAME]


def test_amendments_in_one_file(ledger: Ledger, tmp_path: Path) -> None:
    first = visit("v1")
    second = amended(first)
    path = lines(tmp_path / "v.jsonl", [amended(second), second, first, visit("v2")])
    assert counts(collect(ledger, path)) == (4, 0, 0, 0)
    assert held(ledger) == [("v1", 3), ("v2", 1)] or held(ledger) == [("v1", 3), ("v2", 1)][::-1]
    assert ledger.waiting() == []

"""An appeal from the store's first word to the report that is issued again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from helpers.program import Outcome
from helpers.shop import Cemaudit, cemaudit_in_shop

HERE = ("--ledger", "hq.db")
SHOP = ("--checklist", "shop.toml")


@pytest.fixture
def hq(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cemaudit:
    """Headquarters with six accepted visits of six stores in one wave, five of them by one shopper; and a snapshot."""
    cemaudit = cemaudit_in_shop(tmp_path, monkeypatch, capsys)
    monkeypatch.setenv("COLUMNS", "200")
    visits = [
        {
            "id": f"v{number}", "checklist": "shop@1", "store": f"s{number}", "date": "2026-11-20", "wave": "2026-4",
            "shopper": "m-1" if number < 6 else "m-2", "emotions": {"door": 1},
            "answers": {"A1": number > 3, "A2": number},
        }
        for number in range(1, 7)
    ]  # fmt: skip
    Path("v.jsonl").write_text("".join(f"{json.dumps(each)}\n" for each in visits), encoding="utf-8")
    assert cemaudit("collect", "v.jsonl", *HERE, *SHOP, "--any-store").code == 0
    assert cemaudit("review", "--where", "wave=2026-4", "--as", "accepted", *HERE).code == 0
    assert cemaudit("snapshot", *HERE, *SHOP).code == 0
    return cemaudit


def contest(hq: Cemaudit, visit: str = "v1", *more: str) -> Outcome:
    return hq("appeals", "open", visit, "--item", "A1", "--reason", "The camera shows a greeting.", *more, *HERE)


def shown(hq: Cemaudit, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(hq("appeals", "show", name, "--json", *HERE, *SHOP).out)
    return found


def report_text(hq: Cemaudit, folder: str, *more: str) -> str:
    """The words of the report of the first store's visit."""
    code, out, refused = hq("report", "--store", "s1", "--out", folder, *HERE, *SHOP, *more)
    assert code == 0, refused
    with pypdfium2.PdfDocument(out.strip()) as pdf:
        return " ".join("".join(page.get_textpage().get_text_range() for page in pdf).split())


def test_an_upheld_appeal_changes_the_score_and_the_report_says_how(hq: Cemaudit) -> None:
    code, out, refused = contest(hq, "v1", "--by", "Kim")
    assert code == 0, refused
    assert out.startswith("A1: A1 of visit v1 is contested")
    text = report_text(hq, "before")
    assert "The store contests this visit" in text
    assert "The camera shows a greeting." in text
    code, out, refused = hq(
        "appeals", "decide", "A1", "--uphold", "--reason", "The camera is right.", "--answer", "A1=yes", "--by", "Lee",
        *HERE, *SHOP,
    )  # fmt: skip
    assert code == 0, refused
    assert "answers.A1: false -> true" in out
    assert "headquarters made a revision of its own" in out
    effect = shown(hq, "A1")["effect"]
    assert effect["score"] == [0, 100]
    assert effect["points_moved"] == 100
    assert (effect["place"], effect["stores"]) == ([4, 1], 6)
    # After the next snapshot, which counts headquarters' revision, it is the same.
    assert hq("snapshot", *HERE, *SHOP).code == 0
    assert shown(hq, "A1")["effect"] == effect
    text = report_text(hq, "after")
    assert "The store contests this visit" not in text
    for words in ("Upheld", "The camera is right.", "Before", "After", "Place among 6 stores", "headquarters made"):
        assert words in text
    history = hq("history", "v1", *HERE).out
    assert "made by headquarters upon appeal A1, not by the shopper" in history
    rows = [json.loads(line) for line in hq("query", "scores", "--by", "store", "--json", *HERE).out.splitlines()]
    assert {row["store"]: row["visits"] for row in rows}["s1"] == 1


def test_a_refused_appeal_moves_nothing(hq: Cemaudit) -> None:
    contest(hq)
    code, out, _ = hq("appeals", "decide", "a1", "--refuse", "--reason", "It shows another day.", *HERE, *SHOP)
    assert (code, "A1 (turned down)" in out) == (0, True)
    assert "effect" not in shown(hq, "A1")
    assert "Turned down" in report_text(hq, "pdf")
    code, _, refused = hq("appeals", "decide", "A1", "--uphold", "--reason", "after all", *HERE, *SHOP)
    assert (code, "was decided already" in refused) == (3, True)


def test_a_contested_visit_counts_and_is_marked(hq: Cemaudit) -> None:
    contest(hq)
    assert hq("snapshot", *HERE, *SHOP).code == 0
    code, out, said = hq("query", "visits", "--json", *HERE)
    assert (code, json.loads(out)["visits"]) == (0, 6)
    assert "contested by their stores: 1 of these visits" in said
    assert json.loads(hq("query", "visits", "--where", "state=contested", "--json", *HERE).out)["visits"] == 1
    queue = json.loads(hq("review", "--queue", "--json", *HERE).out)
    assert (queue["visit"], queue["reasons"][0]) == ("v1", "A1 contests A1: The camera shows a greeting.")


def test_figures_are_by_wave_item_and_shopper(hq: Cemaudit) -> None:
    for visit in ("v1", "v2", "v6"):
        contest(hq, visit)
    hq("appeals", "decide", "A1", "--uphold", "--reason", "right", "--answer", "A1=yes", *HERE, *SHOP)
    hq("appeals", "decide", "A2", "--refuse", "--reason", "wrong", *HERE, *SHOP)
    found = json.loads(hq("appeals", "figures", "--json", *HERE, *SHOP).out)
    counted = {"opened": 3, "upheld": 1, "refused": 1, "points_moved": 100, "not_scored": 0}
    assert found["wave"] == [{"wave": "2026-4", **counted, "visits": 6}]
    assert found["item"] == [{"item": "shop A1", **counted, "visits": None}]
    known, others = found["shopper"]
    assert (known["opened"], known["upheld"], known["visits"]) == (2, 1, 5)
    # One visit is too few to say who it is about.
    assert (others["shopper"], others["opened"], others["visits"]) == (None, 1, None)
    table = hq("appeals", "figures", *HERE, *SHOP).out
    assert "others (under 5)" in table
    listed = [json.loads(line) for line in hq("appeals", "list", "--open", "--json", *HERE).out.splitlines()]
    assert [(row["appeal"], row["visit"]) for row in listed] == [("A3", "v6")]
    assert hq("appeals", "list", "--wave", "2026-4", *HERE).out.count("v") >= 3


def test_a_revision_is_signed_where_there_is_a_key(hq: Cemaudit) -> None:
    assert hq("key", "new").code == 0
    contest(hq)
    contest(hq, "v2")
    assert (
        "signed by headquarters with"
        in hq("appeals", "decide", "A1", "--uphold", "--reason", "right", "--answer", "A1=yes", *HERE, *SHOP).out
    )
    assert (
        "signed by"
        not in hq("appeals", "decide", "A2", "--uphold", "--reason", "right", "--unsigned", *HERE, *SHOP).out
    )
    assert [shown(hq, name)["decision"]["signed"] for name in ("A1", "A2")] == [True, False]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("open", "v1", "--item", "A9", "--reason", "x"), 3, "no such item: A9"),
        (("open", "v9", "--item", "A1", "--reason", "x"), 3, "no such visit: v9"),
        (("open", "v1", "--item", "A1", "--reason", " "), 3, "a reason is needed"),
        (("open", "v1", "--item", "A1"), 2, "--reason"),
        (("open", "v1", "--item", "A1", "--reason", "x", "--evidence", "gone.jpg"), 3, "no such file"),
        (("decide", "A1", "--reason", "x"), 2, "--uphold"),
        (("decide", "A1", "--refuse"), 2, "--reason"),
        (("decide", "A1", "--refuse", "--reason", "x"), 3, "no such appeal"),
        (("show", "first"), 3, "expected A3"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line(hq: Cemaudit, arguments: tuple[str, ...], code: int, words: str) -> None:
    ended, _, refused = hq("appeals", *arguments, *HERE)
    assert (ended, words in refused, "Traceback" in refused) == (code, True, False)
    assert len([line for line in refused.splitlines() if line.startswith("cemaudit:")]) <= 1


def test_an_appeal_after_the_deadline_is_refused(hq: Cemaudit, monkeypatch: pytest.MonkeyPatch) -> None:
    import datetime as dt

    from cemaudit.ledger import appeals

    class Later(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> Any:
            return super().now(tz) + dt.timedelta(days=31)

    monkeypatch.setattr(appeals.dt, "datetime", Later)
    code, _, refused = contest(hq)
    assert (code, "the last day to contest it was" in refused, "appeal-days" in refused) == (3, True, True)

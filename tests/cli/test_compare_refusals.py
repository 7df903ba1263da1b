"""Chains of which nothing, or little, can be told: one honest line and the right exit code, never a number."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from helpers import ledgers, samples, snapshots
from helpers.program import complaints

from cemaudit.cli.app import run
from cemaudit.ledger import open_ledger
from cemaudit.ledger.store_registry import Store, import_stores
from cemaudit.model import Visit
from cemaudit.scoring import Engine

SCALE = {"type": "scale", "lowest": 0, "highest": 10}
ELECTRONIC = {"stage": "browse", "channel": "electronic"}
SHOP = samples.checklist(
    samples.touchpoint("hello", samples.item("A", SCALE)),
    samples.touchpoint("room", samples.item("C", SCALE), **ELECTRONIC),
    scheme="test.scheme",
)
TIMES = {"transform": {"times": 100}}
SCHEME = samples.scheme(
    {"id": "each", "how": "ratio", "for_each": "touchpoint", **TIMES},
    {"id": "channel", "how": "mean", "of": ["each"], "for_each": "channel"},
    {"id": "whole", "how": "ratio", **TIMES},
    valid_from="2026-01-01",
    headline="whole",
)
DRAW = random.Random(1)


def visits(count: int, stores: int, shoppers: int = 4, score: Callable[[], int] | None = None) -> list[Visit]:
    """Visits of stores in turn, by shoppers at random."""
    of = score or (lambda: DRAW.randint(0, 10))
    return [visit(number, f"s{number % stores}", f"u{DRAW.randrange(shoppers)}", of(), of()) for number in range(count)]


def visit(number: int, store: str, shopper: str, *answers: int) -> Visit:
    known = dict(zip("AC", answers, strict=False))
    missing = samples.skipped(*(item for item in "AC" if item not in known), state="not-observed")
    return samples.visit(
        id=f"v{number}", store=store, shopper=shopper, wave="w1", date="2026-03-01", answers=known, skipped=missing
    )


HOSTILE = (
    '=HYPERLINK("http://x")', "O'Brien \"x\"", "@SUM(1)", "가" * 100, "N" * 100, "<b>x</b>", "{count}", "%(x)s",
    "a,b;c", "\u200fعربي", "", "-1+1",
)  # fmt: skip
IDS = (
    's"0', "s'1", "=cmd|x", "+1+1", "매장 강남", "{0}", "%s%d", "'; drop table compared; --", "🏪", "<i>", "-",
    "x" * 120,
)  # fmt: skip
CHAINS: dict[str, tuple[Sequence[Visit], Sequence[Store]]] = {
    "nothing": ([], ()),
    "one store": (visits(10, 1), ()),
    "one visit each": (visits(20, 20), ()),
    "all equal": (visits(48, 6, score=lambda: 5), ()),
    "nothing scored": ([visit(number, f"s{number % 6}", "u1") for number in range(30)], ()),
    "each its own shopper": ([visit(n, f"s{n % 4}", f"u{n % 4}", n % 7, n % 5) for n in range(24)], ()),
    "a pool for each": (visits(40, 5), [Store(id=f"s{number}", region=f"r{number}") for number in range(5)]),
    "one region": (visits(48, 8), [Store(id=f"s{number}", region="north") for number in range(8)]),
    "some regions": (visits(48, 9), [Store(id=f"s{n}", region="north" if n % 3 else None) for n in range(9)]),
    "one rater": ([visit(n, f"s{n % 6}", "u1", DRAW.randint(0, 10), DRAW.randint(0, 10)) for n in range(30)], ()),
    "nothing or all, twice": ([visit(0, "s0", "u1", 0, 0), visit(1, "s1", "u2", 10, 10)], ()),
    "three in a channel": (
        [visit(n, f"s{n % 10}", f"u{n % 3}", *([DRAW.randint(0, 10)] * (1 if n > 2 else 2))) for n in range(40)],
        (),
    ),
    "hostile": (
        [visit(n, IDS[n % 12], f"u{DRAW.randrange(5)}", DRAW.randint(0, 10), DRAW.randint(0, 10)) for n in range(96)],
        [
            Store(id=id_, name=name, region=("=1+1", "{0}")[number % 2])
            for number, (id_, name) in enumerate(zip(IDS, HOSTILE, strict=True))
        ],
    ),
}
Answer = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The snapshot of a chain, made when it is first asked for."""
    folders: dict[str, Path] = {}
    engine = Engine()
    engine.library.schemes[SCHEME.ref] = SCHEME

    def folder(name: str) -> Path:
        if name not in folders:
            home = tmp_path_factory.mktemp("chain")
            some, stores = CHAINS[name]
            with open_ledger(str(home / "hq.db"), make=True, who="hq") as ledger:
                import_stores(ledger, stores)
                ledger.collect([ledgers.document(one, ledger) for one in some], {SHOP.ref: SHOP})
                with snapshots.snapshot(ledger, engine, home / "snapshot"):
                    pass
            folders[name] = home / "snapshot"
        return folders[name]

    return folder


@pytest.fixture
def answer(
    made: Callable[[str], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Answer:
    """A command on a chain: exit code, what is said, what is complained of."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("COLUMNS", "80")

    def answer(chain: str, *arguments: str) -> tuple[int, str, str]:
        code = run([*arguments, "--snapshot", str(made(chain))])
        said = capsys.readouterr()
        return code, said.out, complaints(said.err)

    return answer


COMMANDS = (
    ("compare",), ("compare", "--target", "60", "--json"), ("compare", "--unadjusted", "--csv"),
    ("compare", "--by", "channel"), ("compare", "--scale", "arcsine"), ("compare", "--report", "pages"),
    ("compare", "--xlsx", "league.xlsx"), ("compare", "stores", "s0", "s1"), ("shoppers",), ("trend",),
    ("plan-visits", "--difference", "5"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("chain", "said"),
    [
        ("nothing", "there are no visits yet"),
        ("one store", "there is only one store"),
        ("one visit each", "every store was visited once"),
        ("all equal", "all scores are equal"),
        ("nothing scored", "none of these visits has a score to compare"),
        ("each its own shopper", "cannot be distinguished"),
        ("a pool for each", "compare without pools"),
    ],
)
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_what_cannot_be_compared_is_said_in_one_line(
    chain: str, said: str, command: tuple[str, ...], answer: Answer
) -> None:
    if (command[0], chain) in TOLD or ("--target" in command and chain in MEAN_ONLY):
        assert answer(chain, *command)[0] == 0
        return
    code, out, complained = answer(chain, *command)
    assert (code, out) == (1, "")
    assert said in complained or command[0] in {"shoppers", "trend"}
    assert complained.strip().count("\n") == 0
    assert not list(Path().iterdir()), "nothing is written"


TOLD = {("shoppers", "one store"), ("shoppers", "one visit each"), ("shoppers", "a pool for each")}
"""Shoppers can be compared in one store, and in several where each is the only one of its pool."""


MEAN_ONLY = ("one store", "all equal")
"""What a target is held against there is the mean of the visits."""


def test_one_store_meets_a_target_or_does_not(answer: Answer) -> None:
    code, out, complained = answer("one store", "compare", "--target", "60", "--json")
    told = json.loads(out)
    (row,) = told["standings"]
    assert (code, complained) == (0, "")
    assert (row["store"], row["visits"], row["score"], row["flagged"]) == ("s0", 10, None, False)
    assert told["mean"] == pytest.approx(row["raw"])
    low, high = told["interval"]
    assert 0 < low < told["mean"] < high < 100
    assert told["target_met"] == (told["mean"] >= 60)
    _, out, _ = answer("one store", "compare", "--target", f"{told['mean'] - 0.001}", "--json")
    assert json.loads(out)["target_met"]
    _, out, _ = answer("one store", "compare", "--target", "0")
    assert "The whole interval lies on that side of the target." in " ".join(out.split())


def test_equal_scores_meet_a_target_without_an_interval(answer: Answer) -> None:
    code, out, complained = answer("all equal", "compare", "--target", "60", "--json")
    told = json.loads(out)
    assert (code, complained) == (0, "")
    assert (told["mean"], told["interval"], told["target_met"]) == (50.0, None, False)
    assert [row["raw"] for row in told["standings"]] == [50.0] * 6
    for target, words in (("50", "the target of 50 is met"), ("50.1", "the target of 50.1 is not met")):
        code, out, _ = answer("all equal", "compare", "--target", target)
        said = " ".join(out.split())
        assert (code, words in said, "No interval can be given: all scores are equal" in said) == (0, True, True)
    code, out, _ = answer("all equal", "compare", "--target", "60", "--csv")
    assert (code, len(out.splitlines())) == (0, 7)


def test_no_page_is_promised_where_there_is_no_league(answer: Answer) -> None:
    for chain in MEAN_ONLY:
        assert answer(chain, "compare", "--target", "60", "--report", "pages")[:2] == (1, "")
    assert not Path("pages").exists()


SAID = {
    "one rater": ("One shopper made all visits", "fewer than two shoppers"),
    "nothing or all, twice": ("every store was visited once", "too few", "fewer than two waves"),
    "three in a channel": ("not known", "too few", "cannot be"),
}
ASKED = {
    "one rater": [("shoppers",), ("compare",)],
    "nothing or all, twice": [("compare",), ("shoppers",), ("trend",)],
    "three in a channel": [("compare", "--by", "channel"), ("compare", "--by", "channel", "--target", "60")],
}


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize(
    ("chain", "command"), [(chain, command) for chain, asked in ASKED.items() for command in asked]
)
def test_too_little_is_said_honestly(chain: str, command: tuple[str, ...], language: str, answer: Answer) -> None:
    code, out, complained = answer(chain, *command, "--lang", language)
    words = " ".join((out + complained).split())
    assert code in {0, 1}
    assert language == "ko" or any(sentence in words for sentence in SAID[chain]), words
    assert "nan" not in words.split()
    assert out or complained.count("\n") == 1


@pytest.mark.parametrize("key", ["region", "brand"])
def test_stores_cannot_be_compared_by_what_is_the_same_for_all(answer: Answer, key: str) -> None:
    code, out, complained = answer("one region", "compare", "--by", key)
    assert (code, out) == (1, "")
    assert {"region": "north", "brand": "known as brand"}[key] in complained


@pytest.mark.parametrize(
    "arguments",
    [
        ["compare", "--target", "nan"],
        ["compare", "--target", "inf"],
        ["compare", "--level", "nan"],
        ["compare", "--level", "1"],
        ["compare", "--flag-at", "nan"],
        ["compare", "--json", "--csv"],
        ["compare", "stores", "s0", "s0"],
        ["shoppers", "--csv", "--json"],
        ["plan-visits", "--difference", "nan"],
    ],
    ids=" ".join,
)
def test_what_is_no_question_is_refused(answer: Answer, arguments: list[str]) -> None:
    code, out, complained = answer("one region", *arguments)
    assert (code, out) == (2, "")
    assert complained.count("\n") == 1


def test_a_report_is_not_written_into_a_file(answer: Answer) -> None:
    Path("pages").write_text("mine", encoding="utf-8")
    assert answer("one region", "compare", "--report", "pages")[0] == 3
    assert Path("pages").read_text(encoding="utf-8") == "mine"


def test_json_and_a_workbook_may_be_had_at_once(answer: Answer) -> None:
    code, out, complained = answer("one region", "compare", "--json", "--xlsx", "league.xlsx")
    assert (code, out[0], complained) == (0, "{", "written: league.xlsx\n")
    assert Path("league.xlsx").exists()


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize(
    "command", [("compare", "--target", "60"), ("compare", "--by", "region"), ("compare", "--by", "channel")]
)
def test_strangers_names_stay_names(answer: Answer, command: tuple[str, ...], language: str) -> None:
    code, out, complained = answer("hostile", *command, "--lang", language)
    assert (code, complained) == (0, "")
    assert all(character.isprintable() or character in "\n�" for character in out)
    assert "{target}" not in out


def test_strangers_names_are_no_formulas(answer: Answer) -> None:
    _, out, _ = answer("hostile", "compare", "--csv")
    cells = [cell.strip('"') for line in out.splitlines()[1:] for cell in line.split(",")[:3]]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]
    code, _, _ = answer("hostile", "compare", "--report", "pages")
    assert code == 0


def test_what_the_figures_mean_and_the_rules_are_said_with_them(answer: Answer) -> None:
    arguments = ("compare", "--target", "60", "--least-visits", "4", "--level", "0.8", "--flag-at", "0.7")
    _, out, _ = answer("one region", *arguments)
    words = " ".join(out.split())
    for part in ("Mean: the plain mean of the store's visits", "contain the true value with probability 80 %",
                 "Fewer than 4 visits: no rank", "the true score is below 60; flagged (!) from 70 %"):  # fmt: skip
        assert part in words
    _, out, _ = answer("one region", *arguments, "--json")
    found = json.loads(out)
    assert {name: found["rules"][name] for name in ("least_visits", "level", "flag_at")} == {
        "least_visits": 4, "level": 0.8, "flag_at": 0.7,
    }  # fmt: skip
    assert any("Fewer than 4 visits" in one for one in found["terms"])
    _, out, _ = answer("one region", "compare", "--by", "channel")
    assert "each store counting the same" in " ".join(out.split())
    _, out, _ = answer("one region", "shoppers", "--json", "--least", "6")
    assert json.loads(out)["rules"]["least_person"] == 6
    assert all(one["visits"] >= 6 for one in json.loads(out)["shoppers"])


def test_columns_that_say_nothing_are_not_shown(answer: Answer) -> None:
    _, out, _ = answer("hostile", "compare", "--by", "region")
    (heading,) = [line for line in out.splitlines() if line.startswith("Region")]
    assert heading.split() == ["Region", "Visits", "Mean", "Score", "Interval", "Rank", "Group"]


def test_stores_of_no_known_region_are_said_to_be_taken_together(answer: Answer) -> None:
    _, out, _ = answer("some regions", "compare")
    assert "Region: unknown for 3 stores" in " ".join(out.split())

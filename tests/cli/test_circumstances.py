"""Weekday, hour, occasion and persona from the outside: ``query`` and ``compare --adjust``."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers import ledgers, samples, snapshots

from cemaudit.cli.app import run
from cemaudit.ledger import open_ledger
from cemaudit.model import Visit
from cemaudit.scoring import Engine

SHOP = samples.items_only(
    samples.item("A", {"type": "scale", "lowest": 0, "highest": 10}),
    samples.item("Q", "nps"),
    occasions=[{"id": "gift", "title": {"ko": "선물 사기", "en": "Buying a gift"}}],
    personas=[{"id": "parent", "title": {"ko": "부모", "en": "A parent"}}],
)
SCHEME = samples.scheme({"id": "it", "how": "ratio", "of": ["A"], "transform": {"times": 100}})
Ask = Callable[..., str]


def visits() -> list[Visit]:
    draw = random.Random(1)
    moments = [dt.datetime(2026, 11, day, hour, 30, tzinfo=dt.UTC) for day in (16, 21) for hour in (10, 18)]
    return [
        samples.visit(
            id=f"v{number}",
            store=f"s{number % 4}",
            shopper=f"u{draw.randrange(4)}",
            wave=f"w{number // 40}",
            started=moments[draw.randrange(4)],
            occasion="gift" if number % 3 else "a walk",
            persona="parent",
            answers={"A": draw.randrange(11), "Q": draw.randrange(11)},
        )
        for number in range(80)
    ]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("times")
    engine = Engine()
    engine.library.schemes[SCHEME.ref] = SCHEME
    with open_ledger(str(home / "hq.db"), make=True, who="hq") as ledger:
        ledger.collect([ledgers.document(one, ledger) for one in visits()], {SHOP.ref: SHOP})
        with snapshots.snapshot(ledger, engine, home / "hq-snapshot"):
            pass
    return home


@pytest.fixture
def ask(home: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    """What a command prints, in a language."""

    def asked(*arguments: str, code: int = 0, lang: str = "en") -> str:
        capsys.readouterr()
        assert run([*arguments, "--snapshot", str(home / "hq-snapshot"), "--lang", lang]) == code
        said = capsys.readouterr()
        return said.err if code else said.out

    return asked


def test_the_map_of_hours_by_weekdays_has_the_visits_of_each_cell(ask: Ask) -> None:
    lines = ask("query", "heatmap", "--by", "hour", "--by", "weekday").splitlines()
    assert lines[2].split() == ["hour", "Mon", "Sat"]
    assert lines[4].startswith("10")
    rows = [
        json.loads(line) for line in ask("query", "heatmap", "--by", "hour", "--by", "weekday", "--json").splitlines()
    ]
    assert sum(row["scored"] for row in rows) == 80
    cell = next(row for row in rows if (row["hour"], row["weekday"]) == ("10", "mon"))
    assert f"{cell['mean']:.1f} ({cell['scored']})" in lines[4]


@pytest.mark.parametrize(("lang", "title", "day"), [("en", "Buying a gift", "Sat"), ("ko", "선물 사기", "토")])
def test_declared_ids_are_shown_by_title_to_people_and_as_they_are_to_programs(
    ask: Ask, lang: str, title: str, day: str
) -> None:
    said = ask("query", "visits", "--by", "occasion", "--by", "weekday", lang=lang)
    assert title in said
    assert day in said
    assert "a walk" in said
    rows = [json.loads(line) for line in ask("query", "visits", "--by", "occasion", "--json").splitlines()]
    assert [row["occasion"] for row in rows] == ["a walk", "gift"]


@pytest.mark.parametrize("key", ["weekday=sat", "hour=18", "hour-band=17-22", "season=autumn", "persona=parent"])
@pytest.mark.parametrize("command", ["query scores", "compare", "trend", "items", "query items", "query feelings"])
def test_every_command_that_chooses_visits_can_choose_them_by_circumstances(ask: Ask, command: str, key: str) -> None:
    ask(*command.split(), "--where", key, *(["--pool", "none"] if command == "trend" else []))


def test_export_and_drivers_can_be_asked_of_a_weekday(ask: Ask, home: Path, tmp_path: Path) -> None:
    path = tmp_path / "sat.csv"
    ask("export", "--wide", "--out", str(path), "--where", "weekday=sat", "--ledger", str(home / "hq.db"))
    saturdays = sum(visit.started.weekday() == 5 for visit in visits() if visit.started)
    assert len(path.read_text(encoding="utf-8-sig").splitlines()) == saturdays + 1
    assert "Fewer than two drivers" in ask("drivers", "--of", "item", "--where", "weekday=sat", code=1)


def test_the_screen_says_what_was_not_adjusted_and_how_to(ask: Ask) -> None:
    said = " ".join(ask("compare").split())
    assert "Not adjusted, although it differs between the visits: weekday, hours of the day, occasion" in said
    said = " ".join(ask("compare", "--adjust", "weekday,hour-band", "--adjust", "occasion").split())
    assert "Scores are adjusted for circumstances of the visits: weekday, hours of the day, occasion." in said
    assert "Not adjusted, although" not in said
    assert json.loads(ask("compare", "--adjust", "weekday", "--json"))["adjusted_for"] == ["weekday"]
    assert "adjusted_for" not in json.loads(ask("compare", "--json"))
    assert "보정하지 않은 상황: 요일, 시간대, 상황" in " ".join(ask("compare", lang="ko").split())


def test_a_key_that_is_none_is_refused(ask: Ask) -> None:
    assert "nothing to adjust for: weekend" in ask("compare", "--adjust", "weekend", code=3)


def test_sql_can_ask_for_circumstances(ask: Ask, tmp_path: Path) -> None:
    sql = tmp_path / "times.sql"
    sql.write_text("select weekday, count(*) as n from visits join circumstances using (number) group by 1 order by 1")
    rows = [json.loads(line) for line in ask("query", "--sql", str(sql), "--json").splitlines()]
    assert [row["weekday"] for row in rows] == ["mon", "sat"]
    assert sum(row["n"] for row in rows) == 80

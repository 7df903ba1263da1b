"""An unknown word in a column of options is named, in mapped tables and in filled forms; a known one is its option."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from helpers import samples

from cemaudit.exchange.tables.filled_forms import import_filled
from cemaudit.exchange.tables.importing import import_table
from cemaudit.exchange.tables.mapping import load_mapping
from cemaudit.model import Checklist

Door = Callable[[Path, dict[str, str]], Any]


def declared(name: str, title: str, title_ko: str, **more: Any) -> list[dict[str, Any]]:
    return [{"id": name, "title": {"en": title, "ko": title_ko}, **more}]


CHOICES = [{"id": "cash", "label": {"en": "Cash", "ko": "현금"}}, {"id": "card", "label": {"en": "Card", "ko": "카드"}}]
SHOP = samples.checklist(
    samples.touchpoint(
        "desk",
        samples.item("pay", {"type": "choice", "options": CHOICES}),
        samples.item("ways", {"type": "choices", "options": CHOICES}),
        emotion=True,
        perceived=True,
    ),
    personas=declared("regular", "Regular customer", "단골"),
    occasions=declared("weekday", "Weekday", "평일"),
    steps=declared("V1", "First visit", "첫 방문"),
)
FIELDS = {
    "pay": ("items.pay", "pay"),
    "ways": ("items.ways", "ways"),
    "persona": ("visit.persona", "visit__persona"),
    "occasion": ("visit.occasion", "visit__occasion"),
    "step": ("visit.step", "visit__step"),
    "emotion": ("emotions.desk", "desk__emotion"),
    "perceived": ("perceived.desk", "desk__perceived"),
    "state": ("claim_states.desk", "desk__claim_state"),
}
CLAIM = ("claims.desk", "desk__claim")


def find(_: str) -> Checklist:
    return SHOP


def mapped(folder: Path, cells: dict[str, str]) -> Any:
    places = {**{name: place for name, (place, _) in FIELDS.items()}, "claim": CLAIM[0], "episode": "visit.episode"}
    columns = ["id", "store", *cells]
    (folder / "t.csv").write_text(f"{','.join(columns)}\nv1,s1,{','.join(cells.values())}\n", encoding="utf-8")
    lines = [f'{places[name]} = {{ column = "{name}" }}\n' for name in cells]
    head = f'checklist = "{SHOP.ref}"\nvisit.id = {{ column = "id" }}\nvisit.store = {{ column = "store" }}\n'
    (folder / "m.toml").write_text(head + "".join(lines), encoding="utf-8")
    return import_table(folder / "t.csv", load_mapping(folder / "m.toml"), SHOP)


def filled(folder: Path, cells: dict[str, str]) -> Any:
    names = {**{name: field for name, (_, field) in FIELDS.items()}, "claim": CLAIM[1], "episode": "visit__episode"}
    columns = ["visit__checklist", "visit__id", "visit__store", *(names[name] for name in cells)]
    row = [SHOP.ref, "v1", "s1", *cells.values()]
    (folder / "f.csv").write_text(f"{','.join(columns)}\n{','.join(row)}\n", encoding="utf-8")
    return import_filled(folder / "f.csv", find, folder / "media")


DOORS = (mapped, filled)


def beside(name: str) -> dict[str, str]:
    """What a visit with this field needs as well."""
    return {"step": {"episode": "e1"}, "state": {"claim": "Nobody came."}}.get(name, {})


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("word", ["nonsense", "기타", "99"])
@pytest.mark.parametrize("name", FIELDS)
def test_an_unknown_word_is_named_with_its_column(tmp_path: Path, name: str, word: str, door: Door) -> None:
    result = door(tmp_path, {**beside(name), name: word})
    assert list(result) == []
    assert (result.counts.rows, result.counts.good, result.counts.bad) == (1, 0, 1)
    problems = [str(problem) for problem in result.problems]
    column = name if door is mapped else FIELDS[name][1]
    assert any(column in problem and word in problem for problem in problems), problems


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("name", "word", "meant"),
    [
        ("pay", "현금", "cash"),
        ("pay", "CARD", "card"),
        ("ways", "카드; 현금", ("card", "cash")),
        ("persona", "단골", "regular"),
        ("persona", "regular CUSTOMER", "regular"),
        ("persona", "regular", "regular"),
        ("occasion", "평일", "weekday"),
        ("occasion", "Ｗｅｅｋｄａｙ", "weekday"),
        ("step", "첫 방문", "V1"),
        ("step", "first visit", "V1"),
    ],
)
def test_a_known_word_is_its_option(tmp_path: Path, door: Door, name: str, word: str, meant: object) -> None:
    result = door(tmp_path, {**beside(name), name: word})
    (visit,) = result
    assert [str(problem) for problem in result.problems] == []
    step = visit.episode.step if visit.episode else None
    held = {**visit.answers, "persona": visit.persona, "occasion": visit.occasion, "step": step}
    assert held[name] == meant


@pytest.mark.parametrize("words", ["지나가던 손님", "Anybody, at noon", "regular"])
def test_where_none_is_declared_personas_and_occasions_are_in_words_of_one_s_own(
    make_mapping: Any, make_table: Any, checklist: Checklist, words: str
) -> None:
    visit = 'store = { column = "store" }\npersona = { column = "who" }\noccasion = { column = "who" }'
    mapping = make_mapping(**{'store = { column = "store" }': visit})
    table = import_table(make_table(f'id,store,greeted,tidy,who\nv1,S1,1,4,"{words}"\n'), mapping, checklist)
    (found,) = table
    assert (found.persona, found.occasion) == (words, words)


SICK = {"en": "Somebody who coughs.", "ko": "기침하는 손님."}
CASES = samples.checklist(
    samples.touchpoint("desk", samples.item("A")), scenarios=declared("C1", "Cough", "기침", persona=SICK, text=SICK)
)
NO_CASES = samples.checklist(samples.touchpoint("desk", samples.item("A")))


@pytest.mark.parametrize(
    ("checklist", "told"), [(CASES, "known here: C1"), (NO_CASES, "it declares none")], ids=["some", "none"]
)
def test_a_scenario_that_is_not_declared_is_said_to_be_none_of_those_known(
    tmp_path: Path, checklist: Checklist, told: str
) -> None:
    (tmp_path / "t.csv").write_text("id,store,case\nv1,s1,Case A\n", encoding="utf-8")
    fields = "".join(f'visit.{name} = {{ column = "{column}" }}\n' for name, column in VISIT_COLUMNS)
    (tmp_path / "m.toml").write_text(f'checklist = "{checklist.ref}"\n{fields}', encoding="utf-8")
    result = import_table(tmp_path / "t.csv", load_mapping(tmp_path / "m.toml"), checklist)
    assert list(result) == []
    (problem,) = map(str, result.problems)
    assert "the checklist declares no such scenario: Case A" in problem
    assert told in problem
    assert "an id" not in problem


VISIT_COLUMNS = (("id", "id"), ("store", "store"), ("scenario", "case"))

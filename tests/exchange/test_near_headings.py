"""Headings near a known one are named: no answer goes missing because its column is spelt a little otherwise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from helpers import samples
from helpers.program import call
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.errors import BadInput, folded, nearest
from cemaudit.exchange.forms.columns import is_slip
from cemaudit.exchange.forms.reader import FormReader
from cemaudit.exchange.tables.importing import import_table
from cemaudit.language import use
from cemaudit.model import Checklist

OPTIONS = [{"id": name, "label": samples.text(name.title())} for name in ("price", "range")]
SHOP = samples.items_only(
    samples.item("GS02", "duration"),
    samples.item("greeted"),
    samples.item("said", "text"),
    samples.item("choice", {"type": "choices", "options": OPTIONS}),
)
HEAD = {"visit__checklist": SHOP.ref, "visit__id": "v1", "visit__store": "s1"}


def read(record: dict[str, str]) -> tuple[Any, list[str], list[str]]:
    reader = FormReader(SHOP)
    visit, problems = reader.read(HEAD | record)
    return visit, [str(problem) for problem in problems], list(reader.ignored)


@pytest.mark.parametrize(
    ("column", "field"),
    [
        ("gs02", "GS02"),
        ("GS-02", "GS02"),
        ("GS 02", "GS02"),
        ("ＧＳ０２", "GS02"),
        ("GS2", "GS02"),
        ("GS022", "GS02"),
        ("GSO2", "GS02"),
        ("SG02", "GS02"),
        ("greated", "greeted"),
        ("Greeted", "greeted"),
        ("greetd", "greeted"),
        ("door/greeeted", "greeted"),
        ("GS02_note", "GS02__note"),
        ("Greeted Note", "greeted__note"),
        ("visit_date", "visit__date"),
        ("Visit Date", "visit__date"),
        ("visit-shoper", "visit__shopper"),
    ],
)
def test_a_form_s_column_that_is_nearly_ours_is_a_problem(column: str, field: str) -> None:
    visit, problems, ignored = read({column: "1"})
    assert visit is None
    assert problems == [f"{column}: {SHOP.ref} has no such field (did you mean {field}?)"]
    assert ignored == []
    with use("ko"):
        _, (problem,), _ = read({column: "1"})
    assert problem.startswith(f"{column}: ")
    assert field in problem
    assert "did you mean" not in problem


@pytest.mark.parametrize(
    "column",
    [
        "region", "comment", "GS11", "price", "start", "_uuid", "_submission_time", "meta/instanceID", "today",
        "greeted__photo_1_URL", "visit__times", "No.", "점포 코드", "---", "GS", "GS20", "GS12",
        "sald", "greeted_other", "choice_other", "visitors", "greeting",
    ],
)  # fmt: skip
def test_a_column_of_others_is_left_out_and_listed(column: str) -> None:
    visit, problems, ignored = read({column: "1", "greeted": "1"})
    assert problems == []
    assert visit.answers == {"greeted": True}
    assert ignored == [column]


@pytest.mark.parametrize("column", ["gs02", "visit_store", "GREETED"])
def test_an_empty_column_takes_no_answer_away(column: str) -> None:
    visit, problems, ignored = read({column: "", "greeted": "1"})
    assert (problems, ignored) == ([], [])
    assert visit.store == "s1"


def test_a_column_merely_alike_is_listed_where_the_field_itself_is_filled_in() -> None:
    visit, problems, ignored = read({"GS02.1": "30", "GS02": "25", "saidd": "3", "said": "Hello"})
    assert problems == []
    assert visit.answers == {"GS02": 25, "said": "Hello"}
    assert ignored == ["GS02.1", "saidd"]
    _, problems, _ = read({"gs02": "30", "GS02": "25"})  # by case alone: which of the two counts?
    assert problems == [f"gs02: {SHOP.ref} has no such field (did you mean GS02?)"]


def test_every_record_of_a_table_is_looked_at() -> None:
    reader = FormReader(SHOP)
    good, _ = reader.read(HEAD | {"GS02.1": "30", "GS02": "25"})
    bad, problems = reader.read(HEAD | {"visit__id": "v2", "GS02.1": "30"})
    assert good is not None
    assert bad is None
    assert [problem.place for problem in problems] == ["GS02.1"]


@pytest.mark.parametrize("text", ["1", "True", "yes", "예", "TRUE"])
@pytest.mark.parametrize(("option", "hint"), [("prise", "did you mean price?"), ("other", "known here: price, range")])
def test_a_column_of_an_option_that_does_not_exist_is_a_problem_where_it_was_chosen(
    text: str, option: str, hint: str
) -> None:
    _, problems, _ = read({f"door/choice/{option}": text, "choice/price": "1"})
    assert problems == [f"door/choice/{option}: no such option: {option} ({hint})"]


@pytest.mark.parametrize("text", ["0", "False", "no", "아니요"])
def test_a_column_of_an_option_that_does_not_exist_is_left_out_where_it_was_not_chosen(text: str) -> None:
    visit, problems, ignored = read({"choice/other": text, "choice/price": "1"})
    assert problems == []
    assert visit.answers == {"choice": ("price",)}
    assert ignored == ["choice/other"]


@pytest.mark.parametrize("column", ["choice/Price", "choice/PRICE", "door/choice/Price"])
def test_a_column_of_an_option_may_be_called_by_its_words(column: str) -> None:
    visit, problems, _ = read({column: "1", "choice/range": "0"})
    assert problems == []
    assert visit.answers == {"choice": ("price",)}


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        ("gs02", ["GS02", "GS03"], "GS02"),
        ("visit_store", ["visit__store", "visit__stored"], "visit__store"),
        ("Store Code", ["store_code", "store"], "store_code"),
        ("ｓｈｏｐ", ["shop", "stop"], "shop"),
    ],
)
def test_the_nearest_name_is_the_one_that_differs_by_case_and_marks_alone(
    word: str, known: list[str], hint: str
) -> None:
    assert str(nearest(word, known)) == f"did you mean {hint}?"


@given(st.text("abc", min_size=3, max_size=9), st.data())
def test_a_letter_more_or_two_swapped_are_slips_both_ways(name: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(name) - 1))
    longer = name[:place] + data.draw(st.sampled_from("abz7")) + name[place:]
    assert is_slip(longer, name)
    assert is_slip(name, longer)
    if name[place : place + 2] != name[place : place + 2][::-1]:
        swapped = name[:place] + name[place : place + 2][::-1] + name[place + 2 :]
        assert is_slip(swapped, name)
    assert not is_slip(f"{name}zz", name)


@given(st.text(max_size=30))
def test_folding_twice_is_folding_once(name: str) -> None:
    assert folded(folded(name)) == folded(name)


@pytest.fixture
def table(make_mapping: Any, make_table: Any, checklist: Checklist) -> Callable[..., Any]:
    def table(header: str, more: str = "") -> Any:
        cells = ",".join(["v1", "S1", "예", "4", *["x"] * (header.count(",") - 3)])
        result = import_table(make_table(f"{header}\n{cells}\n"), make_mapping(more), checklist)
        assert [visit.id for visit in result] == ["v1"]
        return [str(notice) for notice in result.notices]

    return table


@pytest.mark.parametrize(
    ("column", "notice"),
    [
        ("Greeted", "column Greeted is not read (the mapping reads greeted)"),
        ("STORE", "column STORE is not read (the mapping reads store)"),
        ("seconds", "column seconds is not read (items.seconds of the mapping would read it)"),
        ("Price", "column Price is not read (items.price of the mapping would read it)"),
        ("ｗｏｒｄｓ", "column ｗｏｒｄｓ is not read (items.words of the mapping would read it)"),
    ],
)
def test_a_column_of_a_mapped_table_that_looks_as_if_it_should_be_read_is_named(
    table: Any, column: str, notice: str
) -> None:
    assert table(f"id,store,greeted,tidy,{column}") == [f"table.csv: {notice}"]


def test_other_columns_of_a_mapped_table_are_no_matter(table: Any) -> None:
    assert table("id,store,greeted,tidy,region,store_name,greeted_by,%") == []
    assert table("id,store,greeted,tidy,Seconds", 'seconds = { column = "Seconds", na = ["x"] }\n') == []


@pytest.mark.parametrize("header", ["ID,Store,Greeted,Tidy", "id,store,Greeted,tidy", "i_d,store,gree-ted,tidy"])
def test_a_missing_column_of_a_mapping_is_told_with_the_one_that_is_there(
    make_mapping: Any, make_table: Any, checklist: Checklist, header: str
) -> None:
    with pytest.raises(BadInput) as refused:
        import_table(make_table(f"{header}\nv1,S1,1,4\n"), make_mapping(""), checklist)
    known = ["id", "store", "greeted", "tidy"]
    wrong = [(name, there) for name, there in zip(known, header.split(","), strict=True) if name != there]
    assert [f"no such column: {name} (did you mean {there}?)" for name, there in wrong] == [
        str(problem).partition(": ")[2] for problem in refused.value.problems
    ]


def test_the_command_names_both_and_counts_add_up(tmp_path: Path) -> None:
    head = "visit__checklist,visit__id,visit__store,visit_date,gs02,region"
    ref = "retail.green-smile@1.0.0"
    rows = [f"{ref},v1,s1,,25,", f"{ref},v2,s1,,,north", f"{ref},v3,s1,,40,", f"{ref},v4,s1,2026-11-21,,"]
    (tmp_path / "f.csv").write_text("\n".join([head, *rows]), encoding="utf-8")
    outcome = call(tmp_path, "import", "f.csv", "--out", "o.jsonl", "--lang", "en")
    assert outcome.code == 3
    # What the visits lack is said beside this, as warnings.
    told = [line for line in outcome.err.splitlines() if "warning" not in line and "incomplete" not in line]
    assert told == [
        f"cemaudit: f.csv: column gs02: rows 2, 4: {ref} has no such field (did you mean GS02?)",
        f"cemaudit: f.csv: row 5: visit_date: {ref} has no such field (did you mean visit__date?)",
        "4 rows = 1 good + 3 bad + 0 skipped; 1 visits",
        "  columns the form does not have are left out: region",
    ]


def test_the_command_warns_of_columns_that_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("no,shop,GS02,gs10\nv1,s1,25,1\n", encoding="utf-8")
    (tmp_path / "m.toml").write_text(
        'checklist = "retail.green-smile@1.0.0"\n[visit]\nid = { column = "no" }\nstore = { column = "shop" }\n'
        '[items]\nGS02 = { column = "GS02" }\n',
        encoding="utf-8",
    )
    for language, words in (("en", "column gs10 is not read"), ("ko", "gs10 열은 읽지 않습니다")):
        outcome = call(tmp_path, "import", "t.csv", "--mapping", "m.toml", "--out", "o.jsonl", "--lang", language)
        assert outcome.code == 0
        assert words in outcome.err
        assert "items.GS10" in outcome.err

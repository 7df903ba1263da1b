"""The registry of stores: what is good is taken, what is bad is named, and earlier knowledge stays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.errors import BadInput
from cemaudit.language import use
from cemaudit.ledger import Ledger
from cemaudit.ledger.maintenance import check
from cemaudit.ledger.store_registry import (
    RegistryChange,
    Store,
    StoreImportCounts,
    import_stores,
    read_stores,
    refuse_unknown_stores,
    registered_store_ids,
    registered_stores,
)


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_table(ledger: Ledger, tmp_path: Path) -> None:
    path = written(
        tmp_path / "stores.csv",
        "id,Name,지역,format,brand,owner,opened,pool,floor area,note\n"
        "s1,강남점,서울,street,A,Kim,2020-01-31,north,120,=1+1\n"
        "s2,,,,,,,,,\n",
    )
    register = read_stores(path)
    assert (register.rows, register.bad, register.problems) == (2, 0, [])
    assert import_stores(ledger, register.stores) == StoreImportCounts(new=2, changed=0, same=0)
    assert import_stores(ledger, register.stores) == StoreImportCounts(new=0, changed=0, same=2)
    first, second = registered_stores(ledger).values()
    assert first.model_dump(mode="json") == {
        "id": "s1", "name": "강남점", "region": "서울", "format": "street", "brand": "A", "owner": "Kim",
        "opened": "2020-01-31", "pool": "north", "more": {"floor area": "120", "note": "=1+1"},
    }  # fmt: skip
    assert second == Store(id="s2")
    assert registered_store_ids(ledger) == {"s1", "s2"}


def test_bad_rows_are_named_and_the_counts_add_up(tmp_path: Path) -> None:
    path = written(
        tmp_path / "stores.csv",
        "id,name,opened\ns1,A,2020-01-31\n,B,\ns3,C,3/4/2020\ns1,D,\ns5,E\ns6,F,\n" + f"{'x' * 200},G,\n",
    )
    register = read_stores(path)
    assert [store.id for store in register.stores] == ["s1", "s6"]
    assert (register.rows, register.bad) == (7, 5)
    assert [str(problem) for problem in register.problems] == [
        "stores.csv: row 3: id: is missing",
        "stores.csv: row 4: opened: expected a date like 2026-11-21, found 3/4/2020 (write the year first)",
        "stores.csv: row 5: id: store s1 comes twice, first in row 2",
        "stores.csv: row 6: 2 cells where the header has 3",
        f"stores.csv: row 8: id: expected 1 to 120 characters on one line, found {'x' * 159}…",
    ]


def test_a_json_list(ledger: Ledger, tmp_path: Path) -> None:
    rows = [
        {"id": "s1", "name": "강남점", "opened": "2020-01-31", "area": 120, "tags": ["a"], "pool": None},
        {"name": "x"},
        3,
        {"id": "s4", "region": 4},
    ]
    register = read_stores(written(tmp_path / "stores.json", json.dumps(rows)))
    import_stores(ledger, register.stores)
    assert registered_stores(ledger) == {
        "s1": Store(id="s1", name="강남점", opened="2020-01-31", more={"area": "120", "tags": '["a"]'})
    }
    assert [str(problem) for problem in register.problems] == [
        "stores.json: store 2: id: is missing",
        "stores.json: store 3: expected a mapping",
        "stores.json: store 4: region: expected text, found 4",
    ]


def test_a_workbook(ledger: Ledger, tmp_path: Path) -> None:
    import datetime as dt

    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["매장코드", "매장명", "개점일"])
    book.active.append([101, "강남점", dt.date(2020, 1, 31)])
    book.save(tmp_path / "stores.xlsx")
    import_stores(ledger, read_stores(tmp_path / "stores.xlsx").stores)
    assert registered_stores(ledger) == {"101": Store(id="101", name="강남점", opened="2020-01-31")}


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.csv", "name,region\nx,y\n", "a.csv: no column id (name the stores in it)"),
        ("a.csv", "id,name,매장명\nx,y,z\n", "a.csv: these columns mean the same: name, 매장명"),
        ("a.csv", "", "a.csv: an empty table"),
        ("a.json", "{}", "a.json: expected a list"),
        ("a.json", "[", "a.json: not JSON: Expecting value at character 2"),
        ("missing.csv", None, "missing.csv: no such file"),
    ],
)
def test_files_that_cannot_be_used(tmp_path: Path, name: str, text: str | None, words: str) -> None:
    path = tmp_path / name if text is None else written(tmp_path / name, text)
    with pytest.raises(BadInput) as refusal:
        read_stores(path)
    assert str(refusal.value).endswith(words)
    assert len(str(refusal.value).splitlines()) == 1


def test_too_many_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cemaudit.ledger.store_registry.MOST_STORES", 3)
    path = written(tmp_path / "stores.csv", "id\n" + "".join(f"s{number}\n" for number in range(4)))
    with pytest.raises(BadInput, match="more than 3 rows"):
        read_stores(path)


def test_what_was_known_stays(ledger: Ledger) -> None:
    import_stores(ledger, [Store(id="s1", pool="north"), Store(id="s2")])
    assert import_stores(ledger, [Store(id="s1", pool="south"), Store(id="s3")]) == StoreImportCounts(
        new=1, changed=1, same=0, changes=(RegistryChange("s1", "pool", "north", "south"),)
    )
    assert {store.id: store.pool for store in registered_stores(ledger).values()} == {
        "s1": "south",
        "s2": None,
        "s3": None,
    }
    pools = ledger.database.run("select id, pool, batch from store order by number")
    assert pools == [("s1", "north", 2), ("s2", None, 2), ("s1", "south", 3), ("s3", None, 3)]
    assert list(check(ledger)) == []


FULL = Store(
    id="s1", name="강남점", region="서울", brand="A", opened="2020-01-31", more={"floor": "120", "mail": "a@b"}
)


def test_a_table_keeps_what_it_does_not_mention(ledger: Ledger, tmp_path: Path) -> None:
    import_stores(ledger, [FULL, Store(id="s2", region="부산")])
    part = read_stores(written(tmp_path / "part.csv", "id,region,brand,floor\ns1,수도권,,130\ns2,부산,,\n"))
    counts = import_stores(ledger, part.stores)
    assert (counts.new, counts.changed, counts.same) == (0, 1, 1)
    assert counts.changes == (
        RegistryChange("s1", "region", "서울", "수도권"),
        RegistryChange("s1", "brand", "A", ""),  # an empty cell says that there is none
        RegistryChange("s1", "floor", "120", "130"),
    )
    more = {"floor": "130", "mail": "a@b"}
    assert registered_stores(ledger)["s1"] == FULL.model_copy(update={"region": "수도권", "brand": None, "more": more})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[{"id": "s1", "region": "수도권"}]', {"region": "수도권"}),
        ('[{"id": "s1", "name": null, "opened": null}]', {"name": "", "opened": None}),
        ('[{"id": "s1", "floor": ""}]', {"more": {"mail": "a@b"}}),
    ],
)
def test_a_json_list_keeps_what_it_does_not_mention(
    ledger: Ledger, tmp_path: Path, text: str, expected: dict[str, Any]
) -> None:
    import_stores(ledger, [FULL])
    import_stores(ledger, read_stores(written(tmp_path / "part.json", text)).stores)
    assert registered_stores(ledger)["s1"] == FULL.model_copy(update=expected)


columns = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(["", "a", "b"]) for name in ("name", "region", "brand", "owner", "floor")}
)


@given(st.lists(columns, min_size=1, max_size=4))
def test_of_each_column_the_last_table_that_mentions_it_holds(
    ledger: Ledger, tmp_path: Path, tables: list[dict[str, str]]
) -> None:
    import_stores(ledger, [Store(id="s1", name="", region=None, brand=None, owner=None, more={"floor": ""})])
    before = registered_stores(ledger)["s1"]
    holds = {"name": before.name, "region": before.region, "brand": before.brand, "owner": before.owner}
    holds["floor"] = before.more.get("floor")
    for table in tables:
        text = f"{','.join(['id', *table])}\n{','.join(['s1', *table.values()])}\n"
        import_stores(ledger, read_stores(written(tmp_path / "t.csv", text)).stores)
        holds |= table
    now = registered_stores(ledger)["s1"]
    found = {**now.model_dump(), "floor": now.more.get("floor")}
    assert {name: found[name] or "" for name in holds} == {name: text or "" for name, text in holds.items()}


@pytest.mark.parametrize(
    ("heading", "hint"), [("regoin", "region"), ("Ownr", "owner"), ("개점월", "개점일"), ("floor", None)]
)
def test_a_heading_near_a_known_one_is_named(tmp_path: Path, heading: str, hint: str | None) -> None:
    register = read_stores(written(tmp_path / "t.csv", f"id,{heading}\ns1,x\n"))
    expected = [f"t.csv: kept as a further column: {heading} (did you mean {hint}?)"] if hint else []
    with use("en"):
        assert [str(remark) for remark in register.remarks] == expected
    assert register.stores[0].more == {heading: "x"}


def test_stores_that_nobody_registered_are_refused_all_at_once(ledger: Ledger) -> None:
    refuse_unknown_stores(ledger, [("it", ["s9"])])  # without a registry nobody knows
    import_stores(ledger, [FULL])
    refuse_unknown_stores(ledger, [("it", ["s1"])])
    with use("en"), pytest.raises(BadInput) as refusal:
        refuse_unknown_stores(ledger, [("it", ["s1", "zz", "s11"])])
    assert [str(problem) for problem in refusal.value.problems] == [
        "it: no such store: zz (import it with 'cemaudit stores import')",
        "it: no such store: s11 (did you mean s1?)",
    ]


def test_no_registry_yet(ledger: Ledger) -> None:
    assert registered_store_ids(ledger) is None
    assert registered_stores(ledger) == {}


names = st.text(min_size=1, max_size=10).filter(lambda text: bool(text.strip()))


@given(more=st.dictionaries(names, names, max_size=4))
def test_whatever_stands_in_further_columns_is_kept(ledger: Ledger, more: dict[str, str]) -> None:
    store = Store(id=f"s{len(registered_stores(ledger))}", more=more)
    import_stores(ledger, [store])
    more = {name: text for name, text in store.more.items() if text}  # control characters are no text
    assert registered_stores(ledger)[store.id] == store.model_copy(update={"more": more})


def test_an_id_in_json_holds_nothing_that_cannot_be_seen(tmp_path: Path) -> None:
    rows = [{"id": "0\u200b07"}, {"id": "007"}, {"id": "1.23457E+17"}]
    register = read_stores(written(tmp_path / "stores.json", json.dumps(rows)))
    assert [store.id for store in register.stores] == ["007"]
    assert [str(problem).partition(": ")[2].partition(",")[0] for problem in register.problems] == [
        "store 2: id: store 007 comes twice",
        "store 3: id: expected an id as text",
    ]

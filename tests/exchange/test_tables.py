import contextlib
import gzip
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cemaudit.errors import BadInput
from cemaudit.exchange.tables import delimited
from cemaudit.exchange.tables.input_table import read_table


def cells(path, **options):
    return [dict(row.cells) for row in read_table(path, **options).rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
def test_encodings_are_found(make_table, encoding):
    path = make_table("매장,점수\n종로점,5\n", encoding=encoding)
    assert cells(path) == [{"매장": "종로점", "점수": "5"}]


def test_an_encoding_can_be_named(make_table):
    path = make_table("café\nthé\n", encoding="cp1252")
    assert cells(path, encoding="cp1252") == [{"café": "thé"}]


def test_gz_is_opened(make_table):
    assert cells(make_table("a,b\n1,2\n", "table.csv.gz")) == [{"a": "1", "b": "2"}]


@pytest.mark.parametrize("mark", delimited.DELIMITERS)
def test_delimiters_are_found(make_table, mark):
    assert cells(make_table(mark.join(["a", "b", "c"]) + "\n" + mark.join("123") + "\n")) == [
        {"a": "1", "b": "2", "c": "3"}
    ]


def test_a_single_column_needs_no_delimiter(make_table):
    assert cells(make_table("store\nJongno\n")) == [{"store": "Jongno"}]


def test_decomposed_hangul_becomes_nfc(make_table):
    path = make_table(unicodedata.normalize("NFD", "매장\n종로\n"))
    assert cells(path) == [{unicodedata.normalize("NFC", "매장"): unicodedata.normalize("NFC", "종로")}]


def test_rows_are_numbered_as_in_a_spreadsheet(make_table):
    rows = list(read_table(make_table('a,b\n"x\ny",1\n\n,\nz,2\n')).rows)
    assert [(row.number, row.cells["a"]) for row in rows] == [(2, "x\ny"), (5, "z")]


def test_control_and_direction_characters_are_dropped(make_table):
    assert cells(make_table("a\n x\x00\u202ey \n")) == [{"a": "xy"}]


def test_rows_that_do_not_fit_the_header_are_named(make_table):
    rows = list(read_table(make_table('a,b\n1\n1,2,3\n1,2,,\n"x"y,2\n4,5\n')).rows)
    assert [bool(row.problem) for row in rows] == [True, True, False, True, False]
    assert str(rows[0].problem) == "1 cells where the header has 2"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "table.csv: an empty table"),
        (b"\n\n,,\n", "table.csv: an empty table"),
        (b"a,b,a\n1,2,3\n", "table.csv: column name a comes 2 times"),
        (b"a,,c\n1,2,3\n", "table.csv: column 2 has no name"),
        (b"\xff\xff\x00\x81\x00", "table.csv: not text in any encoding tried: utf-8, cp949"),
        (b"\xd0\xcf\x11\xe0rest", "table.csv: cannot be read as an XLS workbook (it is damaged"),
        (b"PK\x03\x04rest", "table.csv: cannot be read as an XLSX workbook (it is damaged"),
        (b"\x1f\x8b\x08rest of it", "table.csv: a broken gz file (it may be cut off"),
        (b"sto", "table.csv: no rows, and the row of column names does not end"),
        (b"store,da", "table.csv: no rows, and the row of column names does not end"),
        ('"매장",날'.encode(), "table.csv: no rows, and the row of column names does not end"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(make_table, content, said):
    with pytest.raises(BadInput) as refusal:
        list(read_table(make_table(content)).rows)
    assert str(refusal.value).startswith(said)
    assert "\n" not in str(refusal.value)


def test_a_quotation_mark_never_closed_is_refused_where_it_stands(make_table):
    with pytest.raises(BadInput, match=r"table.csv: row 3: .*quotation mark"):
        list(read_table(make_table('a,b\n1,2\n3,"4\n5,6\n')).rows)


@pytest.mark.parametrize("content", ["a,b\n", "a,b\r\n", "a,b\r", "a,b\n1,2"])
def test_a_table_whose_header_ends_is_whole(make_table, content):
    assert len(list(read_table(make_table(content)).rows)) == content.count("2")


def test_a_row_with_more_behind_a_closing_quotation_mark_says_how_to_write_it(make_table):
    (row,) = read_table(make_table('a,b\n"x"y,2\n')).rows
    assert str(row.problem) == (
        "something stands behind the closing quotation mark of a cell (a quotation mark within a cell is written twice)"
    )


def test_a_folder_and_a_missing_file_are_refused(tmp_path):
    for path in (tmp_path, tmp_path / "none.csv"):
        with pytest.raises(BadInput):
            read_table(path)


def test_what_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(delimited, "LARGEST", 1000)
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(b"a\n" + b"1\n" * 1000))
    with pytest.raises(BadInput, match="larger than"):
        read_table(path)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(tmp_path, content):
    path = tmp_path / "any.csv"
    path.write_bytes(content)
    with contextlib.suppress(BadInput):
        list(read_table(path).rows)

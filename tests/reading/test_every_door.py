"""The same text means the same value at every door, or is refused there in the same words."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import time_machine
from helpers import exports, pdf_forms, samples
from helpers.exports import Sent

from cemaudit.entry import Conversation, Desk
from cemaudit.errors import Problem
from cemaudit.exchange import import_filled, import_submissions, import_table, load_mapping
from cemaudit.exchange.forms.making import form_of
from cemaudit.exchange.forms.pdf import field_name
from cemaudit.exchange.forms.templates import write_csv, write_xlsx
from cemaudit.exchange.submissions.importing import SubmissionImport
from cemaudit.exchange.tables.filled_forms import FilledImport
from cemaudit.exchange.tables.importing import Import
from cemaudit.ledger.store_registry import read_stores
from cemaudit.model import Visit
from cemaudit.report.form import pdf_form
from cemaudit.scoring import Engine

KINDS: dict[str, dict[str, Any]] = {
    "number": {"type": "number"},
    "percent": {"type": "number", "unit": "%", "min": 0, "max": 100},
    "money": {"type": "money", "unit": "KRW"},
    "minutes": {"type": "duration", "unit": "min"},
    "seconds": {"type": "duration", "unit": "s"},
    "count": {"type": "count"},
    "scale": {"type": "scale", "lowest": 1, "highest": 5, "low": samples.text("dirty"), "high": {"ko": "깨끗하다"}},
    "nps": {"type": "nps"},
    "yesno": {"type": "yes-no"},
    "choice": {
        "type": "choice",
        "options": [
            {"id": name, "label": {"ko": ko, "en": f"{name} one"}} for name, ko in (("open", "열림"), ("shut", "닫힘"))
        ],
    },
    "choices": {
        "type": "choices",
        "options": [
            {"id": "price", "label": {"ko": "값, 할인", "en": "Price, discounts"}},
            {"id": "terms", "label": {"ko": "조건", "en": "Terms"}},
        ],
    },
    "date": {"type": "date"},
    "time": {"type": "time"},
}
ON_PAPER_TYPED = {"number", "percent", "money", "minutes", "seconds", "count", "date", "time"}
"""Kinds for which the PDF form has a line to write on; the others are ticked there."""

REFUSED = "refused"
CASES: list[tuple[str, str, Any]] = [
    ("number", "2,5", Decimal("2.5")),
    ("number", "0,125", Decimal("0.125")),
    ("number", "1,234", 1234),
    ("number", "1234,5", Decimal("1234.5")),
    ("number", "1.234", Decimal("1.234")),
    ("number", "1.234,5", Decimal("1234.5")),
    ("number", "1,234.5", Decimal("1234.5")),
    ("number", "４２", 42),
    ("number", "−3", -3),
    ("number", ",5", Decimal("0.5")),
    ("number", "1,23,4", REFUSED),
    ("number", "1.234.567", REFUSED),
    ("number", "2,", REFUSED),
    ("number", "85%", REFUSED),
    ("number", "5²", REFUSED),
    ("number", "#N/A!", REFUSED),
    ("number", "3만", REFUSED),
    ("percent", "85%", 85),
    ("percent", "85", 85),
    ("percent", "８５ ％", 85),
    ("percent", "12,5 %", Decimal("12.5")),
    ("percent", "120%", REFUSED),
    ("percent", "85 KRW", REFUSED),
    ("money", "4,500원", 4500),
    ("money", "₩4,500", 4500),
    ("money", "4500 krw", 4500),
    ("money", "$5", REFUSED),
    ("minutes", "2,5", Decimal("2.5")),
    ("minutes", "1분 30초", Decimal("1.5")),
    ("minutes", "2 h 5 min", 125),
    ("minutes", "1:30", REFUSED),
    ("minutes", "100 s", REFUSED),
    ("minutes", "-1", REFUSED),
    ("seconds", "1:30", 90),
    ("seconds", "90초", 90),
    ("seconds", "1 min", 60),
    ("seconds", "1:75", REFUSED),
    ("count", "3.0", 3),
    ("count", "3,5", REFUSED),
    ("count", "１２", 12),
    ("scale", "4", 4),
    ("scale", "4,0", 4),
    ("scale", "깨끗하다", 5),
    ("scale", "4,5", REFUSED),
    ("scale", "6", REFUSED),
    ("nps", "10", 10),
    ("nps", "０", 0),
    ("nps", "11", REFUSED),
    ("yesno", "예", True),
    ("yesno", "N", False),
    ("yesno", "FALSE", False),
    ("yesno", "ㅛ", True),
    ("yesno", "Ｙ", True),
    ("yesno", "maybe", REFUSED),
    ("choice", "OPEN", "open"),
    ("choice", "닫힘", "shut"),
    ("choice", "shut  One", "shut"),
    ("choice", "ajar", REFUSED),
    ("choices", "price terms", ("price", "terms")),
    ("choices", "값, 할인", ("price",)),
    ("choices", "조건; 값, 할인", ("terms", "price")),
    ("choices", "terms, price", ("terms", "price")),
    ("choices", "none of these", ()),
    ("choices", "terms; free", REFUSED),
    ("choices", "terms _none", REFUSED),
    ("date", "2026-11-20", "2026-11-20"),
    ("date", "2026년 3월 5일", "2026-03-05"),
    ("date", "26. 3. 5.", "2026-03-05"),
    ("date", "46346", "2026-11-20"),
    ("date", "13/3/2026", "2026-03-13"),
    ("date", "2026-11-20T00:00:00", "2026-11-20"),
    ("date", "03/04/2026", REFUSED),
    ("date", "26.3.5", REFUSED),
    ("date", "2026-02-30", REFUSED),
    ("time", "14:05", "14:05"),
    ("time", "오후 2:05", "14:05"),
    ("time", "2시 반", "02:30"),
    ("time", "0:00", "00:00"),
    ("time", "14:05:00.000+09", "14:05"),
    ("time", "1405", "14:05"),
    ("time", "2.5", REFUSED),
    ("time", "11:05-12:00", REFUSED),
    ("time", "25:00", REFUSED),
    ("time", "14:5", REFUSED),
]
NAMES = [f"{kind}_{number}" for number, (kind, _, _) in enumerate(CASES)]
TEXTS = dict(zip(NAMES, (text for _, text, _ in CASES), strict=True))
SHOP = samples.items_only(*(samples.item(name, KINDS[kind]) for name, (kind, _, _) in zip(NAMES, CASES, strict=True)))
FORM = form_of(SHOP)
HEAD = {"visit__checklist": SHOP.ref, "visit__id": "v1", "visit__store": "s1"}
EVENING = datetime(2026, 11, 20, 22, 0)  # noqa: DTZ001 (made aware where it is used)


class Reading(NamedTuple):
    """What a door made of the texts: values, and the words in which others were refused, by item."""

    values: dict[str, Any]
    refusals: dict[str, str]


Door = Callable[[Path, Mapping[str, str]], Reading]
Result = Import | FilledImport | SubmissionImport


def shop(_: str) -> Any:
    return SHOP


def read_until_taken(read: Callable[[Mapping[str, str]], Result], texts: Mapping[str, str]) -> Reading:
    """The values of the texts that are taken, once those refused are left out: a bad record is no visit."""
    refusals: dict[str, str] = {}
    for _ in range(3):  # a table checks limits once everything in a row can be read
        result = read({name: text for name, text in texts.items() if name not in refusals})
        visits = list(result)
        if visits:
            return Reading(dict(visits[0].answers), refusals)
        refusals |= dict(map(refusal, result.problems))
    raise AssertionError(refusals)


def refusal(problem: Problem) -> tuple[str, str]:
    """The item a problem stands at, and its words without the place."""
    item = problem.place.rpartition(": ")[2].rpartition("/")[2]
    return item, str(Problem(problem.what, hint=problem.hint))


def filled_csv(folder: Path, texts: Mapping[str, str]) -> Reading:
    def read(taken: Mapping[str, str]) -> Result:
        write_csv(FORM, [{**HEAD, **taken}], folder / "form.csv")
        return import_filled(folder / "form.csv", shop, folder / "media")

    return read_until_taken(read, texts)


def filled_xlsx(folder: Path, texts: Mapping[str, str]) -> Reading:
    def read(taken: Mapping[str, str]) -> Result:
        write_xlsx(FORM, [{**HEAD, **taken}], folder / "form.xlsx", "ko")
        return import_filled(folder / "form.xlsx", shop, folder / "media")

    return read_until_taken(read, texts)


def filled_pdf(folder: Path, texts: Mapping[str, str]) -> Reading:
    blank = pdf_form(SHOP, "ko")

    def read(taken: Mapping[str, str]) -> Result:
        put = {field_name(name): text for name, text in {"visit__store": "s1", **taken}.items()}
        (folder / "form.pdf").write_bytes(pdf_forms.noted(blank, put))
        return import_filled(folder / "form.pdf", shop, folder / "media")

    return read_until_taken(read, {name: text for name, text in texts.items() if name.split("_")[0] in ON_PAPER_TYPED})


def mapped_table(folder: Path, texts: Mapping[str, str]) -> Reading:
    def read(taken: Mapping[str, str]) -> Result:
        with (folder / "table.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([["store", *taken], ["s1", *taken.values()]])
        items = "".join(f'{name} = {{ column = "{name}" }}\n' for name in taken)
        visit = '[visit]\nid = { value = "v1" }\nstore = { column = "store" }\n'
        (folder / "map.toml").write_text(f'checklist = "{SHOP.ref}"\n{visit}[items]\n{items}', encoding="utf-8")
        return import_table(folder / "table.csv", load_mapping(folder / "map.toml"), SHOP)

    return read_until_taken(read, texts)


def kobo_csv(folder: Path, texts: Mapping[str, str]) -> Reading:
    def read(taken: Mapping[str, str]) -> Result:
        sent = Sent(
            "a1b2c3d4-0000-4000-8000-000000000001",
            {**HEAD, **{f"t__group/{name}": text for name, text in taken.items()}},
        )
        (folder / "kobo.csv").write_bytes(exports.kobo_csv([sent]))
        return import_submissions(folder / "kobo.csv", shop, folder / "media")

    return read_until_taken(read, texts)


def collect_xml(folder: Path, texts: Mapping[str, str]) -> Reading:
    def read(taken: Mapping[str, str]) -> Result:
        sent = Sent(
            "a1b2c3d4-0000-4000-8000-000000000001",
            {**HEAD, **{f"t__group/{name}": text for name, text in taken.items()}},
        )
        (folder / "sent.xml").write_bytes(exports.instance_xml(sent, version="1"))
        return import_submissions(folder / "sent.xml", shop, folder / "media")

    return read_until_taken(read, texts)


class Typist:
    """Types each item's text once; where it is refused, remembers why and skips the item."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = dict(texts)
        self._opening = ["y", "2026-11-20", "14:05", "14:40"]
        self._item = ""
        self.refusals: dict[str, str] = {}

    def say(self, text: str = "") -> None:
        if text.startswith(("[", "  = ")):
            self._item = ""
        name = text.partition(" ")[0]
        if name in TEXTS:
            self._item = name
        if text.startswith("  ! "):
            self.refusals[self._item] = text[4:]

    def waiting(self) -> list[str]:
        return []

    def ask(self, _prompt: str) -> str:
        if self._opening:
            return self._opening.pop(0)
        if not self._item:
            raise EOFError  # all items are answered or skipped
        return self._texts.pop(self._item, "/skip no refused")


def entered(folder: Path, texts: Mapping[str, str], **given: Any) -> Reading:
    desk = Desk(folder / "home")
    typist = Typist(texts)
    with time_machine.travel(EVENING.astimezone()):
        draft = desk.begin(SHOP, {"store": "s1", **given})
        with desk.opened(draft, Engine()) as held, pytest.raises(EOFError):
            Conversation(held, typist).run()
        answers = desk.draft(draft.header).visit.answers
    return Reading(dict(answers), typist.refusals)


def amended(folder: Path, texts: Mapping[str, str]) -> Reading:
    """The same screen, on a draft of a second revision."""
    return entered(folder, texts, revision=2, supersedes="0" * 64, amendment="why")


DOORS: dict[str, Door] = {
    "enter": entered,
    "amend": amended,
    "mapped table": mapped_table,
    "filled CSV": filled_csv,
    "filled XLSX": filled_xlsx,
    "filled PDF": filled_pdf,
    "KoboToolbox": kobo_csv,
    "ODK Collect": collect_xml,
}


ON_SCREEN = ("enter", "amend")


@pytest.fixture(scope="module")
def readings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Reading]:
    return {name: door(tmp_path_factory.mktemp("door"), TEXTS) for name, door in DOORS.items()}


@pytest.mark.parametrize(
    ("name", "door"),
    [
        (name, door)
        for name in NAMES
        for door in DOORS
        if door != "filled PDF" or name.partition("_")[0] in ON_PAPER_TYPED
    ],
)
def test_a_text_is_the_same_value_or_the_same_refusal(readings: dict[str, Reading], name: str, door: str) -> None:
    _, _, meant = CASES[NAMES.index(name)]
    reading = readings[door]
    if meant is REFUSED:
        assert name not in reading.values
        refusal = readings["filled CSV"].refusals[name]
        if door in ON_SCREEN and name.startswith("choice"):  # the hint names what the screen shows, not ids
            refusal, _, _ = refusal.partition(" (")
            assert "(type a number from 1 to" in reading.refusals[name]
            assert reading.refusals[name].startswith(refusal)
        else:
            assert reading.refusals[name] == refusal
    else:
        assert name not in reading.refusals
        assert reading.values[name] == meant
        assert type(reading.values[name]) is type(meant)


MOMENTS = [
    ("2026-11-20 14:05", "2026-11-20T14:05:00+09:00"),
    ("2026. 11. 20 오후 2:05:33", "2026-11-20T14:05:33+09:00"),
    ("2026/11/20 2:05:33 오후 GMT+9", "2026-11-20T14:05:33+09:00"),
    ("2026-11-20T14:05:00.000+09", "2026-11-20T14:05:00+09:00"),
    ("2026-11-20T05:05Z", "2026-11-20T05:05:00+00:00"),
    ("2026-11-20 00:00", "2026-11-20T00:00:00+09:00"),
    ("2026년 11월 20일 오전 12시", "2026-11-20T00:00:00+09:00"),
    ("46346.25", "2026-11-20T06:00:00+09:00"),
    ("2026-11-20", REFUSED),
    ("2026-11-20 11:05-12:00", REFUSED),
    ("2026-11-20 25:00", REFUSED),
    ("soon", REFUSED),
]
IDS = [
    ("007", "007"),
    ("0\u200b07", "007"),
    ('="007"', "007"),
    (" 강남\u00a0점 ", "강남 점"),
    ("\ufeffs1\u2060", "s1"),
    ("1.23457E+17", REFUSED),
    ("E+1", "E+1"),
]


ROUNDED = "expected an id as text, found 1.23457E+17 (make the column text in the spreadsheet, and enter the id anew)"


def seoul(moment: datetime) -> datetime:
    return moment.replace(tzinfo=datetime.fromisoformat("2026-01-01T00:00:00+09:00").tzinfo)


def rows_of(door: str, folder: Path, field: str, texts: list[str]) -> Result:
    """One visit for each text in the field of its own."""
    records = [{**HEAD, "visit__id": f"v{number}", field: text} for number, text in enumerate(texts)]
    if door == "mapped table":
        with (folder / "table.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(
                [
                    ["id", "store", "at"],
                    *([r["visit__id"], r["visit__store"], r.get("visit__started", "")] for r in records),
                ]
            )
        started = 'started = { column = "at", formats = ["%d/%m/%Y %H:%M"], zone = "Asia/Seoul" }\n'
        visit = f'[visit]\nid = {{ column = "id" }}\nstore = {{ column = "store" }}\n{started}'
        (folder / "map.toml").write_text(f'checklist = "{SHOP.ref}"\n{visit}', encoding="utf-8")
        return import_table(folder / "table.csv", load_mapping(folder / "map.toml"), SHOP)
    if door == "filled XLSX":
        write_xlsx(FORM, records, folder / "form.xlsx", "ko")
        return import_filled(folder / "form.xlsx", shop, folder / "media", seoul)
    write_csv(FORM, records, folder / "form.csv")
    return import_filled(folder / "form.csv", shop, folder / "media", seoul)


@pytest.mark.parametrize("door", ["mapped table", "filled CSV", "filled XLSX"])
def test_moments_are_the_same_at_every_door(door: str, tmp_path: Path) -> None:
    result = rows_of(door, tmp_path, "visit__started", [text for text, _ in MOMENTS])
    visits = {visit.id: visit for visit in result}
    found = [visits[f"v{n}"].started.isoformat() if f"v{n}" in visits else REFUSED for n in range(len(MOMENTS))]  # type: ignore[union-attr]
    assert found == [meant for _, meant in MOMENTS]


@pytest.mark.parametrize("door", ["mapped table", "filled CSV", "filled XLSX"])
def test_ids_are_the_same_at_every_door(door: str, tmp_path: Path) -> None:
    result = rows_of(door, tmp_path, "visit__store", [text for text, _ in IDS])
    visits: dict[str, Visit] = {visit.id: visit for visit in result}
    found = [visits[f"v{n}"].store if f"v{n}" in visits else REFUSED for n in range(len(IDS))]
    assert found == [meant for _, meant in IDS]


def test_ids_and_days_of_stores_are_read_alike(tmp_path: Path) -> None:
    days = ["2026-11-20", "2026년 3월 5일", "46346", "26. 3. 5.", "13/3/2026", "2026. 3. 5.", "03/04/2026"]
    path = tmp_path / "stores.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["id", "opened"], *([text, day] for (text, _), day in zip(IDS, days, strict=True))])
    register = read_stores(path)
    meant = [(store, day) for (_, store), day in zip(IDS, days, strict=True)]
    assert [(store.id, str(store.opened)) for store in register.stores] == [
        ("007", "2026-11-20"),
        ("강남 점", "2026-03-05"),
        ("s1", "2026-03-13"),
    ]
    assert len(meant) == 7
    assert [str(problem) for problem in register.problems] == [
        "stores.csv: row 3: id: store 007 comes twice, first in row 2",
        "stores.csv: row 4: id: store 007 comes twice, first in row 2",
        f"stores.csv: row 7: id: {ROUNDED}",
        "stores.csv: row 8: opened: expected a date like 2026-11-21, found 03/04/2026 (write the year first)",
    ]


@pytest.mark.parametrize("door", ["filled CSV", "filled XLSX"])
@pytest.mark.parametrize("time", ["14:05", "오후 2:05", "1405"])
def test_a_time_alone_is_one_on_the_day_of_the_visit(door: str, time: str, tmp_path: Path) -> None:
    record = {**HEAD, "visit__date": "2026. 11. 20.", "visit__started": time}
    path = tmp_path / ("form.csv" if door == "filled CSV" else "form.xlsx")
    if door == "filled CSV":
        write_csv(FORM, [record], path)
    else:
        write_xlsx(FORM, [record], path, "ko")
    (visit,) = import_filled(path, shop, tmp_path / "media", seoul)
    assert visit.started == datetime(2026, 11, 20, 14, 5, tzinfo=seoul(EVENING).tzinfo)

from __future__ import annotations

import copy
import datetime as dt
import re
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cemaudit import checklists
from cemaudit.checklists import load_checklist, load_file, load_scheme, read_toml
from cemaudit.errors import BadInput
from cemaudit.exchange.toml import toml_of
from cemaudit.language import Language, use
from cemaudit.ledger.definitions import content_digest
from cemaudit.model import Checklist, Scheme

HEAD = """
id = "retail.shop"
version = "1.0.0"
sector = "retail"
journey = "store-path"
scheme = "cem.experience@1"
title = { ko = "매장", en = "Shop" }
steps = [{ id = "V1", title = { en = "First" } }]
"""
TOUCHPOINT = """
[[touchpoints]]
id = "greeting"
title = { ko = "인사", en = "Greeting" }
channel = "face-to-face"
stage = "enter"
element = "people"
mode = "passive"
"""
ITEM = """
[[touchpoints.items]]
id = "G1"
ask = { ko = "인사", en = "Greeted" }
answer = { type = "yes-no" }
"""
SECOND = ITEM.replace("G1", "G2")
GROUPS = 'groups = [{ id = "seven", title = { ko = "일곱", en = "Seven" } }]\n'
FACT = 'facts = [{ id = "hours", title = { ko = "영업시간", en = "Hours" }, items = ["G1", "G2"] }]\n'
TWO_FACTS = FACT.replace("}]", "}, { id = 'days', title = { en = 'Days' }, items = ['G1', 'G2'] }]")
CARRIES = 'carries_to = [{ touchpoint = "till", items = ["G1"] }]\n'
ONLINE = TOUCHPOINT.replace('"greeting"', '"page"').replace("face-to-face", "electronic")
GOOD = HEAD + TOUCHPOINT + ITEM + SECOND
NOT_GONE = "was holds ids of earlier versions that are gone"
CONTENT_OF_GOOD = "3072cccab277b2d625a115fc25d4e4adaf8a90e226aeae10159ca583e985985f"
"""The digest it had before there were keys for versions."""
SCHEME = """
id = "shop.scheme"
version = "1"
title = { en = "Scheme" }
measures = [{ id = "overall", how = "ratio" }]
"""


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "shop.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def complaints(folder: Path, text: str | bytes, language: Language = "en") -> list[str]:
    """What is said about a file with this text, without the file's own name."""
    path = written(folder, text)
    with use(language), pytest.raises(BadInput) as caught:
        load_file(path)
    with use(language):
        lines = str(caught.value).splitlines()
    assert all(line.startswith(f"{path}: ") for line in lines)
    return [line.removeprefix(f"{path}: ") for line in lines]


def test_a_good_file_loads(tmp_path: Path) -> None:
    checklist = load_file(written(tmp_path, GOOD))
    assert isinstance(checklist, Checklist)
    assert checklist == load_checklist(tmp_path / "shop.toml")


def test_what_is_said_of_versions_loads(tmp_path: Path) -> None:
    keys = 'replaces = "retail.shop@0.9"\nvalid_from = 2026-07-01\n'
    keys += 'deprecated = { ko = "새 목록", en = "Take the new one" }\n'
    checklist = load_checklist(written(tmp_path, keys + GOOD + 'was = ["G0"]'))
    assert (checklist.replaces, checklist.valid_from) == ("retail.shop@0.9", dt.date(2026, 7, 1))
    with use("en"):
        assert str(checklist.deprecation) == "retail.shop@1.0.0 is deprecated: Take the new one"
        assert str(checklist.item_hint("G0")) == "did you mean G2? it was G0"
        assert str(checklist.item_hint("G3")) == "known here: G1, G2"
    assert load_checklist(written(tmp_path, toml_of(checklist))) == checklist
    assert content_digest(load_checklist(written(tmp_path, GOOD))) == CONTENT_OF_GOOD


def test_a_fact_and_a_hand_over_load(tmp_path: Path) -> None:
    carries = CARRIES.replace("till", "page")
    checklist = load_checklist(written(tmp_path, HEAD + FACT + TOUCHPOINT + carries + ITEM + ONLINE + SECOND))
    assert checklist.fact["hours"].items == ("G1", "G2")
    assert checklist.hand_overs_of == {"G1": ("greeting.page",)}


def test_a_scheme_is_told_by_its_measures(tmp_path: Path) -> None:
    scheme = load_file(written(tmp_path, SCHEME))
    assert isinstance(scheme, Scheme)
    assert scheme == load_scheme(tmp_path / "shop.toml")


def test_decimals_are_exact(tmp_path: Path) -> None:
    assert read_toml(written(tmp_path, "weight = 0.1"))["weight"] == Decimal("0.1")


MISTAKES = """
id = "9shop"
sector = "retail"
journey = "store-path"
scheme = "cem.experience@one"
titel = "Shop"
title = { ko = "" }

[[scenarios]]
id = "first"
title = { ko = "첫 방문" }
persona = { ko = "손님" }

[[touchpoints]]
id = "greeting"
title = { ko = "인사", en = "Greeting" }
chanel = "face-to-face"
channel = "phone"
stage = "entr"
element = "people"
mode = "passive"
weight = -2
steps = ["V1"]

[[touchpoints.items]]
id = "G1"
ask = { ko = "인사", en = "Greeted" }
answer = { type = "yesno" }
when = "G2 == true"

[[touchpoints.items]]
id = "G2"
ask = "Greeted"
answer = { type = "scale", lowest = 5, highest = 1 }
na = "give-to:G9"
critical = { fails_at = 0, caps = "overall" }

[[touchpoints.items]]
id = "G2"
ask = { ko = "다시", en = "Again" }
answer = { type = "choice", options = [] }
when = "G1 ="
evidence = "always"
"""
NAMED = """\
id: expected an id: a letter, then letters, digits, '.', '_' or '-', found 9shop
version: is missing
title: expected a text in one language at least, as ko or en
scheme: expected an id and version like retail.green-smile@1.0.0, found cem.experience@one
scenarios.first.text: is missing
touchpoints.greeting.channel: expected 'face-to-face', 'personal-distant', 'electronic', found phone
touchpoints.greeting.weight: expected 0 or more, found -2
touchpoints.greeting.items.G1.answer: expected 'yes-no', 'choice', 'choices', 'scale', 'nps', 'number', 'count', \
'duration', 'money', 'date', 'time', 'text', found yesno (did you mean yes-no?)
touchpoints.greeting.items.G2.ask: expected a text by language, as { ko = "...", en = "..." }, found Greeted
touchpoints.greeting.items.G2.answer: expected highest above lowest, at most 101 steps
touchpoints.greeting.items.G2.critical: expected caps and at together, or neither
touchpoints.greeting.items.G2.answer.options: expected at least 1 entries
touchpoints.greeting.items.G2.evidence: expected 'none', 'optional', 'required', 'required-if-failed', found always
touchpoints.greeting.items.G2.when: expected an expression; = does not fit, found G1 =
touchpoints.greeting.chanel: unknown key (did you mean channel?)
titel: unknown key (did you mean title?)
items.G2: repeated item id: G2
touchpoints.greeting.stage: no such stage in journey store-path: entr (did you mean enter?)
touchpoints.greeting.steps: no such step: V1
touchpoints.greeting.items.G1.when: item G2 is asked only later
touchpoints.greeting.items.G2.na: no such item: G9 (known here: G1)"""


def test_all_mistakes_of_a_file_are_named_at_once(tmp_path: Path) -> None:
    assert complaints(tmp_path, MISTAKES) == NAMED.splitlines()


def test_all_mistakes_of_a_file_are_named_in_korean(tmp_path: Path) -> None:
    lines = complaints(tmp_path, MISTAKES, "ko")
    assert [line.partition(": ")[0] for line in lines] == [line.partition(": ")[0] for line in NAMED.splitlines()]
    assert [line for line in lines if not re.search("[가-힣]", line.partition(": ")[2])] == []
    assert lines[1] == "version: 빠져 있습니다"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (GOOD + 'nots = "x"', "touchpoints.greeting.items.G2.nots: unknown key (did you mean notes?)"),
        (GOOD + TOUCHPOINT + ITEM.replace("G1", "G3"), "touchpoints.greeting: repeated touchpoint id: greeting"),
        (GOOD + ITEM, "items.G1: repeated item id: G1"),
        ('replaces = "retail.shop@1.0.0"\n' + GOOD, "replaces: replaces itself (name the version before)"),
        (
            GOOD + 'was = ["G1"]',
            f"touchpoints.greeting.items.G2.was: G1 is still an item of this version ({NOT_GONE})",
        ),
        (
            HEAD + TOUCHPOINT + ITEM + 'was = ["G0"]\n' + SECOND + 'was = ["G0"]',
            "touchpoints.greeting.items.G2.was: item G1 says already that it was G0 (one item goes on under one id)",
        ),
        (GOOD + "weight = -0.5", "touchpoints.greeting.items.G2.weight: expected 0 or more, found -0.5"),
        (GOOD + 'weight = "two"', "touchpoints.greeting.items.G2.weight: expected a number, found two"),
        (GOOD + "weight = 1e90\nvertical = 1e90", "touchpoints.greeting.items.G2.vertical: expected true or false"),
        (GOOD + "vertical = 2", "touchpoints.greeting.items.G2.vertical: expected true or false, found 2"),
        (GOOD + 'tags = "one"', "touchpoints.greeting.items.G2.tags: expected a list, found one"),
        (
            GOOD + 'na = "gone"',
            "touchpoints.greeting.items.G2.na: expected exclude, zero, full, refuse or give-to:ITEM",
        ),
        (GOOD + 'na = "give-to:G2"', "touchpoints.greeting.items.G2.na: no such item: G2"),
        (GOOD + 'na = "give-to:G7"', "touchpoints.greeting.items.G2.na: no such item: G7"),
        (GOOD + 'when = "G7"', "touchpoints.greeting.items.G2.when: no such item: G7 (known here: G1, step)"),
        (GOOD + 'when = "G2"', "touchpoints.greeting.items.G2.when: item G2 is asked only later"),
        (GOOD + "when = true", "touchpoints.greeting.items.G2.when: expected an expression in quotes, found true"),
        (GOOD.replace('"enter"', '"entrance"'), "touchpoints.greeting.stage: no such stage in journey store-path"),
        (GOOD.replace('"store-path"', '"shop-path"'), "journey: no such journey: shop-path (did you mean store-path?)"),
        (
            HEAD + TOUCHPOINT + 'steps = ["V2"]' + ITEM,
            "touchpoints.greeting.steps: no such step: V2 (known here: V1)",
        ),
        (
            HEAD + GROUPS + TOUCHPOINT + ITEM + 'tags = ["sevn"]',
            "groups.seven: no item has this group among its tags: seven (did you mean sevn?)",
        ),
        (
            HEAD + GROUPS.replace("[{", "[{ id = 'seven', title = { en = 'Six' } }, {") + TOUCHPOINT + ITEM,
            "groups.seven: repeated group id: seven",
        ),
        (
            HEAD + TOUCHPOINT + 'zero = "neutral"' + ITEM,
            "touchpoints.greeting.zero: says what a feeling of zero means, and asks for no feeling (add emotion",
        ),
        (
            HEAD + TOUCHPOINT + "perceived = true" + ITEM,
            "touchpoints.greeting.perceived: asks what was perceived, and not what was expected (add expectation",
        ),
        (HEAD + TOUCHPOINT + CARRIES.replace("G1", "G9") + ITEM, "touchpoints.greeting.carries_to: no such touchpoint"),
        (HEAD + TOUCHPOINT + CARRIES.replace("G1", "G9") + ITEM, "touchpoints.greeting.carries_to: no such item: G9"),
        (
            HEAD + TOUCHPOINT + CARRIES.replace("till", "greeting") + ITEM,
            "touchpoints.greeting.carries_to: no such touchpoint: greeting",
        ),
        (HEAD + FACT + TOUCHPOINT + ITEM, "facts.hours.items: no such item: G2"),
        (
            HEAD + FACT + TOUCHPOINT + ITEM + SECOND,
            "facts.hours.items: is asked in one channel only: face-to-face (name an item of another channel",
        ),
        (
            HEAD + FACT + TOUCHPOINT + ITEM + ONLINE + SECOND.replace("yes-no", "text"),
            "facts.hours.items: items whose answers cannot be compared: text, yes-no (ask for the same type",
        ),
        (
            HEAD + TWO_FACTS + TOUCHPOINT + ITEM + ONLINE + SECOND,
            "facts.days.items: item G1 belongs to fact hours already",
        ),
        (
            HEAD + FACT.replace('"G1", "G2"', '"G1"') + TOUCHPOINT + ITEM,
            "facts.hours.items: expected at least 2 entries",
        ),
        (GOOD.replace("1.0.0", "v1"), "version: expected a version like 1.0.0, found v1"),
        (HEAD.replace("title = { ko", "tidle = { ko") + TOUCHPOINT + ITEM, "title: is missing"),
        (HEAD, "touchpoints: is missing"),
        (HEAD + TOUCHPOINT, "touchpoints.greeting.items: is missing"),
        (HEAD + 'touchpoints = "none"', "touchpoints: expected a list, found none"),
        ("", "id: is missing"),
    ],
)
def test_single_mistakes(tmp_path: Path, text: str, complaint: str) -> None:
    assert any(line.startswith(complaint) for line in complaints(tmp_path, text))


def test_points_are_not_given_on_and_on(tmp_path: Path) -> None:
    chain = HEAD + TOUCHPOINT + ITEM + 'na = "give-to:G2"\n' + SECOND + 'na = "give-to:G3"\n' + ITEM.replace("G1", "G3")
    line = "touchpoints.greeting.items.G1.na: item G2 gives its own points away"
    assert complaints(tmp_path, chain) == [line]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('bands = [{ label = "A", where = { overall = ">= 9, < 8" } }]', "no value meets the conditions of A"),
        ('bands = [{ label = "A" }, { label = "B" }]', "B is always taken by A before it"),
        ('bands = [{ label = "A", where = { overall = "80" } }]', "bands.1.where.overall: expected conditions like"),
        ('bands = [{ label = "A", where = { overal = ">= 9" } }]', "unknown: overal"),
        ('direction = "up"', "direction: expected 'higher-is-better', 'lower-is-better', found up"),
        ('unanswerd = "zero"', "unanswerd: unknown key (did you mean unanswered?)"),
    ],
)
def test_mistakes_of_a_scheme(tmp_path: Path, text: str, complaint: str) -> None:
    (line,) = complaints(tmp_path, SCHEME + text)
    assert complaint in line


def test_a_syntax_error_has_line_and_column(tmp_path: Path) -> None:
    (line,) = complaints(tmp_path, 'id = "shop"\nversion = = "1"\n')
    assert line.startswith("line 2, column 11: this is not TOML: ")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('id = "매장"'.encode("cp949"), "not UTF-8 text (byte 6) (save the file as UTF-8)"),
        (b"#" * 5_000_001, "larger than 5 MB (is this the right file?)"),
        ("a = " + "[" * 5_000, "nested too deeply"),
        ("a = " + "9" * 5_000, "a number with too many digits"),
        ("a = " + "0." + "9" * 5_000, "a number with too many digits"),
        (GOOD + "weight = 1e999999999", "a number with too many digits"),
        (GOOD.replace('"yes-no"', '"scale", highest = 1e999999999'), "a number with too many digits"),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, text: str | bytes, complaint: str) -> None:
    assert complaints(tmp_path, text) == [complaint]


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    assert load_checklist(written(tmp_path, GOOD.encode("utf-8-sig"))).id == "retail.shop"


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    with use("en"):
        with pytest.raises(BadInput, match="no such file"):
            load_file(tmp_path / "missing.toml")
        with pytest.raises(BadInput, match="expected a file, found a folder"):
            load_file(tmp_path)


STRANGE: list[Any] = [
    True, 0, -1, 10**30, Decimal("1e100"), Decimal("1e-100"), Decimal("nan"), Decimal("inf"),
    "", "x", "give-to:GS01", "GS01 ==", "{0.__class__}",
    "\x00\u202e", "%s{name}", [], [[]], [{}], {}, {"id": 3}, {"type": "scale"}, dt.date(2026, 11, 21), dt.time(1, 2),
]  # fmt: skip


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    members = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in members:
        yield (*path, key)
        yield from places(value, (*path, key))


def shipped(name: str) -> tuple[dict[str, Any], list[tuple[Any, ...]]]:
    data = tomllib.loads(files("cemaudit_checklists").joinpath(name).read_text(encoding="utf-8"), parse_float=Decimal)
    return data, list(places(data))


STAY_FILE = {"id": "hotel.stay", "title": {"en": "Stay"}, "stages": [{"id": "book", "title": {"en": "Book"}}]}
LENS_FILE = {"lens": "acass", "journeys": {"hotel.stay": {"acquisition": ["book"], "outside": []}}}
OWN_STAGES = {**shipped("hospital/outpatient.toml")[0], "journey": "clinic", "stages": STAY_FILE["stages"]}
BROKEN = {
    "checklist": shipped("hospital/outpatient.toml"),
    "scheme": shipped("schemes/uk.fhrs.toml"),
    "journey": (STAY_FILE, list(places(STAY_FILE))),
    "lens": (LENS_FILE, list(places(LENS_FILE))),
    "own stages": (OWN_STAGES, list(places(OWN_STAGES["stages"], ("stages",)))),
}


@settings(max_examples=120)
@given(st.data())
@pytest.mark.parametrize("file", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_loads_or_is_bad_input(file: Any, data: st.DataObject) -> None:
    broken = copy.deepcopy(file[0])
    *path, last = data.draw(st.sampled_from(file[1]))
    table = broken
    for key in path:
        table = table[key]
    if data.draw(st.booleans()):
        del table[last]
    else:
        table[last] = data.draw(st.sampled_from(STRANGE))
    with pytest.MonkeyPatch.context() as patch, suppress(BadInput):
        patch.setattr(checklists, "read_toml", lambda _: broken)
        load_file(Path("broken.toml"))

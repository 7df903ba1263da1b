"""What definition files begin with: their format, and their languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers import samples
from pydantic import ValidationError

from cemaudit.checklists import load_checklist, load_file
from cemaudit.errors import BadInput
from cemaudit.exchange.inventories import read_inventory
from cemaudit.exchange.tables.mapping import load_mapping
from cemaudit.exchange.toml import toml_of
from cemaudit.language import use
from cemaudit.ledger.definitions import as_text, content_digest
from cemaudit.model import Checklist, Journey, Scheme
from cemaudit.scoring.lint import lint_checklist

NEWER = "made for a newer cemaudit: format 2, this one reads 1"


@pytest.mark.parametrize("head", ["touchpoints = 1", "measures = 1", "promises = 1", 'lens = "x"', "stages = 1", ""])
@pytest.mark.parametrize("rest", ["", "wrong = true\n"])
def test_a_file_of_a_newer_format_is_refused_before_all_else(tmp_path: Path, head: str, rest: str) -> None:
    file = tmp_path / "x.toml"
    file.write_text(f"format = 2\n{head}\n{rest}", encoding="utf-8")
    for load in (load_file, load_checklist, load_mapping, read_inventory):
        with pytest.raises(BadInput) as error:
            load(file)
        assert [str(problem.what) for problem in error.value.problems] == [NEWER]
        assert error.value.problems[0].place == f"{file}: format"
    with use("ko"):
        assert str(error.value).endswith("(새 버전의 cemaudit을 설치하십시오)")


@pytest.mark.parametrize("written", ["0", '"1"', "1.5", "true"])
def test_a_format_is_one(tmp_path: Path, written: str) -> None:
    file = tmp_path / "x.toml"
    text = toml_of(samples.items_only(samples.item("A")))
    file.write_text(text.replace("format = 1\n", f"format = {written}\n"), encoding="utf-8")
    with pytest.raises(BadInput, match=r"format: expected (1|a whole number), found"):
        load_file(file)


def test_kept_records_say_it_too() -> None:
    with pytest.raises(BadInput, match=NEWER):
        Scheme.model_validate_json('{"format": 2, "nothing": "else matters"}')


def test_files_of_ours_say_their_format_and_nobodys_digest_moves() -> None:
    checklist = samples.items_only(samples.item("A"))
    assert toml_of(checklist).startswith("format = 1\n")
    plain = checklist.model_dump(exclude_defaults=True)
    assert {"format", "languages"}.isdisjoint(plain)
    said = Checklist.model_validate({**plain, "format": 1, "languages": ["ko", "en"]})
    assert said == checklist
    assert content_digest(said) == content_digest(checklist)


def german(**more: object) -> Checklist:
    """A checklist in German and English."""
    ask = {"en": "Were you greeted?", "de": "Wurden Sie begrüßt?"}
    item = samples.item("A", ask=ask)
    data = samples.items_only(item).model_dump(exclude_defaults=True)
    data |= {"languages": ["de", "en"], "title": {"en": "Shop", "de": "Laden"}}
    data["touchpoints"][0]["title"] = {"de": "Tür", "en": "Door"}
    return Checklist.model_validate(data | more)


def test_the_first_language_of_the_file_stands_in() -> None:
    checklist = german()
    with use("ko"):
        assert str(checklist.items["A"].ask) == "Wurden Sie begrüßt?"
    with use("ko"):
        assert str(german(languages=["en", "de"]).items["A"].ask) == "Were you greeted?"
    kept = Checklist.model_validate_json(checklist.model_dump_json(by_alias=True, exclude_defaults=True))
    assert kept == checklist
    with use("ko"):
        assert str(kept.title) == "Laden"


def test_what_is_kept_of_a_definition_is_the_same_text_however_it_was_written() -> None:
    for checklist in (german(), samples.items_only(samples.item("A", ask={"en": "Met?", "ko": "만났는가?"}))):
        kept = as_text(checklist)
        turned = json.loads(kept, object_pairs_hook=lambda pairs: dict(sorted(pairs)))
        backwards = json.loads(kept, object_pairs_hook=lambda pairs: dict(reversed(pairs)))
        assert as_text(Checklist.model_validate(turned)) == as_text(Checklist.model_validate(backwards)) == kept


def test_lint_asks_for_the_languages_of_the_file() -> None:
    assert not [remark for remark in lint_checklist(german()) if remark.level == "error"]
    remarks = [
        str(remark.problem) for remark in lint_checklist(german(title={"en": "Shop"})) if remark.level == "error"
    ]
    assert remarks == ["title: no text in de"]
    journey = Journey(id="way", languages=("en",), title={"en": "Way"}, stages=({"id": "on", "title": {"en": "On"}},))
    assert journey.complete_languages() == ("en",)


@pytest.mark.parametrize(("languages", "problem"), [
    ('["de"]', 'title: a text in en, and the languages of this file are de (add languages = ["de", "en"] at the top)'),
    ("[]", "languages: expected at least 1 entries"),
    ('["de", "en", "de"]', "expected each language once; repeated: de"),
    ('["German", "en"]', "languages.1: expected a language tag, as ko, en or en-GB, found German"),
])  # fmt: skip
def test_languages_that_do_not_fit_are_refused(tmp_path: Path, languages: str, problem: str) -> None:
    file = tmp_path / "x.toml"
    file.write_text(toml_of(german()).replace('["de", "en"]', languages), encoding="utf-8")
    with pytest.raises(BadInput) as error:
        load_file(file)
    assert problem in [str(one).removeprefix(f"{file}: ") for one in error.value.problems]


def test_stages_that_come_with_a_journey_may_speak_others(tmp_path: Path) -> None:
    journey = Journey.model_validate(
        {
            "id": "test.way",
            "title": {"ko": "길", "en": "Way"},
            "stages": [{"id": "enter", "title": {"ko": "안", "en": "In"}}],
        }
    )
    file = tmp_path / "x.toml"
    text = toml_of(german()).replace(german().journey, "test.way")
    file.write_text(text, encoding="utf-8")
    assert load_checklist(file, {"test.way": journey}).stages[0].title.by_language == {"ko": "안", "en": "In"}


def test_a_text_of_any_record_may_be_in_no_unknown_language() -> None:
    with pytest.raises(ValidationError, match="no such tag: deutsch"):
        german(title={"deutsch": "Laden"})

"""The schemes at hand: listed, shown whole, and where they are used; plugins with the level they reach."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers import program, samples

from cemaudit.exchange.toml import toml_of


def test_schemes_are_listed(tmp_path: Path) -> None:
    listed = program.call(tmp_path, "schemes")
    assert "cem.experience@2  Customer experience index\n" in listed.out
    as_json = json.loads(program.call(tmp_path, "schemes", "--json").out)
    by_ref = {f"{scheme['id']}@{scheme['version']}": scheme for scheme in as_json}
    assert "retail.green-smile@2.0.0" in by_ref["cem.experience@2"]["used_by"]
    assert all(scheme["plugin"] for scheme in as_json)
    assert "definition" not in by_ref["nps@1"]
    assert by_ref["nps@1"]["inputs"][0]["possible"] == 10


def test_where_a_scheme_is_used_is_told_in_order_of_versions(tmp_path: Path) -> None:
    files = []
    for version in ("1.10.0", "1.2.0"):
        path = tmp_path / f"shop-{version}.toml"
        shop = samples.checklist(samples.touchpoint("t", samples.item("A")), version=version, scheme="nps@1")
        path.write_text(toml_of(shop), encoding="utf-8")
        files += ["--checklist", str(path)]
    (nps,) = json.loads(program.call(tmp_path, "schemes", "nps@1", "--json", *files).out)
    assert nps["used_by"][-2:] == [f"{shop.id}@1.2.0", f"{shop.id}@1.10.0"]


def test_one_scheme_is_shown_with_what_it_asks(tmp_path: Path) -> None:
    shown = program.call(tmp_path, "schemes", "uk.fhrs").out
    assert "uk.fhrs@2012  " in shown
    assert "\nInput" in shown
    assert "\nMeasure" in shown
    (korean,) = json.loads(program.call(tmp_path, "schemes", "nps@1", "--json", "--lang", "ko").out)
    assert korean["definition"]["inputs"][0]["id"] == "recommend"
    both = program.call(tmp_path, "schemes", "cem.experience", "--lang", "ko").out
    assert [line.partition(" ")[0] for line in both.splitlines() if line.startswith("cem.experience@")] == [
        "cem.experience@1",
        "cem.experience@2",
    ]


@pytest.mark.parametrize(("language", "words"), [("en", "no such scheme: npx (did you mean nps?)"), ("ko", "npx")])
def test_a_name_mistyped_is_told(tmp_path: Path, language: str, words: str) -> None:
    outcome = program.call(tmp_path, "schemes", "npx", "--lang", language)
    assert (outcome.code, outcome.out) == (3, "")
    assert words in outcome.err


@pytest.mark.slow
def test_levels_are_computed_when_asked(tmp_path: Path) -> None:
    fewer = [word for name in ("hospital", "ecommerce") for word in ("--no-plugin", name)]
    shown = program.call(tmp_path, "plugins", "--levels", *fewer).out
    assert "  level: silver\n    not yet: own visits score as expected\n" in shown


def test_levels_are_not_computed_unasked(tmp_path: Path) -> None:
    plugins = json.loads(program.call(tmp_path, "plugins", "--json").out)
    assert plugins
    assert all("level" not in plugin for plugin in plugins)

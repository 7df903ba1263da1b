from __future__ import annotations

from pathlib import Path

import pytest

from cemaudit.errors import BadInput
from cemaudit.language import use
from cemaudit.library import Library
from cemaudit.model import Checklist, Scheme
from cemaudit.plugins import Plugins
from cemaudit.scoring import Engine

SCHEME = (
    'id = "shop"\nversion = "{version}"\ntitle = {{ en = "S" }}\nmeasures = [{{ id = "{measure}", how = "sum" }}]\n'
)
CHECKLISTS = {
    "retail.green-smile@1.0.0",
    "retail.green-smile@2.0.0",
    "hospital.outpatient@1.0.0",
    "ecommerce.order@1.0.0",
    "ecommerce.order@2.0.0",
    "programme.loyalty@1.0.0",
    "programme.loyalty@2.0.0",
    "programme.cem-five-steps@1.0.0",
    "programme.cem-five-steps@2.0.0",
    "programme.staff-pulse@1.0.0",
}


def scheme_file(folder: Path, version: str = "1", measure: str = "m") -> Path:
    path = folder / f"{version}-{measure}.toml"
    path.write_text(SCHEME.format(version=version, measure=measure))
    return path


def test_what_is_shipped(engine: Engine) -> None:
    assert set(engine.library.checklists) >= CHECKLISTS
    assert set(engine.library.schemes) >= {
        "cem.experience@1",
        "cem.performance@1",
        "cem.performance@2",
        "nps@1",
        "uk.fhrs@2012",
    }


def test_plugins_know_their_checklists(engine: Engine) -> None:
    assert "retail.green-smile@1.0.0" in engine.plugins["retail"].checklists


def test_every_shipped_checklist_names_a_shipped_scheme(engine: Engine) -> None:
    for checklist in engine.library.checklists.values():
        assert isinstance(engine.library.scheme(checklist.scheme), Scheme)


def test_files_given_by_hand(tmp_path: Path) -> None:
    library = Library(Plugins(), [scheme_file(tmp_path)])
    assert library.scheme("shop@1").id == "shop"


def test_the_same_file_twice_is_no_harm_and_another_content_is(tmp_path: Path) -> None:
    library = Library(Plugins(), [scheme_file(tmp_path), scheme_file(tmp_path)])
    with use("en"), pytest.raises(BadInput, match="shop@1 exists already with another content"):
        library.add_file(scheme_file(tmp_path, measure="other"))


def test_a_file_cannot_replace_what_a_plugin_brings(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "nps.toml"
    path.write_text(SCHEME.format(version="1", measure="m").replace('"shop"', '"nps"'))
    with pytest.raises(BadInput):
        Engine(files=[path])


@pytest.mark.parametrize(
    ("ref", "hint"),
    [
        ("retail.green-smile@2", "versions here: retail.green-smile@1.0.0, retail.green-smile@2.0.0"),
        ("retail.green-smile", "did you mean retail.green-smile@2.0.0?"),
        ("retail.green-smlie@1.0.0", "did you mean retail.green-smile@1.0.0?"),
    ],
)
def test_hints_for_a_checklist_that_is_not_there(engine: Engine, ref: str, hint: str) -> None:
    with use("en"), pytest.raises(BadInput) as caught:
        engine.library.checklist(ref)
    assert str(caught.value) == f"no such checklist: {ref} ({hint})"


def test_hints_for_a_scheme_that_is_not_there(engine: Engine) -> None:
    with use("en"), pytest.raises(BadInput) as caught:
        engine.library.scheme("cem.experience@7")
    assert str(caught.value) == "no such scheme: cem.experience@7 (versions here: cem.experience@1, cem.experience@2)"


def test_several_versions_stand_side_by_side(tmp_path: Path) -> None:
    library = Library(Plugins(), [scheme_file(tmp_path, version) for version in ("10", "1", "2")])
    with use("en"), pytest.raises(BadInput, match=r"versions here: shop@1, shop@2, shop@10"):
        library.scheme("shop@3")


def test_what_a_file_gives_is_returned(engine: Engine, tmp_path: Path) -> None:
    assert not isinstance(Library(Plugins()).add_file(scheme_file(tmp_path)), Checklist)

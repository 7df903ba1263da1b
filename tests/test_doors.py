"""A room's front door: what it names is there, is explained, and is imported no sooner than asked for."""

from __future__ import annotations

import ast
import importlib
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

LAZY = (
    "media", "exchange", "exchange.forms", "exchange.tables", "entry", "ledger", "ledger.query", "report",
)  # fmt: skip
ROOMS = (*LAZY, "model", "reading", "scoring", "simulate")


@pytest.mark.parametrize("room", ROOMS)
def test_every_name_is_there_and_explained(room: str) -> None:
    package = importlib.import_module(f"cemaudit.{room}")
    assert sorted(package.__all__) == sorted(set(package.__all__))
    assert set(package.__all__) <= set(dir(package))
    for name in package.__all__:
        value = getattr(package, name)
        if inspect.isclass(value) or inspect.isfunction(value):
            assert inspect.getdoc(value), name
            assert not inspect.ismodule(value), f"{name} is also the name of a module of the room"


@pytest.mark.parametrize("room", LAZY)
def test_type_checkers_see_the_names_where_they_are_defined(room: str) -> None:
    package = importlib.import_module(f"cemaudit.{room}")
    assert package.__file__
    tree = ast.parse(Path(package.__file__).read_text(encoding="utf-8"))
    (checked,) = (node for node in tree.body if isinstance(node, ast.If))
    imported = {
        alias.name: str(node.module).removeprefix(f"cemaudit.{room}.")
        for node in checked.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert imported == package._HOMES
    assert set(imported) == set(package.__all__)
    for name, module in imported.items():
        assert getattr(importlib.import_module(f"cemaudit.{room}.{module}"), name) is getattr(package, name)
        assert not Path(package.__file__).with_name(f"{name}.py").exists(), "a module would hide the name"


@pytest.mark.parametrize("room", LAZY)
def test_a_name_that_is_not_there_is_refused_as_by_any_module(room: str) -> None:
    package = importlib.import_module(f"cemaudit.{room}")
    with pytest.raises(AttributeError, match=f"module 'cemaudit.{room}' has no attribute 'nothing'"):
        _ = package.nothing


def test_opening_a_room_imports_nothing_of_it() -> None:
    code = "; ".join(f"import cemaudit.{room}" for room in LAZY)
    code = f"{code}; import sys; print(*sorted(name for name in sys.modules if name.startswith('cemaudit.')))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.split() == sorted(["cemaudit.packages", *(f"cemaudit.{room}" for room in LAZY)])


@pytest.mark.parametrize("module", ["scoring.finding_columns", "ledger.snapshot.score_columns", "programme.appeals"])
def test_a_module_can_be_the_first_one_imported(module: str) -> None:
    """Rooms made of each other's parts import no circle, whichever of them is asked for first."""
    subprocess.run([sys.executable, "-c", f"import cemaudit.{module}"], check=True)

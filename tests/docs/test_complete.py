"""What the pages list is all there is, as it is."""

from __future__ import annotations

import importlib.util
import inspect
import re
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import get_args

import pytest
import tomli

import cemaudit
from cemaudit import hookspecs
from cemaudit.cli.app import COMMANDS
from cemaudit.model import Checklist, Facet, Item, Measure, Reason, Scheme, Touchpoint, Visit
from cemaudit.model.answers import AnswerType
from cemaudit.model.inventory import InventoriedTouchpoint, Inventory
from cemaudit.model.measures import VISIT_SOURCES
from cemaudit.model.platform import Platform, ValuePromise
from cemaudit.scoring.aggregators import BUILT_IN, experience

ROW = re.compile(r"^\| (.+?) \|$", re.MULTILINE)


def first_cells(text: str) -> set[str]:
    """What stands first, in code, in the rows of the tables of a page."""
    cells = (row.split(" | ")[0] for row in ROW.findall(text))
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


def hooks() -> list[str]:
    return [name for name, value in vars(hookspecs).items() if hasattr(value, "cemaudit_spec")]


@pytest.mark.parametrize("hook", hooks())
def test_every_hook_is_documented_with_its_signature(hook: str, pages: dict[str, str]) -> None:
    signature = str(inspect.signature(getattr(hookspecs, hook))).replace("'", "")
    assert f"## `{hook}`" in pages["plugins.md"]
    assert f"def {hook}{signature}:\n" in pages["plugins.md"]


def test_there_are_hooks() -> None:
    assert len(hooks()) == 5


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_command_shows_its_help(command: str, pages: dict[str, str]) -> None:
    """That the help is the real one, ``test_examples`` sees."""
    called = " ".join(filter(None, ["$ cemaudit", command, "--help"]))
    assert any(f"{called}\nUsage: " in page for page in pages.values())


def test_every_aggregator_is_listed_with_its_formula(pages: dict[str, str]) -> None:
    rows = ROW.findall(pages["scoring.md"])
    for name, aggregator in BUILT_IN.items():
        formula = aggregator.formula.replace("|", r"\|")
        assert any(row.startswith(f"`{name}` | `{formula}` |") for row in rows), name
        for option in aggregator.options:
            assert any(row.startswith(f"`{name}`") and f"`{option}`" in row for row in rows), (name, option)


def test_every_reason_is_listed_with_its_words(pages: dict[str, str]) -> None:
    rows = ROW.findall(pages["scoring.md"])
    for reason in Reason:
        assert any(row.startswith(f"`{reason.value}` | {reason.words} |") for row in rows), reason


@pytest.mark.parametrize(
    ("name", "record"),
    [
        ("checklists.md", Checklist),
        ("checklists.md", Touchpoint),
        ("checklists.md", Item),
        ("promises.md", Platform),
        ("promises.md", ValuePromise),
        ("touchpoints.md", Inventory),
        ("touchpoints.md", InventoriedTouchpoint),
        ("scoring.md", Scheme),
        ("scoring.md", Measure),
        ("visits.md", Visit),
    ],
)
def test_every_key_is_listed(name: str, record: type, pages: dict[str, str]) -> None:
    assert set(record.model_fields) - first_cells(pages[name]) == set()  # type: ignore[attr-defined]


def test_every_source_and_facet_is_named(pages: dict[str, str]) -> None:
    for name in (*VISIT_SOURCES, *Facet):
        assert f"`{name}`" in pages["scoring.md"], name


def test_every_answer_type_is_listed(pages: dict[str, str]) -> None:
    kinds = get_args(get_args(AnswerType)[0])
    types = {name for kind in kinds for name in get_args(kind.model_fields["type"].annotation)}
    assert types - first_cells(pages["checklists.md"]) == set()


def test_the_experience_table_is_reckoned_right(pages: dict[str, str]) -> None:
    rows = [row.split(" | ") for row in ROW.findall(pages["scoring.md"]) if row.startswith("0.")]
    assert len(rows) == 4
    for performance, emotion, product, result in (map(Fraction, row) for row in rows):
        assert (performance * emotion, experience(performance, emotion)) == (product, result)


def test_every_named_file_exists(pages: dict[str, str], root: Path) -> None:
    """Files of the project named in ``architecture.md``, wherever the packages are installed."""
    homes = {name: Path(origin).parent for name in packages() if (origin := importlib.util.find_spec(name).origin)}  # type: ignore[union-attr]
    for path in re.findall(r"`([a-z_]+/[A-Za-z0-9_./-]+)`", pages["architecture.md"]):
        parts = [part for part in Path(path).parts if part not in {"plugins", "checklists"}]
        home = homes.get(parts[0])
        assert (home.joinpath(*parts[1:]) if home else root / path).exists(), path


def packages() -> list[str]:
    return ["cemaudit", "cemaudit_retail", "cemaudit_hospital", "cemaudit_ecommerce", "cemaudit_checklists"]


def test_schemas_are_those_of_the_model(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(root / "tools")
    tool = loaded(root / "tools" / "schemas.py")
    for name, record in tool.RECORDS.items():
        written = (root / "docs" / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")
        assert written == tool.schema_text(record), f"{name}: run make docs"


def loaded(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_changelog_tells_of_this_version(root: Path) -> None:
    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## \[({re.escape(cemaudit.__version__)}|Unreleased)\]", text, re.MULTILINE)


def test_every_dependency_is_accounted_for(pages: dict[str, str], root: Path) -> None:
    project = tomli.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = [*project["dependencies"], *(name for extra in project["optional-dependencies"].values() for name in extra)]
    names = {re.split(r"[\[<>=~!; ]", name)[0] for name in named} - {"cemaudit"}
    rows = " ".join(row.split(" | ")[0] for row in ROW.findall(pages["dependencies.md"]))
    assert {name for name in names if not re.search(rf"\b{re.escape(name)}\b", rows)} == set()

"""Where the public data lie, and how an example is run over them."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cemaudit.checklists import load_checklist
from cemaudit.exchange.importer import Import, import_table
from cemaudit.exchange.mapping import load_mapping
from cemaudit.model import Audit, Visit
from cemaudit.scoring import Engine

ROOT = Path(__file__).parents[2]


@dataclass
class Example:
    """An example's import and the engine that scores it."""

    table: Import
    engine: Engine
    visits: list[Visit]

    def audits(self) -> Iterator[Audit]:
        return (self.engine.audit(visit) for visit in self.visits)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    folder = Path(os.environ.get("CEMAUDIT_SHARED", ROOT.parent / "shared")) / "data"
    if not folder.is_dir():
        pytest.skip("shared data are not here")
    return folder


@pytest.fixture(scope="session")
def run_example(shared_data: Path) -> Callable[[str, str], Example]:
    def run(name: str, table: str) -> Example:
        folder = ROOT / "examples" / name
        mapping = load_mapping(folder / "mapping.toml")
        engine = Engine(files=[file for file in sorted(folder.glob("*.toml")) if file.name != "mapping.toml"])
        assert engine.plugins.problems == []
        checklist = engine.library.checklist(load_checklist(folder / mapping.checklist).ref)
        rows = import_table(shared_data / name / table, mapping, checklist)
        return Example(rows, engine, list(rows))

    return run

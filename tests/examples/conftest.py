"""Where the public data lie, and how an example is run over them."""

import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

from cemaudit.checklists import load_checklist
from cemaudit.cli.app import run as run_cemaudit
from cemaudit.exchange.tables.importing import Import, import_table
from cemaudit.exchange.tables.mapping import load_mapping
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


class Scored(NamedTuple):
    """What the command line makes of a table: its last words, the visits by id, and what each is scored."""

    said: str
    visits: dict[str, dict[str, Any]]
    scores: dict[str, dict[str, Any]]

    def values(self, measure: str) -> dict[str, float | None]:
        return {name: score["measures"][measure]["value"] for name, score in self.scores.items()}

    def answers(self, item: str) -> dict[str, Any]:
        given = {name: visit.get("answers", {}) for name, visit in self.visits.items()}
        return {name: answers[item] for name, answers in given.items() if item in answers}


def call(*arguments: str | Path, code: int = 0) -> tuple[str, str]:
    """Run ``cemaudit``; what it writes to the standard output and to the standard error."""
    with redirect_stdout(io.StringIO()) as written, redirect_stderr(io.StringIO()) as said:
        found = run_cemaudit([*map(str, arguments), "--lang", "en"])
    assert found == code, said.getvalue()
    return written.getvalue(), said.getvalue()


def score(visits: Path, checklist: Path, scheme: Path, said: str = "") -> Scored:
    """The visits of a file, scored by ``cemaudit score``."""
    lines, _ = call("score", visits, "--json", "--checklist", checklist, "--checklist", scheme)
    read = [json.loads(line) for line in visits.read_text("utf-8").splitlines()]
    scores = {one["visit"]: one for one in map(json.loads, lines.splitlines())}
    assert len(scores) == len(read)
    return Scored(said, {visit["id"]: visit for visit in read}, scores)


@pytest.fixture(scope="session")
def through_the_command_line(
    shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, str], Scored]:
    """Imports a table by an example's mapping and scores it, by commands alone."""

    def run(name: str, table: str) -> Scored:
        folder, visits = ROOT / "examples" / name, tmp_path_factory.mktemp("example") / "visits.jsonl"
        _, said = call("import", shared_data / table, "--mapping", folder / "mapping.toml", "--out", visits)
        return score(visits, folder / "checklist.toml", folder / "scheme.toml", said)

    return run


@pytest.fixture(scope="session")
def commands() -> SimpleNamespace:
    """``call`` any command, ``score`` a file of visits."""
    return SimpleNamespace(call=call, score=score)


FENCE = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def follow(name: str, table: Path, folder: Path) -> None:
    """Do in ``folder`` what an example's page says, with the example's files and the table there."""
    example = ROOT / "examples" / name
    for file in (*example.glob("*.toml"), *example.glob("*.py"), table):
        shutil.copy(file, folder)
    (block,) = FENCE.findall((example / "README.md").read_text("utf-8"))
    for line in block.splitlines():
        _do(shlex.split(line, comments=True), folder)


def _do(words: list[str], folder: Path) -> None:
    match words:
        case ["export", setting]:
            os.environ.update([setting.split("=")])
        case ["cemaudit", *arguments]:
            call(*arguments)
        case ["python", script, visits, ">", target]:
            found = subprocess.run([sys.executable, script, visits], capture_output=True, check=True)
            (folder / target).write_bytes(found.stdout)
        case _:
            pytest.fail(f"no such line is known: {words}")


class Followed(NamedTuple):
    """An example's page, the folder in which it was followed, and what further commands say there, as JSON."""

    page: str
    folder: Path
    ask: Callable[..., Any]


@pytest.fixture(scope="session")
def followed(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str, str], Followed]]:
    """Follows an example's page: ``followed("restaurants_nyc", "chain_violations.csv.gz")``."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CEMAUDIT_LEDGER", "hq.db")

        def run(name: str, table: str) -> Followed:
            folder = tmp_path_factory.mktemp("followed")

            def ask(*arguments: str) -> Any:
                with pytest.MonkeyPatch.context() as here:
                    here.chdir(folder)
                    return json.loads(call(*arguments, "--json")[0])

            with pytest.MonkeyPatch.context() as here:
                here.chdir(folder)
                follow(name, shared_data / name / table, folder)
            return Followed((ROOT / "examples" / name / "README.md").read_text("utf-8"), folder, ask)

        yield run

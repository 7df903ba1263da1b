"""Samples of what strangers may bring, built as wheels and installed side by side: a bank with every hook, a restaurant
of files alone, and whatever else lies here. Each is at gold, passes its own tests, and goes through every command.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
NAMES = [folder.name.removeprefix("cemaudit-") for folder in sorted(HERE.glob("cemaudit-*"))]
OURS = ("retail", "hospital", "ecommerce", "checklists")


class Installed(NamedTuple):
    """Where the samples' repositories were copied to, and where their wheels are installed."""

    checkouts: Path
    site: Path

    def run(self, *command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run Python with the samples installed; whatever a plugin does wrong ends it."""
        environment = {
            **os.environ,
            "PYTHONUTF8": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "CEMAUDIT_STRICT": "1",
            "PYTHONPATH": str(self.site),
        }
        return subprocess.run(
            [sys.executable, *command], cwd=cwd, env=environment, capture_output=True, text=True, check=False
        )

    def cemaudit(self, *arguments: str, cwd: Path) -> str:
        """What the command prints; it ends well."""
        done = self.run("-m", "cemaudit", *arguments, cwd=cwd)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("strangers")
    samples = Installed(folder / "checkouts", folder / "site")
    pip = ("-m", "pip", "--disable-pip-version-check", "--no-input")
    copies = [Path(shutil.copytree(HERE / f"cemaudit-{name}", samples.checkouts / name)) for name in NAMES]
    wheels = folder / "wheels"
    build = (*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(wheels), *map(str, copies))
    install = (*pip, "install", "--no-deps", "--no-index", "--target", str(samples.site))
    built = samples.run(*build, cwd=folder)
    assert built.returncode == 0, built.stderr
    done = samples.run(*install, *map(str, sorted(wheels.iterdir())), cwd=folder)
    assert done.returncode == 0, done.stderr
    return samples


@pytest.fixture(scope="module")
def listed(installed: Installed) -> dict[str, dict[str, Any]]:
    """``cemaudit plugins --levels``, by name, without our own."""
    blocked = [argument for name in OURS for argument in ("--no-plugin", name)]
    out = installed.cemaudit("plugins", "--levels", "--json", *blocked, cwd=installed.site.parent)
    return {plugin["name"]: plugin for plugin in json.loads(out)}


@pytest.fixture
def visits(name: str, tmp_path: Path) -> Path:
    """The author's own visits as a file of visits."""
    (file,) = (HERE / f"cemaudit-{name}" / "src").glob("*/expected.jsonl")
    lines = [json.loads(line)["visit"] for line in file.read_text(encoding="utf-8").splitlines()]
    written = tmp_path / "visits.jsonl"
    written.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    return written


@pytest.mark.parametrize("name", NAMES)
def test_it_is_at_gold(name: str, listed: dict[str, dict[str, Any]]) -> None:
    faults = {check: result["faults"] for check, result in listed[name]["checks"].items() if result["faults"]}
    assert (listed[name]["level"], faults, listed[name]["problems"], listed[name]["remarks"]) == ("gold", {}, [], [])


@pytest.mark.parametrize("name", NAMES)
def test_its_own_tests_pass(name: str, installed: Installed) -> None:
    done = installed.run("-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=installed.checkouts / name)
    assert done.returncode == 0, done.stdout + done.stderr
    skipped = [line for line in done.stdout.splitlines() if line.startswith("SKIPPED")]
    assert all("not applicable, because" in line for line in skipped)


@pytest.mark.parametrize("name", NAMES)
def test_its_types_hold(name: str, installed: Installed, tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    source = installed.site / f"cemaudit_{name}"
    copy = shutil.copytree(source, tmp_path / source.name)
    done = installed.run("-m", "mypy", "--strict", "--no-incremental", str(copy), cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", NAMES)
def test_it_is_scored_reported_and_kept(name: str, visits: Path, installed: Installed) -> None:
    folder = visits.parent
    ids = {json.loads(line)["id"] for line in visits.read_text(encoding="utf-8").splitlines()}
    scored = installed.cemaudit("score", str(visits), "--json", cwd=folder)
    assert {json.loads(line)["visit"] for line in scored.splitlines()} == ids
    for language in ("ko", "en"):
        installed.cemaudit("report", str(visits), "--lang", language, "--out", language, cwd=folder)
        reports = list((folder / language).iterdir())
        assert len(reports) == len(ids)
        assert all(report.read_bytes().startswith(b"%PDF") for report in reports)
    installed.cemaudit("collect", str(visits), "--ledger", "hq.db", cwd=folder)
    snapshot = installed.cemaudit("snapshot", "--ledger", "hq.db", cwd=folder)
    assert str(len(ids)) in snapshot
    installed.cemaudit("query", "league", "--ledger", "hq.db", cwd=folder)


def test_the_bank_brings_everything_and_the_restaurant_files_alone(listed: dict[str, dict[str, Any]]) -> None:
    bank, restaurant = listed["bank"], listed["restaurant"]
    assert len(bank["hooks"]) == 5
    assert bank["lenses"] == ["before-on-after:bank.customer", "acass:bank.customer"]
    assert (bank["aggregators"], bank["journeys"]) == (["bank.weaker-half"], ["bank.customer"])
    assert restaurant["hooks"] == ["cemaudit_checklists"]
    assert (restaurant["checklists"], restaurant["schemes"], restaurant["journeys"]) == (
        ["restaurant.meal@1.0.0"], ["restaurant.plate@1"], ["restaurant.guest"],
    )  # fmt: skip


def test_a_lens_of_the_bank_shows_its_journey(installed: Installed, tmp_path: Path) -> None:
    out = installed.cemaudit("checklists", "bank.branch", "--lens", "acass", cwd=tmp_path)
    assert "Mobile app, Call afterwards" in out

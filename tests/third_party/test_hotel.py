"""A stranger's plugin: built as a wheel, installed beside cemaudit, found, used, and right by its own tests."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

SOURCE = Path(__file__).parent / "cemaudit-hotel"
CEMAUDIT = ("-m", "cemaudit")
AUDIT = """
import sys
from pathlib import Path
from cemaudit.hookspecs import Context
from cemaudit.model import Visit
from cemaudit.scoring import Engine
engine = Engine()
audit = engine.audit(Visit.model_validate_json(Path(sys.argv[1]).read_bytes()))
sections = engine.sections(Context(audits=[audit]))
print(audit.headline.value, *(finding.rule for finding in audit.findings), *(section.id for section in sections))
"""


def run(*command: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1", **environ}
    return subprocess.run(
        [sys.executable, *command], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the stranger's repository, away from ours."""
    return Path(shutil.copytree(SOURCE, tmp_path_factory.mktemp("stranger") / "cemaudit-hotel"))


@pytest.fixture(scope="module")
def site(checkout: Path) -> Path:
    """A folder into which the wheel of the plugin is installed, nothing else."""
    pip = ("-m", "pip", "--disable-pip-version-check", "--no-input")
    wheels, site = checkout.parent / "wheels", checkout.parent / "site"
    built = run(*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(wheels), ".", cwd=checkout)
    assert built.returncode == 0, built.stderr
    (wheel,) = wheels.iterdir()
    installed = run(*pip, "install", "--no-deps", "--no-index", "--target", str(site), str(wheel), cwd=checkout)
    assert installed.returncode == 0, installed.stderr
    return site


@pytest.fixture
def cemaudit(site: Path, tmp_path: Path) -> Callable[..., Any]:
    """``cemaudit("plugins")``: what the command answers as JSON, the plugin installed."""

    def call(*arguments: str) -> Any:
        done = run(*CEMAUDIT, *arguments, "--json", cwd=tmp_path, PYTHONPATH=str(site), CEMAUDIT_STRICT="1")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return call


def test_the_wheel_holds_code_data_and_entry_point(site: Path) -> None:
    assert {path.name for path in (site / "cemaudit_hotel").iterdir()} >= {"stay.toml", "stars.toml", "py.typed"}
    (entry_points,) = site.glob("cemaudit_hotel-*.dist-info/entry_points.txt")
    assert entry_points.read_text(encoding="utf-8").split() == ["[cemaudit]", "hotel", "=", "cemaudit_hotel"]


def test_the_plugin_is_found_with_all_its_hooks(cemaudit: Callable[..., Any]) -> None:
    hotel = {plugin["name"]: plugin for plugin in cemaudit("plugins")}["hotel"]
    assert (hotel["distribution"], hotel["version"], hotel["problems"]) == ("cemaudit-hotel", "0.3.0", [])
    assert hotel["checklists"] == ["hotel.stay@1.0.0"]
    assert len(hotel["hooks"]) == 5


def test_its_checklist_stands_beside_ours(cemaudit: Callable[..., Any]) -> None:
    listed = {checklist["id"]: checklist for checklist in cemaudit("checklists")}
    assert listed["hotel.stay"]["scheme"] == "hotel.stars@1"
    assert "hospital.outpatient" in listed


def test_a_blocked_plugin_is_not_there(cemaudit: Callable[..., Any]) -> None:
    for blocked in ("hotel", "cemaudit-hotel"):
        assert "hotel.stay" not in {checklist["id"] for checklist in cemaudit("checklists", "--no-plugin", blocked)}


def test_a_stay_is_scored_with_its_aggregator_and_rules(site: Path, tmp_path: Path) -> None:
    visit = {"id": "s1", "checklist": "hotel.stay@1.0.0", "store": "seoul-1", "answers": {"HT01": True, "HT05": 2}}
    (tmp_path / "s1.json").write_text(json.dumps(visit), encoding="utf-8")
    done = run("-c", AUDIT, "s1.json", cwd=tmp_path, PYTHONPATH=str(site))
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["125/2", "hotel.sleepless", "hotel.night"]


def test_its_aggregator_is_explained_priced_reported_and_compared(site: Path, tmp_path: Path) -> None:
    visits = [
        {
            "id": f"s{number}",
            "checklist": "hotel.stay@1.0.0",
            "store": f"seoul-{number % 3}",
            "shopper": f"p{number % 4}",
            "started": f"2025-03-{number % 28 + 1:02d}T10:00:00+09:00",
            "answers": {"HT01": number % 5 > 1, "HT02": number % 3, "HT03": number % 14},
        }
        for number in range(60)
    ]
    (tmp_path / "stays.jsonl").write_text("\n".join(map(json.dumps, visits)), encoding="utf-8")

    def call(*arguments: str) -> str:
        done = run(*CEMAUDIT, *arguments, cwd=tmp_path, PYTHONPATH=str(site))
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "hotel.median [median x] = 50" in call("explain", "stays.jsonl", "--id", "s10")
    assert "The cheapest way (proved)" in call("whatif", "stays.jsonl", "--id", "s10", "--at", "100")
    call("report", "stays.jsonl", "--out", "reports")
    assert any((tmp_path / "reports").iterdir())
    call("collect", "stays.jsonl", "--ledger", "hq.db")
    call("snapshot", "--ledger", "hq.db")
    league = call("compare", "--ledger", "hq.db")
    assert "3 compared by 60 visits" in league
    assert "No case-mix adjustment: this measure is not a mean of item points." in " ".join(league.split())


def test_its_own_tests_pass(site: Path, checkout: Path) -> None:
    done = run("-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=checkout, PYTHONPATH=str(site))
    assert done.returncode == 0, done.stdout + done.stderr
    skipped = [line for line in done.stdout.splitlines() if line.startswith("SKIPPED")]
    assert all("not applicable, because" in line for line in skipped)


LEVEL = """
from cemaudit.conformance import Trial, check_plugin, reached
from cemaudit.scoring import Engine
results = check_plugin(Trial(Engine(), "hotel"))
print(reached(results).name, *(fault for result in results for fault in result.faults), sep="\\n")
"""


def test_it_reaches_gold(site: Path, tmp_path: Path) -> None:
    done = run("-c", LEVEL, cwd=tmp_path, PYTHONPATH=str(site))
    assert (done.stdout.splitlines(), done.stderr) == (["GOLD"], "")

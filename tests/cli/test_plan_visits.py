"""``plan-visits`` from the outside."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers import chains

from cemaudit.cli.app import run
from cemaudit.cli.terminal import SCREEN, columns_of

Asked = Callable[..., tuple[int, str, str]]


@pytest.fixture
def asked(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Asked:
    for name in ("CEMAUDIT_LEDGER", "CEMAUDIT_SNAPSHOT"):
        monkeypatch.delenv(name, raising=False)

    def asked(*arguments: object, lang: str = "en") -> tuple[int, str, str]:
        code = run(["plan-visits", *map(str, arguments), "--lang", lang])
        said = capsys.readouterr()
        return code, said.out, said.err

    return asked


@pytest.mark.parametrize(
    ("more", "visits"),
    [([], 79), (["--against", "wave", "--same-shoppers"], 63), (["--against", "target"], 40), (["--power", 90], 106)],
)
def test_the_answer_is_as_many_visits_as_the_formula_says(asked: Asked, more: list[object], visits: int) -> None:
    code, said, _ = asked("--difference", 5, "--json", *more)
    found = json.loads(said)
    assert (code, found["visits"], found["assumed"]) == (0, visits, True)
    assert found["reliable"] == {"0.7": 12, "0.8": 20, "0.9": 45}
    assert [step["visits"] for step in found["steps"]] == [1, 2, 4, 8, 12, 20]


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_everything_fits_on_the_narrowest_screen(asked: Asked, lang: str) -> None:
    _, said, _ = asked("--difference", 0.1, "--store-sd", 33.333333, "--visit-sd", 99.99, lang=lang)
    assert max(map(columns_of, said.splitlines())) <= SCREEN
    assert "79" in asked("--difference", 5, lang=lang)[1].splitlines()[0]


def test_own_standard_deviations_are_taken(asked: Asked) -> None:
    found = json.loads(asked("--difference", 5, "--json", "--shopper-sd", 0, "--visit-sd", 5)[1])
    assert found["spreads"] == {"store": 5, "shopper": 0, "visit": 5}
    assert found["visits"] == 16


@pytest.mark.parametrize(
    "wrong",
    [[], ["--difference", 0], ["--difference", "nan"], ["--difference", 5, "--power", 100], ["--difference", "inf"],
     ["--difference", 5, "--visit-sd", -1], ["--difference", 5, "--against", "target", "--same-shoppers"]],
)  # fmt: skip
def test_wrong_calls_are_refused_in_one_line(asked: Asked, wrong: list[object]) -> None:
    code, said, errors = asked(*wrong)
    assert (code, said, errors.count("\n")) == (2, "", 1)


def test_a_snapshot_s_own_deviations_are_taken_unless_all_are_given(asked: Asked, tmp_path: Path) -> None:
    folder = chains.network(tmp_path, chains.made_up(1, 150)).folder
    found = json.loads(asked("--difference", 5, "--json", "--snapshot", folder, "--store-sd", 4)[1])
    assert not found["assumed"]
    assert found["spreads"]["store"] == 4
    assert 20 < found["spreads"]["visit"] < 30
    alone = asked("--difference", 5, "--json", "--snapshot", tmp_path / "none", *_all_given())
    assert json.loads(alone[1])["visits"] == 79
    assert asked("--difference", 5, "--snapshot", tmp_path / "none")[0] == 3


def test_visits_that_tell_nothing_end_in_one_line(asked: Asked, tmp_path: Path) -> None:
    folder = chains.network(tmp_path, chains.made_up(1, 1)).folder
    code, said, errors = asked("--difference", 5, "--snapshot", folder)
    assert (code, said, errors.count("\n")) == (1, "", 1)


def test_the_base_install_is_enough() -> None:
    program = (
        "import sys; sys.modules.update(dict.fromkeys(['numpy', 'scipy', 'duckdb']));"
        "from cemaudit.cli.app import run; sys.exit(run(['plan-visits', '--difference', '5', '--lang', 'en']))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "79 times" in done.stdout


def _all_given() -> list[object]:
    return ["--store-sd", 5, "--shopper-sd", 5, "--visit-sd", 10]

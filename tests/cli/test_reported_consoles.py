"""Cases of consoles, clocks and pages, rebuilt from public reports of tools like ours.

They lie outside this repository; where they are not at hand these tests are skipped.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from helpers.program import call

from cemaudit.report.kit.image import load
from cemaudit.report.kit.text import missing_glyphs

CASES = Path(os.environ.get("CEMAUDIT_SHARED", Path(__file__).parents[3] / "shared")) / "cases"


@pytest.fixture
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A case's folder, of which a test may write."""
    if not (CASES / request.param).is_dir():
        pytest.skip("the cases are not here")
    folder = Path(shutil.copytree(CASES / request.param, tmp_path / request.param))
    folder.chmod(0o755)
    return folder


def shell(folder: Path, command: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run ``cemaudit`` in a shell, so that its streams are those of a console."""
    program = command.replace("cemaudit ", f"{sys.executable} -m cemaudit ")
    everything = {**os.environ, "LC_ALL": "C.UTF-8", **environment}
    return subprocess.run(program, shell=True, capture_output=True, cwd=folder, env=everything, check=False)


@pytest.mark.parametrize("case", ["clock-change"], indirect=True)
def test_what_import_calls_good_is_scored(case: Path) -> None:
    imported = call(case, "import", "dst.csv", "--checklist", "t.toml", "--zone", "Europe/Berlin", "--out", "out.jsonl")
    assert "row 2" in imported.err
    assert len((case / "out.jsonl").read_text(encoding="utf-8").splitlines()) == 2
    assert call(case, "score", "out.jsonl", "--checklist", "t.toml").code == 0


@pytest.mark.parametrize("case", ["clock-change-fall"], indirect=True)
def test_a_visit_over_the_hour_that_comes_twice(case: Path) -> None:
    assert call(case, "import", "in.csv", "--mapping", "md.toml", "--out", "out.jsonl").code == 0
    visit = json.loads((case / "out.jsonl").read_text(encoding="utf-8"))
    assert (visit["started"], visit["finished"]) == ("2026-10-25T02:50:00+02:00", "2026-10-25T02:10:00+01:00")


@pytest.mark.parametrize("case", ["cp949-explain"], indirect=True)
def test_a_console_of_fewer_letters(case: Path) -> None:
    done = shell(case, "cemaudit --lang ko explain em2.jsonl --checklist t.toml", PYTHONIOENCODING="cp949")
    assert done.returncode == 0
    assert "만족" in done.stdout.decode("cp949")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
@pytest.mark.parametrize("case", ["disk-full-stdout"], indirect=True)
def test_a_disk_that_is_full(case: Path) -> None:
    done = shell(case, "cemaudit score v.jsonl --checklist t.toml > /dev/full")
    assert done.returncode == 4
    assert b"No space left" in done.stderr
    assert b"bug" not in done.stderr


@pytest.mark.parametrize("case", ["typed-not-utf8"], indirect=True)
def test_a_byte_that_is_no_letter(case: Path) -> None:
    home = str(case / "home")
    shell(case, "cemaudit enter cafe.counter --checklist t.toml --store 007 < typed.txt", CEMAUDIT_HOME=home)
    shown = shell(case, "cemaudit show 1 --json", CEMAUDIT_HOME=home)
    assert json.loads(shown.stdout)["answers"].get("X") != "Caf fine"


@pytest.mark.parametrize("case", ["hanja-store-name"], indirect=True)
def test_a_name_in_hanja(case: Path) -> None:
    done = call(case, "report", "v.json", "--out", "out", "--lang", "ko")
    assert (done.code, done.err) == (0, "")
    assert missing_glyphs((case / "v.json").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("case", ["png-16-bit"], indirect=True)
def test_a_ramp_of_16_bits(case: Path) -> None:
    picture = load(str(case / "g16.png"))
    greys = zlib.decompress(picture.data)[::3]
    assert (min(greys), max(greys)) == (0, 255)
    assert len(set(greys)) == 256

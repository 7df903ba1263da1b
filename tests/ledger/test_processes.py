"""Several processes of one program: none of them outlives the first one."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

PROGRAM = """
from cemaudit.ledger.processes import run_jobs
job = "print('begun', flush=True) or __import__('threading').Event().wait()"
if __name__ == "__main__":
    list(run_jobs(2, eval, [job] * 4))
"""


def test_where_the_first_is_killed_the_others_end() -> None:
    first = subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert first.stdout
    assert [first.stdout.readline() for _ in range(2)] == [b"begun\n"] * 2
    first.kill()
    first.communicate(timeout=60)  # until nobody is left who could write to it
    assert first.returncode < 0

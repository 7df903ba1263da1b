"""What the guard round plugins costs: visits audited with every hook called under guard, and called bare.

``python benchmarks/guard.py [VISITS]`` prints the ratio of the two, 10,000 visits by default; in one run, in turns.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from itertools import islice
from typing import Any

from cemaudit.guard import Guard, PluginCode
from cemaudit.model import Visit
from cemaudit.scoring import Engine
from cemaudit.simulate import simulate

TURNS = 20
CHECKLISTS = ("retail.green-smile@2.0.0", "hospital.outpatient@2.0.0")


class Bare(Guard):
    """Calls plugin code as if it could be trusted."""

    def run(self, code: PluginCode, function: Callable[..., Any], *arguments: Any) -> Any:  # noqa: ARG002
        """Call it, and nothing else."""
        return function(*arguments)


def seconds(engine: Engine, visits: list[Visit]) -> float:
    """Return how long it takes to audit the visits."""
    start = time.perf_counter()
    for visit in visits:
        engine.audit(visit)
    return time.perf_counter() - start


def main() -> None:
    """Print a row for each checklist."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    print(f"{count:,} visits                  guarded, us a visit    bare    ratio")
    for ref in CHECKLISTS:
        guarded, bare = Engine(), Engine()
        bare.plugins.guard = Bare(lambda *_: None)
        checklist = guarded.library.checklist(ref)
        visits = list(islice(simulate(checklist, stores=count // 10, visits=10, seed=int(time.time())), count))
        totals = [0.0, 0.0]
        step = max(1, len(visits) // TURNS)
        for turn, first in enumerate(range(0, len(visits), step)):
            # Each in its turn is the first to meet new visits.
            order = (0, 1) if turn % 2 else (1, 0)
            for which in order:
                totals[which] += seconds((guarded, bare)[which], visits[first : first + step])
        microseconds = [1e6 * total / len(visits) for total in totals]
        print(f"{ref:30} {microseconds[0]:15.1f} {microseconds[1]:9.1f} {totals[0] / totals[1]:8.3f}", flush=True)


if __name__ == "__main__":
    main()

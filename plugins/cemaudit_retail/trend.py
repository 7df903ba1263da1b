"""A store that gets worse from visit to visit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from cemaudit.model import Audit, Finding, Severity, Text
from cemaudit_retail.items import whole

__all__ = ["LEAST_FALL", "VISITS", "falling"]

VISITS = 3
"""So many visits in a row, this one included, must each be below the one before."""

LEAST_FALL = Fraction(10)
"""Points of performance lost from the first of them to the last; less may be chance."""


def falling(audit: Audit, history: Sequence[Audit]) -> Iterator[Finding]:
    """One finding where performance fell over the last three visits under the same checklist and scheme."""
    alike = [one for one in history if _comparable(one, audit)]
    values = [one.score("performance").value for one in [*alike, audit][-VISITS:]]
    scores = [value for value in values if value is not None]
    if len(scores) < VISITS or scores[0] - scores[-1] < LEAST_FALL:
        return
    if all(later < earlier for earlier, later in pairwise(scores)):
        run = " → ".join(str(whole(score)) for score in scores)
        yield Finding(
            rule="retail.falling",
            severity=Severity.MAJOR,
            title=Text(ko="방문마다 수행이 떨어짐", en="Falling from visit to visit"),
            text=Text(
                ko=f"최근 {VISITS}회 방문의 수행 점수가 잇달아 낮아졌습니다: {run}. "
                "한 번의 방문이 아니라 흐름으로 보고 원인을 찾으십시오.",
                en=f"Performance fell over {VISITS} visits in a row: {run}. "
                "Look for a cause behind the trend, not behind one visit.",
            ),
        )


def _comparable(earlier: Audit, audit: Audit) -> bool:
    return earlier.checklist.ref == audit.checklist.ref and earlier.scheme.ref == audit.scheme.ref

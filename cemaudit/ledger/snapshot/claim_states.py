"""What became of claims, as columns of a snapshot: how many of each visit, by touchpoint and state.

They lie in files of their own beside answers and scores, so that a snapshot from before they were kept stays readable.
The answers say how many claims there were in all; those of no state were not noted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from cemaudit.ledger.snapshot.names import ColumnNames
from cemaudit.ledger.snapshot.parquet import SnapshotColumn, integer_column
from cemaudit.model import Checklist, ClaimState

__all__ = ["CLAIM_STATES", "NotedClaim", "claim_state_columns", "read_claim_states"]

CLAIM_STATES = "claim-states"
"""The kind of these files."""


class NotedClaim(NamedTuple):
    """A claim at a ``touchpoint``, of which a state was noted."""

    touchpoint: str
    state: ClaimState


def read_claim_states(document: dict[str, Any]) -> tuple[NotedClaim, ...]:
    """Return the claims of which the canonical line of a visit, as plain JSON, says what became of them."""
    return tuple(
        NotedClaim(claim["touchpoint"], ClaimState(claim["state"]))
        for claim in document.get("claims", ())
        if claim.get("state")
    )


def claim_state_columns(visits: Sequence[tuple[NotedClaim, ...]], checklist: Checklist) -> Iterator[SnapshotColumn]:
    """Yield the columns ``told:TOUCHPOINT``, ``solved:``, ``later:`` and ``never:`` of visits, each a count."""
    counts = {
        NotedClaim(touchpoint, state): np.zeros(len(visits), np.int32)
        for touchpoint in checklist.touchpoint
        for state in ClaimState
    }
    for row, claims in enumerate(visits):
        for claim in claims:
            if claim in counts:
                counts[claim][row] += 1
    names = ColumnNames(checklist)
    for claim, times in counts.items():
        yield integer_column(names.touchpoint(claim.state.value, claim.touchpoint), times, "integer")

"""What became of claims: in an episode, whether the same touchpoint was blamed at a later visit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from cemaudit.model import Complaint, Visit

__all__ = ["ClaimOutcome", "claim_outcomes", "claims_in_question"]


class ClaimOutcome(NamedTuple):
    """A ``claim`` of the visit at ``place`` of an episode.

    ``blamed_at``: the place of the first later visit with a blame at the same touchpoint; ``None`` where there is none.
    """

    place: int
    claim: Complaint
    blamed_at: int | None


def claim_outcomes(visits: Sequence[Visit]) -> Iterator[ClaimOutcome]:
    """Yield what became of each claim in the visits of an episode, which are in their order.

    A blame of the same visit is no outcome: it was laid beside the claim, not after it.
    """
    for place, visit in enumerate(visits):
        for claim in visit.claims:
            later = (
                number
                for number, other in enumerate(visits[place + 1 :], place + 1)
                if any(blame.touchpoint == claim.touchpoint for blame in other.blames)
            )
            yield ClaimOutcome(place, claim, next(later, None))


def claims_in_question(outcomes: Iterable[ClaimOutcome], visits: Sequence[Visit]) -> list[ClaimOutcome]:
    """Return the outcomes of claims after which there was another visit, at which they could have become blames."""
    return [outcome for outcome in outcomes if outcome.place < len(visits) - 1]

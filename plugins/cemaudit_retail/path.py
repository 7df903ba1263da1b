"""What was felt along the store path, in the order of the path."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from cemaudit.model import Audit, Channel, Touchpoint

__all__ = ["STORE_PATHS", "Felt", "feelings", "feelings_in_store"]

STORE_PATHS = frozenset({"store-path", "store-path-2"})
"""The journeys that lead through a shop."""


class Felt(NamedTuple):
    """A touchpoint and what was felt there, -100..100."""

    touchpoint: Touchpoint
    emotion: Fraction


def feelings(audit: Audit) -> list[Felt]:
    """Every touchpoint with an emotion, by stage of the journey, then as the checklist has them."""
    stages = [stage.id for stage in audit.checklist.path.stages]
    path = sorted(audit.checklist.touchpoints, key=lambda touchpoint: stages.index(touchpoint.stage))
    scored = ((one, audit.score("touchpoint.emotion", one.id).value) for one in path)
    return [Felt(touchpoint, emotion) for touchpoint, emotion in scored if emotion is not None]


def feelings_in_store(audit: Audit) -> list[Felt]:
    """The part of the path that lies inside the shop."""
    met = [one for one in feelings(audit) if one.touchpoint.channel is Channel.FACE_TO_FACE]
    return [one for one in met if one.touchpoint.stage not in {"approach", "after", "recommend"}]

"""What each lever does by itself: the visit evaluated once for every single move."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cemaudit.model import score_name
from cemaudit.model.aggregator import Member
from cemaudit.model.answers import AnswerValue
from cemaudit.scoring.exact import Evaluation, evaluate
from cemaudit.scoring.whatif.levers import Lever, Moves, moved

__all__ = ["Effects", "Leaf", "Single", "after"]


class Leaf(NamedTuple):
    """Where an answer enters: a member of a score, or (``position`` -1) the points of the critical item ``score``."""

    score: str
    position: int


class Single(NamedTuple):
    """One lever moved to one option, and all numbers after it."""

    lever: str
    option: AnswerValue
    after: Evaluation


def after(base: Evaluation, moves: Moves) -> Evaluation | None:
    """All numbers after some moves; ``None`` where one of them cannot be made."""
    visit = moved(base.visit, base.plan.checklist, moves)
    return None if visit is None else evaluate(base.plan, visit, base.given)


class Effects:
    """The visit as it is (``base``) and after every single move of some levers; those that do nothing are left out.

    None of the levers may be a switch: then what one does to a leaf, it does in any company.
    """

    def __init__(self, base: Evaluation, levers: Iterable[Lever]) -> None:
        self.base = base
        self.levers: dict[str, Lever] = {}
        self.singles: dict[str, list[Single]] = {}
        self.moving: dict[Leaf, dict[str, list[Single]]] = {}
        groups = ((each.measure.id, group) for each in base.plan.measures for group in each.groups)
        self.caps = {score_name(name, group.key): group.critical_caps for name, group in groups}
        self.leaves = tuple(self._find_leaves())
        for lever in levers:
            self._try(lever)

    def member(self, leaf: Leaf, evaluation: Evaluation | None = None) -> Member:
        """The member at a leaf, in the visit as it is or in another evaluation."""
        known = evaluation or self.base
        if leaf.position >= 0:
            return known.reckonings[leaf.score].members[leaf.position]
        points = known.items_under(None)[0][leaf.score].points
        return Member(leaf.score, points)

    def _find_leaves(self) -> Iterator[Leaf]:
        for name, reckoning in self.base.reckonings.items():
            for position, each in enumerate(reckoning.inputs):
                if each.kind != "score":
                    yield Leaf(name, position)
        for item in {cap.item for caps in self.caps.values() for cap in caps}:
            yield Leaf(item, -1)

    def _try(self, lever: Lever) -> None:
        for option in lever.options:
            evaluation = after(self.base, {lever.name: option})
            if evaluation is None:
                return
            single = Single(lever.name, option, evaluation)
            touched = [leaf for leaf in self.leaves if self.member(leaf, evaluation) != self.member(leaf)]
            if touched:
                self.levers[lever.name] = lever
                self.singles.setdefault(lever.name, []).append(single)
            for leaf in touched:
                self.moving.setdefault(leaf, {}).setdefault(lever.name, []).append(single)

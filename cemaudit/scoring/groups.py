"""The groups of a checklist (the five steps, the four duties): their totals, and what they are called on a page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from cemaudit.model import (
    Audit,
    Checklist,
    Facet,
    ItemGroup,
    Measure,
    Scheme,
    Score,
    Text,
    Touchpoint,
    label,
    score_name,
)

__all__ = [
    "GroupMeans",
    "GroupScore",
    "group_measures",
    "group_scores",
    "groups_of_touchpoint",
    "mean_group_scores",
    "outer_groups",
    "title_of_score",
    "touchpoint_place",
]


class GroupScore(NamedTuple):
    """The total of one group under one measure."""

    group: ItemGroup
    measure: Measure
    score: Score


@dataclass(frozen=True, slots=True)
class GroupMeans:
    """The totals of a checklist's groups, each as the mean of those audits that have it; ``used`` counts them."""

    checklist: Checklist
    audits: int
    means: tuple[GroupScore, ...]


def group_measures(scheme: Scheme) -> list[Measure]:
    """Return the measures that give one number for each tag, and so for each group."""
    return [measure for measure in scheme.measures if measure.for_each == (Facet.TAG,)]


def group_scores(audit: Audit) -> Iterator[GroupScore]:
    """Yield the totals of an audit by measure, groups in the checklist's order.

    Tags that are no group have no place among them.
    """
    for measure in group_measures(audit.scheme):
        for group in audit.checklist.groups:
            yield GroupScore(group, measure, audit.score(measure.id, group.id))


def mean_group_scores(audits: Iterable[Audit]) -> Iterator[GroupMeans]:
    """Yield the mean totals of each checklist with groups, in the order the checklists first appear.

    Audits of one checklist under two schemes are told apart.
    """
    alike: dict[tuple[str, str], list[Audit]] = defaultdict(list)
    for audit in audits:
        if audit.checklist.groups and group_measures(audit.scheme):
            alike[audit.checklist.ref, audit.scheme.ref].append(audit)
    for same_list in alike.values():
        # Every audit yields the same groups under the same measures, so their totals stand side by side.
        by_group = zip(*map(group_scores, same_list), strict=True)
        means = tuple(GroupScore(totals[0].group, totals[0].measure, _mean(totals)) for totals in by_group)
        yield GroupMeans(same_list[0].checklist, len(same_list), means)


def _mean(totals: Sequence[GroupScore]) -> Score:
    values = [total.score.value for total in totals if total.score.value is not None]
    if not values:
        return Score(reason=totals[0].score.reason, asked=len(totals))
    return Score(value=sum(values, Fraction(0)) / len(values), used=len(values), asked=len(totals))


def outer_groups(checklist: Checklist) -> list[ItemGroup]:
    """Return the groups that do not lie within another: the lists that stand by themselves."""
    items = {
        group: {item.id for item in checklist.items.values() if group.id in item.tags} for group in checklist.groups
    }
    return [group for group in items if not any(items[group] < larger for larger in items.values())]


def title_of_score(checklist: Checklist, measure: Measure, score: str) -> Text | None:
    """Return the title of a score by name: its measure's, and for the total of a group the group's beside it."""
    if measure.for_each != (Facet.TAG,):
        return measure.title
    titles = {score_name(measure.id, (group.id,)): group.title for group in checklist.groups}
    if score not in titles or measure.title is None:
        return titles.get(score, measure.title)
    return Text.said(lambda: f"{measure.title}: {titles[score]}")


def groups_of_touchpoint(checklist: Checklist, touchpoint: Touchpoint) -> list[ItemGroup]:
    """Return the groups a touchpoint is best known by: the smallest of each of its items.

    A group that is called like the touchpoint itself says nothing beside it; there the next larger one stands.
    """
    sizes = {group.id: sum(group.id in item.tags for item in checklist.items.values()) for group in checklist.groups}
    telling = [group for group in checklist.groups if group.title != touchpoint.title]
    smallest = (
        min((group for group in telling if group.id in item.tags), key=lambda group: sizes[group.id], default=None)
        for item in touchpoint.items
    )
    return list(dict.fromkeys(group for group in smallest if group))


def touchpoint_place(checklist: Checklist, touchpoint: Touchpoint) -> list[Text]:
    """Return where a touchpoint belongs, in words: its channel and stage.

    In a checklist of groups it is the group, and the channel only where a medium says how customers are met there.
    """
    if not checklist.groups:
        stages = {stage.id: stage.title for stage in checklist.path.stages}
        return [label(touchpoint.channel), stages.get(touchpoint.stage, Text(ko=touchpoint.stage, en=touchpoint.stage))]
    titles = [group.title for group in groups_of_touchpoint(checklist, touchpoint)]
    return [*titles, label(touchpoint.channel)] if touchpoint.medium else titles

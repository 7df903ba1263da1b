"""Whether a visit answers its checklist: nothing unknown, nothing of the wrong kind, nothing that does not arise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cemaudit.errors import Problem, nearest
from cemaudit.language import message
from cemaudit.model import Checklist, SkipState, Visit
from cemaudit.scoring.items import is_relevant

__all__ = ["check_visit"]


def check_visit(visit: Visit, checklist: Checklist) -> list[Problem]:
    """Every way in which the visit does not fit the checklist, each with its place in the visit."""
    if visit.checklist != checklist.ref:
        what = message("the visit answers {found}, not {ref}", found=visit.checklist, ref=checklist.ref)
        return [Problem(what, "checklist")]
    return [
        *_unknown_items(visit, checklist),
        *_unknown_touchpoints(visit, checklist),
        *_answers(visit, checklist),
        *_feelings(visit, checklist),
        *_refused(visit, checklist),
        *_setting(visit, checklist),
    ]


def _unknown_items(visit: Visit, checklist: Checklist) -> Iterator[Problem]:
    for field in ("answers", "skipped", "notes", "evidence"):
        named: Iterable[str] = getattr(visit, field)
        for item in sorted(set(named) - checklist.items.keys()):
            what = message("no such item in {ref}: {item}", ref=checklist.ref, item=item)
            yield Problem(what, f"{field}.{item}", nearest(item, checklist.items))


def _unknown_touchpoints(visit: Visit, checklist: Checklist) -> Iterator[Problem]:
    complaints = {"claims": visit.claims, "blames": visit.blames}
    named: dict[str, Iterable[str]] = {"emotions": visit.emotions, "expectations": visit.expectations}
    named |= {field: [one.touchpoint for one in members] for field, members in complaints.items()}
    for field, touchpoints in named.items():
        for touchpoint in sorted(set(touchpoints) - checklist.touchpoint.keys()):
            what = message("no such touchpoint in {ref}: {touchpoint}", ref=checklist.ref, touchpoint=touchpoint)
            yield Problem(what, f"{field}.{touchpoint}", nearest(touchpoint, checklist.touchpoint))


def _answers(visit: Visit, checklist: Checklist) -> Iterator[Problem]:
    for item_id, value in visit.answers.items():
        item = checklist.items.get(item_id)
        if item is None:
            continue
        problem = item.answer.problem(value)
        if problem:
            yield problem.inside(f"answers.{item_id}")
        elif not is_relevant(item, visit, checklist):
            what = message("answered, although it does not arise in this visit")
            yield Problem(what, f"answers.{item_id}", message("drop the answer, or correct what decides it"))


def _feelings(visit: Visit, checklist: Checklist) -> Iterator[Problem]:
    for field, named in (("emotions", visit.emotions), ("expectations", visit.expectations)):
        for touchpoint_id in named:
            touchpoint = checklist.touchpoint.get(touchpoint_id)
            if touchpoint and visit.step and touchpoint.steps and visit.step not in touchpoint.steps:
                what = message("felt, although the touchpoint does not arise in step {step}", step=visit.step)
                yield Problem(what, f"{field}.{touchpoint_id}")


def _refused(visit: Visit, checklist: Checklist) -> Iterator[Problem]:
    for item_id, skip in visit.skipped.items():
        item = checklist.items.get(item_id)
        if item and item.na == "refuse" and skip.state is SkipState.NOT_APPLICABLE:
            yield Problem(message("must be answered; it always applies"), f"skipped.{item_id}")


def _setting(visit: Visit, checklist: Checklist) -> Iterator[Problem]:
    scenarios = [scenario.id for scenario in checklist.scenarios]
    if visit.scenario and visit.scenario not in scenarios:
        what = message("no such scenario: {scenario}", scenario=visit.scenario)
        yield Problem(what, "scenario", nearest(visit.scenario, scenarios))
    steps = [step.id for step in checklist.steps]
    if visit.step and visit.step not in steps:
        yield Problem(message("no such step: {step}", step=visit.step), "episode.step", nearest(visit.step, steps))

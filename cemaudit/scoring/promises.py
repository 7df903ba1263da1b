"""Value promises in single visits, and lint of the platforms that make them.

An item that proves a promise keeps it where it arose in the visit, was answered and did not fail (``Item.fails_with``,
the rule of duties and hand-overs). What was skipped neither keeps nor breaks a promise, whatever a scheme makes of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from cemaudit.errors import Problem, nearest
from cemaudit.language import message
from cemaudit.model import Checklist, Visit
from cemaudit.model.platform import Platform, is_named_by, item_promise_problems, proof_items, proof_problems
from cemaudit.scoring.items import item_is_relevant
from cemaudit.scoring.lint import LintLevel, LintRemark, untranslated

__all__ = ["PromiseAnswers", "lint_platform", "lint_proofs", "promise_answers"]

_MOST_LISTED = 12


class PromiseAnswers(NamedTuple):
    """The items of a visit that were answered and prove a promise: all of them, and those that failed."""

    answered: tuple[str, ...]
    failed: tuple[str, ...]


def promise_answers(visit: Visit, checklist: Checklist, platform: Platform) -> dict[str, PromiseAnswers]:
    """Return what a visit says of each promise that items of its checklist prove, by promise."""
    answers = {}
    for promise, names in proof_items(platform, checklist).items():
        points = {
            name: checklist.items[name].answer.points(visit.answers[name])
            for name in names
            if name in visit.answers and item_is_relevant(checklist.items[name], visit, checklist)
        }
        answered = tuple(name for name, earned in points.items() if earned is not None)
        failed = tuple(name for name in answered if checklist.items[name].fails_with(points[name]))
        answers[promise] = PromiseAnswers(answered, failed)
    return answers


def lint_platform(platform: Platform, checklists: Mapping[str, Checklist]) -> Iterator[LintRemark]:
    """Remarks about a platform among the checklists at hand (by ``id@version``)."""
    yield from untranslated(platform)
    for ref in platform.proofs:
        if not any(ref in {checklist.id, checklist.ref} for checklist in checklists.values()):
            yield LintRemark(LintLevel.ERROR, _missing_checklist(ref, checklists))
    yield from (LintRemark(LintLevel.ERROR, problem) for problem in proof_problems(platform, checklists))
    proven = {name for checklist in checklists.values() for name in proof_items(platform, checklist)}
    for name in platform.promise:
        if name not in proven:
            text = message("no item proves this promise: nobody audits it")
            hint = message("let an item name it in its promises, or list items under proofs")
            yield LintRemark(LintLevel.WARNING, Problem(text, f"promises.{name}", hint))


def lint_proofs(checklist: Checklist, platforms: Mapping[str, Platform]) -> Iterator[LintRemark]:
    """Remarks about the promises that items of a checklist name, among the platforms at hand (by ``id@version``)."""
    if checklist.platform is None:
        return
    named = [platform for platform in platforms.values() if is_named_by(platform, checklist)]
    if not named:
        yield LintRemark(LintLevel.ERROR, _missing_platform(checklist.platform, platforms))
        return
    for platform in named:
        problems = item_promise_problems(platform, checklist)
        yield from (LintRemark(LintLevel.ERROR, problem) for problem in problems)
    proving = {item for platform in named for items in proof_items(platform, checklist).values() for item in items}
    idle = [item.id for item in checklist.items.values() if item.possible and item.id not in proving]
    if idle:
        names = ", ".join(idle[:_MOST_LISTED]) + (" ..." if len(idle) > _MOST_LISTED else "")
        text = message(
            "items that prove no promise: {count} of {all} ({names})",
            count=len(idle), all=len(checklist.items), names=names,
        )  # fmt: skip
        yield LintRemark(LintLevel.NOTE, Problem(text, "touchpoints"))


def _missing_checklist(ref: str, checklists: Mapping[str, Checklist]) -> Problem:
    refs = {*checklists, *(checklist.id for checklist in checklists.values())}
    hint = nearest(ref, refs, listing=False) or message("give its file with --checklist")
    return Problem(message("no such checklist: {ref}", ref=ref), f"proofs.{ref}", hint)


def _missing_platform(ref: str, platforms: Mapping[str, Platform]) -> Problem:
    refs = {*platforms, *(platform.id for platform in platforms.values())}
    hint = nearest(ref, refs) or message("give its file with --checklist")
    return Problem(message("no such platform: {ref}", ref=ref), "platform", hint)

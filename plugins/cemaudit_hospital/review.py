"""What is implausible, or may not be kept, in one hospital visit before it is handed in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from cemaudit.errors import Problem
from cemaudit.model import Checklist, Text, Visit
from cemaudit_hospital.identifiers import identifiers, written
from cemaudit_hospital.words import (
    CHECKLIST,
    LATER_STEPS,
    MINUTES_WAITED,
    PLAN_GIVEN,
    PLAN_UNTIL,
    PLAN_VISITS,
    SECTOR,
    number,
)

__all__ = ["review"]


def review(visit: Visit, checklist: Checklist) -> Iterator[Problem]:
    """All problems of a hospital visit; nothing for other sectors."""
    if checklist.sector != SECTOR:
        return
    yield from _patient_identifiers(visit)
    yield from _feelings_of_another_step(visit, checklist)
    yield from _first_in_line(visit)
    if checklist.id == CHECKLIST:
        yield from _no_episode(visit)
        yield from _plan_without_visits(visit)
        yield from _plan_already_over(visit)
        yield from _waited_longer_than_stayed(visit)


def _patient_identifiers(visit: Visit) -> Iterator[Problem]:
    hint = Text(ko="환자를 알아볼 수 있는 내용을 지우십시오", en="remove whatever identifies a patient")
    for place, text in written(visit):
        for kind in identifiers(text):
            yield Problem(kind, place, hint)


def _feelings_of_another_step(visit: Visit, checklist: Checklist) -> Iterator[Problem]:
    step = next((step.title for step in checklist.steps if step.id == visit.step), None)
    felt = (("emotions", visit.emotions), ("expectations", visit.expectations), ("perceived", visit.perceived))
    for field, noted in felt:
        for name in noted:
            touchpoint = checklist.touchpoint.get(name)
            if step and touchpoint and touchpoint.steps and visit.step not in touchpoint.steps:
                what = Text(ko=f"이 방문({step.ko})의 대상이 아닙니다", en=f"does not arise in this visit ({step.en})")
                yield Problem(
                    what, f"{field}.{name}", Text(ko="방문 단계를 확인하십시오", en="check the step of the visit")
                )


def _first_in_line(visit: Visit) -> Iterator[Problem]:
    if visit.episode and visit.episode.step in LATER_STEPS and visit.episode.number == 1:
        what = Text(ko="치료의 첫 기록일 수 없는 단계입니다", en="a step that cannot be the first of a treatment")
        yield Problem(what, "episode.number", Text(ko="방문 순서를 확인하십시오", en="check the order of the visits"))


def _no_episode(visit: Visit) -> Iterator[Problem]:
    if visit.episode is None:
        what = Text(ko="어느 치료의 몇 번째 방문인지 없습니다", en="which visit of which treatment is missing")
        yield Problem(what, "episode")


def _plan_without_visits(visit: Visit) -> Iterator[Problem]:
    if visit.answers.get(PLAN_GIVEN) is True and PLAN_VISITS not in visit.answers:
        what = Text(
            ko="치료 계획서를 받았다고 했으나 계획된 방문 횟수가 없습니다",
            en="a treatment plan was given, but the number of planned visits is missing",
        )
        hint = Text(
            ko="횟수가 적혀 있지 않은 계획서면 ‘아니요’입니다", en="a plan that does not say how many visits is a no"
        )
        yield Problem(what, f"answers.{PLAN_VISITS}", hint)


def _plan_already_over(visit: Visit) -> Iterator[Problem]:
    try:
        until = date.fromisoformat(str(visit.answers[PLAN_UNTIL]))
    except (KeyError, ValueError):
        return
    if visit.day and until < visit.day:
        what = Text(ko="계획된 마지막 방문일이 이 방문보다 앞섭니다", en="the plan ends before this visit")
        yield Problem(what, f"answers.{PLAN_UNTIL}")


def _waited_longer_than_stayed(visit: Visit) -> Iterator[Problem]:
    waited = number(visit, MINUTES_WAITED)
    if waited is None or not visit.started or not visit.finished:
        return
    stayed = int((visit.finished - visit.started).total_seconds()) // 60
    if waited > stayed:
        what = Text(
            ko=f"대기 시간({float(waited):g}분)이 방문 전체({stayed}분)보다 깁니다",
            en=f"the wait ({float(waited):g} min) is longer than the whole visit ({stayed} min)",
        )
        yield Problem(what, f"answers.{MINUTES_WAITED}")

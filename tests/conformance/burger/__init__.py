"""Burger restaurants: a small whole plugin, made to be broken in one place at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from importlib.resources import files
from importlib.resources.abc import Traversable

from cemaudit.errors import Problem
from cemaudit.hookspecs import Context, hookimpl
from cemaudit.model import Audit, Checklist, Finding, Severity, Text, Visit
from cemaudit.model.aggregator import Aggregator, Member
from cemaudit.model.blocks import Bars, Paragraph, Section, Series

WAITED, GREETED, CLEAN, UNDERCOOKED, TOLD = "BG01", "BG02", "BG03", "BG04", "BG05"


@hookimpl
def cemaudit_checklists() -> list[Traversable]:
    """The counter, and the scheme it is scored by."""
    return [files(__package__) / "counter.toml", files(__package__) / "patty.toml"]


def lowest(members: Sequence[Member], options: Mapping[str, Fraction]) -> Fraction | None:
    """The worst member counts."""
    return min((member.value for member in members if member.value is not None), default=None)


def lowest_columns(values, weights, possible, options):
    """The same over columns."""
    import numpy as np

    return np.nanmin(values, axis=0)


@hookimpl
def cemaudit_aggregators() -> list[Aggregator]:
    """The worst member."""
    return [Aggregator("burger.lowest", lowest, columns=lowest_columns)]


@hookimpl
def cemaudit_review(visit: Visit, checklist: Checklist) -> Iterator[Problem]:
    """A wait nobody believes."""
    if checklist.sector != "burger":
        return
    waited = visit.answers.get(WAITED)
    if isinstance(waited, int) and waited > 120:
        yield Problem(Text(ko="두 시간 넘게 기다렸습니다", en="a wait of more than two hours"), f"answers.{WAITED}")


@hookimpl
def cemaudit_findings(audit: Audit, history: Sequence[Audit]) -> Iterator[Finding]:
    """What the restaurant must look at."""
    if audit.checklist.sector != "burger":
        return
    answers = audit.visit.answers
    if answers.get(UNDERCOOKED) is True:
        again = any(past.visit.answers.get(UNDERCOOKED) is True for past in history)
        yield Finding(
            rule="burger.undercooked",
            severity=Severity.CRITICAL if again else Severity.MAJOR,
            touchpoint="table",
            item=UNDERCOOKED,
            title=Text(ko="덜 익은 패티", en="An undercooked patty"),
            text=Text(ko="굽는 온도와 시간을 확인하십시오.", en="Check temperature and time on the grill."),
        )
    if answers.get(GREETED) == "none":
        yield Finding(
            rule="burger.no-greeting",
            severity=Severity.MINOR,
            touchpoint="counter",
            item=GREETED,
            title=Text(ko="인사 없음", en="No greeting"),
            text=Text(ko="첫 인사를 연습하십시오.", en="Practise the first words."),
        )


@hookimpl
def cemaudit_report_sections(audit: Audit, context: Context) -> Iterator[Section]:
    """How clean it was, visit by visit."""
    if audit.checklist.sector != "burger":
        return
    shares = [past.items[CLEAN].share for past in (*context.history, audit)]
    values = tuple(None if share is None else float(100 * share) for share in shares)
    words = Text(ko=f"이전 방문 {len(context.history)}회", en=f"Visits before this one: {len(context.history)}")
    bars = Bars(
        title=Text(ko="청결", en="Cleanliness"),
        categories=tuple(str(number) for number in range(1, len(values) + 1)),
        series=(Series(label=Text(ko="청결", en="clean"), values=values),),
    )
    yield Section(
        id="burger.clean",
        title=Text(ko="청결의 흐름", en="Cleanliness over time"),
        blocks=(Paragraph(text=words), bars),
        order=450,
    )

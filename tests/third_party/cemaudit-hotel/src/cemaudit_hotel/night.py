"""The night: whether the guest slept, as a finding and as a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cemaudit.model import Audit, Finding, Severity, Text
from cemaudit.model.blocks import Bars, Paragraph, Section, Series

__all__ = ["night_section", "sleepless"]

SLEEP = "HT05"
BAD_SLEEP = 2
NIGHT = ("room", "sleep", "breakfast")


def sleepless(audit: Audit, history: Sequence[Audit]) -> Iterator[Finding]:
    """A finding where the guest hardly slept; graver where it happened before."""
    if audit.checklist.sector != "hotel" or not _slept_badly(audit):
        return
    again = any(_slept_badly(past) for past in history)
    yield Finding(
        rule="hotel.sleepless",
        severity=Severity.CRITICAL if again else Severity.MAJOR,
        touchpoint="sleep",
        item=SLEEP,
        title=Text(ko="잠을 이루지 못한 밤", en="A night without sleep"),
        text=Text(
            ko="소음·침구·온도를 그 객실에서 밤에 확인하십시오.",
            en="Check noise, bed and temperature in that room, at night.",
        ),
    )


def night_section(audit: Audit) -> Iterator[Section]:
    """From room to breakfast, one bar each."""
    if audit.checklist.sector != "hotel":
        return
    values = [audit.score("touchpoint.performance", touchpoint).value for touchpoint in NIGHT]
    yield Section(
        id="hotel.night",
        title=Text(ko="하룻밤", en="The night"),
        blocks=(
            Paragraph(text=Text(ko="객실, 잠, 아침 식사의 수행 점수입니다.", en="How room, sleep and breakfast did.")),
            Bars(
                title=Text(ko="객실에서 아침까지", en="From room to breakfast"),
                categories=tuple(audit.checklist.touchpoint[touchpoint].title for touchpoint in NIGHT),
                series=(
                    Series(
                        label=Text(ko="수행", en="Performance"),
                        values=tuple(None if value is None else float(value) for value in values),
                    ),
                ),
            ),
        ),
        order=450,
    )


def _slept_badly(audit: Audit) -> bool:
    slept = audit.visit.answers.get(SLEEP)
    return isinstance(slept, int) and slept <= BAD_SLEEP

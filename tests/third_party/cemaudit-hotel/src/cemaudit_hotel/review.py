"""What cannot be true of a stay."""

from __future__ import annotations

from collections.abc import Iterator

from cemaudit.errors import Problem
from cemaudit.model import Checklist, Text, Visit

__all__ = ["review"]


def review(visit: Visit, checklist: Checklist) -> Iterator[Problem]:
    """A stay of no nights, and a bill that comes without one."""
    if checklist.sector != "hotel" or visit.answers.get("HT-nights") != 0:
        return
    what = Text(ko="숙박 일수가 0입니다", en="a stay of 0 nights")
    yield Problem(what, "answers.HT-nights", Text(ko="묵은 밤의 수를 적으십시오", en="count the nights slept there"))
    if "HT07" in visit.answers:
        what = Text(ko="묵지 않았는데 퇴실 계산이 있습니다", en="a bill at check-out without a night")
        yield Problem(what, "answers.HT07")

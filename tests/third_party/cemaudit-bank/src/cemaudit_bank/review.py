"""What cannot well have happened at a bank."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from cemaudit.errors import Problem
from cemaudit.model import Checklist, Text, Visit
from cemaudit_bank.items import ASKED, SECTOR, WAITED, minutes_waited

__all__ = ["review"]

SATURDAY = 5
LONGEST_WAIT = 180
SHORTEST_ADVICE = timedelta(minutes=5)


def review(visit: Visit, checklist: Checklist) -> Iterator[Problem]:
    """A branch visited on a day it is closed, a wait nobody sits out, advice quicker than its questions."""
    if checklist.sector != SECTOR:
        return
    if visit.day and visit.day.weekday() >= SATURDAY:
        closed = Text(ko="주말에는 영업점이 문을 열지 않습니다", en="branches are closed at weekends")
        yield Problem(closed, "started", Text(ko="방문한 날을 확인하십시오", en="check the day of the visit"))
    waited = minutes_waited(visit)
    if waited is not None and waited > LONGEST_WAIT:
        yield Problem(Text(ko="세 시간 넘게 기다렸습니다", en="a wait of more than three hours"), f"answers.{WAITED}")
    if visit.started and visit.finished and visit.finished - visit.started < SHORTEST_ADVICE and ASKED in visit.answers:
        yield Problem(
            Text(ko="상담을 받았는데 방문이 5분도 되지 않습니다", en="advice in a visit of less than five minutes"),
            "finished",
        )

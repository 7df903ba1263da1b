"""What is implausible in one shop visit before it is handed in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time, timedelta

from cemaudit.errors import Problem
from cemaudit.model import Checklist, Text, Visit
from cemaudit_retail.items import (
    GREETED_AFTER,
    HELPED_AFTER,
    SECTOR,
    Edition,
    edition_of,
    is_green_smile,
    seconds,
)

__all__ = ["CLOSES", "OPENS", "SHORTEST_WHOLE_PATH", "review"]

OPENS = time(9)
CLOSES = time(23)
"""No shop is expected to be open outside these hours, on its own clock."""

SHORTEST_WHOLE_PATH = timedelta(minutes=5)
"""Looking around, advice, a try-on and a payment take longer than this."""

_CHECK_TIMES = Text(ko="방문 시각을 확인하십시오", en="check the times of the visit")


def review(visit: Visit, checklist: Checklist) -> Iterator[Problem]:
    """All problems of a retail visit; nothing for other sectors."""
    if checklist.sector != SECTOR:
        return
    yield from _outside_opening_hours(visit)
    if is_green_smile(checklist):
        edition = edition_of(checklist)
        yield from _longer_than_the_visit(visit)
        yield from _too_short(visit, edition)
        yield from _no_receipt(visit, edition)
        yield from _answered_too_early(visit, edition)


def _outside_opening_hours(visit: Visit) -> Iterator[Problem]:
    for field, moment in (("started", visit.started), ("finished", visit.finished)):
        if moment and not OPENS <= moment.time() <= CLOSES:
            what = Text(
                ko=f"영업시간이 아닌 듯한 시각입니다: {moment:%H:%M}", en=f"no time for an open shop: {moment:%H:%M}"
            )
            yield Problem(what, field, _CHECK_TIMES)


def _longer_than_the_visit(visit: Visit) -> Iterator[Problem]:
    stayed = _stayed(visit)
    for item in (GREETED_AFTER, HELPED_AFTER):
        waited = seconds(visit, item)
        if stayed is not None and waited is not None and waited > stayed.total_seconds():
            what = Text(
                ko=f"걸린 시간({float(waited):g}초)이 방문 전체({stayed.total_seconds():.0f}초)보다 깁니다",
                en=f"{float(waited):g} s is longer than the whole visit ({stayed.total_seconds():.0f} s)",
            )
            yield Problem(what, f"answers.{item}", Text(ko="단위가 초인지 확인하십시오", en="the unit is seconds"))


def _too_short(visit: Visit, edition: Edition) -> Iterator[Problem]:
    stayed = _stayed(visit)
    tried_and_paid = edition.says_tried_on(visit.answers) and edition.says_bought(visit.answers)
    whole_path = tried_and_paid and all(item in visit.answers for item in edition.whole_path)
    if stayed is not None and stayed < SHORTEST_WHOLE_PATH and whole_path:
        what = Text(
            ko="둘러보기부터 결제까지 모두 보기에는 방문이 너무 짧습니다",
            en="too short a visit to have looked around, been advised, tried on and paid",
        )
        yield Problem(what, "finished", _CHECK_TIMES)


def _no_receipt(visit: Visit, edition: Edition) -> Iterator[Problem]:
    if edition.says_bought(visit.answers) and not visit.evidence.get(edition.receipt):
        what = Text(ko="구매했으나 영수증 증빙이 없습니다", en="something was bought, but there is no receipt")
        hint = Text(
            ko="카드 번호를 가린 영수증 사진을 더하십시오", en="add a picture of the receipt, card number covered"
        )
        yield Problem(what, f"evidence.{edition.receipt}", hint)


def _answered_too_early(visit: Visit, edition: Edition) -> Iterator[Problem]:
    if not visit.entered or not visit.finished or visit.entered >= visit.finished:
        return
    for item in edition.afterwards:
        if item in visit.answers:
            what = Text(
                ko="방문이 끝난 뒤에야 답할 수 있으나 그 전에 입력되었습니다",
                en="can only be answered after the visit, but was typed in before its end",
            )
            yield Problem(what, f"answers.{item}", _CHECK_TIMES)


def _stayed(visit: Visit) -> timedelta | None:
    return visit.finished - visit.started if visit.started and visit.finished else None

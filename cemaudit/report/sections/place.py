"""The store's place among the others: its interval, its course, and its peers."""

from __future__ import annotations

from collections.abc import Iterator

from cemaudit.compare.intervals import Standing
from cemaudit.compare.report_records import StorePlace
from cemaudit.model import Text
from cemaudit.model.blocks import Block, Figure, Figures, Paragraph, Ranged, Section
from cemaudit.report.league.rows import caterpillar_of, ranged
from cemaudit.report.league.trend import course_lines
from cemaudit.report.league.words import notes, number, percent, said, span
from cemaudit.report.sections.words import joined

__all__ = ["place_section"]

MOST_PEERS = 24


def place_section(place: StorePlace) -> Section:
    """Figures, sentences, the peers and the course."""
    return Section(
        id="place",
        title=Text(ko="전체에서의 위치", en="Place among the stores"),
        blocks=tuple(_blocks(place)),
        order=150,
    )


def _blocks(place: StorePlace) -> Iterator[Block]:
    yield Figures(figures=tuple(_figures(place)))
    yield Paragraph(text=_sentence(place))
    if len(place.peers) > 1:
        title = joined(
            [Text(ko="비교 대상", en="Among"), said(place.peer_group or Text(ko="다른 매장", en="others"))], ": "
        )
        yield caterpillar_of(title, _rows(place), place.level, place.target)
    if place.course and len(place.course.waves) > 1:
        yield course_lines(place.course, place.target)
        yield from notes(place.course.notes)
    yield from notes(place.notes)


def _figures(place: StorePlace) -> Iterator[Figure]:
    one = place.standing
    yield Figure(
        label=joined([Text(ko="조정한 점수", en="Adjusted score"), f"({span(one.interval)})"], "\n"),
        value=number(one.score),
        note=said(place.measure),
    )
    yield Figure(label=Text(ko="매장 평균", en="Mean of stores"), value=number(place.centre))
    if one.below is not None:
        below = place.better != "lower"
        label = Text(
            ko="목표 미달 확률" if below else "목표 초과 확률", en=f"Probability {'below' if below else 'above'} target"
        )
        yield Figure(label=label, value=percent(one.below), tone="poor" if one.flagged else "plain")


def _sentence(place: StorePlace) -> Text:
    one = place.standing
    if one.is_isolated:
        return Text(
            ko="이 매장은 한 쇼퍼만 방문했고 그 쇼퍼는 다른 매장을 방문하지 않았습니다. 매장이 다른 것인지 쇼퍼가 "
            "엄격한 것인지 알 수 없어 다른 매장과 비교하지 않습니다.",
            en="One shopper made all its visits and visited no other store. The data cannot show whether the store "
            "differs or the shopper is strict, so it is not compared with the others.",
        )
    if one.rank is None:
        return Text(
            ko=f"방문이 {place.least_visits}회보다 적어 순위를 제시하지 않습니다. 점수는 참고만 하십시오.",
            en=f"With fewer than {place.least_visits} visits no rank is given; the score is only an indication.",
        )
    low, high = number(one.rank.low, 0), number(one.rank.high, 0)
    level = percent(place.level)
    return Text(
        ko=f"방문 {one.visits:,}회로 보아, 이 매장의 순위는 {place.stores:,}곳 가운데 {low}위에서 {high}위 사이로 "
        f"추정합니다({level} 구간). 굵은 선이 겹치는 매장과는 차이가 있다고 볼 수 없습니다.",
        en=f"By {one.visits:,} visits its rank among {place.stores:,} stores lies between {low} and {high} ({level} "
        "interval). It cannot be distinguished from stores whose thick line overlaps its own.",
    )


def _rows(place: StorePlace) -> list[Ranged]:
    peers = _nearest(place)
    rows = []
    for number_, peer in enumerate(peers, 1):
        own = peer.store == place.standing.store
        hidden = Text(ko=f"다른 매장 {number_}", en=f"Another store {number_}")
        row = ranged(peer, place.level, name=None if own or place.named else hidden, tone="plain" if own else "fair")
        rows.append(row.model_copy(update={"group": "", "mark": row.mark if own else None, "strong": own}))
    return rows


def _nearest(place: StorePlace) -> list[Standing]:
    """At most ``MOST_PEERS``, those around the store's own row."""
    peers = list(place.peers)
    at = next((number for number, one in enumerate(peers) if one.store == place.standing.store), 0)
    start = min(max(at - MOST_PEERS // 2, 0), max(len(peers) - MOST_PEERS, 0))
    return peers[start : start + MOST_PEERS]

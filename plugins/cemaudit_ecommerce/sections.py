"""The promise table: what the shop promised or should do, and what happened, for this order and those before."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from cemaudit.hookspecs import Context
from cemaudit.model import Audit, Text
from cemaudit.model.blocks import Cell, Column, Heading, Section, Table, Tone
from cemaudit_ecommerce.order import CONFIRMED_AFTER, REFUND_LIMIT, SECTOR, Order, is_order, number, orders

__all__ = ["promises"]

CONFIRMATION_LIMIT = 10
"""Minutes from payment to the confirmation of an order: the checklist's full mark."""

Row = tuple[Cell | Text | str, ...]


def promises(audit: Audit, context: Context) -> Iterator[Section]:
    """One section for orders that noted at least one promise; a series where there is more than one delivery."""
    if audit.checklist.sector != SECTOR or not is_order(audit.checklist):
        return
    rows = tuple(_promises_of(Order.of(audit.visit, audit.checklist)))
    if not rows:
        return
    series = [order for order in orders([*context.history, *context.audits]) if order.days_late is not None]
    yield Section(
        id="ecommerce.promises",
        title=Text(ko="약속과 실제", en="Promised and done"),
        blocks=(_table(rows), *(_series(series) if len(series) > 1 else ())),
        order=450,
    )


def _table(rows: tuple[Row, ...]) -> Table:
    return Table(
        columns=(
            Column(title=Text(ko="구분", en="What"), width=2),
            Column(title=Text(ko="약속 또는 기준", en="Promise or standard"), width=2),
            Column(title=Text(ko="실제", en="What happened"), width=2),
            Column(title=Text(ko="이행", en="Kept"), align="center"),
        ),
        rows=rows,
    )


def _promises_of(order: Order) -> Iterator[Row]:
    minutes = number(order.visit, CONFIRMED_AFTER)
    if minutes is not None:
        yield (
            Text(ko="주문 접수 확인", en="Order confirmation"),
            Text(ko=f"{CONFIRMATION_LIMIT}분 안", en=f"within {CONFIRMATION_LIMIT} min"),
            Text(ko=f"{float(minutes):g}분", en=f"{float(minutes):g} min"),
            _kept(minutes <= CONFIRMATION_LIMIT),
        )
    if order.days_late is not None:
        yield (
            Text(ko="도착", en="Delivery"),
            str(order.promised or "–"),
            _arrival(order, order.days_late),
            _kept(order.days_late <= 0),
        )
    if order.refund_days is not None:
        yield (
            Text(ko="환급", en="Refund"),
            Text(ko=f"반품 도착 뒤 {REFUND_LIMIT}영업일 안", en=f"within {REFUND_LIMIT} business days of the return"),
            Text(ko=f"{float(order.refund_days):g}영업일", en=f"{float(order.refund_days):g} business days"),
            _kept(order.refund_days <= REFUND_LIMIT),
        )


def _arrival(order: Order, late: Fraction) -> Text:
    day = f"{order.arrived}: " if order.arrived else ""
    if late == 0:
        return Text(ko=f"{day}약속한 날", en=f"{day}on the day")
    days = f"{float(abs(late)):g}"
    ko, en = ("늦음", "late") if late > 0 else ("빠름", "early")
    return Text(ko=f"{day}{days}일 {ko}", en=f"{day}{days} d {en}")


def _kept(kept: bool) -> Cell:
    tone: Tone = "good" if kept else "worst"
    return Cell(text=Text(ko="예", en="yes") if kept else Text(ko="아니요", en="no"), tone=tone, strong=not kept)


def _series(series: list[Order]) -> tuple[Heading, Table]:
    columns = (
        Column(title=Text(ko="주문", en="Ordered")),
        Column(title=Text(ko="약속한 날", en="Promised")),
        Column(title=Text(ko="도착한 날", en="Arrived")),
        Column(title=Text(ko="늦은 날수", en="Days late"), align="right"),
    )
    on_time = sum(order.days_late is not None and order.days_late <= 0 for order in series)
    caption = Text(
        ko=f"{len(series)}건 가운데 {on_time}건이 약속한 날까지 도착했습니다.",
        en=f"{on_time} of {len(series)} orders came by the promised day.",
    )
    heading = Heading(text=Text(ko="주문마다 지킨 약속", en="Promises kept, order by order"))
    return heading, Table(columns=columns, rows=tuple(_line(order) for order in series), caption=caption)


def _line(order: Order) -> Row:
    late = order.days_late or Fraction(0)
    days = [str(day or "–") for day in (order.ordered, order.promised, order.arrived)]
    return (*days, Cell(text=f"{float(late):g}", tone="good" if late <= 0 else "worst"))

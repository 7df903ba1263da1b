"""Ways through the conditions of a checklist: answers that cover whatever a condition or its points can tell apart."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

from cemaudit.model import Checklist, Item
from cemaudit.model.answers import Choice, Choices, Date, Nps, Quantity, Scale, TextAnswer, Time, YesNo

__all__ = ["paths", "worth"]


_EXAMPLES = {"date": "2026-12-01", "time": "14:20", "text": "as it was"}


def worth(item: Item) -> list[Any]:
    """Answers to an item that cover whatever a condition or its points can tell apart, the worst first."""
    answer = item.answer
    match answer:
        case YesNo():
            values: list[Any] = [False, True]
        case Choice():
            values = [option.id for option in answer.options]
        case Choices():
            values = [[], [option.id for option in answer.options]]
        case Nps():
            values = [0, 10]
        case Scale():
            values = [answer.lowest, answer.highest]
        case Quantity() if isinstance(answer.table, tuple):
            edges = [row.up_to for row in answer.table if row.up_to is not None]
            values = [int(edge) for edge in edges] + [int(max(edges, default=0)) + 1]
        case Quantity():
            values = [int(answer.min or 0), int(answer.max or 10)]
        case Date() | Time() | TextAnswer():
            values = [_EXAMPLES[answer.type]]
        case _:
            raise TypeError(item.id)
    return sorted(values, key=lambda value: item.answer.points(tuple(value) if isinstance(value, list) else value) or 0)


def paths(checklist: Checklist, place: int) -> Iterator[dict[str, Any]]:
    """Every way through the conditions, without failing on it where the answers are the best.

    Other items have their worst (``place`` 0) or best (-1) answer.
    """
    deciding = {name for item in checklist.items.values() if item.when for name in item.when.names()} - {"step"}
    usual = {item.id: worth(item)[place] for item in checklist.items.values() if item.id not in deciding}
    kinds = [
        [(name, None), *((name, value) for value in worth(item) if place == 0 or not item.fails(value))]
        for name in sorted(deciding)
        if (item := checklist.items[name])
    ]
    for chosen in product(*kinds):
        yield usual | {name: value for name, value in chosen if value is not None}

"""A view of the snapshot as a table for people: headings in their language, numbers whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from cemaudit.cli.screen import screen_width
from cemaudit.cli.table import GAP, columns_of, table_lines
from cemaudit.language import N_, message, translate

if TYPE_CHECKING:
    from cemaudit.ledger.query.views import Shown

__all__ = ["print_rows", "print_view"]

Row = dict[str, Any]

_WIDEST_HEADING = 14

_HEADINGS = {
    "store": N_("store"), "region": N_("region"), "format": N_("format"), "brand": N_("brand"), "owner": N_("owner"),
    "pool": N_("pool"), "wave": N_("wave"), "day": N_("day"), "month": N_("month"), "quarter": N_("quarter"),
    "year": N_("year"), "scenario": N_("scenario"), "step": N_("step"), "origin": N_("origin"),
    "checklist": N_("checklist"), "scheme": N_("scheme"), "band": N_("band"), "measure": N_("measure"),
    "key": N_("key"), "item": N_("item"), "tag": N_("tag"), "touchpoint": N_("touchpoint"), "channel": N_("channel"),
    "medium": N_("medium"), "stage": N_("stage"), "element": N_("element"), "mode": N_("mode"), "moment": N_("moment"),
    "name": N_("name"), "visits": N_("visits"), "scored": N_("scored"), "mean": N_("mean"),
    "deviation": N_("deviation"), "least": N_("least"), "most": N_("most"), "asked": N_("asked"),
    "answered": N_("answered"), "not-applicable": N_("n/a"), "not-observed": N_("not seen"), "declined": N_("declined"),
    "unanswered": N_("no answer"), "not-relevant": N_("not relevant"), "share": N_("share"), "emotions": N_("felt"),
    "emotion": N_("emotion"), "emotion_deviation": N_("dev."), "expectations": N_("told"),
    "expectation": N_("expectation"), "expectation_deviation": N_("dev."), "claims": N_("claims"),
    "blames": N_("blames"),
}  # fmt: skip
"""What columns are called on a screen; programs get them by their names."""


def print_view(shown: Shown, limit: int | None, *, pivoted: bool) -> None:
    """Print what a view shows: its first rows, ``pivoted`` with the values of the second key side by side."""
    if shown.measures:
        click.echo(str(message("Measure: {name}", name=", ".join(shown.measures))))
    if not shown.rows:
        click.echo(str(message("nothing")))
        return
    texts = 1 if pivoted else len(shown.keys) + ("name" in shown.rows[0])
    rows = (_pivoted(shown) if pivoted else shown.rows)[:limit]
    columns = list(rows[0])
    cells = {name: [_cell(row[name]) for row in rows] for name in columns}
    pieces = _pieces(cells) if pivoted else [columns]
    for number, piece in enumerate(pieces):
        if number:
            click.echo()
        headings = [translate(_HEADINGS.get(name, name)) for name in piece]
        _print_columns(headings, [cells[name] for name in piece], "l" * texts + "r" * (len(piece) - texts))


def print_rows(rows: Sequence[Row], limit: int | None) -> None:
    """Print rows under the names somebody gave their columns."""
    if not rows:
        click.echo(str(message("nothing")))
        return
    columns = list(rows[0])
    sides = "".join("r" if any(isinstance(row[name], int | float) for row in rows) else "l" for name in columns)
    _print_columns(columns, [[_cell(row[name], 2) for row in rows[:limit]] for name in columns], sides)


def _print_columns(headings: Sequence[str], cells: Sequence[Sequence[str]], sides: str) -> None:
    for line in table_lines(headings, list(zip(*cells, strict=True)), sides, screen_width()):
        click.echo(line)


def _pivoted(shown: Shown) -> list[Row]:
    """A row for each value of the first key, a column for each of the second."""
    first, second = shown.keys
    across = list(dict.fromkeys(row[second] for row in shown.rows))
    found: dict[Any, Row] = {}
    for row in shown.rows:
        found.setdefault(row[first], {first: row[first], **dict.fromkeys(map(str, across))})[str(row[second])] = row[
            "mean"
        ]
    return list(found.values())


def _pieces(cells: dict[str, list[str]]) -> Iterator[list[str]]:
    """The columns in pieces as wide as the screen, the first one in each."""
    first, *others = ((name, max(map(columns_of, [name[:_WIDEST_HEADING], *texts]))) for name, texts in cells.items())
    piece, used = [first[0]], first[1]
    for name, width in others:
        if len(piece) > 1 and used + len(GAP) + width > screen_width():
            yield piece
            piece, used = [first[0]], first[1]
        piece.append(name)
        used += len(GAP) + width
    yield piece


def _cell(value: object, digits: int = 1) -> str:
    match value:
        case None:
            return "-"
        case float():
            text = f"{value:.{digits}f}"
            return text.removeprefix("-") if not float(text) else text
        case _:
            return str(value)

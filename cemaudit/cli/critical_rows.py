"""Critical failures on the screen: one row for each visit and item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from cemaudit.cli.terminal import print_section, print_table, screen_width
from cemaudit.language import N_, message

__all__ = ["print_critical_failures"]

_HEADINGS = (N_("Visit"), N_("Day"), N_("Store"), N_("Touchpoint"), N_("Not met"))


def print_critical_failures(rows: Sequence[Mapping[str, Any]], limit: int | None) -> None:
    """Print the first rows, and below them what shoppers wrote where the rows hold it."""
    from cemaudit.ledger.query.coverage import store_label

    if not rows:
        click.echo(str(message("nothing")))
        return
    cells = [
        [
            row["visit"],
            str(row["day"] or "-"),
            store_label(row["store"], row["name"]),
            row["touchpoint_title"],
            f"{row['item']} {row['title']}",
        ]
        for row in rows[:limit]
    ]
    # The visit comes first: it is what joins the pieces of a table that is too wide.
    print_table(_HEADINGS, cells, width=screen_width(), in_pieces=True)
    words = [(f"{row['visit']} {row['item']}", row.get("words")) for row in rows[:limit]]
    print_section(N_("What shoppers wrote"), [f"{where}: {' '.join(text.split())}" for where, text in words if text])

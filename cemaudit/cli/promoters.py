"""How many would recommend, on the screen and as a document for programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from cemaudit.cli.screen import wrapped
from cemaudit.cli.table import SCREEN, print_table
from cemaudit.language import N_, Message, message, translate

if TYPE_CHECKING:
    from cemaudit.compare.nps import Link, Promoters, Promoting
    from cemaudit.errors import Sayable

__all__ = ["print_promoting", "promoters_said", "promoting_document"]

_HEADINGS = (N_("Driver"), N_("Promoters"), N_("Detractors"), N_("Correlation"), N_("Interval"), N_("Visits"))


def promoters_said(item: str, found: Promoters) -> Message:
    """The score of an item in words."""
    return message(
        "{item}: net promoter score {score} ({low} to {high}): of {answers} answers {up} are 9 or 10, {down} are 6 or "
        "less.",
        item=item, score=f"{found.score:+.1f}", low=f"{found.interval.low:+.1f}", high=f"{found.interval.high:+.1f}",
        answers=f"{found.answers:,}", up=f"{found.promoters:,}", down=f"{found.detractors:,}",
    )  # fmt: skip


def promoting_document(found: Promoting | None) -> dict[str, Any] | None:
    """Everything about it, as plain values."""
    if found is None:
        return None
    return {
        **found.score._asdict(),
        "interval": list(found.score.interval),
        "links": [{**link._asdict(), "interval": list(link.interval)} for link in found.links],
    }


def print_promoting(item: str, found: Promoting, titles: Mapping[str, Sayable]) -> None:
    """The score, and the table of what goes with it."""
    click.echo()
    what = message("The drivers' scores where it is 9 or 10, and where 6 or less; and how closely they go together:")
    for sentence in (promoters_said(item, found.score), what):
        for line in wrapped(str(sentence), SCREEN, "  "):
            click.echo(line)
    print_table(list(map(translate, _HEADINGS)), [_cells(link, titles) for link in found.links], "lrrrrr")


def _cells(link: Link, titles: Mapping[str, Sayable]) -> list[str]:
    return [
        str(titles[link.name]),
        _shown(link.promoters, "{:.1f}"),
        _shown(link.detractors, "{:.1f}"),
        _shown(link.correlation, "{:+.2f}"),
        f"{link.interval.low:+.2f}..{link.interval.high:+.2f}" if link.correlation is not None else "-",
        f"{link.visits:,}",
    ]


def _shown(value: float | None, form: str) -> str:
    return "-" if value is None else form.format(value)

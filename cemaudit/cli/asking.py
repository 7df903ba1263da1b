"""What the commands that compare share: which visits, which score, and the rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from cemaudit.cli.numbers import CHANCE
from cemaudit.cli.options import tell_problems
from cemaudit.cli.snapshots import filter_of, filter_options, folder_of, place_options
from cemaudit.cli.words import option
from cemaudit.language import N_

if TYPE_CHECKING:
    from cemaudit.compare.results import Rules
    from cemaudit.compare.selection import Asked
    from cemaudit.ledger.query.reading import Local

__all__ = ["Question", "asking", "asking_options", "rules_of", "rules_options"]


class Question(NamedTuple):
    """Which visits of which snapshot, and which score of theirs."""

    url: str | None
    given: Path | None
    where: tuple[str, ...]
    since: datetime | None
    until: datetime | None
    with_excluded: bool
    wave: tuple[str, ...]
    measure: str | None
    scheme: str | None

    def asked(self, **more: Any) -> Asked:
        """It in the compare room's terms."""
        from cemaudit.compare.selection import Asked, in_wave

        which = filter_of(self.where, self.since, self.until, excluded=self.with_excluded)
        return Asked(in_wave(which, *self.wave) if self.wave else which, self.measure, self.scheme, **more)


def asking_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a ``Question``, which the command is given as ``question``."""

    @wraps(function)
    def asked(**values: Any) -> Any:
        question = Question(**{name: values.pop(name) for name in Question._fields})
        return function(question=question, **values)

    command: Callable[..., Any] = asked
    for each in (
        option("--scheme", metavar="ID@VERSION", help=N_("The scores under this scheme (see rescore).")),
        option("--measure", metavar="ID", help=N_("This measure, not the headline.")),
        filter_options,
        option(
            "--wave", multiple=True, metavar="WAVE", help=N_("Visits of this wave only; may be given several times.")
        ),
        place_options,
    ):
        command = each(command)
    return command


@contextmanager
def asking(question: Question) -> Iterator[Local]:
    """The snapshot, opened; where only some of its visits are scored under the scheme asked for, that is told."""
    from cemaudit.ledger.query.partly import partly_scored
    from cemaudit.ledger.query.reading import reading

    with reading(folder_of(question.url, question.given)) as opened:
        tell_problems(partly_scored(opened, question.asked().which, question.scheme))
        yield opened


def rules_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The rules, each of which has its usual value."""
    for each in (
        option(
            "--flag-at", type=CHANCE, metavar="P",
            help=N_("Flag from this probability on (0.8)."),
        ),
        option(
            "--level", type=CHANCE, metavar="P",
            help=N_("How often an interval holds the truth (0.9)."),
        ),
        option("--least-visits", type=click.IntRange(1), metavar="N", help=N_("No rank below so many visits (3).")),
    ):  # fmt: skip
        function = each(function)
    return function


def rules_of(least_visits: int | None, level: float | None, flag_at: float | None) -> Rules:
    """The rules with those given."""
    from cemaudit.compare.results import DEFAULT

    return DEFAULT._replace(
        least_visits=DEFAULT.least_visits if least_visits is None else least_visits,
        level=DEFAULT.level if level is None else level,
        flag_at=DEFAULT.flag_at if flag_at is None else flag_at,
    )

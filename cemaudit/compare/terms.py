"""What the figures of a league mean, and by which rules it keeps silent: printed with it wherever it is shown."""

from __future__ import annotations

from collections.abc import Iterator

from cemaudit.compare.league import League
from cemaudit.compare.telling import percent
from cemaudit.language import Message, message

__all__ = ["terms"]


def terms(league: League) -> tuple[Message, ...]:
    """The sentences: how means and scores are reckoned, and the rules."""
    return tuple(_terms(league))


def _terms(league: League) -> Iterator[Message]:
    rules = league.rules
    yield message("Mean: of all its visits, each counting the same, as they were scored.")
    if league.unit == "store":
        yield message(
            "Score: adjusted for what a store cannot help, such as strict shoppers, where visits tell, and drawn "
            "towards the others the less is known of it."
        )
    else:
        yield message("Score: the mean of its stores' adjusted scores, each store counting the same.")
    yield message(
        "Intervals are made to hold the truth in {level} of cases. Fewer than {least} visits: no rank, no group, no "
        "flag. Flags begin at a probability of {at}.",
        level=percent(rules.level), least=rules.least_visits, at=percent(rules.flag_at),
    )  # fmt: skip

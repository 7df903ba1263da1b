"""What the figures of a league mean, and by which rules it keeps silent: printed with it wherever it is shown."""

from __future__ import annotations

from collections.abc import Iterator

from cemaudit.compare.league import LEAST_TENTH, League
from cemaudit.compare.rules import Rules
from cemaudit.compare.telling import percent
from cemaudit.language import N_, Message, message

__all__ = ["terms", "terms_of_sides"]


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
    yield _rules(rules)
    if league.target is not None:
        yield message(_MISSED_TERMS[league.worse], target=f"{league.target:g}", at=percent(rules.flag_at))
    elif league.order.places >= LEAST_TENTH:
        yield message(
            "Low 10%: the probability of being among the lowest tenth; from {at} on it is flagged (!).",
            at=percent(rules.flag_at),
        )


_MISSED_TERMS = {
    "below": N_("< {target}: the probability of truly being below {target}; from {at} on it is flagged (!)."),
    "above": N_("> {target}: the probability of truly being above {target}; from {at} on it is flagged (!)."),
}


def terms_of_sides(rules: Rules) -> tuple[Message, ...]:
    """The same where channels, or whatever the facet is, are side by side."""
    return (message("Mean: of the adjusted scores of all stores, each store counting the same."), _rules(rules))


def _rules(rules: Rules) -> Message:
    return message(
        "Intervals are made to hold the truth in {level} of cases. Fewer than {least} visits: no rank, no group, no "
        "flag.",
        level=percent(rules.level), least=rules.least_visits,
    )  # fmt: skip

"""What a league says and what it cannot say, in sentences for somebody who has to decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from cemaudit.compare.league import LEAST_TENTH, League
from cemaudit.compare.reliability import visits_for_reliability
from cemaudit.language import N_, Message, message

__all__ = ["Told", "told"]

MOST_NAMED = 10
GOOD = 0.8
"""A reliability with which single stores can be judged."""


class Told(NamedTuple):
    """Sentences: ``known``, the most important first, and what is ``unknown``."""

    known: tuple[Message, ...]
    unknown: tuple[Message, ...]


def told(league: League) -> Told:
    """The sentences of a league."""
    return Told(tuple(_conclusions(league)), tuple(_open_questions(league)))


def _conclusions(league: League) -> Iterator[Message]:
    if league.order.places < 2:
        return
    yield _flags(league)
    if league.flagged:
        yield _flags_wrong(league)
    yield _pairs(league)
    yield _groups(league)
    if league.parts:
        yield _sources(league)


def _open_questions(league: League) -> Iterator[Message]:
    least = league.rules.least_visits
    few = sum(standing.visits < least for standing in league.standings)
    if few:
        yield message("{count} of {all} have fewer than {least} visits: they have no rank and no group.",
                      count=few, all=len(league.standings), least=least)  # fmt: skip
    if league.order.places < 2:
        yield message("Fewer than two have {least} visits or more, so nothing is ranked.", least=least)
    if league.unit == "store":
        yield from _too_few(league)
    yield from league.notes


def _flags(league: League) -> Message:
    names = [standing.name for standing in reversed(league.flagged)]
    at = percent(league.rules.flag_at)
    if league.target is not None:
        text = _MISSED[bool(names), league.worse]
        return message(text, target=_points(league.target), at=at, names=_listed(names))
    if league.order.places < LEAST_TENTH:
        return message("Nothing is flagged: there is no target, and of fewer than ten there is no lowest tenth.")
    if names:
        return message("Probably among the lowest tenth ({at} or more): {names}.", at=at, names=_listed(names))
    return message("None is among the lowest tenth with a probability of {at} or more.", at=at)


_MISSED = {
    (True, "below"): N_("Visit first, for they are probably below {target} ({at} or more): {names}."),
    (True, "above"): N_("Visit first, for they are probably above {target} ({at} or more): {names}."),
    (False, "below"): N_("None is below {target} with a probability of {at} or more."),
    (False, "above"): N_("None is above {target} with a probability of {at} or more."),
}


def _flags_wrong(league: League) -> Message:
    count, wrong, found = len(league.flagged), (league.wrong or 0.0) * len(league.flagged), league.found or 0.0
    return message(
        "Flagged: {count}; expected to be wrong: {wrong}. Of all that truly belong there the flags find {found}.",
        count=count, wrong="<0.1" if wrong < 0.05 else f"{wrong:.1f}", found=percent(found),
    )  # fmt: skip


def _pairs(league: League) -> Message:
    share = league.order.told_apart
    if not share:
        return message("No two of them can be told apart with 95 % confidence: every difference may be chance.")
    return message(
        "Of all pairs {share} can be told apart with 95 % confidence; of the others the difference may be chance.",
        share=percent(share),
    )


def _groups(league: League) -> Message:
    if league.order.groups < 2:
        return message("All are one group: from these visits their order says nothing.")
    sizes = Counter(standing.group for standing in league.standings if standing.group)
    listed = ", ".join(str(sizes[group]) for group in sorted(sizes))
    return message(
        "There are {count} groups, best first, of {sizes}. Within a group the order is chance; between groups {wrong} "
        "of all pairs may still be the wrong way round.",
        count=league.order.groups, sizes=listed, wrong=percent(league.order.wrong),
    )  # fmt: skip


def _sources(league: League) -> Message:
    store, shopper, visit = (percent(part.share) for part in league.parts)
    if not league.shoppers:
        return message("Of what makes single visits differ, {store} is the stores and {visit} is chance.",
                       store=store, visit=visit)  # fmt: skip
    return message(
        "Of what makes single visits differ, {store} is the stores, {shopper} how strict shoppers are, {visit} chance.",
        store=store, shopper=shopper, visit=visit,
    )  # fmt: skip


def _too_few(league: League) -> Iterator[Message]:
    """How many visits would do, where there are fewer."""
    needed = visits_for_reliability(league.spreads, GOOD)
    if needed is None:
        yield message("Stores do not differ by more than chance explains.")
        return
    visits = [standing.visits for standing in league.standings]
    if sum(visits) / len(visits) < needed:
        mean = f"{sum(visits) / len(visits):.1f}"
        yield message(
            "To judge single stores (reliability {good}) takes about {needed} visits each; on average there are "
            "{mean}.",
            good=GOOD, needed=f"{needed:,}", mean=mean,
        )  # fmt: skip


def percent(share: float) -> str:
    """A share (0 to 1) in whole percent; what is nearly nothing or all is not called so."""
    if 0 < share < 0.005:
        return "<1 %"
    if 0.995 < share < 1:
        return ">99 %"
    return f"{share * 100:.0f} %"


def _points(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:MOST_NAMED])
    return f"{shown} ... (+{len(names) - MOST_NAMED})" if len(names) > MOST_NAMED else shown

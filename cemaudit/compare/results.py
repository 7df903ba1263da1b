"""What every comparison says beside its numbers: the facts about the visits, the rules kept, the units compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from cemaudit.language import Message, NameList, message
from cemaudit.model.text import Text

if TYPE_CHECKING:
    from cemaudit.compare.score_scale import ScoreScale

__all__ = [
    "CIRCUMSTANCE_TITLES",
    "DEFAULT_RULES",
    "EXCLUDED",
    "LEFT_OUT_INCOMPLETE",
    "NO_CASE_MIX",
    "NO_EPISODE_CASE_MIX",
    "UNIT_TITLES",
    "ComparedData",
    "ComparisonRules",
    "circumstances_note",
    "unknown_shoppers_note",
]

EXCLUDED = "excluded"
LEFT_OUT_INCOMPLETE = "incomplete-visits"
"""Among what is left out: incomplete visits, where the ledger's setting leaves them out."""


@dataclass(frozen=True)
class ComparedData:
    """Of visits that are compared.

    ``measure`` (its id), ``title`` (where the scheme gives one) and ``unit`` (``points``, ``percent``, ``count``) of
    the scores; ``value`` of the facet they are kept for. ``better``: which scores are. ``checklists`` and ``schemes``
    by ``id@version``. ``visits``: how many have a score; ``unknown_shopper_visits``: how many of them by a shopper not
    known. ``left_out``: visits without a score by the reason's word, and those ``excluded`` or, as the
    ledger is set, left out as incomplete. ``adjusted``: whether
    scores are for how easy the items that applied were, ``adjusted_for``: for which circumstances of the visits;
    ``notes``: what else a reader must know. ``incomplete``: how many of the ``visits`` lack something their checklist
    asks; ``None`` where that is not known. ``counted``: the states whose visits count, as the ledger is set; empty
    where that is not known.
    """

    measure: str
    value: str | None
    title: Text | None
    unit: str
    better: Literal["higher", "lower"]
    checklists: tuple[str, ...]
    schemes: tuple[str, ...]
    visits: int
    unknown_shopper_visits: int
    left_out: Mapping[str, int]
    scale: ScoreScale
    adjusted: bool
    notes: tuple[Message, ...] = ()
    adjusted_for: tuple[str, ...] = ()
    incomplete: int | None = None
    counted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ComparisonRules:
    """What must be there before anything is said.

    ``least_visits``: below it a store has no rank and no place in a group. ``least_person``: below so many visits
    nothing is said of a shopper. ``level``: how often an interval is meant to hold the truth. ``flag_at``: the
    probability of being below target from which a store is flagged. ``arcsine_above``: the mean share of points
    (0 to 1) above which shares are compared on the arcsine scale. ``extremes``: the share of stores called the lowest
    or the highest. ``preference``: a store is placed above another where that is likelier than 1 in (1 + this).
    """

    least_visits: int = 3
    least_person: int = 5
    level: float = 0.90
    flag_at: float = 0.80
    arcsine_above: float = 0.85
    extremes: float = 0.10
    preference: float = 0.25


DEFAULT_RULES = ComparisonRules()

UNIT_TITLES = {
    "store": message("Store"),
    "region": message("Region"),
    "format": message("Format"),
    "brand": message("Brand"),
    "owner": message("Owner"),
    "pool": message("Pool"),
}
"""One of what is compared, by its key."""


CIRCUMSTANCE_TITLES = {
    "weekday": message("weekday"),
    "hour": message("hour"),
    "hour-band": message("hours of the day"),
    "season": message("season"),
    "occasion": message("occasion"),
    "place": message("place"),
    "persona": message("persona"),
}
"""What circumstances are called, by their key."""


NO_CASE_MIX = message("No case-mix adjustment: this measure is not a mean of item points.")


NO_EPISODE_CASE_MIX = message("No case-mix adjustment: the score of an episode is of several visits.")


def circumstances_note(adjusted: Sequence[str], unadjusted: Sequence[str]) -> Iterator[Message]:
    """Yield what scores are adjusted for of the visits' circumstances, and what differs between them all the same."""
    if adjusted:
        names = NameList(tuple(CIRCUMSTANCE_TITLES.get(key, key) for key in adjusted))
        yield message("Scores are adjusted for circumstances of the visits: {names}.", names=names)
    if unadjusted:
        yield message(
            "Not adjusted, although it differs between the visits: {names} (--adjust {keys}).",
            names=NameList(tuple(CIRCUMSTANCE_TITLES[key] for key in unadjusted)),
            keys=",".join(unadjusted),
        )


def unknown_shoppers_note(visits: int) -> Message:
    """Return the note that so many ``visits`` are not adjusted for how strict their shoppers are."""
    return message("Visits by shoppers who are not known, whose severity cannot be adjusted for: {n}.", n=visits)

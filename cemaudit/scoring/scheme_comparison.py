"""Many visits under two schemes: each of them rescored, and what changes over all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from cemaudit.model import Band, Visit
from cemaudit.scoring.bands import Peers, needs_peers, peers_of
from cemaudit.scoring.engine import Engine, make_audit
from cemaudit.scoring.plan import Plan
from cemaudit.scoring.rescore import RescoredVisit, rescore

__all__ = ["HeadlineChange", "SchemeChanges", "peers_by_scheme", "rescore_visits", "summarise_changes"]


@dataclass(frozen=True, slots=True)
class HeadlineChange:
    """The headline after less the headline before, over the visits that have both: its mean, least and greatest."""

    mean: Fraction
    least: Fraction
    greatest: Fraction


@dataclass(frozen=True, slots=True)
class SchemeChanges:
    """What changes over ``visits`` visits.

    ``moved``: how many get another band. ``headline`` is ``None`` where no visit has both scores. ``bands``: how many
    visits had the band of the first name (in the language in force; ``None`` for no band) and have that of the second.
    ``causes``: in how many visits each kind of cause appears.
    """

    visits: int
    moved: int
    headline: HeadlineChange | None
    bands: Mapping[tuple[str | None, str | None], int]
    causes: Mapping[str, int]


def rescore_visits(engine: Engine, visits: Sequence[Visit], before: str | None) -> Iterator[RescoredVisit]:
    """Each visit under the scheme ``before`` (else its checklist's own) and under the engine's scheme.

    Bands by percentile compare each visit with all of ``visits`` under the same scheme.
    """
    plans = [
        (
            visit,
            engine.plan(visit.checklist, visit.day, before or engine.library.checklist(visit.checklist).scheme),
            engine.plan(visit.checklist, visit.day),
        )
        for visit in visits
    ]
    peers_before = peers_by_scheme([(visit, old) for visit, old, _ in plans])
    peers_after = peers_by_scheme([(visit, new) for visit, _, new in plans])
    for visit, old, new in plans:
        yield rescore(visit, old, new, (peers_before.get(old.scheme.ref), peers_after.get(new.scheme.ref)))


def peers_by_scheme(plans: Sequence[tuple[Visit, Plan]]) -> dict[str, Peers]:
    """The peers of each scheme that has bands by percentile, by its ``id@version``: all the visits planned under it."""
    schemes = {plan.scheme.ref: plan.scheme for _, plan in plans if needs_peers(plan.scheme)}
    return {
        ref: peers_of(scheme, [make_audit(plan, visit) for visit, plan in plans if plan.scheme.ref == ref])
        for ref, scheme in schemes.items()
    }


def summarise_changes(changes: Sequence[RescoredVisit]) -> SchemeChanges:
    """Count what changes, and how far the headline moves."""
    differences = [change.change for change in changes if change.change is not None]
    headline = None
    if differences:
        mean = sum(differences, Fraction(0)) / len(differences)
        headline = HeadlineChange(mean, min(differences), max(differences))
    return SchemeChanges(
        visits=len(changes),
        moved=sum(change.is_another_band for change in changes),
        headline=headline,
        bands=Counter((_name(change.before[1]), _name(change.after[1])) for change in changes),
        causes=Counter(kind for change in changes for kind in {cause.kind for cause in change.causes}),
    )


def _name(band: Band | None) -> str | None:
    return str(band) if band else None

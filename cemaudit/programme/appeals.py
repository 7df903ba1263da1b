"""What appeals did: score, band and place before and after, and how many were upheld, by wave, item and shopper.

Before is the shopper's revision, after that of headquarters; both are in the ledger, so it can be told at any time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from cemaudit.errors import BadInput
from cemaudit.ledger.appeals import Appeal
from cemaudit.ledger.ledger import Ledger
from cemaudit.ledger.returning import visit_numbered
from cemaudit.ledger.states import LATEST
from cemaudit.model import Audit, Change, Checklist, Visit
from cemaudit.scoring import Engine

if TYPE_CHECKING:
    from cemaudit.ledger.query.reading import Local

__all__ = [
    "LEAST_VISITS",
    "AppealEffect",
    "AppealFigures",
    "PlaceAmong",
    "ReportedAppeal",
    "appeal_effect",
    "appeal_figures",
    "place_among",
    "visits_by_key",
]

LEAST_VISITS = 5
"""Below so many visits nothing is said of a shopper."""


class PlaceAmong(NamedTuple):
    """The place of a store's mean score among ``stores`` (the best is 1), which it has by so many ``visits``."""

    place: int
    stores: int
    visits: int


class AppealEffect(NamedTuple):
    """What an upheld appeal changed: the ``changes`` of answers, and the audits before and after.

    ``places``: the store's places before and after among those of the wave, where a snapshot can tell.
    """

    appeal: Appeal
    changes: tuple[Change, ...]
    before: Audit
    after: Audit
    places: tuple[PlaceAmong, PlaceAmong] | None = None

    @property
    def scores(self) -> tuple[float | None, float | None]:
        """Return the headline before and after, in points."""
        values = (self.before.headline.value, self.after.headline.value)
        before, after = (None if value is None else float(value) for value in values)
        return before, after

    @property
    def points_moved(self) -> float | None:
        """Return by how many points the headline moved; ``None`` where one of the two has no score."""
        before, after = self.scores
        return None if before is None or after is None else after - before


class ReportedAppeal(NamedTuple):
    """An appeal against a visit that is reported, the checklist it answers, and what it changed, if anything."""

    appeal: Appeal
    checklist: Checklist
    effect: AppealEffect | None


def appeal_effect(engine: Engine, ledger: Ledger, appeal: Appeal) -> AppealEffect | None:
    """Return what an appeal changed; ``None`` unless it was upheld.

    ``BadInput`` where the checklist or scheme is not at hand.
    """
    if appeal.decision is None or appeal.decision.revision is None:
        return None
    after = visit_numbered(ledger, appeal.decision.revision)
    before = _revision_before(ledger, after)
    return AppealEffect(appeal, after.changes, engine.audit(before), engine.audit(after))


def _revision_before(ledger: Ledger, visit: Visit) -> Visit:
    rows = ledger.database.run("select number from visit where id = ? and revision = ?", (visit.id, visit.revision - 1))
    return visit_numbered(ledger, rows[0][0])


def place_among(reading: Local, ledger: Ledger, effect: AppealEffect) -> AppealEffect:
    """Return the effect with the store's places before and after, by plain means of the visits of its wave.

    Without them where the snapshot holds neither of the revisions, or the store has no score there.
    """
    from cemaudit.ledger.query.keys import Condition  # noqa: PLC0415 (an extra reads snapshots)
    from cemaudit.ledger.query.question import LedgerQuery  # noqa: PLC0415
    from cemaudit.ledger.query.scores import is_better_lower, tables_asked, tallies  # noqa: PLC0415
    from cemaudit.ledger.query.statement import MEAN, Filter  # noqa: PLC0415
    from cemaudit.ledger.snapshot.score_columns import hundredths  # noqa: PLC0415

    appeal, values = effect.appeal, (effect.before.headline.value, effect.after.headline.value)
    counted = _counted_revision(reading, ledger, effect)
    if counted is None or None in values:
        return effect
    before, after = (hundredths(value) for value in values if value is not None)
    conditions = [Condition("checklist", (appeal.checklist.partition("@")[0],))]
    conditions += [Condition("wave", (appeal.wave,))] if appeal.wave else []
    question = LedgerQuery(("store",), Filter(tuple(conditions)), measure=effect.after.scheme.leading)
    try:
        sums = tallies(reading, question, MEAN)
        worse = 1 if is_better_lower(tables_asked(reading, question)) else -1
    except BadInput:  # the snapshot has no scores of this measure
        return effect
    totals = {group[0]: (each.scores.total, each.scores.n) for group, each in sums.items() if each.scores.n}
    if appeal.store not in totals:
        return effect
    total, count = totals[appeal.store]
    places = []
    for value in (before, after):
        totals[appeal.store] = (total - (before, after)[counted] + value, count)
        places.append(_place(totals, appeal.store, worse))
    return effect._replace(places=(places[0], places[1]))


def _counted_revision(reading: Local, ledger: Ledger, effect: AppealEffect) -> int | None:
    """Which of the two revisions counts in a snapshot, 0 or 1; ``None`` where that is not one of them."""
    decision = effect.appeal.decision
    if decision is None or decision.revision is None:
        return None
    visit = effect.before.visit
    query = "select number from visit where id = ? and revision = ?"
    ((before,),) = ledger.database.run(query, (visit.id, visit.revision))
    gone = {number for (number,) in reading.ask("select number from gone")}
    counting = [
        place
        for place, number in enumerate((before, decision.revision))
        if number <= reading.manifest.covered and number not in gone
    ]
    return counting[0] if len(counting) == 1 else None


def _place(totals: Mapping[str | None, tuple[int, int]], store: str, worse: int) -> PlaceAmong:
    """The place of a store by its mean; stores of the same mean share the better place."""
    total, count = totals[store]
    # Crosswise, so that whole numbers are compared and no rounding decides.
    better = sum(
        (other_total * count - total * other_count) * worse < 0 for other_total, other_count in totals.values()
    )
    return PlaceAmong(better + 1, len(totals), count)


class AppealFigures(NamedTuple):
    """How many appeals of a group (a wave, an item, a shopper) were opened, and what became of them.

    ``visits``: of the group in the ledger, where a share of them says something; ``moved``: by how many points the
    visits' scores moved in all, and ``not_scored``: upheld appeals without a score before or after.
    """

    group: str | None
    opened: int
    upheld: int
    refused: int
    moved: float
    not_scored: int
    visits: int | None = None


def appeal_figures(
    effects: Sequence[tuple[Appeal, AppealEffect | None]], key: str, visits: Mapping[str | None, int] | None = None
) -> list[AppealFigures]:
    """Return the figures of appeals by ``key``: ``wave``, ``item`` or ``shopper``, most upheld first but for waves.

    ``visits``: how many visits of each value there are. Shoppers with fewer than ``LEAST_VISITS`` are taken together,
    as the group ``None``: one appeal would say who it is about.
    """
    groups: dict[str | None, list[tuple[Appeal, AppealEffect | None]]] = defaultdict(list)
    for appeal, effect in effects:
        groups[_group(appeal, key, visits)].append((appeal, effect))
    figures = [_figures(group, members, visits) for group, members in groups.items()]
    if key == "wave":
        return sorted(figures, key=lambda each: (each.group is None, each.group or ""))
    return sorted(figures, key=lambda each: (each.group is None, -each.upheld, -each.opened, each.group or ""))


def visits_by_key(ledger: Ledger, key: str, wave: str | None = None) -> dict[str | None, int] | None:
    """Return how many visits of the ledger, at their latest revision, each wave or shopper has; of items ``None``."""
    if key not in {"wave", "shopper"}:
        return None
    condition, values = (" and wave = ?", (wave,)) if wave is not None else ("", ())
    rows = ledger.database.run(f"select {key}, count(*) from visit where {LATEST}{condition} group by {key}", values)
    return {value: int(count) for value, count in rows}


def _group(appeal: Appeal, key: str, visits: Mapping[str | None, int] | None) -> str | None:
    value: str | None = getattr(appeal, key)
    if key == "shopper" and (visits is None or visits.get(value, 0) < LEAST_VISITS):
        return None
    return f"{appeal.checklist.partition('@')[0]} {value}" if key == "item" else value


def _figures(
    group: str | None,
    members: Iterable[tuple[Appeal, AppealEffect | None]],
    visits: Mapping[str | None, int] | None,
) -> AppealFigures:
    listed = list(members)
    states = [appeal.state for appeal, _ in listed]
    moved = list(_moves(effect for _, effect in listed if effect))
    return AppealFigures(
        group,
        opened=len(listed),
        upheld=states.count("upheld"),
        refused=states.count("refused"),
        moved=sum(move for move in moved if move is not None),
        not_scored=moved.count(None),
        visits=None if visits is None or group is None else visits.get(group),
    )


def _moves(effects: Iterable[AppealEffect]) -> Iterator[float | None]:
    for effect in effects:
        yield effect.points_moved

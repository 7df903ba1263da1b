"""Claims and blames of a snapshot, wave by wave, and what came after claims, by store and other keys."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cemaudit.compare.claim_follow_up import (
    ClaimCase,
    ClaimFollowUp,
    NextWave,
    OutcomeShare,
    TouchpointWave,
    WaveComplaints,
    claim_cases,
    follow_up,
)
from cemaudit.compare.queries.visits import store_attributes
from cemaudit.compare.visit_table import STORE_KEYS
from cemaudit.compare.wording import whole_percent
from cemaudit.language import Message, message
from cemaudit.ledger.query.answers import CLAIM_STATES_JOIN
from cemaudit.ledger.query.keys import known_key, of_visits
from cemaudit.ledger.query.measured import facets_of_touchpoint
from cemaudit.ledger.query.question import LedgerQuery, checklists_asked, is_asked, replace_conditions
from cemaudit.ledger.query.reading import Reading
from cemaudit.ledger.query.statement import Filter, counted
from cemaudit.ledger.query.views import ViewResult
from cemaudit.ledger.snapshot.names import ColumnNames, quoted
from cemaudit.ledger.snapshot.parquet import sql_text
from cemaudit.model import Checklist, ClaimState, Touchpoint

__all__ = ["CASE_KEYS", "AfterClaims", "after_claims", "after_claims_sentences"]

LEVEL = 0.95
"""That of all intervals of ``query``."""

CASE_KEYS = ("store", "touchpoint", "wave", "state", "checklist", *STORE_KEYS)
"""What cases can be grouped by: ``wave`` is that of the claim, ``state`` what became of it at the time."""

Row = dict[str, Any]


@dataclass(frozen=True)
class AfterClaims:
    """What came after claims: ``result`` by the keys asked for, and the ``whole`` of all cases.

    ``waves``: all there are, the oldest first; ``waveless``: the visits that belong to none, and are left out.
    """

    result: ViewResult
    whole: ClaimFollowUp
    waves: tuple[str, ...]
    waveless: int


def after_claims(reading: Reading, question: LedgerQuery) -> AfterClaims:
    """Return what came after the claims of a question, in the next waves at the same touchpoints.

    Conditions on ``wave`` choose the waves of claims: what came after is looked for in all waves. ``BadInput`` where a
    key is none of ``CASE_KEYS``, where checklists of several ids are meant, or where states are asked for and the
    snapshot was made before it held them.
    """
    keys = question.by or ("store",)
    for key in keys:
        known_key(key, CASE_KEYS)
    refs = checklists_asked(reading, question, one=True)
    visits = replace_conditions(question.which, lambda condition: of_visits(condition.key) and condition.key != "wave")
    waves, waveless = _waves(reading, refs, visits)
    attributes = store_attributes(reading) if set(keys) & set(STORE_KEYS) else {}
    groups: dict[tuple[str | None, ...], list[ClaimCase]] = defaultdict(list)
    for checklist in sorted({ref.partition("@")[0] for ref in refs}):
        versions = [ref for ref in refs if ref.partition("@")[0] == checklist]
        for case in claim_cases(_complaints(reading, versions, question, visits, waves)):
            values = {
                "store": case.at.store,
                "touchpoint": case.at.touchpoint,
                "wave": waves[case.at.wave],
                "state": case.state,
                "checklist": checklist,
                **attributes.get(case.at.store, {}),
            }
            if _is_chosen(values, question.which):
                groups[tuple(values.get(key) for key in keys)].append(case)
    rows = [
        dict(zip(keys, group, strict=True)) | _row(follow_up(groups[group], LEVEL))
        for group in sorted(groups, key=lambda values: [(value is None, value or "") for value in values])
    ]
    whole = follow_up([case for cases in groups.values() for case in cases], LEVEL)
    return AfterClaims(ViewResult(keys, rows), whole, tuple(waves), waveless)


def _is_chosen(values: Mapping[str, str | None], which: Filter) -> bool:
    """Whether a case meets the conditions on its wave, which SQL was not asked."""
    return all(values["wave"] in condition.values for condition in which.conditions if condition.key == "wave")


def _waves(reading: Reading, refs: Sequence[str], which: Filter) -> tuple[list[str], int]:
    """The waves, the oldest first by the median day of their visits as in ``trend``, and the visits of no wave."""
    days: dict[str | None, Counter[str]] = defaultdict(Counter)
    for ref in refs:
        for wave, day, visits in reading.rows(reading.answers(ref), counted(("wave", "day"), (), which)):
            days[wave][str(day or "")] += int(visits)
    waveless = days.pop(None, Counter()).total()
    return sorted(filter(None, days), key=lambda wave: (_median(days[wave]), wave)), waveless


def _median(days: Counter[str]) -> str:
    """The day in the midst, the lower of two."""
    in_order = sorted(days.elements())
    return in_order[(len(in_order) - 1) // 2]


def _complaints(
    reading: Reading, refs: Sequence[str], question: LedgerQuery, which: Filter, waves: Sequence[str]
) -> dict[TouchpointWave, WaveComplaints]:
    """The claims and blames of each touchpoint of a store in each wave in which visits met it."""
    with_states = "state" in question.by
    place_of = {wave: place for place, wave in enumerate(waves)}
    complaints: dict[TouchpointWave, WaveComplaints] = {}
    for ref in refs:
        checklist = reading.checklist(ref)
        touchpoints = [spot for spot in checklist.touchpoints if is_asked(question, facets_of_touchpoint(spot))]
        if with_states:
            reading.view_claim_states(ref)
        states = tuple(ClaimState) if with_states else ()
        counts = [sql for spot in touchpoints for sql in _counts(checklist, spot, states)]
        joined = CLAIM_STATES_JOIN if with_states else ""
        for store, wave, _, *numbers in reading.rows(
            reading.answers(ref), counted(("store", "wave"), counts, which, joined)
        ):
            left = iter(int(number or 0) for number in numbers)
            for spot in touchpoints:
                met, claims, blames = next(left), next(left), next(left)
                noted = tuple(state.value for state in states for _ in range(min(next(left), 1)))
                if met and wave is not None:
                    at = TouchpointWave(store, spot.id, place_of[wave])
                    before = complaints.get(at, WaveComplaints(0, 0))
                    complaints[at] = WaveComplaints(
                        before.claims + claims, before.blames + blames, before.states + noted
                    )
    return complaints


def _counts(checklist: Checklist, spot: Touchpoint, states: Sequence[ClaimState]) -> Iterator[str]:
    """The SQL of the visits that meet a touchpoint, of its claims and blames, and of the states of claims."""
    names = ColumnNames(checklist)
    steps = ", ".join(map(sql_text, spot.steps))
    yield f"count(*) filter (where visits.step is null or visits.step in ({steps}))" if steps else "count(*)"
    for kind in ("claims", "blames"):
        yield f"sum(cast(visits.{quoted(names.touchpoint(kind, spot.id))} as bigint))"
    for state in states:
        yield f"sum(cast(claim_states.{quoted(names.touchpoint(state.value, spot.id))} as bigint))"


def after_claims_sentences(after: AfterClaims) -> Iterator[Message]:
    """Yield what the cases say together, how to read that, and what they cannot say."""
    whole = after.whole
    yield message("A case: a touchpoint of a store in a wave, with at least one claim. Cases: {n}.", n=whole.cases)
    if whole.censored:
        yield message(
            "Open cases: {n}. No later wave has met that touchpoint in that store, so nothing is known of them yet, "
            "and no share counts them.",
            n=whole.censored,
        )
    blamed = whole.outcomes[NextWave.BLAMED]
    if blamed.share is not None:
        yield message(
            "Followed cases: {n}. The next wave brought a blame at the same touchpoint in {hits}: {share} ({low} to "
            "{high}); in any later wave in {ever}.",
            n=whole.followed,
            hits=blamed.hits,
            share=whole_percent(blamed.share),
            low=whole_percent(blamed.interval.low),
            high=whole_percent(blamed.interval.high),
            ever=whole.blamed_later.hits,
        )
    if whole.expected is not None:
        yield message(
            "Expected: {share} of the same touchpoints are blamed in the wave after one without a claim.",
            share=whole_percent(whole.expected),
        )
    if after.waveless:
        yield message("Visits without a wave, left out: {n}.", n=after.waveless)
    yield message(
        "Others visit in other waves: a blame after a claim is not the claimant's own, and no proof that the claim "
        "caused it. Cases of one store are not independent, so the intervals are too narrow where few stores make up "
        "most cases."
    )


def _row(follow: ClaimFollowUp) -> Row:
    row: Row = {"cases": follow.cases, "censored": follow.censored, "followed": follow.followed}
    for outcome in NextWave:
        row |= _share(outcome.value, follow.outcomes[outcome])
    return row | {"expected_blamed": follow.expected} | _share("blamed_later", follow.blamed_later)


def _share(name: str, share: OutcomeShare) -> Row:
    low, high = share.interval if share.cases else (None, None)
    return {name: share.hits, f"{name}_share": share.share, f"{name}_low": low, f"{name}_high": high}

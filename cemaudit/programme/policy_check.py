"""Holds the visits of a snapshot against a policy: each gate by its bound, each store by the probability of a miss."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from math import floor
from statistics import NormalDist

from cemaudit.compare.errors import NotEstimable
from cemaudit.compare.fitting import FittedModel
from cemaudit.compare.from_snapshot import fit_selection, league_of_fit, read_visit_arrays
from cemaudit.compare.intervals import Standing
from cemaudit.compare.league_table import League
from cemaudit.compare.results import DEFAULT_RULES, ComparisonRules
from cemaudit.compare.selection import Selection
from cemaudit.errors import BadInput, Problem, Sayable, nearest
from cemaudit.language import N_, message, translate
from cemaudit.ledger.query.critical import critical_failures
from cemaudit.ledger.query.keys import Condition, known_key
from cemaudit.ledger.query.question import LedgerQuery
from cemaudit.ledger.query.reading import Local
from cemaudit.programme.policy import STORE_KEYS, Policy, QualityGate, Target

__all__ = ["CheckVerdict", "PolicyCheck", "QualityGateResult", "TargetResult", "check_policy", "policy_met_by"]


class CheckVerdict(StrEnum):
    """What a check came to."""

    MISSED = N_("missed")
    OPEN = N_("not settled")
    MET = N_("met")
    NOT_KNOWN = N_("not known")

    @property
    def words(self) -> str:
        """The verdict in the language in force."""
        return translate(self.value)


@dataclass(frozen=True, slots=True)
class QualityGateResult:
    """What became of a gate. ``value``: the mean in points, or the number of failures; ``why`` it is not known."""

    gate: QualityGate
    verdict: CheckVerdict
    value: float | None
    visits: int
    why: Sayable | None = None


@dataclass(frozen=True, slots=True)
class TargetResult:
    """What became of a store's target. ``probability``: that its score misses ``target``; ``None`` where not known."""

    store: str
    name: str
    measure: str
    target: float
    verdict: CheckVerdict
    visits: int
    score: float | None
    probability: float | None
    why: Sayable | None = None


@dataclass(frozen=True, slots=True)
class PolicyCheck:
    """Everything a policy says of some visits.

    ``wrong``: how many of the stores that missed their target are expected to meet it in truth, each counted with the
    probability that it does; ``None`` where none missed it.
    """

    policy: Policy
    gates: tuple[QualityGateResult, ...]
    targets: tuple[TargetResult, ...]
    remarks: tuple[Problem, ...] = ()
    """Targets that are for no store."""

    @property
    def missed(self) -> tuple[TargetResult, ...]:
        """The targets that are probably missed."""
        return tuple(result for result in self.targets if result.verdict is CheckVerdict.MISSED)

    @property
    def wrong(self) -> float | None:
        missed = self.missed
        return sum(1 - (result.probability or 0.0) for result in missed) if missed else None

    @property
    def is_met(self) -> bool:
        """Whether no gate and no target was missed."""
        return not self.missed and all(result.verdict is not CheckVerdict.MISSED for result in self.gates)

    @property
    def is_known(self) -> bool:
        """Whether every gate was decided."""
        return all(result.verdict is not CheckVerdict.NOT_KNOWN for result in self.gates)


def check_policy(
    reading: Local, selection: Selection, policy: Policy, rules: ComparisonRules = DEFAULT_RULES
) -> PolicyCheck:
    """Return what a policy says of the visits of a selection; ``rules.flag_at``: from which probability a miss is told.

    ``BadInput`` where it names a measure or a key that is not there, or a target on the wrong side.
    """
    gates = tuple(_check_gate(reading, selection, gate) for gate in policy.gates)
    results = tuple(_check_targets(reading, selection, policy, rules))
    return PolicyCheck(policy, gates, results, tuple(_idle_targets(policy, _attributes_of_stores(reading))))


def _idle_targets(policy: Policy, stores: Mapping[str, Mapping[str, str | None]]) -> Iterator[Problem]:
    """Targets that no store of the snapshot has the attributes for: a misspelt region, say."""
    for number, target in enumerate(policy.targets, 1):
        if any(target.is_for(attributes) for attributes in stores.values()):
            continue
        hint = None
        for key, values in target.where.items():
            values_there = {str(attributes[key]) for attributes in stores.values() if attributes[key] is not None}
            hint = hint or next((nearest(value, values_there) for value in values if value not in values_there), None)
        yield Problem(message("this target is for no store"), f"targets.{number}", hint)


def _check_gate(reading: Local, selection: Selection, gate: QualityGate) -> QualityGateResult:
    place = f"gates.{gate.id}"
    try:
        conditions = tuple(Condition(known_key(key), values) for key, values in gate.where.items())
        visit_filter = selection.visit_filter
        selection = replace(
            selection,
            measure=gate.measure,
            adjusted=False,
            visit_filter=visit_filter._replace(conditions=(*visit_filter.conditions, *conditions)),
        )
        raw = read_visit_arrays(reading, selection).raw
        if gate.critical:
            query = LedgerQuery((), selection.visit_filter, selection.scheme, lenses=selection.lenses)
            value = float(len(critical_failures(reading, query)))
        else:
            value = float(raw.mean())
    except NotEstimable as refusal:
        return QualityGateResult(gate, CheckVerdict.NOT_KNOWN, None, 0, refusal.problems[0].what)
    except BadInput as error:
        raise _in_file(error, place) from error
    visits = len(raw)
    if visits < gate.least_visits:
        why = message("fewer than {least} visits", least=gate.least_visits)
        return QualityGateResult(gate, CheckVerdict.NOT_KNOWN, value, visits, why)
    # what is printed with two decimals must not be refused for its tenth
    exact = Fraction(repr(round(value, 9)))
    holds = all(bound.holds(exact) for bound in gate.bounds)
    return QualityGateResult(gate, CheckVerdict.MET if holds else CheckVerdict.MISSED, value, visits)


def _check_targets(
    reading: Local, selection: Selection, policy: Policy, rules: ComparisonRules
) -> Iterator[TargetResult]:
    by_measure: dict[str | None, list[tuple[int, Target]]] = defaultdict(list)
    for number, target in enumerate(policy.targets, 1):
        by_measure[target.measure].append((number, target))
    stores = _attributes_of_stores(reading)
    for measure, targets in by_measure.items():
        try:
            fitted = fit_selection(reading, replace(selection, measure=measure, unit="store"), rules)
            yield from _held_against(reading, fitted, targets, stores, rules)
        except NotEstimable as refusal:
            for name, (_, target) in _targets_of_stores(stores, targets).items():
                yield TargetResult(name, name, measure or "", target.points, CheckVerdict.NOT_KNOWN, 0, None, None,
                                   refusal.problems[0].what)  # fmt: skip
        except BadInput as error:
            raise _in_file(error, f"targets.{targets[0][0]}") from error


def _in_file(error: BadInput, place: str) -> BadInput:
    """The error at its place in the file; comparisons name the options that commands have for it."""
    return BadInput(
        replace(problem, place=problem.place.removeprefix("--")).inside(place) for problem in error.problems
    )


def _attributes_of_stores(reading: Local) -> dict[str, dict[str, str | None]]:
    rows = reading.ask("select store, region, format, brand, owner, pool from stores where store is not null")
    return {row[0]: dict(zip(STORE_KEYS, row, strict=True)) for row in sorted(rows)}


def _targets_of_stores(
    stores: Mapping[str, Mapping[str, str | None]], targets: Sequence[tuple[int, Target]]
) -> dict[str, tuple[int, Target]]:
    """The target of each store that has one, the last that is for it, with its number in the file."""
    target_of: dict[str, tuple[int, Target]] = {}
    for store, attributes in stores.items():
        fitting = [pair for pair in targets if pair[1].is_for(attributes)]
        if fitting:
            target_of[store] = fitting[-1]
    return target_of


def _held_against(
    reading: Local,
    fitted: FittedModel,
    targets: Sequence[tuple[int, Target]],
    stores: Mapping[str, Mapping[str, str | None]],
    rules: ComparisonRules,
) -> Iterator[TargetResult]:
    compared = {store: stores.get(store, {"store": store}) for store in fitted.crossed.stores}
    target_of = _targets_of_stores(compared, targets)
    leagues: dict[float, League] = {}
    standings: dict[float, dict[str, Standing]] = {}
    for number, target in target_of.values():
        if target.points not in leagues:
            league = league_of_fit(reading, fitted, target.points, rules)
            _refuse_wrong_side(league, target, number)
            leagues[target.points] = league
            standings[target.points] = {standing.store: standing for standing in league.standings}
    for store, (_, target) in target_of.items():
        standing = standings[target.points].get(store)
        if standing is not None:
            yield _result(standing, leagues[target.points], rules)


def _refuse_wrong_side(league: League, target: Target, number: int) -> None:
    lower = league.facts.better == "lower"
    if lower != (target.at_least is None):
        text = message("of {measure} lower scores are better: say at_most", measure=league.facts.measure)
        if not lower:
            text = message("of {measure} higher scores are better: say at_least", measure=league.facts.measure)
        raise BadInput(Problem(text, f"targets.{number}"))


def _result(standing: Standing, league: League, rules: ComparisonRules) -> TargetResult:
    probability = standing.below
    if standing.rank is None or probability is None:
        verdict = CheckVerdict.NOT_KNOWN
    elif standing.flagged:
        verdict = CheckVerdict.MISSED
    else:
        verdict = CheckVerdict.MET if probability <= 1 - rules.flag_at else CheckVerdict.OPEN
    why: Sayable | None = None
    if verdict is CheckVerdict.NOT_KNOWN:
        why = (
            message("its only shopper visited nothing else")
            if standing.is_isolated
            else message("fewer than {least} visits", least=rules.least_visits)
        )
    return TargetResult(
        store=standing.store,
        name=standing.name,
        measure=league.facts.measure,
        target=league.target or 0.0,
        verdict=verdict,
        visits=standing.visits,
        score=standing.score,
        probability=probability if verdict is not CheckVerdict.NOT_KNOWN else None,
        why=why,
    )


def policy_met_by(
    reading: Local, selection: Selection, policy_id: str, rules: ComparisonRules = DEFAULT_RULES
) -> Policy:
    """Return a policy that the visits of a selection satisfy as they are: bounds to begin with, and to raise later.

    A gate on the mean of the measure asked about and one on failed critical items, and the highest whole number as a
    target that no store misses by the same ``rules``. ``NotEstimable`` where there is nothing to go by.
    """
    arrays = read_visit_arrays(reading, replace(selection, adjusted=False))
    lower, mean = arrays.facts.better == "lower", float(arrays.raw.mean())
    # rounded to the side on which it holds
    edge = -floor(-mean * 10) / 10 if lower else floor(mean * 10) / 10
    gates = [QualityGate(id="mean", measure=selection.measure, mean=f"{'<=' if lower else '>='} {edge:g}")]
    query = LedgerQuery((), selection.visit_filter, selection.scheme, lenses=selection.lenses)
    gates.append(QualityGate(id="critical", critical=f"<= {len(critical_failures(reading, query))}"))
    target = _highest_target(reading, selection, rules)
    targets = () if target is None else (
        Target(measure=selection.measure, **{"at_most" if lower else "at_least": target}),
    )  # fmt: skip
    return Policy(id=policy_id, version="1", gates=tuple(gates), targets=targets)


def _highest_target(reading: Local, selection: Selection, rules: ComparisonRules) -> int | None:
    """The highest whole number, or the lowest where lower is better, that no store probably misses."""
    try:
        fitted = fit_selection(reading, replace(selection, unit="store"), rules)
        league = league_of_fit(reading, fitted, None, rules)
    except NotEstimable:
        return None
    sign = -1 if league.facts.better == "lower" else 1
    reach = NormalDist().inv_cdf(rules.flag_at)
    edges = [sign * one.score + reach * one.se for one in league.standings if one.rank is not None]
    if not edges:
        return None
    target = floor(min(edges)) * sign
    # near the ends of the scale intervals are not symmetric: the rule itself has the last word
    while league_of_fit(reading, fitted, float(target), rules).flagged:
        target -= sign
    return target

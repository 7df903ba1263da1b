"""What a manager reads first: whom to act on now, whom to watch, who is fine, and of whom too few visits are known.

Nothing is estimated here. Each list holds what other modules decided: flags of the league, intervals beside a target,
critical items not met, alarms of control charts, advice on items, suggestions on drivers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from cemaudit.compare.channels import FacetLeague
from cemaudit.compare.drivers.ipa import Suggestion
from cemaudit.compare.drivers.results import DriverStudy
from cemaudit.compare.intervals import Standing
from cemaudit.compare.intervention import ActionEffect
from cemaudit.compare.item_analysis import ItemAdvice, ItemStatistics
from cemaudit.compare.league_table import League
from cemaudit.compare.severity import LEAST_CHANCE, ShopperSeverities, ShopperSeverity
from cemaudit.compare.target_check import TargetCheck
from cemaudit.compare.trends import Trend
from cemaudit.compare.waves import WaveSeries
from cemaudit.compare.wording import percent
from cemaudit.errors import Sayable
from cemaudit.language import N_, Message, NameList, message

__all__ = [
    "ActionLists",
    "Judgement",
    "Urgency",
    "driver_lists",
    "effect_lists",
    "facet_lists",
    "item_lists",
    "league_lists",
    "shopper_lists",
    "target_lists",
    "trend_lists",
    "urgency",
]


class Urgency(StrEnum):
    """The four lists, the most urgent first."""

    ACT_NOW = "act_now"
    WATCH = "watch"
    FINE = "fine"
    NOT_ENOUGH = "not_enough_visits"


class Judgement(NamedTuple):
    """What is listed: its ``id``, how it is called, on which list and ``why``; ``size``: how many it stands for."""

    id: str
    name: Sayable | str
    urgency: Urgency
    why: Message
    size: int = 1


class ActionLists(NamedTuple):
    """All that is listed; stores the worst first."""

    judgements: tuple[Judgement, ...]

    def on(self, urgency: Urgency) -> tuple[Judgement, ...]:
        """Return those of one list."""
        return tuple(judgement for judgement in self.judgements if judgement.urgency is urgency)


def urgency(*, is_bad: bool, is_judged: bool = True, is_settled: bool = True) -> Urgency:
    """Return the list that decisions lead to.

    ``is_bad``: it was flagged, which holds also where nothing else is known (a wrong charge is one after one visit).
    ``is_judged``: there were visits enough to judge; ``is_settled``: they leave no doubt that all is well.
    """
    if is_bad:
        return Urgency.ACT_NOW
    if not is_judged:
        return Urgency.NOT_ENOUGH
    return Urgency.FINE if is_settled else Urgency.WATCH


_FLAGGED = {
    (True, "below"): N_("probably below {target} ({at} or more)"),
    (True, "above"): N_("probably above {target} ({at} or more)"),
    (False, "below"): N_("probably among the lowest tenth ({at} or more)"),
    (False, "above"): N_("probably among the highest tenth, the worst ({at} or more)"),
}
_OPEN = {
    (True, "below"): N_("may be below {target}: these visits do not settle it"),
    (True, "above"): N_("may be above {target}: these visits do not settle it"),
    (False, "below"): N_("below the mean of all by more than chance"),
    (False, "above"): N_("above the mean of all by more than chance, which is worse"),
}
_SETTLED = {
    (True, "below"): N_("above {target}, with the whole interval"),
    (True, "above"): N_("below {target}, with the whole interval"),
    (False, "below"): N_("not below the mean of all by more than chance (no target is set)"),
    (False, "above"): N_("not above the mean of all by more than chance (no target is set)"),
}


def league_lists(league: League, failed_critical: Mapping[str, Message] | None = None) -> ActionLists:
    """Return the lists of a league; ``failed_critical``: why, of stores (by id) that failed a critical item."""
    failed = failed_critical or {}
    return ActionLists(
        tuple(
            _with_failed(_standing_judgement(league, standing), failed.get(standing.store))
            for standing in reversed(league.standings)
        )
    )


def _standing_judgement(league: League, standing: Standing) -> Judgement:
    is_settled = _is_settled(league, standing)
    of_list = urgency(is_bad=standing.flagged, is_judged=standing.rank is not None, is_settled=is_settled)
    if of_list is Urgency.NOT_ENOUGH:
        why = _too_few(league, standing)
    else:
        texts = _FLAGGED if standing.flagged else _SETTLED if is_settled else _OPEN
        target = None if league.target is None else f"{league.target:g}"
        why = message(texts[target is not None, league.worse], target=target, at=percent(league.rules.flag_at))
    return Judgement(standing.store, standing.name, of_list, why)


def _is_settled(league: League, standing: Standing) -> bool:
    """Whether the interval lies wholly on the good side of the target; without one, not wholly on the mean's bad side.

    Of stores there is always a lower half: without a target only what chance does not explain is worth watching.
    """
    low, high = standing.interval
    if league.worse == "above":
        return high <= league.target if league.target is not None else low <= league.centre
    return low >= league.target if league.target is not None else high >= league.centre


def _too_few(league: League, standing: Standing) -> Message:
    if standing.is_isolated:
        return message("cannot be compared: its one shopper visited nothing else")
    return message("fewer than {least} visits", least=league.rules.least_visits)


def facet_lists(
    sides: Sequence[FacetLeague], uneven: Iterable[str], failed_critical: Mapping[str, Message] | None = None
) -> ActionLists:
    """Return the lists of stores over the values of a facet, by the worst of each.

    ``uneven``: stores (by id) whose values differ by more than chance; ``failed_critical``: as of ``league_lists``.

    Without a target a store is watched that is below the mean in all of several, or uneven: of many values one is
    often below by chance.
    """
    differing = set(uneven)
    by_store: dict[str, list[tuple[Judgement, FacetLeague]]] = {}
    for side in sides:
        for judgement in league_lists(side.league).judgements if side.league else ():
            by_store.setdefault(judgement.id, []).append((judgement, side))
    has_target = any(side.league and side.league.target is not None for side in sides)
    worst = (_worst_of_facets(judged, store in differing, has_target=has_target) for store, judged in by_store.items())
    failed = failed_critical or {}
    return ActionLists(tuple(_with_failed(judgement, failed.get(judgement.id)) for judgement in worst))


def _with_failed(judgement: Judgement, failed: Message | None) -> Judgement:
    """Return the judgement of a store that may have failed a critical item, too."""
    if failed is None:
        return judgement
    is_bad = judgement.urgency is Urgency.ACT_NOW
    why = message("{why}; {other}", why=judgement.why, other=failed) if is_bad else failed
    return judgement._replace(urgency=urgency(is_bad=True), why=why)


def _worst_of_facets(
    judged: Sequence[tuple[Judgement, FacetLeague]], is_uneven: bool, *, has_target: bool
) -> Judgement:
    known = [(judgement, side) for judgement, side in judged if judgement.urgency is not Urgency.NOT_ENOUGH]
    bad = [(judgement, side) for judgement, side in known if judgement.urgency is Urgency.ACT_NOW]
    doubtful = [(judgement, side) for judgement, side in known if judgement.urgency is Urgency.WATCH]
    is_doubtful = bool(doubtful) and (has_target or len(doubtful) == len(known))
    of_list = urgency(is_bad=bool(bad), is_judged=bool(known), is_settled=not (is_doubtful or is_uneven))
    example = judged[0][0]
    if of_list is Urgency.ACT_NOW:
        why = _in_facets(bad)
    elif of_list is Urgency.WATCH:
        why = _in_facets(doubtful) if is_doubtful else message("good in one, bad in another, by more than chance")
    elif of_list is Urgency.FINE and not has_target:
        why = message("not below the mean of all throughout by more than chance (no target is set)")
        if any(side.league and side.league.worse == "above" for _, side in known):
            why = message("not above the mean of all throughout by more than chance (no target is set)")
    else:
        why = known[0][0].why if known else example.why
    return Judgement(example.id, example.name, of_list, why)


def _in_facets(judged: Sequence[tuple[Judgement, FacetLeague]]) -> Message:
    return message("{why} [{names}]", why=judged[0][0].why, names=NameList(tuple(side.title for _, side in judged)))


def target_lists(check: TargetCheck, name: Sayable | str) -> ActionLists:
    """Return the lists of a mean beside its target, where stores cannot be compared."""
    has_interval, target = check.interval is not None, f"{check.target:g}"
    of_list = urgency(
        is_bad=check.is_settled and not check.is_met,
        is_judged=has_interval,
        is_settled=check.is_settled and check.is_met,
    )
    if not has_interval:
        why = message("whether the target of {target} is met is not sure: {why}", target=target, why=check.no_interval)
    elif not check.is_settled:
        why = message("whether the target of {target} is met these visits do not settle", target=target)
    elif check.is_met:
        why = message("the target of {target} is met, with the whole interval", target=target)
    else:
        why = message("the target of {target} is missed, with the whole interval", target=target)
    return ActionLists((Judgement("", name, of_list, why),))


def trend_lists(trend: Trend) -> ActionLists:
    """Return the lists of a trend: all stores, the parts they are followed by, and single stores.

    Changes of parts are tested one by one, and so are watched only: some of many are bad by chance. Single stores share
    one bound on false alarms.
    """
    series = [_series_judgement(trend, trend.network, bad=Urgency.ACT_NOW)]
    series += [_series_judgement(trend, part, bad=Urgency.WATCH) for part in trend.part_series]
    return ActionLists((*series, *_store_judgements(trend)))


def _series_judgement(trend: Trend, series: WaveSeries, *, bad: Urgency) -> Judgement:
    """Return the judgement by the last change that is more than chance: a fall is not undone by a wave without one."""
    changes = [point for point in series.points if point.change is not None and point.change_interval is not None]
    significant = [point for point in changes if point.is_significant]
    last = significant[-1] if significant else None
    is_worse = last is not None and ((last.change or 0.0) > 0) == (trend.facts.better == "lower")
    is_of_now = last is not None and last is series.points[-1]
    of_list = urgency(
        is_bad=is_worse and is_of_now and bad is Urgency.ACT_NOW, is_judged=bool(changes), is_settled=not is_worse
    )
    if not changes:
        why = message("no change can be told")
    elif last is None:
        why = message("no change by more than chance")
    elif not is_worse:
        why = message("better in {wave} than in the wave before, by more than chance", wave=last.wave)
    elif is_of_now:
        why = message("worse in {wave} than in the wave before, by more than chance", wave=last.wave)
    else:
        why = message("worse in {wave} than in the wave before, by more than chance, and not better since",
                      wave=last.wave)  # fmt: skip
    return Judgement(series.key, series.name, of_list, why)


def _store_judgements(trend: Trend) -> Iterator[Judgement]:
    if trend.watching is None:
        return
    waves = ", ".join(trend.watching.baseline)
    worse = "up" if trend.facts.better == "lower" else "down"
    alarms = {alarm.store: alarm for alarm in trend.watching.alarms}
    watched = trend.watched_stores()
    for store in sorted(trend.rows.stores, key=lambda store: (store not in alarms, store)):
        alarm = alarms.get(store)
        is_worse = alarm is not None and alarm.direction == worse
        of_list = urgency(is_bad=is_worse, is_judged=store in watched)
        if store not in watched:
            why = message("not visited both in {waves} and after", waves=waves)
        elif alarm is None:
            why = message("no worse than in {waves} by more than chance (its level: see compare)", waves=waves)
        elif is_worse:
            why = message("worse than in {waves} by more than chance", waves=waves)
        else:
            why = message("better than in {waves} by more than chance", waves=waves)
        yield Judgement(store, trend.names.get(store, store), of_list, why)


def shopper_lists(severities: ShopperSeverities, least: int) -> ActionLists:
    """Return the lists of shoppers, by pseudonym; of those with fewer than ``least`` visits only how many there are.

    Strict and mild shoppers are watched only: scores are adjusted for that, and it is no fault.
    """
    judgements = [
        Judgement(
            shopper.shopper,
            shopper.shopper,
            urgency(is_bad=shopper.spread is not None, is_settled=not (shopper.strict or shopper.mild)),
            _why_of_shopper(shopper),
        )
        for shopper in severities.shoppers
    ]
    if severities.few:
        name = message("shoppers: {count}", count=f"{severities.few:,}")
        why = message("fewer than {least} visits", least=least)
        judgements.append(Judgement("", name, Urgency.NOT_ENOUGH, why, severities.few))
    return ActionLists(tuple(judgements))


_SCATTERS = {
    "uniform": N_("read these visits and ask: scores vary less than those of others (by chance: {chance})"),
    "erratic": N_("read these visits and ask: scores vary more than those of others (by chance: {chance})"),
}


def _why_of_shopper(shopper: ShopperSeverity) -> Message:
    if shopper.spread:
        return message(_SCATTERS[shopper.spread], chance=f"{max(shopper.chance or 0.0, LEAST_CHANCE):.2%}")
    if shopper.strict:
        return message("stricter than others; scores of stores are adjusted for it")
    if shopper.mild:
        return message("milder than others; scores of stores are adjusted for it")
    return message("like the others, as far as these visits tell")


ITEM_URGENCY = {
    ItemAdvice.NEVER: Urgency.ACT_NOW,
    ItemAdvice.CONTRARY: Urgency.ACT_NOW,
    ItemAdvice.DRIFT: Urgency.ACT_NOW,
    ItemAdvice.UNCALIBRATED: Urgency.WATCH,
    ItemAdvice.ALWAYS: Urgency.WATCH,
    ItemAdvice.NO_PART: Urgency.WATCH,
    ItemAdvice.SELDOM: Urgency.WATCH,
    ItemAdvice.MUST_KEEP: Urgency.FINE,
    ItemAdvice.FINE: Urgency.FINE,
    ItemAdvice.FEW: Urgency.NOT_ENOUGH,
}
"""An item to act on spoils scores as it stands; one to watch only takes time."""

ITEM_ADVICE = {
    ItemAdvice.FEW: message("too few answers to say anything"),
    ItemAdvice.ALWAYS: message("always met: drop it, or raise the standard"),
    ItemAdvice.MUST_KEEP: message("always met, and critical or a duty: keep asking"),
    ItemAdvice.NO_PART: message("always met, and no part of the headline: what it is worth is not known"),
    ItemAdvice.NEVER: message("never met: check the wording or the standard"),
    ItemAdvice.DRIFT: message("drift: answers changed with this version; do not compare across versions"),
    ItemAdvice.CONTRARY: message("negative item-rest correlation: check its points"),
    ItemAdvice.UNCALIBRATED: message("most shoppers always give the same answer: train them on it"),
    ItemAdvice.SELDOM: message("seldom applicable: ask it only where it applies"),
}


def item_lists(statistics: Iterable[ItemStatistics]) -> ActionLists:
    """Return the lists of the items of a checklist, by what is advised on each; what is to be done names its title."""
    return ActionLists(tuple(map(_item_judgement, statistics)))


def _item_judgement(item: ItemStatistics) -> Judgement:
    of_list = ITEM_URGENCY[item.advice]
    name: Sayable | str = item.item
    if of_list in {Urgency.ACT_NOW, Urgency.WATCH}:
        name = message("{id} ({title})", id=item.item, title=item.title)
    return Judgement(item.item, name, of_list, ITEM_ADVICE.get(item.advice) or message("nothing to change"))


DRIVER_URGENCY = {
    Suggestion.RAISE: (Urgency.ACT_NOW, message("much depends on it, and it is done badly: raise it")),
    Suggestion.CREATE: (Urgency.ACT_NOW, message("it lifts more than it harms, and is seldom there: create it")),
    Suggestion.REDUCE: (Urgency.WATCH, message("little depends on it, and it is done well: perhaps reduce it")),
    Suggestion.ELIMINATE: (Urgency.WATCH, message("nothing depends on it: perhaps eliminate it")),
    Suggestion.KEEP: (Urgency.FINE, message("keep it up")),
    Suggestion.MUST_KEEP: (Urgency.FINE, message("critical or a duty: it must be kept, whatever depends on it")),
    Suggestion.UNCLEAR: (Urgency.NOT_ENOUGH, message("not clear from these visits")),
    Suggestion.NOT_KNOWN: (Urgency.NOT_ENOUGH, message("not known from these visits")),
}


def driver_lists(study: DriverStudy) -> ActionLists | None:
    """Return the lists of drivers by what is suggested; ``None`` where the outcome is reckoned from the drivers.

    More visits would not help there: what is missing is a question about the whole.
    """
    if study.explained is None:
        return None
    return ActionLists(
        tuple(Judgement(driver.name, driver.title, *DRIVER_URGENCY[driver.hint]) for driver in study.drivers)
    )


def effect_lists(effect: ActionEffect) -> ActionLists:
    """Return the lists of one action, by what it did."""
    is_worse = effect.is_significant and not effect.is_improvement
    of_list = urgency(
        is_bad=effect.has_verdict and is_worse, is_judged=effect.has_verdict, is_settled=effect.is_significant
    )
    if not effect.has_verdict:
        why = message("noted too late to be judged by these visits: visit its stores again")
    elif is_worse:
        why = message("since then its stores got worse: stop it, or look for the reason")
    elif effect.is_significant:
        why = message("it helped: keep it up")
    else:
        why = message("no effect that can be told from chance: visit its stores again before it goes to others")
    return ActionLists((Judgement(effect.action.id, effect.action.id, of_list, why),))

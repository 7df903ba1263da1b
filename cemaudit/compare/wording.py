"""The sentences that state results of the league, the trend, an effect and their terms in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from cemaudit.compare.control_charts import StoreMonitoring
from cemaudit.compare.intervals import Standing
from cemaudit.compare.intervention import ActionEffect
from cemaudit.compare.league_table import LEAST_TENTH, League
from cemaudit.compare.relation import LONG_RUN, RelationSummary, VisitShare, unlike_pairs
from cemaudit.compare.reliability import visits_for_reliability
from cemaudit.compare.results import NO_CASE_MIX, NO_EPISODE_CASE_MIX, ComparedData, ComparisonRules
from cemaudit.compare.trends import Trend
from cemaudit.compare.waves import WaveSeries, individuals_chart_limits
from cemaudit.language import N_, Message, message

__all__ = [
    "Conclusions",
    "broken_run_alerts",
    "effect_conclusions",
    "facet_legend",
    "footnotes",
    "league_conclusions",
    "league_legend",
    "relation_conclusions",
    "relation_legend",
    "trend_conclusions",
    "whole_percent",
]

MOST_NAMED = 10

GOOD_RELIABILITY = 0.8
"""A reliability with which single stores can be judged."""


class Conclusions(NamedTuple):
    """Sentences ``supported`` by the data, the most important first, and ``limitations``: what the data do not show."""

    supported: tuple[Message, ...]
    limitations: tuple[Message, ...]


def league_conclusions(league: League, *, beside_lists: bool = False) -> Conclusions:
    """Return the sentences of a league; ``beside_lists``: without what its action lists and footnotes say."""
    limitations: list[Message] = []
    least = league.rules.least_visits
    few = [standing.name for standing in league.standings if standing.visits < least]
    if few and not beside_lists:
        limitations.append(message("{count} of {all} have fewer than {least} visits: no rank and no group ({names}).",
                                   count=len(few), all=len(league.standings), least=least,
                                   names=_listed(few)))  # fmt: skip
    if len(league.standings) == 1:
        limitations.append(
            message("There is nothing to compare with: all stores belong to {name}.", name=league.standings[0].name)
        )
    elif league.order.ranked_stores < 2:
        limitations.append(
            message("Not enough visits to rank: fewer than two have {least} visits or more.", least=least)
        )
    if league.unit == "store":
        limitations += _visits_needed(league)
    notes = [note for note in league.notes if not (beside_lists and note in FOOTNOTES)]
    findings = _league_findings(league, with_flagged=not (beside_lists and league.flagged))
    return Conclusions(tuple(findings), (*limitations, *notes))


FOOTNOTES = (NO_CASE_MIX, NO_EPISODE_CASE_MIX)
"""Notes on how figures are reckoned: they leave nothing open that a reader would act on."""


def footnotes(facts: ComparedData) -> tuple[Message, ...]:
    """Return the footnotes among the notes of a comparison."""
    return tuple(note for note in facts.notes if note in FOOTNOTES)


def _league_findings(league: League, *, with_flagged: bool) -> Iterator[Message]:
    if league.order.ranked_stores < 2:
        return
    if with_flagged:
        yield _flags(league)
    if league.flagged:
        wrong = (league.false_flag_rate or 0.0) * len(league.flagged)
        yield message(
            "Flagged: {count}; expected false flags: {wrong}. Expected share of the true cases found (sensitivity): "
            "{found}.",
            count=len(league.flagged), wrong="<0.1" if wrong < 0.05 else f"{wrong:.1f}",
            found=percent(league.sensitivity or 0.0),
        )  # fmt: skip
    if league.order.distinguishable:
        yield message(
            "{share} of all pairs of stores differ at the 95 % confidence level; the other differences may be chance.",
            share=percent(league.order.distinguishable),
        )
    else:
        yield message("No pair differs at the 95 % confidence level: every difference may be chance.")
    yield _groups(league)
    if not league.variance_components:
        return
    store, shopper, visit = (percent(component.share) for component in league.variance_components)
    if league.shoppers:
        yield message(
            "Variance of single visits: {store} between stores, {shopper} between shoppers (severity), {visit} between "
            "visits (chance).",
            store=store, shopper=shopper, visit=visit,
        )  # fmt: skip
    else:
        yield message("Variance of single visits: {store} between stores, {visit} between visits (chance).",
                      store=store, visit=visit)  # fmt: skip


def _flags(league: League) -> Message:
    names = [standing.name for standing in reversed(league.flagged)]
    at = percent(league.rules.flag_at)
    if league.target is not None:
        text = _FLAG_SENTENCES[bool(names), league.worse]
        return message(text, target=f"{league.target:.1f}".removesuffix(".0"), at=at, names=_listed(names))
    if league.order.ranked_stores < LEAST_TENTH:
        return message(_WORST_TENTH_SENTENCES["few", league.worse])
    return message(_WORST_TENTH_SENTENCES["some" if names else "none", league.worse], at=at, names=_listed(names))


_WORST_TENTH_SENTENCES = {
    ("few", "below"): N_("Nothing is flagged: no target is set, and a lowest tenth needs at least ten stores."),
    ("few", "above"): N_("Nothing is flagged: no target is set, and a highest tenth needs at least ten stores."),
    ("some", "below"): N_("Probably among the lowest tenth ({at} or more): {names}."),
    ("some", "above"): N_("Probably among the highest tenth, the worst ({at} or more): {names}."),
    ("none", "below"): N_("None is among the lowest tenth with a probability of {at} or more."),
    ("none", "above"): N_("None is among the highest tenth, the worst, with a probability of {at} or more."),
}

_FLAG_SENTENCES = {
    (True, "below"): N_("Visit first, for they are probably below {target} ({at} or more): {names}."),
    (True, "above"): N_("Visit first, for they are probably above {target} ({at} or more): {names}."),
    (False, "below"): N_("None is below {target} with a probability of {at} or more."),
    (False, "above"): N_("None is above {target} with a probability of {at} or more."),
}


def _groups(league: League) -> Message:
    if league.order.groups < 2:
        return message("All stores form one group: these visits do not support a ranking.")
    sizes = Counter(standing.group for standing in league.standings if standing.group)
    listed = ", ".join(str(sizes[group]) for group in sorted(sizes))
    return message(
        "Groups, best first: {count}, with {sizes} members. The order within a group is chance; {wrong} of all pairs "
        "in different groups are expected to be in the wrong order.",
        count=league.order.groups, sizes=listed, wrong=percent(league.order.discordance),
    )  # fmt: skip


def _visits_needed(league: League) -> Iterator[Message]:
    """Yield how many visits would do, where there are fewer."""
    needed = visits_for_reliability(league.spreads, GOOD_RELIABILITY)
    if needed is None:
        yield message("Stores do not differ by more than chance.")
        return
    visits = [standing.visits for standing in league.standings]
    if sum(visits) / len(visits) < needed:
        mean = f"{sum(visits) / len(visits):.1f}"
        yield message(
            "Judging single stores (reliability {good}) needs about {needed} visits each; the average is {mean}.",
            good=GOOD_RELIABILITY, needed=f"{needed:,}", mean=mean,
        )  # fmt: skip


def percent(share: float) -> str:
    """Return a share (0 to 1) in whole percent; what is nearly nothing or all is not called so."""
    if 0 < share < 0.005:
        return "<1 %"
    if 0.995 < share < 1:
        return ">99 %"
    return whole_percent(share)


def whole_percent(share: float) -> str:
    """Return a share (0 to 1) in whole percent, rounded."""
    return f"{share * 100:.0f} %"


_DOWN = N_("Lower than in {waves}, after removing the common change: {names}.")
_UP = N_("Higher than in {waves}, after removing the common change: {names}.")


def trend_conclusions(trend: Trend) -> Conclusions:
    """Return the sentences of a trend."""
    limitations = list(trend.notes)
    if trend.watching is None:
        text = message("No store was visited both in the waves compared with and after them: single stores are not "
                       "watched.")  # fmt: skip
        limitations.insert(0, text)
    supported = [*_network_sentences(trend), *_series_sentences(trend.network, trend.decimals)]
    if trend.part_series:
        supported += _part_sentences(trend)
    if trend.watching:
        supported += _store_sentences(trend.watching)
    return Conclusions(tuple(supported), tuple(limitations))


def _network_sentences(trend: Trend) -> Iterator[Message]:
    last, before, digits = trend.network.points[-1], trend.network.points[-2], trend.decimals
    if last.change is None or last.change_interval is None:
        return
    values = {
        "wave": last.wave,
        "before": before.wave,
        "change": f"{last.change:+.{digits}f}",
        "low": f"{last.change_interval.low:+.{digits}f}",
        "high": f"{last.change_interval.high:+.{digits}f}",
        "score": f"{last.score:.{digits}f}",
    }
    if last.is_significant:
        yield message("All stores, {wave}: {score}, {change} against {before} ({low} to {high}): more than chance.",
                      **values)  # fmt: skip
    else:
        yield message("All stores, {wave}: {score}, {change} against {before} ({low} to {high}): that may be chance.",
                      **values)  # fmt: skip


def _series_sentences(series: WaveSeries, digits: int) -> Iterator[Message]:
    scored = [(point.wave, point.score) for point in series.points if point.score is not None]
    limits = individuals_chart_limits([score for _, score in scored])
    if limits is None:
        return
    outside = [wave for wave, score in scored if not limits.low <= score <= limits.high]
    values = {"low": f"{limits.low:.{digits}f}", "high": f"{limits.high:.{digits}f}"}
    if outside:
        yield message("Control limits of the network's series (XmR): {low} to {high}; outside: {waves}.",
                      waves=", ".join(outside), **values)  # fmt: skip
    else:
        yield message("Control limits of the network's series (XmR): {low} to {high}; no wave is outside.", **values)


def _part_sentences(trend: Trend) -> Iterator[Message]:
    changes = [(series, point) for series in trend.part_series for point in series.points if point.change_interval]
    sentences = [
        f"{series.name} {point.change:+.{trend.decimals}f} ({point.wave})"
        for series, point in changes
        if point.is_significant
    ]
    # Each change is tested alone; the reader is told how many of so many tests chance alone would pass.
    by_chance = f"{(1 - trend.level) * len(changes):.1f}"
    if sentences:
        yield message("Significant changes, each tested alone: {changes}.", changes=_listed(sentences))
    else:
        yield message("No change of a part is significant.")
    yield message(
        "Changes of parts tested: {all}; about {number} would appear significant by chance alone.",
        all=len(changes),
        number=by_chance,
    )


def _store_sentences(watching: StoreMonitoring) -> Iterator[Message]:
    waves = ", ".join(watching.baseline)
    if not watching.alarms:
        yield message("No single store differs from its level in {waves} by more than chance.", waves=waves)
    for direction, text in (("down", _DOWN), ("up", _UP)):
        names = [alarm.name for alarm in watching.alarms if alarm.direction == direction]
        if names:
            yield message(text, names=_listed(names), waves=waves)
    yield message(
        "Stores watched: {stores}. If none had changed, about {number} of them would give a false alarm.",
        stores=watching.stores, number=f"{watching.expected_false_alarms:.1f}",
    )  # fmt: skip
    if watching.visits_per_false_alarm:
        yield message(
            "Average run length of an unchanged store: one false alarm in {visits} visits.",
            visits=f"{watching.visits_per_false_alarm:,.0f}",
        )  # fmt: skip


def _listed(names: Sequence[str]) -> str:
    names_text = ", ".join(names[:MOST_NAMED])
    return f"{names_text} ... (+{len(names) - MOST_NAMED})" if len(names) > MOST_NAMED else names_text


def both_means(league: League) -> Message:
    """Return the mean of stores and the mean of visits in a sentence: they seldom are the same, and each has a use."""
    visits = sum(standing.visits for standing in league.standings)
    raw = sum(standing.visits * standing.raw for standing in league.standings) / max(visits, 1)
    values = {"centre": f"{league.centre:.{league.decimals}f}", "raw": f"{raw:.{league.decimals}f}"}
    if league.unit == "store":
        return message("Mean of stores: {centre} (adjusted, each counting the same). Mean of visits: {raw} (as "
                       "scored).", **values)  # fmt: skip
    return message("Mean of the {count} compared: {centre} (adjusted, each counting the same). Mean of visits: {raw} "
                   "(as scored).", count=len(league.standings), **values)  # fmt: skip


def league_legend(league: League) -> tuple[Message, ...]:
    """Return the sentences: how means and scores are reckoned, and the rules."""
    if league.unit == "store":
        score = message(
            "Score: adjusted for what is not the store's doing, such as shopper severity, as far as the visits "
            "allow, and shrunk towards the mean of its pool: the more, the fewer visits it has."
        )
    else:
        score = message("Score: the mean of its stores' adjusted scores, each store counting the same.")
    sentences = [
        message("Mean: the plain mean of the store's visits, as scored."),
        score,
        _rules(league.rules),
    ]
    at = percent(league.rules.flag_at)
    if league.target is not None:
        sentences.append(message(_FLAG_LEGENDS[league.worse], target=f"{league.target:g}", at=at))
    elif league.order.ranked_stores >= LEAST_TENTH:
        sentences.append(message(_WORST_TENTH_LEGENDS[league.worse], at=at))
    return tuple(sentences)


_WORST_TENTH_LEGENDS = {
    "below": N_("Low 10%: the probability of being in the lowest tenth; flagged (!) from {at}."),
    "above": N_("High 10%: the probability of being in the highest tenth, the worst; flagged (!) from {at}."),
}

_FLAG_LEGENDS = {
    "below": N_("< {target}: the probability that the true score is below {target}; flagged (!) from {at}."),
    "above": N_("> {target}: the probability that the true score is above {target}; flagged (!) from {at}."),
}


def facet_legend(rules: ComparisonRules) -> tuple[Message, ...]:
    """Return the same where channels, or whatever the facet is, are side by side."""
    return (message("Mean of stores: of their adjusted scores, each store counting the same."), _rules(rules))


def _rules(rules: ComparisonRules) -> Message:
    return message(
        "Intervals contain the true value with probability {level}. Fewer than {least} visits: no rank, no group, no "
        "flag.",
        level=percent(rules.level), least=rules.least_visits,
    )  # fmt: skip


SMALL_CHANCE = 0.01


def effect_conclusions(effect: ActionEffect) -> tuple[Message, ...]:
    """Return the sentences, the answer first; before it, where these visits may not judge the action, why not."""
    digits = effect.decimals
    sentences = [*_answers(effect), message(
        "The plain mean of these stores changed by {naive} points: regression to the mean {regression}, common "
        "change and what was asked {other}, effect of the action {effect}.",
        naive=f"{effect.naive:+.{digits}f}", regression=f"{effect.regression:+.{digits}f}",
        other=f"{effect.other:+.{digits}f}", effect=f"{effect.effect:+.{digits}f}",
    )]  # fmt: skip
    if abs(effect.regression) > max(abs(effect.effect), 10.0 ** (1 - digits)):
        sentences.append(
            message("Comparing before and after alone would have misled: most of that difference is chance.")
        )
    if effect.selection.is_of_low_scores:
        sentences.append(_selection_sentence(effect))
    warning = message(
        "The stores of the action were not chosen at random: any other change only there since {day} counts as its "
        "effect.",
        day=effect.action.since.isoformat(),
    )
    return (*sentences, warning, *effect.notes)


_SELECTION_SENTENCES = {
    "higher": N_(
        "These stores were chosen by their own low scores, it seems: before the action their mean was {gap} points "
        "worse than that of the others, which stores drawn by lot come to in {chance} of cases. Low scores are partly "
        "bad luck that does not last: without any action these stores would be expected to change by {expected} "
        "points."
    ),
    "lower": N_(
        "These stores were chosen by their own high scores, it seems: before the action their mean was {gap} points "
        "worse than that of the others, which stores drawn by lot come to in {chance} of cases. High scores are partly "
        "bad luck that does not last: without any action these stores would be expected to change by {expected} "
        "points."
    ),
}


def _selection_sentence(effect: ActionEffect) -> Message:
    return message(
        _SELECTION_SENTENCES[effect.facts.better],
        gap=f"{effect.selection.gap:.{effect.decimals}f}",
        chance="< 1 %" if effect.selection.chance < SMALL_CHANCE else percent(effect.selection.chance),
        expected=f"{effect.naive - effect.effect:+.{effect.decimals}f}",
    )


def _answers(effect: ActionEffect) -> tuple[Message, ...]:
    if effect.has_verdict:
        return (_answer(effect),)
    return (message(
        "No verdict on {action}: it was noted after {count} of the {after} visits it would be judged by. "
        "Whoever noted it may have known their scores, and an action chosen by its result always seems to work or to "
        "fail. The figures below are no evidence; visits from now on can be.",
        action=effect.action.id, count=effect.seen_before, after=effect.acted.after,
    ),)  # fmt: skip


def _answer(effect: ActionEffect) -> Message:
    (low, high), digits = effect.interval, effect.decimals
    values = {
        "action": effect.action.id,
        "effect": f"{abs(effect.effect):.{digits}f}",
        "low": f"{low:+.{digits}f}",
        "high": f"{high:+.{digits}f}",
        "level": percent(effect.level),
        "smallest": f"{effect.smallest_detectable:.{digits}f}",
    }
    if not effect.is_significant:
        return message(
            "{action}: no significant effect ({level} interval {low} to {high} points). With this many visits only "
            "effects of {smallest} points or more can be detected.",
            **values,
        )
    if effect.effect > 0 and effect.is_improvement:
        return message("{action} raised the score by {effect} points ({level} interval {low} to {high}).", **values)
    if effect.is_improvement:
        return message("{action} lowered the score, as it should, by {effect} points "
                       "({level} interval {low} to {high}).", **values)  # fmt: skip
    return message(
        "{action} did not help: these stores got worse by {effect} points ({level} interval {low} to {high}).",
        **values,
    )


def relation_conclusions(
    relation: RelationSummary, names: Mapping[str, str], standings: Sequence[Standing] = ()
) -> Conclusions:
    """Return the sentences of the relation of stores, whose ``names`` are by id.

    ``standings``: of these stores, to tell apart those of equal scores.
    """
    supported = [
        message(
            "Clean visits (no touchpoint below 0): {hits} of {visits}, {share} % ({low} to {high}).",
            **_share_values(relation.clean),
        )
    ]
    if relation.recovered.visits:
        text = message(
            "After a visit that was not clean, the next one was: {hits} of {visits}, {share} % ({low} to {high}).",
            **_share_values(relation.recovered),
        )
        supported.append(text)
    if relation.kept:
        text = message(
            "Visits in which every promise looked at was kept: {hits} of {visits}, {share} % ({low} to {high}).",
            **_share_values(relation.kept),
        )
        supported.append(text)
    below, above = relation.unlike_the_chain()
    if below:
        text = message(
            "Fewer clean visits than the chain, by more than chance: {names}.",
            names=_listed([names.get(store, store) for store in below]),
        )
        supported.append(text)
    if above:
        text = message(
            "More clean visits than the chain, by more than chance: {names}.",
            names=_listed([names.get(store, store) for store in above]),
        )
        supported.append(text)
    supported += [_unlike_pair(relation, *pair) for pair in unlike_pairs(relation, standings)[:_MOST_PAIRS]]
    supported += broken_run_alerts(relation, names)
    return Conclusions(tuple(supported), tuple(_relation_limitations(relation)))


_MOST_PAIRS = 3


def _unlike_pair(relation: RelationSummary, first: Standing, second: Standing) -> Message:
    shares = [relation.stores[one.store].clean for one in (first, second)]
    first_share, second_share = (f"{(share.share or 0) * 100:.0f}" for share in shares)
    return message(
        "Scores that cannot be told apart, but another relation: {first} ({first_score} points, {first_share} % clean) "
        "and {second} ({second_score} points, {second_share} % clean).",
        first=first.name, first_score=f"{first.score:.1f}", first_share=first_share,
        second=second.name, second_score=f"{second.score:.1f}", second_share=second_share,
    )  # fmt: skip


def broken_run_alerts(relation: RelationSummary, names: Mapping[str, str]) -> list[Message]:
    """Return the alert of the stores that held a long run of clean visits until their last visit; none where none."""
    broken = relation.broken_runs()
    if not broken:
        return []
    listed = _listed([f"{names.get(run.store, run.store)} ({run.visits:,})" for run in broken])
    return [
        message(
            "Alert, a broken run: {least} or more clean visits in a row, and the last visit was not clean: {names}. "
            "About {count} such stores are expected by chance.",
            least=LONG_RUN, names=listed, count=f"{relation.broken_by_chance():.1f}",
        )
    ]  # fmt: skip


def _relation_limitations(relation: RelationSummary) -> Iterator[Message]:
    # Half of the intervals that miss the truth lie below it, half above.
    by_chance = len(relation.stores) * (1 - relation.level) / 2
    yield message(
        "About {count} stores would seem to have fewer, and as many to have more, by chance alone.",
        count=f"{by_chance:.1f}",
    )
    yield message("None of this is adjusted for strict and mild shoppers.")
    if relation.undated:
        yield message("Visits whose day is not known, left out: {n}.", n=f"{relation.undated:,}")
    if relation.unscored:
        yield message("Visits whose experience is not known, passed over: {n}.", n=f"{relation.unscored:,}")


def relation_legend(relation: RelationSummary) -> Iterator[Message]:
    """Yield what the columns of the relation mean."""
    yield message(
        "Clean: the share of visits without a touchpoint whose experience was below 0, in percent, with its interval "
        "({level} %).",
        level=f"{relation.level * 100:g}",
    )
    yield message("Longest, Now: the longest run of clean visits in a row, and the run up to the last visit.")
    if relation.kept:
        yield message(
            "Promises: the longest and the current run of visits in which no duty, no hand-over and no fact failed."
        )
    yield message("Recovered: how many of the visits that came next after one that was not clean were clean.")


def _share_values(share: VisitShare) -> dict[str, str]:
    """The numbers of a share for a sentence, in whole percent."""
    percent = {"share": share.share or 0.0, "low": share.interval.low, "high": share.interval.high}
    return {
        "hits": f"{share.hits:,}",
        "visits": f"{share.visits:,}",
        **{name: f"{value * 100:.0f}" for name, value in percent.items()},
    }

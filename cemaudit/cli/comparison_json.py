"""The public JSON of comparisons: every key and column spelled out, so that renaming a field moves none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cemaudit.compare.control_charts import StoreMonitoring
    from cemaudit.compare.drivers.experience import ExperienceMeans, Interaction
    from cemaudit.compare.intervals import Standing
    from cemaudit.compare.league_table import RankingQuality
    from cemaudit.compare.nps import NetPromoterScore, NpsDrivers
    from cemaudit.compare.peer_comparison import StorePair
    from cemaudit.compare.power_analysis import SampleSizePlan
    from cemaudit.compare.rater_agreement import AgreementCoefficient
    from cemaudit.compare.reliability import StandardDeviations
    from cemaudit.compare.report_records import ChannelComparison
    from cemaudit.compare.results import ComparedData, ComparisonRules
    from cemaudit.compare.severity import ShopperSeverity
    from cemaudit.compare.shopper_agreement import ShopperAgreement
    from cemaudit.ledger.export.columns import Kind

__all__ = [
    "COLUMNS",
    "agreement_to_dict",
    "channels_to_dict",
    "compared_visits_to_dict",
    "counted_states_to_dict",
    "deviations_to_dict",
    "experience_to_dict",
    "interaction_to_dict",
    "monitoring_to_dict",
    "nps_drivers_to_dict",
    "pair_to_dict",
    "ranking_quality_to_dict",
    "rules_to_dict",
    "sample_size_to_dict",
    "severity_to_dict",
    "standing_to_dict",
]

COLUMNS: dict[str, Kind] = {
    "store": "text", "name": "text", "pool": "text", "visits": "whole", "effective": "number", "raw": "score",
    "score": "score", "se": "number", "low": "number", "high": "number", "reliability": "number", "below": "number",
    "best_rank": "whole", "worst_rank": "whole", "lowest": "number", "highest": "number", "group": "whole",
    "flagged": "flag", "apart": "text",
}  # fmt: skip
"""The columns of standings in CSV and workbooks."""


def standing_to_dict(standing: Standing) -> dict[str, Any]:
    """A store in a league as a flat row: its intervals as two numbers each."""
    best_rank, worst_rank = standing.rank or (None, None)
    return {
        "store": standing.store,
        "name": standing.name,
        "pool": standing.pool,
        "visits": standing.visits,
        "effective": standing.effective,
        "raw": standing.raw,
        "score": standing.score,
        "se": standing.se,
        "reliability": standing.reliability,
        "below": standing.below,
        "lowest": standing.lowest,
        "highest": standing.highest,
        "group": standing.group,
        "flagged": standing.flagged,
        "apart": standing.is_isolated,
        "low": standing.interval.low,
        "high": standing.interval.high,
        "best_rank": best_rank,
        "worst_rank": worst_rank,
    }


def pair_to_dict(pair: StorePair) -> dict[str, Any]:
    """Two stores, each with its intervals as lists, and their difference."""
    return {
        "one": _standing_with_lists(pair.first),
        "other": _standing_with_lists(pair.second),
        "difference": pair.difference,
        "se": pair.se,
        "interval": list(pair.interval),
        "better": pair.better,
        "needed": pair.needed,
    }


def _standing_with_lists(standing: Standing) -> dict[str, Any]:
    return {
        "store": standing.store,
        "name": standing.name,
        "pool": standing.pool,
        "visits": standing.visits,
        "effective": standing.effective,
        "raw": standing.raw,
        "score": standing.score,
        "se": standing.se,
        "interval": list(standing.interval),
        "reliability": standing.reliability,
        "below": standing.below,
        "rank": standing.rank and list(standing.rank),
        "lowest": standing.lowest,
        "highest": standing.highest,
        "group": standing.group,
        "flagged": standing.flagged,
        "apart": standing.is_isolated,
    }


def channels_to_dict(channels: ChannelComparison) -> dict[str, Any]:
    """The channels side by side: their means, how far they agree, and the stores whose channels differ."""
    means = [
        {
            "channel": str(mean.channel),
            "visits": mean.visits,
            "stores": mean.stores,
            "score": mean.score,
            "interval": list(mean.interval),
        }
        for mean in channels.means
    ]
    agreements = [
        {
            "one": str(agreement.first),
            "other": str(agreement.second),
            "correlation": agreement.correlation,
            "interval": agreement.interval and list(agreement.interval),
            "stores": agreement.stores,
            "reason": agreement.reason and str(agreement.reason),
        }
        for agreement in channels.agreements
    ]
    uneven = [{"store": store, "scores": scores} for store, scores in channels.uneven]
    return {"means": means, "agreements": agreements, "uneven": uneven, "notes": [str(note) for note in channels.notes]}


def compared_visits_to_dict(facts: ComparedData) -> dict[str, Any]:
    """Which visits were compared, by which checklists and schemes, and which scores are better."""
    return {
        "better": facts.better,
        "visits": facts.visits,
        "left_out": dict(facts.left_out),
        "incomplete": facts.incomplete,
        **counted_states_to_dict(facts),
        "checklists": facts.checklists,
        "schemes": facts.schemes,
    }


def counted_states_to_dict(facts: ComparedData) -> dict[str, Any]:
    """The states whose visits count, where that is known."""
    return {"counts": list(facts.counted)} if facts.counted else {}


def rules_to_dict(rules: ComparisonRules) -> dict[str, Any]:
    """The rules a comparison kept."""
    return {
        "least_visits": rules.least_visits,
        "least_person": rules.least_person,
        "level": rules.level,
        "flag_at": rules.flag_at,
        "arcsine_above": rules.arcsine_above,
        "extremes": rules.extremes,
        "preference": rules.preference,
    }


def deviations_to_dict(deviations: StandardDeviations) -> dict[str, float]:
    """Standard deviations in points."""
    return {"store": deviations.store, "shopper": deviations.shopper, "visit": deviations.visit}


def ranking_quality_to_dict(order: RankingQuality) -> dict[str, Any]:
    """How far the order of stores may be trusted."""
    return {
        "places": order.ranked_stores,
        "groups": order.groups,
        "told_apart": order.distinguishable,
        "ranked": order.ranked_pairs,
        "wrong": order.discordance,
        "wrong_in_full": order.discordance_in_full,
    }


def monitoring_to_dict(monitoring: StoreMonitoring) -> dict[str, Any]:
    """Which stores were watched, by which chart, and the alarms."""
    alarms = [
        {
            "store": alarm.store,
            "name": alarm.name,
            "direction": alarm.direction,
            "visits": alarm.visits,
            "change": alarm.change,
            "limit": alarm.limit,
            "at": alarm.alarm_visit,
        }
        for alarm in monitoring.alarms
    ]
    return {
        "baseline": monitoring.baseline,
        "later": monitoring.later,
        "chart": {"weight": monitoring.chart.weight, "limit": monitoring.chart.limit},
        "stores": monitoring.stores,
        "visits": monitoring.visits,
        "expected": monitoring.expected_false_alarms,
        "every": monitoring.visits_per_false_alarm,
        "alarms": alarms,
    }


def sample_size_to_dict(plan: SampleSizePlan) -> dict[str, Any]:
    """How many visits a difference takes, and what fewer or more of them show."""
    return {
        "difference": plan.difference,
        "against": plan.aim.against,
        "same_shoppers": plan.aim.same_shoppers,
        "power": plan.aim.power,
        "level": plan.aim.level,
        "visits": plan.visits,
        "spreads": deviations_to_dict(plan.spreads),
        "assumed": plan.assumed,
        "steps": [
            {"visits": step.visits, "difference": step.difference, "reliability": step.reliability}
            for step in plan.steps
        ],
        "reliable": {f"{level:g}": visits for level, visits in plan.reliable.items()},
    }


def severity_to_dict(shopper: ShopperSeverity) -> dict[str, Any]:
    """A shopper's severity as a flat row."""
    return {
        "shopper": shopper.shopper,
        "visits": shopper.visits,
        "stores": shopper.stores,
        "severity": shopper.severity,
        "se": shopper.se,
        "ratio": shopper.ratio,
        "spread": shopper.spread,
        "chance": shopper.chance,
        "low": shopper.interval.low,
        "high": shopper.interval.high,
    }


def agreement_to_dict(agreement: ShopperAgreement) -> dict[str, Any]:
    """How far shoppers agree who saw the same store in the same wave."""
    return {
        "cases": agreement.cases,
        "taken": agreement.sampled,
        "alpha": agreement.alpha and _coefficient_to_dict(agreement.alpha),
        "icc": agreement.icc and _coefficient_to_dict(agreement.icc),
        "notes": list(map(str, agreement.notes)),
    }


def _coefficient_to_dict(coefficient: AgreementCoefficient) -> dict[str, Any]:
    return {
        "name": coefficient.name,
        "value": coefficient.value,
        "low": coefficient.low,
        "high": coefficient.high,
        "units": coefficient.units,
    }


def experience_to_dict(means: ExperienceMeans) -> dict[str, Any]:
    """The mean performance, emotion and experience of a touchpoint."""
    return {
        "name": means.name,
        "visits": means.visits,
        "performance": means.performance,
        "emotion": means.emotion,
        "experience": means.experience,
        "of_means": means.of_means,
        "title": str(means.title),
        "together": means.together,
    }


def interaction_to_dict(interaction: Interaction) -> dict[str, Any]:
    """The coefficients of performance, of emotion and of both together."""
    return {
        "performance": interaction.performance,
        "emotion": interaction.emotion,
        "both": interaction.both,
        "interval": list(interaction.interval),
    }


def nps_drivers_to_dict(drivers: NpsDrivers) -> dict[str, Any]:
    """A net promoter score, and how closely the drivers' scores go with it."""
    links = [
        {
            "name": link.name,
            "promoters": link.promoters,
            "detractors": link.detractors,
            "correlation": link.correlation,
            "interval": list(link.interval),
            "visits": link.visits,
        }
        for link in drivers.links
    ]
    return nps_to_dict(drivers.score) | {"links": links}


def nps_to_dict(nps: NetPromoterScore) -> dict[str, Any]:
    """A net promoter score with its interval."""
    return {
        "score": nps.score,
        "interval": list(nps.interval),
        "promoters": nps.promoters,
        "detractors": nps.detractors,
        "answers": nps.answers,
    }

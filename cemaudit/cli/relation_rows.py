"""The relation of stores on the screen and for programs: columns beside the league, and a share for each month."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from cemaudit.cli.terminal import print_section, print_table, screen_width
from cemaudit.language import N_, Message

if TYPE_CHECKING:
    from cemaudit.compare.intervals import Interval, Standing
    from cemaudit.compare.relation import MonthShare, RelationSummary, StoreRelation, VisitRun, VisitShare
    from cemaudit.ledger.export.columns import Kind

__all__ = [
    "RELATION_COLUMNS",
    "broken_runs_to_list",
    "month_to_dict",
    "print_months",
    "print_relation",
    "relation_to_dict",
    "store_relation_to_dict",
]

RELATION_COLUMNS: dict[str, Kind] = {
    "relation_visits": "whole", "clean_visits": "whole", "clean_share": "number", "clean_low": "number",
    "clean_high": "number", "clean_longest": "whole", "clean_current": "whole", "promise_visits": "whole",
    "kept_visits": "whole", "kept_share": "number", "kept_low": "number", "kept_high": "number",
    "kept_longest": "whole", "kept_current": "whole", "after_failure": "whole", "recovered": "whole",
    "recovered_share": "number", "recovered_low": "number", "recovered_high": "number",
}  # fmt: skip
"""The columns of the relation in CSV and workbooks, behind those of standings."""

_HEADINGS = (
    N_("Store"), N_("Visits"), N_("Clean %"), N_("Interval"), N_("Longest"), N_("Now"), N_("Promises"),
    N_("Recovered"), N_("Interval"),
)  # fmt: skip
_MONTH_HEADINGS = (N_("Month"), N_("Visits"), N_("Clean %"), N_("Interval"))
MOST_SHOWN = 60


def store_relation_to_dict(relation: StoreRelation | None) -> dict[str, Any]:
    """The relation of a store as flat columns, each ``None`` where nothing is known of it."""
    if relation is None:
        return dict.fromkeys(RELATION_COLUMNS)
    clean, kept, recovered = relation.clean, relation.kept, relation.recovered
    clean_low, clean_high = _limits(clean)
    kept_low, kept_high = _limits(kept)
    recovered_low, recovered_high = _limits(recovered)
    return {
        "relation_visits": clean.visits,
        "clean_visits": clean.hits,
        "clean_share": clean.share,
        "clean_low": clean_low,
        "clean_high": clean_high,
        "clean_longest": relation.clean_run.longest,
        "clean_current": relation.clean_run.current,
        "promise_visits": kept and kept.visits,
        "kept_visits": kept and kept.hits,
        "kept_share": kept and kept.share,
        "kept_low": kept_low,
        "kept_high": kept_high,
        "kept_longest": relation.kept_run and relation.kept_run.longest,
        "kept_current": relation.kept_run and relation.kept_run.current,
        "after_failure": recovered.visits,
        "recovered": recovered.hits,
        "recovered_share": recovered.share,
        "recovered_low": recovered_low,
        "recovered_high": recovered_high,
    }


def _limits(share: VisitShare | None) -> Interval | tuple[None, None]:
    """The limits of a share; none where there is no share."""
    return share.interval if share and share.visits else (None, None)


def relation_to_dict(relation: RelationSummary, standings: Sequence[Standing]) -> dict[str, Any]:
    """The relation of the chain, the stores unlike it, and what was left out; those of stores are in the standings."""
    from cemaudit.compare.relation import unlike_pairs
    from cemaudit.compare.wording import relation_conclusions, relation_legend

    below, above = relation.unlike_the_chain()
    names = {standing.store: standing.name for standing in standings}
    sentences = relation_conclusions(relation, names, standings)
    return {
        "level": relation.level,
        "clean": share_to_dict(relation.clean),
        "kept": relation.kept and share_to_dict(relation.kept),
        "recovered": share_to_dict(relation.recovered),
        "fewer_clean": below,
        "more_clean": above,
        "same_score": [[first.store, second.store] for first, second in unlike_pairs(relation, standings)],
        "broken_runs": broken_runs_to_list(relation),
        "undated": relation.undated,
        "unscored": relation.unscored,
        "can_be_told": [str(sentence) for sentence in sentences.supported],
        "cannot_be_told": [str(sentence) for sentence in sentences.limitations],
        "terms": [str(sentence) for sentence in relation_legend(relation)],
    }


def broken_runs_to_list(relation: RelationSummary) -> list[dict[str, Any]]:
    """The stores whose last visit broke a long run of clean ones."""
    return [{"store": run.store, "visits": run.visits} for run in relation.broken_runs()]


def share_to_dict(share: VisitShare) -> dict[str, Any]:
    """A share of visits with its interval as a list; neither without visits."""
    return {
        "hits": share.hits,
        "visits": share.visits,
        "share": share.share,
        "interval": list(share.interval) if share.visits else None,
    }


def month_to_dict(month: MonthShare) -> dict[str, Any]:
    """The share of clean visits of a month as a flat row."""
    low, high = _limits(month.clean)
    return {
        "month": month.month,
        "visits": month.clean.visits,
        "clean_visits": month.clean.hits,
        "clean_share": month.clean.share,
        "clean_low": low,
        "clean_high": high,
    }


def print_relation(relation: RelationSummary, standings: Sequence[Standing]) -> None:
    """Print what the visits say of the relation, the stores in the order of the league, and how to read it."""
    from cemaudit.compare.wording import relation_conclusions, relation_legend

    names = {standing.store: standing.name for standing in standings}
    sentences = relation_conclusions(relation, names, standings)
    print_section(N_("Relation: what the data show"), sentences.supported)
    print_section(N_("Relation: what the data cannot show"), sentences.limitations)
    unlike = {store for stores in relation.unlike_the_chain() for store in stores}
    listed = [store for store in names if store in relation.stores]
    # As in the league, the ends are what is looked for.
    shown = listed if len(listed) <= MOST_SHOWN else [*listed[: MOST_SHOWN // 2], *listed[-MOST_SHOWN // 2 :]]
    rows = [_cells(names.get(store, store), relation.stores[store]) for store in shown]
    flagged = [store in unlike for store in shown]
    click.echo()
    print_table(_HEADINGS, rows, "l" + "r" * (len(_HEADINGS) - 1), width=screen_width(), flagged=flagged)
    print_section(N_("How to read this table"), relation_legend(relation))


def print_months(months: Sequence[MonthShare], alerts: Sequence[Message] = ()) -> None:
    """Print the ``alerts``, and the share of clean visits, month by month."""
    print_section(N_("Relation: alerts"), alerts)
    rows = [
        [month.month, f"{month.clean.visits:,}", _percent(month.clean), _percent_interval(month.clean)]
        for month in months
    ]
    print_table(_MONTH_HEADINGS, rows, "lrrr", width=screen_width(), gap=True)


def _cells(name: str, relation: StoreRelation) -> list[str]:
    recovered = relation.recovered
    return [
        name,
        f"{relation.clean.visits:,}",
        _percent(relation.clean),
        _percent_interval(relation.clean),
        f"{relation.clean_run.longest:,}",
        f"{relation.clean_run.current:,}",
        _run(relation.kept_run),
        f"{recovered.hits:,}/{recovered.visits:,}" if recovered.visits else "-",
        _percent_interval(recovered),
    ]


def _run(run: VisitRun | None) -> str:
    """The longest run and the current one, as ``5/2``."""
    return f"{run.longest:,}/{run.current:,}" if run else "-"


def _percent(share: VisitShare) -> str:
    return "-" if share.share is None else f"{share.share * 100:.0f}"


def _percent_interval(share: VisitShare) -> str:
    return f"{share.interval.low * 100:.0f}..{share.interval.high * 100:.0f}" if share.visits else "-"

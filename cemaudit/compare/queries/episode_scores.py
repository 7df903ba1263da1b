"""Episodes as rows of a comparison: the score of each in place of a visit's, and how many dropped out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Literal

from cemaudit.compare.columns import ColumnVisitTable, table_of_columns
from cemaudit.compare.drop_outs import DropOutCounts, DropOuts, drop_outs_of
from cemaudit.compare.queries.episodes import view_episodes
from cemaudit.compare.results import NO_EPISODE_CASE_MIX
from cemaudit.compare.selection import EPISODE_MEASURE, Selection
from cemaudit.compare.visit_table import STORE_KEYS
from cemaudit.errors import BadInput, Problem
from cemaudit.language import Message, message
from cemaudit.ledger.query.keys import expression
from cemaudit.ledger.query.question import refuse_several_checklists
from cemaudit.ledger.query.reading import Local, Reading
from cemaudit.ledger.query.statement import STORES_JOIN, conditions_of
from cemaudit.ledger.snapshot.names import quoted
from cemaudit.model import Reason, Text

__all__ = ["episode_table", "read_drop_outs"]

TITLE = Text(ko="에피소드 점수", en="Episode score")
_OWN = ("store", "wave", "day", "scenario", "checklist", "scheme")


def episode_table(reading: Local, selection: Selection) -> ColumnVisitTable:
    """Return the episodes of a selection as the rows of a visit table, each with its score, unadjusted.

    Of an episode count the wave, the day and the scenario of its first visit, the shopper, the checklist's version and
    the scheme of its last. ``BadInput`` where the snapshot holds no episodes, where they are of several checklists, or
    where the selection asks what episodes do not have; ``NotEstimable`` where none has a score.
    """
    _refuse_what_episodes_lack(selection)
    columns = _episode_columns(reading, selection)
    refuse_several_checklists(columns["checklist"])
    table = table_of_columns(
        columns,
        score=EPISODE_MEASURE,
        by=selection.unit,
        pool=selection.pool,
        better=_better(reading, columns["scheme"]),
    )
    unscored = table.facts.left_out.get("no-score", 0)
    facts = replace(
        table.facts,
        title=TITLE,
        left_out={Reason.NOTHING_TO_SCORE.value: unscored} if unscored else {},
        notes=(*_notes(), *table.facts.notes),
    )
    return replace(table, facts=facts)


def _episode_columns(reading: Local, selection: Selection) -> dict[str, list[Any]]:
    """The columns of a visit table, a row for each episode, in the order of their last visits."""
    where, values = conditions_of(view_episodes(reading, selection.visit_filter))
    refs = [ref for ref in reading.refs if reading.checklist(ref).steps]
    for place, ref in enumerate(refs):
        reading.view(f"answers_{place}", reading.answers(ref).parts)
    shoppers = " union all ".join(f"select number, shopper from answers_{place}" for place in range(len(refs)))
    expressions = [
        *(f"visits.{name}" for name in _OWN),
        "answered.shopper",
        "visits.score / 100.0",
        *(f"stores.{quoted(key)}" for key in STORE_KEYS),
    ]
    rows = reading.ask(
        f"select {', '.join(expressions)} from visits {STORES_JOIN} "
        f"left join ({shoppers}) as answered on answered.number = visits.number "
        f"where {' and '.join(where)} order by visits.number",
        values,
    )
    names = (*_OWN, "shopper", EPISODE_MEASURE, *STORE_KEYS)
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


def _better(reading: Reading, schemes: Sequence[str]) -> Literal["higher", "lower"]:
    """Which scores are, under the scheme of the last episode."""
    # A scheme that came into force since has scored episodes again, and no visit: the manifest may not have it.
    known = [ref for ref in schemes if ref in reading.manifest.schemes]
    return "lower" if known and reading.scheme(known[-1]).direction == "lower-is-better" else "higher"


def _notes() -> Iterator[Message]:
    yield message("What is called a visit here is a whole episode: its visits count as one, with the episode's score.")
    yield NO_EPISODE_CASE_MIX


def _refuse_what_episodes_lack(selection: Selection) -> None:
    """Raise ``BadInput`` where a selection asks for what whole episodes do not have."""
    lacking = {
        "--scheme": selection.scheme,
        "--by": selection.facet,
        "--adjust": selection.adjust_for,
        "--scale": selection.scale == "arcsine",
    }
    for option, value in lacking.items():
        if value:
            text = message("episodes are compared by their score alone, without {option}", option=option)
            raise BadInput(Problem(text, option))


def read_drop_outs(reading: Reading, selection: Selection, key: str, level: float) -> DropOuts:
    """Return the drop-outs among the episodes of a selection, scored or not, by a key of stores or ``wave``."""
    which = view_episodes(reading, selection.visit_filter)
    where, values = conditions_of(which)
    rows = reading.ask(
        f"select {expression(key)}, count(*), count(*) filter (where visits.missing > 0), "
        f"cast(coalesce(sum(visits.missing), 0) as bigint), count(visits.planned) "
        f"from visits {STORES_JOIN} where {' and '.join(where)} group by 1 order by 1",
        values,
    )
    counts: dict[str | None, DropOutCounts] = defaultdict(DropOutCounts)
    for value, *numbers in rows:
        counts[value] = DropOutCounts(*map(int, numbers))
    return drop_outs_of(key, counts, level)

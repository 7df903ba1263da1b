"""Whether customers would recommend: the net promoter score of each item that asks, by SQL over the snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cemaudit.compare.promoters import Promoters, net_promoters
from cemaudit.compare.rules import DEFAULT, Rules
from cemaudit.errors import Sayable
from cemaudit.ledger.query.measured import facets_of_item
from cemaudit.ledger.query.question import Question, checklists_asked, is_asked
from cemaudit.ledger.query.reading import Reading
from cemaudit.ledger.query.statement import conditions_of
from cemaudit.ledger.snapshot.names import Names, quoted
from cemaudit.model.answers import Nps

__all__ = ["Recommended", "recommended"]


class Recommended(NamedTuple):
    """The net promoter score of an ``item`` (``title``: its question) of a version of the checklist."""

    checklist: str
    item: str
    title: Sayable
    score: Promoters


def recommended(reading: Reading, question: Question, rules: Rules = DEFAULT) -> list[Recommended]:
    """Of the items of type ``nps`` that are asked about and were answered; ``BadInput`` as for ``items_table``."""
    refs = checklists_asked(reading, question, one=False)
    return [one for ref in refs for one in _of_checklist(reading, ref, question, rules) if one.score.answers]


def _of_checklist(reading: Reading, ref: str, question: Question, rules: Rules) -> Iterator[Recommended]:
    checklist = reading.checklist(ref)
    where, values = conditions_of(question.in_sql)
    for name, item in checklist.items.items():
        if isinstance(item.answer, Nps) and is_asked(question, facets_of_item(checklist, name)):
            reading.view("visits", reading.answers(ref).parts)
            answer = f"visits.{quoted(Names(checklist).item('answer', name))}"
            ((up, down, answers),) = reading.ask(
                f"select count(case when {answer} >= 9 then 1 end), count(case when {answer} <= 6 then 1 end), "
                f"count({answer}) from visits left join stores on stores.store = visits.store "
                f"where {' and '.join(where)}",
                values,
            )
            yield Recommended(ref, name, item.ask, net_promoters(up, down, answers, rules.level))

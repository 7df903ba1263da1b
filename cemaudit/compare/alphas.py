"""How far the items of a checklist go together, as one number."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cemaudit.compare.agreement import cronbach
from cemaudit.compare.drivers.columns import item_columns
from cemaudit.compare.drivers.frame import products_of
from cemaudit.ledger.query.question import Question, checklists_asked, is_asked
from cemaudit.ledger.query.reading import Local
from cemaudit.ledger.query.statement import conditions_of

__all__ = ["Consistency", "consistencies"]

LEAST_PAIR = 30
MOST = 60
_FLAT = 1e-9
_FRAME = "item_shares"
Numbers = NDArray[np.float64]


class Consistency(NamedTuple):
    """Cronbach's ``alpha`` of so many ``items``; every two are known together in at least ``least`` visits."""

    checklist: str
    items: int
    alpha: float
    least: int


def consistencies(reading: Local, question: Question) -> list[Consistency]:
    """One for each version of the checklist that has items enough which differ, of at most ``MOST``."""
    refs = checklists_asked(reading, question, one=False)
    found = (_consistency(reading, ref, question) for ref in refs)
    return [one for one in found if one and np.isfinite(one.alpha)]


def _consistency(reading: Local, ref: str, question: Question) -> Consistency | None:
    columns = [one for one in item_columns(reading.checklist(ref)) if is_asked(question, one.facets)]
    if not 1 < len(columns) <= MOST:
        return None
    names = [f"i{number}" for number in range(len(columns))]
    listed = ", ".join(f"{one.sql} as {name}" for one, name in zip(columns, names, strict=True))
    where, values = conditions_of(question.in_sql)
    reading.view("answered", reading.answers(ref).parts)
    reading.ask(
        f"create or replace temp table {_FRAME} as select visits.store, 0 as version, {listed} from answered "
        f"join answered as visits on visits.number = answered.number "
        f"left join stores on stores.store = visits.store where {' and '.join(where)}",
        values,
    )
    products = products_of(reading, names, by_shopper=False, frame=_FRAME)
    kept = _kept(products.together, np.diagonal(products.covariances()))
    if len(kept) < 2:
        return None
    some = products.only([names[at] for at in kept])
    least = int(some.together.min())
    return Consistency(ref, len(kept), cronbach(some.covariances(), least).value, least)


def _kept(together: Numbers, variances: Numbers) -> list[int]:
    """The items that differ, and of which every two are known together often enough."""
    kept = [at for at, variance in enumerate(variances.tolist()) if variance > _FLAT]
    while kept and together[np.ix_(kept, kept)].min() < LEAST_PAIR:
        worst = int(np.argmin(together[np.ix_(kept, kept)].sum(axis=1)))
        kept.pop(worst)
    return kept

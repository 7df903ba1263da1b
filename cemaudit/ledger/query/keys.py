"""What visits and scores can be grouped by, and told apart with ``--where``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from cemaudit.errors import BadInput, Problem, Sayable, nearest
from cemaudit.language import message
from cemaudit.ledger.snapshot.circumstances import WEEKDAYS
from cemaudit.ledger.snapshot.names import quoted
from cemaudit.ledger.states import VisitState
from cemaudit.model import Facet

__all__ = [
    "CIRCUMSTANCE_KEYS", "COMPLETE", "FACETS", "INCOMPLETE_NUMBERS", "KEYS", "LENS", "STATE", "STATE_NUMBERS",
    "Condition", "bound",
    "expression", "is_facet", "known_key",
    "month_key", "months", "needs_circumstances", "needs_stores", "of_scores_only", "of_visits", "order_of_values",
    "refuse_keys",
]  # fmt: skip

COMPLETE = "complete"
"""Whether visits hold all that their checklist asks: ``yes`` or ``no``."""

STATE = "state"
"""What became of visits: ``received`` until somebody looked, and so on."""

_OF_ALL = ("store", "wave", "day", "month", "step", "scenario", "origin")
_OF_SCORES = ("scheme", "band")
_OF_STORES = ("region", "format", "brand", "owner", "pool")
_OF_MONTHS = {"quarter": 3, "year": 12}
_IN_FILES = ("weekday", "hour", "occasion", "place", "persona")
HOUR_BANDS = {"06-11": (6, 11), "11-14": (11, 14), "14-17": (14, 17), "17-22": (17, 22)}
"""From the first hour to before the last; all other hours are the night."""
NIGHT = "22-06"
SEASONS = {"spring": (3, 4, 5), "summer": (6, 7, 8), "autumn": (9, 10, 11), "winter": (12, 1, 2)}
"""The meteorological quarters, as the northern half of the world names them."""

CIRCUMSTANCE_KEYS = ("weekday", "hour", "hour-band", "season", "occasion", "place", "persona")
"""When, on what occasion, where and as whom (TPO); hours and weekdays are those of the visit's own zone."""
FACETS = ("measure", "key", *(facet.value for facet in Facet))
"""Keys that tell columns apart, not visits: a score's measure, the key it is for, and what the checklist says of it."""

KEYS = (*_OF_ALL, COMPLETE, STATE, *CIRCUMSTANCE_KEYS, *_OF_SCORES, *_OF_STORES, *_OF_MONTHS, "checklist", *FACETS)


LENS = "lens:"
"""How the key of a lens begins; its id follows."""


class Condition(NamedTuple):
    """``key`` has one of the ``values``; an empty one stands for nothing known."""

    key: str
    values: tuple[str, ...]


def known_key(key: str, among: Iterable[str] = KEYS) -> str:
    """The key; ``BadInput`` where there is no such one."""
    keys = list(among)
    if key in keys:
        return key
    raise BadInput(Problem(message("no such key: {key}", key=key), hint=_hint(key, keys)))


def _hint(key: str, keys: Sequence[str]) -> Sayable:
    return nearest(key, keys, listing=False) or message("known here: {names}", names=", ".join(keys))


def of_visits(key: str) -> bool:
    """Whether the key tells visits apart, and so belongs into SQL."""
    return not is_facet(key) and key != "checklist"


def is_facet(key: str) -> bool:
    """Whether the key tells columns apart: what the checklist says of them, or a lens it is seen through."""
    return key in FACETS or key.startswith(LENS)


def needs_stores(key: str) -> bool:
    """Whether the key is about stores."""
    return key in _OF_STORES


def needs_circumstances(key: str) -> bool:
    """Whether the key is in the files of circumstances; the season is known from the day."""
    return key in _IN_FILES or key == "hour-band"


def order_of_values(key: str) -> Sequence[str]:
    """The values of a key in their own order; empty where it is that of their names."""
    return {COMPLETE: ("yes", "no"), STATE: _STATES, "weekday": WEEKDAYS, "season": tuple(SEASONS)}.get(key, ())


def of_scores_only(key: str) -> bool:
    """Whether the key belongs to scores, and not to answers."""
    return key in {*_OF_SCORES, "measure", "key"}


def refuse_keys(by: Iterable[str], conditions: Iterable[Condition], unknown: Callable[[str], bool]) -> None:
    """``BadInput`` where one of the keys means nothing here."""
    for key in [*by, *(condition.key for condition in conditions)]:
        if unknown(key):
            raise BadInput(Problem(message("{key} is no key of this view", key=key)))


def expression(key: str) -> str:
    """The key in SQL; quarters and years are grouped by month there."""
    if key in _OF_STORES:
        return f"stores.{quoted(key)}"
    if key in _IN_FILES:
        return f"circumstances.{quoted(key)}"
    if key == "hour-band":
        return _HOUR_BAND
    if key == "season":
        return _SEASON
    if key in {COMPLETE, STATE}:
        return _COMPLETE if key == COMPLETE else _STATE
    return f"visits.{quoted('month' if key in _OF_MONTHS else key)}"


# Hours are texts of two digits, so that they compare as numbers do.
_BANDS = " ".join(f"when circumstances.hour < '{end:02}' then '{name}'" for name, (_, end) in HOUR_BANDS.items())
_HOUR_BAND = (
    f"case when circumstances.hour is null then null when circumstances.hour < '06' then '{NIGHT}' {_BANDS} "
    f"else '{NIGHT}' end"
)
_OF_SEASONS = " ".join(
    f"when substr(visits.month, 6, 2) in ({', '.join(repr(f'{month:02}') for month in season)}) then '{name}'"
    for name, season in SEASONS.items()
)
_SEASON = f"case {_OF_SEASONS} end"


INCOMPLETE_NUMBERS = "select number from incomplete"
STATE_NUMBERS = "select number from states"
_COMPLETE = f"case when visits.number in ({INCOMPLETE_NUMBERS}) then 'no' else 'yes' end"

_STATES = tuple(state.value for state in VisitState)
_GIVEN = " ".join(
    f"when visits.number in ({STATE_NUMBERS} where state = '{state}') then '{state}'"
    for state in VisitState
    if state is not VisitState.RECEIVED
)
_STATE = f"case {_GIVEN} else '{VisitState.RECEIVED}' end"


def month_key(key: str, month: str | None) -> str | None:
    """The quarter (``2026-Q4``) or year of a month (``2026-11``); other keys as they are."""
    if key not in _OF_MONTHS or month is None:
        return month
    year, _, number = month.partition("-")
    return year if key == "year" else f"{year}-Q{(int(number) + 2) // 3}"


def bound(condition: Condition) -> list[str | dt.date]:
    """The values known, as SQL compares them; ``BadInput`` where one is not written like a day."""
    known = [value for value in condition.values if value]
    allowed = _ALLOWED.get(condition.key)
    if condition.key == "hour":
        known = [value.zfill(2) for value in known]
    if allowed:
        wrong = [value for value in known if value not in allowed]
        if wrong:
            what = message("expected one of {names}, found {value}", names=", ".join(allowed), value=", ".join(wrong))
            raise BadInput(Problem(what, hint=nearest(wrong[0], allowed, listing=False)))
    if condition.key != "day":
        return list(known)
    try:
        return [dt.date.fromisoformat(value) for value in known]
    except ValueError as error:
        what = message("expected {what}, found {value}", what="2026-11-21", value=", ".join(known))
        raise BadInput(Problem(what)) from error


_ALLOWED: dict[str, Sequence[str]] = {
    COMPLETE: ("yes", "no"),
    STATE: _STATES,
    "weekday": WEEKDAYS,
    "hour": tuple(f"{hour:02}" for hour in range(24)),
    "hour-band": (*HOUR_BANDS, NIGHT),
    "season": tuple(SEASONS),
}
"""The only values there are of some keys."""


def months(condition: Condition) -> Condition:
    """A condition on quarters or years as one on months; any other as it is."""
    if condition.key not in _OF_MONTHS:
        return condition
    size = _OF_MONTHS[condition.key]
    return Condition("month", tuple(one for value in condition.values for one in _months(value, size)))


def _months(value: str, size: int) -> list[str]:
    """The months of a quarter or year; ``BadInput`` where it is written otherwise."""
    year, _, quarter = value.partition("-Q")
    whole = size == 12
    if len(year) != 4 or not year.isdecimal() or (quarter not in {"1", "2", "3", "4"} and not (whole and not quarter)):
        example = "2026" if whole else "2026-Q4"
        raise BadInput(Problem(message("expected {what}, found {value}", what=example, value=value)))
    first = 1 if whole else 3 * int(quarter) - 2
    return [f"{year}-{number:02}" for number in range(first, first + size)]

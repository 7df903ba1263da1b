"""What the columns of a snapshot are called: a kind and an id, joined by a colon, which no id holds.

Engines do not tell ``a`` from ``A`` in names of columns; of ids that differ in nothing else, later ones get a number.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from cemaudit.model import Checklist, Reason, score_name
from cemaudit.scoring.findings import FindingPlace, finding_places
from cemaudit.scoring.plan import Plan

__all__ = [
    "CODES",
    "TOO_LARGE",
    "ColumnNames",
    "FindingColumn",
    "ScoreColumn",
    "code_of",
    "finding_columns",
    "quoted",
    "reason_of",
    "score_columns",
]

TOO_LARGE = "too-large"
"""The reason of a number no column can hold."""

CODES = {
    1: Reason.NOT_APPLICABLE.value,
    2: Reason.NOT_OBSERVED.value,
    3: Reason.DECLINED.value,
    4: Reason.UNANSWERED.value,
    5: Reason.NOT_RELEVANT.value,
    6: Reason.NOT_ASKED.value,
    7: Reason.NO_POINTS.value,
    8: Reason.REFUSED.value,
    9: Reason.NOTHING_TO_SCORE.value,
    10: Reason.TOO_FEW.value,
    11: Reason.INCOMPLETE.value,
    12: Reason.FAILED.value,
    100: TOO_LARGE,
}
"""What stands in columns of states and reasons, for good; nothing stands there where there is an answer or a score."""

_CODE_OF = {word: code for code, word in CODES.items()}


def code_of(text: str) -> int:
    """Return the code of a reason."""
    return _CODE_OF[text]


def reason_of(code: int | None) -> str | None:
    """Return the reason a code stands for."""
    return None if code is None else CODES[code]


def quoted(name: str) -> str:
    """Return a name as SQL wants it."""
    return '"' + name.replace('"', '""') + '"'


class ColumnNames:
    """The columns of a checklist's items and touchpoints."""

    def __init__(self, checklist: Checklist) -> None:
        self._items = _unique_names(checklist.items)
        self._touchpoints = _unique_names(checklist.touchpoint)

    def item(self, kind: str, item: str) -> str:
        """Return the column of an item: its ``answer``, its ``points`` or its ``state``."""
        return f"{kind}:{self._items[item]}"

    def touchpoint(self, kind: str, touchpoint: str) -> str:
        """Return the column of a touchpoint: ``emotion``, ``expectation``, ``claims`` or ``blames``."""
        return f"{kind}:{self._touchpoints[touchpoint]}"


class ScoreColumn(NamedTuple):
    """One score of a scheme: its ``name``, whose it is, and what its columns are called behind the kind."""

    name: str
    measure: str
    key: tuple[str, ...]
    written: str

    @property
    def score(self) -> str:
        """Return the column of its hundredths."""
        return f"score:{self.written}"

    @property
    def reason(self) -> str:
        """Return the column of the code that says why there is none."""
        return f"reason:{self.written}"


def score_columns(*plans: Plan) -> list[ScoreColumn]:
    """Return the scores of plans, each once, in their order."""
    score_names = [
        (planned.measure.id, group.key) for plan in plans for planned in plan.measures for group in planned.groups
    ]
    keys = list(dict.fromkeys(score_names))
    written = _unique_names(":".join((measure, *key)) for measure, key in keys)
    return [
        ScoreColumn(score_name(measure, key), measure, key, written[":".join((measure, *key))]) for measure, key in keys
    ]


class FindingColumn(NamedTuple):
    """The column that says how often each visit has one of the core's findings at one ``place``."""

    place: FindingPlace
    name: str


def finding_columns(checklist: Checklist) -> list[FindingColumn]:
    """Return the columns of findings, which are the same under all schemes."""
    names = ColumnNames(checklist)
    return [
        FindingColumn(place, names.item(kind, place.item) if place.item else names.touchpoint(kind, place.touchpoint))
        for place in finding_places(checklist)
        for kind in [f"finding:{place.rule}"]
    ]


def _unique_names(names: Iterable[str]) -> dict[str, str]:
    """Each name with the way it is written."""
    used_names: dict[str, int] = {}
    written = {}
    for name in names:
        plain = name.casefold()
        used_names[plain] = used_names.get(plain, 0) + 1
        written[name] = name if used_names[plain] == 1 else f"{name}~{used_names[plain]}"
    return written

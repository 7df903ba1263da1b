"""What was noted in a visit, read from the ledger's own lines, which were checked when they came in."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from pydantic_core import from_json

from cemaudit.model import Complaint, Skip, SkipState
from cemaudit.model.answers import AnswerValue

__all__ = ["Noted", "Setting", "read_noted"]

_SKIPS = {state.value: Skip(state=state) for state in SkipState}
_LARGEST_WHOLE = 10**15


class Setting(NamedTuple):
    """On which occasion it was."""

    step: str | None
    scenario: str | None
    origin: str


class Noted(NamedTuple):
    """What columns take of a visit; the words of claims and blames are left out."""

    answers: Mapping[str, AnswerValue]
    skipped: Mapping[str, Skip]
    emotions: Mapping[str, int]
    expectations: Mapping[str, int]
    claims: tuple[Complaint, ...]
    blames: tuple[Complaint, ...]
    setting: Setting

    @property
    def step(self) -> str | None:
        """The step of the episode, where there is one."""
        return self.setting.step


def read_noted(line: bytes) -> Noted:
    """What the canonical line of a visit says."""
    said: dict[str, Any] = from_json(line)
    episode = said.get("episode")
    return Noted(
        _answers(said.get("answers", {})),
        {name: _SKIPS[skip["state"]] for name, skip in said.get("skipped", {}).items()},
        said.get("emotions", {}),
        said.get("expectations", {}),
        _complaints(said.get("claims", ())),
        _complaints(said.get("blames", ())),
        Setting(episode["step"] if episode else None, said.get("scenario"), said.get("origin", "shopper")),
    )


def _answers(said: dict[str, Any]) -> dict[str, AnswerValue]:
    """The answers as the model has them: decimals exact, several options as a tuple."""
    for name, value in said.items():
        if isinstance(value, float):
            said[name] = _number(value)
        elif isinstance(value, list):
            said[name] = tuple(value)
    return said


def _number(value: float) -> int | Decimal:
    number = Decimal(repr(value))
    return int(number) if number == number.to_integral_value() and abs(number) < _LARGEST_WHOLE else number


def _complaints(said: Any) -> tuple[Complaint, ...]:
    return tuple(_complaint(one["touchpoint"]) for one in said)


@lru_cache(maxsize=10_000)
def _complaint(touchpoint: str) -> Complaint:
    return Complaint(touchpoint=touchpoint, text="-")

"""The policy of headquarters as a file: targets of stores, gates for machines, and what is told as an alert."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from cemaudit.checklists import read_definition
from cemaudit.errors import BadInput, Expected
from cemaudit.language import N_
from cemaudit.model import Text, faults
from cemaudit.model.base import Exact, Id, Line, Record, Version, Whole
from cemaudit.model.conditions import Bound, Condition, bounds
from cemaudit.model.definition import TranslatedDefinition
from cemaudit.model.vocabulary import refuse_repeated

__all__ = ["AlertRules", "Policy", "QualityGate", "StoreKey", "Target", "read_policy"]

StoreKey = Literal["store", "region", "format", "brand", "owner", "pool"]
STORE_KEYS: tuple[StoreKey, ...] = get_args(StoreKey)


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Values = Annotated[tuple[Line, ...], BeforeValidator(_listed), Field(min_length=1)]
"""One value, or a list of them, any of which will do."""


class Target(Record):
    """What the score of a store must reach. ``measure``: of the scheme in force, its headline where none is named.

    ``where``: which stores it is for, all of them without it; of several targets for one measure of a store the last
    one counts.
    """

    measure: Line | None = None
    at_least: Exact | None = None
    at_most: Exact | None = None
    where: dict[StoreKey, Values] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _has_one_end(self) -> Self:
        if (self.at_least is None) == (self.at_most is None):
            raise Expected("at_least, or at_most where lower is better")
        return self

    @property
    def points(self) -> float:
        """The target itself."""
        return float(self.at_most if self.at_least is None else self.at_least)  # type: ignore[arg-type]

    def is_for(self, store: Mapping[str, str | None]) -> bool:
        """Whether it is for a store of these attributes."""
        return all(store.get(key) in values for key, values in self.where.items())


class QualityGate(Record):
    """A bound that a machine decides by, over all visits asked about: on the mean of a measure, or on how many critical
    items were not met. With fewer than ``least_visits`` it is not decided. ``where``: visits, as ``--where`` has them.
    """

    id: Id
    title: Text | None = None
    measure: Line | None = None
    mean: Condition | None = None
    critical: Condition | None = None
    least_visits: Annotated[Whole, Field(ge=1)] = 1
    where: dict[Line, Values] = Field(default_factory=dict)

    @property
    def bounds(self) -> tuple[Bound, ...]:
        """The comparisons that must hold, of the mean or of the number of failures."""
        return bounds(self.mean or self.critical or "")

    @model_validator(mode="after")
    def _bounds_one_thing(self) -> Self:
        if (self.mean is None) == (self.critical is None):
            raise Expected("mean (with its measure) or critical")
        if any(bound.is_percentile for bound in self.bounds):
            raise Expected("conditions like '>= 80, < 90'")
        if self.measure and self.critical:
            raise Expected("measure with mean only")
        return self


class AlertRules(Record):
    """What of a visit is told as soon as it comes in: failed critical items, others that failed, feelings.

    ``feeling_at_most``: a feeling so bad, or worse.
    """

    critical: bool = True
    items: tuple[Id, ...] = ()
    feeling_at_most: Annotated[Whole, Field(ge=-3, le=-1)] | None = None


class Policy(TranslatedDefinition):
    """What headquarters expects of its stores."""

    id: Id
    version: Version
    title: Text | None = None
    targets: tuple[Target, ...] = ()
    gates: tuple[QualityGate, ...] = ()
    alerts: AlertRules = AlertRules()

    @property
    def ref(self) -> str:
        """``id@version``."""
        return f"{self.id}@{self.version}"

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        refuse_repeated(N_("gate"), [gate.id for gate in self.gates])
        return self


def read_policy(path: Path) -> Policy:
    """Return the policy in a TOML file; ``BadInput`` lists every mistake with its place."""
    data = read_definition(path)
    try:
        return Policy.model_validate(data)
    except ValidationError as error:
        raise BadInput(faults.problems(error, data)).inside(path) from error

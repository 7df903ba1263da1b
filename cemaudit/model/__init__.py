"""The records everything else is made of: frozen, typed, bilingual, exact."""

from cemaudit.model.audit import Audit, Finding, ItemScore, Reason, Score, Severity, score_name
from cemaudit.model.bands import Band, Consequence
from cemaudit.model.base import Exact, Record
from cemaudit.model.checklist import (
    Checklist,
    Circumstance,
    Critical,
    Fact,
    Item,
    ItemGroup,
    Narrative,
    Scenario,
    Step,
    Touchpoint,
)
from cemaudit.model.measures import Measure
from cemaudit.model.scheme import Scheme, Summary
from cemaudit.model.text import Text
from cemaudit.model.vectors import Vector
from cemaudit.model.visit import Change, Complaint, Consent, EpisodeStep, Evidence, Override, Skip, SkipState, Visit
from cemaudit.model.vocabulary import (
    Channel,
    ClaimState,
    Element,
    Facet,
    Feeling,
    Journey,
    Medium,
    MicroMoment,
    Mode,
    Moment,
    journeys,
    label,
)
from cemaudit.packages import front_door

__all__ = [
    "JOURNEYS",
    "Audit",
    "Band",
    "Change",
    "Channel",
    "Checklist",
    "Circumstance",
    "ClaimState",
    "Complaint",
    "Consent",
    "Consequence",
    "Critical",
    "Element",
    "EpisodeStep",
    "Evidence",
    "Exact",
    "Facet",
    "Fact",
    "Feeling",
    "Finding",
    "Item",
    "ItemGroup",
    "ItemScore",
    "Journey",
    "Measure",
    "Medium",
    "MicroMoment",
    "Mode",
    "Moment",
    "Narrative",
    "Override",
    "Reason",
    "Record",
    "Scenario",
    "Scheme",
    "Score",
    "Severity",
    "Skip",
    "SkipState",
    "Step",
    "Summary",
    "Text",
    "Touchpoint",
    "Vector",
    "Visit",
    "journeys",
    "label",
    "score_name",
]

JOURNEYS: dict[str, Journey]
"""The journeys by id; read when first asked for."""

__getattr__, __dir__ = front_door(__name__, {"JOURNEYS": "vocabulary"})

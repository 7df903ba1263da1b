"""The records everything else is made of: frozen, typed, bilingual, exact."""

from cemaudit.model.audit import Audit, Finding, ItemScore, Reason, Score, Severity, score_name
from cemaudit.model.base import Exact, Record
from cemaudit.model.checklist import Checklist, Critical, Item, Scenario, Step, Touchpoint
from cemaudit.model.scheme import Band, Measure, Scheme
from cemaudit.model.text import Text
from cemaudit.model.visit import Complaint, EpisodeStep, Evidence, Skip, SkipState, Visit
from cemaudit.model.vocabulary import JOURNEYS, Channel, Element, Facet, Journey, Medium, Mode, Moment, label

__all__ = [
    "JOURNEYS",
    "Audit",
    "Band",
    "Channel",
    "Checklist",
    "Complaint",
    "Critical",
    "Element",
    "EpisodeStep",
    "Evidence",
    "Exact",
    "Facet",
    "Finding",
    "Item",
    "ItemScore",
    "Journey",
    "Measure",
    "Medium",
    "Mode",
    "Moment",
    "Reason",
    "Record",
    "Scenario",
    "Scheme",
    "Score",
    "Severity",
    "Skip",
    "SkipState",
    "Step",
    "Text",
    "Touchpoint",
    "Visit",
    "label",
    "score_name",
]

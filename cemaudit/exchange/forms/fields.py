"""The form of a checklist: sections of typed fields, each with its flat name; every door has the same ones.

Its words are in both languages at once, because forms speak both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cached_property

from cemaudit.language import N_, translate
from cemaudit.model import Checklist, Item, SkipState, Text, Touchpoint
from cemaudit.model.expression import Node

__all__ = [
    "ON_PHONES",
    "PHONE_GROUPS",
    "SKIPS",
    "SKIP_CODES",
    "FieldKind",
    "FieldOption",
    "Form",
    "FormField",
    "FormSection",
    "NumberLimits",
    "Role",
    "both",
]

SKIPS = {
    SkipState.NOT_APPLICABLE: N_("not applicable"),
    SkipState.NOT_OBSERVED: N_("not observed"),
    SkipState.DECLINED: N_("declined"),
}
"""Why an item may be left without an answer, in words."""

SKIP_CODES = {"_na": SkipState.NOT_APPLICABLE, "_no": SkipState.NOT_OBSERVED, "_de": SkipState.DECLINED}
"""What stands in an answer's own field where the item was left out; no answer begins with ``_``."""

PHONE_GROUPS = ("visit__briefing", "visit__times")
"""Groups only phones have, beside one for each section."""

ON_PHONES = ("visit__about", "visit__conduct", "visit__read")
"""Names of what phones show or ask, and no visit holds."""


def both(say: Callable[[], object] | str) -> Text:
    """What ``say`` says (or the text in the catalogue) in each language."""
    return Text.said(lambda: translate(say) if isinstance(say, str) else say())


class FieldKind(StrEnum):
    """What can be put into a field. ``MOMENT``: a date with its time and zone."""

    ONE = "one"
    MANY = "many"
    NUMBER = "number"
    TEXT = "text"
    DATE = "date"
    TIME = "time"
    MOMENT = "moment"
    FILE = "file"


class Role(StrEnum):
    """What a field says about the visit. ``WHY`` an item, ``FEELING_WHY`` a feeling or expectation was left out."""

    SETTING = "setting"
    ANSWER = "answer"
    WHY = "why"
    NOTE = "note"
    EVIDENCE = "evidence"
    CAPTION = "caption"
    EXPECTATION = "expectation"
    PERCEPTION = "perception"
    EMOTION = "emotion"
    FEELING_WHY = "feeling-why"
    CLAIM = "claim"
    CLAIM_STATE = "claim-state"
    BLAME = "blame"


@dataclass(frozen=True)
class FieldOption:
    """What can be chosen: the code a record holds, and the words a person reads."""

    code: str
    label: Text


@dataclass(frozen=True)
class NumberLimits:
    """Which numbers fit; ``among`` lists the only ones, where it lists any."""

    least: Fraction | None = None
    most: Fraction | None = None
    whole: bool = False
    among: tuple[Fraction, ...] = ()


@dataclass(frozen=True)
class FormField:
    """One thing to fill in.

    ``expects``: what fits, in words (the unit, the limits). ``skips``: the codes that may stand in place of an answer.
    ``evidence`` and ``number``: the kind and the how-maniest file of an item. ``lines``: text of several lines.
    """

    name: str
    role: Role
    kind: FieldKind
    label: Text
    hint: Text | None = None
    expects: Text | None = None
    options: tuple[FieldOption, ...] = ()
    skips: tuple[FieldOption, ...] = ()
    limits: NumberLimits | None = None
    required: bool = False
    lines: bool = False
    touchpoint: Touchpoint | None = None
    item: Item | None = None
    evidence: str | None = None
    number: int = 0

    @property
    def when(self) -> Node | None:
        """The condition under which the item arises, or ``None``: always."""
        return self.item.when if self.item else None

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps of an episode in which the touchpoint arises; empty: in all."""
        return self.touchpoint.steps if self.touchpoint else ()

    @property
    def place(self) -> str:
        """Where in the checklist it comes from."""
        if self.item:
            return f"items.{self.item.id}"
        return f"touchpoints.{self.touchpoint.id}" if self.touchpoint else "visit"


@dataclass(frozen=True)
class FormSection:
    """Fields that belong together: those of the visit itself (``touchpoint`` is ``None``), or of one touchpoint."""

    title: Text
    fields: tuple[FormField, ...]
    touchpoint: Touchpoint | None = None

    @property
    def id(self) -> str:
        """``visit``, or the touchpoint's id."""
        return self.touchpoint.id if self.touchpoint else "visit"

    @property
    def group(self) -> str:
        """The flat name of the section's group."""
        return f"{self.id}__group" if self.touchpoint else "visit__setting"


@dataclass(frozen=True)
class Form:
    """The form of ``checklist``: the visit's section first, then one for each touchpoint, in order."""

    checklist: Checklist
    sections: tuple[FormSection, ...]

    @property
    def groups(self) -> tuple[str, ...]:
        """The names of all groups, those of phones among them."""
        return (*(section.group for section in self.sections), *PHONE_GROUPS)

    @cached_property
    def fields(self) -> dict[str, FormField]:
        """All fields by flat name, in order."""
        return {field.name: field for section in self.sections for field in section.fields}

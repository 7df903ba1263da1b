"""A report before it is drawn: what stands on its cover, and its sections."""

from __future__ import annotations

from cemaudit.model.base import Record
from cemaudit.model.blocks import Section, Tone, Words
from cemaudit.model.text import Text

__all__ = ["Particular", "Report", "Verdict"]


class Particular(Record):
    """One line of the cover's particulars."""

    label: Text
    value: Words


class Verdict(Record):
    """What the report leads with: a grade in a word, a number and its place on the scale from ``low`` to ``high``."""

    label: str
    title: Words
    tone: Tone
    text: Words = ""
    value: str = ""
    caption: Words = ""
    at: float | None = None
    low: float = 0
    high: float = 100


class Report(Record):
    """A report in both languages. ``key`` is what tells it from other reports of the same folder."""

    title: Text
    subject: Words
    subtitle: Words = ""
    facts: tuple[Particular, ...] = ()
    verdict: Verdict | None = None
    sections: tuple[Section, ...] = ()
    imprint: Words = ""
    simulated: bool = False
    key: tuple[str, ...] = ()

    @property
    def ordered(self) -> tuple[Section, ...]:
        """The sections in the order of their pages."""
        return tuple(sorted(self.sections, key=lambda section: (section.order, section.id)))

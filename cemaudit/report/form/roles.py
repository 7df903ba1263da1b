"""What a form tells the shopper before the visit: the scenarios to play, and how to behave."""

from __future__ import annotations

from collections.abc import Iterator

from cemaudit.entry import conduct
from cemaudit.exchange.forms.making import PREFIX
from cemaudit.language import message
from cemaudit.model import Scenario
from cemaudit.report.form.boxes import HEIGHT, STRONG, Blank, Tick
from cemaudit.report.form.layout import ANSWER, LABEL, PROSE, Gap, LabelledSlice, SliceRow, bullets, said
from cemaudit.report.form.options import labelled_options
from cemaudit.report.form.sheet import PdfForm
from cemaudit.report.kit.prose import TextLines, headline
from cemaudit.report.kit.stack import Slice, Stack
from cemaudit.report.kit.style import INK, QUIET, WIDTH, Colour
from cemaudit.report.kit.text import wrap

__all__ = ["conduct_stacks", "scenario_stacks"]

INSET = 16.0
ROOM = WIDTH - INSET
PERSONA_AT, READ_AT = 110.0, 330.0


def scenario_stacks(sheet: PdfForm) -> Iterator[Stack]:
    """Each scenario with a circle beside its title, and whom was played where it was someone else."""
    if sheet.checklist.scenarios:
        yield headline(str(message("Scenario")), 1, WIDTH)
        for scenario in sheet.checklist.scenarios:
            yield Stack(list(_scenario(sheet, scenario)), space=(0, 8), whole=True)
    if sheet.checklist.personas:
        yield Stack(list(labelled_options(sheet, f"{PREFIX}persona")), space=(0, 8), whole=True)
        return
    persona = sheet.setting("persona")
    box = Blank(persona, (WIDTH - PERSONA_AT, HEIGHT))
    yield Stack([SliceRow([(0, said(persona.words, LABEL, PERSONA_AT - 8, QUIET, 2)), (PERSONA_AT, box)], 3)])


def _scenario(sheet: PdfForm, scenario: Scenario) -> Iterator[Slice]:
    yield Tick(sheet.setting("scenario"), (scenario.id, scenario.title), WIDTH, look=STRONG)
    yield LabelledSlice(_prose(message("You are: {persona}", persona=scenario.persona), QUIET), INSET)
    yield LabelledSlice(_prose(scenario.text), INSET)
    if scenario.look_for:
        yield Gap(2)
        yield LabelledSlice(said(message("What to look for"), LABEL.strong, ROOM, QUIET), INSET)
        yield from (LabelledSlice(slice_, INSET) for slice_ in bullets(scenario.look_for, PROSE, ROOM))


def conduct_stacks(sheet: PdfForm) -> Iterator[Stack]:
    """The rules of every visit and those of the checklist; when they were read, and expectations noted."""
    yield headline(str(message("Rules of conduct")), 1, WIDTH)
    box = Blank(sheet.setting("briefed"), (WIDTH - READ_AT, HEIGHT))
    words = said(message("I have read this and keep to it. Day and time:"), ANSWER, READ_AT - 8, most=2)
    signed = [SliceRow([(0, words), (READ_AT, box)], 6)]
    if any(touchpoint.perceived for touchpoint in sheet.checklist.touchpoints):
        noted = sheet.setting("expected")
        box = Blank(noted, (WIDTH - READ_AT, HEIGHT))
        signed.append(SliceRow([(0, said(noted.words, ANSWER, READ_AT - 8, most=2)), (READ_AT, box)], 6))
    yield Stack([*bullets(conduct(sheet.checklist), PROSE, WIDTH), *signed], space=(0, 8))


def _prose(words: object, colour: Colour = INK) -> TextLines:
    return TextLines(wrap(str(words), PROSE, ROOM), PROSE, colour)

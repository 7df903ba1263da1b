"""Groups of a form as touchpoints: one for each run of questions under the same heading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from cemaudit.exchange.questionnaires.facets import Facets
from cemaudit.exchange.questionnaires.ids import Given, plain_id
from cemaudit.exchange.questionnaires.languages import Languages
from cemaudit.exchange.questionnaires.outline import SurveyGroup
from cemaudit.exchange.questionnaires.texts import joined, loose
from cemaudit.model import Item, Text, Touchpoint

__all__ = ["QuestionRun", "heading_of", "touchpoints_of"]


@dataclass
class QuestionRun:
    """Items asked one after another under one heading; ``None`` where they stand in no group."""

    heading: SurveyGroup | None
    items: list[Item] = field(default_factory=list)


def heading_of(around: Sequence[SurveyGroup], languages: Languages) -> SurveyGroup | None:
    """The group whose heading stands over a question: the innermost that has one, else the outermost."""
    titled = (group for group in reversed(around) if languages.text(group.line.texts("label")))
    return next(titled, around[0] if around else None)


def touchpoints_of(
    sections: Iterable[QuestionRun], form: Text, facets: Facets, languages: Languages
) -> Iterator[Touchpoint]:
    """A touchpoint for each section; ``form`` is the title of those outside all groups.

    A heading that comes again is numbered: the order of the questions stays that of the form.
    """
    ids, times = Given(), Counter[int]()
    for section in sections:
        heading = section.heading
        number = heading.line.number if heading else 0
        times[number] += 1
        name = plain_id(heading.line["name"], f"group-{number}") if heading else "questions"
        title = _title(heading, languages) if heading else form
        if times[number] > 1:
            title = joined([title, Text(ko=f"({times[number]})", en=f"({times[number]})")], " ")
        yield Touchpoint(id=ids.take(name), title=title, items=tuple(section.items), **facets.of_touchpoints)


def _title(heading: SurveyGroup, languages: Languages) -> Text:
    """The headings from the outermost to this one: ``Entrance › Greeting``."""
    labels = [languages.text(group.line.texts("label")) for group in heading.around]
    titles = [label for label in labels if label]
    return joined(titles or [loose(heading.line["name"] or heading.of)], " › ")

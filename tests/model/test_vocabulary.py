from __future__ import annotations

from enum import StrEnum

import pytest

import cemaudit.model
from cemaudit.language import LANGUAGES, use
from cemaudit.model import (
    JOURNEYS,
    Channel,
    Checklist,
    Element,
    Facet,
    Journey,
    Medium,
    MicroMoment,
    Mode,
    Moment,
    Reason,
    label,
)
from cemaudit.packages import shipped_table

KINDS = {
    "channel": Channel,
    "medium": Medium,
    "element": Element,
    "mode": Mode,
    "moment": Moment,
    "micro-moment": MicroMoment,
    "facet": Facet,
}
WORDS = [word for kind in KINDS.values() for word in kind]


@pytest.mark.parametrize("word", WORDS)
def test_every_word_has_a_name_in_both_languages(word: StrEnum) -> None:
    assert label(word).languages == LANGUAGES


def test_the_table_names_the_words_there_are_and_no_other() -> None:
    labels = shipped_table("cemaudit.model", "vocabulary.toml")["labels"]
    assert {kind: [*words] for kind, words in labels.items()} == {name: [*kind] for name, kind in KINDS.items()}


@pytest.mark.parametrize("kind", KINDS.values())
def test_names_differ(kind: type[StrEnum]) -> None:
    for language in LANGUAGES:
        with use(language):
            assert len({str(label(word)) for word in kind}) == len(kind)


@pytest.mark.parametrize("journey", JOURNEYS.values(), ids=str)
def test_stages_of_a_journey_are_unique(journey: Journey) -> None:
    ids = [stage.id for stage in journey.stages]
    assert len(set(ids)) == len(ids)
    assert [journey.stage(stage) for stage in ids] == list(journey.stages)


@pytest.mark.parametrize("journey", JOURNEYS.values(), ids=str)
def test_journeys_and_stages_have_titles_in_both_languages(journey: Journey) -> None:
    assert all(titled.title.languages == LANGUAGES for titled in (journey, *journey.stages))


def test_the_rooms_of_the_model_have_no_other_names() -> None:
    assert cemaudit.model.JOURNEYS is cemaudit.model.vocabulary.JOURNEYS
    for module in (cemaudit.model, cemaudit.model.vocabulary):
        with pytest.raises(AttributeError, match="SCHEMES"):
            _ = module.SCHEMES


def test_a_checklist_can_name_every_journey() -> None:
    schema = Checklist.model_json_schema()
    assert set(schema["properties"]["journey"]["enum"]) == set(JOURNEYS)


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_words(reason: Reason) -> None:
    for language in LANGUAGES:
        with use(language):
            assert reason.words

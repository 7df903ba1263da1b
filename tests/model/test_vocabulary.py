from __future__ import annotations

from enum import StrEnum

import pytest
from helpers import samples
from pydantic import ValidationError

import cemaudit.model
from cemaudit.language import LANGUAGES, use
from cemaudit.model import (
    JOURNEYS,
    Channel,
    Checklist,
    ClaimState,
    Element,
    Facet,
    Feeling,
    Journey,
    Medium,
    MicroMoment,
    Mode,
    Moment,
    Reason,
    label,
)
from cemaudit.packages import shipped_table
from cemaudit.scoring import cover

KINDS = {
    "channel": Channel,
    "medium": Medium,
    "element": Element,
    "mode": Mode,
    "claim-state": ClaimState,
    "moment": Moment,
    "micro-moment": MicroMoment,
    "facet": Facet,
    "feeling": Feeling,
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


@pytest.mark.parametrize("journey", JOURNEYS.values(), ids=str)
def test_a_checklist_can_name_every_journey(journey: Journey) -> None:
    door = samples.touchpoint("door", samples.item("A"), stage=journey.stages[-1].id)
    assert samples.checklist(door, journey=journey.id).path == journey


def test_a_stage_under_its_earlier_id_is_the_same_stage() -> None:
    """A checklist of before that says `sharing` keeps the keys of its scores, under today's title."""
    door = samples.touchpoint("door", samples.item("A"), stage="sharing")
    last = samples.checklist(door, journey="acass").path.stages[-1]
    assert (last.id, last.aliases, last.title) == ("sharing", ("network",), JOURNEYS["acass"].stage("network").title)
    assert JOURNEYS["acass"].stage("sharing") is JOURNEYS["acass"].stages[-1]
    assert cover(samples.checklist(door, journey="acass")).missing(1) == (
        "awareness", "consideration", "acquisition", "service",
    )  # fmt: skip


def test_a_checklist_has_stages_or_a_journey_of_the_core() -> None:
    door = samples.touchpoint("door", samples.item("A"), stage="book")
    with pytest.raises(ValidationError, match="the stages of journey"):
        samples.checklist(door, journey="hotel.stay")
    stages = [{"id": "book", "title": samples.text("Book")}]
    own = samples.checklist(door, journey="hotel.stay", stages=stages)
    assert [stage.id for stage in own.path.stages] == ["book"]
    assert own.path.id == str(own.path.title) == "hotel.stay"
    assert Checklist.model_validate_json(own.model_dump_json(by_alias=True, exclude_defaults=True)) == own
    with pytest.raises(ValidationError, match="each id once"):
        samples.checklist(door, journey="hotel.stay", stages=[*stages, {**stages[0], "aliases": ["book"]}])


def test_no_digest_moves_for_journeys() -> None:
    """What a ledger keeps of a checklist says nothing of stages where the journey is the core's."""
    door = samples.touchpoint("door", samples.item("A"), moment="zmot")
    assert not {"stages", "micro_moment"} & set(
        samples.checklist(door).model_dump_json(exclude_defaults=True).split('"')
    )


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_words(reason: Reason) -> None:
    for language in LANGUAGES:
        with use(language):
            assert reason.words

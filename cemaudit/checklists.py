"""Definition files (checklists, schemes, journeys, lenses, platforms): TOML in, records out, all mistakes in one go."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import tomli
from pydantic import ValidationError

from cemaudit.errors import BadInput, Expected, Problem, nearest
from cemaudit.files import read_text
from cemaudit.language import LANGUAGES, N_, message
from cemaudit.model import Checklist, Journey, Scheme, faults, journeys
from cemaudit.model.definition import TranslatedDefinition, refuse_newer
from cemaudit.model.expression import parse
from cemaudit.model.lenses import Lens
from cemaudit.model.platform import Platform

__all__ = ["load_checklist", "load_file", "load_scheme", "read_definition", "read_toml"]

Source = Path | Traversable
Raw = Mapping[str, Any]
Kind = TypeVar("Kind", Scheme, Journey, Lens)
Translated = TypeVar("Translated", bound=TranslatedDefinition)
NO_JOURNEYS: Mapping[str, Journey] = MappingProxyType({})

_MOST_DIGITS = 100
_LONGEST_REST = 40


def read_toml(source: Source) -> dict[str, Any]:
    """The tables of a TOML file, decimals exact; ``BadInput`` names line and column of a syntax error."""
    try:
        return tomli.loads(read_text(source), parse_float=_decimal)
    except tomli.TOMLDecodeError as error:
        raise BadInput(_not_toml(error).inside(source)) from error
    except RecursionError as error:
        raise BadInput(Problem(message("nested too deeply"), str(source))) from error
    except ValueError as error:
        raise BadInput(Problem(message("a number with too many digits"), str(source))) from error


def read_definition(source: Source) -> dict[str, Any]:
    """The tables of a TOML file of ours; ``BadInput`` also where it is made for a newer version, before all else."""
    data = read_toml(source)
    try:
        refuse_newer(data)
    except BadInput as error:
        raise error.inside(source) from error
    return data


def _not_toml(error: tomli.TOMLDecodeError) -> Problem:
    """What the parser stumbled over, and where."""
    rest = error.doc[error.pos :].partition("\n")[0].strip()
    if any(word in error.msg for word in ("overwrite", "twice", "Duplicate")):
        why = message("this key or table comes a second time")
    elif "Unterminated" in error.msg or "Unclosed" in error.msg or not rest:
        why = message("something is missing here: a value, or a closing quotation mark or bracket")
    else:
        why = message("this is not TOML: {found}", found=rest[:_LONGEST_REST])
    where = message("line {line}, column {column}: {why}", line=error.lineno, column=error.colno, why=why)
    return Problem(where, hint=message("TOML has name = value, and texts in quotation marks"))


def _decimal(text: str) -> Decimal:
    """An exact decimal; ``ValueError`` for one that would fill the memory when written out."""
    number = Decimal(text)
    if abs(number.adjusted()) > _MOST_DIGITS or len(text) > _MOST_DIGITS:
        raise ValueError(text)
    return number


def load_file(
    source: Source, brought: Mapping[str, Journey] = NO_JOURNEYS
) -> Checklist | Scheme | Journey | Lens | Platform:
    """A checklist (it has ``touchpoints``), a scheme (``measures``), a lens (``lens``), a platform (``promises`` or
    ``positioning``) or a journey (``stages`` alone).

    ``brought``: the journeys by id that checklists can name beside the core's.
    """
    data = read_definition(source)
    if "touchpoints" not in data:
        if "measures" in data:
            return _record(Scheme, data, source)
        if "lens" in data:
            return _record(Lens, data, source)
        if "promises" in data or "positioning" in data:
            return _platform(data, source)
        if "stages" in data and "journey" not in data:
            return _record(Journey, data, source)
    return _checklist(data, source, brought)


def load_checklist(source: Source, brought: Mapping[str, Journey] = NO_JOURNEYS) -> Checklist:
    """The checklist in a TOML file; ``BadInput`` lists every mistake with its place."""
    return _checklist(read_definition(source), source, brought)


def load_scheme(source: Source) -> Scheme:
    """The scheme in a TOML file; ``BadInput`` lists every mistake with its place."""
    return _record(Scheme, read_definition(source), source)


def _record(kind: type[Kind], data: Raw, source: Source) -> Kind:
    try:
        record = kind.model_validate(data)
    except ValidationError as error:
        raise BadInput(faults.problems(error, data)).inside(source) from error
    return record if isinstance(record, Lens) else _in_its_languages(record, source)


def _in_its_languages(record: Translated, source: Source, brought: str = "") -> Translated:
    """The record; ``BadInput`` where a text of it, not counting those at ``brought``, is in a language it lacks."""
    problems = []
    for place, text in record.texts():
        others = [tag for tag in text.languages if tag not in record.languages]
        if others and not (brought and place.startswith(brought)):
            what = message("a text in {languages}, and the languages of this file are {own}",
                           languages=", ".join(others), own=", ".join(record.languages))  # fmt: skip
            every = json.dumps([*record.languages, *others])
            problems.append(Problem(what, place, message("add languages = {every} at the top", every=every)))
    if problems:
        raise BadInput(problems).inside(source)
    return record


def _checklist(data: Raw, source: Source, brought: Mapping[str, Journey]) -> Checklist:
    journey = brought.get(str(data.get("journey")))
    is_own_path = "stages" in data
    if journey and journey.id not in journeys() and not is_own_path:
        # From now on they travel with the checklist: whoever opens it need not have what brought its journey.
        data = {**data, "stages": [stage.model_dump(exclude_defaults=True) for stage in journey.stages]}
    found = list(_cross_check(data))
    try:
        checklist = Checklist.model_validate(data)
    except ValidationError as error:
        # the model's own check of the whole repeats what the cross-check has said with its place
        found = [problem for problem in faults.problems(error, data) if problem.place or not found] + found
    if found:
        raise BadInput(found).inside(source)
    return _in_its_languages(checklist, source, "" if is_own_path else "stages.")


def _platform(data: Raw, source: Source) -> Platform:
    promises = _tables(data, "promises")
    ids = [str(promise["id"]) for promise in promises if "id" in promise]
    problems = [*_repeated_promises(ids), *_unknown_promises(data, ids)]
    try:
        platform = Platform.model_validate(data)
    except ValidationError as error:
        # the record says again, without place and hint, which ids are repeated
        problems = [problem for problem in faults.problems(error, data) if problem.place] + problems
    if problems:
        # A missing language alone is for lint; of a file that is refused everything is said at once.
        raise BadInput([*problems, *_untranslated(data, promises)]).inside(source)
    return _in_its_languages(platform, source)


def _repeated_promises(ids: list[str]) -> Iterator[Problem]:
    for name, count in Counter(ids).items():
        if count > 1:
            text = message("repeated {what} id: {id}", what=message("value promise"), id=name)
            yield Problem(text, f"promises.{name}", message("each value promise stands once in a platform"))


def _unknown_promises(data: Raw, ids: list[str]) -> Iterator[Problem]:
    tables = data.get("proofs")
    for ref, proofs in tables.items() if isinstance(tables, Mapping) else ():
        for name in proofs if isinstance(proofs, Mapping) else ():
            if name not in ids:
                text = message("no such value promise: {promise}", promise=name)
                yield Problem(text, f"proofs.{ref}.{name}", nearest(name, ids))


def _untranslated(data: Raw, promises: list[Raw]) -> Iterator[Problem]:
    languages = [str(tag) for tag in _list(data.get("languages"))] or LANGUAGES
    texts = [(name, data.get(name)) for name in ("title", "about", "positioning", "theme")]
    texts += [(f"promises.{each.get('id')}.{name}", each.get(name)) for each in promises for name in ("title", "about")]
    for place, text in texts:
        missing = [language for language in languages if isinstance(text, Mapping) and not text.get(language)]
        if 0 < len(missing) < len(languages):
            yield Problem(message("no text in {language}", language=", ".join(missing)), place)


def _cross_check(data: Raw) -> Iterator[Problem]:
    """What no single field shows: repeated ids, names that lead nowhere. Works on data of any shape."""
    touchpoints, items = _tables(data, "touchpoints"), _items(data)
    for what, tables in (
        (N_("touchpoint"), touchpoints),
        (N_("item"), [item for _, item in items]),
        (N_("scenario"), _tables(data, "scenarios")),
        (N_("persona"), _tables(data, "personas")),
        (N_("occasion"), _tables(data, "occasions")),
        (N_("step"), _tables(data, "steps")),
        (N_("stage"), _tables(data, "stages")),
        (N_("fact"), _tables(data, "facts")),
        (N_("group"), _tables(data, "groups")),
    ):
        yield from _repeated(what, tables)
    stages = _stages(data)
    yield from _journey(data, stages)
    yield from _groups_without_items(data)
    yield from _versions(data, items)
    for touchpoint in touchpoints:
        yield from _stage_and_steps(touchpoint, data, stages)
        yield from _feelings(touchpoint)
    yield from _hand_overs(touchpoints, [str(item.get("id")) for _, item in items])
    yield from _facts(_tables(data, "facts"), items)
    if "platform" not in data:
        yield from _promises_of_no_platform(items)
    yield from _item_names([(str(touchpoint.get("id")), item) for touchpoint, item in items])


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _groups_without_items(data: Raw) -> Iterator[Problem]:
    """A group whose id is no item's tag would be a total of nothing."""
    tags = {str(tag) for _, item in _items(data) for tag in _list(item.get("tags"))}
    for group in _tables(data, "groups"):
        name = group.get("id")
        if isinstance(name, str) and name not in tags:
            text = message("no item has this group among its tags: {group}", group=name)
            yield Problem(text, f"groups.{name}", nearest(name, tags))


def _versions(data: Raw, items: list[tuple[Raw, Raw]]) -> Iterator[Problem]:
    """What does not fit the versions before: a list that follows itself, former ids that are taken."""
    if data.get("replaces") == f"{data.get('id')}@{data.get('version')}":
        yield Problem(message("replaces itself"), "replaces", message("name the version before"))
    names = {str(item.get("id")) for _, item in items}
    heirs: dict[str, str] = {}
    for touchpoint, item in items:
        place = f"touchpoints.{touchpoint.get('id')}.items.{item.get('id')}.was"
        for former in filter(lambda name: isinstance(name, str), _list(item.get("was"))):
            if former in names:
                hint = message("was holds ids of earlier versions that are gone")
                yield Problem(message("{item} is still an item of this version", item=former), place, hint)
            elif former in heirs:
                text = message("item {heir} says already that it was {item}", heir=heirs[former], item=former)
                yield Problem(text, place, message("one item goes on under one id"))
            heirs.setdefault(former, str(item.get("id")))


def _tables(data: Raw, key: str) -> list[Raw]:
    return [member for member in _list(data.get(key)) if isinstance(member, Mapping)]


def _items(data: Raw) -> list[tuple[Raw, Raw]]:
    return [(touchpoint, item) for touchpoint in _tables(data, "touchpoints") for item in _tables(touchpoint, "items")]


def _repeated(what: str, tables: list[Raw]) -> Iterator[Problem]:
    seen: set[str] = set()
    for table in tables:
        name = table.get("id")
        if isinstance(name, str) and name in seen:
            yield Problem(message("repeated {what} id: {id}", what=message(what), id=name), f"{what}s.{name}")
        seen.add(str(name))


def _stages(data: Raw) -> Mapping[str, str]:
    """The stages of a checklist's journey, its own or the core's, by each id they go by; none where it is unknown."""
    own = _tables(data, "stages")
    if own:
        aliases = {str(name): str(stage.get("id")) for stage in own for name in _list(stage.get("aliases"))}
        return {**aliases, **{str(stage.get("id")): str(stage.get("id")) for stage in own}}
    journey = journeys().get(str(data.get("journey")))
    return {name: stage.id for stage in journey.stages for name in stage.ids} if journey else {}


def _journey(data: Raw, stages: Mapping[str, str]) -> Iterator[Problem]:
    journey_id = data.get("journey")
    if not isinstance(journey_id, str):
        return  # the model reports it
    core = journeys().get(journey_id)
    if core is None and not stages:
        hint = nearest(journey_id, journeys(), listing=False) or message(
            "known here: {names}; one of your own has its [[stages]]", names=", ".join(journeys())
        )
        yield Problem(message("no such journey: {journey}", journey=journey_id), "journey", hint)
    if core and _tables(data, "stages") and list(dict.fromkeys(stages.values())) != [stage.id for stage in core.stages]:
        what = message("journey {journey} has other stages", journey=journey_id)
        yield Problem(what, "stages", message("give yours another id"))
    named = {str(touchpoint.get("stage")) for touchpoint in _tables(data, "touchpoints")} & stages.keys()
    for stage, count in Counter(stages[name] for name in named).items():
        if count > 1:
            names = ", ".join(sorted(name for name in named if stages[name] == stage))
            yield Problem(message("one stage under two ids: {names}", names=names), "touchpoints")


def _stage_and_steps(touchpoint: Raw, data: Raw, stages: Mapping[str, str]) -> Iterator[Problem]:
    place = f"touchpoints.{touchpoint.get('id')}"
    stage = touchpoint.get("stage")
    if stages and isinstance(stage, str) and stage not in stages:
        what = message("no such stage in journey {journey}: {stage}", journey=data.get("journey"), stage=stage)
        yield Problem(what, f"{place}.stage", nearest(stage, stages.values()))
    steps = [str(step.get("id")) for step in _tables(data, "steps")]
    for step in _list(touchpoint.get("steps")):
        if step not in steps:
            yield Problem(message("no such step: {step}", step=step), f"{place}.steps", nearest(str(step), steps))


def _feelings(touchpoint: Raw) -> Iterator[Problem]:
    place = f"touchpoints.{touchpoint.get('id')}"
    if touchpoint.get("zero") and not touchpoint.get("emotion"):
        text = message("says what a feeling of zero means, and asks for no feeling")
        yield Problem(text, f"{place}.zero", message("add emotion = true, or drop it"))
    if touchpoint.get("perceived") and not touchpoint.get("expectation"):
        text = message("asks what was perceived, and not what was expected")
        yield Problem(text, f"{place}.perceived", message("add expectation = true, or drop it"))


def _hand_overs(touchpoints: list[Raw], items: list[str]) -> Iterator[Problem]:
    ids = [str(touchpoint.get("id")) for touchpoint in touchpoints]
    for touchpoint in touchpoints:
        for hand_over in _tables(touchpoint, "carries_to"):
            target, place = str(hand_over.get("touchpoint")), f"touchpoints.{touchpoint.get('id')}.carries_to"
            if target not in ids or target == touchpoint.get("id"):
                others = [name for name in ids if name != touchpoint.get("id")]
                yield Problem(
                    message("no such touchpoint: {touchpoint}", touchpoint=target), place, nearest(target, others)
                )
            for item in _list(hand_over.get("items")):
                if item not in items:
                    yield Problem(message("no such item: {item}", item=item), place, nearest(str(item), items))


def _facts(facts: list[Raw], items: list[tuple[Raw, Raw]]) -> Iterator[Problem]:
    """What facts name: items of one type of answer, in more than one channel, each in one fact only."""
    tables = {str(item.get("id")): (touchpoint, item) for touchpoint, item in items}
    taken: dict[str, object] = {}
    for fact in facts:
        place, named = f"facts.{fact.get('id')}.items", [str(name) for name in _list(fact.get("items"))]
        for name in named:
            if name not in tables:
                yield Problem(message("no such item: {item}", item=name), place, nearest(name, tables))
            elif taken.setdefault(name, fact.get("id")) != fact.get("id"):
                text = message("item {item} belongs to fact {fact} already", item=name, fact=taken[name])
                yield Problem(text, place)
        places = [tables[name] for name in named if name in tables]
        if len({str(touchpoint.get("channel")) for touchpoint, _ in places}) == 1:
            text = message("is asked in one channel only: {channel}", channel=places[0][0].get("channel"))
            yield Problem(text, place, message("name an item of another channel, or drop the fact"))
        answers = [item.get("answer") for _, item in places]
        types = sorted({str(answer.get("type")) for answer in answers if isinstance(answer, Mapping)})
        if len(types) > 1 or types == ["text"]:
            text = message("items whose answers cannot be compared: {types}", types=", ".join(types))
            yield Problem(text, place, message("ask for the same type of answer, and not for text"))


def _promises_of_no_platform(items: list[tuple[Raw, Raw]]) -> Iterator[Problem]:
    for touchpoint, item in items:
        if item.get("promises"):
            place = f"touchpoints.{touchpoint.get('id')}.items.{item.get('id')}.promises"
            text = message("names value promises, and the checklist names no platform that makes them")
            yield Problem(text, place, message('add platform = "ID@VERSION" at the top, or drop it'))


def _item_names(items: list[tuple[str, Raw]]) -> Iterator[Problem]:
    names = {str(item.get("id")): item for _, item in items}
    earlier = {"step"}
    for touchpoint, item in items:
        place = f"touchpoints.{touchpoint}.items.{item.get('id')}"
        yield from _when_names(item.get("when"), earlier, names, f"{place}.when")
        yield from _heir(item, names, f"{place}.na")
        earlier.add(str(item.get("id")))


def _when_names(when: object, earlier: set[str], names: Mapping[str, Raw], place: str) -> Iterator[Problem]:
    if not isinstance(when, str):
        return
    try:
        expression = parse(when)
    except Expected:
        return  # the model reports it
    for name in sorted(set(expression.names()) - earlier):
        if name in names:
            yield Problem(message("item {item} is asked only later", item=name), place)
        else:
            yield Problem(message("no such item: {item}", item=name), place, nearest(name, earlier))


def _heir(item: Raw, names: Mapping[str, Raw], place: str) -> Iterator[Problem]:
    heir = str(item.get("na", "")).removeprefix("give-to:")
    if heir == item.get("na", ""):
        return
    if heir not in names or heir == item.get("id"):
        others = names.keys() - {str(item.get("id"))}
        yield Problem(message("no such item: {item}", item=heir), place, nearest(heir, others))
    elif str(names[heir].get("na", "")).startswith("give-to:"):
        yield Problem(message("item {item} gives its own points away", item=heir), place)

"""Checklist and scheme files: TOML in, records out, all mistakes of a file in one go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import tomli
from pydantic import ValidationError

from cemaudit.errors import BadInput, Expected, Problem, nearest
from cemaudit.files import read_text
from cemaudit.language import N_, message
from cemaudit.model import Checklist, Scheme, faults, journeys
from cemaudit.model.expression import parse

__all__ = ["load_checklist", "load_file", "load_scheme", "read_toml"]

Source = Path | Traversable
Raw = Mapping[str, Any]

_MOST_DIGITS = 100


def read_toml(source: Source) -> dict[str, Any]:
    """The tables of a TOML file, decimals exact; ``BadInput`` names line and column of a syntax error."""
    try:
        return tomli.loads(read_text(source), parse_float=_decimal)
    except tomli.TOMLDecodeError as error:
        where = message("line {line}, column {column}: {why}", line=error.lineno, column=error.colno, why=error.msg)
        raise BadInput(Problem(where, str(source), message("TOML syntax"))) from error
    except RecursionError as error:
        raise BadInput(Problem(message("nested too deeply"), str(source))) from error
    except ValueError as error:
        raise BadInput(Problem(message("a number with too many digits"), str(source))) from error


def _decimal(text: str) -> Decimal:
    """An exact decimal; ``ValueError`` for one that would fill the memory when written out."""
    number = Decimal(text)
    if abs(number.adjusted()) > _MOST_DIGITS or len(text) > _MOST_DIGITS:
        raise ValueError(text)
    return number


def load_file(source: Source) -> Checklist | Scheme:
    """A checklist (it has ``touchpoints``) or a scheme (it has ``measures``)."""
    data = read_toml(source)
    return _scheme(data, source) if "measures" in data and "touchpoints" not in data else _checklist(data, source)


def load_checklist(source: Source) -> Checklist:
    """The checklist in a TOML file; ``BadInput`` lists every mistake with its place."""
    return _checklist(read_toml(source), source)


def load_scheme(source: Source) -> Scheme:
    """The scheme in a TOML file; ``BadInput`` lists every mistake with its place."""
    return _scheme(read_toml(source), source)


def _scheme(data: Raw, source: Source) -> Scheme:
    try:
        return Scheme.model_validate(data)
    except ValidationError as error:
        raise BadInput(faults.problems(error, data)).inside(source) from error


def _checklist(data: Raw, source: Source) -> Checklist:
    found = list(_cross_check(data))
    try:
        checklist = Checklist.model_validate(data)
    except ValidationError as error:
        # the model's own check of the whole repeats what the cross-check has said with its place
        found = [problem for problem in faults.problems(error, data) if problem.place or not found] + found
    if found:
        raise BadInput(found).inside(source)
    return checklist


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
    ):
        yield from _repeated(what, tables)
    for touchpoint in touchpoints:
        yield from _stage_and_steps(touchpoint, data)
    yield from _item_names([(str(touchpoint.get("id")), item) for touchpoint, item in items])


def _tables(data: Raw, key: str) -> list[Raw]:
    members = data.get(key)
    return [member for member in members if isinstance(member, Mapping)] if isinstance(members, list) else []


def _items(data: Raw) -> list[tuple[Raw, Raw]]:
    return [(touchpoint, item) for touchpoint in _tables(data, "touchpoints") for item in _tables(touchpoint, "items")]


def _repeated(what: str, tables: list[Raw]) -> Iterator[Problem]:
    seen: set[str] = set()
    for table in tables:
        name = table.get("id")
        if isinstance(name, str) and name in seen:
            yield Problem(message("repeated {what} id: {id}", what=message(what), id=name), f"{what}s.{name}")
        seen.add(str(name))


def _stage_and_steps(touchpoint: Raw, data: Raw) -> Iterator[Problem]:
    place = f"touchpoints.{touchpoint.get('id')}"
    journey, stage = journeys().get(str(data.get("journey"))), touchpoint.get("stage")
    stages = [one.id for one in journey.stages] if journey else []
    if journey and isinstance(stage, str) and stage not in stages:
        what = message("no such stage in journey {journey}: {stage}", journey=journey.id, stage=stage)
        yield Problem(what, f"{place}.stage", nearest(stage, stages))
    steps = [str(step.get("id")) for step in _tables(data, "steps")]
    named = touchpoint.get("steps")
    for step in named if isinstance(named, list) else []:
        if step not in steps:
            yield Problem(message("no such step: {step}", step=step), f"{place}.steps", nearest(str(step), steps))


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

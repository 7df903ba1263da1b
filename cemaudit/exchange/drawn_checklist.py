"""A checklist drawn from a larger one: some of its touchpoints with their items, written with a reason for each."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from cemaudit.errors import BadInput, Problem, Sayable
from cemaudit.exchange.toml import toml_text
from cemaudit.files import replaced
from cemaudit.language import LANGUAGES, Message, message
from cemaudit.model import Checklist, Item, Text, Touchpoint
from cemaudit.model.definition import FORMAT

__all__ = ["DrawnChecklist", "draw_checklist", "drawn_text", "write_new"]


class DrawnChecklist(NamedTuple):
    """A checklist drawn from another one, and what had to be left out or changed for it."""

    checklist: Checklist
    notes: tuple[Message, ...]


def draw_checklist(source: Checklist, touchpoints: Collection[str], new_id: str) -> DrawnChecklist:
    """Return the checklist of some touchpoints of ``source``, version 1, in the order of their path.

    An item whose condition names an item that is left out is left out, too, for nobody could tell when it arises.
    ``BadInput`` where that would take a critical item, a duty, or all items of a touchpoint.
    """
    kept = [touchpoint for touchpoint in source.touchpoints if touchpoint.id in touchpoints]
    items = {item.id: item for touchpoint in kept for item in touchpoint.items}
    orphans = _orphans(items)
    problems = list(_losses(source, kept, orphans))
    if problems:
        raise BadInput(problems)
    notes = [
        message("item {item} is left out: its condition names {names}", item=name, names=", ".join(sorted(missing)))
        for name, missing in orphans.items()
    ]
    left = {name: item for name, item in items.items() if name not in orphans}
    heirless = [item.id for item in left.values() if item.gives_to and item.gives_to not in left]
    notes += [
        message(
            "item {item} gives its points to {heir} no more, which is left out", item=name, heir=items[name].gives_to
        )
        for name in heirless
    ]
    changed = {
        name: item.model_copy(update={"na": "exclude"}) if name in heirless else item for name, item in left.items()
    }
    drawn = tuple(_drawn_touchpoint(touchpoint, changed, [other.id for other in kept]) for touchpoint in kept)
    return DrawnChecklist(_assembled(source, drawn, new_id), tuple(notes))


def _orphans(items: Mapping[str, Item]) -> dict[str, set[str]]:
    """The items whose condition names an item that is not there, and those names; in turn, whoever names them."""
    orphans: dict[str, set[str]] = {}
    for name, item in items.items():
        named = set(item.when.names()) - {"step"} if item.when else set()
        missing = {other for other in named if other not in items or other in orphans}
        if missing:
            orphans[name] = missing
    return orphans


def _losses(source: Checklist, kept: Sequence[Touchpoint], orphans: Mapping[str, set[str]]) -> Iterator[Problem]:
    for touchpoint in kept:
        ids = [item.id for item in touchpoint.items]
        mandatory = [item.id for item in touchpoint.items if item.id in orphans and item.mandatory]
        lost = mandatory or ([name for name in ids if name in orphans] if orphans.keys() >= set(ids) else [])
        if lost:
            needed = {source.touchpoint_of[name].id for item in lost for name in orphans[item] if name in source.items}
            text = message(
                "would lose {items}, for the condition names an item that is left out", items=", ".join(lost)
            )
            hint = message("keep {touchpoints}, too", touchpoints=", ".join(sorted(needed - {touchpoint.id})))
            yield Problem(text, f"touchpoints.{touchpoint.id}", hint)


def _drawn_touchpoint(touchpoint: Touchpoint, items: Mapping[str, Item], others: Sequence[str]) -> Touchpoint:
    carried = [
        hand_over.model_copy(update={"items": tuple(name for name in hand_over.items if name in items)})
        for hand_over in touchpoint.carries_to
        if hand_over.touchpoint in others and any(name in items for name in hand_over.items)
    ]
    own = tuple(items[item.id] for item in touchpoint.items if item.id in items)
    return touchpoint.model_copy(update={"items": own, "carries_to": tuple(carried)})


def _assembled(source: Checklist, touchpoints: Sequence[Touchpoint], new_id: str) -> Checklist:
    items = {item.id: touchpoint for touchpoint in touchpoints for item in touchpoint.items}
    tags = {tag for touchpoint in touchpoints for item in touchpoint.items for tag in item.tags}
    facts = [
        fact.model_copy(update={"items": named})
        for fact in source.facts
        for named in [tuple(name for name in fact.items if name in items)]
        if len({items[name].channel for name in named}) > 1
    ]
    count = len(touchpoints)
    title = Text(
        ko=f"{source.title.in_language('ko')}: 접점 {count}곳",
        en=f"{source.title.in_language('en')}: {count} touchpoints",
    )
    own = {language: source.about.in_language(language) if source.about else "-" for language in LANGUAGES}
    about = Text(
        ko=f"{source.ref}에서 접점 {count}곳을 고른 체크리스트입니다. 원래 체크리스트의 소개:\n{own['ko']}",
        en=f"{count} touchpoints drawn from {source.ref}, which says of itself:\n{own['en']}",
    )
    fields: dict[str, Any] = {name: getattr(source, name) for name in Checklist.model_fields}
    fields |= {
        "id": new_id,
        "version": "1",
        "title": title.only_in(source.languages),
        "about": about.only_in(source.languages),
        "touchpoints": tuple(touchpoints),
        "facts": tuple(facts),
        "groups": tuple(group for group in source.groups if group.id in tags),
    }
    return Checklist.model_validate(fields)


def drawn_text(drawn: DrawnChecklist, opening: Sequence[Sayable], reasons: Mapping[str, Sequence[Sayable]]) -> str:
    """Return the TOML file of a drawn checklist: ``opening`` above all, and above each touchpoint its ``reasons``."""
    data = drawn.checklist.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    touchpoints = data.pop("touchpoints")
    blocks = [_comments([*opening, *drawn.notes]) + "\n" + toml_text({"format": FORMAT, **data})]
    for touchpoint in touchpoints:
        block = toml_text({"touchpoints": [touchpoint]}).lstrip("\n")
        blocks.append(_comments(reasons.get(touchpoint["id"], ())) + block)
    return "\n".join(blocks)


def _comments(lines: Sequence[Sayable]) -> str:
    # Whatever a text holds, each of its lines is a comment.
    return "".join(f"# {part}\n" for line in lines for part in str(line).splitlines() if part.strip())


def write_new(path: Path, text: str, *, overwrite: bool = False) -> None:
    """Write a text file; ``BadInput`` where there is one already, unless it may be overwritten."""
    if path.is_dir():
        raise BadInput(Problem(message("expected a file, found a folder"), str(path)))
    if path.exists() and not overwrite:
        raise BadInput(Problem(message("is there already"), str(path), message("allow it with --overwrite")))
    with replaced(path) as file:
        file.write(text.encode("utf-8"))

"""The experiential platform of a company as data: what it stands for, what it promises, and which items prove that.

The three parts are those of Schmitt 2003, Customer Experience Management, step 2; the two marks of a promise, that it
is interactive and that it is protected, come from step 3.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Self

from pydantic import Field, model_validator

from cemaudit.errors import Problem, nearest
from cemaudit.language import N_, message
from cemaudit.model.base import Id, Record, Version
from cemaudit.model.checklist import Checklist, DefinitionRef
from cemaudit.model.definition import TranslatedDefinition
from cemaudit.model.text import Text
from cemaudit.model.vocabulary import refuse_repeated

__all__ = [
    "Platform",
    "ValuePromise",
    "is_named_by",
    "item_promise_problems",
    "proof_items",
    "proof_problems",
]


class ValuePromise(Record):
    """What a customer may expect of the company everywhere."""

    id: Id
    """Its id, which items name."""
    title: Text
    """What is promised, in a few words."""
    about: Text | None = None
    """What is promised, in full."""
    interactive: bool = False
    """Whether what is given is two-way and ever renewed, so that it is hard to copy."""
    protected: bool = False
    """Whether its look or message has legal protection (a trademark, a design right)."""


class Platform(TranslatedDefinition):
    """The experiential platform of a company. Items of its own checklists name their promises themselves."""

    id: Id
    """Its id."""
    version: Version
    """Its version."""
    title: Text
    """What it is called."""
    about: Text | None = None
    """What it is for."""
    positioning: Text
    """What the brand stands for in the customer's life."""
    theme: Text
    """How its promises are carried out."""
    promises: Annotated[tuple[ValuePromise, ...], Field(min_length=1)]
    """The value promises."""
    proofs: dict[DefinitionRef, dict[Id, Annotated[tuple[Id, ...], Field(min_length=1)]]] = Field(default_factory=dict)
    """By checklists that headquarters must not edit, which of their items prove a promise."""

    @property
    def ref(self) -> str:
        """``id@version``."""
        return f"{self.id}@{self.version}"

    @cached_property
    def promise(self) -> dict[str, ValuePromise]:
        """Promises by id."""
        return {promise.id: promise for promise in self.promises}

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        refuse_repeated(N_("value promise"), [promise.id for promise in self.promises])
        return self


def is_named_by(platform: Platform, checklist: Checklist) -> bool:
    """Return whether a checklist names this platform as its own, by ``id@version`` or by the id alone."""
    return checklist.platform in {platform.id, platform.ref}


def proof_items(platform: Platform, checklist: Checklist) -> dict[str, tuple[str, ...]]:
    """Return the items of a checklist that prove each promise, in the checklist's order; promises without any left out.

    Both ways of saying so count: the items' own ``promises`` where the checklist names this platform, and the
    platform's ``proofs``. Items that the checklist does not have or that carry no points (see ``proof_problems``) are
    passed over.
    """
    items_of: dict[str, set[str]] = {name: set() for name in platform.promise}
    if is_named_by(platform, checklist):
        for item in checklist.items.values():
            for promise in item.promises:
                items_of.get(promise, set()).add(item.id)
    for ref in (checklist.id, checklist.ref):
        for promise, items in platform.proofs.get(ref, {}).items():
            items_of.get(promise, set()).update(items)
    scored = [item.id for item in checklist.items.values() if item.possible]
    ordered = {promise: tuple(item for item in scored if item in items) for promise, items in items_of.items()}
    return {promise: items for promise, items in ordered.items() if items}


def proof_problems(platform: Platform, checklists: Mapping[str, Checklist]) -> Iterator[Problem]:
    """Yield what is wrong with the proofs of a platform, by the checklists at hand (by ``id@version``).

    Items that no version meant has, and items that carry no points. Checklists that are not at hand are passed over.
    """
    for ref, proofs in platform.proofs.items():
        checklists_meant = [checklist for checklist in checklists.values() if ref in {checklist.id, checklist.ref}]
        items_meant = {name: item for checklist in checklists_meant for name, item in checklist.items.items()}
        for promise, items in proofs.items() if checklists_meant else ():
            place = f"proofs.{ref}.{promise}"
            for name in items:
                if name not in items_meant:
                    text = message("{ref} has no such item: {item}", ref=ref, item=name)
                    yield Problem(text, place, nearest(name, items_meant))
                elif not items_meant[name].possible:
                    yield _pointless(name, place)


def item_promise_problems(platform: Platform, checklist: Checklist) -> Iterator[Problem]:
    """Yield what is wrong with the promises that the items of a checklist name, with their places in its file."""
    for name, item in checklist.items.items():
        place = f"touchpoints.{checklist.touchpoint_of[name].id}.items.{name}.promises"
        for promise in item.promises:
            if promise not in platform.promise:
                hint = nearest(promise, platform.promise)
                yield Problem(message("no such value promise: {promise}", promise=promise), place, hint)
        if item.promises and not item.possible:
            yield _pointless(name, place)


def _pointless(item: str, place: str) -> Problem:
    text = message("item {item} carries no points, so it can neither keep nor break a promise", item=item)
    return Problem(text, place, message("name an item with points"))

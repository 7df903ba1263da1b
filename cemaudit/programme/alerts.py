"""Alerts: what of the visits in a ledger must be told at once, with the words and the photos that came with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from cemaudit.language import N_, translate
from cemaudit.ledger.ledger import Ledger
from cemaudit.ledger.states import VisitState
from cemaudit.ledger.store_registry import registered_stores
from cemaudit.model import Checklist, Evidence, Item, Text, Touchpoint, Visit
from cemaudit.programme.policy import AlertRules
from cemaudit.scoring.items import item_is_relevant

__all__ = ["Alert", "AlertKind", "alerts_in", "alerts_of"]


CRITICAL_ITEMS = AlertRules()
"""Failed critical items, and nothing else."""


class AlertKind(StrEnum):
    """Why something is told."""

    CRITICAL = N_("critical item not met")
    ITEM = N_("item not met")
    FEELING = N_("bad feeling")

    @property
    def words(self) -> str:
        """The kind in the language in force."""
        return translate(self.value)


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to act on. ``number``: that of the visit in the ledger; ``state``: that of its review.

    ``item``: ``None`` for a feeling, whose ``touchpoint`` it is. ``texts``: what the shopper wrote about it.
    ``photos``: the evidence that came with it, by whose digests it lies among the media.
    """

    kind: AlertKind
    visit: str
    checklist: str
    store: str
    store_name: str
    day: dt.date | None
    touchpoint: str
    touchpoint_title: Text
    item: str | None
    ask: Text | None
    texts: tuple[str, ...]
    photos: tuple[Evidence, ...]
    number: int = 0
    state: str = VisitState.RECEIVED

    def as_json(self) -> dict[str, Any]:
        """The alert as plain values, titles in the language in force."""
        return {
            "alert": self.kind.name.lower(),
            "store": self.store,
            "name": self.store_name or None,
            "day": self.day.isoformat() if self.day else None,
            "touchpoint": self.touchpoint,
            "touchpoint_title": str(self.touchpoint_title),
            "item": self.item,
            "title": str(self.ask) if self.ask else None,
            "words": list(self.texts),
            "photos": [
                {"file": piece.file, "kind": piece.kind, "caption": piece.caption, "sha256": piece.sha256}
                for piece in self.photos
            ],
            "visit": self.visit,
            "checklist": self.checklist,
            "state": self.state,
            "number": self.number,
        }


def alerts_in(
    ledger: Ledger, rules: AlertRules = CRITICAL_ITEMS, *, after: int = 0, since: dt.date | None = None
) -> Iterator[Alert]:
    """Yield the alerts of the visits in a ledger that are not excluded, in the order they came in.

    ``after``: of visits with higher numbers; ``since``: of visits from this day on, and of those without a day.
    Superseded revisions raise none, and neither do sheets that may not be shown singly.
    """
    names = {store.id: store.name for store in registered_stores(ledger).values()}
    checklists = ledger.shelf.checklists()
    for held in ledger.visits(after):
        if since and held.day and dt.date.fromisoformat(held.day) < since:
            continue
        checklist = checklists[held.checklist]
        if checklist.least_sheets > 1:
            continue
        visit = held.visit
        for alert in alerts_of(visit, checklist, rules):
            name = names.get(visit.store) or visit.store_name
            yield replace(alert, number=held.number, state=held.state, store_name=name)


def alerts_of(visit: Visit, checklist: Checklist, rules: AlertRules = CRITICAL_ITEMS) -> Iterator[Alert]:
    """Yield the alerts of one visit, in the order of its checklist.

    An item fails by its own answer: what an item that did not apply hands over to it makes no alert.
    """
    for touchpoint in checklist.touchpoints:
        complaints = [one.text for one in (*visit.claims, *visit.blames) if one.touchpoint == touchpoint.id]
        for kind, item in _reasons(visit, touchpoint, checklist, rules):
            texts = [visit.notes.get(item.id) if item else None, *complaints]
            yield Alert(
                kind=kind,
                visit=visit.id,
                checklist=visit.checklist,
                store=visit.store,
                store_name=visit.store_name,
                day=visit.day,
                touchpoint=touchpoint.id,
                touchpoint_title=touchpoint.title,
                item=item.id if item else None,
                ask=item.ask if item else None,
                texts=tuple(dict.fromkeys(filter(None, texts))),
                photos=visit.evidence.get(item.id, ()) if item else (),
            )


def _reasons(
    visit: Visit, touchpoint: Touchpoint, checklist: Checklist, rules: AlertRules
) -> Iterator[tuple[AlertKind, Item | None]]:
    """Why a touchpoint of a visit must be told of: items that failed, and the feeling there (no item)."""
    for item in touchpoint.items:
        value = visit.answers.get(item.id)
        if value is None or not item_is_relevant(item, visit, checklist):
            continue
        if item.fails_critically(item.answer.points(value)):
            if rules.critical or item.id in rules.items:
                yield AlertKind.CRITICAL, item
        elif item.id in rules.items and item.fails(value):
            yield AlertKind.ITEM, item
    feeling = visit.emotions.get(touchpoint.id)
    if rules.feeling_at_most is not None and feeling is not None and feeling <= rules.feeling_at_most:
        yield AlertKind.FEELING, None

"""What becomes of actions: further records beside each, of its status, comments and photos of what was mended.

A record is never changed; the last one that names a status says how the action stands. An action without any, as those
of before there were statuses, is open.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cemaudit.entry.evidence import take_in
from cemaudit.errors import BadEnvironment, BadInput, Problem
from cemaudit.exchange.canonical_json import parsed
from cemaudit.language import N_, message, translate
from cemaudit.ledger.actions import Action, add_changed, find_action, make_action, refuse_unknown_places
from cemaudit.ledger.audit_trail import TrailEntry
from cemaudit.model.base import LONGEST_TEXT, clean

if TYPE_CHECKING:
    from cemaudit.ledger.ledger import Ledger

__all__ = [
    "ActionChange",
    "ActionHistory",
    "ActionPlan",
    "ActionStatus",
    "ActionUpdate",
    "action_histories",
    "find_history",
    "update_action",
]


class ActionStatus(StrEnum):
    """``open`` until somebody begins; ``doing``; ``done``; ``verified`` by a later visit; ``dropped``: not done."""

    OPEN = "open"
    DOING = "doing"
    DONE = "done"
    VERIFIED = "verified"
    DROPPED = "dropped"

    @property
    def words(self) -> str:
        """Return the status in the language in force."""
        return translate(_TITLES[self])

    @property
    def is_waiting(self) -> bool:
        """Whether somebody has to do something yet."""
        return self in {ActionStatus.OPEN, ActionStatus.DOING}


_TITLES = {
    ActionStatus.OPEN: N_("waiting"),
    ActionStatus.DOING: N_("doing"),
    ActionStatus.DONE: N_("done"),
    ActionStatus.VERIFIED: N_("verified"),
    ActionStatus.DROPPED: N_("dropped"),
}

_NEXT = {
    ActionStatus.OPEN: (ActionStatus.DOING, ActionStatus.DONE, ActionStatus.DROPPED),
    ActionStatus.DOING: (ActionStatus.OPEN, ActionStatus.DONE, ActionStatus.DROPPED),
    ActionStatus.DONE: (ActionStatus.VERIFIED, ActionStatus.OPEN, ActionStatus.DOING, ActionStatus.DROPPED),
    ActionStatus.VERIFIED: (ActionStatus.OPEN, ActionStatus.DOING),
    ActionStatus.DROPPED: (ActionStatus.OPEN, ActionStatus.DOING),
}
"""What may follow each status: what came back is open, or doing, again."""


class ActionUpdate(NamedTuple):
    """A record: the ``status`` from ``day`` on, or as it was (no ``day``), by whom, and when (UTC).

    ``photo``: the name of the evidence in the ledger's folder.
    """

    action: str
    status: ActionStatus
    day: dt.date | None
    comment: str
    photo: str | None
    who: str
    at: str

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values, without the action's id."""
        return {
            "status": self.status.value,
            "day": self.day and self.day.isoformat(),
            "comment": self.comment,
            "photo": self.photo,
            "who": self.who,
            "at": self.at,
        }


class ActionPlan(NamedTuple):
    """An action as it was noted at some time (UTC), and by whom."""

    action: Action
    who: str
    at: str


@dataclass(frozen=True)
class ActionHistory:
    """All the ledger knows of an action: every plan of it (the last one holds) and every update, in their order."""

    plans: tuple[ActionPlan, ...]
    updates: tuple[ActionUpdate, ...] = ()

    @property
    def action(self) -> Action:
        """Return the action as it stands."""
        return self.plans[-1].action

    @property
    def status(self) -> ActionStatus:
        """Return how it stands."""
        return self.updates[-1].status if self.updates else ActionStatus.OPEN

    @property
    def status_day(self) -> dt.date | None:
        """Return the day the status holds from; ``None`` where it was never said."""
        return next((update.day for update in reversed(self.updates) if update.day), None)

    @property
    def done_on(self) -> dt.date | None:
        """Return the day it was done; ``None`` where it is not, or not any more."""
        if self.status not in {ActionStatus.DONE, ActionStatus.VERIFIED}:
            return None
        is_done = (update for update in reversed(self.updates) if update.status is ActionStatus.DONE and update.day)
        return next(is_done).day

    def is_overdue(self, today: dt.date) -> bool:
        """Return whether it should have been done before ``today``, and is not."""
        return self.status.is_waiting and self.action.due is not None and self.action.due < today


class ActionChange(NamedTuple):
    """What is said of an action: a new ``status`` from ``day`` on, a ``comment``, and what of its ``plan`` changes."""

    day: dt.date
    status: ActionStatus | None = None
    comment: str = ""
    plan: Mapping[str, Any] = {}


def action_histories(ledger: Ledger) -> dict[str, ActionHistory]:
    """Return all there is of each action, by id, in the order of the days they begin."""
    plans: dict[str, list[ActionPlan]] = {}
    rows = ledger.database.run(
        "select action.id, action.document, trail.document, trail.at from action "
        "join trail on trail.number = action.batch order by action.number"
    )
    for name, document, said, at in rows:
        action = Action.model_validate_json(document)
        plans.setdefault(name, []).append(ActionPlan(action, str(parsed(said).get("by", "")), at))
    updates: dict[str, list[ActionUpdate]] = {}
    for name, status, day, *rest in ledger.database.run(
        "select action, status, day, comment, photo, who, at from action_update order by number"
    ):
        update = ActionUpdate(name, ActionStatus(status), dt.date.fromisoformat(day) if day else None, *rest)
        updates.setdefault(name, []).append(update)
    histories = {name: ActionHistory(tuple(known), tuple(updates.get(name, ()))) for name, known in plans.items()}
    return dict(sorted(histories.items(), key=lambda pair: (pair[1].action.since, pair[0])))


def find_history(ledger: Ledger, name: str) -> ActionHistory:
    """Return all there is of the action of that id; ``BadInput`` where there is none."""
    find_action(ledger, name)
    return action_histories(ledger)[name]


def update_action(
    ledger: Ledger, name: str, change: ActionChange, *, photo: Path | None = None, media: Path | None = None
) -> bool:
    """Add what is said of an action, and return whether that is anything new.

    ``photo`` is taken into the folder of evidence ``media``, cleaned as a shopper's is. ``BadInput`` where there is no
    such action, the status cannot follow the one before, or what would change is wrong; then nothing is written.
    """
    # All is looked at before the photo is taken in: what is refused leaves no file behind.
    _changed_plan(ledger, name, change)
    taken = None if photo is None else _take_photo(photo, media)
    return ledger.write("action", partial(_add_update, ledger, name, change, taken))


def _take_photo(photo: Path, media: Path | None) -> str:
    if media is None:
        hint = message("say it with --media, or CEMAUDIT_MEDIA")
        raise BadEnvironment(Problem(message("no folder is named for photos of what was mended"), hint=hint))
    return take_in(photo, media).file


def _add_update(ledger: Ledger, name: str, change: ActionChange, photo: str | None, entry: TrailEntry) -> bool:
    # Looked at again in the transaction: two may decide at once, and the second must see what the first did.
    history, plan = _changed_plan(ledger, name, change)
    is_new = bool(add_changed(entry, [plan], {name: history.action}))
    update = ActionUpdate(
        action=name,
        status=change.status or history.status,
        day=change.day if change.status else None,
        comment=clean(change.comment),
        photo=photo,
        who=ledger.who,
        at=entry.at,
    )
    # The same said once more, after a stop that came when it was already written, adds nothing.
    before = history.updates[-1]._replace(at=entry.at) if history.updates else None
    if (update.day or update.comment or photo) and update != before:
        entry.add("action_update", [(entry.next_number("action_update"), name, *update.as_json().values())])
        is_new = True
    entry.subject = name
    return is_new


def _changed_plan(ledger: Ledger, name: str, change: ActionChange) -> tuple[ActionHistory, Action]:
    """The action as it stands, and its plan with the change; ``BadInput`` where one of these cannot be."""
    history = find_history(ledger, name)
    plan = history.action
    if change.plan:
        try:
            plan = make_action({**plan.model_dump(), **change.plan})
        except BadInput as error:
            raise error.inside(name) from error
        refuse_unknown_places(ledger, [plan])
    if len(change.comment) > LONGEST_TEXT:
        text = message("expected {what}", what=message("at most {limit} characters", limit=LONGEST_TEXT))
        raise BadInput(Problem(text, "--comment"))
    if change.status is not None:
        _refuse_step(history, plan, change.status, change.day)
    return history, plan


def _refuse_step(history: ActionHistory, plan: Action, status: ActionStatus, day: dt.date) -> None:
    name, before = plan.id, history.status
    if status is not before and status not in _NEXT[before]:
        text = message("the action is {before} and cannot become {status}", before=before.words, status=status.words)
        following = ", ".join(next_status.value for next_status in _NEXT[before])
        raise BadInput(Problem(text, name, message("possible now: {names}", names=following)))
    if day > dt.datetime.now().astimezone().date():
        raise BadInput(Problem(message("the day {day} is yet to come", day=day), name))
    if status in {ActionStatus.DOING, ActionStatus.DONE} and day < plan.since:
        text = message("{status} on {day}, before the action begins ({since})",
                       status=status.words, day=day, since=plan.since)  # fmt: skip
        raise BadInput(Problem(text, name, message("change the day it begins with --since")))
    if history.updates and status is not before and history.status_day and day < history.status_day:
        text = message("{status} on {day}, before it was {before} ({since})",
                       status=status.words, day=day, before=before.words, since=history.status_day)  # fmt: skip
        raise BadInput(Problem(text, name))

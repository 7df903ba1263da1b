"""Appeals: a store contests an item of a visit, headquarters decides, and nothing the shopper wrote is overwritten.

Opening one makes the visit contested. Upholding it makes a revision of the visit by headquarters, beside the shopper's;
refusing it leaves the visit as it was. What the store says is personal data, and leaves with a purge.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cemaudit.entry.evidence import take_in
from cemaudit.errors import BadInput, Problem, nearest
from cemaudit.language import message
from cemaudit.ledger.audit_trail import TrailEntry
from cemaudit.ledger.database import Database, Row
from cemaudit.ledger.history import VisitReview, add_states
from cemaudit.ledger.ledger import Ledger, LedgerVisit, held_visits
from cemaudit.ledger.settings import APPEAL_DAYS, period
from cemaudit.ledger.states import VisitState
from cemaudit.model.base import LONGEST_TEXT, clean

if TYPE_CHECKING:
    from cemaudit.model import Checklist

__all__ = [
    "Appeal",
    "AppealDecision",
    "AppealOutcome",
    "NewAppeal",
    "appeal_number",
    "appeals",
    "checked_words",
    "deadline_of",
    "find_appeal",
    "latest_revision",
    "open_appeal",
    "open_appeals",
    "outcome_words",
]

AppealOutcome = str
"""``upheld`` or ``refused``."""


class AppealDecision(NamedTuple):
    """What headquarters decided: its ``outcome``, why, who and when (UTC).

    ``revision``: the number in the ledger of the visit that headquarters made, where the appeal was upheld;
    ``signature``: what its key signed of it, as JSON, where there was one.
    """

    outcome: AppealOutcome
    reason: str
    who: str
    at: str
    revision: int | None
    signature: str | None


class Appeal(NamedTuple):
    """One appeal, of the ``number`` that is its name (``A3``): against an ``item`` of the visit numbered ``contested``.

    ``visit`` and ``revision`` name that visit; ``store``, ``wave``, ``day``, ``shopper`` and ``checklist`` are the
    visit's. ``reason`` and ``evidence`` are the store's, empty after a purge; ``who`` wrote it down, ``at`` (UTC).
    """

    number: int
    contested: int
    visit: str
    revision: int
    store: str
    wave: str | None
    day: str | None
    shopper: str | None
    checklist: str
    item: str
    reason: str
    evidence: str | None
    who: str
    at: str
    decision: AppealDecision | None = None

    @property
    def name(self) -> str:
        """Return what people call it."""
        return f"A{self.number}"

    @property
    def state(self) -> str:
        """Return ``open``, ``upheld`` or ``refused``."""
        return self.decision.outcome if self.decision else "open"

    def as_json(self) -> dict[str, Any]:
        """Return all of it as plain values."""
        decision = self.decision
        return {
            "appeal": self.name,
            "state": self.state,
            "visit": self.visit,
            "revision": self.revision,
            "store": self.store,
            "wave": self.wave,
            "day": self.day,
            "item": self.item,
            "reason": self.reason,
            "evidence": self.evidence,
            "opened": self.at,
            "by": self.who,
            "decision": decision
            and {
                "outcome": decision.outcome,
                "reason": decision.reason,
                "decided": decision.at,
                "by": decision.who,
                "made_by_headquarters": decision.revision is not None,
                "signed": decision.signature is not None,
            },
        }


_APPEAL = (
    "appeal.number, appeal.visit, visit.id, visit.revision, visit.store, visit.wave, visit.day, visit.shopper, "
    "visit.checklist, appeal.item, appeal.reason, appeal.evidence, appeal.who, appeal.at"
)
_DECISION = "decision.outcome, decision.reason, decision.who, decision.at, decision.revision, decision.signature"
_FIELDS = 14


def appeals(database: Database, condition: str = "1 = 1", values: Sequence[str | int] = ()) -> list[Appeal]:
    """Return the appeals that meet a ``condition`` (SQL on ``appeal``, ``visit`` and ``decision``), in their order."""
    query = (
        f"select {_APPEAL}, {_DECISION} from appeal join visit on visit.number = appeal.visit "
        f"left join decision on decision.appeal = appeal.number where {condition} order by appeal.number"
    )
    return list(map(_appeal, database.run(query, values)))


def _appeal(row: Row) -> Appeal:
    opened, decided = row[:_FIELDS], row[_FIELDS:]
    return Appeal(*opened)._replace(decision=None if decided[0] is None else AppealDecision(*decided))


def appeal_number(name: str) -> int:
    """Return the number in a name like ``A3`` or ``3``; ``BadInput`` where it is none."""
    digits = name.strip().removeprefix("A").removeprefix("a")
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 10):
        raise BadInput(Problem(message("expected {what}, found {value}", what="A3", value=name)))
    return int(digits)


def find_appeal(database: Database, name: str) -> Appeal:
    """Return the appeal of that name; ``BadInput`` where there is none."""
    matching = appeals(database, "appeal.number = ?", (appeal_number(name),))
    if not matching:
        hint = message("'cemaudit appeals list' lists them")
        raise BadInput(Problem(message("no such appeal: {name}", name=name), database.place, hint))
    return matching[0]


def checked_words(text: str, option: str) -> str:
    """Return what somebody wrote, cleaned; ``BadInput`` where it is nothing, or too long."""
    words = clean(text).strip()
    if not words:
        raise BadInput(Problem(message("a reason is needed"), option))
    if len(words) > LONGEST_TEXT:
        raise BadInput(Problem(message("longer than {most} characters", most=f"{LONGEST_TEXT:,}"), option))
    return words


def latest_revision(database: Database, visit: str) -> LedgerVisit:
    """Return the latest revision of a visit; ``BadInput`` where there is no such visit."""
    revisions = held_visits(database, "id = ? order by revision desc limit 1", (visit,))
    if not revisions:
        raise BadInput(Problem(message("no such visit: {id}", id=visit), database.place))
    return revisions[0]


def deadline_of(database: Database, held: LedgerVisit) -> dt.date:
    """Return the last day on which the visit can be contested.

    The days of the setting are counted from the day (UTC) it was accepted, else from the one it came in.
    """
    accepted = "select at from state where visit = ? and state = 'accepted' order by number desc limit 1"
    collected = "select trail.at from trail join visit on visit.batch = trail.number where visit.number = ?"
    rows = database.run(accepted, (held.number,)) or database.run(collected, (held.number,))
    begun = dt.datetime.fromisoformat(rows[0][0]).date()
    return begun + dt.timedelta(days=period(database, APPEAL_DAYS))


class NewAppeal(NamedTuple):
    """What a store says: against which ``item`` of which ``visit``, why, and with which file as evidence."""

    visit: str
    item: str
    reason: str
    evidence: Path | None = None
    revision: int | None = None


def open_appeal(ledger: Ledger, new: NewAppeal, media: Path | None = None, today: dt.date | None = None) -> Appeal:
    """Write an appeal down, which makes its visit contested, and return it.

    ``media``: where the ledger's evidence lies; a file of the store's is cleaned like evidence and kept there.
    ``today``: the day (UTC) it is opened. ``BadInput`` where there is no such visit or item, no reason, where the
    visit is superseded, excluded or returned, where the item was contested already, and after the deadline.
    """
    words = checked_words(new.reason, "--reason")
    day = today or dt.datetime.now(dt.UTC).date()
    # Looked at before the file is taken in: what is refused leaves nothing behind.
    _refuse_appeal(ledger, new, day)
    evidence = _kept_evidence(new.evidence, media)

    def work(entry: TrailEntry) -> int:
        held = _refuse_appeal(ledger, new, day)
        number = entry.next_number("appeal")
        entry.add("appeal", [(number, held.number, new.item, words, evidence, ledger.who, entry.at)])
        if held.state != VisitState.CONTESTED:
            review = VisitReview(VisitState.CONTESTED, f"A{number} {new.item}", ledger.who, entry.at)
            add_states(entry, [(held.number, review)])
        entry.subject = f"A{number}"
        return number

    return find_appeal(ledger.database, str(ledger.write("appealed", work)))


def _kept_evidence(file: Path | None, media: Path | None) -> str | None:
    """The name under which the store's file lies beside the ledger's evidence; ``BadInput`` without a place for it."""
    if file is None:
        return None
    if media is None:
        raise BadInput(Problem(message("say with --media where the evidence lies"), "--evidence"))
    return take_in(file, media).file


def _refuse_appeal(ledger: Ledger, new: NewAppeal, day: dt.date) -> LedgerVisit:
    """The visit that is contested; ``BadInput`` says why it, or its item, cannot be."""
    database = ledger.database
    held = latest_revision(database, new.visit)
    place = str(message("visit {id}", id=held.id))
    problem = (
        _state_problem(held, new.revision)
        or _item_problem(ledger.shelf.checklists([held.checklist])[held.checklist], held, new.item)
        or _repeated_problem(database, held, new.item)
        or _deadline_problem(database, held, day)
    )
    if problem:
        raise BadInput(problem.inside(place))
    return held


def _state_problem(held: LedgerVisit, revision: int | None) -> Problem | None:
    if revision is not None and revision != held.revision:
        hint = message("contest that one, if the item is still wrong in it")
        text = message("revision {number} was superseded by revision {latest}", number=revision, latest=held.revision)
        return Problem(text, hint=hint) if revision < held.revision else Problem(_no_revision(held, revision))
    if held.state == VisitState.EXCLUDED:
        return Problem(message("it is excluded, and in no result: there is nothing to contest"))
    if held.state == VisitState.RETURNED:
        return Problem(message("it is returned to its shopper, whose answer is waited for"))
    return None


def _no_revision(held: LedgerVisit, revision: int) -> Any:
    return message("visit {id} has no revision {revision}", id=held.id, revision=revision)


def _item_problem(checklist: Checklist, held: LedgerVisit, item: str) -> Problem | None:
    if item not in checklist.items:
        return Problem(message("no such item: {item}", item=item), held.checklist, nearest(item, checklist.items))
    visit = held.visit
    if item not in visit.answers and item not in visit.skipped:
        return Problem(message("nothing was noted of {item}", item=item))
    return None


def _repeated_problem(database: Database, held: LedgerVisit, item: str) -> Problem | None:
    earlier = appeals(database, "visit.id = ? and appeal.item = ?", (held.id, item))
    if not earlier:
        return None
    text = message("{item} was contested already: {name} ({state})", item=item, name=earlier[0].name,
                   state=outcome_words(earlier[0].state))  # fmt: skip
    return Problem(text)


def _deadline_problem(database: Database, held: LedgerVisit, day: dt.date) -> Problem | None:
    last_day = deadline_of(database, held)
    if day <= last_day:
        return None
    text = message("the last day to contest it was {day}, {count} days after it was accepted or came in",
                   day=last_day, count=period(database, APPEAL_DAYS))  # fmt: skip
    return Problem(text, hint=message("'cemaudit ledger set appeal-days DAYS' changes that"))


def outcome_words(state: str) -> str:
    """Return the state of an appeal (``open``, ``upheld``, ``refused``) in the language in force."""
    words = {"open": message("undecided"), "upheld": message("upheld"), "refused": message("turned down")}
    return str(words[state])


def open_appeals(database: Database, visit: str) -> Iterator[Appeal]:
    """Yield the appeals against a visit that nobody has decided yet."""
    yield from appeals(database, "visit.id = ? and decision.appeal is null", (visit,))

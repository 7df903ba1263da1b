"""Decisions on appeals: refused, the visit is as it was; upheld, headquarters makes a revision of its own."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from cemaudit.entry.doubts import CompletenessCheck, stay_of
from cemaudit.errors import BadInput, Problem, nearest
from cemaudit.exchange import line_of
from cemaudit.exchange.canonical_json import canonical
from cemaudit.language import message
from cemaudit.ledger.appeals import (
    Appeal,
    checked_words,
    find_appeal,
    latest_revision,
    open_appeals,
    outcome_words,
)
from cemaudit.ledger.audit_trail import TrailEntry
from cemaudit.ledger.database import Database
from cemaudit.ledger.documents import compress
from cemaudit.ledger.history import VisitReview, add_states
from cemaudit.ledger.ledger import Ledger, LedgerVisit
from cemaudit.ledger.marks import VisitMark, add_marks
from cemaudit.ledger.returning import original_visit
from cemaudit.ledger.states import VisitState
from cemaudit.model import Change, Checklist, Skip, SkipState, Visit
from cemaudit.reading import read_answer
from cemaudit.scoring import check_visit

if TYPE_CHECKING:
    from cemaudit.exchange.sealed.keys import SigningKey

__all__ = ["REFUSED", "UPHELD", "NewDecision", "decide_appeal", "signature_of"]

UPHELD, REFUSED = "upheld", "refused"


class NewDecision(NamedTuple):
    """What is decided: ``upheld`` or ``refused``, why, and with upholding the ``answers`` that are right, like
    ``GS04=30``; none: the item contested counts as not observed.
    """

    outcome: str
    reason: str
    answers: tuple[str, ...] = ()


def decide_appeal(ledger: Ledger, name: str, new: NewDecision, key: SigningKey | None = None) -> Appeal:
    """Decide an appeal, once and in one transaction, and return it.

    ``key``: headquarters' own, which signs the revision that is made. ``BadInput`` where there is no such appeal or no
    reason, where it was decided already (by somebody else, at this moment, say), or where an answer does not fit.
    """
    words = checked_words(new.reason, "--reason")
    if new.answers and new.outcome != UPHELD:
        raise BadInput(Problem(message("answers are changed only where an appeal is upheld"), "--answer"))

    def work(entry: TrailEntry) -> None:
        appeal = find_appeal(entry.database, name)
        _refuse_decided(appeal)
        revision = (
            _upheld_revision(ledger, entry, appeal, new._replace(reason=words)) if new.outcome == UPHELD else None
        )
        signature = _sign(entry.database, appeal, revision, key) if key and revision else None
        entry.add("decision", [(appeal.number, new.outcome, words, revision, signature, ledger.who, entry.at)])
        if revision is None:
            _restore_state(ledger, entry, appeal)
        entry.subject = f"{appeal.name} {new.outcome}"

    ledger.write("appeal decided", work)
    return find_appeal(ledger.database, name)


def _refuse_decided(appeal: Appeal) -> None:
    if appeal.decision:
        decision = appeal.decision
        text = message("{name} was decided already: {outcome} by {who} on {day}", name=appeal.name,
                       outcome=outcome_words(decision.outcome), who=decision.who, day=decision.at[:10])  # fmt: skip
        raise BadInput(Problem(text))


def _restore_state(ledger: Ledger, entry: TrailEntry, appeal: Appeal) -> None:
    """Give a visit the state back that it had before it was contested, once nothing against it is open."""
    held = latest_revision(entry.database, appeal.visit)
    others = [other for other in open_appeals(entry.database, appeal.visit) if other.number != appeal.number]
    if held.state != VisitState.CONTESTED or others:
        return
    before = "select state from state where visit = ? and state <> 'contested' order by number desc limit 1"
    rows = entry.database.run(before, (held.number,))
    state = VisitState(rows[0][0]) if rows else VisitState.RECEIVED
    add_states(entry, [(held.number, VisitReview(state, f"{appeal.name} {REFUSED}", ledger.who, entry.at))])


def _upheld_revision(ledger: Ledger, entry: TrailEntry, appeal: Appeal, new: NewDecision) -> int:
    """Make headquarters' revision of the visit contested, and return its number."""
    base = latest_revision(entry.database, appeal.visit)
    place = str(message("visit {id}", id=base.id))
    if base.state == VisitState.EXCLUDED:
        hint = message("refuse the appeal, or accept the visit first")
        raise BadInput(Problem(message("it was excluded meanwhile: there is nothing to put right"), place, hint))
    checklist = ledger.shelf.checklists([base.checklist])[base.checklist]
    try:
        revised = revised_visit(base.visit, checklist, appeal, new)
    except BadInput as error:
        raise error.inside(place) from error
    number = entry.next_number("visit")
    entry.add("visit", [(number, *_row(ledger, entry.database, base, revised))])
    missing = CompletenessCheck(checklist).missing(revised)
    add_marks(entry, {number: VisitMark(missing, stay_of(revised, checklist) if revised.shopper else None)})
    others = any(other.number != appeal.number for other in open_appeals(entry.database, appeal.visit))
    state = VisitState.CONTESTED if others else VisitState.ACCEPTED
    add_states(entry, [(number, VisitReview(state, f"{appeal.name} {UPHELD}", ledger.who, entry.at))])
    return number


def revised_visit(base: Visit, checklist: Checklist, appeal: Appeal, new: NewDecision) -> Visit:
    """Return the visit as headquarters has it after an appeal; the shopper's notes and evidence stay.

    ``BadInput`` where an answer does not fit, or changes nothing.
    """
    replies = _replies(checklist, appeal, new.answers)
    answers, skipped = dict(base.answers), dict(base.skipped)
    for item, reply in replies.items():
        answers.pop(item, None)
        skipped.pop(item, None)
        if isinstance(reply, Skip):
            skipped[item] = reply
        else:
            answers[item] = reply
    changes = tuple(_changes(base, answers, skipped, replies))
    if not changes:
        raise BadInput(Problem(message("that is what the visit says already"), "--answer"))
    revised = base.model_copy(
        update={
            "answers": answers,
            "skipped": skipped,
            "revision": base.revision + 1,
            "supersedes": "0" * 64,  # put right where the row is made: the ledger keeps a digest of its own
            "amendment": f"{appeal.name}: {new.reason}",
            "changes": changes,
        }
    )
    problems = check_visit(revised, checklist)
    if problems:
        hint = message("give the right answer with --answer ITEM=VALUE")
        raise BadInput(Problem(problem.what, problem.place, problem.hint or hint) for problem in problems)
    return revised


def _replies(checklist: Checklist, appeal: Appeal, given: Iterable[str]) -> dict[str, Any]:
    """What each item is answered with; without any, the contested one was not observed."""
    replies: dict[str, Any] = {}
    for text in given:
        item, mark, value = (part.strip() for part in text.partition("="))
        if not mark or not value:
            text_of = message("expected {what}, found {value}", what="ITEM=VALUE", value=text)
            raise BadInput(Problem(text_of, "--answer"))
        if item not in checklist.items:
            hint = nearest(item, checklist.items)
            raise BadInput(Problem(message("no such item: {item}", item=item), "--answer", hint))
        try:
            replies[item] = (
                Skip(state=SkipState(value))
                if value in set(SkipState)
                else read_answer(checklist.items[item].answer, value)
            )
        except BadInput as error:
            raise error.inside(f"--answer {item}") from error
    if not given:
        replies[appeal.item] = Skip(state=SkipState.NOT_OBSERVED)
    return replies


def _changes(
    base: Visit, answers: Mapping[str, Any], skipped: Mapping[str, Skip], items: Iterable[str]
) -> Iterable[Change]:
    """What is different, as an amendment says it."""
    after = base.model_copy(update={"answers": answers, "skipped": skipped}).model_dump(mode="json")
    before = base.model_dump(mode="json")
    for item in items:
        for field in ("answers", "skipped"):
            texts = [_as_text(data[field].get(item)) for data in (before, after)]
            if texts[0] != texts[1]:
                yield Change(place=f"{field}.{item}", before=texts[0], after=texts[1])


def _as_text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, dict):
        value = {name: member for name, member in value.items() if member is not None}
    return json.dumps(value, ensure_ascii=False)


def _row(ledger: Ledger, database: Database, base: LedgerVisit, revised: Visit) -> tuple[Any, ...]:
    """The columns of headquarters' revision, its number and batch apart."""
    ((base_digest,),) = database.run("select digest from visit where number = ?", (base.number,))
    kept = revised.model_copy(update={"supersedes": base_digest})
    line = line_of(kept)
    return (
        kept.id,
        kept.revision,
        kept.checklist,
        kept.store,
        kept.shopper,
        kept.wave,
        base.day,
        _digest(ledger, base, kept, line),
        base_digest,
        hashlib.sha256(line).hexdigest(),
        None,
        None,
        compress(line),
    )


def _digest(ledger: Ledger, base: LedgerVisit, kept: Visit, line: bytes) -> str:
    """What stands for the revision as it would come in with the shopper's code: a later one names it.

    After a purge the code is not known any more, and the line as it is kept stands for it.
    """
    original = original_visit(ledger, base.id, base.revision)
    if original is not None:
        supersedes = hashlib.sha256(line_of(original)).hexdigest()
        line = line_of(kept.model_copy(update={"shopper": original.shopper, "supersedes": supersedes}))
    return ledger.people.pseudonyms.digest(hashlib.sha256(line).hexdigest())


def _sign(database: Database, appeal: Appeal, revision: int, key: SigningKey) -> str:
    signed = _signed_bytes(database, appeal, revision)
    signature = base64.b64encode(key.sign(signed)).decode()
    return canonical({"key": base64.b64encode(key.public.raw).decode(), "signature": signature}).decode()


def _signed_bytes(database: Database, appeal: Appeal, revision: int) -> bytes:
    """What headquarters signs: which revision it made on which appeal. No words, so that it outlives a purge."""
    ((number, digest),) = database.run("select revision, digest from visit where number = ?", (revision,))
    data = {"appeal": appeal.name, "item": appeal.item, "visit": appeal.visit, "revision": number, "digest": digest}
    return canonical(data)


class RevisionSignature(NamedTuple):
    """The key that signed headquarters' revision, by its fingerprint, and whether the signature is of it."""

    key: str
    is_genuine: bool


def signature_of(database: Database, appeal: Appeal) -> RevisionSignature | None:
    """Return who signed the revision made on an appeal; ``None`` where nobody did.

    ``BadEnvironment`` where it cannot be checked because the extra ``sign`` is missing.
    """
    from cemaudit.exchange.sealed.keys import PublicKey, is_genuine  # noqa: PLC0415 (an extra checks it)

    decision = appeal.decision
    if decision is None or decision.signature is None or decision.revision is None:
        return None
    data = json.loads(decision.signature)
    key = PublicKey(base64.b64decode(data["key"]))
    signed = _signed_bytes(database, appeal, decision.revision)
    return RevisionSignature(key.fingerprint, is_genuine(key, base64.b64decode(data["signature"]), signed))

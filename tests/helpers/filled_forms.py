"""A visit as a flat record: what a filled form of it holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.forms.answer_options import NONE
from cemaudit.exchange.forms.fields import SKIP_CODES
from cemaudit.exchange.forms.making import PREFIX, form_of
from cemaudit.model import Checklist, Visit
from cemaudit.model.answers import AnswerValue

__all__ = ["FEELINGS", "as_asked", "flat_record"]

_CODES = {state: code for code, state in SKIP_CODES.items()}
FEELINGS = {"expectations": "expectation", "perceived": "perceived", "emotions": "emotion"}
"""What each part of a visit is called in a touchpoint, and behind it in a form."""

_SETTING = ("checklist", "id", "store", "store_name", "shopper", "wave", "place", "occasion", "scenario", "persona")
_MOMENTS = ("briefed", "expected", "date", "until", "started", "finished", "entered")


def as_asked(visit: Visit, checklist: Checklist) -> Visit:
    """The visit with days instead of moments, where that is what the checklist asks for."""
    if not checklist.spans_days or visit.started is None:
        return visit
    days = {"date": visit.started.date(), "until": (visit.finished or visit.started).date()}
    data = visit.model_dump(exclude_defaults=True) | {"started": None, "finished": None, **days}
    return Visit.model_validate(data)


def flat_record(visit: Visit, checklist: Checklist) -> dict[str, str]:
    """The flat names and texts that ``FormReader`` reads back as ``visit``.

    Origin, overrides and revision are not said in a form. ``BadInput`` where something else has no field there: a
    second claim at a touchpoint, a fourth photo of an item, an emotion where none is asked.
    """
    named = [(name, text) for name, text in _fields(visit) if text]
    count = Counter(name for name, _ in named)
    known = form_of(checklist).fields
    lost = [name for name in count if name not in known or count[name] > 1]
    if lost:
        raise BadInput(Problem("the form has no room for it", name) for name in lost)
    return dict(named)


def _fields(visit: Visit) -> Iterator[tuple[str, str]]:
    for key in _SETTING:
        yield PREFIX + key, getattr(visit, key) or ""
    for key in _MOMENTS:
        moment = getattr(visit, key)
        yield PREFIX + key, moment.isoformat() if moment else ""
    if visit.consent:
        yield f"{PREFIX}consent_date", visit.consent.date.isoformat()
        yield f"{PREFIX}consent_form", visit.consent.form
    if visit.episode:
        yield f"{PREFIX}episode", visit.episode.id
        yield f"{PREFIX}step", visit.episode.step
        yield f"{PREFIX}step_number", str(visit.episode.number)
    for item, value in visit.answers.items():
        yield item, _answer(value)
    for item, skip in visit.skipped.items():
        yield item, _CODES[skip.state]
        yield f"{item}__why", skip.reason or ""
    for item, note in visit.notes.items():
        yield f"{item}__note", note
    yield from _evidence(visit)
    yield from _feelings(visit)


def _evidence(visit: Visit) -> Iterator[tuple[str, str]]:
    for item, pieces in visit.evidence.items():
        count = Counter[str]()
        for piece in pieces:
            count[piece.kind] += 1
            name = f"{item}__{piece.kind}_{count[piece.kind]}"
            yield name, piece.file
            if piece.caption:
                yield f"{name}_caption", piece.caption


def _feelings(visit: Visit) -> Iterator[tuple[str, str]]:
    for part, name in FEELINGS.items():
        yield from ((f"{touchpoint}__{name}", str(value)) for touchpoint, value in getattr(visit, part).items())
    for place, skip in visit.feelings_skipped.items():
        part, _, touchpoint = place.partition(".")
        name = f"{touchpoint}__{FEELINGS[part]}"
        yield from ((name, _CODES[skip.state]), (f"{name}_why", skip.reason or ""))
    for part, complaints in (("claim", visit.claims), ("blame", visit.blames)):
        yield from ((f"{one.touchpoint}__{part}", one.text) for one in complaints)
    yield from ((f"{one.touchpoint}__claim_state", one.state or "") for one in visit.claims)


def _answer(value: AnswerValue) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case tuple():
            return " ".join(value) or NONE
        case Decimal():
            plain = format(value, "f")
            return plain if len(plain) < 40 else str(value)
        case _:
            return str(value)

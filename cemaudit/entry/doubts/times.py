"""Doubts about when a visit was: order, length, day; the future, morning taken for afternoon, entered late."""

from __future__ import annotations

import datetime as dt

from cemaudit.entry.doubts.doubt import Doubt
from cemaudit.errors import Problem, Sayable
from cemaudit.language import message
from cemaudit.model import Channel, Checklist, Visit

__all__ = ["contradiction_doubts", "runs_over_days", "time_doubts", "when_doubts"]

HALF_DAY = dt.timedelta(hours=12)
LATEST = dt.timedelta(hours=72)
"""The field asks for reports within 24 to 48 hours; after this the memory is doubted."""

_WITHOUT_CLOCK = ("times.order", "times.long")

NIGHT = range(6)
"""Hours of the day in which few places are open."""


def time_doubts(
    started: dt.datetime | None, finished: dt.datetime | None, now: dt.datetime, entered: dt.datetime | None = None
) -> list[Doubt]:
    """Doubts about the times of a visit, either of them perhaps unknown; all with a zone, or all without.

    ``entered``: when the visit was typed in, where that is not now.
    """
    doubts = [
        _future("started", started, now),
        _early(started, finished),
        _order(started, finished),
        _long(started, finished),
        _future("finished", finished, now),
        _late("started" if started else "finished", finished or started, entered or now),
    ]
    return [doubt for doubt in doubts if doubt]


def when_doubts(visit: Visit, now: dt.datetime) -> list[Doubt]:
    """Doubts about when a visit was, held against the clock: by its times, or by its day where no time is known."""
    # An amendment comes after the visit was read by somebody, and says its reason anyway.
    apart = {*_WITHOUT_CLOCK, *(["times.late"] if visit.revision > 1 else [])}
    return [doubt for doubt in _when_doubts(visit, now) if doubt.check not in apart]


def contradiction_doubts(visit: Visit, checklist: Checklist) -> list[Doubt]:
    """Doubts about times that do not fit each other or the checklist, whatever the clock says now: order, length,
    day.

    How long a visit took is not doubted where it runs over days by design.
    """
    doubts = [
        _order(visit.started, visit.finished),
        None if runs_over_days(visit, checklist) else _long(visit.started, visit.finished),
        _other_day(visit),
        _not_yet_valid(visit, checklist),
    ]
    return [doubt for doubt in doubts if doubt]


def runs_over_days(visit: Visit, checklist: Checklist) -> bool:
    """Whether a visit may well take days: its checklist or its own last day says so, or most of it is at a distance.

    An online order goes on until the parcel is back; a step of a treatment may be a search and a call. Where fewer than
    half of the touchpoints in its step are face to face, also an older checklist, which does not say it, is not held
    to hours.
    """
    if checklist.spans_days or visit.until:
        return True
    channels = [touchpoint.channel for touchpoint in checklist.touchpoints if touchpoint.is_in_step(visit.step)]
    return 2 * channels.count(Channel.FACE_TO_FACE) < len(channels)


def _when_doubts(visit: Visit, now: dt.datetime) -> list[Doubt]:
    if visit.started or visit.finished or not visit.date:
        return time_doubts(visit.started, visit.finished, now, visit.entered)
    entered = visit.entered or now
    field, last = ("until", visit.until) if visit.until else ("date", visit.date)
    evening = dt.datetime.combine(last, dt.time.max, entered.tzinfo)
    future = _after_today(field, last.isoformat()) if last > now.date() else None
    return [doubt for doubt in (future, _late(field, evening, entered)) if doubt]


def _future(field: str, moment: dt.datetime | None, now: dt.datetime) -> Doubt | None:
    return _after_today(field, _shown(moment)) if moment and moment > now else None


def _after_today(field: str, moment: str) -> Doubt:
    hint = message("a visit is entered after it was made; check the date and the time")
    return Doubt("date.future", Problem(message("{moment} is still to come", moment=moment), field, hint), must=True)


def _order(started: dt.datetime | None, finished: dt.datetime | None) -> Doubt | None:
    if not started or not finished or finished >= started:
        return None
    cause = message(
        "it ends at {finished}, before it begins at {started}", finished=_clock(finished), started=_clock(started)
    )
    return Doubt("times.order", Problem(cause, "finished", _meant(finished + HALF_DAY, started)), must=True)


def _early(started: dt.datetime | None, finished: dt.datetime | None) -> Doubt | None:
    if not started or started.hour not in NIGHT:
        return None
    cause = message("arrived at {time}, in the night", time=_clock(started))
    fits = not finished or started + HALF_DAY <= finished
    return Doubt("times.night", Problem(cause, "started", _did_you_mean(started + HALF_DAY) if fits else _check()))


def _long(started: dt.datetime | None, finished: dt.datetime | None) -> Doubt | None:
    if not started or not finished or finished - started <= HALF_DAY:
        return None
    hours = (finished - started) // dt.timedelta(hours=1)
    cause = message("the visit took {hours} hours", hours=hours)
    return Doubt("times.long", Problem(cause, "finished", _meant(finished - HALF_DAY, started)))


def _other_day(visit: Visit) -> Doubt | None:
    if not visit.date or not visit.started or visit.date == visit.started.date():
        return None
    cause = message("the date is {date}, yet it started on {day}", date=visit.date, day=visit.started.date())
    return Doubt("times.day", Problem(cause, "date", message("is it the right date, and the right time?")))


def _not_yet_valid(visit: Visit, checklist: Checklist) -> Doubt | None:
    begin = checklist.valid_from
    if not begin or not visit.day or visit.day >= begin:
        return None
    cause = message(
        "the visit was on {day}, {ref} is valid from {date} on", day=visit.day, ref=checklist.ref, date=begin
    )
    hint = message("check the date, or take the version that was in force")
    return Doubt("checklist.day", Problem(cause, "date" if visit.date else "started", hint))


def _late(field: str, end: dt.datetime | None, entered: dt.datetime) -> Doubt | None:
    if not end or entered - end <= LATEST:
        return None
    cause = message("entered more than {hours} hours after the visit", hours=LATEST // dt.timedelta(hours=1))
    hint = message("check the date; if it is right, say why it is late")
    return Doubt("times.late", Problem(cause, field, hint))


def _meant(guess: dt.datetime, started: dt.datetime) -> Sayable:
    """The hint that names ``guess``, where a visit may well have ended then."""
    likely = dt.timedelta() <= guess - started <= HALF_DAY / 2
    return _did_you_mean(guess) if likely else _check()


def _did_you_mean(moment: dt.datetime) -> Sayable:
    return message("did you mean {name}?", name=_clock(moment))


def _check() -> Sayable:
    return message("check the times of the visit")


def _clock(moment: dt.datetime) -> str:
    return f"{moment:%H:%M}"


def _shown(moment: dt.datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"

"""Visits at the edges of a checklist: what strangers' shoppers hand in, and no simulated visit shows.

Starting from a visit that answers everything, one thing at a time is left out, skipped or answered otherwise. Every
visit fits its checklist, so that whatever fails on it fails in the plugin.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import islice, product
from random import Random
from typing import Any, Literal

from cemaudit.model import Checklist, Complaint, Item, Skip, SkipState, Visit
from cemaudit.model.answers import AnswerValue, Choice, Choices, Date, Nps, Quantity, Scale, TextAnswer, Time, YesNo
from cemaudit.model.visit import Consent, EpisodeStep
from cemaudit.scoring.items import item_applies
from cemaudit.scoring.validation import check_visit

__all__ = [
    "SHOPPER",
    "STRANGE_NOTES",
    "EdgeVisit",
    "Kind",
    "edge_episodes",
    "edge_visits",
    "extreme_visit",
    "graded_visit",
    "history_visits",
    "listed_answers",
]  # fmt: skip

SHOPPER = "shopper-7Q4XZ9"
"""The shopper's code in every edge visit: it may stand in no text a store reads."""

STRANGE_NOTES = (
    "<b>굵게</b> </para> <img src=x onerror=alert(1)> &amp; &#0; ]]>",
    "=cmd|' /C calc'!A0 +1 @SUM(1) -2",
    "{0} {visit.store} %s %(name)s ${HOME} `id` \\n \\N{DASH}",
    "가" * 5000,
    "\N{GRINNING FACE}\N{ZERO WIDTH JOINER}\N{WOMAN} e\N{COMBINING ACUTE ACCENT} שלום عربى ไทย",
    "line one\nline two\n\n\tline four",
    "'; DROP TABLE visit; --",
)
"""Notes as strangers write them: markup, formulas, format strings, very long ones, other scripts, lines."""

Kind = Literal["sweep", "empty", "extreme", "words", "episode", "own", "foreign"]

_BEGIN = dt.datetime(2025, 3, 4, 10, 0, tzinfo=dt.timezone(dt.timedelta(hours=9)))
_MOST_COMBINATIONS = 2_000
"""Answers tried to make one item arise."""
_MOST_LEVELS = 12
"""Answers of one item that are tried; of a longer scale, the ends and steps between."""


MIXED = 60
"""Visits with answers drawn at random."""


@dataclass(frozen=True)
class EdgeVisit:
    """A visit and what is special about it, ``A unanswered``."""

    name: str
    visit: Visit
    kind: Kind = "sweep"


def edge_visits(checklist: Checklist) -> list[EdgeVisit]:
    """Return the deck of a checklist: each visit fits it, none has the id of another."""
    cases = [
        *_extremes(checklist),
        *_emptied(checklist),
        *_sweep(checklist),
        *_mixed(checklist),
        *_with_words(checklist),
    ]
    return [
        EdgeVisit(case.name, case.visit.model_copy(update={"id": f"edge-{number:04}"}), case.kind)
        for number, case in enumerate(cases, 1)
        if not check_visit(case.visit, checklist)
    ]


def edge_episodes(checklist: Checklist) -> dict[str, list[Visit]]:
    """Return episodes by name, each with its visits in order; none where the checklist has no steps.

    One goes equally well throughout, one ever worse, one ever better, and of one some visits never happened.
    """
    if not checklist.steps:
        return {}
    # A step that may come several times comes three times, enough for a trend of its own.
    steps = [step.id for step in checklist.steps for _ in range(3 if step.repeats else 1)]
    falling = [Fraction(len(steps) - number, len(steps)) for number in range(len(steps))]

    def visits(shares: list[Fraction], numbers: list[int]) -> list[Visit]:
        cases = zip(steps, shares, numbers, strict=True)
        return [graded_visit(checklist, share, step, number) for step, share, number in cases]

    in_turn = list(range(1, len(steps) + 1))
    return {
        "a steady episode": visits([Fraction(1)] * len(steps), in_turn),
        "a falling episode": visits(falling, in_turn),
        "a rising episode": visits(falling[::-1], in_turn),
        "an episode with visits left out": visits([Fraction(1)] * len(steps), [3 * number - 2 for number in in_turn]),
    }


def graded_visit(checklist: Checklist, share: Fraction, step: str | None = None, number: int = 1) -> Visit:
    """Return a visit that goes so well, 0 to 1: answers at that place among those of an item by points, and feelings.

    ``step`` is the first of the checklist's where it has steps and none is given.
    """
    answers = {
        item.id: by_points[round(share * (len(by_points) - 1))]
        for item in checklist.items.values()
        if (by_points := _by_points(item))
    }
    visit = _visit(checklist, answers, step or _steps(checklist)[0], number)
    return _felt(visit, checklist, round(6 * share) - 3, round(6 * share) + 1)


def history_visits(checklist: Checklist, shares: Sequence[Fraction]) -> list[Visit]:
    """Return visits of the weeks before the edge visits, oldest first, each going as well as its share says."""
    visits, count = [], len(shares)
    for number, share in enumerate(shares):
        visit = graded_visit(checklist, share)
        back = dt.timedelta(weeks=count - number)
        moments = ("expected", "started", "finished", "entered", "date", "until")
        changes: dict[str, Any] = {
            name: moment - back for name in moments if (moment := getattr(visit, name)) is not None
        }
        if visit.episode:
            changes["episode"] = visit.episode.model_copy(update={"id": f"e-past-{number}"})
        if visit.consent:
            changes["consent"] = Consent(date=visit.consent.date - back, form=visit.consent.form)
        visits.append(visit.model_copy(update={"id": f"past-{number}", **changes}))
    return visits


def extreme_visit(checklist: Checklist, *, best: bool) -> Visit:
    """Return a visit with the answers worth most, or least, at every item that arises, and feelings to match."""
    return graded_visit(checklist, Fraction(best))


def listed_answers(item: Item) -> list[AnswerValue]:
    """Return answers to an item: every option once, the ends of a scale, both sides of every edge of a table."""
    answers: list[AnswerValue]
    match item.answer:
        case YesNo():
            answers = [True, False]
        case Choice(options=options):
            answers = [option.id for option in options]
        case Choices(options=options):
            answers = [*((option.id,) for option in options), tuple(option.id for option in options), ()]
        case Scale(lowest=lowest, highest=highest):
            answers = _some_of(range(lowest, highest + 1))
        case Nps():
            answers = list(range(11))
        case Quantity():
            answers = _amounts(item.answer)
        case Date():
            answers = ["2025-03-04", "2024-02-29"]
        case Time():
            answers = ["00:00", "23:59"]
        case TextAnswer():
            answers = ["무난했다 / fine", STRANGE_NOTES[0]]
    return answers


def _some_of(levels: range) -> list[AnswerValue]:
    step = max(1, len(levels) // _MOST_LEVELS)
    return [*levels[::step], *([levels[-1]] if levels[::step][-1] != levels[-1] else [])]


def _amounts(answer: Quantity) -> list[AnswerValue]:
    """Both sides of every edge that decides points, the ends, 0, and an amount far beyond."""
    edges = [row.up_to for row in answer.table if row.up_to is not None] if isinstance(answer.table, tuple) else []
    ends = [end for end in (answer.min, answer.max) if end is not None]
    numbers = {
        Fraction(0),
        Fraction(1),
        Fraction(1_000_000),
        *ends,
        *answer.one_of,
        *edges,
        *(edge + 1 for edge in edges),
    }
    amounts = [int(number) for number in sorted(numbers) if number.denominator == 1]
    return [amount for amount in amounts if answer.problem(amount) is None]


def _usual(item: Item) -> AnswerValue:
    """The answer worth most; of those worth nothing, the first."""
    answers = listed_answers(item) or [0]
    return max(answers, key=lambda value: item.answer.points(value) or 0)


def _by_points(item: Item) -> list[AnswerValue]:
    """Answers of different worth, from the least to the most points; of items without points, those listed first."""
    answers = listed_answers(item)
    worth = {item.answer.points(value) or Fraction(0): value for value in reversed(answers)}
    return [worth[points] for points in sorted(worth)]


def _extremes(checklist: Checklist) -> Iterator[EdgeVisit]:
    for best in (True, False):
        yield EdgeVisit("best answers" if best else "worst answers", extreme_visit(checklist, best=best), "extreme")


def _emptied(checklist: Checklist) -> Iterator[EdgeVisit]:
    """Whole parts of a visit left out."""
    full = extreme_visit(checklist, best=True)
    bare = Visit(id="bare", checklist=checklist.ref, store="s-1")
    yield EdgeVisit("nothing but an id, a checklist and a store", bare, "empty")
    parts: dict[str, dict[str, Any]] = {
        "no answers": {"answers": {}, "notes": {}, "evidence": {}},
        "no times": {"started": None, "finished": None, "entered": None, "briefed": None, "expected": None},
        "no end": {"finished": None, "until": None},
        "no feelings": {"emotions": {}, "expectations": {}, "perceived": {}},
        "no shopper": {"shopper": None},
    }
    for name, dropped in parts.items():
        yield EdgeVisit(name, full.model_copy(update=dropped), "empty")
    for state in SkipState:
        skipped = {item.id: Skip(state=state) for item in checklist.items.values() if _may_be(item, state)}
        everything = {"answers": {}, "notes": {}, "evidence": {}, "skipped": skipped}
        yield EdgeVisit(f"everything {state}", full.model_copy(update=everything), "empty")


def _sweep(checklist: Checklist) -> Iterator[EdgeVisit]:
    """Each item by itself: unanswered, in every kind of skip, and with each of its answers."""
    for item in checklist.items.values():
        wanted = _making_arise(checklist, item)
        for value in listed_answers(item):
            answered = _answered_with(checklist, wanted, item, value)
            if answered:
                yield EdgeVisit(f"{item.id} = {_shown(value)}", answered)
        base = _visit(checklist, wanted.answers, wanted.step)
        if item.id in base.answers:
            yield EdgeVisit(f"{item.id} unanswered", _without(base, item.id, checklist))
            for state in filter(partial(_may_be, item), SkipState):
                left_out = _without(base, item.id, checklist)
                skipped = {**left_out.skipped, item.id: Skip(state=state)}
                yield EdgeVisit(f"{item.id} {state}", left_out.model_copy(update={"skipped": skipped}))
    for touchpoint in checklist.touchpoints:
        wanted = _making_arise(checklist, touchpoint.items[0])
        base = _visit(checklist, wanted.answers, wanted.step)
        for feeling in (-3, 0, 3) if touchpoint.emotion else ():
            emotions = {**base.emotions, touchpoint.id: feeling}
            yield EdgeVisit(f"felt {feeling} at {touchpoint.id}", base.model_copy(update={"emotions": emotions}))


def _mixed(checklist: Checklist) -> Iterator[EdgeVisit]:
    """Answers drawn at random, the same for a checklist each time: rules may look at several items together."""
    draw = Random(checklist.ref)  # noqa: S311 (nothing secret)
    steps = _steps(checklist)
    for number in range(1, MIXED + 1):
        answers = {item.id: draw.choice(listed_answers(item)) for item in checklist.items.values()}
        yield EdgeVisit(f"mixed answers {number}", _visit(checklist, answers, steps[number % len(steps)]))


@dataclass(frozen=True)
class _Wanted:
    """Answers, and the step of an episode, with which an item arises."""

    answers: dict[str, AnswerValue]
    step: str | None


def _making_arise(checklist: Checklist, item: Item) -> _Wanted:
    """Where the item arises, found by trying answers to the items its condition names."""
    usual = {other.id: _usual(other) for other in checklist.items.values()}
    touchpoint = checklist.touchpoint_of[item.id]
    steps: list[str | None] = [step.id for step in checklist.steps if touchpoint.is_in_step(step.id)] or _steps(
        checklist
    )[:1]
    named = sorted(_prerequisites(checklist, item))
    levels = [[*listed_answers(checklist.items[name]), None] for name in named]
    for step in steps:
        for values in islice(product(*levels), _MOST_COMBINATIONS):
            tried = usual | dict(zip(named, values, strict=True))
            answers = {name: value for name, value in tried.items() if value is not None}
            if item.id in _settled(checklist, answers, step):
                return _Wanted(answers, step)
    return _Wanted(usual, steps[0])


def _prerequisites(checklist: Checklist, item: Item) -> set[str]:
    """The items on whose answers it hangs whether this one arises."""
    found: set[str] = set()
    pending = [item]
    while pending:
        condition = pending.pop().when
        for name in set(condition.names()) - found if condition else ():
            if name in checklist.items and name != item.id:
                found.add(name)
                pending.append(checklist.items[name])
    return found


def _answered_with(checklist: Checklist, wanted: _Wanted, item: Item, value: AnswerValue) -> Visit | None:
    """A visit in which the item has this answer; ``None`` where it does not arise."""
    visit = _visit(checklist, {**wanted.answers, item.id: value}, wanted.step)
    return visit if visit.answers.get(item.id) == value else None


def _settled(checklist: Checklist, answers: Mapping[str, AnswerValue], step: str | None) -> dict[str, AnswerValue]:
    """The answers to those items that arise, given the answers that stay."""
    kept = dict(answers)
    while True:
        stray = [
            name
            for name in kept
            if not item_applies(checklist.items[name], checklist.touchpoint_of[name].steps, kept, step)
        ]
        if not stray:
            return kept
        for name in stray:
            del kept[name]


def _without(visit: Visit, item: str, checklist: Checklist) -> Visit:
    answers = {name: value for name, value in visit.answers.items() if name != item}
    settled = _settled(checklist, answers, visit.step)
    return visit.model_copy(
        update={
            "answers": settled,
            "notes": {name: note for name, note in visit.notes.items() if name in settled},
        }
    )


def _may_be(item: Item, state: SkipState) -> bool:
    """Whether an item may be left out for this reason."""
    return item.na != "refuse" or state is not SkipState.NOT_APPLICABLE


def _steps(checklist: Checklist) -> list[str | None]:
    """The steps a visit may be of; of none, where the checklist has none."""
    return [step.id for step in checklist.steps] or [None]


def _visit(checklist: Checklist, answers: Mapping[str, AnswerValue], step: str | None, number: int = 1) -> Visit:
    """A visit with these answers, as far as they arise, and with times, notes and feelings where they are asked."""
    begin = _BEGIN + dt.timedelta(days=7 * (number - 1))
    settled = _settled(checklist, answers, step)
    visit = Visit(
        id=f"edge-{number}",
        checklist=checklist.ref,
        store="s-1",
        store_name="1호점",
        shopper=SHOPPER,
        scenario=checklist.scenarios[0].id if checklist.scenarios else None,
        consent=Consent(date=begin.date(), form="C-1") if checklist.consent == "required" else None,
        episode=EpisodeStep(id="e-1", step=step, number=number) if step else None,
        answers=settled,
        notes=dict.fromkeys(settled, "직원이 먼저 다가와 설명해 주었고 충분히 기다려 주었다. " * 4),
        **_times(checklist, begin),
    )
    return _felt(visit, checklist, 1, 5)


def _times(checklist: Checklist, begin: dt.datetime) -> dict[str, Any]:
    if checklist.spans_days:
        return {"date": begin.date(), "until": begin.date() + dt.timedelta(days=3)}
    end = begin + dt.timedelta(minutes=40)
    return {
        "expected": begin - dt.timedelta(hours=1),
        "started": begin,
        "finished": end,
        "entered": end + dt.timedelta(hours=1),
    }


def _felt(visit: Visit, checklist: Checklist, feeling: int, level: int) -> Visit:
    """The visit with one feeling and one expectation at every touchpoint that asks for them."""
    met = [touchpoint for touchpoint in checklist.touchpoints if touchpoint.is_in_step(visit.step)]
    return visit.model_copy(
        update={
            "emotions": {touchpoint.id: feeling for touchpoint in met if touchpoint.emotion},
            "expectations": {touchpoint.id: level for touchpoint in met if touchpoint.expectation},
            "perceived": {touchpoint.id: level for touchpoint in met if touchpoint.perceived},
        }
    )


def _with_words(checklist: Checklist) -> Iterator[EdgeVisit]:
    """Strange words wherever a shopper may write."""
    worst = extreme_visit(checklist, best=False)
    spots = [touchpoint.id for touchpoint in checklist.touchpoints]
    for number, note in enumerate(STRANGE_NOTES, 1):
        complaints = tuple(Complaint(touchpoint=spot, text=note) for spot in spots)
        words = {
            "notes": dict.fromkeys(worst.answers, note),
            "store_name": " ".join(note.split())[:100],
            "claims": complaints,
            "blames": complaints,
        }
        yield EdgeVisit(f"strange words {number}", worst.model_copy(update=words), "words")


def _shown(value: AnswerValue) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)[:40]

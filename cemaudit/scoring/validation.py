"""Validation of a visit against its checklist, and what fits of a visit that does not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from cemaudit.errors import Problem, nearest
from cemaudit.language import N_, message, translate
from cemaudit.model import Checklist, Item, SkipState, Visit
from cemaudit.model.answers import AnswerValue, Choice, Nps, Scale, YesNo
from cemaudit.scoring.items import item_is_relevant

__all__ = [
    "VisitValidator",
    "check_visit",
    "consent_problems",
    "missing_evidence",
    "note_length",
    "short_note",
]


def check_visit(visit: Visit, checklist: Checklist) -> list[Problem]:
    """Every way in which the visit does not fit the checklist, each with its place in the visit."""
    if visit.checklist != checklist.ref:
        text = message("the visit answers {found}, not {ref}", found=visit.checklist, ref=checklist.ref)
        return [Problem(text, "checklist")]
    never_skipped = {item.id for item in checklist.items.values() if item.na == "refuse"}
    return [
        *_unknown_names(visit, checklist),
        *_answers(visit, checklist),
        *_feelings(visit, checklist),
        *(
            Problem(message("must be answered; it always applies"), f"skipped.{item_id}")
            for item_id, skip in visit.skipped.items()
            if item_id in never_skipped and skip.state is SkipState.NOT_APPLICABLE
        ),
        *_setting(visit, checklist),
    ]


def _unknown_names(visit: Visit, checklist: Checklist) -> Iterator[Problem]:
    """Items, then touchpoints, that the checklist does not have."""
    for field in ("answers", "skipped", "notes", "evidence"):
        named: Iterable[str] = getattr(visit, field)
        for item in sorted(set(named) - checklist.items.keys()):
            text = message("no such item in {ref}: {item}", ref=checklist.ref, item=item)
            yield Problem(text, f"{field}.{item}", checklist.item_hint(item))
    feelings = {place: touchpoint for place, _, touchpoint in _feeling_places(visit)}
    complaints = {
        f"{field}.{complaint.touchpoint}": complaint.touchpoint
        for field in ("claims", "blames")
        for complaint in getattr(visit, field)
    }
    for place, touchpoint in (feelings | complaints).items():
        if touchpoint not in checklist.touchpoint:
            text = message("no such touchpoint in {ref}: {touchpoint}", ref=checklist.ref, touchpoint=touchpoint)
            yield Problem(text, place, nearest(touchpoint, checklist.touchpoint))


def _feeling_places(visit: Visit) -> Iterator[tuple[str, str, str]]:
    """Every feeling and expectation, given or skipped: its place in the visit, its field and its touchpoint."""
    for field in ("emotions", "expectations", "perceived"):
        yield from ((f"{field}.{touchpoint}", field, touchpoint) for touchpoint in sorted(getattr(visit, field)))
    for name in sorted(visit.feelings_skipped):
        field, _, touchpoint = name.partition(".")
        yield f"feelings_skipped.{name}", field, touchpoint


def _answers(visit: Visit, checklist: Checklist) -> Iterator[Problem]:
    for item_id, value in visit.answers.items():
        item = checklist.items.get(item_id)
        if item is None:
            continue
        problem = item.answer.problem(value)
        if problem:
            yield problem.inside(f"answers.{item_id}")
        # Left in, such an answer would count although nobody was to ask.
        elif not item_is_relevant(item, visit, checklist):
            text = message("answered, although it does not arise in this visit")
            yield Problem(text, f"answers.{item_id}", message("drop the answer, or correct what decides it"))


def _feelings(visit: Visit, checklist: Checklist) -> Iterator[Problem]:
    for place, field, touchpoint_id in _feeling_places(visit):
        touchpoint = checklist.touchpoint.get(touchpoint_id)
        if field == "perceived" and touchpoint and not touchpoint.perceived:
            yield Problem(message("noted, although the touchpoint does not ask what was perceived"), place)
        if touchpoint and not touchpoint.is_in_step(visit.step):
            text = message("felt, although the touchpoint does not arise in step {step}", step=visit.step)
            yield Problem(text, place)


_CIRCUMSTANCES = {"persona": N_("persona"), "occasion": N_("occasion")}


def _setting(visit: Visit, checklist: Checklist) -> Iterator[Problem]:
    scenarios = [scenario.id for scenario in checklist.scenarios]
    if visit.scenario and visit.scenario not in scenarios:
        text = message("no such scenario: {scenario}", scenario=visit.scenario)
        yield Problem(text, "scenario", nearest(visit.scenario, scenarios))
    for name, told, declared in (
        ("persona", visit.persona, checklist.personas),
        ("occasion", visit.occasion, checklist.occasions),
    ):
        ids = [one.id for one in declared]
        if told and ids and told not in ids:
            text = message("the checklist declares no such {name}: {value}", name=translate(_CIRCUMSTANCES[name]),
                           value=told)  # fmt: skip
            yield Problem(text, name, message("known here: {names}", names=", ".join(ids)))
    steps = [step.id for step in checklist.steps]
    if visit.step and visit.step not in steps:
        yield Problem(message("no such step: {step}", step=visit.step), "episode.step", nearest(visit.step, steps))


def consent_problems(visit: Visit, checklist: Checklist) -> Iterator[Problem]:
    """What is wrong with the consent of a visit whose checklist asks for it: missing, given too late, withdrawn.

    A revision may say that the consent was withdrawn: so the visit that was handed in before is marked.
    """
    consent = visit.consent
    if consent is None:
        if checklist.consent == "required":
            customer = checklist.words_at(visit.step, visit.scenario).customer
            hint = message("note its day and the reference of the signed form, without a name")
            yield Problem(message("the consent of the {customer} is missing", customer=customer), "consent", hint)
        return
    if visit.day and consent.date > visit.day:
        text = message("the consent was given after the visit, on {day}", day=consent.date.isoformat())
        yield Problem(text, "consent.date", message("a visit may be kept only where the consent came before it"))
    if consent.withdrawn and visit.revision == 1:
        text = message("the consent was withdrawn on {day}", day=consent.withdrawn.isoformat())
        yield Problem(text, "consent.withdrawn", message("discard the visit; it must not be handed in"))


def missing_evidence(visit: Visit, item: Item, value: AnswerValue) -> Problem | None:
    """The problem of an answer whose evidence is required and is not there."""
    if not item.wants_evidence(value) or visit.evidence.get(item.id):
        return None
    return Problem(
        message("this answer needs evidence"), f"evidence.{item.id}", message("add a photo, receipt or recording")
    )


def note_length(visit: Visit, item: Item) -> int:
    """The characters of the note on an item, spaces not counted; 0 where there is none."""
    return len("".join(visit.notes.get(item.id, "").split()))


def short_note(visit: Visit, item: Item, value: AnswerValue) -> Problem | None:
    """The problem of an answer whose narrative is too short."""
    least, length = item.least_note(value), note_length(visit, item)
    if length >= least:
        return None
    text = message("this answer needs a note of {least} characters, found {found}", least=least, found=length)
    return Problem(text, f"notes.{item.id}", message("say what you saw, heard and did"))


_FEW_ANSWERS = YesNo | Choice | Scale | Nps


class VisitValidator:
    """Whether visits fit ``checklist``."""

    def __init__(self, checklist: Checklist) -> None:
        self._checklist = checklist
        self._items = checklist.items.keys()
        self._touchpoints = checklist.touchpoint.keys()
        self._scenarios = {None, *(scenario.id for scenario in checklist.scenarios)}
        self._personas = {*(one.id for one in checklist.personas), None} if checklist.personas else set()
        self._occasions = {*(one.id for one in checklist.occasions), None} if checklist.occasions else set()
        self._steps = {None, *(step.id for step in checklist.steps)}
        self._of_steps = {touchpoint.id for touchpoint in checklist.touchpoints if touchpoint.steps}
        self._compared = {touchpoint.id for touchpoint in checklist.touchpoints if touchpoint.perceived}
        self._skippable = {
            f"{field}.{touchpoint}"
            for field, ids in (
                ("emotions", self._touchpoints), ("expectations", self._touchpoints), ("perceived", self._compared)
            )
            for touchpoint in ids - self._of_steps
        }  # fmt: skip
        self._never_skipped = {item.id for item in checklist.items.values() if item.na == "refuse"}
        self._kept = {
            item.id
            for item in checklist.items.values()
            if item.when is None
            and checklist.touchpoint_of[item.id].id not in self._of_steps
            and isinstance(item.answer, _FEW_ANSWERS)
        }
        # Millions of visits give the same few answers: each is judged once.
        self._good: set[tuple[str, type, AnswerValue]] = set()

    def problems(self, visit: Visit) -> list[Problem]:
        """What ``check_visit`` finds."""
        return [] if self._is_good(visit) else check_visit(visit, self._checklist)

    def _is_good(self, visit: Visit) -> bool:
        """Whether nothing can be wrong; where this says no, there may still be nothing."""
        return (
            visit.checklist == self._checklist.ref
            and visit.scenario in self._scenarios
            and visit.step in self._steps
            and (not self._personas or visit.persona in self._personas)
            and (not self._occasions or visit.occasion in self._occasions)
            and self._names_fit(visit)
            and (self._good.issuperset(_typed(visit.answers)) or self._answers_fit(visit))
        )

    def _names_fit(self, visit: Visit) -> bool:
        items, touchpoints = self._items, self._touchpoints
        return (
            (not visit.skipped or (visit.skipped.keys() <= items and self._never_skipped.isdisjoint(visit.skipped)))
            and (not visit.notes or visit.notes.keys() <= items)
            and (not visit.evidence or visit.evidence.keys() <= items)
            and visit.emotions.keys() <= touchpoints
            and visit.expectations.keys() <= touchpoints
            and (not visit.perceived or visit.perceived.keys() <= self._compared)
            and (not visit.feelings_skipped or visit.feelings_skipped.keys() <= self._skippable)
            and (visit.episode is None or self._feelings_arise(visit))
            and all([complaint.touchpoint in touchpoints for complaint in visit.claims + visit.blames])  # noqa: C419 (a few)
        )

    def _feelings_arise(self, visit: Visit) -> bool:
        return all(map(self._of_steps.isdisjoint, (visit.emotions, visit.expectations, visit.perceived)))

    def _answers_fit(self, visit: Visit) -> bool:
        unknown = set(_typed(visit.answers)) - self._good
        return all(self._answer_fits(visit, name, value) for name, _, value in unknown)

    def _answer_fits(self, visit: Visit, name: str, value: AnswerValue) -> bool:
        item = self._checklist.items.get(name)
        if item is None or item.answer.problem(value) or not item_is_relevant(item, visit, self._checklist):
            return False
        if name in self._kept:
            self._good.add((name, type(value), value))
        return True


def _typed(answers: Mapping[str, AnswerValue]) -> Iterable[tuple[str, type, AnswerValue]]:
    """The answers, each with its type: ``True`` equals 1, and is another answer."""
    return zip(answers, map(type, answers.values()), answers.values(), strict=True)

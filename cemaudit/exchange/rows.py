"""One row of a table, read as a visit by a mapping."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Mapping as Mapped
from functools import partial
from typing import Any

from pydantic import ValidationError

from cemaudit.errors import BadInput, Problem, nearest
from cemaudit.exchange.cells import CellMapping, DayCell, MomentCell
from cemaudit.exchange.mapping import Mapping
from cemaudit.exchange.tables import InputRow
from cemaudit.language import message
from cemaudit.model import Checklist, ClaimState, Scenario, Step, Visit, faults, label
from cemaudit.model.answers import AnswerValue
from cemaudit.model.checklist import Circumstance
from cemaudit.model.feelings import EMOTIONS, EXPECTATIONS, PERCEPTIONS
from cemaudit.reading import OptionWords, error_problem, read_answer, read_id, read_mark
from cemaudit.scoring.items import item_is_relevant
from cemaudit.scoring.validation import check_visit

__all__ = ["RowReader", "arising"]

_EPISODE = {"episode": "id", "step": "step", "step_number": "number"}
_CONSENT = {"consent_date": "date", "consent_form": "form"}
_CLAIM_STATES = {
    word.casefold(): state.value
    for state in ClaimState
    for word in (state.value, label(state).ko, label(state).en)
    if word
}
_IDS = frozenset({"id", "store", "shopper", "wave", "episode"})
_MOST_STEPS = 999


class RowReader:
    """Reads rows under a mapping that fits ``checklist`` and the table's columns."""

    def __init__(self, mapping: Mapping, checklist: Checklist) -> None:
        self._mapping = mapping
        self._checklist = checklist
        declared: dict[str, tuple[Scenario | Step | Circumstance, ...]] = {
            "scenario": checklist.scenarios,
            "step": checklist.steps,
            "persona": checklist.personas,
            "occasion": checklist.occasions,
        }
        # Where none is declared, a persona or an occasion is in words of one's own.
        self._options = {
            name: partial(_id_of, OptionWords({one.id: one.title for one in options}))
            for name, options in declared.items()
            if options
        }

    def read(self, row: InputRow) -> tuple[Visit | None, list[Problem]]:
        """The visit of ``row``, or everything that is wrong with it, by column."""
        problems = list(self._error_cells(row))
        if problems:
            return None, problems
        data = self._fields(row, problems) | self._feelings(row, problems) | self._answers(row, problems)
        if problems:
            return None, problems
        try:
            visit = Visit.model_validate(data)
        except ValidationError as error:
            problems = faults.problems(error, data)
            return None, [self._by_column(problem) for problem in problems]
        problems = check_visit(arising(visit, self._checklist), self._checklist)
        return visit, [self._by_column(problem) for problem in problems]

    def has_unknown_date(self, row: InputRow, visit: Visit) -> bool:
        """Whether ``visit`` has no date because that of its ``row`` is one that stands for none."""
        cell = self._mapping.visit.date
        return visit.date is None and cell is not None and cell.text(row, self._mapping.no_value) is not None

    def _fields(self, row: InputRow, problems: list[Problem]) -> dict[str, Any]:
        data: dict[str, Any] = {"checklist": self._checklist.ref, "origin": "import"}
        episode: dict[str, Any] = {}
        consent: dict[str, Any] = {}
        for name, cell in self._mapping.visit.cells():
            value = self._read(cell, row, problems, _FIELD_READERS.get(name) or self._options.get(name))
            if value is None:
                continue
            if name in _EPISODE:
                episode[_EPISODE[name]] = value
            elif name in _CONSENT:
                consent[_CONSENT[name]] = value
            else:
                data[name] = value
        data |= {"consent": consent} if consent else {}
        return data | ({"episode": episode} if "id" in episode else {})

    def _error_cells(self, row: InputRow) -> Iterator[Problem]:
        """The spreadsheet errors in the columns that are read, but those the mapping takes for no value."""
        if not any(map(error_problem, row.cells.values())):
            return
        for _, cell in self._mapping.cells():
            own = {word.casefold() for word in getattr(cell, "na", ())} | {word.casefold() for word in cell.values}
            for name in cell.columns:
                text = row.cells[name]
                problem = error_problem(text)
                if problem and text.casefold() not in self._mapping.no_value | own:
                    yield problem.inside(name)

    def _read(
        self, cell: CellMapping, row: InputRow, problems: list[Problem], read: Callable[[str], Any] | None = None
    ) -> Any:
        try:
            text = cell.text(row, self._mapping.no_value)
            if text is None:
                return None
            if isinstance(cell, DayCell):
                return cell.day(text)
            if isinstance(cell, MomentCell):
                return cell.moment(text)
            return read(text) if read else text
        except BadInput as error:
            problems += error.inside(cell.place).problems if cell.place else error.problems
            return None

    def _feelings(self, row: InputRow, problems: list[Problem]) -> dict[str, Any]:
        """What was felt, expected and perceived, claims and blames, all by touchpoint."""
        mapping, data = self._mapping, dict[str, Any]()
        parts = (
            ("emotions", mapping.emotions, EMOTIONS),
            ("expectations", mapping.expectations, EXPECTATIONS),
            ("perceived", mapping.perceived, PERCEPTIONS),
        )
        for part, cells, words in parts:
            read = partial(read_mark, low=min(words), high=max(words), words=words)
            marks = {name: self._read(cell, row, problems, read) for name, cell in cells.items()}
            data[part] = {name: mark for name, mark in marks.items() if mark is not None}
        for part, cells in (("claims", mapping.claims), ("blames", mapping.blames)):
            found = {name: self._read(cell, row, problems) for name, cell in cells.items()}
            data[part] = [{"touchpoint": name, "text": value} for name, value in found.items() if value is not None]
        claims = {claim["touchpoint"]: claim for claim in data["claims"]}
        for name, cell in mapping.claim_states.items():
            self._claim_state(cell, row, claims.get(name), problems)
        return data

    def _claim_state(
        self, cell: CellMapping, row: InputRow, claim: dict[str, Any] | None, problems: list[Problem]
    ) -> None:
        """Put into a claim what became of it: by its code, or as it is called in either language."""
        text = self._read(cell, row, problems)
        if text is None:
            return
        state = _CLAIM_STATES.get(text.casefold())
        if state is None:
            hint = nearest(text, [known.value for known in ClaimState])
            problems.append(Problem(message("no such option: {option}", option=text), cell.place, hint))
        elif claim is None:
            problems.append(Problem(message("what became of a claim, but no claim"), cell.place))
        else:
            claim["state"] = state

    def _answers(self, row: InputRow, problems: list[Problem]) -> dict[str, Any]:
        answers: dict[str, AnswerValue] = {}
        skipped: dict[str, dict[str, str]] = {}
        notes: dict[str, str] = {}
        for name, cell in self._mapping.items.items():
            if cell.note and row.cells[cell.note]:
                notes[name] = row.cells[cell.note]
            if cell.is_skipped(row):
                skipped[name] = {"state": cell.state}
                continue
            try:
                text = cell.text(row, self._mapping.no_value)
                if text is None:
                    continue
                answers[name] = self._read_answer(name, text)
            except BadInput as error:
                problems += error.inside(cell.columns[0] if cell.columns else f"items.{name}").problems
        return {"answers": answers, "skipped": skipped, "notes": notes}

    def _read_answer(self, item: str, text: str) -> AnswerValue:
        # Limits are checked with the whole visit: what does not arise in it has none.
        return read_answer(self._checklist.items[item].answer, text, self._mapping.marks, within_limits=False)

    def _by_column(self, problem: Problem) -> Problem:
        """A problem of the visit's own field, placed at the column it came from."""
        columns = dict(_columns_by_field(self._mapping))
        part = problem.place.split(".")
        found = next((columns[name] for name in (".".join(part[:2]), part[0]) if columns.get(name)), problem.place)
        return Problem(problem.what, found, problem.hint)


def _id_of(titles: OptionWords, text: str) -> str:
    """The id that a text stands for; the text as an id where it stands for none, which is checked with the visit."""
    return titles.find(text) or read_id(text)


_FIELD_READERS: Mapped[str, Callable[[str], Any]] = {
    **dict.fromkeys(_IDS, read_id),
    "step_number": partial(read_mark, low=1, high=_MOST_STEPS),
}


def _columns_by_field(mapping: Mapping) -> Iterator[tuple[str, str]]:
    for place, cell in mapping.cells():
        name = place.removeprefix("visit.")
        if name in _CONSENT:
            name = f"consent.{_CONSENT[name]}"
        yield ("episode." + _EPISODE[name] if name in _EPISODE else name).replace("items.", "answers."), cell.place


def arising(visit: Visit, checklist: Checklist) -> Visit:
    """The visit without answers to, and skips of, items that do not arise in it.

    Decided item by item, in order: what was left out decides nothing any more.
    """
    before = None
    while before is not visit:
        before = visit
        for name, item in checklist.items.items():
            is_there = name in visit.answers or name in visit.skipped
            if is_there and not item_is_relevant(item, visit, checklist):
                left = {"answers": _without(visit.answers, name), "skipped": _without(visit.skipped, name)}
                visit = visit.model_copy(update=left)
    return visit


def _without(members: dict[str, Any], gone: str) -> dict[str, Any]:
    return {name: value for name, value in members.items() if name != gone}

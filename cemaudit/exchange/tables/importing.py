"""Tables read as visits by a mapping, row by row, each with everything that is wrong with it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as Mapped
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cemaudit.errors import BadInput, Problem, nearest
from cemaudit.exchange.tables.input_table import InputRow, InputTable, read_table
from cemaudit.exchange.tables.mapping import CellMapping, DayCell, Mapping, MomentCell, check_mapping, unread_columns
from cemaudit.exchange.tables.problem_groups import ProblemGroups
from cemaudit.language import N_, message, translate
from cemaudit.model import Checklist, ClaimState, Complaint, Scenario, Step, Text, Visit, faults, label
from cemaudit.model.answers import AnswerValue, Choices
from cemaudit.model.base import ID_PATTERN
from cemaudit.model.checklist import Circumstance
from cemaudit.model.feelings import EMOTIONS, EXPECTATIONS, PERCEPTIONS
from cemaudit.model.visit import MOST_STEP_VISITS
from cemaudit.reading import OptionWords, error_problem, read_answer, read_id, read_mark
from cemaudit.scoring.items import item_is_relevant
from cemaudit.scoring.validation import check_visit

__all__ = [
    "CONSENT_PARTS",
    "EPISODE_PARTS",
    "ID_FIELDS",
    "Import",
    "ImportCounts",
    "RowReader",
    "arising",
    "import_table",
    "left_out",
]

EPISODE_PARTS = {"episode": "id", "step": "step", "step_number": "number"}
CONSENT_PARTS = {"consent_date": "date", "consent_form": "form"}
"""What a table or form calls the parts of a visit's episode and consent."""

ID_FIELDS = frozenset({"id", "store", "shopper", "wave", "episode"})
"""What is read as an id."""

_CLAIM_STATES = {
    word.casefold(): state.value
    for state in ClaimState
    for word in (state.value, label(state).ko, label(state).en)
    if word
}
_FIELD_READERS: Mapped[str, Callable[[str], Any]] = {
    **dict.fromkeys(ID_FIELDS, read_id),
    "step_number": partial(read_mark, low=1, high=MOST_STEP_VISITS),
}
MOST_PROBLEMS = 10_000
"""Problems kept in words; further bad rows are only counted."""

_PROGRESS_EVERY = 1000


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
            name: partial(_id_of, name, OptionWords({option.id: option.title for option in options}))
            for name, options in declared.items()
            if options or name in _NEVER_IN_OWN_WORDS
        }
        scales = {"emotions": EMOTIONS, "expectations": EXPECTATIONS, "perceived": PERCEPTIONS}
        self._mark_readers = {
            part: partial(read_mark, low=min(words), high=max(words), words=OptionWords.of_marks(words))
            for part, words in scales.items()
        }
        self._columns = dict(_columns_by_field(mapping))

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
            if name in EPISODE_PARTS:
                episode[EPISODE_PARTS[name]] = value
            elif name in CONSENT_PARTS:
                consent[CONSENT_PARTS[name]] = value
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
        for part, read in self._mark_readers.items():
            marks = {name: self._read(cell, row, problems, read) for name, cell in getattr(mapping, part).items()}
            data[part] = {name: mark for name, mark in marks.items() if mark is not None}
        for part, cells in (("claims", mapping.claims), ("blames", mapping.blames)):
            texts = {name: self._read(cell, row, problems) for name, cell in cells.items()}
            data[part] = [{"touchpoint": name, "text": value} for name, value in texts.items() if value is not None]
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
            hint = nearest(text, [word.value for word in ClaimState])
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
        part = problem.place.split(".")
        columns = (self._columns.get(place) for place in (".".join(part[:2]), part[0]))
        return Problem(problem.what, next(filter(None, columns), problem.place), problem.hint)


_NEVER_IN_OWN_WORDS = {"scenario", "step"}
_OPTION_NAMES = {
    "scenario": N_("scenario"),
    "step": N_("step"),
    "persona": N_("persona"),
    "occasion": N_("occasion"),
}


def _id_of(name: str, titles: OptionWords, text: str) -> str:
    """The id that a text stands for; the text as an id where it stands for none, which is checked with the visit.

    ``BadInput`` with those declared where the text is no id either: that it is none is not what is wrong with it.
    """
    code = titles.find(text) or read_id(text)
    if re.match(ID_PATTERN, code):
        return code
    reason = message("the checklist declares no such {name}: {value}", name=translate(_OPTION_NAMES[name]), value=code)
    known = message("known here: {names}", names=", ".join(sorted(titles.codes)))
    hint = (nearest(code, titles.codes) or known) if titles.codes else message("it declares none")
    raise BadInput(Problem(reason, hint=hint))


def _columns_by_field(mapping: Mapping) -> Iterator[tuple[str, str]]:
    for place, cell in mapping.cells():
        name = place.removeprefix("visit.").replace("items.", "answers.")
        if name in CONSENT_PARTS:
            name = f"consent.{CONSENT_PARTS[name]}"
        elif name in EPISODE_PARTS:
            name = f"episode.{EPISODE_PARTS[name]}"
        yield name, cell.place


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


def left_out(place: str) -> Problem:
    """The notice of an answer whose item does not arise in its visit."""
    return Problem(message("an answer is left out, because it is not asked of this visit"), place)


def _without(members: dict[str, Any], gone: str) -> dict[str, Any]:
    return {name: value for name, value in members.items() if name != gone}


@dataclass
class ImportCounts:
    """What became of the rows so far: ``rows == good + bad + skipped``; several good rows may be one visit.

    ``unknown_dates``: visits whose date stands for none. ``not_arising``: answers left out because their item does not
    arise in the visit. ``hidden``: the numbers of rows that the sheet hides; they are read like others.
    ``hidden_sheets``: the sheets that the workbook hides.
    """

    rows: int = 0
    good: int = 0
    bad: int = 0
    visits: int = 0
    unknown_dates: int = 0
    not_arising: int = 0
    hidden: list[int] = field(default_factory=list)
    hidden_sheets: tuple[str, ...] = ()
    skipped_because: Counter[Text] = field(default_factory=Counter)

    @property
    def skipped(self) -> int:
        """Rows that are no visits, for whatever reason."""
        return self.skipped_because.total()


@dataclass
class Import:
    """The visits of a table, to be iterated once; all else is complete when the iteration is.

    ``problems`` has those of every row, ``problem_groups`` tells those of one kind once; ``left_out`` names the answers
    counted as ``not_arising``; ``notices`` name columns that are not read and look as if they should be.
    """

    table: InputTable
    mapping: Mapping
    checklist: Checklist
    place: str
    progress: Callable[[ImportCounts], None] | None = None
    counts: ImportCounts = field(default_factory=ImportCounts)
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.problem_groups = ProblemGroups(self.place)
        self.left_out = ProblemGroups(self.place)
        unread = unread_columns(self.mapping, self.checklist, self.table.columns)
        self.notices = [problem.inside(self.place) for problem in unread]
        self._reader = RowReader(self.mapping, self.checklist)
        self._first_row: dict[str, int] = {}

    def __iter__(self) -> Iterator[Visit]:
        visits = self._grouped() if self.mapping.same_visit else self._each()
        for full_visit in visits:
            visit = arising(full_visit, self.checklist)
            self.counts.visits += 1
            gone = full_visit.answers.keys() - visit.answers.keys()
            self.counts.not_arising += len(gone)
            for item in sorted(gone):
                problem = left_out(self.mapping.items[item].place or item)
                self.left_out.add(self._first_row.get(visit.id), problem)
            yield visit
        if self.progress:
            self.progress(self.counts)

    def row_of(self, visit_id: str) -> int | None:
        """Return the number of the first row of a visit that was yielded."""
        return self._first_row.get(visit_id)

    def _each(self) -> Iterator[Visit]:
        for row, visit in self._good_rows():
            if self._has_own_id(row, visit):
                yield visit

    def _grouped(self) -> Iterator[Visit]:
        """Visits of several rows, known only when the last row has been read."""
        groups: dict[tuple[str, ...], tuple[InputRow, Visit]] = {}
        for row, visit in self._good_rows():
            key = tuple(row.cells[name] for name in self.mapping.same_visit)
            if key not in groups:
                if self._has_own_id(row, visit):
                    groups[key] = row, visit
                continue
            first_row, first = groups[key]
            problems = list(_disagreements(first_row, first, visit, self.mapping, self.checklist))
            if problems:
                self._refuse(row, problems)
            else:
                self.counts.good += 1
                groups[key] = first_row, first.model_copy(update=_together(first, visit))
        yield from (visit for _, visit in groups.values())

    def _good_rows(self) -> Iterator[tuple[InputRow, Visit]]:
        for row in self.table.rows:
            if self.progress and self.counts.rows % _PROGRESS_EVERY == 0:
                self.progress(self.counts)
            self.counts.rows += 1
            if row.is_hidden:
                self.counts.hidden.append(row.number)
            rule = None if row.problem else next((rule for rule in self.mapping.skip_rows if rule.matches(row)), None)
            if rule:
                self.counts.skipped_because[rule.reason] += 1
                continue
            visit, problems = (None, [row.problem]) if row.problem else self._reader.read(row)
            if visit is None or problems:
                self._refuse(row, problems)
            else:
                yield row, visit

    def _has_own_id(self, row: InputRow, visit: Visit) -> bool:
        """Take the row as the first of its visit, unless another visit has its id."""
        first = self._first_row.setdefault(visit.id, row.number)
        if first != row.number:
            cause = message("visit id {id} is taken by row {number}", id=visit.id, number=first)
            self._refuse(row, [Problem(cause, self.mapping.visit.id.place)])
            return False
        self.counts.good += 1
        self.counts.unknown_dates += self._reader.has_unknown_date(row, visit)
        return True

    def _refuse(self, row: InputRow, problems: list[Problem]) -> None:
        self.counts.bad += 1
        for problem in problems:
            self.problem_groups.add(row.number, problem)
        if len(self.problems) < MOST_PROBLEMS:
            where = message("row {number}", number=row.number)
            self.problems += (problem.inside(where).inside(self.place) for problem in problems)


def import_table(
    path: Path, mapping: Mapping, checklist: Checklist, progress: Callable[[ImportCounts], None] | None = None
) -> Import:
    """The visits of the table in ``path``; ``progress`` is called every thousand rows and at the end.

    ``BadInput`` where the file, its header or the mapping cannot be used at all.
    """
    table = read_table(path, mapping.encoding, mapping.delimiter, mapping.sheet, mapping.header_row)
    problems = check_mapping(mapping, checklist, table.columns)
    if problems:
        raise BadInput(problems)
    counts = ImportCounts(hidden_sheets=table.hidden_sheets)
    return Import(table, mapping, checklist, path.name, progress, counts)


def _disagreements(
    first_row: InputRow, first: Visit, visit: Visit, mapping: Mapping, checklist: Checklist
) -> Iterator[Problem]:
    """Answers that differ between two rows of one visit; options of ``choices`` items may."""
    for item, answer in visit.answers.items():
        other, kind = first.answers.get(item, answer), checklist.items[item].answer
        if other != answer and not isinstance(kind, Choices):
            cause = message(
                "{value} here, {other} in row {number} of the same visit",
                value=kind.show(answer), other=kind.show(other), number=first_row.number,
            )  # fmt: skip
            yield Problem(cause, mapping.items[item].place)


def _complaints_together(first: Sequence[Complaint], second: Sequence[Complaint]) -> tuple[Complaint, ...]:
    """All complaints, each once: one that only one of two rows says more of is no second one."""
    together = dict.fromkeys((*first, *second))
    noted = {(complaint.touchpoint, complaint.text) for complaint in together if complaint.state}
    return tuple(
        complaint for complaint in together if complaint.state or (complaint.touchpoint, complaint.text) not in noted
    )


def _together(first: Visit, visit: Visit) -> Mapped[str, object]:
    """What changes in ``first`` when ``visit`` joins it: what it lacked, more options, more complaints."""
    answers: dict[str, AnswerValue] = dict(first.answers)
    for item, answer in visit.answers.items():
        earlier = answers.get(item)
        both = isinstance(answer, tuple) and isinstance(earlier, tuple)
        answers[item] = tuple(dict.fromkeys((*earlier, *answer))) if both else answer  # type: ignore[misc]
    skipped = {item: skip for item, skip in {**visit.skipped, **first.skipped}.items() if item not in answers}
    filled = {
        name: {**getattr(visit, name), **getattr(first, name)}
        for name in ("notes", "emotions", "expectations", "perceived")
    }
    complaints = {
        name: _complaints_together(getattr(first, name), getattr(visit, name)) for name in ("claims", "blames")
    }
    return {"answers": answers, "skipped": skipped, **filled, **complaints}

"""A table and a mapping in, visits out: bad rows are named and counted, good ones go on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.mapping import Mapping as TableMapping
from cemaudit.exchange.mapping import check_mapping, unread_columns
from cemaudit.exchange.problem_groups import ProblemGroups
from cemaudit.exchange.rows import RowReader, arising
from cemaudit.exchange.tables import InputRow, InputTable, read_table
from cemaudit.language import message
from cemaudit.model import Checklist, Complaint, Text, Visit
from cemaudit.model.answers import AnswerValue, Choices

__all__ = ["Import", "ImportCounts", "import_table"]

MOST_PROBLEMS = 10_000
"""Problems kept in words; further bad rows are only counted."""

_PROGRESS_EVERY = 1000


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

    ``problems`` has those of every row, ``problem_groups`` tells those of one kind once; ``notices`` name columns that
    are not read and look as if they should be.
    """

    table: InputTable
    mapping: TableMapping
    checklist: Checklist
    place: str
    progress: Callable[[ImportCounts], None] | None = None
    counts: ImportCounts = field(default_factory=ImportCounts)
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.problem_groups = ProblemGroups(self.place)
        unread = unread_columns(self.mapping, self.checklist, self.table.columns)
        self.notices = [problem.inside(self.place) for problem in unread]
        self._reader = RowReader(self.mapping, self.checklist)
        self._first_row: dict[str, int] = {}

    def __iter__(self) -> Iterator[Visit]:
        visits = self._grouped() if self.mapping.same_visit else self._each()
        for whole in visits:
            visit = arising(whole, self.checklist)
            self.counts.visits += 1
            self.counts.not_arising += len(whole.answers) - len(visit.answers)
            yield visit
        if self.progress:
            self.progress(self.counts)

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
            what = message("visit id {id} is taken by row {number}", id=visit.id, number=first)
            self._refuse(row, [Problem(what, self.mapping.visit.id.place)])
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
    path: Path, mapping: TableMapping, checklist: Checklist, progress: Callable[[ImportCounts], None] | None = None
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
    first_row: InputRow, first: Visit, visit: Visit, mapping: TableMapping, checklist: Checklist
) -> Iterator[Problem]:
    """Answers that differ between two rows of one visit; options of ``choices`` items may."""
    for item, answer in visit.answers.items():
        other, kind = first.answers.get(item, answer), checklist.items[item].answer
        if other != answer and not isinstance(kind, Choices):
            what = message(
                "{value} here, {other} in row {number} of the same visit",
                value=kind.show(answer), other=kind.show(other), number=first_row.number,
            )  # fmt: skip
            yield Problem(what, mapping.items[item].place)


def _complaints_together(first: Sequence[Complaint], second: Sequence[Complaint]) -> tuple[Complaint, ...]:
    """All complaints, each once: one that only one of two rows says more of is no second one."""
    together = dict.fromkeys((*first, *second))
    noted = {(complaint.touchpoint, complaint.text) for complaint in together if complaint.state}
    return tuple(
        complaint for complaint in together if complaint.state or (complaint.touchpoint, complaint.text) not in noted
    )


def _together(first: Visit, visit: Visit) -> Mapping[str, object]:
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

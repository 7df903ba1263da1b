"""The one reader of filled forms: a flat record in, a visit out, or everything that is wrong with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from cemaudit.errors import BadInput, Problem, nearest
from cemaudit.exchange.forms.answer_options import field_words
from cemaudit.exchange.forms.columns import INSTANCE, FieldFinder, FieldText
from cemaudit.exchange.forms.fields import SKIP_CODES, FieldKind, Form, FormField, Role
from cemaudit.exchange.forms.making import PREFIX, form_of
from cemaudit.exchange.tables.importing import CONSENT_PARTS, EPISODE_PARTS, ID_FIELDS, arising
from cemaudit.language import message
from cemaudit.model import Checklist, SkipState, Visit, faults
from cemaudit.model.answers import AnswerValue
from cemaudit.model.base import clean
from cemaudit.model.identity import derived_id
from cemaudit.reading import (
    NONE,
    CellText,
    Localise,
    OptionWords,
    read_answer,
    read_day,
    read_id,
    read_mark,
    read_moment,
    read_time,
)
from cemaudit.scoring.validation import check_visit

__all__ = ["FormReader", "RecordReading", "Texts"]

_PLACES = {
    **{key: f"episode.{part}" for key, part in EPISODE_PARTS.items()},
    **{key: f"consent.{part}" for key, part in CONSENT_PARTS.items()},
}
_IDS = frozenset(f"{PREFIX}{name}" for name in ID_FIELDS)
_FEELINGS = {Role.EXPECTATION: "expectations", Role.PERCEPTION: "perceived", Role.EMOTION: "emotions"}
_COMPLAINTS = {Role.CLAIM: "claims", Role.BLAME: "blames"}


class FormReader:
    """Reads filled forms of one checklist, however they were filled in.

    ``localise`` gives moments written without a zone theirs; without it they are refused. What several records amount
    to is kept: ``not_arising`` counts the answers left out because their item does not arise, ``ignored`` has the
    columns that are none of ours. ``left_out``: the items of such answers in the record read last.
    """

    def __init__(self, checklist: Checklist, localise: Localise | None = None) -> None:
        self.checklist = checklist
        self.form = form_of(checklist)
        self.not_arising = 0
        self.left_out: tuple[str, ...] = ()
        self.ignored: dict[str, None] = {}
        self._columns = FieldFinder(self.form)
        self._texts = Texts(self.form, localise)

    def read(self, record: Mapping[str, str]) -> tuple[Visit | None, list[Problem]]:
        """The visit a record ``{column: text}`` holds, or all its problems, each with its column.

        Evidence has the name the record gives it, and no SHA-256 yet.
        """
        cells, problems = self._columns.cells(_tidied(record), self.ignored)
        visit = self._visit(RecordReading(self.form, self._texts), cells, problems, record)
        return (None, problems) if problems else (visit, [])

    def _visit(
        self, reading: RecordReading, cells: Mapping[str, FieldText], problems: list[Problem], record: Mapping[str, str]
    ) -> Visit | None:
        data = reading.data(cells, record)
        problems += reading.problems
        try:
            filled = Visit.model_validate(data)
        except ValidationError as error:
            problems += map(reading.by_column, faults.problems(error, data))
            return None
        visit = arising(filled, self.checklist)
        problems += map(reading.by_column, check_visit(visit, self.checklist))
        if not problems:
            self.left_out = tuple(name for name in filled.answers if name not in visit.answers)
            self.not_arising += len(self.left_out)
        return visit


def _tidied(record: Mapping[str, str]) -> dict[str, str]:
    """The record without control characters; cells of tables are tidy already, and know more than their text."""
    return {clean(column): text if isinstance(text, CellText) else clean(text) for column, text in record.items()}


class RecordReading:
    """Reads the cells of one record; ``problems`` are placed at their columns."""

    def __init__(self, form: Form, texts: Texts) -> None:
        self._form = form
        self._texts = texts
        self.problems: list[Problem] = []
        self._columns: dict[str, str] = {}

    def data(self, cells: Mapping[str, FieldText], record: Mapping[str, str]) -> dict[str, Any]:
        """The members of a visit; each is told where it comes from, for ``by_column``."""
        self._cells = cells
        self._day = self._texts.day_of(cells.get(f"{PREFIX}date"))
        data: dict[str, Any] = {"answers": {}, "skipped": {}, "feelings_skipped": {}, "notes": {}, "evidence": {}}
        data |= {"expectations": {}, "perceived": {}, "emotions": {}, "claims": [], "blames": []}
        data |= {"origin": "shopper", "checklist": self._form.checklist.ref}
        for name, field in self._form.fields.items():
            if field.role is Role.ANSWER:
                self._answer(field, data)
            elif name in cells:
                self._read(field, cells[name], data)
        data |= self._setting(record)
        return data

    def by_column(self, problem: Problem) -> Problem:
        """A problem of the visit, placed at the column it comes from."""
        parts = problem.place.split(".")
        places = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
        column = next((self._columns[place] for place in places if place in self._columns), None)
        return Problem(problem.what, column or _field_name(problem.place), problem.hint)

    def _answer(self, field: FormField, data: dict[str, Any]) -> None:
        item, cell, skip = field.name, self._cells.get(field.name), self._cells.get(f"{field.name}__skip")
        answer = self._try(cell, lambda text: self._texts.answer(field, text)) if cell else None
        why = self._try(skip, lambda text: self._texts.skip(field, text)) if skip else None
        if cell:
            self._columns |= {f"answers.{item}": cell.column, f"skipped.{item}": cell.column}
        elif skip:
            self._columns[f"skipped.{item}"] = skip.column
        if isinstance(answer, SkipState):
            why = answer
        elif answer is not None and why and skip:
            self.problems.append(Problem(message("both answered and left out"), skip.column))
        elif answer is not None:
            data["answers"][item] = answer
        if why:
            data["skipped"][item] = {"state": why}

    def _read(self, field: FormField, cell: FieldText, data: dict[str, Any]) -> None:
        """Put what the cell says into ``data``; settings come later, together."""
        subject = field.item.id if field.item else field.touchpoint.id if field.touchpoint else ""
        if field.role is Role.WHY:
            self._why(subject, cell, data)
        elif field.role is Role.NOTE:
            data["notes"][subject] = cell.text
            self._columns[f"notes.{subject}"] = cell.column
        elif field.role in _FEELINGS:
            self._feeling(field, cell, data)
        elif field.role is Role.FEELING_WHY:
            self._why_not_felt(field, cell, data)
        elif field.role in _COMPLAINTS:
            part = _COMPLAINTS[field.role]
            data[part].append({"touchpoint": subject, "text": cell.text})
            self._columns[f"{part}.{len(data[part])}"] = self._columns[f"{part}.{subject}"] = cell.column
        elif field.role is Role.CLAIM_STATE:
            self._claim_state(field, cell, data["claims"])
        elif field.role is Role.EVIDENCE:
            self._evidence(field, cell, data["evidence"].setdefault(subject, []))
        elif field.role is Role.CAPTION and field.name.removesuffix("_caption") not in self._cells:
            self.problems.append(Problem(message("a caption without its file"), cell.column))

    def _why(self, item: str, cell: FieldText, data: dict[str, Any]) -> None:
        self._columns[f"skipped.{item}.reason"] = cell.column
        if item in data["skipped"]:
            data["skipped"][item]["reason"] = cell.text
        elif item not in self._cells or item in data["answers"]:
            hint = message("put _na, _no or _de in column {column}", column=item)
            self.problems.append(Problem(message("a reason, but the item was not left out"), cell.column, hint))

    def _feeling(self, field: FormField, cell: FieldText, data: dict[str, Any]) -> None:
        """Put a feeling into ``data``, or that it was left out."""
        part, touchpoint = _FEELINGS[field.role], field.touchpoint.id if field.touchpoint else ""
        mark = self._try(cell, lambda text: self._texts.feeling(field, text))
        if isinstance(mark, SkipState):
            data["feelings_skipped"][f"{part}.{touchpoint}"] = {"state": mark}
        elif mark is not None:
            data[part][touchpoint] = mark
        for place in (f"{part}.{touchpoint}", f"feelings_skipped.{part}.{touchpoint}"):
            self._columns[place] = cell.column

    def _why_not_felt(self, field: FormField, cell: FieldText, data: dict[str, Any]) -> None:
        """Keep why a feeling was left out, which the form asks for just before."""
        felt = self._form.fields[field.name.removesuffix("_why")]
        part, touchpoint = _FEELINGS[felt.role], felt.touchpoint.id if felt.touchpoint else ""
        skip = data["feelings_skipped"].get(f"{part}.{touchpoint}")
        self._columns[f"feelings_skipped.{part}.{touchpoint}.reason"] = cell.column
        if skip:
            skip["reason"] = cell.text
        elif felt.name not in self._cells or touchpoint in data[part]:
            hint = message("put _na, _no or _de in column {column}", column=felt.name)
            self.problems.append(Problem(message("a reason, but nothing was left out"), cell.column, hint))

    def _claim_state(self, field: FormField, cell: FieldText, claims: list[dict[str, Any]]) -> None:
        """Say what became of the touchpoint's claim, which the form asks for just before."""
        subject = field.touchpoint.id if field.touchpoint else ""
        state = self._try(cell, lambda text: self._texts.chosen(field, text))
        if not claims or claims[-1]["touchpoint"] != subject:
            hint = message("put the claim in column {column}", column=f"{subject}__claim")
            self.problems.append(Problem(message("what became of a claim, but no claim"), cell.column, hint))
        elif state:
            claims[-1]["state"] = state

    def _evidence(self, field: FormField, cell: FieldText, pieces: list[dict[str, Any]]) -> None:
        caption = self._cells.get(f"{field.name}_caption")
        pieces.append({"file": cell.text, "kind": field.evidence, "caption": caption.text if caption else ""})
        place = f"evidence.{field.item.id if field.item else ''}.{len(pieces)}"
        self._columns[place] = cell.column
        self._columns[f"{place}.caption"] = caption.column if caption else cell.column

    def _setting(self, record: Mapping[str, str]) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for name, field in self._form.fields.items():
            cell = self._cells.get(name) if field.role is Role.SETTING else None
            if cell:
                key = name.removeprefix(PREFIX)
                self._columns[_PLACES.get(key, key)] = cell.column
                data[key] = self._try(cell, lambda text, field=field: self._said(field, text))  # type: ignore[misc]
        data = {key: value for key, value in data.items() if value is not None}
        episode = {EPISODE_PARTS[key]: data.pop(key) for key in EPISODE_PARTS if key in data}
        if episode:
            data["episode"] = episode
        consent = {CONSENT_PARTS[key]: data.pop(key) for key in CONSENT_PARTS if key in data}
        if consent:
            data["consent"] = consent
        if "id" not in data:
            sent = next((record[name].removeprefix("uuid:") for name in INSTANCE if record.get(name)), None)
            data["id"] = sent or self._derived(data)
        return data

    def _said(self, field: FormField, text: str) -> Any:
        match field.kind:
            case FieldKind.MOMENT:
                return self._texts.moment(text, self._day)
            case FieldKind.DATE:
                return self._texts.day(text)
            case FieldKind.NUMBER:
                return self._texts.whole(field, text)
            case FieldKind.ONE:
                return self._texts.chosen(field, text)
            case _:
                return read_id(text) if field.name in _IDS else text

    def _derived(self, data: Mapping[str, Any]) -> str:
        """An id made of what tells the visit from others, so that a corrected record keeps it."""
        when, episode = data.get("started") or data.get("date"), data.get("episode", {})
        identity = [data.get("store"), data.get("shopper"), when.isoformat() if when else None]
        identity += [episode.get(part) for part in EPISODE_PARTS.values()]
        return derived_id(self._form.checklist.ref, *(str(part or "") for part in identity))

    def _try(self, cell: FieldText, read: Callable[[str], Any]) -> Any:
        """What ``read`` makes of the cell; ``None`` after a problem."""
        try:
            return read(cell.text)
        except BadInput as error:
            self.problems += error.inside(cell.column).problems
            return None


def _field_name(place: str) -> str:
    """The flat name for a place of the visit that came from no column, as ``visit__store`` for ``store``.

    Where it is about the visit as a whole it has none.
    """
    head, _, part = place.partition(".")
    parts = {"episode": EPISODE_PARTS, "consent": CONSENT_PARTS}.get(head)
    if parts:
        return next((PREFIX + key for key, name in parts.items() if name == part), PREFIX + head)
    return PREFIX + head if place and "." not in place else place


class Texts:
    """Reads the texts of a form's fields; ``BadInput`` where one says nothing that fits."""

    def __init__(self, form: Form, localise: Localise | None = None) -> None:
        self._form = form
        self._localise = localise
        self._words: dict[str, OptionWords] = {}

    def answer(self, field: FormField, text: str) -> AnswerValue | SkipState:
        """The answer to the field's item, or why it was left out."""
        if field.item is None:
            raise TypeError(field.name)
        code = text if text in SKIP_CODES else None
        if code is None and field.kind is not FieldKind.TEXT:
            code = self._words_of(field).find(text)
        if code in SKIP_CODES:
            return SKIP_CODES[code]
        if field.kind is FieldKind.MANY:
            return self._many(field, text)
        return read_answer(field.item.answer, text if code is None else code)

    def skip(self, field: FormField, text: str) -> SkipState:
        """Why the field's item was left out."""
        code = self._words_of(field).find(text)
        if code not in SKIP_CODES:
            raise BadInput(Problem(message("no such option: {option}", option=text), hint=nearest(text, SKIP_CODES)))
        return SKIP_CODES[code]

    def feeling(self, field: FormField, text: str) -> int | SkipState:
        """The mark of a feeling, or why it was left out."""
        code = text if text in SKIP_CODES else self._words_of(field).find(text)
        return SKIP_CODES[code] if code in SKIP_CODES else self.whole(field, text)

    def chosen(self, field: FormField, text: str) -> str:
        """The code of the one option chosen."""
        return self._words_of(field).read(text)

    def whole(self, field: FormField, text: str) -> int:
        """The whole number, one of those that fit."""
        low, high = _edges(field)
        return read_mark(self._words_of(field).find(text) or text, low, high)

    def day(self, text: str) -> dt.date:
        """The day."""
        return read_day(text)

    def moment(self, text: str, day: dt.date | None = None) -> dt.datetime:
        """The moment, with its zone; a time alone is one on ``day``, where that is given."""
        if day is not None and self._localise:
            try:
                time = read_time(text)
            except BadInput:
                return read_moment(text, self._localise)
            return read_moment(f"{day} {text if ':' in text else time}", self._localise)
        return read_moment(text, self._localise)

    def day_of(self, cell: FieldText | None) -> dt.date | None:
        """The day a cell holds; ``None`` where it holds none that can be read."""
        try:
            return read_day(cell.text) if cell else None
        except BadInput:
            return None

    def _many(self, field: FormField, text: str) -> tuple[str, ...]:
        codes = self._words_of(field).read_all(text)
        if (NONE in codes and len(codes) > 1) or any(code in SKIP_CODES for code in codes):
            what = message("several options chosen that cannot stand together: {value}", value=text)
            raise BadInput(Problem(what))
        return () if codes == (NONE,) else codes

    def _words_of(self, field: FormField) -> OptionWords:
        if field.name not in self._words:
            self._words[field.name] = field_words(field)
        return self._words[field.name]


def _edges(field: FormField) -> tuple[int, int]:
    """The least and the most of a field of whole numbers."""
    if field.limits:
        return int(field.limits.least or 0), int(field.limits.most or 0)
    numbers = [int(option.code) for option in field.options]
    return numbers[0], numbers[-1]

"""Write ``docs/records.md`` and its pages: every record a hook is handed or returns, field by field, from the code.

What a field holds is said in the code, in a docstring below it. It is read from the source, so that nothing is kept, or
made, while cemaudit runs. A field added after the first contract says so at the end of its docstring: ``Since 0.2.``
"""

from __future__ import annotations

import ast
import dataclasses
import datetime as dt
import inspect
import re
import types
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from textwrap import dedent
from typing import Annotated, Any, Literal, Protocol, Union, get_args, get_origin, get_type_hints

from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from cemaudit import hookspecs
from cemaudit.errors import Problem, Sayable
from cemaudit.model import Audit, Checklist, Facet, Finding, Journey, Reason, Text, Visit, base, checklist, visit
from cemaudit.model import answers as answer_types
from cemaudit.model.aggregator import Aggregator, Member
from cemaudit.model.blocks import Block, Section
from cemaudit.model.expression import Expression
from cemaudit.model.platform import Platform
from cemaudit.model.text import LanguageTag
from cemaudit.model.words import Words

DOCS = Path(__file__).parents[1] / "docs"
FIRST_CONTRACT = "0.1"

ROOTS = (Visit, Checklist, Journey, Platform, Audit, Finding, Problem, Section, hookspecs.Context, Aggregator, Member)
"""What the hooks are handed and return; all that these hold follows."""

PAGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "visit": ("A visit", ("model.visit",)),
    "checklist": ("A checklist", ("model.checklist",)),
    "words": (
        "Texts, words, journeys and platforms",
        tuple(f"model.{name}" for name in ("text", "visit_words", "vocabulary", "platform")),
    ),
    "answers": ("Answer types", tuple(f"model.answers.{name}" for name in ("choices", "scales", "quantity", "plain"))),
    "scheme": ("A scheme", ("model.scheme", "model.measures", "model.bands", "model.vectors")),
    "audit": ("An audit, and what a hook returns of it", ("hookspecs", "model.audit", "errors", "model.aggregator")),
    "blocks": ("Report blocks", ("model.blocks",)),
    "charts": ("Charts", ("model.charts",)),
}  # fmt: skip
"""The pages by name: their title, and the modules whose records stand there."""

HEAD = """# Records

What hooks are handed and what they return, field by field; made from the code by `python tools/records.py`. How the
hooks are called: [plugins.md](plugins.md). Import the records from the module named, most of them also from
`cemaudit.model`. All are frozen: writing to one raises. `None` stands where there is nothing, and empty where there are
none. An exact number is a `Fraction`; in a file it is written `2`, `0.5` or `"1/3"`.

*Since* is the version of the contract in which a field came (the first is {first}). Fields are added in minor versions;
one that goes is warned of in two minor versions first ([plugin-rules.md](plugin-rules.md)).

| record | what it is | fields | in |
|---|---|--:|---|
"""

ALIASES: list[tuple[object, str]] = [
    (base.Line, "one line of text, at most 500 characters"),
    (base.LongText, "text of several lines, at most 20,000 characters"),
    (base.Id, "an id"),
    (base.Version, "a version, as `1.2`"),
    (base.Whole, "a whole number"),
    (base.Exact, "an exact number"),
    (checklist.Weight, "an exact number, 0 or more"),
    (checklist.NaPolicy, "`exclude`, `zero`, `full`, `refuse` or `give-to:ITEM`"),
    (checklist.SchemeRef, "`id@version`, or the id alone"),
    (LanguageTag, "a language tag, as `ko`"),
    (visit.ChecklistRef, "`id@version`"),
    (visit.Token, "one line of 1 to 120 characters"),
    (visit.FileName, "one line of 1 to 120 characters"),
    (visit.Digest, "a SHA-256 in hexadecimal"),
    (visit.SkippedFeeling, "`emotions.TOUCHPOINT`, `expectations...` or `perceived...`"),
    (visit.AnswerField, "an answer: true or false, a whole number, a `Decimal`, words, or a tuple of option ids"),
    (visit.PointInTime, "a moment with its zone"),
    (AwareDatetime, "a moment with its zone"),
    (answer_types.AnswerType, "one of the [answer types](answers.md)"),
    (Block, "one of the [blocks](blocks.md) or [charts](charts.md)"),
    (Text, "a [`Text`](words.md#text)"),
    (Words, "a [`Text`](words.md#text), or words as they are"),
    (Reason, "a [`Reason`](../scoring.md#no-score-is-a-value)"),
    (Facet, "a [facet](../scoring.md#a-measures-keys)"),
    (Expression, "a condition, as `CF01 == false`"),
    (Sayable, "words, or a [`Text`](words.md#text)"),
    (bool, "true or false"),
    (int, "a whole number"),
    (float, "a number"),
    (Fraction, "an exact number"),
    (Decimal, "a decimal"),
    (str, "text"),
    (dt.date, "a day"),
    (dt.datetime, "a moment with its zone"),
]
"""Types in plain words; the first that fits."""


class RecordPage:
    """A record of the contract as its page shows it."""

    def __init__(self, record: type) -> None:
        self.record = record
        self.name = record.__name__
        self.module = record.__module__

    @property
    def page(self) -> str:
        """The page it stands on."""
        return next(name for name, (_, modules) in PAGES.items() if self.module.removeprefix("cemaudit.") in modules)

    @cached_property
    def types(self) -> dict[str, Any]:
        """The declared type of each field, by name, in order."""
        # Modules of the contract name some types for the type checker alone.
        names = {root.__name__: root for root in ROOTS}
        hints = get_type_hints(self.record, None, names, include_extras=True)
        fields = getattr(self.record, "model_fields", None)
        if fields is None:
            fields = {field.name: field for field in dataclasses.fields(self.record)}
        return {name: hints[name] for name in fields if not _is_type_mark(name, hints[name])}

    @cached_property
    def sentences(self) -> dict[str, str]:
        """What each field holds, by name; fields of which nothing is said are left out."""
        said: dict[str, str] = {}
        for kind in self.record.__mro__:
            if kind.__module__.startswith("cemaudit."):
                said = {**dict(field_docstrings(kind)), **said}
        return {name: said[name] for name in self.types if name in said}

    @property
    def undescribed(self) -> list[str]:
        """The fields nothing is said of."""
        return [f"{self.name}.{name}" for name in self.types if name not in self.sentences]

    def lines(self) -> Iterator[str]:
        """Its part of the page."""
        yield f"## {self.name}\n\n`{self.module}.{self.name}`. {_first_sentence(self.record)}\n"
        mark = self.mark
        if mark:
            yield f"`type` is `{mark}`.\n"
        if self.types:
            yield "| field | type | what it holds | unless said | since |\n|---|---|---|---|---|"
        for name, kind in self.types.items():
            sentence, since = _since(self.sentences.get(name, ""))
            yield f"| `{name}` | {_cell(words(kind))} | {_cell(sentence)} | {_cell(self.default(name))} | {since} |"
        reckoned = dict(self.reckoned())
        if reckoned:
            yield "\nReckoned from these:\n"
            yield from (f"- `{name}`: {sentence}" for name, sentence in reckoned.items())
        yield ""

    @property
    def mark(self) -> str:
        """Its ``type``, where records are told apart by one."""
        kind = get_type_hints(self.record).get("type") if self.page in MARKED else None
        return " or ".join(get_args(kind)) if kind and get_origin(kind) is Literal else ""

    def default(self, name: str) -> str:
        """What the field holds where nothing is said: nothing for a field that must be given."""
        fields = getattr(self.record, "model_fields", None)
        if fields is not None:
            field: FieldInfo = fields[name]
            value = field.get_default(call_default_factory=True)
            return "" if value is PydanticUndefined else _value(value)
        (declared,) = (field for field in dataclasses.fields(self.record) if field.name == name)
        if not declared.init:
            return "reckoned"
        if declared.default_factory is not dataclasses.MISSING:
            return _value(declared.default_factory())
        return "" if declared.default is dataclasses.MISSING else _value(declared.default)

    def reckoned(self) -> Iterator[tuple[str, str]]:
        """Its public properties and methods, each with the first sentence of its docstring."""
        for name, member in vars(self.record).items():
            if hasattr(BaseModel, name):
                continue
            if isinstance(member, property | cached_property):
                function, call = getattr(member, "fget", None) or member.func, name  # type: ignore[union-attr]
            elif inspect.isfunction(member):
                parameters = list(inspect.signature(member).parameters.values())[1:]
                function, call = member, f"{name}({', '.join(str(p).partition(':')[0] for p in parameters)})"
            else:
                continue
            if not name.startswith("_") and function.__doc__ and "." in function.__qualname__:
                yield call, _code(_first_sentence(function))


UNREACHED = 1e12
"""The bound of numbers in charts, which says nothing to an author."""

MARKED = ("answers", "blocks", "charts")


def _is_type_mark(name: str, kind: object) -> bool:
    return name == "type" and get_origin(kind) is Literal


def records() -> list[RecordPage]:
    """Every record of the contract, found from what the hooks are handed and return."""
    found: dict[type, RecordPage] = {}

    def follow(kind: Any) -> None:
        if isinstance(kind, type) and (issubclass(kind, base.Record) or dataclasses.is_dataclass(kind)):
            if kind not in found and kind.__module__.startswith("cemaudit."):
                found[kind] = RecordPage(kind)
                for part in found[kind].types.values():
                    follow(part)
        else:
            for part in get_args(kind):
                follow(part)

    for root in ROOTS:
        follow(root)
    return list(found.values())


def words(kind: Any) -> str:
    """A type in plain words."""
    for alias, said in ALIASES:
        if alias is kind or (get_origin(alias) is not None and alias == kind):
            return said
    return _class_words(kind) if isinstance(kind, type) else _generic_words(kind)


def _generic_words(kind: Any) -> str:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        said = _bounded(words(_bare(kind)), arguments[1:])
    elif origin is Literal:
        said = ", ".join(f"`{value}`" for value in arguments)
    elif origin in {Union, types.UnionType}:
        kinds = dict.fromkeys(words(part) for part in arguments if part is not type(None))
        said = ", or ".join([*kinds, *(["`None`"] if type(None) in arguments else [])])
    elif issubclass(origin, Mapping):
        said = f"map from {_grouped(words(arguments[0]))} to {_grouped(words(arguments[1]))}"
    else:
        kind_of = "tuple" if origin is tuple else "sequence"
        pair = f"{len(arguments)}: " if origin is tuple and ... not in arguments else ""
        said = f"{kind_of} of {pair}{_grouped(words(arguments[0]))}"
    return said


def _class_words(kind: type) -> str:
    if issubclass(kind, Enum):
        return ", ".join(f"`{member.value}`" for member in kind)
    if issubclass(kind, Protocol):
        return f"a function, `{kind.__name__}`"
    page = RecordPage(kind)
    return f"[`{page.name}`]({page.page}.md#{page.name.lower()})"


def _grouped(said: str) -> str:
    return f"({said})" if ", " in said else said


def _bare(kind: Any) -> Any:
    """The type that is bounded; an alias among those bounds stays itself (``Exact`` within ``Weight``)."""
    first, *rest = get_args(kind)
    for alias, _ in ALIASES:
        if get_origin(alias) is Annotated:
            inner, *marks = get_args(alias)
            if inner == first and marks == rest[: len(marks)] and len(marks) < len(rest):
                return alias
    return first


def _bounded(said: str, marks: Sequence[Any]) -> str:
    """The words of a type with its bounds."""
    bounds: dict[str, Any] = {}
    for mark in marks:
        for part in (mark, *getattr(mark, "metadata", ())):
            names = ("ge", "le", "gt", "min_length", "max_length")
            bounds |= {name: value for name in names if (value := getattr(part, name, None)) is not None}
    low, high = bounds.get("ge"), bounds.get("le")
    if high == UNREACHED:
        return said
    if low is not None:
        said += f", {low} to {high}" if high is not None else f", {low} or more"
    if "gt" in bounds:
        said += f", above {bounds['gt']}"
    fewest, most = bounds.get("min_length"), bounds.get("max_length")
    if said.startswith(("tuple", "map")) and (fewest or most):
        said += f" ({fewest or 0} to {most:,})" if most else f" (at least {fewest})"
    return said


def field_docstrings(kind: type) -> Iterator[tuple[str, str]]:
    """The fields of a class that have a docstring below them, with it."""
    (node,) = ast.parse(dedent(inspect.getsource(kind))).body
    assert isinstance(node, ast.ClassDef)
    for field, below in zip(node.body, node.body[1:], strict=False):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(below, ast.Expr)
            and isinstance(below.value, ast.Constant)
            and isinstance(below.value.value, str)
        ):
            yield field.target.id, " ".join(below.value.value.split())


def _first_sentence(described: Any) -> str:
    return _code(re.split(r"(?<=\.)\s", " ".join(inspect.cleandoc(described.__doc__ or "").split()))[0])


def _code(text: str) -> str:
    return re.sub(r"``(.+?)``", r"`\1`", text)


def _since(sentence: str) -> tuple[str, str]:
    """A field's sentence without its version, and the version."""
    match = re.search(r"\s*Since (\d+\.\d+)\.$", sentence)
    return (sentence[: match.start()], match[1]) if match else (sentence, FIRST_CONTRACT)


def _value(value: object) -> str:
    """What a field holds where nothing is said, in words."""
    if value is None or isinstance(value, bool):
        return "`None`" if value is None else str(value).lower()
    if isinstance(value, base.Record):
        return "all as unless said"
    if isinstance(value, tuple) and value:
        return ", ".join(map(_value, value))
    if isinstance(value, str | tuple | dict):
        return f"`{value}`" if value else "empty"
    return str(value)


def _cell(text: str) -> str:
    return _code(text).replace("|", r"\|").replace("\n", " ")


def pages() -> dict[str, str]:
    """The text of every page, by its path in ``docs``."""
    everything = records()
    made = {"records.md": _overview(everything)}
    for name, (title, modules) in PAGES.items():
        here = [record for record in everything if record.module.removeprefix("cemaudit.") in modules]
        text = "\n".join(line for record in here for line in record.lines())
        made[f"records/{name}.md"] = f"# {title}\n\nOne of the pages of [records](../records.md).\n\n{text.rstrip()}\n"
    return made


def _overview(everything: list[RecordPage]) -> str:
    rows = (
        f"| [`{record.name}`](records/{record.page}.md#{record.name.lower()}) "
        f"| {_cell(_first_sentence(record.record))} | {len(record.types)} | `{record.module}` |\n"
        for record in sorted(everything, key=lambda record: list(PAGES).index(record.page))
    )
    return HEAD.format(first=FIRST_CONTRACT) + "".join(rows)


def main() -> None:
    """Write the pages; tell the fields nothing is said of."""
    (DOCS / "records").mkdir(exist_ok=True)
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")
    for record in records():
        for field in record.undescribed:
            print("nothing said of", field)


if __name__ == "__main__":
    main()

"""A plugin put to the test: every hook called on every edge visit, and what each call did kept for the checks."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from importlib.metadata import PackageNotFoundError, metadata
from importlib.resources.abc import Traversable
from inspect import CO_OPTIMIZED
from itertools import pairwise
from pathlib import Path
from types import CodeType, FrameType, ModuleType
from typing import Any, Literal

from cemaudit.conformance.edge_visits import EdgeVisit, Kind, edge_episodes, edge_visits, history_visits
from cemaudit.conformance.expected_visits import EXPECTED, ExpectedVisit, read_expected
from cemaudit.errors import BadInput, Problem
from cemaudit.hookspecs import Context
from cemaudit.language import Message
from cemaudit.model import Audit, Checklist, Finding, Scheme, Visit
from cemaudit.model.aggregator import Aggregator
from cemaudit.model.base import Record
from cemaudit.model.blocks import Section
from cemaudit.plugins import Plugin
from cemaudit.scoring import Engine, check_visit, make_audit
from cemaudit.simulate import simulate

__all__ = ["FOREIGN_SECTOR", "Branches", "HookCall", "Trial"]

FOREIGN_SECTOR = "somewhere.else"
"""A sector no plugin brings."""

HISTORIES = (0, 1, 5)
"""Lengths of the history that findings and sections are asked with."""

Hook = Literal["cemaudit_review", "cemaudit_findings", "cemaudit_report_sections"]


@dataclass(frozen=True)
class HookCall:
    """One call of a hook: on what, what came back, and what it did beside answering."""

    hook: Hook
    case: str
    checklist: Checklist
    results: Sequence[Any] = ()
    failure: str | None = None
    printed: str = ""
    changed: tuple[str, ...] = ()
    seconds: float = 0.0
    audit: Audit | None = None
    kind: Kind = "sweep"

    def __str__(self) -> str:
        return f"{self.checklist.ref}: {self.case}: {self.hook}"


class Branches:
    """Which lines of a plugin's functions ran while it was on trial, and which never did.

    Lines are told by the interpreter's trace, of the plugin's own files alone.
    """

    def __init__(self, modules: Sequence[ModuleType]) -> None:
        self._files = {str(module.__file__) for module in modules}
        self._ran: dict[str, set[int]] = {name: set() for name in self._files}
        self.watched = False

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Note lines until the block ends. Where something else is tracing, a debugger say, nothing is noted."""
        if sys.gettrace() is not None:
            yield
            return
        self.watched = True
        sys.settrace(self._enter)
        try:
            yield
        finally:
            sys.settrace(None)

    def never_ran(self) -> Iterator[tuple[Path, int, str]]:
        """Yield the first line of each stretch of a function that never ran: its file, number and source."""
        for name in sorted(self._files):
            source = Path(name).read_text(encoding="utf-8")
            idle = sorted(set(_function_lines(compile(source, name, "exec"))) - self._ran[name])
            for before, line in pairwise([-1, *idle]):
                if line != before + 1:
                    yield Path(name), line, source.splitlines()[line - 1].strip()

    def _enter(self, frame: FrameType, event: str, _argument: object) -> Any:
        return self._line if event == "call" and frame.f_code.co_filename in self._files else None

    def _line(self, frame: FrameType, event: str, _argument: object) -> Any:
        if event == "line":
            self._ran[frame.f_code.co_filename].add(frame.f_lineno)
        return self._line


def _function_lines(code: CodeType) -> Iterator[int]:
    """The lines of all functions in a piece of code; bodies of modules and classes run when they are imported."""
    if code.co_flags & CO_OPTIMIZED:
        yield from {line for _, _, line in code.co_lines() if line is not None and line != code.co_firstlineno}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _function_lines(constant)


@dataclass
class Trial:
    """A plugin of an engine on trial. ``own_visits``: the author's, tried beside the edge and the expected visits."""

    engine: Engine
    name: str
    own_visits: Sequence[Visit] = ()
    branches: Branches = field(init=False)
    changed_definitions: list[str] = field(init=False, default_factory=list)
    problems_of_calls: list[Problem] = field(init=False, default_factory=list)
    """What the guard put back after calls: the environment, the working folder."""

    def __post_init__(self) -> None:
        self.branches = Branches(self.modules)

    @cached_property
    def expected(self) -> list[ExpectedVisit]:
        """The author's own visits with what must come of them, kept beside the hooks."""
        folders = {Path(str(sys.modules[name].__file__)).parent for name in self.engine.plugins.modules_of(self.plugin)}
        return [visit for folder in sorted(folders) for visit in read_expected(folder / EXPECTED)]

    @cached_property
    def project_links(self) -> list[str]:
        """The names under which the distribution's metadata give addresses: ``Documentation``, ``Changelog``."""
        try:
            links = metadata(self.plugin.distribution).get_all("Project-URL") or []
        except PackageNotFoundError:
            return []
        return [link.partition(",")[0].strip() for link in links]

    @property
    def is_typed(self) -> bool:
        """Whether the package says that its types may be relied on."""
        folders = {Path(str(module.__file__)).parent for module in self.modules}
        return any((folder / "py.typed").is_file() for folder in folders)

    @property
    def plugin(self) -> Plugin:
        """The plugin as the engine loaded it."""
        return self.engine.plugins[self.name]

    @cached_property
    def modules(self) -> list[ModuleType]:
        """The modules of the plugin: those of the packages its hooks are defined in."""
        packages = {module.partition(".")[0] for module in self.engine.plugins.modules_of(self.plugin)}
        return [
            module
            for name, module in sorted(sys.modules.items())
            if name.partition(".")[0] in packages and getattr(module, "__file__", None)
        ]

    @cached_property
    def checklists(self) -> list[Checklist]:
        """The plugin's own checklists."""
        return [self.engine.library.checklist(ref) for ref in self.plugin.checklists]

    @cached_property
    def schemes(self) -> list[Scheme]:
        """The schemes its checklists are scored by, its own ones among them."""
        plans = [self.engine.plan(checklist.ref) for checklist in self.checklists]
        return list({plan.scheme.ref: plan.scheme for plan in plans}.values())

    @cached_property
    def deck(self) -> dict[str, list[EdgeVisit]]:
        """What each checklist is tried with, by its reference: edge visits, simulated ones and the author's own."""
        return {checklist.ref: self._deck_of(checklist) for checklist in self.checklists}

    def _deck_of(self, checklist: Checklist) -> list[EdgeVisit]:
        own = [*self.own_visits, *(visit for visit in self._expected_visits() if not check_visit(visit, checklist))]
        return [
            *edge_visits(checklist),
            *(EdgeVisit(f"simulated {visit.id}", visit) for visit in simulate(checklist, stores=2, visits=2, seed=11)),
            *(EdgeVisit(f"own {visit.id}", visit, "own") for visit in own if visit.checklist == checklist.ref),
        ]

    def _expected_visits(self) -> list[Visit]:
        """The visits beside the hooks; none of a file that cannot be read, which the check of expected visits tells."""
        with contextlib.suppress(BadInput):
            return [expected.visit for expected in self.expected]
        return []

    @cached_property
    def audits(self) -> dict[str, list[Audit]]:
        """The core's audits of the deck, without findings of plugins."""
        return {
            checklist.ref: [self._audit(case.visit) for case in self.deck[checklist.ref]]
            for checklist in self.checklists
        }

    @cached_property
    def repeated_calls(self) -> list[tuple[HookCall, HookCall]]:
        """Calls beside the same ones made again, each on an audit of its own."""
        pairs: list[tuple[HookCall, HookCall]] = []
        for checklist in self.checklists:
            for case, audit in zip(self.deck[checklist.ref], self.audits[checklist.ref], strict=True):
                if case.kind in {"extreme", "own"}:
                    again = self._audit(case.visit)
                    first = self._calls_for(case.name, case.visit, audit, (), kind=case.kind)
                    pairs += zip(first, self._calls_for(case.name, case.visit, again, (), kind=case.kind), strict=True)
        return pairs

    @property
    def unstable_scores(self) -> list[str]:
        """Scores of the extreme visits that are others when reckoned again."""
        names = []
        for checklist in self.checklists:
            for case, audit in zip(self.deck[checklist.ref], self.audits[checklist.ref], strict=True):
                if case.kind in {"extreme", "own"}:
                    again = self._audit(case.visit)
                    names += [name for name, score in audit.scores.items() if again.scores[name] != score]
        return names

    @cached_property
    def calls(self) -> list[HookCall]:
        """Every call of a hook of the plugin on its own sector."""
        records: list[Checklist | Scheme] = [*self.checklists, *self.schemes]
        with self.branches.watching():
            self.engine.plugins.ask(self.plugin, "cemaudit_checklists", (Path, Traversable))
            self.engine.plugins.ask(self.plugin, "cemaudit_aggregators", Aggregator)
        definitions = [(record, record.model_dump_json()) for record in records]
        known = len(self.plugin.problems)
        calls = [call for checklist in self.checklists for call in self._calls_on(checklist)]
        self.problems_of_calls = self.plugin.problems[known:]
        self.changed_definitions = [record.ref for record, before in definitions if record.model_dump_json() != before]
        return calls

    @cached_property
    def foreign_calls(self) -> list[HookCall]:
        """Calls of the hooks on checklists of another sector, on visits that made them speak in their own."""
        speaking = self._speaking_cases()
        calls: list[HookCall] = []
        for checklist in self.checklists:
            foreign = checklist.model_copy(update={"sector": FOREIGN_SECTOR, "id": f"somewhere.{checklist.id}"})
            for case, audit in zip(self.deck[checklist.ref], self.audits[checklist.ref], strict=True):
                if case.kind in {"extreme", "empty"} or (checklist.ref, case.name) in speaking:
                    visit = case.visit.model_copy(update={"checklist": foreign.ref})
                    seen = audit.model_copy(update={"visit": visit, "checklist": foreign})
                    calls += self._calls_for(case.name, visit, seen, (), kind="foreign")
        return calls

    def _speaking_cases(self) -> set[tuple[str, str]]:
        """For each rule, section and kind of problem, the first visit that made the plugin give it."""
        first: dict[tuple[str, str, str], str] = {}
        for call in self.calls:
            for result in call.results:
                name = next((str(getattr(result, key)) for key in ("rule", "id", "place") if hasattr(result, key)), "")
                first.setdefault((call.checklist.ref, call.hook, name), call.case)
        return {(ref, case) for (ref, _, _), case in first.items()}

    def _calls_on(self, checklist: Checklist) -> Iterator[HookCall]:
        # The store has been falling, or rising, so that a trend shows where the visit at hand goes on with it.
        shares = [Fraction(5 - number, 5) for number in range(max(HISTORIES))]
        falling = tuple(map(self._audit, history_visits(checklist, shares)))
        rising = tuple(map(self._audit, history_visits(checklist, shares[::-1])))
        audits = self.audits[checklist.ref]
        for case, audit in zip(self.deck[checklist.ref], audits, strict=True):
            yield from self._calls_for(case.name, case.visit, audit, (), kind=case.kind)
            yield self._findings(f"{case.name}, after falling visits", audit, falling, case.kind)
            if case.kind != "sweep":
                yield self._findings(f"{case.name}, after one visit", audit, falling[-1:], case.kind)
                yield self._findings(f"{case.name}, after rising visits", audit, rising, case.kind)
                yield self._sections(f"{case.name}, after one visit", audit, falling[-1:], case.kind)
                yield self._sections(f"{case.name}, after falling visits", audit, falling, case.kind)
        later = checklist.model_copy(update={"version": f"{checklist.version.partition('.')[0]}.999"})
        visit = audits[0].visit.model_copy(update={"checklist": later.ref})
        another = audits[0].model_copy(update={"visit": visit, "checklist": later})
        yield from self._calls_for("another version", visit, another, (), kind="words")
        yield from self._episodes(checklist)

    def _episodes(self, checklist: Checklist) -> Iterator[HookCall]:
        """The calls on each visit of episodes with those before it, and on the whole as one report."""
        for name, visits in edge_episodes(checklist).items():
            audits = tuple(self._audit(visit) for visit in visits)
            for number, audit in enumerate(audits):
                yield from self._calls_for(
                    f"{name}, visit {number + 1}", audit.visit, audit, audits[:number], kind="episode"
                )
            context = Context(audits, (), self.engine.library.aggregators)
            arguments = {"audit": audits[-1], "context": context}
            yield self._call("cemaudit_report_sections", name, audits[-1], "episode", arguments)

    def _audit(self, visit: Visit) -> Audit:
        return make_audit(self.engine.plan(visit.checklist, visit.day), visit)

    def _calls_for(
        self, case: str, visit: Visit, audit: Audit, history: tuple[Audit, ...], *, kind: Kind
    ) -> Iterator[HookCall]:
        yield self._call("cemaudit_review", case, audit, kind, {"visit": visit, "checklist": audit.checklist})
        yield self._findings(case, audit, history, kind)
        yield self._sections(case, audit, history, kind)

    def _findings(self, case: str, audit: Audit, history: tuple[Audit, ...], kind: Kind) -> HookCall:
        return self._call("cemaudit_findings", case, audit, kind, {"audit": audit, "history": history})

    def _sections(self, case: str, audit: Audit, history: tuple[Audit, ...], kind: Kind) -> HookCall:
        platform = self.engine.library.platform_of(audit.checklist)
        context = Context((audit,), history, self.engine.library.aggregators, platform)
        return self._call("cemaudit_report_sections", case, audit, kind, {"audit": audit, "context": context})

    def _call(self, hook: Hook, case: str, audit: Audit, kind: Kind, arguments: Mapping[str, Any]) -> HookCall:
        """Call one hook, and keep what it printed, changed and took."""
        records = {
            "cemaudit_review": Problem, "cemaudit_findings": Finding, "cemaudit_report_sections": Section,
        }  # fmt: skip
        output = io.StringIO()
        with contextlib.nullcontext() if kind == "sweep" else _empty_folder():
            before = _state(audit, arguments, kind)
            start = time.perf_counter()
            with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output), self.branches.watching():
                results = self.engine.plugins.ask(self.plugin, hook, records[hook], **arguments)
            seconds = time.perf_counter() - start
            after = _state(audit, arguments, kind)
        changed = [name for name, value in before.items() if value != after[name]]
        return HookCall(
            hook=hook,
            case=case,
            checklist=audit.checklist,
            results=() if isinstance(results, Message) else tuple(results),
            failure=str(results) if isinstance(results, Message) else None,
            printed=output.getvalue(),
            changed=tuple(changed),
            seconds=seconds,
            audit=audit,
            kind=kind,
        )


@contextlib.contextmanager
def _empty_folder() -> Iterator[None]:
    """Work in a folder where nobody else writes: what is new there afterwards is the plugin's."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        yield


def _state(audit: Audit, arguments: Mapping[str, Any], kind: Kind) -> dict[str, object]:
    """What a call must leave as it is. Members of the records' mappings are frozen: copies of the mappings tell.

    The surroundings are looked at where the visit is no sweep; there they would cost more than all else.
    """
    history = [*arguments.get("history", ()), *(arguments["context"].history if "context" in arguments else ())]
    records: dict[str, object] = {
        "visit": _fields(arguments.get("visit", audit.visit)),
        "audit": _fields(audit),
        "history": [(_fields(earlier), _fields(earlier.visit)) for earlier in history],
    }
    if kind == "sweep":
        return records
    folder = Path.cwd()
    files = sorted(path.name for path in folder.iterdir())
    return {**records, "environment": dict(os.environ), "working folder": folder, "files": files}


def _fields(record: Record) -> dict[str, object]:
    return {name: dict(value) if isinstance(value, dict) else value for name, value in record}

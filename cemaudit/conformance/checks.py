"""What a plugin is held to: each check reads a trial and says every fault it finds, in a sentence.

A check that has nothing to look at, since the plugin has no such thing, raises ``NotApplicable`` with the reason.
"""

from __future__ import annotations

import ast
import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from enum import IntEnum
from fractions import Fraction
from importlib.util import find_spec
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, NamedTuple

from cemaudit.conformance.edge_visits import SHOPPER, listed_answers
from cemaudit.conformance.trial import HookCall, Trial
from cemaudit.errors import Problem
from cemaudit.guard import words_of
from cemaudit.language import N_, Message, message
from cemaudit.model import Checklist, Finding, Text
from cemaudit.model.aggregator import Aggregator, AggregatorColumns, Member
from cemaudit.model.base import Record
from cemaudit.model.blocks import Section
from cemaudit.model.conditions import bounds
from cemaudit.model.text import texts_in
from cemaudit.plugin_metadata import CORE
from cemaudit.scoring.engine import METHOD, SUMMARY
from cemaudit.scoring.lint import LintLevel, lint_checklist, lint_scheme
from cemaudit.scoring.version_lint import lint_versions

__all__ = ["CHECKS", "Check", "Level", "NotApplicable"]

SLOW = 0.1
"""Seconds a hook may take, by the median of its calls."""
_FEWEST_TIMED = 20

CLOSE = 1e-9
"""How far the column form of an aggregator may be from the exact one, relative to its size."""

_FILES = (".toml", ".json", ".jsonl", ".md")

_FEWEST_WORDS = 4
"""Words from which a text that is the same in both languages counts as not translated."""


class Level(IntEnum):
    """How far a plugin has been proved right."""

    NONE = 0
    BRONZE = 1
    SILVER = 2
    GOLD = 3


class NotApplicable(Exception):
    """A check has nothing to look at; its words say why."""

    def __init__(self, why: Message) -> None:
        self.why = why
        super().__init__(why)


class Check(NamedTuple):
    """One thing a plugin is held to, for a level."""

    name: str
    title: str
    level: Level
    faults: Callable[[Trial], Iterator[Message]]


def _whole(trial: Trial) -> Iterator[Message]:
    if not trial.plugin.hooks:
        yield message("implements no hook")
    for problem in trial.plugin.problems:
        yield message("{problem}", problem=problem)
    for checklist in trial.checklists:
        trial.engine.plan(checklist.ref)


def _lint(trial: Trial) -> Iterator[Message]:
    _need_checklists(trial)
    for checklist in trial.checklists:
        for remark in lint_checklist(checklist):
            if remark.level is LintLevel.ERROR:
                yield message("{ref}: {problem}", ref=checklist.ref, problem=remark.problem)
    for scheme in _own_schemes(trial):
        remarks = [remark for remark in lint_scheme(scheme) if remark.level is LintLevel.ERROR]
        yield from (message("{ref}: {problem}", ref=scheme.ref, problem=remark.problem) for remark in remarks)


def _keeps_meanings(trial: Trial) -> Iterator[Message]:
    brought = {checklist.ref: checklist for checklist in trial.checklists}
    if len({checklist.id for checklist in trial.checklists}) == len(brought):
        raise NotApplicable(message("it brings one version of each checklist"))
    for checklist in trial.checklists:
        for remark in lint_versions(checklist, brought):
            if remark.level is LintLevel.ERROR:
                yield message("{ref}: {problem}", ref=checklist.ref, problem=remark.problem)


def _translated(trial: Trial) -> Iterator[Message]:
    for record in (*trial.checklists, *_own_schemes(trial)):
        for place, text in texts_in(record, record.ref):
            yield from _missing_languages(place, text, record.languages)
            if text.ko == text.en and len(re.findall(r"[^\W\d_]+", text.en or "")) >= _FEWEST_WORDS:
                yield message("{place}: the same words in both languages: {words}", place=place, words=text.en)


def _prefixes(trial: Trial) -> Iterator[Message]:
    if trial.plugin.distribution == CORE:
        raise NotApplicable(message("the ids of the core belong to everybody"))
    prefix = f"{trial.name}."
    ids = [(N_("checklist"), checklist.id) for checklist in trial.checklists]
    ids += [(N_("scheme"), scheme.id) for scheme in _own_schemes(trial)]
    ids += [(N_("aggregator"), aggregator.name) for aggregator in _aggregators(trial)]
    ids += [(N_("rule"), finding.rule) for _, finding in _findings(trial)]
    ids += [(N_("section"), section.id) for _, section in _sections(trial)]
    for kind, name in dict.fromkeys(ids):
        if not name.startswith(prefix):
            yield message("{kind} {name} does not begin with {prefix}", kind=message(kind), name=name, prefix=prefix)


def _bands(trial: Trial) -> Iterator[Message]:
    for checklist in trial.checklists:
        scheme = trial.engine.plan(checklist.ref).scheme
        by_peers = any(
            bound.is_percentile for band in scheme.bands for one in band.where.values() for bound in bounds(one)
        )
        if not scheme.bands or by_peers:
            continue
        cases = zip(trial.deck[checklist.ref], trial.audits[checklist.ref], strict=True)
        bandless = [
            (case.name, audit) for case, audit in cases if audit.headline.value is not None and audit.band is None
        ]
        if bandless:
            name, audit = bandless[0]
            yield message("{ref}: no band takes the score {score} ({case})", ref=scheme.ref,
                          score=float(audit.headline.value or 0), case=name)  # fmt: skip


def _items_arise(trial: Trial) -> Iterator[Message]:
    _need_checklists(trial)
    for checklist in trial.checklists:
        answered = {name for case in trial.deck[checklist.ref] for name in case.visit.answers}
        for item in checklist.items.values():
            if item.when is not None and item.id not in answered:
                yield message("{ref}: item {item} never arises: no answers make its condition true ({condition})",
                              ref=checklist.ref, item=item.id, condition=item.when.source)  # fmt: skip


def _criticals_decide(trial: Trial) -> Iterator[Message]:
    criticals = [
        (checklist, item) for checklist in trial.checklists for item in checklist.items.values() if item.critical
    ]
    if not criticals:
        raise NotApplicable(message("no item is critical"))
    for checklist, item in criticals:
        failing = {item.fails_critically(item.answer.points(value)) for value in listed_answers(item)}
        if failing == {False}:
            yield message("{ref}: no answer fails the critical item {item}", ref=checklist.ref, item=item.id)
        elif failing == {True}:
            yield message("{ref}: every answer fails the critical item {item}", ref=checklist.ref, item=item.id)


def _never_fails(trial: Trial) -> Iterator[Message]:
    _need_checklists(trial)
    yield from (message("{call}: {failure}", call=call, failure=call.failure) for call in trial.calls if call.failure)


def _prints_nothing(trial: Trial) -> Iterator[Message]:
    for call in trial.calls:
        if call.printed:
            yield message("{call} prints: {words}", call=call, words=call.printed.strip())


def _changes_nothing(trial: Trial) -> Iterator[Message]:
    for call in trial.calls:
        for changed in call.changed:
            yield message("{call} changes: {what}", call=call, what=changed)
    for problem in trial.problems_of_calls:
        yield message("{problem}", problem=problem)
    for ref in trial.changed_definitions:
        yield message("the hooks change the checklist or scheme: {ref}", ref=ref)


def _points_exist(trial: Trial) -> Iterator[Message]:
    for call, finding in _findings(trial):
        checklist = call.checklist
        if finding.touchpoint is not None and finding.touchpoint not in checklist.touchpoint:
            yield message("{call}: {rule} names a touchpoint that is not there: {name}", call=call, rule=finding.rule,
                          name=finding.touchpoint)  # fmt: skip
        if finding.item is not None and finding.item not in checklist.items:
            yield message("{call}: {rule} names an item that is not there: {name}", call=call, rule=finding.rule,
                          name=finding.item)  # fmt: skip


def _speaks_all_languages(trial: Trial) -> Iterator[Message]:
    for call in trial.calls:
        for result in call.results:
            if isinstance(result, Problem):
                yield from _missing_in_problem(call, result)
            elif isinstance(result, Record):
                for place, text in texts_in(result, _name_of(result)):
                    for fault in _missing_languages(place, text, call.checklist.languages):
                        yield message("{call}: {fault}", call=call, fault=fault)


def _missing_in_problem(call: HookCall, problem: Problem) -> Iterator[Message]:
    languages = call.checklist.languages
    for said in filter(None, (problem.what, problem.hint)):
        if isinstance(said, str) and len(languages) > 1:
            yield message("{call}: a problem in one language only: {words}", call=call, words=said)
        elif isinstance(said, Text):
            for fault in _missing_languages("", said, languages):
                yield message("{call}: {fault}", call=call, fault=fault)


def _sections_stand_inside(trial: Trial) -> Iterator[Message]:
    if not any(True for _ in _sections(trial)):
        raise NotApplicable(message("the plugin brings no section"))
    for call in trial.calls:
        sections = [result for result in call.results if isinstance(result, Section)]
        ids = [section.id for section in sections]
        for repeated in sorted({name for name in ids if ids.count(name) > 1}):
            yield message("{call}: section {name} comes twice", call=call, name=repeated)
        for section in sections:
            if not SUMMARY < section.order < METHOD:
                yield message("{call}: section {name} stands at {order}, outside {first} to {last}", call=call,
                              name=section.id, order=section.order, first=SUMMARY, last=METHOD)  # fmt: skip
            if not all(math.isfinite(number) for number in _leaves(section) if isinstance(number, float)):
                yield message("{call}: section {name} holds a number that is not finite", call=call, name=section.id)


def _keeps_shoppers_secret(trial: Trial) -> Iterator[Message]:
    for call in trial.calls:
        for result in call.results:
            if isinstance(result, Finding | Section) and any(
                isinstance(words, str) and SHOPPER in words for words in _leaves(result)
            ):
                yield message("{call}: {name} prints the shopper's code", call=call, name=_name_of(result))
            elif isinstance(result, Problem) and SHOPPER in str(result):
                yield message("{call}: a problem prints the shopper's code", call=call)


def _says_the_same_twice(trial: Trial) -> Iterator[Message]:
    for call, again in trial.repeated_calls:
        if call.results != again.results:
            yield message("{call} answers otherwise when asked again", call=call)
    for name in trial.unstable_scores:
        yield message("the score {name} is another when reckoned again", name=name)


def _more_is_better(trial: Trial) -> Iterator[Message]:
    """By the answers of one item alone, all others equal: more points never make the headline worse."""
    _need_checklists(trial)
    for checklist in trial.checklists:
        scheme = trial.engine.plan(checklist.ref).scheme
        if scheme.direction == "lower-is-better":
            continue
        cases = zip(trial.deck[checklist.ref], trial.audits[checklist.ref], strict=True)
        best, worst = (audit.headline.value for case, audit in cases if case.kind == "extreme")
        if best is not None and worst is not None and best < worst:
            scores = {"best": float(best), "worst": float(worst)}
            yield message("{ref}: the best answers score {best}, the worst {worst}", ref=checklist.ref, **scores)
        for item, scored in _by_item(trial, checklist).items():
            pairs = pairwise(sorted(scored))
            if any(more > fewer and better < worse for (fewer, worse), (more, better) in pairs):
                yield message("{ref}: more points for {item} lower {headline}", ref=checklist.ref, item=item,
                              headline=scheme.leading)  # fmt: skip


def _by_item(trial: Trial, checklist: Checklist) -> dict[str, list[tuple[Fraction, Fraction]]]:
    """By item, points and headline of the edge visits that differ by its answer alone and fail nothing critical."""
    scored: dict[str, list[tuple[Fraction, Fraction]]] = defaultdict(list)
    asked: dict[str, set[str]] = {}
    for case, audit in zip(trial.deck[checklist.ref], trial.audits[checklist.ref], strict=True):
        item = case.name.partition(" = ")[0]
        value = audit.headline.value
        if case.kind != "sweep" or item not in case.visit.answers or " = " not in case.name or value is None:
            continue
        points = audit.items[item].points
        if points is not None and asked.setdefault(item, set(case.visit.answers)) == set(case.visit.answers):
            scored[item].append((points, value))
    return scored


def _aggregators_are_exact(trial: Trial) -> Iterator[Message]:
    for aggregator in _need_aggregators(trial):
        for members in _member_sets(aggregator):
            try:
                first, again = (aggregator.function(members, _options(aggregator)) for _ in range(2))
            except Exception as error:  # noqa: BLE001 (a plugin may raise anything)
                yield message("{name} fails with {count} members: {failure}", name=aggregator.name, count=len(members),
                              failure=words_of(error))  # fmt: skip
                break
            if first is not None and (not isinstance(first, int | Fraction) or isinstance(first, bool)):
                yield message("{name} gives a {kind}, not an exact number", name=aggregator.name,
                              kind=type(first).__name__)  # fmt: skip
                break
            if first != again:
                yield message("{name} gives another number when asked again", name=aggregator.name)
                break
            failure = None if first is None else _failure_of_working(aggregator, Fraction(first), members)
            if failure is not None:
                yield message("{name}: its working fails: {failure}", name=aggregator.name, failure=failure)
                break


def _failure_of_working(aggregator: Aggregator, result: Fraction, members: list[Member]) -> str | None:
    """Why an aggregator cannot write its formula with numbers put in; nothing where it can, or has none."""
    try:
        working = "" if aggregator.working is None else aggregator.working(result, members)
    except Exception as error:  # noqa: BLE001 (a plugin may raise anything)
        return words_of(error)
    return None if isinstance(working, str) else type(working).__name__


def _is_quick(trial: Trial) -> Iterator[Message]:
    by_hook: dict[str, list[float]] = defaultdict(list)
    for call in trial.calls:
        by_hook[call.hook].append(call.seconds)
    for hook, seconds in by_hook.items():
        median = sorted(seconds)[len(seconds) // 2]
        if len(seconds) >= _FEWEST_TIMED and median > SLOW:
            yield message("{hook} takes {seconds} s a call, by the median", hook=hook, seconds=f"{median:.2f}")


def _rules_fire(trial: Trial) -> Iterator[Message]:
    if not {"cemaudit_findings", "cemaudit_report_sections"} & set(trial.plugin.hooks):
        raise NotApplicable(message("the plugin brings no finding and no section"))
    fired = {finding.rule for _, finding in _findings(trial)} | {section.id for _, section in _sections(trial)}
    for name, place in _ids_in_source(trial).items():
        if name not in fired:
            yield message("{name} never fired ({place}); a visit of your own can show it", name=name, place=place)


def _ids_in_source(trial: Trial) -> dict[str, str]:
    """Ids that begin with the plugin's name, as its source writes them, each with file and line."""
    library = trial.engine.library
    named = {ref.partition("@")[0] for ref in (*library.checklists, *library.schemes)} | set(library.aggregators)
    form = re.compile(rf"{re.escape(trial.name)}\.[a-z0-9_.-]+\Z")
    places: dict[str, str] = {}
    for module in trial.modules:
        file = Path(str(module.__file__))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or node.value in named:
                continue
            if form.match(node.value) and not node.value.endswith(_FILES):
                places.setdefault(node.value, f"{file.name}:{node.lineno}")
    return places


def _branches_run(trial: Trial) -> Iterator[Message]:
    """Both on the plugin's own sector and on others, edge visits and the author's own."""
    _ = trial.calls, trial.foreign_calls
    for call_aggregators in (_aggregators_are_exact, _forms_agree):
        with suppress(NotApplicable), trial.branches.watching():
            list(call_aggregators(trial))
    if not trial.branches.watched:
        raise NotApplicable(message("something else traces the program"))
    for file, line, source in trial.branches.never_ran():
        yield message("{file}:{line} never ran: {source}", file=file.name, line=line, source=source)


def _leaves_foreign_sectors(trial: Trial) -> Iterator[Message]:
    _need_checklists(trial)
    for call in trial.foreign_calls:
        if call.failure:
            yield message("{call}: {failure}", call=call, failure=call.failure)
        elif call.results:
            yield message("{call} answers for a sector that is not the plugin's", call=call)


def _forms_agree(trial: Trial) -> Iterator[Message]:
    in_both = [(aggregator, aggregator.columns) for aggregator in _need_aggregators(trial) if aggregator.columns]
    if not in_both:
        raise NotApplicable(message("no aggregator has a column form"))
    if find_spec("numpy") is None:
        raise NotApplicable(message("numpy is not installed"))
    for aggregator, columns in in_both:
        yield from islice(_differences_of_forms(aggregator, columns), 1)


def _differences_of_forms(aggregator: Aggregator, columns: AggregatorColumns) -> Iterator[Message]:
    """Of measures with as many members, many audits at once, as a snapshot has them; in some a member has no score."""
    options = _options(aggregator)
    alike: dict[tuple[int, tuple[Fraction, ...]], list[list[Member]]] = defaultdict(list)
    for members in _member_sets(aggregator, with_gaps=aggregator.arity is None):
        alike[len(members), tuple(member.weight for member in members)].append(members)
    for audits in alike.values():
        numbers = _by_columns(columns, audits, options)
        if len(numbers) != len(audits):
            yield message("{name}: by columns {numbers} numbers for {audits} audits", name=aggregator.name,
                          numbers=len(numbers), audits=len(audits))  # fmt: skip
            continue
        for members, column in zip(audits, numbers, strict=True):
            exact = aggregator.function([member for member in members if member.value is not None], options)
            if not _equal(exact, column):
                yield message("{name}: {columns} by columns, {exact} exactly", name=aggregator.name, columns=column,
                              exact=None if exact is None else float(exact))  # fmt: skip


def _by_columns(columns: AggregatorColumns, audits: list[list[Member]], options: dict[str, Fraction]) -> list[float]:
    """What the column form makes of audits whose members have the same weights."""
    import numpy as np  # noqa: PLC0415 (an extra)

    def rows(numbers: list[list[Fraction | None]]) -> Any:
        return np.array([[math.nan if number is None else float(number) for number in audit] for audit in numbers]).T

    values = rows([[member.value for member in members] for members in audits])
    possible = rows([[None if member.value is None else member.possible for member in members] for members in audits])
    weights = np.array([float(member.weight) for member in audits[0]])
    return [float(number) for number in np.asarray(columns(values, weights, possible, options), float).ravel()]


def _equal(exact: Fraction | int | None, column: float) -> bool:
    if exact is None or math.isnan(column):
        return exact is None and math.isnan(column)
    return math.isclose(float(exact), column, rel_tol=CLOSE, abs_tol=CLOSE)


def _own_visits_score_as_expected(trial: Trial) -> Iterator[Message]:
    if not trial.expected:
        yield message("no visits of your own with their expected scores: put them into {file} beside the hooks",
                      file="expected.jsonl")  # fmt: skip
    for expected in trial.expected:
        yield from expected.differences(trial.engine)


def _is_documented(trial: Trial) -> Iterator[Message]:
    labels = {label.casefold() for label in trial.project_links}
    for wanted in ("documentation", "changelog"):
        if wanted not in labels:
            yield message("the metadata name no address of the {what} ([project.urls])", what=wanted)
    if not trial.is_typed:
        yield message("there is no py.typed: the package says nothing of its types")


CHECKS: tuple[Check, ...] = (
    Check("whole", N_("loads, and implements a hook"), Level.BRONZE, _whole),
    Check("lint", N_("checklists and schemes pass the lint"), Level.BRONZE, _lint),
    Check("versions", N_("item ids keep their meaning between versions"), Level.BRONZE, _keeps_meanings),
    Check("texts", N_("every text exists in every language"), Level.BRONZE, _translated),
    Check("names", N_("ids begin with the plugin's name"), Level.BRONZE, _prefixes),
    Check("bands", N_("every score has a band"), Level.BRONZE, _bands),
    Check("conditions", N_("every item can arise"), Level.BRONZE, _items_arise),
    Check("critical", N_("critical items can be met and failed"), Level.BRONZE, _criticals_decide),
    Check("direction", N_("more points are never worse"), Level.BRONZE, _more_is_better),
    Check("hooks", N_("no hook fails on any visit"), Level.BRONZE, _never_fails),
    Check("printing", N_("hooks print nothing"), Level.BRONZE, _prints_nothing),
    Check("changing", N_("hooks change nothing"), Level.BRONZE, _changes_nothing),
    Check("places", N_("findings point at what exists"), Level.BRONZE, _points_exist),
    Check("languages", N_("findings, sections and problems speak every language"), Level.BRONZE, _speaks_all_languages),
    Check("sections", N_("sections stand between summary and method"), Level.BRONZE, _sections_stand_inside),
    Check("shoppers", N_("no text names the shopper"), Level.BRONZE, _keeps_shoppers_secret),
    Check("chance", N_("the same visit gives the same answers"), Level.BRONZE, _says_the_same_twice),
    Check("aggregators", N_("aggregators are exact"), Level.BRONZE, _aggregators_are_exact),
    Check("time", N_("hooks are quick"), Level.BRONZE, _is_quick),
    Check("rules", N_("every rule and section fired"), Level.SILVER, _rules_fire),
    Check("sectors", N_("other sectors are left alone"), Level.SILVER, _leaves_foreign_sectors),
    Check("forms", N_("aggregators agree in both forms"), Level.SILVER, _forms_agree),
    Check("expected", N_("own visits score as expected"), Level.GOLD, _own_visits_score_as_expected),
    Check("branches", N_("every branch of the code ran"), Level.GOLD, _branches_run),
    Check("documents", N_("documented, with a changelog, typed"), Level.GOLD, _is_documented),
)


def _need_checklists(trial: Trial) -> None:
    if not trial.checklists:
        raise NotApplicable(message("the plugin brings no checklist"))


def _need_aggregators(trial: Trial) -> list[Aggregator]:
    aggregators = _aggregators(trial)
    if not aggregators:
        raise NotApplicable(message("the plugin brings no aggregator"))
    return aggregators


def _aggregators(trial: Trial) -> list[Aggregator]:
    brought = trial.engine.plugins.ask(trial.plugin, "cemaudit_aggregators", Aggregator)
    return [] if isinstance(brought, Message) else brought


def _own_schemes(trial: Trial) -> list[Any]:
    """The schemes the plugin brings."""
    return [trial.engine.library.schemes[ref] for ref in trial.plugin.schemes]


def _findings(trial: Trial) -> Iterator[tuple[HookCall, Finding]]:
    return ((call, result) for call in trial.calls for result in call.results if isinstance(result, Finding))


def _sections(trial: Trial) -> Iterator[tuple[HookCall, Section]]:
    return ((call, result) for call in trial.calls for result in call.results if isinstance(result, Section))


def _name_of(result: Record) -> str:
    return result.rule if isinstance(result, Finding) else str(getattr(result, "id", ""))


def _missing_languages(place: str, text: Text, languages: Sequence[str]) -> Iterator[Message]:
    """One fault for each language of the file, its checklist's or scheme's, in which there is no text."""
    for language in languages:
        if language not in text.by_language:
            yield message("{place}: no text in {language}", place=place, language=language)


def _leaves(value: object) -> Iterator[object]:
    """What a record holds, however deep: words, numbers, nothing."""
    if isinstance(value, Record):
        for _, part in value:
            yield from _leaves(part)
    elif isinstance(value, tuple):
        for part in value:
            yield from _leaves(part)
    else:
        yield value


def _member_sets(aggregator: Aggregator, *, with_gaps: bool = False) -> Iterator[list[Member]]:
    """Members as a measure may have them: one to five, equal and unequal, of all weights, 0 and full points.

    ``with_gaps``: of two and more, also such that the second has no score.
    """
    counts = [aggregator.arity] if aggregator.arity is not None else [1, 2, 3, 5]
    levels = (Fraction(0), Fraction(1), Fraction(1, 3), Fraction(5, 2), Fraction(3))
    for count in counts:
        for shift in range(len(levels)):
            values = [levels[(shift + number) % len(levels)] for number in range(count)]
            members = [
                Member(f"m{number}", value, possible=Fraction(3), weight=Fraction(1 + number, 2))
                for number, value in enumerate(values)
            ]
            yield members
            if with_gaps and count > 1:
                yield [members[0], replace(members[1], value=None), *members[2:]]
        yield [Member(f"m{number}", Fraction(2), possible=Fraction(3)) for number in range(count)]


def _options(aggregator: Aggregator) -> dict[str, Fraction]:
    return dict.fromkeys(aggregator.options, Fraction(1))

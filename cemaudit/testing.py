"""Prove a plugin right: subclass ``PluginConformance``, name your entry point, and run pytest.

.. code-block:: python


    class TestHotel(PluginConformance):
        plugin = "hotel"

The plugin must be installed. Every test uses simulated visits of the plugin's own checklists; the same suite passes for
the sectors that come with cemaudit.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from cemaudit.hookspecs import Context
from cemaudit.language import LANGUAGES
from cemaudit.model import Audit, Checklist, Text, Visit
from cemaudit.model.checklist import Item
from cemaudit.report import store_report, write_report
from cemaudit.scoring import Engine, check_visit
from cemaudit.scoring.lint import LintLevel, lint_checklist
from cemaudit.simulate import simulate

__all__ = ["PluginConformance", "engine_of"]

HOSTILE = "<b>굵게</b> </para> =cmd('x') {0} %s \N{GRINNING FACE} " + "가" * 5000


def engine_of(plugin: str) -> Engine:
    """An engine in which the plugin of that entry-point name is loaded; fails where it is missing or broken."""
    engine = Engine()
    names = [entry.name for entry in engine.plugins.entries]
    assert plugin in names, f"no entry point {plugin!r} in group 'cemaudit'; found: {', '.join(names)}"
    _assert_whole(engine, plugin)
    return engine


def _assert_whole(engine: Engine, plugin: str) -> None:
    problems = engine.plugins[plugin].problems
    assert not problems, "\n".join(map(str, problems))


class PluginConformance:
    """What every plugin must hold to. Set ``plugin`` to the entry-point name."""

    plugin: ClassVar[str]

    @pytest.fixture
    def engine(self) -> Iterator[Engine]:
        """A fresh engine; whatever the plugin does wrong during the test fails it."""
        engine = engine_of(self.plugin)
        yield engine
        _assert_whole(engine, self.plugin)

    @pytest.fixture
    def checklists(self, engine: Engine) -> list[Checklist]:
        """The plugin's own checklists."""
        return [engine.library.checklist(ref) for ref in engine.plugins[self.plugin].checklists]

    @pytest.fixture
    def visits(self, checklists: list[Checklist]) -> list[Visit]:
        """Simulated visits of each of the plugin's checklists."""
        return [visit for checklist in checklists for visit in simulate(checklist, stores=3, visits=2, seed=11)]

    @pytest.fixture
    def audits(self, engine: Engine, visits: list[Visit]) -> list[Audit]:
        """The audits of those visits, findings included."""
        return [engine.audit(visit) for visit in visits]

    def test_brings_something(self, engine: Engine) -> None:
        """The plugin implements at least one hook."""
        assert engine.plugins[self.plugin].hooks

    def test_checklists_pass_the_lint(self, checklists: list[Checklist]) -> None:
        """Every text exists in Korean and English, among others."""
        remarks = [(list_.ref, remark) for list_ in checklists for remark in lint_checklist(list_)]
        errors = [f"{ref}: {remark.problem}" for ref, remark in remarks if remark.level is LintLevel.ERROR]
        assert not errors, "\n".join(errors)

    def test_schemes_fit_the_checklists(self, engine: Engine, checklists: list[Checklist]) -> None:
        """Every scheme exists, and all it names exists in the checklist."""
        for checklist in checklists:
            assert engine.plan(checklist.ref).measures

    def test_simulated_visits_fit(self, visits: list[Visit], engine: Engine) -> None:
        """Every kind of answer of the checklists can be given."""
        for visit in visits:
            assert check_visit(visit, engine.library.checklist(visit.checklist)) == []

    def test_headline_is_scored_or_says_why(self, audits: list[Audit]) -> None:
        """No score is a value with a reason, and some visit is scored."""
        for audit in audits:
            assert (audit.headline.value is None) != (audit.headline.reason is None)
        assert not audits or any(audit.headline.value is not None for audit in audits)

    def test_perfect_beats_worst(self, engine: Engine, checklists: list[Checklist]) -> None:
        """Points go the right way: the best answers score no worse than the worst ones."""
        for checklist in checklists:
            plan = engine.plan(checklist.ref)
            best, worst = (engine.audit(_extreme(checklist, best=best)).headline.value for best in (True, False))
            if best is not None and worst is not None:
                assert best >= worst if plan.scheme.direction == "higher-is-better" else best <= worst

    def test_same_visit_same_audit(self, engine: Engine, visits: list[Visit]) -> None:
        """Nothing depends on chance, time or earlier calls."""
        for visit in visits:
            assert engine.audit(visit) == engine.audit(visit)

    def test_findings_point_at_what_exists(self, audits: list[Audit]) -> None:
        """A finding names touchpoints and items of the checklist, in both languages."""
        for audit in audits:
            for finding in audit.findings:
                assert finding.touchpoint is None or finding.touchpoint in audit.checklist.touchpoint, finding.rule
                assert finding.item is None or finding.item in audit.checklist.items, finding.rule
                assert finding.title.languages == finding.text.languages == LANGUAGES, finding.rule

    def test_review_speaks_both_languages(self, engine: Engine, visits: list[Visit]) -> None:
        """What the review says can be read by everyone."""
        for visit in visits:
            for problem in engine.review(visit):
                assert not isinstance(problem.what, Text) or problem.what.languages == LANGUAGES
                assert str(problem)

    def test_leaves_other_sectors_alone(self, engine: Engine, visits: list[Visit]) -> None:
        """Hooks are called for every sector and must keep to their own."""
        for visit in visits[:2]:
            checklist = engine.library.checklist(visit.checklist).model_copy(update={"sector": "somewhere.else"})
            calls = {"visit": visit, "checklist": checklist}
            found = [plugin.name for plugin, _ in engine.plugins.call("cemaudit_review", object, **calls)]
            assert self.plugin not in found

    def test_hooks_change_nothing(self, engine: Engine, visits: list[Visit]) -> None:
        """Visits and audits are the same after the hooks as before."""
        for visit in visits[:4]:
            before = visit.model_dump_json()
            audit = engine.audit(visit)
            engine.review(visit)
            engine.sections(Context((audit,)))
            assert visit.model_dump_json() == before

    def test_hostile_words_are_only_words(self, engine: Engine, visits: list[Visit]) -> None:
        """A shopper's note may hold anything."""
        for visit in visits[:4]:
            items = engine.library.checklist(visit.checklist).items
            hostile = visit.model_copy(update={"notes": dict.fromkeys(items, HOSTILE), "store_name": "<i>=1+1"})
            engine.review(hostile)
            engine.sections(Context((engine.audit(hostile),)))

    def test_reports_are_drawn(self, engine: Engine, audits: list[Audit], tmp_path: Path) -> None:
        """The report with the plugin's sections becomes a PDF in both languages."""
        for audit in audits[:2]:
            context = Context((audit,))
            report = store_report(context, engine.sections(context))
            for language in LANGUAGES:
                assert write_report(report, tmp_path / language, language).read_bytes().startswith(b"%PDF")


def _extreme(checklist: Checklist, *, best: bool) -> Visit:
    """A visit with the best, or the worst, answer to every item whose answers can be listed."""
    answers = {}
    for item in checklist.items.values():
        worth = {value: item.answer.points(value) for value in _listed(item)}
        known = {value: points for value, points in worth.items() if points is not None}
        if known and item.when is None:
            answers[item.id] = (max if best else min)(known, key=lambda value: known[value])
    feeling = 3 if best else -3
    emotions = {touchpoint.id: feeling for touchpoint in checklist.touchpoints if touchpoint.emotion}
    return Visit(id="extreme", checklist=checklist.ref, store="S", answers=answers, emotions=emotions)


def _listed(item: Item) -> list[bool | int | str]:
    match item.answer.type:
        case "yes-no":
            return [True, False]
        case "choice":
            return [option.id for option in item.answer.options]
        case "scale":
            return list(range(item.answer.lowest, item.answer.highest + 1))
        case "nps":
            return list(range(11))
        case _:
            return []

"""Prove a plugin right: subclass ``PluginConformance``, name your entry point, and run pytest.

.. code-block:: python


    class TestHotel(PluginConformance):
        plugin = "hotel"

The plugin must be installed. Every hook is called on edge visits of the plugin's own checklists: nothing answered, each
item left out, skipped and answered in every way, strange words, histories, episodes. ``own_visits`` adds yours,
where a rule needs one that no edge visit is. The same suite passes for the sectors that come with cemaudit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

import pytest

from cemaudit.conformance import CHECKS, Check, Level, Trial, run_check
from cemaudit.conformance.edge_visits import extreme_visit
from cemaudit.hookspecs import Context
from cemaudit.language import LANGUAGES
from cemaudit.model import Audit, Checklist, Visit
from cemaudit.report import store_report, write_report
from cemaudit.scoring import Engine, check_visit
from cemaudit.simulate import simulate

__all__ = ["PluginConformance", "engine_of"]

MOST_FAULTS = 20
"""Faults that one failing test names."""

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


@lru_cache(maxsize=1)
def trial_of(suite: type[PluginConformance]) -> Trial:
    """The plugin of a suite on trial; kept while its tests run, since every check reads the same calls."""
    return Trial(engine_of(suite.plugin), suite.plugin, tuple(suite().own_visits()))


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

    def own_visits(self) -> Sequence[Visit]:
        """Visits of the author's own, tried beside the edge visits; none unless a plugin's test says otherwise."""
        return ()

    @pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
    def test_on_edge_visits(self, check: Check) -> None:
        """Each check of the conformance room finds no fault; those of gold are asked of who has visits of their own."""
        trial = trial_of(type(self))  # type: ignore[arg-type]  # classes are hashable
        if check.level is Level.GOLD and not trial.expected:
            pytest.skip("not applicable, because there is no expected.jsonl beside the hooks")
        result = run_check(check, trial)
        if result.not_applicable:
            pytest.skip(f"not applicable, because {result.not_applicable}")
        assert result.passed, "\n".join(map(str, result.faults[:MOST_FAULTS]))

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
            best, worst = (engine.audit(extreme_visit(checklist, best=best)).headline.value for best in (True, False))
            if best is not None and worst is not None:
                assert best >= worst if plan.scheme.direction == "higher-is-better" else best <= worst

    def test_same_visit_same_audit(self, engine: Engine, visits: list[Visit]) -> None:
        """Nothing depends on chance, time or earlier calls."""
        for visit in visits:
            assert engine.audit(visit) == engine.audit(visit)

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

"""The engine: scores visits under the checklists and schemes at hand, and makes contexts of episodes."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

from cemaudit.errors import BadInput, Problem
from cemaudit.hookspecs import Context
from cemaudit.language import message
from cemaudit.library import Library
from cemaudit.model import Audit, Checklist, Finding, Scheme, Visit
from cemaudit.model.aggregator import Aggregator
from cemaudit.model.blocks import Section
from cemaudit.plugins import Plugin, Plugins, load_plugins
from cemaudit.scoring.aggregators import BUILT_IN
from cemaudit.scoring.bands import Peers, find_band
from cemaudit.scoring.exact import Evaluation, evaluate
from cemaudit.scoring.findings import core_findings, order_findings
from cemaudit.scoring.plan import Plan, make_plan
from cemaudit.scoring.validation import check_visit

__all__ = ["METHOD", "SUMMARY", "Engine", "audit_visit", "make_audit", "report_contexts", "visit_order"]

SUMMARY, METHOD = 100, 900
"""``order`` of the first and the last section of a report, both the core's."""


def make_audit(
    plan: Plan, visit: Visit, peers: Peers | None = None, input_scores: Mapping[str, Fraction] | None = None
) -> Audit:
    """The audit of a visit under a plan, with the core's own findings.

    ``peers``: what bands by percentile are measured against. ``input_scores``: points of inputs that come from
    elsewhere.
    """
    evaluation = evaluate(plan, visit, input_scores)
    items, scores = plan.checklist.items, evaluation.items
    audit = Audit.model_construct(
        visit=visit,
        checklist=plan.checklist,
        scheme=plan.scheme,
        scores=evaluation.scores,
        items=scores,
        failed_critical=tuple(name for name, score in scores.items() if items[name].fails_critically(score.points)),
        band=find_band(plan.scheme, evaluation.scores, peers),
        findings=(),
    )
    return audit.model_copy(update={"findings": order_findings(list(core_findings(audit)), audit)})


def audit_visit(
    visit: Visit, checklist: Checklist, scheme: Scheme, aggregators: Mapping[str, Aggregator] | None = None
) -> Audit:
    """The audit of one visit; for many, keep one ``make_plan`` and call ``make_audit``."""
    return make_audit(make_plan(checklist, scheme, aggregators), visit)


class Engine:
    """Everything one run needs to turn visits into audits.

    ``blocked`` plugins are never imported; ``files`` are further checklists and schemes.
    """

    def __init__(self, blocked: Iterable[str] = (), files: Iterable[Path] = (), scheme: str | None = None) -> None:
        self.plugins: Plugins = load_plugins(blocked)
        # A plugin may not take the name of a built-in aggregator: no scheme may change its meaning by an installation.
        self.library = Library(self.plugins, files, BUILT_IN)
        self._scheme = scheme
        self._plans: dict[tuple[str, str], Plan] = {}

    def plan(self, checklist_ref: str, day: dt.date | None = None, scheme_ref: str | None = None) -> Plan:
        """The plan of a checklist under ``scheme_ref``, else the engine's scheme, else the checklist's own.

        A scheme named without a version is the one in force on ``day``.
        """
        checklist = self.library.checklist(checklist_ref)
        ref = scheme_ref or self._scheme or checklist.scheme
        scheme = self.library.scheme(ref) if "@" in ref else self.library.scheme_on(ref, day)
        key = (checklist.ref, scheme.ref)
        if key not in self._plans:
            self._plans[key] = make_plan(checklist, scheme, self.library.aggregators)
        return self._plans[key]

    def evaluate(self, visit: Visit) -> Evaluation:
        """Every number of a visit with how it came about; ``BadInput`` where the visit does not fit its checklist."""
        self._refuse_unfit(visit)
        return evaluate(self.plan(visit.checklist, visit.day), visit)

    def audit(self, visit: Visit, history: Sequence[Audit] = ()) -> Audit:
        """The audit of a visit, findings of plugins included; ``BadInput`` where it does not fit its checklist."""
        self._refuse_unfit(visit)
        audit = make_audit(self.plan(visit.checklist, visit.day), visit)
        results = self.plugins.call("cemaudit_findings", Finding, audit=audit, history=history)
        plugin_findings = [finding for plugin, finding in results if self._points_right(plugin, finding, audit)]
        return (
            audit.model_copy(update={"findings": order_findings([*audit.findings, *plugin_findings], audit)})
            if plugin_findings
            else audit
        )

    def plugins_finding(self, sector: str) -> list[Plugin]:
        """The plugins asked for findings about visits of a sector alone: those that bring a checklist of that sector.

        Plugins with rules for everybody's visits bring no checklist at all, and are asked about all.
        """
        return [
            plugin
            for plugin in self.plugins.entries
            if "cemaudit_findings" in plugin.hooks
            and (not plugin.checklists or sector in {self.library.checklists[ref].sector for ref in plugin.checklists})
        ]

    def review(self, visit: Visit, checklist: Checklist | None = None) -> list[Problem]:
        """What the sector plugins find implausible in a visit that fits ``checklist``, else the one at hand."""
        checklist = checklist or self.library.checklist(visit.checklist)
        results = self.plugins.call("cemaudit_review", Problem, visit=visit, checklist=checklist)
        return [problem for _, problem in results]

    def sections(self, context: Context) -> list[Section]:
        """The plugins' report sections, sorted by order and id; of several with one id the first plugin's."""
        results = self.plugins.call("cemaudit_report_sections", Section, audit=context.audits[-1], context=context)
        sections: dict[str, tuple[Plugin, Section]] = {}
        for plugin, section in results:
            if not self._stands_right(plugin, section):
                continue
            first, _ = sections.setdefault(section.id, (plugin, section))
            if sections[section.id][1] is not section:
                what = message("section {name} is there already, from {other}", name=section.id, other=first.name)
                self.plugins.report(plugin, Problem(what))
        return sorted((section for _, section in sections.values()), key=lambda section: (section.order, section.id))

    def _points_right(self, plugin: Plugin, finding: Finding, audit: Audit) -> bool:
        """Whether a finding points at what is there; where not, it is reported, and left out."""
        checklist = audit.checklist
        if finding.touchpoint is not None and finding.touchpoint not in checklist.touchpoint:
            what = message("{rule} names a touchpoint that {ref} has not: {name}", rule=finding.rule, ref=checklist.ref,
                           name=finding.touchpoint)  # fmt: skip
        elif finding.item is not None and finding.item not in checklist.items:
            what = message("{rule} names an item that {ref} has not: {name}", rule=finding.rule, ref=checklist.ref,
                           name=finding.item)  # fmt: skip
        else:
            return True
        self.plugins.report(plugin, Problem(what))
        return False

    def _stands_right(self, plugin: Plugin, section: Section) -> bool:
        """Whether a section stands between summary and method; where not, it is reported, and left out."""
        if SUMMARY < section.order < METHOD:
            return True
        what = message("section {name} stands at {order}, outside {first} to {last}", name=section.id,
                       order=section.order, first=SUMMARY, last=METHOD)  # fmt: skip
        self.plugins.report(plugin, Problem(what))
        return False

    def _refuse_unfit(self, visit: Visit) -> None:
        problems = check_visit(visit, self.library.checklist(visit.checklist))
        if problems:
            raise BadInput(problems).inside(f"visit {visit.id}")


_LONG_AGO = dt.date.min


def report_contexts(engine: Engine, visits: Iterable[Visit]) -> Iterator[Context]:
    """What each report is about: one visit, or all visits of an episode, with the store's earlier audits.

    Stores come in the order of their ids, a store's reports in the order of their last visits. The visits must fit
    their checklists (``BadInput`` otherwise).
    """
    by_store: dict[str, list[Visit]] = defaultdict(list)
    for visit in visits:
        by_store[visit.store].append(visit)
    for _, mine in sorted(by_store.items()):
        yield from _store_contexts(engine, sorted(mine, key=visit_order))


def _store_contexts(engine: Engine, visits: list[Visit]) -> Iterator[Context]:
    past: list[Audit] = []
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, visit in enumerate(visits):
        past.append(engine.audit(visit, _same_checklist(past, visit)))
        groups[("episode", visit.episode.id) if visit.episode else ("visit", visit.id)].append(number)
    # An episode is reported once, and its own visits are no history of it.
    for group in groups.values():
        earlier = [past[number] for number in range(group[0]) if number not in group]
        audits, history = tuple(past[number] for number in group), _same_checklist(earlier, past[group[0]].visit)
        platform = engine.library.platform_of(audits[-1].checklist)
        yield Context(audits, history, engine.library.aggregators, platform)


def _same_checklist(audits: list[Audit], visit: Visit) -> tuple[Audit, ...]:
    """The audits that answer a version of the same checklist."""
    checklist_id = visit.checklist.partition("@")[0]
    return tuple(audit for audit in audits if audit.checklist.id == checklist_id)


def visit_order(visit: Visit) -> tuple[dt.date, int, str, str]:
    """What a store's visits are put in order by: the day, the number in their episode, when they began, their ids."""
    started = visit.started.isoformat() if visit.started else ""
    return visit.day or _LONG_AGO, visit.episode.number if visit.episode else 0, started, visit.id

"""The five hooks a plugin may implement. All collect: every plugin's results count, sorted by the host.

A plugin is a module named by an entry point of the group ``cemaudit``; its functions are marked with
``cemaudit.hookspecs.hookimpl``. Hooks may gain arguments in a minor version; a removal warns for two minors first:
``@hookspec(warn_on_impl_args={"history": DeprecatedArgument("cemaudit_findings", "history", "0.4", instead)})``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from cemaudit.errors import Problem, Sayable
    from cemaudit.model import Audit, Checklist, Finding, Visit
    from cemaudit.model.aggregator import Aggregator
    from cemaudit.model.blocks import Section
    from cemaudit.model.platform import Platform

__all__ = ["PROJECT", "Context", "DeprecatedArgument", "hookimpl", "hookspec"]

PROJECT = "cemaudit"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class DeprecatedArgument(DeprecationWarning):
    """An argument of a hook that a later ``version`` has no more: ``cemaudit plugins`` tells it whoever takes it.

    ``instead`` says what to do.
    """

    def __init__(self, hook: str, argument: str, version: str, instead: Sayable) -> None:
        super().__init__(hook, argument)
        self.hook, self.argument, self.version, self.instead = hook, argument, version, instead


@dataclass(frozen=True)
class Context:
    """What a report section may look at beside the audit it belongs to."""

    audits: Sequence[Audit]
    """All audits of this report, oldest first: one, or every visit of an episode."""
    history: Sequence[Audit] = ()
    """Earlier audits of the same store, oldest first."""
    aggregators: Mapping[str, Aggregator] = field(default_factory=dict)
    """Those that plugins bring, by name."""
    platform: Platform | None = None
    """The company's experiential platform, where items of the checklist prove promises of one at hand."""


@hookspec
def cemaudit_checklists() -> Iterable[Traversable]:  # type: ignore[empty-body]
    """Checklist and scheme files, journeys, lenses and platforms (TOML), told apart by their content. Collects all.

    .. code-block:: python

        @hookimpl
        def cemaudit_checklists():
            return [importlib.resources.files(__package__) / "hotel.toml"]
    """


@hookspec
def cemaudit_aggregators() -> Iterable[Aggregator]:  # type: ignore[empty-body]
    """Aggregators a scheme can name in ``how``. Collects all; a name may exist once.

    .. code-block:: python

        @hookimpl
        def cemaudit_aggregators():
            return [Aggregator("hotel.median", lambda members, options: statistics.median(m.value for m in members))]
    """


@hookspec
def cemaudit_review(visit: Visit, checklist: Checklist) -> Iterable[Problem]:  # type: ignore[empty-body]
    """What is implausible in a visit, beyond what the core checks. Collects all.

    Called for visits of every sector; look at ``checklist.sector`` first.

    .. code-block:: python

        @hookimpl
        def cemaudit_review(visit, checklist):
            if checklist.sector == "hotel" and visit.answers.get("HT05") == 0:
                yield Problem(Text(ko="숙박 일수가 0입니다", en="a stay of 0 nights"), "answers.HT05")
    """


@hookspec
def cemaudit_findings(audit: Audit, history: Sequence[Audit]) -> Iterable[Finding]:  # type: ignore[empty-body]
    """What the audit says must be looked at. Collects all; ``history`` holds earlier audits of the store, oldest first.

    .. code-block:: python

        @hookimpl
        def cemaudit_findings(audit, history):
            if audit.checklist.sector == "hotel" and audit.visit.answers.get("HT02") is False:
                yield Finding(rule="hotel.key", severity="major", item="HT02",
                              title=Text(ko="방 열쇠 문제", en="Room key"), text=Text(ko="...", en="..."))
    """


@hookspec
def cemaudit_report_sections(audit: Audit, context: Context) -> Iterable[Section]:  # type: ignore[empty-body]
    """Sections for the report of ``audit`` (the last one of the report). Collects all, sorted by ``order`` and ``id``.

    .. code-block:: python

        @hookimpl
        def cemaudit_report_sections(audit, context):
            if audit.checklist.sector == "hotel":
                yield Section(id="hotel.night", title=Text(ko="하룻밤", en="The night"),
                              blocks=(Paragraph(text=Text(ko="...", en="...")),), order=450)
    """

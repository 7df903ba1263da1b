"""The report of one store: one visit, or every visit of an episode."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from cemaudit import __version__
from cemaudit.compare.report_records import StorePlace
from cemaudit.hookspecs import Context
from cemaudit.model import Text
from cemaudit.model.blocks import Section
from cemaudit.model.lenses import JourneyView
from cemaudit.report.document import Report
from cemaudit.report.media import Media
from cemaudit.report.sections.appeals import appeals_section
from cemaudit.report.sections.channels import channels
from cemaudit.report.sections.complaints import complaints
from cemaudit.report.sections.cover import facts, verdict
from cemaudit.report.sections.findings import findings
from cemaudit.report.sections.groups import groups
from cemaudit.report.sections.items import items
from cemaudit.report.sections.journey import journey
from cemaudit.report.sections.method import method
from cemaudit.report.sections.pictures import pictures
from cemaudit.report.sections.place import place_section
from cemaudit.report.sections.promises import promises
from cemaudit.report.sections.summary import summary
from cemaudit.report.sections.touchpoints import touchpoints
from cemaudit.report.sections.words import joined

if TYPE_CHECKING:
    from cemaudit.programme.appeals import ReportedAppeal

__all__ = ["store_report"]

ONE_VISIT = Text(ko="{customer}경험 진단 보고서", en="{customer:A} experience report")
EPISODE = Text(ko="{customer}경험 에피소드 보고서", en="{customer:A} episode report")
SECTIONS = (summary, groups, channels, touchpoints, findings, promises, complaints, items, method)


def store_report(  # noqa: PLR0913 (what a report is made of)
    context: Context,
    extra_sections: Iterable[Section] = (),
    media: Media = None,
    place: StorePlace | None = None,
    view: JourneyView | None = None,
    *,
    appeals: Sequence[ReportedAppeal] = (),
) -> Report:
    """The report of the audits in ``context`` (one, or all of an episode, oldest first).

    ``extra_sections``: the plugins'; they take their place by ``order``. ``media``: the folder the visits' evidence
    files are relative to, or a folder for each visit's id; without it no picture is printed. ``place``: the store's
    place among the others, where they were compared. ``view``: the journey seen through a lens, whose phases the page
    of the journey shows. ``appeals``: what the store contests in these visits.
    """
    audit = context.audits[-1]
    own = [
        *(make(context) for make in SECTIONS),
        journey(context, view),
        pictures(context, media),
        place_section(place) if place else None,
        appeals_section(appeals),
    ]
    return Report(
        title=audit.checklist.words_at().put_in(ONE_VISIT if len(context.audits) == 1 else EPISODE),
        subject=audit.visit.store_name or audit.visit.store,
        subtitle=joined([audit.checklist.title, audit.checklist.version], " "),
        facts=facts(context),
        verdict=verdict(context),
        sections=tuple(section for section in [*own, *extra_sections] if section),
        imprint=f"cemaudit {__version__} · {audit.checklist.ref} · {audit.scheme.ref}",
        simulated=any(one.visit.origin == "simulated" for one in context.audits),
        key=_key(context),
    )


def _key(context: Context) -> tuple[str, ...]:
    """Store and day (or episode), then all that tells two reports of them apart."""
    audit = context.audits[-1]
    visit = audit.visit
    day = visit.day.isoformat() if visit.day else "undated"
    occasion = visit.episode.id if visit.episode and len(context.audits) > 1 else day
    return (visit.store, occasion, audit.checklist.ref, audit.scheme.ref, *(one.visit.id for one in context.audits))

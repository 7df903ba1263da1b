"""From a report to the bytes of its PDF, in the language in force."""

from __future__ import annotations

from reportlab.platypus import Flowable, PageBreak

from cemaudit.report.document import Report
from cemaudit.report.kit.build import build, kept
from cemaudit.report.kit.cover import draw_cover
from cemaudit.report.kit.drawers import draw
from cemaudit.report.kit.page import page_template
from cemaudit.report.kit.prose import headline
from cemaudit.report.kit.style import WIDTH

__all__ = ["render"]


def render(report: Report) -> bytes:
    """The PDF. The same report in the same language gives the same bytes."""
    return build(_story(report), page_template(report), f"{report.title} · {report.subject}", report.subtitle)


def _story(report: Report) -> list[Flowable]:
    flow: list[Flowable] = kept(draw_cover(report))
    for number, section in enumerate(report.ordered):
        if section.new_page and number:
            flow.append(PageBreak())
        stacks = [headline(section.title, 1, WIDTH)]
        for block in section.blocks:
            stacks += draw(block, WIDTH)
        flow += kept(stacks)
    return flow

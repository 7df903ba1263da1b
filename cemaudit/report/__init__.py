"""Reports: from audits to sections of blocks, and from those to a PDF.

``store_report``, ``league_report`` and ``choice_report`` say what a report says; ``write_report`` draws it into a file.
``write_pdf_form`` draws a checklist as a form on paper.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cemaudit.packages import front_door

if TYPE_CHECKING:
    from cemaudit.report.choice import choice_report
    from cemaudit.report.document import Report
    from cemaudit.report.form import write_pdf_form
    from cemaudit.report.glyphs import glyph_problem
    from cemaudit.report.kit.photos import picture_faults
    from cemaudit.report.league.report import league_report
    from cemaudit.report.media import Media, check_pictures, media_of, picture_problems
    from cemaudit.report.store import store_report
    from cemaudit.report.write import report_bytes, write_report

__all__ = [
    "Media",
    "Report",
    "check_pictures",
    "choice_report",
    "glyph_problem",
    "league_report",
    "media_of",
    "picture_faults",
    "picture_problems",
    "report_bytes",
    "store_report",
    "write_pdf_form",
    "write_report",
]

_HOMES = {
    "Media": "media",
    "Report": "document",
    "check_pictures": "media",
    "choice_report": "choice",
    "glyph_problem": "glyphs",
    "league_report": "league.report",
    "media_of": "media",
    "picture_faults": "kit.photos",
    "picture_problems": "media",
    "report_bytes": "write",
    "store_report": "store",
    "write_pdf_form": "form",
    "write_report": "write",
}

__getattr__, __dir__ = front_door(__name__, _HOMES)

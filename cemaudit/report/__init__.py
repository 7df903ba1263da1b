"""Reports: from audits to sections of blocks, and from those to a PDF.

``store_report`` and ``league_report`` say what a report says; ``write_report`` draws it into a file. They are
loaded when first asked for, so that importing this package stays cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cemaudit.report.document import Report
    from cemaudit.report.league.report import league_report
    from cemaudit.report.store import store_report
    from cemaudit.report.write import report_bytes, write_report

__all__ = ["Report", "league_report", "report_bytes", "store_report", "write_report"]

_HOMES = {
    "Report": "document",
    "league_report": "league.report",
    "report_bytes": "write",
    "store_report": "store",
    "write_report": "write",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)

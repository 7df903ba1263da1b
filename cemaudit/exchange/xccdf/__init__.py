"""XCCDF, the checklists of security audits: a benchmark as checklist and scheme, its results as visits."""

from cemaudit.exchange.xccdf.results import import_xccdf

__all__ = ["import_xccdf"]

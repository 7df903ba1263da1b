"""cemaudit: customer experience audits from industry checklists.

The path is ``checklist -> visit -> audit -> report``; ``docs/architecture.md`` walks along it.
"""

__all__ = ["__version__"]

__version__ = "0.1.0"

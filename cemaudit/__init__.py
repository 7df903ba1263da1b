"""cemaudit: customer experience audits from industry checklists.

The path is ``checklist -> visit -> audit -> report``; see ``docs/architecture.md``.
"""

from importlib.metadata import version as _version

__all__ = ["__version__"]

__version__: str = _version("cemaudit")

"""The sample plugin is installed under names of its own, never collected or imported from here."""

from __future__ import annotations

collect_ignore = ["burger"]

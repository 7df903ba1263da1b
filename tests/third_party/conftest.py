"""Other people's distributions are built and tested on their own, never collected here."""

from __future__ import annotations

collect_ignore = ["cemaudit-hotel"]

"""Other people's distributions are built and tested on their own, never collected here."""

from __future__ import annotations

from pathlib import Path

collect_ignore = [folder.name for folder in Path(__file__).parent.glob("cemaudit-*")]

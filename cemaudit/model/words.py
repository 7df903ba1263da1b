"""Words on a page, and the tone that colours them."""

from __future__ import annotations

from typing import Literal

from cemaudit.model.text import Text

__all__ = ["Tone", "Words"]

Words = Text | str
"""Both languages, or a stranger's words, printed as they are, never as markup."""

Tone = Literal["best", "good", "fair", "poor", "worst", "plain"]

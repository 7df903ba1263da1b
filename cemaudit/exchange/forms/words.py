"""The words of a form that are not the checklist's: in both languages at once, because forms speak both."""

from __future__ import annotations

from collections.abc import Callable

from cemaudit.language import N_, Language, translate, use
from cemaudit.model import SkipState, Text

__all__ = ["SKIPS", "SKIP_CODES", "both", "in_language"]

SKIPS = {
    SkipState.NOT_APPLICABLE: N_("not applicable"),
    SkipState.NOT_OBSERVED: N_("not observed"),
    SkipState.DECLINED: N_("declined"),
}
"""Why an item may be left without an answer, in words."""

SKIP_CODES = {"_na": SkipState.NOT_APPLICABLE, "_no": SkipState.NOT_OBSERVED, "_de": SkipState.DECLINED}
"""What stands in an answer's own field where the item was left out; no answer begins with ``_``."""


def both(say: Callable[[], object] | str) -> Text:
    """What ``say`` says (or the text in the catalogue) in each language."""
    return Text.said(lambda: translate(say) if isinstance(say, str) else say())


def in_language(text: Text, language: Language) -> str:
    """``text`` in ``language``; where it is missing, in the other one."""
    with use(language):
        return str(text)

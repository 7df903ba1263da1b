"""The choices sheet: lists of options, each kept once."""

from __future__ import annotations

from collections.abc import Iterator

from cemaudit.exchange.forms.answers import CLAIM_STATES
from cemaudit.exchange.forms.fields import FieldOption
from cemaudit.exchange.forms.xlsform.labels import labelled

__all__ = ["Lists"]


class Lists:
    """Choice lists by their options; the same options are one list."""

    def __init__(self) -> None:
        self._names: dict[tuple[FieldOption, ...], str] = {}

    def name(self, options: tuple[FieldOption, ...]) -> str:
        """The name of the list with these options."""
        if options == CLAIM_STATES:
            # By a name of its own: every form has it, and the numbers of the others stay what they were.
            return self._names.setdefault(options, "claim_states")
        numbered = len(self._names.keys() - {CLAIM_STATES})
        return self._names.setdefault(options, f"list_{numbered + 1}")

    def rows(self) -> Iterator[dict[str, str]]:
        """The rows of the choices sheet."""
        for options, name in self._names.items():
            for option in options:
                yield {"list_name": name, "name": option.code, **labelled("label", option.label)}

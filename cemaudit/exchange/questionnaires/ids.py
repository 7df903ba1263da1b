"""Ids of ours for a form's names: the name itself where it will do."""

from __future__ import annotations

import re

from cemaudit.exchange.xccdf_ids import Numbered

__all__ = ["IN_CONDITIONS", "Given", "option_id", "plain_id"]

IN_CONDITIONS = ("step", "answered", "and", "or", "not", "in", "true", "false")
"""Words of the language of conditions, which no item can be called by."""

LONGEST = 60
_FIT = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,79}")
_OPTION_FIT = re.compile(r"[A-Za-z0-9+-][A-Za-z0-9_.+-]{0,63}")


def plain_id(name: str, otherwise: str) -> str:
    """``name`` as an id, every strange character a hyphen; ``otherwise`` where nothing of it is left."""
    if _FIT.fullmatch(name):
        return name
    short = re.sub(r"[^A-Za-z0-9_.-]+", "-", name)[:LONGEST].strip("-")
    if not re.search(r"[A-Za-z0-9]", short):
        return otherwise
    return short if short[0].isalpha() else f"x-{short}"


def option_id(name: str, otherwise: str) -> str:
    """``name`` as the id of an option, which may begin with a digit or a sign."""
    if _OPTION_FIT.fullmatch(name):
        return name
    short = re.sub(r"[^A-Za-z0-9_.+-]+", "-", name).lstrip("_.")[:LONGEST]
    return short if re.search(r"[A-Za-z0-9+]", short) else otherwise


class Given(Numbered):
    """Ids, each given once; one that comes again is short enough for its number."""

    def take(self, wished: str) -> str:
        """``wished``, or ``wished-2`` and so on where that is taken."""
        return super().take(wished if wished not in self._taken else wished[:LONGEST])

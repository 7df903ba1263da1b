"""How flat names and codes are spelt inside a PDF form, where a dot joins a field to what lies below it."""

from __future__ import annotations

__all__ = ["code_of", "field_name", "flat_name", "state_of"]

_DOT = "~"
"""Stands for a dot: no id of a checklist has one."""
_OFF = "Off"


def field_name(name: str) -> str:
    """The name of the field for a flat name or code."""
    return name.replace(".", _DOT)


def flat_name(name: str) -> str:
    """The flat name or code of a field."""
    return name.replace(_DOT, ".")


def state_of(code: str) -> str:
    """The state of a button ticked for ``code``; ``Off`` is taken, it means not ticked."""
    return _OFF + _DOT if code == _OFF else code


def code_of(state: str) -> str:
    """The code a button's state stands for; nothing where it is not ticked."""
    return "" if state == _OFF else state.removesuffix(_DOT)

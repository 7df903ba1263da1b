"""The paths under which exports keep values: the field's name, with or without the groups it lies in before it.

``group/field`` in KoboToolbox exports (or with another mark), ``group-field`` in those of ODK Central, and the path of
elements in XML. Names may hold such marks, too, so the name is the longest end of a path that is known. Questions with
several answers may have a column of 0 and 1 for each option, ``field/option``, beside their own or without it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from cemaudit.exchange.forms.fields import FieldKind, Form, Role

__all__ = ["FieldPaths", "ending", "is_ending", "without_options"]

_MARKS = frozenset("/-:.|")
_OPTION_MARK = "/"
_OF_PHONES = ("proof", "skip")
_SILENT = frozenset({"visit__read"})
"""Fields of our forms that say nothing of the visit."""


def ending(path: str, names: Collection[str]) -> str | None:
    """Which of ``names`` the path ends in, if any; the longest."""
    return next((end for end in _ends(path) if end in names), None)


def is_ending(path: str, name: str) -> bool:
    """Whether ``path`` is ``name``, or ends with it after a mark."""
    return path == name or (path.endswith(name) and path[-len(name) - 1] in _MARKS)


def without_options(paths: Iterable[str]) -> list[str]:
    """The paths but those of single options whose question has a path of its own."""
    known = dict.fromkeys(paths)
    return [path for path in known if path.rpartition(_OPTION_MARK)[0] not in known]


class FieldPaths:
    """The flat names of a form, found in paths."""

    def __init__(self, form: Form) -> None:
        answers = [name for name, field in form.fields.items() if field.role is Role.ANSWER]
        self._names = frozenset(form.fields) | {f"{name}__{part}" for name in answers for part in _OF_PHONES}
        self._options = {
            name: frozenset(option.code for option in field.options)
            for name, field in form.fields.items()
            if field.kind is FieldKind.MANY
        }
        self._found: dict[str, str] = {}

    def named(self, values: Mapping[str, str]) -> dict[str, str]:
        """The path of each value by its name (or ``name/option``).

        A path that ends in no name, or in one that another has already, stays as it is; what says nothing of the visit
        is left out.
        """
        paths: dict[str, str] = {}
        for path in values:
            if path not in self._found:
                self._found[path] = self._name(path)
            name = self._found[path]
            if name not in _SILENT:
                paths[path if name in paths else name] = path
        return paths

    def _name(self, path: str) -> str:
        question, _, option = path.rpartition(_OPTION_MARK)
        above = ending(question, self._names)
        if above and option in self._options.get(above, ()):
            return f"{above}{_OPTION_MARK}{option}"
        return ending(path, self._names | _SILENT) or path


def _ends(path: str) -> Iterator[str]:
    yield path
    yield from (path[place + 1 :] for place, char in enumerate(path) if char in _MARKS)

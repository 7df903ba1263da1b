"""Whom a form's conditions speak of: questions by name, ``${paid}``, or by path, ``../visit/paid``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from cemaudit.exchange.questionnaires.conditions import ConvertedQuestion
from cemaudit.exchange.questionnaires.outline import Path
from cemaudit.exchange.questionnaires.xpath import Unsayable, XPathReference
from cemaudit.language import N_, message

__all__ = ["References"]


class References:
    """The questions met so far; ``names`` are those of the whole form, ``known`` what can be spoken of anywhere."""

    def __init__(self, names: Iterable[str], known: Mapping[Path, ConvertedQuestion]) -> None:
        self._names = frozenset(names)
        self._met: dict[Path, ConvertedQuestion | None] = {}
        self._paths: dict[str, list[Path]] = defaultdict(list)
        for path, asked in known.items():
            self.add(path, asked)

    def add(self, path: Path, asked: ConvertedQuestion | None) -> None:
        """A question that has become an item, or (``None``) has not."""
        self._met[path] = asked
        self._paths[path[-1]].append(path)

    def seen_from(self, place: Path) -> Callable[[XPathReference], ConvertedQuestion]:
        """Finds what a reference at ``place`` speaks of; raises ``Unsayable`` where that is no item, or several."""
        return partial(self._find, place)

    def _find(self, place: Path, reference: XPathReference) -> ConvertedQuestion:
        name = reference.name.rpartition("/")[2]
        paths = [_resolved(reference.name, place)] if reference.is_path else self._paths.get(name, [])
        met = [path for path in paths if path in self._met]
        if len(met) > 1:
            raise Unsayable(message("several questions are called {name}", name=name))
        if not met:
            later = N_("{name} is asked only later") if name in self._names else N_("there is no question {name}")
            raise Unsayable(message(later, name=name))
        asked = self._met[met[0]]
        if asked is None:
            raise Unsayable(message("{name} is not asked here", name=name))
        return asked


def _resolved(written: str, place: Path) -> Path:
    """The names along a path: from ``place`` upwards, or (``/data/visit/paid``) from the form's outermost element."""
    steps = written.removeprefix("current()/").split("/")
    if written.startswith("/"):
        return tuple(steps[2:])
    found = list(place)
    for step in steps:
        if step == ".." and found:
            found.pop()
        elif step not in {".", ".."}:
            found.append(step)
    return tuple(found)

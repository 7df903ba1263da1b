"""The shelf: every checklist, scheme and aggregator of this run, from plugins and from files given by hand."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

from cemaudit.checklists import load_file
from cemaudit.errors import BadInput, CemauditError, Problem, Sayable, nearest
from cemaudit.language import message
from cemaudit.model import Checklist, Scheme
from cemaudit.model.aggregator import Aggregator
from cemaudit.plugins import Plugin, Plugins

__all__ = ["Library"]

Kept = TypeVar("Kept", Checklist, Scheme)


class Library:
    """Checklists and schemes by ``id@version``, and the aggregators of plugins by name (none of them ``built_in``)."""

    def __init__(self, plugins: Plugins, files: Iterable[Path] = (), built_in: Collection[str] = ()) -> None:
        self.checklists: dict[str, Checklist] = {}
        self.schemes: dict[str, Scheme] = {}
        self.aggregators: dict[str, Aggregator] = {}
        self._built_in = built_in
        self._owners: dict[tuple[type, str], Plugin] = {}
        for plugin, source in plugins.call("cemaudit_checklists", (Path, Traversable)):
            self._take_up(plugins, plugin, source)
        for plugin, aggregator in plugins.call("cemaudit_aggregators", Aggregator):
            self._add_aggregator(plugins, plugin, aggregator)
        for path in files:
            self.add_file(path)

    def add_file(self, path: Path) -> Checklist | Scheme:
        """Put the checklist or scheme of a file on the shelf; another one under the same id and version is refused."""
        record = load_file(path)
        shelf: dict[str, Checklist] | dict[str, Scheme]
        shelf = self.checklists if isinstance(record, Checklist) else self.schemes
        if shelf.get(record.ref, record) != record:
            what = message("{ref} exists already with another content", ref=record.ref)
            raise BadInput(Problem(what, str(path), message("give it a new version")))
        shelf[record.ref] = record  # type: ignore[assignment]
        return record

    def add_checklist(self, path: Path) -> Checklist:
        """Like ``add_file``, where nothing but a checklist will do."""
        record = self.add_file(path)
        if not isinstance(record, Checklist):
            raise BadInput(Problem(message("a scheme, where a checklist was expected"), str(path)))
        return record

    def checklist(self, ref: str) -> Checklist:
        """The checklist with that ``id@version``; ``BadInput`` with the versions that exist, or a near name.

        A scheme that asks its own questions counts as the checklist of the same id and version.
        """
        if ref not in self.checklists and ref in self.schemes:
            sheet = self.schemes[ref].sheet
            if sheet is not None:
                return sheet
        return _look_up(ref, self.checklists, message("no such checklist: {ref}", ref=ref))

    def all_checklists(self) -> dict[str, Checklist]:
        """Whatever ``checklist`` knows, by ``id@version``."""
        sheets = {ref: scheme.sheet for ref, scheme in self.schemes.items()}
        return {ref: sheet for ref, sheet in sheets.items() if sheet} | self.checklists

    def scheme(self, ref: str) -> Scheme:
        """The scheme with that ``id@version``; ``BadInput`` with the versions that exist, or a near name."""
        return _look_up(ref, self.schemes, message("no such scheme: {ref}", ref=ref))

    def scheme_on(self, scheme_id: str, day: dt.date | None) -> Scheme:
        """The version of a scheme in force on ``day``: the latest ``valid_from`` not after it.

        Without a day the latest version counts. ``BadInput`` where none was in force yet, or two begin on one date.
        """
        versions = [scheme for scheme in self.schemes.values() if scheme.id == scheme_id]
        if not versions:
            return self.scheme(scheme_id)
        begins = Counter(scheme.valid_from for scheme in versions)
        twice = [begin for begin, count in begins.items() if count > 1]
        if twice:
            what = message("two versions of {scheme} begin on the same date: {date}", scheme=scheme_id, date=twice[0])
            raise BadInput(Problem(what))
        in_force = [scheme for scheme in versions if day is None or _begin(scheme) <= day]
        if not in_force:
            raise BadInput(
                Problem(message("no version of {scheme} was in force on {date}", scheme=scheme_id, date=day))
            )
        return max(in_force, key=_begin)

    def _take_up(self, plugins: Plugins, plugin: Plugin, source: Path | Traversable) -> None:
        try:
            record = load_file(source)
        except CemauditError as error:
            for problem in error.problems:
                plugins.report(plugin, problem)
            return
        shelf: dict[str, Checklist] | dict[str, Scheme]
        shelf = self.checklists if isinstance(record, Checklist) else self.schemes
        if self._is_clash(plugins, plugin, type(record), record.ref):
            shelf.pop(record.ref, None)
            return
        shelf[record.ref] = record  # type: ignore[assignment]
        if isinstance(record, Checklist):
            plugin.checklists.append(record.ref)

    def _add_aggregator(self, plugins: Plugins, plugin: Plugin, aggregator: Aggregator) -> None:
        if aggregator.name in self._built_in:
            plugins.report(
                plugin, Problem(message("{name} is the name of a built-in aggregator", name=aggregator.name))
            )
        elif self._is_clash(plugins, plugin, Aggregator, aggregator.name):
            self.aggregators.pop(aggregator.name, None)
        else:
            self.aggregators[aggregator.name] = aggregator

    def _is_clash(self, plugins: Plugins, plugin: Plugin, kind: type, name: str) -> bool:
        """Whether the name comes a second time: both plugins are told, neither is taken."""
        other = self._owners.get((kind, name))
        if other is None:
            self._owners[kind, name] = plugin
            return False
        both = f"{other.distribution} [{other.name}], {plugin.distribution} [{plugin.name}]"
        problem = Problem(message("{name} comes twice, from {both}; neither is used", name=name, both=both))
        for one in (other, plugin):
            one.checklists[:] = [ref for ref in one.checklists if ref != name]
            plugins.report(one, problem)
        return True


def _begin(scheme: Scheme) -> dt.date:
    return scheme.valid_from or dt.date.min


def _look_up(ref: str, shelf: Mapping[str, Kept], what: Sayable) -> Kept:
    if ref in shelf:
        return shelf[ref]
    versions = [known for known in shelf if known.rpartition("@")[0] == ref.rpartition("@")[0]]
    hint = message("versions here: {names}", names=", ".join(versions)) if versions else nearest(ref, shelf)
    raise BadInput(Problem(what, hint=hint))

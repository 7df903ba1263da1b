"""The shelf: every checklist, scheme, journey, lens, platform and aggregator of a run, from plugins and files."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

from cemaudit.checklists import load_file
from cemaudit.errors import BadInput, CemauditError, Problem, Sayable, nearest
from cemaudit.language import N_, message, translate
from cemaudit.model import Checklist, Journey, Scheme, Text, journeys
from cemaudit.model.aggregator import Aggregator
from cemaudit.model.base import version_order
from cemaudit.model.lenses import JourneyView, Lens, Mapped, lenses, mapping_problems, view_of
from cemaudit.model.platform import Platform, is_named_by, proof_items
from cemaudit.plugin_metadata import CORE
from cemaudit.plugins import Plugin, Plugins

__all__ = ["JourneyShelf", "Library", "LibraryRecord", "scheme_in_force"]

Kept = TypeVar("Kept", Checklist, Scheme, Platform)
Shelf = dict[str, Checklist] | dict[str, Scheme] | dict[str, Platform]
LibraryRecord = Checklist | Scheme | Journey | Lens | Platform
"""What a file may hold."""


class JourneyShelf:
    """The journeys and lenses of a run: those of the core, and what plugins and files bring.

    ``brought``: journeys that are none of the core's, by id. ``mappings``: by the ids of a lens and a journey.
    """

    def __init__(self) -> None:
        self.brought: dict[str, Journey] = {}
        self.mappings: dict[tuple[str, str], Mapped] = {}

    def journey(self, journey_id: str) -> Journey:
        """The journey with that id; ``BadInput`` with a near name where there is none."""
        known = self.brought | journeys()
        if journey_id in known:
            return known[journey_id]
        hint = nearest(journey_id, known, listing=False) or message("known here: {names}", names=", ".join(known))
        raise BadInput(Problem(message("no such journey: {journey}", journey=journey_id), "", hint))

    def mapping(self, lens_id: str, journey_id: str) -> Mapped | None:
        """How a lens lays out a journey; ``None`` where nobody has said."""
        core = lenses().get(lens_id)
        if core and journey_id in core.journeys:
            return core.journeys[journey_id]
        return self.mappings.get((lens_id, journey_id))

    def lens_ids(self, journey_id: str) -> list[str]:
        """The lenses a journey can be seen through."""
        ids = dict.fromkeys([*lenses(), *(lens_id for lens_id, _ in self.mappings)])
        return [lens_id for lens_id in ids if lens_id == journey_id or self.mapping(lens_id, journey_id)]

    def view(self, lens_id: str, journey: Journey) -> JourneyView:
        """The journey seen through a lens; ``BadInput`` where nothing says how, or not of every stage."""
        return view_of(journey, self.journey(lens_id), self.mapping(lens_id, journey.id))

    def add(self, journey: Journey) -> None:
        """Take up a journey; the core's own stay as they are."""
        if journey.id not in journeys():
            self.brought[journey.id] = journey

    def conflicts_with(self, journey: Journey) -> bool:
        """Whether another journey of this id has other stages."""
        known = (self.brought | journeys()).get(journey.id)
        return known is not None and known.stages != journey.stages

    def add_lens(self, lens: Lens) -> None:
        """Take up the mappings of a lens that the core does not have."""
        for journey_id, mapping in lens.journeys.items():
            if self.mapping(lens.lens, journey_id) is None:
                self.mappings[lens.lens, journey_id] = mapping

    def problems_of(self, lens: Lens) -> Iterator[Problem]:
        """Everything that is wrong with a lens: journeys nobody knows, stages without one place."""
        for place, journey_id in [("lens", lens.lens), *((f"journeys.{name}", name) for name in lens.journeys)]:
            try:
                self.journey(journey_id)
            except BadInput as error:
                yield from (problem.inside(place) for problem in error.problems)
        known = self.brought | journeys()
        for journey_id, mapping in lens.journeys.items():
            if lens.lens in known and journey_id in known:
                yield from mapping_problems(known[journey_id], known[lens.lens], mapping)

    def conflicts_of(self, lens: Lens) -> Iterator[Problem]:
        """The mappings that exist already and say something else."""
        for journey_id, mapping in lens.journeys.items():
            if self.mapping(lens.lens, journey_id) not in (None, mapping):
                name = f"{lens.lens}:{journey_id}"
                yield Problem(message("{ref} exists already with another content", ref=name), f"journeys.{journey_id}")


def own_journey(record: LibraryRecord) -> Journey | None:
    """The journey a record brings: itself, or the stages of a checklist."""
    if isinstance(record, Journey):
        return record
    if isinstance(record, Checklist) and record.stages:
        title = Text(ko=record.journey, en=record.journey)
        return Journey(id=record.journey, title=title, stages=record.stages)
    return None


class Library:
    """Checklists, schemes and platforms by ``id@version``, journeys by id, and the aggregators of plugins by name.

    No aggregator has one of the names that are ``built_in``.
    """

    def __init__(self, plugins: Plugins, files: Iterable[Path] = (), built_in: Collection[str] = ()) -> None:
        self.checklists: dict[str, Checklist] = {}
        self.schemes: dict[str, Scheme] = {}
        self.platforms: dict[str, Platform] = {}
        self.journeys = JourneyShelf()
        self.aggregators: dict[str, Aggregator] = {}
        self._built_in = built_in
        self._owners: dict[tuple[type, str], tuple[Plugin, object]] = {}
        self._rivals: dict[tuple[type, str], Plugin] = {}
        """Who brought another content under a name than its owner: such a name is nobody's."""
        self._take_up_files(plugins)
        for plugin, aggregator in plugins.call("cemaudit_aggregators", Aggregator):
            self._add_aggregator(plugins, plugin, aggregator)
        _, problems = self.add_files(files)
        if problems:
            raise BadInput(problems)

    def add_files(self, paths: Iterable[Path]) -> tuple[list[tuple[Path, LibraryRecord]], list[Problem]]:
        """Put what the files hold on the shelf, in whatever order they need each other; the records, and what is wrong.

        A checklist may name a journey, a lens one more, that only a later file brings.
        """
        paths = list(paths)
        records: dict[Path, LibraryRecord] = {}
        problems: dict[Path, list[Problem]] = {}
        for path in [*paths, *paths]:
            if path not in records:
                try:
                    records[path] = self.add_file(path)
                    problems.pop(path, None)
                except BadInput as error:
                    problems[path] = list(error.problems)
        return list(records.items()), [problem for path in paths for problem in problems.get(path, ())]

    def add_file(self, path: Path) -> LibraryRecord:
        """Put what a file holds on the shelf; another content under the same id and version is refused."""
        record = self._read(path)
        if isinstance(record, Lens):
            problems = list(self.journeys.conflicts_of(record))
            if problems:
                raise BadInput(problems).inside(path)
            self.journeys.add_lens(record)
            return record
        journey = own_journey(record)
        if journey and self.journeys.conflicts_with(journey):
            what = message("journey {journey} has other stages", journey=journey.id)
            raise BadInput(Problem(what, str(path), message("give yours another id")))
        if journey:
            self.journeys.add(journey)
        if isinstance(record, Journey):
            return record
        shelf = self._shelf_of(record)
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

    def platform(self, ref: str) -> Platform:
        """The platform with that ``id@version``, or the newest of that id; ``BadInput`` with versions or near names."""
        versions = [platform for platform in self.platforms.values() if ref == platform.id]
        if versions:
            return max(versions, key=lambda version: version_order(version.ref))
        return _look_up(ref, self.platforms, message("no such platform: {ref}", ref=ref))

    def platforms_of(self, checklist: Checklist) -> list[Platform]:
        """The platforms whose promises items of a checklist prove: the one it names, else those that list its items.

        Of each the newest version.
        """
        at_hand = self.platforms.values()
        named = [platform for platform in at_hand if is_named_by(platform, checklist)]
        proven = named or [platform for platform in at_hand if proof_items(platform, checklist)]
        proven = sorted(proven, key=lambda platform: version_order(platform.ref))
        return list({platform.id: platform for platform in proven}.values())

    def platform_of(self, checklist: Checklist) -> Platform | None:
        """The only one of ``platforms_of``; ``None`` where there is none, or where they are several."""
        platforms = self.platforms_of(checklist)
        return platforms[0] if len(platforms) == 1 else None

    def checklist_on(self, checklist_id: str, day: dt.date) -> Checklist:
        """The version of a checklist for a visit of ``day``: the newest that is in force and not deprecated.

        Where none is, the newest in force, else the one that comes into force first; ``BadInput`` with near names
        where there is no such checklist.
        """
        versions = [checklist for checklist in self.checklists.values() if checklist.id == checklist_id]
        if not versions:
            ids = {checklist.id for checklist in self.checklists.values()}
            hint = nearest(checklist_id, ids) or message("'cemaudit checklists' lists them")
            raise BadInput(Problem(message("no such checklist: {ref}", ref=checklist_id), hint=hint))
        in_force = [checklist for checklist in versions if _begin(checklist) <= day]
        if not in_force:
            return min(versions, key=_begin)
        to_be_used = [checklist for checklist in in_force if not checklist.deprecated]
        return max(to_be_used or in_force, key=lambda checklist: version_order(checklist.ref))

    def scheme_on(self, scheme_id: str, day: dt.date | None) -> Scheme:
        """The version of a scheme in force on ``day``: the latest ``valid_from`` not after it.

        Without a day the latest version counts. ``BadInput`` where none was in force yet, or two begin on one date.
        """
        versions = [scheme for scheme in self.schemes.values() if scheme.id == scheme_id]
        return scheme_in_force(versions, scheme_id, day) if versions else self.scheme(scheme_id)

    def schemes_of(self, checklist: Checklist) -> list[Scheme]:
        """The schemes a checklist may be scored by as it says itself: the one it names, or all versions of that id."""
        refs = {checklist.scheme}
        return [scheme for scheme in self.schemes.values() if {scheme.ref, scheme.id} & refs]

    def _take_up_files(self, plugins: Plugins) -> None:
        waiting: list[tuple[Plugin, Path | Traversable]] = []
        for plugin, source in plugins.call("cemaudit_checklists", (Path, Traversable)):
            try:
                record = self._read(source)
            except CemauditError:
                waiting.append((plugin, source))  # perhaps for a journey that another plugin brings
            else:
                self._take_up(plugins, plugin, record)
        for plugin, source in waiting:
            try:
                record = self._read(source)
            except CemauditError as error:
                for problem in error.problems:
                    plugins.report(plugin, problem)
            else:
                self._take_up(plugins, plugin, record)

    def _read(self, source: Path | Traversable) -> LibraryRecord:
        record = load_file(source, self.journeys.brought)
        problems = list(self.journeys.problems_of(record)) if isinstance(record, Lens) else []
        if problems:
            raise BadInput(problems).inside(source)
        return record

    def _take_up(self, plugins: Plugins, plugin: Plugin, record: LibraryRecord) -> None:
        if isinstance(record, Lens):
            self._add_lens(plugins, plugin, record)
            return
        journey = own_journey(record)
        if journey:
            self._add_journey(plugins, plugin, journey)
        if isinstance(record, Journey):
            return
        shelf = self._shelf_of(record)
        kind = type(record)
        if self._is_clash(plugins, plugin, kind, record.ref, record):
            if (kind, record.ref) in self._rivals:
                shelf.pop(record.ref, None)
            return
        shelf[record.ref] = record  # type: ignore[assignment]
        brought, word = {
            Checklist: (plugin.checklists, N_("checklist")),
            Scheme: (plugin.schemes, N_("scheme")),
            Platform: (plugin.platforms, N_("platform")),
        }[kind]
        if record.ref not in brought:
            brought.append(record.ref)
        self._remark_name(plugin, word, record.id)

    def _shelf_of(self, record: Checklist | Scheme | Platform) -> Shelf:
        """Where records of its kind stand."""
        if isinstance(record, Checklist):
            return self.checklists
        return self.schemes if isinstance(record, Scheme) else self.platforms

    def _add_journey(self, plugins: Plugins, plugin: Plugin, journey: Journey) -> None:
        if journey.id in journeys():
            if journey.stages != journeys()[journey.id].stages:
                what = message("{name} is a journey of the core; this one is not used", name=journey.id)
                plugins.report(plugin, Problem(what))
        elif journey.id in self.journeys.brought and not self.journeys.conflicts_with(journey):
            return
        elif self._is_clash(plugins, plugin, Journey, journey.id, journey):
            if (Journey, journey.id) in self._rivals:
                self.journeys.brought.pop(journey.id, None)
        else:
            self.journeys.add(journey)
            plugin.journeys.append(journey.id)

    def _add_lens(self, plugins: Plugins, plugin: Plugin, lens: Lens) -> None:
        """Take each mapping of a lens by itself: several plugins may add journeys to one lens."""
        core = lenses()[lens.lens].journeys if lens.lens in lenses() else {}
        for journey_id, mapping in lens.journeys.items():
            name = f"{lens.lens}:{journey_id}"
            if self.journeys.mapping(lens.lens, journey_id) == mapping:
                continue
            if journey_id in core:
                what = message("{name} is a lens of the core; this one is not used", name=name)
                plugins.report(plugin, Problem(what))
            elif self._is_clash(plugins, plugin, Lens, name, mapping):
                if (Lens, name) in self._rivals:
                    self.journeys.mappings.pop((lens.lens, journey_id), None)
            else:
                self.journeys.mappings[lens.lens, journey_id] = mapping
                plugin.lenses.append(name)

    def _add_aggregator(self, plugins: Plugins, plugin: Plugin, aggregator: Aggregator) -> None:
        if aggregator.name in self._built_in:
            plugins.report(
                plugin, Problem(message("{name} is the name of a built-in aggregator", name=aggregator.name))
            )
        elif self._is_clash(plugins, plugin, Aggregator, aggregator.name, aggregator):
            if (Aggregator, aggregator.name) in self._rivals:
                self.aggregators.pop(aggregator.name, None)
        else:
            self.aggregators[aggregator.name] = plugins.guarded(plugin, aggregator)
            plugin.aggregators.append(aggregator.name)
            self._remark_name(plugin, N_("aggregator"), aggregator.name)

    def _is_clash(self, plugins: Plugins, plugin: Plugin, kind: type, name: str, content: object) -> bool:
        """Whether the name is taken. The same content twice is one; the core's own stays; else neither is taken."""
        key = kind, name
        owner, owned = self._owners.setdefault(key, (plugin, content))
        rival = self._rivals.get(key)
        if plugin.distribution == CORE != owner.distribution:
            # whatever strangers made of the name before
            self._owners[key] = plugin, content
            self._rivals.pop(key, None)
            if owned != content:
                _report_taken(plugins, owner, name)
            return False
        if owned == content and rival is None:
            return False
        if owner.distribution == CORE != plugin.distribution:
            _report_taken(plugins, plugin, name)
            return True
        other = rival if rival and owned == content else owner
        both = f"{other.distribution} [{other.name}], {plugin.distribution} [{plugin.name}]"
        problem = Problem(message("{name} comes twice, from {both}; neither is used", name=name, both=both))
        self._rivals.setdefault(key, plugin)
        for one in (other, plugin):
            _take_back(one, name)
            plugins.report(one, problem)
        return True

    def _remark_name(self, plugin: Plugin, kind: str, name: str) -> None:
        """Note an id that does not begin with its plugin's name: a later version will refuse it."""
        if plugin.distribution != CORE and not name.startswith(f"{plugin.name}."):
            what = message(
                "{kind} {name} does not begin with {prefix}", kind=translate(kind), name=name, prefix=f"{plugin.name}."
            )
            plugin.remarks.append(Problem(what, hint=message("a later version will not take it")))


def _report_taken(plugins: Plugins, plugin: Plugin, name: str) -> None:
    """Tell a plugin that the core has the name."""
    _take_back(plugin, name)
    plugins.report(plugin, Problem(message("{name} is an id of the core; this one is not used", name=name)))


def _take_back(plugin: Plugin, name: str) -> None:
    """Note that a plugin does not bring this after all."""
    for brought in (
        plugin.checklists, plugin.schemes, plugin.journeys, plugin.lenses, plugin.platforms, plugin.aggregators,
    ):  # fmt: skip
        brought[:] = [ref for ref in brought if ref != name]


def _begin(record: Checklist | Scheme) -> dt.date:
    return record.valid_from or dt.date.min


def _look_up(ref: str, shelf: Mapping[str, Kept], what: Sayable) -> Kept:
    if ref in shelf:
        return shelf[ref]
    name, at, _ = ref.partition("@")
    versions = sorted((other for other in shelf if other.startswith(name + at)), key=version_order) if at else []
    hint = message("versions here: {names}", names=", ".join(versions)) if versions else nearest(ref, shelf)
    raise BadInput(Problem(what, hint=hint))


def scheme_in_force(versions: Sequence[Scheme], scheme_id: str, day: dt.date | None) -> Scheme:
    """Return the version in force on ``day``: the latest ``valid_from`` not after it, without a day the latest.

    ``BadInput`` where none was in force yet, or two begin on one date.
    """
    begins = Counter(scheme.valid_from for scheme in versions)
    twice = [begin for begin, count in begins.items() if count > 1]
    if twice:
        what = message("two versions of {scheme} begin on the same date: {date}", scheme=scheme_id, date=twice[0])
        raise BadInput(Problem(what))
    in_force = [scheme for scheme in versions if day is None or _begin(scheme) <= day]
    if not in_force:
        raise BadInput(Problem(message("no version of {scheme} was in force on {date}", scheme=scheme_id, date=day)))
    return max(in_force, key=_begin)

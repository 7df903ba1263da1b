"""The plugin host: find, sort, block, load, check. Problems are a list, never swallowed.

Every call makes a fresh manager. Implementations are called one at a time, so one bad plugin never loses another's
results; what they return is materialised and checked here.
"""

from __future__ import annotations

import os
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.metadata import EntryPoint
from types import MappingProxyType
from typing import Any

import pluggy

from cemaudit import hookspecs
from cemaudit.errors import BadEnvironment, BadInput, Problem, nearest
from cemaudit.guard import Guard, OtherKind, PluginCode, PluginFailure, guarded_aggregator, read_only, said_by
from cemaudit.language import Message, message
from cemaudit.model.aggregator import Aggregator
from cemaudit.plugin_metadata import (
    CORE,
    GROUP,
    CoreRequirement,
    InstalledPlugin,
    core_requirement,
    hook_problems,
    idle_problems,
    installed_plugins,
    normalized,
)

__all__ = ["DISABLED", "GROUP", "STRICT", "Plugin", "Plugins", "load_plugins"]

DISABLED = "CEMAUDIT_DISABLED_PLUGINS"
STRICT = "CEMAUDIT_STRICT"
NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass
class CallFailure:
    """A failure of plugin code: the first one's words and visit, and how many calls failed alike."""

    sentence: Message
    visit: str
    count: int = 0

    @property
    def hint(self) -> Message | None:
        """On which visit it was met first, and how many followed."""
        if not self.visit:
            return message("{count} calls", count=self.count) if self.count > 1 else None
        if self.count == 1:
            return message("visit {visit}", visit=self.visit)
        return message("visit {visit}, and {count} more calls", visit=self.visit, count=self.count - 1)


@dataclass
class Plugin:
    """One entry point of the group, loaded or not."""

    name: str
    distribution: str
    version: str
    requirement: CoreRequirement | None = None
    """Which versions of cemaudit it asks for; ``None`` where it says nothing, and for plugins of the core."""
    hooks: tuple[str, ...] = ()
    checklists: list[str] = field(default_factory=list)
    journeys: list[str] = field(default_factory=list)
    lenses: list[str] = field(default_factory=list)
    platforms: list[str] = field(default_factory=list)
    schemes: list[str] = field(default_factory=list)
    aggregators: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[Problem] = field(default_factory=list)
    failures: dict[str, CallFailure] = field(default_factory=dict)
    """What failed in calls of its code, by kind."""


class Plugins:
    """The plugins of one run, and the only way to call their hooks."""

    def __init__(self, *, strict: bool = False) -> None:
        self.strict = strict
        self.guard = Guard(self._note)
        self.entries: list[Plugin] = []
        self.unreadable: list[Problem] = []
        """Distributions whose metadata cannot be read: what plugins they bring is not known."""
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(hookspecs)

    def __getitem__(self, name: str) -> Plugin:
        return next(plugin for plugin in self.entries if plugin.name == name)

    @property
    def problems(self) -> list[Problem]:
        """What went wrong with any plugin so far, each under the plugin's name."""
        named = [_named(plugin, problem) for plugin in self.entries for problem in plugin.problems]
        return [*self.unreadable, *named]

    @property
    def remarks(self) -> list[Problem]:
        """What plugins should do otherwise, and a later version will refuse, each under the plugin's name."""
        return [_named(plugin, problem) for plugin in self.entries for problem in plugin.remarks]

    def report(self, plugin: Plugin, problem: Problem) -> None:
        """Note a problem of a plugin, once; in strict mode the run stops here."""
        if problem not in plugin.problems:
            plugin.problems.append(problem)
        if self.strict:
            raise BadEnvironment(_named(plugin, problem))

    def code(self, plugin: Plugin, what: str) -> PluginCode:
        """Name a piece of a plugin's code for the guard."""
        return PluginCode(plugin.name, plugin.distribution, plugin.version, what)

    def guarded(self, plugin: Plugin, aggregator: Aggregator) -> Aggregator:
        """Return an aggregator of a plugin, its functions called under guard."""
        return guarded_aggregator(self.guard, self.code(plugin, f"aggregator {aggregator.name}"), aggregator)

    def _note(self, code: PluginCode, what: Problem | PluginFailure) -> None:
        plugin = self[code.plugin]
        if isinstance(what, PluginFailure):
            self._report_failure(plugin, what, {})
        else:
            self.report(plugin, what)

    def register(self, plugin: Plugin, module: object) -> None:
        """Take up a loaded plugin, or report why not."""
        try:
            problems = self.guard.run(self.code(plugin, "import"), _problems_of, module)
            if not problems:
                # What pluggy warns of is for the author of the plugin, not for whoever runs a command.
                with warnings.catch_warnings(record=True) as warned:
                    warnings.simplefilter("always")
                    self._manager.register(module, plugin.name)
                    self._manager.check_pending()
                plugin.remarks += _remarks_of(warned)
        except PluginFailure as failure:
            problems = [Problem(message("does not fit the hooks: {why}", why=failure.why))]
        except Exception as error:  # noqa: BLE001 (one module may have two names, or resist being looked at)
            if self._manager.get_plugin(plugin.name) is module:
                self._manager.unregister(module)
            problems = [Problem(message("does not fit the hooks: {why}", why=" ".join(said_by(error).split())))]
        if not problems:
            hooks = [impl.function.__name__ for impl in self._implementations() if impl.plugin is module]
            plugin.hooks = tuple(sorted(hooks))
            problems = list(idle_problems(module, plugin.hooks))
        for problem in problems:
            self.report(plugin, problem)

    def call(self, hook: str, kind: type | tuple[type, ...], **arguments: Any) -> Iterator[tuple[Plugin, Any]]:
        """Each result of a hook with the plugin it comes from, plugins in order of their names.

        A plugin that raises, or returns something that is not of ``kind``, is reported; the others go on.
        """
        for impl in sorted(self._implementations_of(hook), key=lambda impl: impl.plugin_name):
            plugin = self[impl.plugin_name]
            try:
                results = self._results(plugin, impl, hook, kind, arguments)
            except PluginFailure as failure:
                self._report_failure(plugin, failure, arguments)
                continue
            for result in results:
                if isinstance(result, OtherKind):
                    self._report_failure(plugin, PluginFailure(_not_its_records(hook, result, kind)), arguments)
                else:
                    yield plugin, result

    def _report_failure(self, plugin: Plugin, failure: PluginFailure, arguments: Mapping[str, Any]) -> None:
        """Report a kind of failure once, with the visit on which it was met first; the others are counted."""
        known = plugin.failures.setdefault(failure.kind, CallFailure(failure.sentence, _visit_of(arguments)))
        known.count += 1
        self.report(plugin, Problem(known.sentence))

    def _results(
        self, plugin: Plugin, impl: pluggy.HookImpl, hook: str, kind: Any, arguments: Mapping[str, Any]
    ) -> list[Any]:
        """What an implementation returns; ``PluginFailure`` where it fails."""
        handed = [read_only(arguments[name]) for name in impl.argnames]
        call: Callable[[], Iterable[Any] | None] = partial(impl.function, *handed)  # type: ignore[assignment]
        return self.guard.records(self.code(plugin, hook), call, kind)

    def ask(self, plugin: Plugin, hook: str, kind: type | tuple[type, ...], **arguments: Any) -> list[Any] | Message:
        """What one plugin's hook returns; why not, where it raises or returns anything that is not of ``kind``.

        Nothing is reported: whoever asks about many visits does that once for all of them.
        """
        found: list[Any] = []
        for impl in self._implementations_of(hook):
            if impl.plugin_name == plugin.name:
                try:
                    found += self._results(plugin, impl, hook, kind, arguments)
                except PluginFailure as failure:
                    return failure.sentence
        strange = [result for result in found if isinstance(result, OtherKind)]
        return _not_its_records(hook, strange[0], kind) if strange else found

    def modules_of(self, plugin: Plugin) -> set[str]:
        """The names of the modules in which a plugin defines its hooks."""
        implementations = (impl for impl in self._implementations() if impl.plugin_name == plugin.name)
        return {impl.function.__module__ for impl in implementations}

    def _implementations_of(self, hook: str) -> list[pluggy.HookImpl]:
        implementations: list[pluggy.HookImpl] = self._manager.hook.__getattribute__(hook).get_hookimpls()
        return implementations

    def _implementations(self) -> Iterator[pluggy.HookImpl]:
        for caller in vars(self._manager.hook).values():
            yield from caller.get_hookimpls()


def _remarks_of(warned: Iterable[warnings.WarningMessage]) -> Iterator[Problem]:
    """What a plugin uses that a later version will not have."""
    for warning in warned:
        gone = warning.message
        if isinstance(gone, hookspecs.DeprecatedArgument):
            what = message("{hook} takes {name}, which version {version} has no more", hook=gone.hook,
                           name=gone.argument, version=gone.version)  # fmt: skip
            yield Problem(what, hint=gone.instead)


def _problems_of(module: object) -> list[Problem]:
    return list(hook_problems(module))


def _not_its_records(hook: str, result: OtherKind, kind: Any) -> Message:
    expected = " / ".join(each.__name__ for each in (kind if isinstance(kind, tuple) else (kind,)))
    return message("{hook} returned {found}, expected {kind}", hook=hook, found=result.name, kind=expected)


def _visit_of(arguments: Mapping[str, Any]) -> str:
    """The visit a hook was called on, with its checklist, as people name it."""
    visit = arguments["audit"].visit if "audit" in arguments else arguments.get("visit")
    return f"{visit.checklist}, {visit.id}" if visit is not None else ""


def load_plugins(blocked: Iterable[str] = (), environ: Mapping[str, str] | None = None) -> Plugins:
    """Find all plugins and load those that are whole and not blocked.

    ``blocked`` and ``CEMAUDIT_DISABLED_PLUGINS`` (comma-separated) name entry points or distributions, in any spelling
    that installers take for the same; they are never imported. ``BadInput`` where ``blocked`` names one that is not
    there. Under ``CEMAUDIT_STRICT=1`` the first problem raises ``BadEnvironment``.
    """
    environ = os.environ if environ is None else environ
    plugins = Plugins(strict=environ.get(STRICT, "") not in {"", "0"})
    installed, plugins.unreadable = installed_plugins()
    if plugins.strict and plugins.unreadable:
        raise BadEnvironment(plugins.unreadable)
    shut_out = _shut_out(blocked, installed) | {normalized(name) for name in environ.get(DISABLED, "").split(",")}
    installed = [one for one in installed if not shut_out & {normalized(one.name), normalized(one.distribution)}]
    plugins.entries = [Plugin(one.name, one.distribution, one.version) for one in installed]
    clashing = _clashes(plugins.entries)
    for plugin, found in zip(plugins.entries, installed, strict=True):
        if why := clashing.get((plugin.name, plugin.distribution)):
            plugins.report(plugin, Problem(why))
            continue
        plugin.requirement = core_requirement(found)
        if plugin.requirement and plugin.requirement.problem:
            plugins.report(plugin, plugin.requirement.problem)
        else:
            _load(plugins, plugin, found.entry_point)
    return plugins


def _shut_out(blocked: Iterable[str], installed: Iterable[InstalledPlugin]) -> set[str]:
    """The names asked to be left out, as installers compare them; ``BadInput`` for one that is nobody's."""
    names = {name for plugin in installed for name in (plugin.name, plugin.distribution)}
    there = {normalized(name) for name in names}
    for name in blocked:
        if normalized(name) not in there:
            raise BadInput(Problem(message("no such plugin: {name}", name=name), "--no-plugin", nearest(name, names)))
    return {normalized(name) for name in blocked}


def _clashes(plugins: Iterable[Plugin]) -> dict[tuple[str, str], Message]:
    """Why plugins of one name are not loaded, by name and distribution; the core's own is, whoever takes its name."""
    by_name: dict[str, list[str]] = defaultdict(list)
    for plugin in plugins:
        by_name[plugin.name].append(plugin.distribution)
    why: dict[tuple[str, str], Message] = {}
    for name, distributions in by_name.items():
        if len(distributions) == 1:
            continue
        if CORE in distributions:
            text = message("{name} is the name of a plugin of the core; this one is not loaded", name=name)
        elif len(set(distributions)) == 1:
            text = message("the name stands twice in {name}, for different modules", name=distributions[0])
        else:
            names = ", ".join(distributions)
            text = message("the name is used by several distributions, none is loaded: {names}", names=names)
        why |= {(name, other): text for other in distributions if other != CORE}
    return why


def _load(plugins: Plugins, plugin: Plugin, entry_point: EntryPoint) -> None:
    try:
        module = plugins.guard.run(plugins.code(plugin, "import"), entry_point.load)
    except PluginFailure as failure:
        plugins.report(
            plugin, Problem(message("cannot be imported: {error} ({where})", error=failure.why, where=failure.where))
        )
    else:
        plugins.register(plugin, module)


def _named(plugin: Plugin, problem: Problem) -> Problem:
    named = problem.inside(message("plugin {name}", name=plugin.name))
    hint = next((failure.hint for failure in plugin.failures.values() if failure.sentence is problem.what), None)
    return replace(named, hint=hint) if hint else named

"""The plugin host: find, sort, block, load, check. Problems are a list, never swallowed.

Every call makes a fresh manager. Implementations are called one at a time, so one bad plugin never loses another's
results; what they return is materialised and checked here.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType
from typing import Any

import pluggy

from cemaudit import hookspecs
from cemaudit.errors import BadEnvironment, Problem
from cemaudit.guard import Guard, PluginCode, PluginFailure, guarded_aggregator, read_only
from cemaudit.language import Message, message
from cemaudit.model.aggregator import Aggregator

__all__ = ["DISABLED", "GROUP", "STRICT", "Plugin", "Plugins", "load_plugins"]

GROUP = "cemaudit"
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
    hooks: tuple[str, ...] = ()
    checklists: list[str] = field(default_factory=list)
    journeys: list[str] = field(default_factory=list)
    lenses: list[str] = field(default_factory=list)
    platforms: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    failures: dict[str, CallFailure] = field(default_factory=dict)
    """What failed in calls of its code, by kind."""


class Plugins:
    """The plugins of one run, and the only way to call their hooks."""

    def __init__(self, *, strict: bool = False) -> None:
        self.strict = strict
        self.guard = Guard(self._note)
        self.entries: list[Plugin] = []
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(hookspecs)

    def __getitem__(self, name: str) -> Plugin:
        return next(plugin for plugin in self.entries if plugin.name == name)

    @property
    def problems(self) -> list[Problem]:
        """What went wrong with any plugin so far, each under the plugin's name."""
        return [_named(plugin, problem) for plugin in self.entries for problem in plugin.problems]

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
            self._manager.register(module, plugin.name)
        except Exception as error:  # noqa: BLE001 (a module may resist being looked at; one module may have two names)
            self.report(plugin, Problem(message("does not fit the hooks: {why}", why=_one_line(error))))
            return
        try:
            self._manager.check_pending()
        except pluggy.PluginValidationError as error:
            self._forget(module)
            self.report(plugin, Problem(message("does not fit the hooks: {why}", why=_one_line(error))))
            return
        implementations = [impl for impl in self._implementations() if impl.plugin is module]
        if any(impl.hookwrapper or impl.wrapper for impl in implementations):
            self._forget(module)
            self.report(plugin, Problem(message("hook wrappers are not supported")))
            return
        plugin.hooks = tuple(sorted(impl.function.__name__ for impl in implementations))

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
                if isinstance(result, kind):
                    yield plugin, result
                else:
                    self._report_failure(plugin, PluginFailure(_not_its_records(hook, result, kind)), arguments)

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

    def ask(self, plugin: Plugin, hook: str, kind: type, **arguments: Any) -> list[Any] | Message:
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
        strange = [result for result in found if not isinstance(result, kind)]
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

    def _forget(self, module: object) -> None:
        if self._manager.is_registered(module):
            self._manager.unregister(module)


def _not_its_records(hook: str, result: object, kind: Any) -> Message:
    expected = " / ".join(each.__name__ for each in (kind if isinstance(kind, tuple) else (kind,)))
    return message("{hook} returned {found}, expected {kind}", hook=hook, found=type(result).__name__, kind=expected)


def _visit_of(arguments: Mapping[str, Any]) -> str:
    """The visit a hook was called on, with its checklist, as people name it."""
    visit = arguments["audit"].visit if "audit" in arguments else arguments.get("visit")
    return f"{visit.checklist}, {visit.id}" if visit is not None else ""


def load_plugins(blocked: Iterable[str] = (), environ: Mapping[str, str] | None = None) -> Plugins:
    """Find all plugins and load those that are whole and not blocked.

    ``blocked`` and ``CEMAUDIT_DISABLED_PLUGINS`` (comma-separated) name entry points or distributions; they are never
    imported. Under ``CEMAUDIT_STRICT=1`` the first problem raises ``BadEnvironment``.
    """
    environ = os.environ if environ is None else environ
    plugins = Plugins(strict=environ.get(STRICT, "") not in {"", "0"})
    shut_out = {name.strip() for name in [*blocked, *environ.get(DISABLED, "").split(",")]}
    found = _find(shut_out)
    plugins.entries = [plugin for plugin, _ in found]
    clashing = _clashes(plugins.entries)
    for plugin, entry_point in found:
        if plugin.name in clashing:
            plugins.report(plugin, Problem(clashing[plugin.name]))
        else:
            _load(plugins, plugin, entry_point)
    return plugins


def _find(shut_out: Collection[str]) -> list[tuple[Plugin, EntryPoint]]:
    """All entry points of the group, unimported, in an order that depends on names alone."""
    try:
        entries = entry_points(group=GROUP)
    except Exception as error:  # some distribution's metadata may be damaged in any way
        what = message("the list of installed plugins cannot be read: {error}", error=error)
        raise BadEnvironment(Problem(what)) from error
    found = []
    for entry_point in entries:
        distribution = entry_point.dist
        name = (distribution.name if distribution else None) or "?"
        version = (distribution.version if distribution else None) or "?"
        if not {entry_point.name, name} & set(shut_out):
            found.append((Plugin(entry_point.name, name, version), entry_point))
    return sorted(found, key=lambda pair: (pair[0].name, pair[0].distribution))


def _clashes(plugins: Iterable[Plugin]) -> dict[str, Any]:
    by_name: dict[str, list[str]] = defaultdict(list)
    for plugin in plugins:
        by_name[plugin.name].append(plugin.distribution)
    return {
        name: message("the name is used by several distributions, none is loaded: {names}", names=", ".join(names))
        for name, names in by_name.items()
        if len(names) > 1
    }


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


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())

"""What installed distributions say of the plugins they bring, and whether a module fits the hooks; nothing is run here.

Metadata are strangers' files: one distribution whose own cannot be read keeps none of the others from being found.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import Distribution, EntryPoint, distributions, entry_points
from typing import Any, NamedTuple

from cemaudit import __version__, hookspecs
from cemaudit.errors import Problem, nearest
from cemaudit.language import message

__all__ = [
    "CORE", "GROUP", "CoreRequirement", "InstalledPlugin", "core_requirement", "hook_problems", "idle_problems",
    "installed_plugins", "normalized",
]  # fmt: skip

GROUP = "cemaudit"
"""The group of entry points that plugins stand in."""

CORE = "cemaudit"
"""The distribution whose plugins come first: nobody else can take their names."""

_MARK = f"{hookspecs.PROJECT}_impl"
"""What pluggy notes on a function that is marked with ``hookimpl``."""

HOOKS = {
    name: tuple(inspect.signature(hook).parameters)
    for name, hook in vars(hookspecs).items()
    if hasattr(hook, f"{hookspecs.PROJECT}_spec")
}
"""The hooks there are, with the arguments each may take."""


class InstalledPlugin(NamedTuple):
    """An entry point of the group, with what its distribution says of itself."""

    name: str
    distribution: str
    version: str
    entry_point: EntryPoint


def installed_plugins() -> tuple[list[InstalledPlugin], list[Problem]]:
    """Return the plugins there are, in an order that depends on names alone, and the distributions that are unreadable.

    The same entry twice in one distribution is one.
    """
    problems: list[Problem] = []
    try:
        entries: Sequence[EntryPoint] = list(entry_points(group=GROUP))
    except Exception:  # noqa: BLE001 (some distribution's metadata may be damaged in any way)
        # Only now one by one, which takes longer.
        entries = list(_readable_entries(problems))
    found: dict[tuple[str, str, str], InstalledPlugin] = {}
    for entry in entries:
        name, version = _name_and_version(entry.dist)
        found.setdefault((entry.name, name, entry.value), InstalledPlugin(entry.name, name, version, entry))
    return sorted(found.values(), key=lambda plugin: (plugin.name, plugin.distribution)), problems


def _readable_entries(problems: list[Problem]) -> Iterator[EntryPoint]:
    seen: set[str] = set()
    for distribution in distributions():
        name = normalized(_name_and_version(distribution)[0])
        if name in seen:
            continue  # the one that comes first is the one that is imported
        seen.add(name)
        try:
            yield from distribution.entry_points.select(group=GROUP)
        except Exception as error:  # noqa: BLE001 (damaged in any way)
            why = f"{type(error).__name__}: {error}"
            what = message("the entry points of distribution {name} cannot be read: {error}", name=name, error=why)
            problems.append(Problem(what))


def _name_and_version(distribution: Distribution | None) -> tuple[str, str]:
    """What a distribution is called, as far as its metadata can be read."""
    try:
        return (distribution.name or "?", distribution.version or "?") if distribution else ("?", "?")
    except Exception:  # noqa: BLE001 (damaged in any way)
        return "?", "?"


def normalized(name: str) -> str:
    """Return a name as installers compare it (PEP 503): in small letters, with a hyphen for each run of ``-_.``."""
    return re.sub(r"[-_.]+", "-", name.strip()).lower()


class CoreRequirement(NamedTuple):
    """Which versions of cemaudit a distribution asks for (``>=0.1,<1``), and whether this is one of them."""

    wanted: str
    is_met: bool

    @property
    def problem(self) -> Problem | None:
        """What is wrong where it is not met."""
        if self.is_met:
            return None
        return Problem(
            message("made for cemaudit {wanted}, this is {version}", wanted=self.wanted, version=__version__)
        )


def core_requirement(plugin: InstalledPlugin) -> CoreRequirement | None:
    """Return what a plugin's distribution requires of cemaudit, not met before met; ``None`` where it says nothing."""
    if plugin.distribution == CORE or plugin.entry_point.dist is None:
        return None
    try:
        required = list(plugin.entry_point.dist.requires or ())
    except Exception:  # noqa: BLE001 (damaged in any way)
        return None
    from packaging.requirements import InvalidRequirement, Requirement  # noqa: PLC0415 (slow, and only strangers need it)

    met: CoreRequirement | None = None
    for text in required:
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            continue
        is_asked = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if normalized(requirement.name) == CORE and is_asked:
            fits = requirement.specifier.contains(__version__, prereleases=True)
            found = CoreRequirement(str(requirement.specifier), fits)
            if not fits:
                return found
            met = met or found
    return met


def hook_problems(module: object) -> Iterator[Problem]:
    """Yield what keeps a module from being taken up: hooks and arguments that are not there, and wrappers."""
    for name, marked in _functions(module):
        options = getattr(marked, _MARK, None)
        if not options:
            continue
        hook = options.get("specname") or name
        if options.get("wrapper") or options.get("hookwrapper"):
            yield Problem(message("hook wrappers are not supported"))
        elif hook not in HOOKS:
            what = message("does not fit the hooks: there is no hook {name}", name=hook)
            yield Problem(what, hint=nearest(hook, HOOKS))
        else:
            for argument in inspect.signature(marked).parameters:
                if argument not in HOOKS[hook]:
                    what = message("does not fit the hooks: {hook} has no argument {name}", hook=hook, name=argument)
                    yield Problem(what, hint=nearest(argument, HOOKS[hook]))


def idle_problems(module: object, hooks: Sequence[str]) -> Iterator[Problem]:
    """Yield what a module has that is never called: functions of a hook's name without the mark, or no hook at all."""
    idle = [name for name, _ in _functions(module) if name in HOOKS and name not in hooks]
    for name in idle:
        yield Problem(message("{name} is never called: it is not marked with @hookimpl", name=name))
    if not hooks and not idle:
        yield Problem(message("implements no hook; the entry point may name another module"))


def _functions(module: object) -> list[tuple[str, Callable[..., Any]]]:
    return [(name, value) for name, value in vars(module).items() if callable(value)]

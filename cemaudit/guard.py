"""The guard round everything that comes from a plugin: imports, hooks, aggregators and their column forms.

Whatever such code raises becomes one sentence that says whose it is and where; what it prints goes to standard error;
what it changes round about is put back; the records it is handed cannot be written to. Ctrl-C passes, and says whose
code was running. What one process cannot keep from happening is written down in docs/plugin-rules.md: a crash of native
code, ``object.__setattr__``, threads that go on.
"""

from __future__ import annotations

import decimal
import os
import sys
import threading
import time
import traceback
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields, is_dataclass, replace
from fractions import Fraction
from functools import cache, cached_property
from importlib.resources.abc import Traversable
from itertools import islice
from math import isnan
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, NamedTuple, NoReturn

import pydantic

from cemaudit.errors import CemauditError, Problem
from cemaudit.language import Message, message
from cemaudit.model.aggregator import Aggregator, Member
from cemaudit.model.base import Record
from cemaudit.model.faults import problems
from cemaudit.model.text import Text

__all__ = [
    "MOST_RECORDS", "MOST_TEXT", "TRACE", "FileContent", "Guard", "OtherKind", "PluginCode", "PluginFailure",
    "ReadOnlyDict", "absent_aggregator", "guarded_aggregator", "printed_trace", "read_only", "said_by",
    "show_tracebacks", "words_of",
]  # fmt: skip

MOST_RECORDS = 10_000
"""Records that one call may return."""

MOST_TEXT = 64_000_000
"""Characters that the records of one call may hold together."""

TRACE = "CEMAUDIT_TRACE_PLUGINS"

FORKED = 70
"""The exit code of a process that plugin code forked and came back in."""

_TIMES: dict[tuple[str, str], list[float]] = defaultdict(list)
"""Seconds of every call, by plugin and hook, where calls are traced."""

_changed_variables: dict[str, str | None] = {}
"""Variables of the environment that the code now running has changed, with what they held before."""
_running: list[PluginCode] = []


class PluginCode(NamedTuple):
    """Whose code is called, and what of it: a hook, an aggregator, the import."""

    plugin: str
    distribution: str
    version: str
    what: str

    def __str__(self) -> str:
        return self.what


class PluginFailure(Exception):
    """Plugin code raised, or did not answer as it must; ``sentence`` says so.

    ``why`` is what was raised, ``where`` the file, line, distribution and version. ``kind`` is the same for failures of
    one kind at one line, whatever their words.
    """

    def __init__(self, sentence: Message, why: str = "", where: str = "", kind: str = "") -> None:
        self.sentence, self.why, self.where, self.kind = sentence, why, where, kind or str(sentence)
        super().__init__(str(sentence))


class OtherKind(NamedTuple):
    """Stands for a result of a hook that is none of its records; ``name`` is that of its class."""

    name: str


class FileContent(NamedTuple):
    """A file that a plugin handed over as anything but a path, read while its code was guarded."""

    name: str
    content: bytes

    def __str__(self) -> str:
        return self.name

    def read_bytes(self) -> bytes:
        """Return what the file holds."""
        return self.content


class ReadOnlyDict(dict[Any, Any]):
    """A mapping of a record handed to plugins: it reads as the ``dict`` it was made of, and cannot be changed."""

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("records handed to a plugin are read-only; make a copy: dict(...)")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return ReadOnlyDict, (dict(self),)

    def __copy__(self) -> dict[Any, Any]:
        return dict(self)

    def __deepcopy__(self, _memo: dict[int, Any]) -> ReadOnlyDict:
        # what it holds is frozen
        return self


class Guard:
    """Calls plugin code. ``tell`` hears what the code did beside answering, and what failed between hooks."""

    shows_tracebacks: ClassVar[bool] = False

    def __init__(self, tell: Callable[[PluginCode, Problem | PluginFailure], None]) -> None:
        self._tell = tell
        self._traces = os.environ.get(TRACE, "") not in {"", "0"}

    def run(self, code: PluginCode, function: Callable[..., Any], *arguments: Any) -> Any:
        """Return what the function returns; ``PluginFailure`` where it raises anything but an interruption.

        A generator it returns has not run yet: hand over a function that uses it up.
        """
        process, threads, folder = os.getpid(), threading.active_count(), _working_folder()
        output, context = sys.stdout, decimal.getcontext()
        start = time.perf_counter()
        _watch_environment()
        _changed_variables.clear()
        _running.append(code)
        sys.stdout = _Aside()
        decimal.setcontext(context.copy())
        try:
            with warnings.catch_warnings():
                return function(*arguments)
        except (KeyboardInterrupt, GeneratorExit) as stop:
            stop.add_note(str(message("while this was running: plugin {name}: {code}", name=code.plugin, code=code)))
            raise
        except BaseException as error:
            if Guard.shows_tracebacks:
                traceback.print_exception(error, file=sys.stderr)
            raise _failure(code, error) from error
        finally:
            if os.getpid() != process:
                os._exit(FORKED)  # two processes would both go on writing
            _running.pop()
            sys.stdout = output
            decimal.setcontext(context)
            if self._traces:
                _TIMES[code.plugin, code.what].append(time.perf_counter() - start)
            self._put_back(code, folder, threads)

    def told(self, code: PluginCode, function: Callable[..., Any], *arguments: Any) -> Any:
        """Return what the function returns; where it fails, tell of it, and raise ``PluginFailure`` all the same."""
        try:
            return self.run(code, function, *arguments)
        except PluginFailure as failure:
            self._tell(code, failure)
            raise

    def records(self, code: PluginCode, function: Callable[[], Iterable[Any] | None], kind: Any) -> list[Any]:
        """Return the records a hook gives, used up and bounded; ``PluginFailure`` where there are too many.

        ``OtherKind`` stands for each that is not of ``kind``. No code of the plugin is left in what is returned but
        the functions of aggregators: words are put into text, and files that are no paths are read.
        """
        results = self.run(code, _use_up, function, kind)
        if not isinstance(results, list):
            name = type(results).__name__
            raise PluginFailure(message("{code} returned one {kind}: return a list, or yield it", code=code, kind=name))
        if len(results) > MOST_RECORDS:
            raise PluginFailure(message("{code} returned more than {most} records", code=code, most=MOST_RECORDS))
        if sum(map(_characters, results)) > MOST_TEXT:
            raise PluginFailure(message("{code} returned more than {most} characters", code=code, most=MOST_TEXT))
        bounded: list[Any] = results
        return bounded

    def _put_back(self, code: PluginCode, folder: str, threads: int) -> None:
        """Undo what the code changed round about, and tell of it."""
        if _changed_variables:
            names = ", ".join(sorted(_changed_variables))
            for name, value in dict(_changed_variables).items():
                _set_variable(name, value)
            _changed_variables.clear()
            self._tell(code, Problem(message("{code} changed the environment: {names}", code=code, names=names)))
        if folder and _working_folder() != folder:
            os.chdir(folder)
            self._tell(code, Problem(message("{code} changed the working folder", code=code)))
        if threading.active_count() > threads:
            self._tell(code, Problem(message("{code} left a thread running", code=code)))
            sys.stdout = _OfMainThread(sys.stdout)


class _Aside:
    """Standard output as plugin code sees it: what is printed goes to standard error, in that one's encoding."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def reconfigure(self, **_: object) -> None:
        """Change nothing."""

    def __getattr__(self, name: str) -> Any:
        return getattr(sys.stderr, name)


class _OfMainThread:
    """Standard output for the program's own thread; what a plugin's threads print goes to standard error."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        own = threading.current_thread() is threading.main_thread()
        written: int = (self._stream if own else sys.stderr).write(text)
        return written

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _working_folder() -> str:
    """The working folder; empty where it is there no more."""
    try:
        return os.getcwd()  # noqa: PTH109 (called often)
    except OSError:
        return ""


def _use_up(function: Callable[[], Iterable[Any] | None], kind: Any) -> Any:
    """What a hook returns, at most one record more than it may; a record by itself as it is."""
    returned = function()
    if isinstance(returned, kind):  # some records can be iterated, and would fall into their fields
        return returned
    return [_without_code(result, kind) for result in islice(returned or (), MOST_RECORDS + 1)]


def _without_code(result: Any, kind: Any) -> Any:
    """The result with nothing in it that would run code of the plugin when it is looked at outside the guard."""
    if not isinstance(result, kind):
        return OtherKind(type(result).__name__)
    if isinstance(result, Problem):
        hint = None if result.hint is None else _spoken(result.hint)
        return Problem(_spoken(result.what), str.__str__(str(result.place)), hint)
    if isinstance(result, Path):
        return Path(str(result))
    return FileContent(str(result), bytes(result.read_bytes())) if isinstance(result, Traversable) else result


def _spoken(words: object) -> Text | Message | str:
    """Words in both languages, as they are now."""
    if type(words) is Text or (type(words) is Message and not words.values):
        return words
    return str.__str__(words) if isinstance(words, str) else Text.said(lambda: words)


def said_by(error: BaseException) -> str:
    """What an error says, of a record that was made wrongly every field; nothing where it cannot."""
    try:
        if isinstance(error, pydantic.ValidationError):
            return f"{error.title}: {'; '.join(map(str, problems(error)))}"
        return str.__str__(str(error))
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException:  # noqa: BLE001 (saying it is code of the plugin, too)
        return ""


def words_of(error: BaseException) -> str:
    """The kind of an error and what it says."""
    return f"{type(error).__name__}: {said_by(error)}".removesuffix(": ")


def _characters(result: object) -> int:
    """How many characters a result of a hook holds."""
    if isinstance(result, str):
        return len(result)
    if isinstance(result, Text):
        return sum(map(len, result.by_language.values()))
    if isinstance(result, Record):
        return sum(_characters(part) for part in vars(result).values())
    if isinstance(result, list | tuple):
        return sum(map(_characters, result))
    if isinstance(result, Problem):
        return len(result.place) + _characters(result.what) + _characters(result.hint)
    return 0


def _failure(code: PluginCode, error: BaseException) -> PluginFailure:
    """What failed, how, and where in the plugin."""
    name, place = type(error).__name__, _place_of(error)
    where = ", ".join(filter(None, [place, f"{code.distribution} {code.version}"]))
    why = words_of(error)
    sentence = message("{code} failed: {error} ({where})", code=code, error=why, where=where)
    return PluginFailure(sentence, why, where, f"{code} {name} {place}")


def _place_of(error: BaseException) -> str:
    """File and line of the last of the plugin's own lines that ran, else of the last line of all."""
    steps = [step for step in _steps(error.__traceback__) if step[0] != __file__]
    if not steps:
        return ""
    own = [step for step in steps if not _is_foreign(step[0])]
    file, line = (own or steps)[-1]
    return f"{'/'.join(Path(file).parts[-2:])}:{line}"


def _steps(trace: TracebackType | None) -> list[tuple[str, int]]:
    return [(step.filename, step.lineno or 0) for step in traceback.extract_tb(trace)]


_OURS = Path(__file__).parent
_RECORDS = Path(pydantic.__file__).parent
_STANDARD = Path(os.__file__).parent


def _is_foreign(file: str) -> bool:
    """Whether a file is none of a plugin's: this package's, that of its records, or the standard library's."""
    path = Path(file)
    return file.startswith("<") or _OURS in path.parents or _RECORDS in path.parents or (
        _STANDARD in path.parents and "site-packages" not in path.parts
    )  # fmt: skip


@cache
def _watch_environment() -> None:
    """Note from now on, for the life of the process, what plugin code changes in the environment."""
    sys.addaudithook(_note_change)


def _note_change(event: str, arguments: tuple[Any, ...]) -> None:
    if _running and event in {"os.putenv", "os.unsetenv"}:
        name = os.fsdecode(arguments[0])
        _changed_variables.setdefault(name, os.environ.get(name))


def _set_variable(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value


def show_tracebacks(shown: bool) -> None:
    """Print the traceback of every failure of plugin code to standard error, as ``--debug`` asks."""
    Guard.shows_tracebacks = shown


def printed_trace() -> list[str]:
    """Return what was called, how often and how long, a line each; empty unless ``CEMAUDIT_TRACE_PLUGINS`` is set."""
    return [
        str(message("plugin {name}: {what}: {count} calls, {total} s together, {longest} s the longest", name=plugin,
                    what=what, count=len(seconds), total=f"{sum(seconds):.3f}", longest=f"{max(seconds):.3f}"))
        for (plugin, what), seconds in sorted(_TIMES.items())
    ]  # fmt: skip


_whole: dict[int, Record] = {}
"""Checklists and schemes that have been made read-only, by their identity: there are few, and they stay."""


def read_only(value: Any) -> Any:
    """Make what a plugin is handed unchangeable, mappings of records included; return it.

    Records are frozen as they are; what could still be written to is their mappings. These are exchanged for ones that
    read alike, in the record itself, so that nothing is copied deeply.
    """
    if isinstance(value, Record):
        return _read_only_record(value)
    if isinstance(value, list):
        return tuple(read_only(member) for member in value)
    if isinstance(value, tuple):
        for member in value:
            read_only(member)
        return value
    if isinstance(value, dict):
        return value if isinstance(value, ReadOnlyDict) else ReadOnlyDict(value)
    if is_dataclass(value) and not isinstance(value, type):
        for part in fields(value):
            content = getattr(value, part.name)
            if (kept := read_only(content)) is not content:
                object.__setattr__(value, part.name, kept)
    return value


def _read_only_record(record: Record) -> Record:
    if id(record) in _whole:
        return record
    contents = vars(record)
    if "touchpoints" in contents or "measures" in contents:
        _read_only_whole(record)
        _whole[id(record)] = record
        return record
    for name, content in contents.items():
        if type(content) is dict:
            contents[name] = ReadOnlyDict(content)
        elif isinstance(content, Record):
            _read_only_record(content)
    return record


def _read_only_whole(record: Record) -> None:
    """The same of a definition, down to its last part, with what it derives from itself and keeps."""
    for name, attribute in vars(type(record)).items():
        if isinstance(attribute, cached_property):
            with suppress(CemauditError):
                getattr(record, name)
    contents = vars(record)
    for name, content in list(contents.items()):
        contents[name] = _read_only_deep(content)


def _read_only_deep(content: Any) -> Any:
    if isinstance(content, dict):
        return ReadOnlyDict({name: _read_only_deep(part) for name, part in content.items()})
    if isinstance(content, Record):
        _read_only_whole(content)
    elif isinstance(content, tuple):
        for part in content:
            _read_only_deep(part)
    return content


def guarded_aggregator(guard: Guard, code: PluginCode, aggregator: Aggregator) -> Aggregator:
    """Return the aggregator with every function of it called under guard; what they are handed is read-only."""

    def function(members: Sequence[Member], options: Mapping[str, Fraction]) -> Fraction | None:
        number: Fraction | None = guard.told(code, _exact, aggregator.function, tuple(members), ReadOnlyDict(options))
        return number

    def columns(values: Any, weights: Any, possible: Any, options: Mapping[str, Fraction]) -> Any:
        for array in (values, weights, possible):
            array.flags.writeable = False
        return guard.told(code, _agreeing, aggregator, values, weights, possible, ReadOnlyDict(options))

    def working(result: Fraction, members: Sequence[Member]) -> str:
        words: str = guard.told(code, _said, _present(aggregator.working), result, tuple(members))
        return words

    return replace(
        aggregator,
        function=function,
        columns=columns if aggregator.columns else None,
        working=working if aggregator.working else None,
    )


def absent_aggregator(name: str) -> Aggregator:
    """Return what stands for an aggregator whose plugin is not there: nothing made with it has a score."""

    def function(members: Sequence[Member], options: Mapping[str, Fraction]) -> Fraction | None:  # noqa: ARG001
        raise PluginFailure(message("no such aggregator: {name}", name=name))

    return Aggregator(name, function)


def _said(function: Callable[..., object], *arguments: Any) -> str:
    return str.__str__(str(function(*arguments)))


def _exact(function: Callable[..., Any], members: Sequence[Member], options: Mapping[str, Fraction]) -> Fraction | None:
    """What an aggregator makes of members, as an exact number; it raises where that is none."""
    result = function(members, options)
    # a class of the plugin's own would bring its code along
    return result if result is None or type(result) is Fraction else Fraction(result)


CHECKED = (0, 0.5, 1)
"""Which audits of a block the two forms of an aggregator are compared on: the first, the middle and the last."""

CLOSE = 1e-9
"""How far the two forms may differ, relative to the number's size and to 1."""


def _agreeing(own: Aggregator, values: Any, weights: Any, possible: Any, options: Mapping[str, Fraction]) -> Any:
    """What the column form gives; it raises where its shape is wrong, or where it is not what the exact form gives."""
    count = values.shape[1]
    results = _present(own.columns)(values, weights, possible, options)
    shape = getattr(results, "shape", None)
    if shape != (count,):
        raise ValueError(f"the column form returned {shape or type(results).__name__}, expected ({count},)")
    for audit in {round(share * (count - 1)) for share in CHECKED}:
        columns = zip(values[:, audit].tolist(), possible[:, audit].tolist(), weights.tolist(), strict=True)
        members = [
            Member(str(number), Fraction(value), None if isnan(top) else Fraction(top), Fraction(weight))
            for number, (value, top, weight) in enumerate(columns)
            if not isnan(value)
        ]
        if own.arity in {None, len(members)}:
            _refuse_difference(own, members, options, float(results[audit]))
    return results


def _refuse_difference(
    own: Aggregator, members: Sequence[Member], options: Mapping[str, Fraction], column: float
) -> None:
    try:
        exact = _exact(own.function, tuple(members), options)
    except Exception:  # noqa: BLE001 (so few members may be more than are ever scored)
        return
    if (exact is None) != isnan(column) or (
        exact is not None and abs(float(exact) - column) > CLOSE * max(1.0, abs(column))
    ):
        raise ValueError(f"the column form gives {column}, the exact one {None if exact is None else float(exact)}")


def _present(function: Callable[..., Any] | None) -> Callable[..., Any]:
    if function is None:
        raise TypeError
    return function

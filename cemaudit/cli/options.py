"""Options that several commands share, and what they mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from cemaudit.cli.lenses import lens_keys
from cemaudit.cli.localized import PROBABILITY, option
from cemaudit.errors import Problem
from cemaudit.language import N_, message, translate

if TYPE_CHECKING:
    from cemaudit.compare.results import ComparisonRules
    from cemaudit.compare.selection import Selection
    from cemaudit.ledger import Ledger
    from cemaudit.ledger.query import Filter
    from cemaudit.ledger.query.reading import Local
    from cemaudit.ledger.spark.reading import SparkSnapshot
    from cemaudit.report.sections.values import MeasureRange
    from cemaudit.scoring import Engine
    from cemaudit.scoring.lint import LintRemark

__all__ = [
    "FILE",
    "OUT_FILE",
    "OutFile",
    "SnapshotOptions",
    "by_option",
    "cluster_options",
    "engine_options",
    "filter_of",
    "filter_options",
    "folder_of",
    "json_option",
    "ledger_option",
    "lens_option",
    "level_option",
    "make_rules",
    "measure_ranges",
    "media_option",
    "open_on_cluster",
    "open_selection",
    "place_options",
    "pool_key",
    "pool_option",
    "print_new_ledger",
    "print_not_vectorized",
    "print_plugin_problems",
    "print_problems",
    "print_remarks",
    "processes_option",
    "refuse_beside",
    "rules_options",
    "scheme_option",
    "selection_options",
    "snapshot_option",
    "visits_argument",
]

FILE = click.Path(path_type=Path)


class OutFile(click.Path):
    """A file to be written. Its folder is made where it is missing, and that is said when the command ends."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        folder = Path(value).parent
        if ctx is not None and not folder.exists():
            ctx.call_on_close(partial(_print_new_folder, folder))
        return super().convert(value, param, ctx)


def _print_new_folder(folder: Path) -> None:
    if folder.is_dir():
        click.echo(str(message("folder made: {path}", path=folder)), err=True)


OUT_FILE = OutFile(path_type=Path)
json_option = option("--json", "as_json", is_flag=True, help=N_("Write JSON for programs."))

scheme_option = option(
    "--scheme", "scheme_ref", metavar="ID@VERSION", help=N_("Score under this scheme, not the checklist's own.")
)

ledger_option = option(
    "--ledger", "url", envvar="CEMAUDIT_LEDGER", required=True, metavar="URL",
    help=N_("The ledger: a file, or postgresql://...; else CEMAUDIT_LEDGER."),
)  # fmt: skip

media_option = option(
    "--media", type=FILE, envvar="CEMAUDIT_MEDIA", metavar="DIR",
    help=N_("Where the evidence of sealed files is; else a folder beside the ledger's file."),
)  # fmt: skip

by_option = option(
    "--by", "who", metavar="NAME", help=N_("Who does it, for the audit trail; else the user the system knows."),
)  # fmt: skip

visits_argument = click.argument("visits", nargs=-1, required=True, type=click.Path(allow_dash=True))


lens_option = option(
    "--lens", "lens_id", metavar="ID",
    help=N_("See the journey through a lens: acass, before-on-after, six-stage, aida, aidma, aisas, mot, or another."),
)  # fmt: skip


def engine_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--no-plugin`` and ``--checklist``."""
    blocked: Callable[..., Any] = option(
        "--no-plugin", "blocked", multiple=True, metavar="NAME", help=N_("Do not load this plugin.")
    )
    files: Callable[..., Any] = option(
        "--checklist",
        "files",
        multiple=True,
        type=FILE,
        metavar="FILE",
        help=N_("A further file: a checklist, scheme, journey, lens or platform."),
    )
    wrapped: Callable[..., Any] = blocked(files(function))
    return wrapped


def print_new_ledger(ledger: Ledger) -> None:
    """One line on stderr where the ledger is a new one: its name may have been mistyped."""
    number, _ = ledger.trail.head()
    if number == 1:
        click.echo(str(message("a new ledger was begun: {place}", place=ledger.database.place)), err=True)


def print_plugin_problems(engine: Engine) -> None:
    """One line on stderr for everything that is wrong with a plugin."""
    plugins = engine.plugins
    print_problems(problem.inside(message("warning")) for problem in (*plugins.problems, *plugins.remarks))


def print_problems(problems: Iterable[Problem]) -> None:
    """One line on stderr for each problem."""
    for problem in problems:
        click.echo(f"cemaudit: {problem}", err=True)


_LEVELS = {"error": N_("error"), "warning": N_("warning"), "note": N_("note")}


def print_remarks(remarks: Iterable[tuple[str, LintRemark]]) -> None:
    """One line for each remark, with the file or definition it is about."""
    for source, remark in remarks:
        click.echo(f"{source}: {translate(_LEVELS[remark.level])}: {remark.problem}")


snapshot_option = option(
    "--snapshot", "snapshot_path", envvar="CEMAUDIT_SNAPSHOT", type=FILE, metavar="DIR",
    help=N_("The folder of the snapshot; else one beside the ledger's file."),
)  # fmt: skip

processes_option = option(
    "--processes",
    type=click.IntRange(1, 256),
    metavar="N",
    help=N_("Number of processes; by default one per processor."),
)


def place_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--ledger`` and ``--snapshot``, one of which says where the snapshot is."""
    ledger = option("--ledger", "url", envvar="CEMAUDIT_LEDGER", metavar="URL", help=N_("The ledger of the snapshot."))
    wrapped: Callable[..., Any] = ledger(snapshot_option(function))
    return wrapped


def folder_of(url: str | None, snapshot_path: Path | None) -> Path:
    """The folder of the snapshot."""
    from cemaudit.ledger.snapshot.manifest import snapshot_folder

    return snapshot_folder(url, snapshot_path)


def filter_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--where``, ``--since``, ``--until`` and ``--with-excluded``."""
    day = click.DateTime(["%Y-%m-%d"])
    for add_option in (
        option("--with-excluded", is_flag=True, help=N_("Include excluded visits.")),
        option("--until", type=day, metavar="DATE", help=N_("Visits up to this day.")),
        option("--since", type=day, metavar="DATE", help=N_("Visits from this day on.")),
        option(
            "--where", multiple=True, metavar="KEY=VALUE",
            help=N_("Filter visits. Values of one key are joined by OR, different keys by AND. KEY= selects visits "
                    "without a value."),
        ),
    ):  # fmt: skip
        function = add_option(function)
    return function


def filter_of(
    where: tuple[str, ...], since: datetime | None, until: datetime | None, *, excluded: bool, lenses: bool = False
) -> Filter:
    """The visits that are meant; ``UsageError`` where a condition is not written as one.

    ``lenses``: keys of lenses, whose ids are not looked up here, may stand among them.
    """
    from cemaudit.ledger.query import Filter
    from cemaudit.ledger.query.keys import LENS, Condition, known_key

    values_by_key: dict[str, list[str]] = {}
    for condition in where:
        key, mark, value = condition.partition("=")
        if not mark:
            raise click.UsageError(str(message("expected {what}, found {value}", what="KEY=VALUE", value=condition)))
        named = key if lenses and key.startswith(LENS) else known_key(key)
        values_by_key.setdefault(named, []).append(value)
    conditions = tuple(Condition(key, tuple(values)) for key, values in values_by_key.items())
    return Filter(conditions, since.date() if since else None, until.date() if until else None, excluded)


def print_failed(failed: Mapping[str, int]) -> None:
    """One line on stderr for each failure of plugin code, with how many visits it keeps from having a score."""
    print_problems(
        Problem(message("{count} visits have no score: {why}", count=f"{count:,}", why=why))
        for why, count in failed.items()
    )


def print_not_vectorized(fallbacks: Mapping[str, str]) -> None:
    """One line on stderr for each measure that has no column form."""
    print_problems(
        Problem(message("{name} is scored one visit at a time (slower): {why}", name=name, why=why))
        for name, why in fallbacks.items()
    )


_NONE = "none"

level_option = option("--level", type=PROBABILITY, metavar="P", help=N_("Confidence level of intervals (0.9)."))

pool_option = option(
    "--pool", type=click.Choice(("region", "format", "brand", "owner", "pool", _NONE)),
    help=N_("The shopper pools; by default the stores' pool or region."),
)  # fmt: skip


def refuse_beside(chosen: str, given: Mapping[str, object]) -> None:
    """``UsageError`` where one of the options ``given``, by their names, is said beside ``chosen``."""
    for name, value in given.items():
        if value:
            raise click.UsageError(str(message("give either {one} or {other}", one=chosen, other=name)))


def pool_key(pool: str | None) -> str | None:
    """The pool's key as questions have it."""
    from cemaudit.compare.selection import NO_POOL

    return NO_POOL if pool == _NONE else pool


def cluster_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--on`` and ``--data``, which says nothing alone."""
    data: Callable[..., Any] = option(
        "--data", metavar="PATH", callback=_with_on,
        help=N_("With --on: the folder or URL of the snapshot, as the cluster reads it."),
    )  # fmt: skip
    wrapped: Callable[..., Any] = option(
        "--on", metavar="spark://HOST:PORT", is_eager=True,
        help=N_("Work on this Spark cluster (extra spark), not in this process."),
    )(data(function))  # fmt: skip
    return wrapped


def _with_on(context: click.Context, _: click.Parameter, data: str | None) -> str | None:
    if data and not context.params["on"]:
        raise click.UsageError(str(message("--data goes with --on")))
    return data


@contextmanager
def open_on_cluster(master: str, data: str | None, snapshot_folder: Path | None) -> Iterator[SparkSnapshot]:
    """The snapshot named by ``--data``, else by ``--snapshot``, opened on the cluster of ``master``."""
    from cemaudit.ledger.spark.reading import reading_on

    named = data or (str(snapshot_folder) if snapshot_folder else None)
    if named is None:
        raise click.UsageError(str(message("say with --data where the cluster finds the snapshot")))
    with reading_on(master, named) as snapshot:
        yield snapshot


class SnapshotOptions(NamedTuple):
    """Which visits of which snapshot, and which score of theirs."""

    url: str | None
    snapshot_path: Path | None
    where: tuple[str, ...]
    since: datetime | None
    until: datetime | None
    with_excluded: bool
    wave: tuple[str, ...]
    measure: str | None
    scheme: str | None
    adjust: tuple[str, ...]

    def asked(self, **options: Any) -> Selection:
        """It in the compare room's terms."""
        from cemaudit.compare.selection import Selection, filter_by_wave

        visit_filter = filter_of(self.where, self.since, self.until, excluded=self.with_excluded, lenses=True)
        keys = [str(options["facet"])] if options.get("facet") else []
        return Selection(
            filter_by_wave(visit_filter, *self.wave) if self.wave else visit_filter,
            self.measure,
            self.scheme,
            adjust_for=tuple(dict.fromkeys(key for keys in self.adjust for key in keys.split(","))),
            lenses=lens_keys(keys, conditions=visit_filter.conditions),
            **options,
        )


def selection_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a ``SnapshotOptions``, which the command is given as ``question``."""

    @wraps(function)
    def with_question(**values: Any) -> Any:
        question = SnapshotOptions(**{name: values.pop(name) for name in SnapshotOptions._fields})
        return function(question=question, **values)

    command: Callable[..., Any] = with_question
    for add_option in (
        option(
            "--adjust",
            multiple=True,
            metavar="KEY,...",
            help=N_(
                "Adjust for circumstances of the visits: weekday, hour, hour-band, season, occasion, place, persona."
            ),
        ),
        option("--scheme", metavar="ID@VERSION", help=N_("The scores under this scheme (see rescore).")),
        option(
            "--measure",
            metavar="ID",
            help=N_("The measure; by default the headline. compare and trend: 'episode' is the score of episodes."),
        ),
        filter_options,
        option(
            "--wave", multiple=True, metavar="WAVE", help=N_("Visits of this wave only; may be given several times.")
        ),
        place_options,
    ):
        command = add_option(command)
    return command


@contextmanager
def open_selection(question: SnapshotOptions) -> Iterator[Local]:
    """The snapshot, opened; where only some of its visits are scored under the scheme asked for, that is told."""
    from cemaudit.ledger.query.completeness import completeness_notes
    from cemaudit.ledger.query.counting import state_notes
    from cemaudit.ledger.query.coverage import mixed_origins
    from cemaudit.ledger.query.partly import partly_scored
    from cemaudit.ledger.query.reading import reading

    with reading(folder_of(question.url, question.snapshot_path)) as opened:
        visit_filter = question.asked().visit_filter
        print_problems(partly_scored(opened, visit_filter, question.scheme))
        print_problems(completeness_notes(opened, visit_filter, question.scheme))
        print_problems(mixed_origins(opened, visit_filter))
        yield opened
        # Last, and only where there is a result: what is refused is told alone.
        print_problems(state_notes(opened, visit_filter, question.scheme))


def refuse_target_off_scale(reading: Local, selection: Selection, target: float | None) -> None:
    """A usage error where no score of the measure compared can be as the ``target``, with the scale it runs on."""
    if target is None:
        return
    for measure, span in measure_ranges(reading, selection):
        if not span.low <= target <= span.high:
            text = message(
                "the target {target} is off the scale of {measure}: {low} to {high}",
                target=f"{target:g}", measure=measure, low=f"{span.low:g}", high=f"{span.high:g}",
            )  # fmt: skip
            raise click.UsageError(str(text), click.get_current_context())


def measure_ranges(reading: Local, selection: Selection) -> Iterator[tuple[str, MeasureRange]]:
    """The measures compared, and the scale each runs on where it has ends."""
    from cemaudit.compare.selection import score_sources, selected_facet_values
    from cemaudit.report.sections.values import span_of

    if selection.facet and (values := selected_facet_values(reading, selection)):
        selection = values[0].selection
    for source in () if selection.of_episodes else score_sources(reading, selection):
        for measure in sorted({column.measure for column in source.columns}):
            if span := span_of(source.scheme, source.scheme.measure[measure]):
                yield measure, span


def rules_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The rules, each of which has its usual value."""
    for add_option in (
        option(
            "--flag-at", type=PROBABILITY, metavar="P",
            help=N_("Least probability for a flag (0.8)."),
        ),
        level_option,
        option(
            "--least-visits", type=click.IntRange(1), metavar="N", help=N_("Least number of visits for a rank (3)."),
        ),
    ):  # fmt: skip
        function = add_option(function)
    return function


def make_rules(least_visits: int | None, level: float | None, flag_at: float | None) -> ComparisonRules:
    """The rules with those given."""
    from cemaudit.compare.results import DEFAULT_RULES

    return replace(
        DEFAULT_RULES,
        least_visits=DEFAULT_RULES.least_visits if least_visits is None else least_visits,
        level=DEFAULT_RULES.level if level is None else level,
        flag_at=DEFAULT_RULES.flag_at if flag_at is None else flag_at,
    )

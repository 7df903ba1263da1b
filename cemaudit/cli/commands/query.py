"""``cemaudit query``."""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from cemaudit.cli import localized
from cemaudit.cli.critical_rows import print_critical_failures
from cemaudit.cli.lenses import lens_holes, lens_keys
from cemaudit.cli.options import (
    FILE,
    cluster_options,
    engine_options,
    filter_of,
    filter_options,
    folder_of,
    json_option,
    open_on_cluster,
    place_options,
    print_problems,
    refuse_beside,
)
from cemaudit.cli.terminal import print_section, print_table, print_wrapped, screen_width
from cemaudit.errors import BadInput, Problem
from cemaudit.language import N_, message, translate

if TYPE_CHECKING:
    from cemaudit.compare.queries.claims import AfterClaims
    from cemaudit.ledger.query import LedgerQuery, ViewResult
    from cemaudit.ledger.query.question import LensKey
    from cemaudit.ledger.query.reading import Local, Reading
    from cemaudit.model import Checklist

__all__ = ["print_rows", "print_view"]

Row = dict[str, Any]

_HEADINGS = {
    "store": N_("store"), "region": N_("region"), "format": N_("format"), "brand": N_("brand"), "owner": N_("owner"),
    "pool": N_("pool"), "weekday": N_("weekday"), "hour": N_("hour"), "hour-band": N_("hours of the day"),
    "season": N_("season"), "occasion": N_("occasion"), "place": N_("place"), "persona": N_("persona"),
    "wave": N_("wave"), "day": N_("day"), "month": N_("month"), "quarter": N_("quarter"),
    "year": N_("year"), "scenario": N_("scenario"), "step": N_("step"), "origin": N_("origin"),
    "complete": N_("complete"),
    "checklist": N_("checklist"), "scheme": N_("scheme"), "band": N_("band"), "measure": N_("measure"),
    "key": N_("key"), "item": N_("item"), "tag": N_("tag"), "touchpoint": N_("touchpoint"), "channel": N_("channel"),
    "medium": N_("medium"), "stage": N_("stage"), "element": N_("element"), "mode": N_("mode"), "moment": N_("moment"),
    "micro-moment": N_("micro-moment"),
    "name": N_("name"), "visits": N_("visits"), "scored": N_("scored"), "mean": N_("mean"),
    "deviation": N_("deviation"), "least": N_("least"), "most": N_("most"), "asked": N_("asked"),
    "answered": N_("answered"), "not-applicable": N_("n/a"), "not-observed": N_("not seen"), "declined": N_("declined"),
    "unanswered": N_("no answer"), "not-relevant": N_("not relevant"), "share": N_("share"), "emotions": N_("rated"),
    "emotion": N_("emotion"), "emotion_deviation": N_("dev."), "expectations": N_("given"),
    "expectation": N_("expectation"), "expectation_deviation": N_("dev."), "claims": N_("claims"),
    "blames": N_("blames"), "episode": N_("episode"), "episodes": N_("episodes"), "planned": N_("planned"),
    "kept": N_("kept"), "missing": N_("missing"), "dropped_out": N_("dropped out"),
    "drop_out_share": N_("share dropped"), "drop_out_low": N_("from"), "drop_out_high": N_("to"),
    "items_fell": N_("items fell"), "feelings_fell": N_("feelings fell"), "told": N_("told"), "solved": N_("solved"),
    "later": N_("later"), "never": N_("never"), "not_noted": N_("not noted"), "cases": N_("cases"),
    "censored": N_("open"), "followed": N_("followed"), "blamed": N_("blamed"), "blamed_share": N_("share blamed"),
    "blamed_low": N_("from"), "blamed_high": N_("to"), "claimed_again": N_("again"), "nothing": N_("nothing"),
    "expected_blamed": N_("expected"), "state": N_("state"), "failures": N_("failures"),
    "failed_visits": N_("visits"), "failed_stores": N_("stores"), "last_day": N_("last on"),
}  # fmt: skip
"""What columns are called on a screen; programs get them by their names."""

_VALUES = {
    "weekday": {
        "mon": N_("Mon"), "tue": N_("Tue"), "wed": N_("Wed"), "thu": N_("Thu"), "fri": N_("Fri"), "sat": N_("Sat"),
        "sun": N_("Sun"),
    },
    "complete": {"yes": N_("yes"), "no": N_("no")},
    "season": {"spring": N_("spring"), "summer": N_("summer"), "autumn": N_("autumn"), "winter": N_("winter")},
    "state": {
        "received": N_("received"), "accepted": N_("accepted"), "returned": N_("returned"), "excluded": N_("excluded"),
        "contested": N_("contested"),
    },
}  # fmt: skip
"""What values are called on a screen; programs, and --where, have the keys."""


class KeyNames(NamedTuple):
    """What keys of a question are called, by key, and their values, by key and value."""

    keys: Mapping[str, object]
    values: Mapping[str, Mapping[str, object]]


_OWN_NAMES = KeyNames({}, {})


def print_view(result: ViewResult, limit: int | None, names: KeyNames = _OWN_NAMES, *, pivoted: bool) -> None:
    """Print what a view shows: its first rows, ``pivoted`` with the values of the second key side by side.

    Words of the vocabulary stand under their names, and so do values that have one; programs get their ids.
    """
    from cemaudit.ledger.query.keys import CIRCUMSTANCE_KEYS

    across = _values_across(result) if pivoted else []
    result = result._replace(rows=[_in_words(row, result.keys, names.values) for row in result.rows])
    if result.measures:
        titles = names.values.get("measure", {})
        click.echo(
            str(message("Measure: {name}", name=", ".join(str(titles.get(one, one)) for one in result.measures)))
        )
    if not result.rows:
        click.echo(str(message("nothing")))
        return
    if "mean" in result.rows[0]:
        click.echo(str(message("Mean: mean of visits (as scored, each counting the same)")))
    texts = 1 if pivoted else len(result.keys) + ("name" in result.rows[0])
    with_counts = set(result.keys) <= set(CIRCUMSTANCE_KEYS)
    columns_across = [_in_words({key: value}, [key], names.values)[key] for key, value in across]
    result = result._replace(rows=_numbers_in_words(result.rows))
    rows = (_pivoted(result, columns_across, with_counts=with_counts) if pivoted else result.rows)[:limit]
    columns = list(rows[0])
    print_table(
        [str(names.keys.get(name) or translate(_HEADINGS.get(name, name))) for name in columns],
        [[_cell(row[name]) for name in columns] for row in rows],
        "l" * texts + "r" * (len(columns) - texts),
        width=screen_width(),
        in_pieces=pivoted,
        verbatim=True,
    )


def print_rows(rows: Sequence[Row], limit: int | None) -> None:
    """Print rows under the names somebody gave their columns."""
    if not rows:
        click.echo(str(message("nothing")))
        return
    columns = list(rows[0])
    sides = "".join("r" if any(isinstance(row[name], int | float) for row in rows) else "l" for name in columns)
    cells = [[_cell(row[name], 2) for name in columns] for row in rows[:limit]]
    print_table(columns, cells, sides, width=screen_width(), verbatim=True)


def _in_words(row: Row, keys: Sequence[str], titles: Mapping[str, Mapping[str, object]]) -> Row:
    """A row with its keys' values as they are called."""
    from cemaudit.model.vocabulary import word_title

    def title(key: str, value: Any) -> Any:
        if value is None:
            return None
        if value in _VALUES.get(key, {}):
            return translate(_VALUES[key][value])
        return str(titles.get(key, {}).get(value) or word_title(key, value) or value)

    return row | {key: title(key, row[key]) for key in keys}


def _values_across(result: ViewResult) -> list[tuple[str, Any]]:
    """The second key with each of its values: times of the week in their order, others as they come."""
    from cemaudit.ledger.query.keys import CIRCUMSTANCE_KEYS, order_of_values

    key = result.keys[1]
    values = list(dict.fromkeys(row[key] for row in result.rows))
    if key in CIRCUMSTANCE_KEYS:
        # A row that has no visit at the first hours must not put them behind all others.
        order = {value: place for place, value in enumerate(order_of_values(key))}
        values.sort(key=lambda value: (value is None, order.get(value, 0), str(value)))
    return [(key, value) for value in values]


def _pivoted(result: ViewResult, across: Sequence[Any], *, with_counts: bool) -> list[Row]:
    """A row for each value of the first key, a column for each of ``across``; ``with_counts``: the visits in brackets.

    How many visits a time of the week has is uneven; of stores and touchpoints it hardly differs.
    """
    first, second = result.keys
    rows_by_key: dict[Any, Row] = {}
    for row in result.rows:
        value = f"{_cell(row['mean'])} ({row['scored']:,})" if with_counts and row["scored"] else row["mean"]
        cells = rows_by_key.setdefault(row[first], {first: row[first], **dict.fromkeys(map(str, across))})
        cells[str(row[second])] = value
    return list(rows_by_key.values())


_SCALES = {
    **dict.fromkeys(("emotion", "emotion_deviation"), "emotion"),
    **dict.fromkeys(("expectation", "expectation_deviation"), "expectation"),
}
"""Columns that are not on the scale of the scores beside them."""


def _numbers_in_words(rows: Sequence[Row]) -> list[Row]:
    """The rows with shares of points in percent, and scores with the decimals their measure needs.

    Rows of different measures, and columns of different scales, each have their own.
    """
    from cemaudit.compare.score_scale import decimals_of

    largest: dict[tuple[Any, str], float] = {}
    for row in rows:
        for name, value in row.items():
            if isinstance(value, float) and name != "share":
                scale = row.get("measure"), _SCALES.get(name, "score")
                largest[scale] = max(largest.get(scale, 0.0), abs(value))

    def cell(row: Row, name: str, value: Any) -> Any:
        if not isinstance(value, float):
            return value
        if name == "share":
            return f"{_cell(value)}%"
        return _cell(value, decimals_of(largest[row.get("measure"), _SCALES.get(name, "score")]))

    return [{name: cell(row, name, value) for name, value in row.items()} for row in rows]


def _cell(value: object, digits: int = 1) -> str:
    match value:
        case None:
            return "-"
        case float():
            text = f"{value:.{digits}f}"
            return text.removeprefix("-") if not float(text) else text
        case _:
            return str(value)


VIEWS = {
    "visits": N_("how many visits, by month"),
    "scores": N_("every score: how many, mean, deviation, least, most"),
    "items": N_("how each item was answered, and what share of its points was earned"),
    "feelings": N_("what was felt and expected at each touchpoint, claims and blames"),
    "league": N_("stores by their mean, the best first"),
    "heatmap": N_("the mean of each store at each touchpoint"),
    "trend": N_("the mean of each month"),
    "distribution": N_("percentiles"),
    "complaints": N_("claims and blames at each touchpoint, and what became of claims: told, solved, later, never"),
    "critical": N_("which stores failed a critical item, in which visit; the latest first (by a key: how many)"),
    "episodes": N_("whole treatments or orders: score, visits planned and kept, drop-outs, what fell"),
    "after-claims": N_("what the next wave brought where there was a claim: a blame, another claim, nothing"),
}
EPISODES, AFTER_CLAIMS, CRITICAL, LEAGUE = "episodes", "after-claims", "critical", "league"

_MOST_SQL = 100_000


class _QueryCommand(localized.TranslatedCommand):
    """The command with its views listed."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 (click's)
        with formatter.section(translate(N_("Views"))):
            formatter.write_dl([(name, translate(text)) for name, text in VIEWS.items()])


@localized.command(
    "query",
    cls=_QueryCommand,
    help=N_(
        "Query the snapshot. A view has default groups; other keys: store, region, format, brand, owner, pool, wave, "
        "day, month, quarter, year, complete, state, weekday, hour, hour-band, season, occasion, place, persona, "
        "scenario, step, origin, checklist, scheme, band; and those of the checklist: "
        "measure, key, item, tag, touchpoint, channel, medium, stage, element, mode, moment, micro-moment; and the "
        "stages of a lens: lens:acass, lens:before-on-after, ..."
    ),
)
@click.argument("view", type=click.Choice(list(VIEWS)), metavar="VIEW", required=False)
@place_options
@localized.option("--by", multiple=True, metavar="KEY", help=N_("Group by this key; may be given several times."))
@filter_options
@localized.option("--measure", metavar="ID", help=N_("The measure; by default the headline."))
@localized.option("--scheme", metavar="ID@VERSION", help=N_("The scores under this scheme (see rescore)."))
@localized.option("--limit", type=click.IntRange(1), metavar="N", help=N_("Number of rows to show."))
@localized.option("--with-notes", is_flag=True,
                  help=N_("With critical: what shoppers wrote about it (needs the ledger)."))  # fmt: skip
@localized.option("--sql", type=FILE, metavar="FILE", help=N_("Query with SQL: a file with one SELECT statement."))
@json_option
@localized.option("--csv", "as_csv", is_flag=True, help=N_("Write CSV."))
@cluster_options
@engine_options
@localized.common_options
def command(
    view: str | None,
    url: str | None,
    snapshot_path: Path | None,
    by: tuple[str, ...],
    where: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    with_excluded: bool,
    measure: str | None,
    scheme: str | None,
    limit: int | None,
    with_notes: bool,
    sql: Path | None,
    as_json: bool,
    as_csv: bool,
    on: str | None,
    data: str | None,
    blocked: tuple[str, ...],
    files: tuple[Path, ...],
) -> None:
    """Ask, and print the rows."""
    from cemaudit.compare.queries.episodes import episode_view
    from cemaudit.ledger.query import LedgerQuery, show
    from cemaudit.ledger.query.counting import counting_notes
    from cemaudit.ledger.query.keys import KEYS, LENS, known_key
    from cemaudit.ledger.query.partly import partly_scored
    from cemaudit.ledger.query.reading import reading

    # SQL says for itself what a view would choose
    if (view is None) == (sql is None):
        raise click.UsageError(str(message("name a view, or give SQL with --sql")))
    _refuse_beside_critical(view, by, url, measure, with_notes=with_notes)
    has_lenses = view not in {None, EPISODES, AFTER_CLAIMS}
    visit_filter = filter_of(where, since, until, excluded=with_excluded, lenses=has_lenses)
    known = _keys_of(view)
    keys = tuple(dict.fromkeys(key if key.startswith(LENS) and known is KEYS else known_key(key, known) for key in by))
    lenses = lens_keys(keys, blocked, files, visit_filter.conditions)
    question = LedgerQuery(keys, visit_filter, scheme, measure, lenses)
    if sql:
        _refuse_beside_sql(question, on)
        with reading(folder_of(url, snapshot_path)) as opened:
            problems = list(partly_scored(opened, visit_filter, scheme))
            problems += counting_notes(opened, visit_filter, scheme)
            result = run_sql(opened, sql, question)
            names = _OWN_NAMES
    elif view == EPISODES:
        # They are scored as they come in.
        refuse_beside(EPISODES, {"--scheme": scheme, "--measure": measure, "--on": on})
        with reading(folder_of(url, snapshot_path)) as opened:
            result, problems = episode_view(opened, question), list(counting_notes(opened, visit_filter))
            names = _OWN_NAMES
    elif view == AFTER_CLAIMS:
        refuse_beside(AFTER_CLAIMS, {"--scheme": scheme, "--measure": measure, "--on": on})
        from cemaudit.compare.queries.claims import after_claims

        with reading(folder_of(url, snapshot_path)) as opened:
            print_after_claims(after_claims(opened, question), limit, as_json=as_json, as_csv=as_csv)
            print_problems(counting_notes(opened, visit_filter))
        return
    else:
        with open_on_cluster(on, data, snapshot_path) if on else reading(folder_of(url, snapshot_path)) as snapshot:
            result = show(snapshot, str(view), question)
            problems = list(_notes_on(snapshot, view, question, result))
            names = key_names(map(snapshot.checklist, snapshot.refs), lenses)
            names = _with_names_of_rows(names, snapshot, result)
    if with_notes:
        result = _with_words(result._replace(rows=result.rows[:limit]), str(url))
    print_result(result, view, limit, names, as_json=as_json, as_csv=as_csv)
    print_problems(problems)


def _notes_on(snapshot: Reading, view: str | None, question: LedgerQuery, result: ViewResult) -> Iterator[Problem]:
    """What is said of the visits behind a view: those not scored, incomplete, simulated, withheld, not there at all."""
    from cemaudit.ledger.query.counting import counting_notes
    from cemaudit.ledger.query.coverage import mixed_origins
    from cemaudit.ledger.query.partly import items_answered_otherwise, partly_scored, versions_together
    from cemaudit.ledger.query.privacy import withheld_note

    yield from partly_scored(snapshot, question.which, question.scheme)
    yield from lens_holes(snapshot, question)
    yield from counting_notes(snapshot, question.which, question.scheme)
    yield from mixed_origins(snapshot, question.which)
    if result.measures:
        yield from versions_together(snapshot, question)
    if view == "items":
        yield from items_answered_otherwise(snapshot, question)
    if result.withheld:
        yield Problem(withheld_note(*result.withheld))
    if view in {"visits", "league"}:
        yield from _unvisited_stores(snapshot, question, result)


def _refuse_beside_critical(
    view: str | None, by: Sequence[str], url: str | None, measure: str | None, *, with_notes: bool
) -> None:
    """``UsageError`` where a measure is named for critical failures, or words are asked for that cannot be shown."""
    refuse_beside(CRITICAL, {"--measure": measure} if view == CRITICAL else {})
    if with_notes and (view != CRITICAL or by):
        raise click.UsageError(str(message("--with-notes goes with 'query critical' without --by")))
    if with_notes and not url:
        raise click.UsageError(str(message("shoppers' texts are only in the ledger: name it with --ledger")))


def _with_words(result: ViewResult, url: str) -> ViewResult:
    """Critical failures with what shoppers wrote about them, from the ledger."""
    from cemaudit.ledger import open_ledger
    from cemaudit.ledger.query.critical import failure_words

    with open_ledger(url) as ledger:
        words = failure_words(ledger, result.rows)
        return result._replace(rows=[row | {"words": text} for row, text in zip(result.rows, words, strict=True)])


def _with_names_of_rows(names: KeyNames, snapshot: Reading, result: ViewResult) -> KeyNames:
    """The names, and those of touchpoints and items too, and of stores where no column has them.

    Items keep their ids beside their titles, and so do stores that are called the same.
    """
    from cemaudit.ledger.query.coverage import registered_in_snapshot

    stores = registered_in_snapshot(snapshot)
    called = Counter(stores.values())
    values = {key: dict(titles) for key, titles in names.values.items()}
    if not result.rows or "name" not in result.rows[0]:
        values["store"] = {
            store: name if called[name] == 1 else f"{name} ({store})" for store, name in stores.items() if name != store
        }
    checklists = list(map(snapshot.checklist, snapshot.refs))
    titles = {touchpoint.id: touchpoint.title for checklist in checklists for touchpoint in checklist.touchpoints}
    values |= {key: titles | values.get(key, {}) for key in ("touchpoint", "key")}
    values["measure"] = {
        measure.id: f"{measure.title} ({measure.id})"
        for checklist_ref in snapshot.refs
        for table in snapshot.scores(checklist_ref)
        for scheme in table.schemes
        for measure in scheme.measures
        if measure.title
    }
    values["item"] = {item.id: f"{item.id} {item.ask}" for checklist in checklists for item in checklist.items.values()}
    return KeyNames(names.keys, values)


def _unvisited_stores(snapshot: Reading, question: LedgerQuery, result: ViewResult) -> Iterator[Problem]:
    """The registered stores that have no row in a view of stores."""
    from cemaudit.ledger.query.coverage import unvisited_note
    from cemaudit.ledger.query.question import checklists_asked

    if "store" in result.keys:
        conditions, visited = question.which.conditions, {row["store"] for row in result.rows}
        if note := unvisited_note(snapshot, conditions, checklists_asked(snapshot, question, one=False), visited):
            yield Problem(note)


def _keys_of(view: str | None) -> Sequence[str]:
    """What a view can be grouped by; the views with keys of their own are loaded only where they are asked for."""
    if view == EPISODES:
        from cemaudit.compare.queries.episodes import EPISODE_KEYS

        return EPISODE_KEYS
    if view == AFTER_CLAIMS:
        from cemaudit.compare.queries.claims import CASE_KEYS

        return CASE_KEYS
    from cemaudit.ledger.query.keys import KEYS

    return KEYS


def key_names(checklists: Iterable[Checklist], lenses: Mapping[str, LensKey]) -> KeyNames:
    """What lenses and their stages are called, and the personas, occasions and groups of checklists."""
    values: dict[str, dict[str, object]] = {"persona": {}, "occasion": {}, "tag": {}, "key": {}}
    for checklist in checklists:
        values["persona"] |= {persona.id: persona.title for persona in checklist.personas}
        values["occasion"] |= {occasion.id: occasion.title for occasion in checklist.occasions}
        groups = {group.id: group.title for group in checklist.groups}
        values["tag"] |= groups
        # A key may be the id of a touchpoint or an item, too: then it stays one.
        values["key"] |= {
            name: title for name, title in groups.items() if name not in {*checklist.touchpoint, *checklist.items}
        }
    for key, lens_key in lenses.items():
        values[key] = {stage.id: stage.title for stage in lens_key.lens.stages}
    return KeyNames({key: lens_key.lens.title for key, lens_key in lenses.items()}, values)


def print_result(
    result: ViewResult,
    view: str | None,
    limit: int | None,
    names: KeyNames = _OWN_NAMES,
    *,
    as_json: bool,
    as_csv: bool,
) -> None:
    """As JSON, CSV, or a table; ``view`` is missing where somebody asked in SQL."""
    if as_json:
        for row in result.rows[:limit]:
            click.echo(json.dumps(_common_measure(result) | row, ensure_ascii=False, default=str))
    elif as_csv:
        _print_csv([_common_measure(result) | row for row in result.rows[:limit]])
    elif view == EPISODES:
        print_view(_episodes_on_screen(result), limit, names, pivoted=False)
    elif view == CRITICAL and not result.keys:
        print_critical_failures(result.rows, limit)
    elif view:
        if view == LEAGUE and result.rows:
            text = N_("Plain means, whose order is partly chance: which stores to act on, 'cemaudit compare' says.")
            print_wrapped(translate(text))
            click.echo()
        print_view(result, limit, names, pivoted=view == "heatmap" and len(result.keys) == 2)
    else:
        print_rows(result.rows, limit)


def _refuse_beside_sql(question: LedgerQuery, on: str | None) -> None:
    """``UsageError`` where something is asked for that SQL has to say itself."""
    conditions_filter = question.which
    given_options = {
        "--on": on,
        "--by": question.by,
        "--where": [condition for condition in conditions_filter.conditions if condition.key != "checklist"],
        "--since": conditions_filter.since,
        "--until": conditions_filter.until,
        "--with-excluded": conditions_filter.excluded,
        "--measure": question.measure,
    }
    refuse_beside("--sql", given_options)


def _episodes_on_screen(result: ViewResult) -> ViewResult:
    """The columns that fit a screen: of single episodes no counts of them, of groups the share that dropped out."""
    counted = ("planned", "kept", "missing", "dropped_out")
    fell = ("items_fell", "feelings_fell")
    names: tuple[str, ...]
    if "episode" in result.keys:
        names = ("mean", "visits", *counted, *fell)
    else:
        names = ("episodes", "mean", *counted, "drop_out_share", "drop_out_low", "drop_out_high", *fell)
    rows = [{**{key: row[key] for key in result.keys}, **{name: row[name] for name in names}} for row in result.rows]
    for row in rows:
        shares = [name for name in ("drop_out_share", "drop_out_low", "drop_out_high") if name in row]
        row.update({name: f"{row[name]:.0%}" for name in shares})
    return result._replace(rows=rows)


def print_after_claims(after: AfterClaims, limit: int | None, *, as_json: bool, as_csv: bool) -> None:
    """What came after claims: rows for programs, else a table and what can be told of all cases together."""
    from cemaudit.compare.queries.claims import after_claims_sentences
    from cemaudit.model import ClaimState
    from cemaudit.model.vocabulary import label

    if as_json or as_csv:
        print_result(after.result, AFTER_CLAIMS, limit, as_json=as_json, as_csv=as_csv)
        return
    shares = ("blamed_share", "blamed_low", "blamed_high", "expected_blamed")
    names = ("cases", "censored", "blamed", *shares, "claimed_again", "nothing")
    rows = [
        {
            **{key: row[key] for key in after.result.keys},
            **{name: row[name] for name in names},
            **{name: f"{row[name] * 100:.0f}%" for name in shares if row[name] is not None},
        }
        for row in after.result.rows
    ]
    states: dict[str, object] = {state.value: label(state) for state in ClaimState}
    key_names = KeyNames(
        {"state": message("what became of it")},
        {"state": states | {"mixed": message("several claims, different ends")}},
    )
    print_view(after.result._replace(rows=rows), limit, key_names, pivoted=False)
    print_section(N_("How to read this table"), after_claims_sentences(after))


def run_sql(opened: Local, sql: Path, question: LedgerQuery) -> ViewResult:
    """What the SQL of a file returns."""
    from cemaudit.files import read_text
    from cemaudit.ledger.query import ViewResult, ask
    from cemaudit.ledger.query.privacy import least_sheets
    from cemaudit.ledger.query.question import checklists_asked

    text = read_text(sql, _MOST_SQL)
    refs = checklists_asked(opened, question, one=True)
    if least := least_sheets(map(opened.checklist, refs)):
        refused = message(
            "not by SQL: figures of {ref} rest on at least {least} sheets", ref=", ".join(refs), least=least
        )
        raise BadInput(Problem(refused, "--sql", message("ask for a view")))
    if len(refs) > 1:
        several = message("visits of several checklists are there: {names}", names=", ".join(refs))
        raise click.UsageError(f"{several} ({message('choose one with --where checklist=ID')})")
    result = ask(opened, text, refs[0], question.scheme)
    return ViewResult((), [dict(zip(result.columns, row, strict=True)) for row in result.rows])


def _common_measure(result: ViewResult) -> dict[str, Any]:
    """The measure, where it is the same for all rows."""
    return {"measure": ", ".join(result.measures)} if result.measures else {}


def _print_csv(rows: Sequence[dict[str, Any]]) -> None:
    from cemaudit.ledger.export.files import escape_formula

    writer = csv.writer(sys.stdout, lineterminator="\n")
    if rows:
        writer.writerow(map(escape_formula, rows[0]))
    for row in rows:
        writer.writerow([escape_formula(value) if isinstance(value, str) else value for value in row.values()])

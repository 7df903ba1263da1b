"""``cemaudit appeals``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cemaudit.cli import localized
from cemaudit.cli.localized import group
from cemaudit.cli.options import (
    FILE,
    by_option,
    engine_options,
    json_option,
    ledger_option,
    media_option,
    print_plugin_problems,
    snapshot_option,
)
from cemaudit.cli.terminal import print_table, print_wrapped
from cemaudit.language import N_, Message, message, printable, translate

if TYPE_CHECKING:
    from cemaudit.exchange.sealed.keys import SigningKey
    from cemaudit.ledger import Ledger
    from cemaudit.ledger.appeals import Appeal
    from cemaudit.programme.appeals import AppealEffect, AppealFigures
    from cemaudit.scoring import Engine

LONGEST_REASON = 2_000

_ABOUT = {
    "open": N_("Write down that a store contests an item of a visit."),
    "list": N_("List the appeals."),
    "show": N_("Show an appeal, its decision, and what that changed."),
    "decide": N_("Uphold or refuse an appeal."),
    "figures": N_("How many appeals were opened and upheld, by wave, item and shopper."),
}


@group("appeals", N_("Stores contest what was noted of them; headquarters decides."), _ABOUT)
def command() -> None:
    """The group; its commands follow."""


@localized.command(
    "open",
    help=N_(
        "Write down that a store contests an item of a visit, which makes the visit contested. It can within the "
        "ledger's setting appeal-days, once for each item, and not against a visit that is superseded or excluded."
    ),
)
@click.argument("visit")
@localized.option("--item", required=True, metavar="ID", help=N_("The item that is contested."))
@localized.option("--reason", required=True, metavar="TEXT", help=N_("What the store says; a purge removes it."))
@localized.option("--evidence", type=FILE, metavar="FILE", help=N_("A photo, receipt or document of the store's."))
@localized.option("--revision", type=click.IntRange(1), metavar="N", help=N_("The revision the store was shown."))
@media_option
@by_option
@ledger_option
@localized.common_options
def open_(
    visit: str,
    item: str,
    reason: str,
    evidence: Path | None,
    revision: int | None,
    media: Path | None,
    who: str | None,
    url: str,
) -> None:
    """Write it down, and say until when others can be."""
    from cemaudit.ledger import open_ledger
    from cemaudit.ledger.appeals import NewAppeal, deadline_of, latest_revision, open_appeal

    with open_ledger(url, who=who) as ledger:
        appeal = open_appeal(ledger, NewAppeal(visit, item, reason, evidence, revision), ledger.media(media))
        until = deadline_of(ledger.database, latest_revision(ledger.database, visit))
    opened = message("{name}: {item} of visit {visit} is contested", name=appeal.name, item=item, visit=appeal.visit)
    click.echo(str(opened))
    click.echo(f"  {message('other items of it can be contested until {day}', day=until)}")


_HEADINGS = (N_("Appeal"), N_("State"), N_("Visit"), N_("Store"), N_("Item"), N_("Filed"), N_("Decided"))


@localized.command("list", help=N_("List the appeals in the order they were opened."))
@localized.option("--open", "only_open", is_flag=True, help=N_("Only those nobody has decided yet."))
@localized.option("--wave", metavar="WAVE", help=N_("Against visits of this wave."))
@localized.option("--store", metavar="ID", help=N_("Of this store."))
@ledger_option
@json_option
@localized.common_options
def list_(only_open: bool, wave: str | None, store: str | None, url: str, as_json: bool) -> None:
    """One row, or one JSON object, for each."""
    from cemaudit.ledger import open_ledger
    from cemaudit.ledger.appeals import outcome_words

    with open_ledger(url) as ledger:
        listed = _asked_about(ledger, wave, store, only_open=only_open)
    if as_json:
        for appeal in listed:
            click.echo(json.dumps(appeal.as_json(), ensure_ascii=False))
        return
    rows = [
        [
            appeal.name,
            outcome_words(appeal.state),
            appeal.visit,
            appeal.store,
            appeal.item,
            appeal.at[:10],
            appeal.decision.at[:10] if appeal.decision else "",
        ]
        for appeal in listed
    ]
    print_table(_HEADINGS, rows, "l" * len(_HEADINGS))


def _asked_about(ledger: Ledger, wave: str | None, store: str | None, *, only_open: bool = False) -> list[Appeal]:
    from cemaudit.ledger.appeals import appeals

    conditions = {"visit.wave = ?": wave, "visit.store = ?": store}
    given = {condition: value for condition, value in conditions.items() if value is not None}
    whole = [*given, *(["decision.appeal is null"] if only_open else [])]
    return appeals(ledger.database, " and ".join(whole) or "1 = 1", list(given.values()))


@localized.command(
    "show",
    help=N_("Show an appeal with what the store says, the decision, and score, band and place before and after."),
)
@click.argument("appeal")
@snapshot_option
@ledger_option
@engine_options
@json_option
@localized.common_options
def show(
    appeal: str,
    snapshot_path: Path | None,
    url: str,
    blocked: tuple[str, ...],
    files: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Sentences, or one JSON object."""
    from cemaudit.ledger import open_ledger
    from cemaudit.ledger.appeals import find_appeal

    with open_ledger(url) as ledger:
        shown = find_appeal(ledger.database, appeal)
        print_appeal(ledger, _engine(ledger, blocked, files), shown, url, snapshot_path, as_json=as_json)


@localized.command(
    "decide",
    help=N_(
        "Decide an appeal, once. Upholding makes a revision of the visit by headquarters: with the answers given, or "
        "with the contested item counted as not observed. The shopper's revision stays. With a key ('cemaudit key "
        "new', extra sign) the revision is signed, as headquarters' own."
    ),
)
@click.argument("appeal")
@localized.option("--uphold", "outcome", flag_value="upheld", default=None, help=N_("The store is right."))
@localized.option("--refuse", "outcome", flag_value="refused", help=N_("What was noted stays."))
@localized.option("--reason", required=True, metavar="TEXT", help=N_("Why; a purge removes it."))
@localized.option(
    "--answer", "answers", multiple=True, metavar="ITEM=VALUE",
    help=N_("With --uphold: the right answer, written as in a form, or not-applicable, not-observed. Repeatable."),
)  # fmt: skip
@localized.option("--unsigned", is_flag=True, help=N_("Do not sign the revision, though there is a key."))
@by_option
@snapshot_option
@ledger_option
@engine_options
@json_option
@localized.common_options
def decide(
    appeal: str,
    outcome: str | None,
    reason: str,
    answers: tuple[str, ...],
    unsigned: bool,
    who: str | None,
    snapshot_path: Path | None,
    url: str,
    blocked: tuple[str, ...],
    files: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Decide it, and show what that changed."""
    from cemaudit.ledger import open_ledger
    from cemaudit.ledger.appeal_decisions import UPHELD, NewDecision, decide_appeal

    if outcome is None:
        raise click.UsageError(str(message("say the decision: {options}", options="--uphold, --refuse")))
    with open_ledger(url, who=who) as ledger:
        key = None if unsigned or outcome != UPHELD else _own_key()
        decided = decide_appeal(ledger, appeal, NewDecision(outcome, reason, answers), key)
        print_appeal(ledger, _engine(ledger, blocked, files), decided, url, snapshot_path, as_json=as_json)
        if decided.decision and decided.decision.revision and not as_json:
            hint = message("bring the snapshot up to date with 'cemaudit snapshot'")
            report = message("write the report again with 'cemaudit report --ledger'")
            click.echo(f"  {hint}; {report}")


def _own_key() -> SigningKey | None:
    """Headquarters' key, where there is one and the extra that signs."""
    from importlib.util import find_spec

    from cemaudit.cli.home import key_file, signing_key

    return signing_key() if key_file().exists() and find_spec("cryptography") else None


def _engine(ledger: Ledger, blocked: tuple[str, ...], files: tuple[Path, ...]) -> Engine:
    from cemaudit.cli.ledger_visits import know_definitions
    from cemaudit.scoring import Engine

    engine = Engine(blocked, files)
    print_plugin_problems(engine)
    know_definitions(engine, ledger)
    return engine


def print_appeal(
    ledger: Ledger, engine: Engine, appeal: Appeal, url: str, snapshot_path: Path | None, *, as_json: bool
) -> None:
    """Print an appeal, its decision, and what that changed."""
    from cemaudit.ledger.appeal_decisions import signature_of

    effect = _effect(ledger, engine, appeal, url, snapshot_path)
    signature = signature_of(ledger.database, appeal)
    if as_json:
        data = appeal.as_json() | ({"effect": effect_to_dict(effect)} if effect else {})
        click.echo(json.dumps(data, ensure_ascii=False))
        return
    for line in _appeal_lines(appeal):
        print_wrapped(line, indent="    ")
    if signature:
        text = message("signed by headquarters with {key}", key=signature.key)
        wrong = message("the signature is not of this revision")
        click.echo(f"  {text if signature.is_genuine else wrong}")
    for line in effect_lines(effect) if effect else ():
        print_wrapped(f"  {line}", indent="    ")


def _effect(
    ledger: Ledger, engine: Engine, appeal: Appeal, url: str, snapshot_path: Path | None
) -> AppealEffect | None:
    """What an appeal changed, with the places where there is a snapshot and the extra that reads it."""
    from cemaudit.cli.ledger_visits import snapshot_at
    from cemaudit.programme.appeals import appeal_effect, place_among

    effect = appeal_effect(engine, ledger, appeal)
    folder = snapshot_at(url, snapshot_path)
    if effect is None or folder is None:
        return effect
    from cemaudit.ledger.query.reading import reading

    with reading(folder) as snapshot:
        return place_among(snapshot, ledger, effect)


def _appeal_lines(appeal: Appeal) -> Iterator[str]:
    from cemaudit.ledger.appeals import outcome_words

    where = f"{printable(appeal.visit)}, {printable(appeal.store)}, {appeal.day or '-'}"
    yield f"{appeal.name} ({outcome_words(appeal.state)}): {appeal.item}, {where}"
    opened = message("{at}: opened by {who}", at=appeal.at, who=appeal.who)
    yield f"  {opened}" + (f": {printable(appeal.reason, LONGEST_REASON)}" if appeal.reason else "")
    if appeal.evidence:
        yield f"  {message('evidence: {file}', file=appeal.evidence)}"
    if decision := appeal.decision:
        said = message(
            "{at}: {state} by {who}", at=decision.at, state=outcome_words(decision.outcome), who=decision.who
        )
        yield f"  {said}" + (f": {printable(decision.reason, LONGEST_REASON)}" if decision.reason else "")
        if decision.revision is not None:
            yield f"  {message('headquarters made a revision of its own; that of the shopper stays')}"


def effect_lines(effect: AppealEffect) -> Iterator[str]:
    """What an upheld appeal changed: answers, score, band and place before and after."""
    for change in effect.changes:
        before, after = (printable(text or "-") for text in (change.before, change.after))
        yield f"{printable(change.place)}: {before} -> {after}"
    from cemaudit.report.sections.values import headline

    before, after = (str(headline(audit)) for audit in (effect.before, effect.after))
    moved = effect.points_moved
    yield f"{message('score')}: {before} -> {after}" + (f" ({moved:+.1f})" if moved is not None else "")
    bands = [audit.band.label if audit.band else "-" for audit in (effect.before, effect.after)]
    if set(bands) != {"-"}:
        yield f"{message('band')}: {bands[0]} -> {bands[1]}"
    yield str(_place_words(effect))


def _place_words(effect: AppealEffect) -> Message:
    if effect.places is None:
        return message("place among the stores: not known; it needs a snapshot that holds the visit")
    before, after = effect.places
    return message(
        "place of the store's mean among {stores} of the wave: {before} -> {after} (by {visits} visits; mostly chance)",
        stores=after.stores, before=before.place, after=after.place, visits=after.visits,
    )  # fmt: skip


def effect_to_dict(effect: AppealEffect) -> dict[str, Any]:
    """What an upheld appeal changed, as plain values."""
    before, after = effect.scores
    places = effect.places
    return {
        "changes": [change.model_dump(mode="json") for change in effect.changes],
        "score": [before, after],
        "points_moved": effect.points_moved,
        "band": [audit.band.label if audit.band else None for audit in (effect.before, effect.after)],
        "place": places and [place.place for place in places],
        "stores": places and places[1].stores,
    }


_FIGURES = (N_("opened"), N_("undecided"), N_("upheld"), N_("turned down"), N_("points moved"), N_("visits"))


@localized.command(
    "figures",
    help=N_(
        "How many appeals were opened, upheld and refused, and by how many points the visits' scores moved: by wave, "
        "by item and by shopper. Shoppers with fewer than five visits are taken together."
    ),
)
@localized.option("--wave", metavar="WAVE", help=N_("Against visits of this wave."))
@ledger_option
@engine_options
@json_option
@localized.common_options
def figures(wave: str | None, url: str, blocked: tuple[str, ...], files: tuple[Path, ...], as_json: bool) -> None:
    """Three tables, or one JSON object."""
    from cemaudit.ledger import open_ledger
    from cemaudit.programme.appeals import appeal_effect, appeal_figures, visits_by_key

    with open_ledger(url) as ledger:
        engine = _engine(ledger, blocked, files)
        effects = [(appeal, appeal_effect(engine, ledger, appeal)) for appeal in _asked_about(ledger, wave, None)]
        by_key = {
            key: appeal_figures(effects, key, visits_by_key(ledger, key, wave)) for key in ("wave", "item", "shopper")
        }
    if as_json:
        data = {key: [_figures_to_dict(key, row) for row in rows] for key, rows in by_key.items()}
        click.echo(json.dumps(data, ensure_ascii=False))
        return
    titles = {"wave": N_("Wave"), "item": N_("Item"), "shopper": N_("Shopper")}
    for key, rows in by_key.items():
        cells = [_figure_cells(key, row) for row in rows]
        print_table((titles[key], *_FIGURES), cells, "l" + "r" * len(_FIGURES), gap=key != "wave")


def _figure_cells(key: str, row: AppealFigures) -> Sequence[str]:
    others = translate(N_("others (under 5)")) if key == "shopper" else "-"
    open_ones = row.opened - row.upheld - row.refused
    numbers = (row.opened, open_ones, row.upheld, row.refused)
    visits = "-" if row.visits is None else f"{row.visits:,}"
    return [row.group or others, *map(str, numbers), f"{row.moved:+.1f}" if row.upheld else "-", visits]


def _figures_to_dict(key: str, row: AppealFigures) -> dict[str, Any]:
    return {
        key: row.group,
        "opened": row.opened,
        "upheld": row.upheld,
        "refused": row.refused,
        "points_moved": row.moved,
        "not_scored": row.not_scored,
        "visits": row.visits,
    }


for subcommand in (open_, list_, show, decide, figures):
    command.add_command(subcommand)

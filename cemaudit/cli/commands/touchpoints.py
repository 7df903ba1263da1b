"""``cemaudit touchpoints``."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cemaudit.cli import localized
from cemaudit.cli.localized import group
from cemaudit.cli.options import (
    FILE,
    OUT_FILE,
    engine_options,
    filter_of,
    filter_options,
    folder_of,
    json_option,
    level_option,
    place_options,
    print_plugin_problems,
    print_problems,
)
from cemaudit.cli.output import OutputFormat, rows_options, write_rows
from cemaudit.cli.terminal import print_table, print_wrapped
from cemaudit.errors import BadInput, Problem
from cemaudit.language import N_, current, message, translate

if TYPE_CHECKING:
    from cemaudit.compare.touchpoint_choice import TouchpointChoice
    from cemaudit.ledger.query.reading import Local
    from cemaudit.model import Checklist, Scheme
    from cemaudit.scoring import Engine

__all__ = ["command"]

_ABOUT = {
    "draft": N_("Draft an inventory from a checklist."),
    "check": N_("Check an inventory."),
    "show": N_("Show an inventory."),
    "choose": N_("Choose the touchpoints to mend first."),
}


@group(
    "touchpoints",
    N_("The method behind a checklist of ten: an inventory of the path, and which of it to mend first."),
    _ABOUT,
)
def command() -> None:
    """The group; its commands follow."""


@localized.command(
    "draft",
    help=N_(
        "Write an inventory (TOML) to begin with: the touchpoints of a checklist (ID, ID@VERSION or a file), without "
        "wishes and ratings."
    ),
)
@click.argument("checklist_ref", metavar="CHECKLIST")
@localized.option(
    "--out", "path", type=OUT_FILE, metavar="FILE", help=N_("Write to this file, not to standard output.")
)
@localized.option("--overwrite", is_flag=True, help=N_("Write over a file that is there."))
@engine_options
@localized.common_options
def draft(
    checklist_ref: str, path: Path | None, overwrite: bool, blocked: tuple[str, ...], files: tuple[Path, ...]
) -> None:
    """Print or write the draft."""
    from cemaudit.cli.inputs import find_checklist
    from cemaudit.exchange.drawn_checklist import write_new
    from cemaudit.exchange.inventories import draft_inventory, inventory_text
    from cemaudit.scoring import Engine

    engine = Engine(blocked, files)
    print_plugin_problems(engine)
    text = inventory_text(draft_inventory(find_checklist(engine, checklist_ref)))
    if path is None:
        click.echo(text, nl=False)
        return
    write_new(path, text, overwrite=overwrite)
    click.echo(str(message("written: {path}", path=path)))


@localized.command(
    "check",
    help=N_(
        "Check an inventory (TOML, CSV or XLSX), and whether the checklist it names asks about its touchpoints; say "
        "what is not rated yet."
    ),
)
@click.argument("file", type=FILE)
@engine_options
@localized.common_options
def check(file: Path, blocked: tuple[str, ...], files: tuple[Path, ...]) -> None:
    """Say that it is in order, or everything that is wrong."""
    from cemaudit.cli.inputs import find_checklist
    from cemaudit.exchange.inventories import read_inventory
    from cemaudit.scoring import Engine

    engine = Engine(blocked, files)
    print_plugin_problems(engine)
    inventory = read_inventory(file, lambda named: find_checklist(engine, named) if named else None)
    count = len(inventory.touchpoints)
    click.echo(str(message("{path}: in order, {count} touchpoints", path=file, count=count)))
    missing = {
        N_("no wish yet:"): [entry.id for entry in inventory.touchpoints if entry.wish is None],
        N_("cost not rated:"): [entry.id for entry in inventory.touchpoints if entry.cost is None],
        N_("novelty not rated:"): [entry.id for entry in inventory.touchpoints if entry.novelty is None],
    }
    for text, names in missing.items():
        if names:
            print_wrapped(f"{translate(text)} {', '.join(names)}")


@localized.command("show", help=N_("Show an inventory (TOML, CSV or XLSX) as a table."))
@click.argument("file", type=FILE)
@json_option
@localized.common_options
def show(file: Path, as_json: bool) -> None:
    """A row for each touchpoint, and the wishes below."""
    from cemaudit.exchange.inventories import read_inventory
    from cemaudit.model import Facet, label
    from cemaudit.model.inventory import ways_of_finding

    inventory = read_inventory(file)
    if as_json:
        click.echo(json.dumps(inventory.model_dump(mode="json"), ensure_ascii=False, indent=2))
        return
    headings = [
        *(translate(N_("Touchpoint")), str(label(Facet.CHANNEL)), translate(N_("Found by"))),
        *map(translate, (N_("Cost"), N_("Novelty"), N_("Importance"))),
    ]
    rows = [
        [
            str(entry.title) + ("" if entry.audited else " *"),
            str(label(entry.channel)),
            ", ".join(str(ways_of_finding()[way]) for way in entry.found_by),
            *("-" if rating is None else str(rating) for rating in (entry.cost, entry.novelty, entry.importance)),
        ]
        for entry in inventory.touchpoints
    ]
    print_table(headings, rows, "lllrrr", verbatim=True)
    if not all(entry.audited for entry in inventory.touchpoints):
        click.echo(str(message("* no checklist asks about it yet")))
    wishes = [(entry.title, entry.wish) for entry in inventory.touchpoints if entry.wish]
    if wishes:
        click.echo(f"\n{message('The experience wished for:')}")
    for title, wish in wishes:
        print_wrapped(f"- {title}: {wish}")


_WEIGHTS = ("cost", "novelty", "importance")
_MOST_WEIGHT = 100.0


def _weights(_: click.Context, parameter: click.Parameter, written: str | None) -> dict[str, float]:
    """``cost=0.1,novelty=0.05`` as numbers."""
    weights: dict[str, float] = {}
    for part in (written or "").split(",") if written else ():
        name, mark, number = part.strip().partition("=")
        try:
            weight = float(number)
        except ValueError:
            weight = -1.0
        if name not in _WEIGHTS or not mark or name in weights or not 0 <= weight <= _MOST_WEIGHT:
            text = message("expected {what}, found {value}", what="cost=0.1,novelty=0.1,importance=0.1", value=part)
            raise click.BadParameter(str(text), param=parameter)
        weights[name] = weight
    return weights


@localized.command(
    "choose",
    help=N_(
        "Choose the touchpoints to mend first: for each what the headline of the chain would gain, exactly, were it "
        "met in every visit, with what was felt and complained there; and draw the checklist of the chosen ones."
    ),
)
@localized.option("--n", "size", type=click.IntRange(1, 100), default=10, metavar="N", help=N_("How many (10)."))
@localized.option(
    "--inventory", "inventory_path", type=FILE, metavar="FILE",
    help=N_("An inventory (TOML, CSV or XLSX): wishes, cost, novelty, importance."),
)  # fmt: skip
@localized.option(
    "--weigh", "weights", callback=_weights, metavar="cost=W,...",
    help=N_("Points of the headline that a step of a rating (1 to 5) counts as: cost against a touchpoint, novelty and "
            "importance for it. By default gain alone decides."),
)  # fmt: skip
@localized.option("--keep", multiple=True, metavar="ID", help=N_("A touchpoint that stays beside the chosen ones."))
@localized.option("--seed", type=int, default=1, metavar="N", help=N_("Seed of the resamples of stores (1)."))
@localized.option(
    "--resamples", type=click.IntRange(100, 100_000), default=1000, metavar="N", help=N_("Resamples of stores (1000).")
)
@level_option
@place_options
@filter_options
@localized.option(
    "--scheme", "scheme_ref", metavar="ID@VERSION", help=N_("Score under this scheme, not the checklist's own.")
)
@localized.option(
    "--checklist",
    "drawn_path",
    type=FILE,
    metavar="FILE",
    help=N_("Write a checklist of the chosen touchpoints (TOML)."),
)
@localized.option("--id", "new_id", metavar="ID", help=N_("The id of that checklist."))
@localized.option("--overwrite", is_flag=True, help=N_("Write over a file that is there."))
@localized.option("--report", "report_folder", type=FILE, metavar="DIR", help=N_("Write a report (PDF) there."))
@rows_options
@localized.common_options
def choose(
    size: int,
    inventory_path: Path | None,
    weights: dict[str, float],
    keep: tuple[str, ...],
    seed: int,
    resamples: int,
    level: float | None,
    url: str | None,
    snapshot_path: Path | None,
    where: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    with_excluded: bool,
    scheme_ref: str | None,
    drawn_path: Path | None,
    new_id: str | None,
    overwrite: bool,
    report_folder: Path | None,
    form: OutputFormat,
) -> None:
    """Choose, print the reasons, and draw the checklist."""
    from cemaudit.cli.choice_output import CHOICE_COLUMNS, choice_to_dict, print_choice, touchpoint_rows
    from cemaudit.compare.choice_from_snapshot import ChoiceQuery, choice_of_snapshot, newest_checklist
    from cemaudit.compare.touchpoint_choice import ChoiceRule
    from cemaudit.exchange.inventories import read_inventory
    from cemaudit.ledger.query.reading import reading
    from cemaudit.scoring import Engine

    if bool(drawn_path) != bool(new_id):
        raise click.UsageError(str(message("--checklist and --id go together")))
    if drawn_path and drawn_path.exists() and not overwrite:
        raise BadInput(Problem(message("is there already"), str(drawn_path), message("allow it with --overwrite")))
    visit_filter = filter_of(where, since, until, excluded=with_excluded)
    rule = ChoiceRule(size=size, seed=seed, resamples=resamples, level=level or 0.9, **weights)
    engine = Engine()
    print_plugin_problems(engine)
    from cemaudit.ledger.query.completeness import completeness_notes
    from cemaudit.ledger.query.counting import state_notes

    with reading(folder_of(url, snapshot_path)) as opened:
        print_problems(completeness_notes(opened, visit_filter))
        ref = newest_checklist(opened, visit_filter)
        checklist = opened.checklist(ref)
        inventory = read_inventory(inventory_path, lambda named: _own(checklist, named)) if inventory_path else None
        query = ChoiceQuery(ref, rule, visit_filter, inventory, keep, engine.library.aggregators)
        choice = choice_of_snapshot(opened, query, _scheme(opened, engine, ref, scheme_ref))
        print_problems(state_notes(opened, visit_filter))
    if not write_rows(form, CHOICE_COLUMNS, touchpoint_rows(choice), lambda: choice_to_dict(choice)):
        print_choice(choice)
    if report_folder:
        from cemaudit.report import choice_report, write_report

        path = write_report(choice_report(choice), report_folder, current())
        click.echo(str(message("written: {path}", path=path)), err=form.as_json or form.as_csv)
    if drawn_path and new_id:
        draw(choice, checklist, drawn_path, new_id, overwrite=overwrite)
        click.echo(str(message("written: {path}", path=drawn_path)), err=form.as_json or form.as_csv)


def _own(checklist: Checklist, named: str | None) -> Checklist:
    """The checklist of the visits; ``BadInput`` where the inventory names another one."""
    if named and named.partition("@")[0] != checklist.id:
        text = message("is of checklist {named}, and the visits answer {ref}", named=named, ref=checklist.ref)
        raise BadInput(Problem(text, hint=message("choose one with --where checklist=ID")))
    return checklist


def _scheme(opened: Local, engine: Engine, ref: str, scheme_ref: str | None) -> Scheme:
    """The scheme asked for, as the snapshot or the library has it; else the one in force."""
    from cemaudit.compare.choice_from_snapshot import scheme_in_force

    if scheme_ref is None:
        return scheme_in_force(opened, ref)
    return opened.scheme(scheme_ref) if scheme_ref in opened.manifest.schemes else engine.library.scheme(scheme_ref)


def draw(choice: TouchpointChoice, checklist: Checklist, path: Path, new_id: str, *, overwrite: bool) -> None:
    """Write the checklist of the chosen touchpoints and of those kept beside them, and say what was left out."""
    from cemaudit.compare.choice_wording import opening_lines, reasons
    from cemaudit.exchange.drawn_checklist import draw_checklist, drawn_text, write_new

    drawn = draw_checklist(checklist, {*choice.choice.chosen, *choice.kept}, new_id)
    write_new(path, drawn_text(drawn, opening_lines(choice), reasons(choice)), overwrite=overwrite)
    print_problems(Problem(note, str(path)) for note in drawn.notes)


for subcommand in (draft, check, show, choose):
    command.add_command(subcommand)

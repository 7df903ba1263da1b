"""``cemaudit plan-visits``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cemaudit.cli import localized
from cemaudit.cli.comparison_json import sample_size_to_dict
from cemaudit.cli.localized import BoundedNumber
from cemaudit.cli.options import folder_of, json_option, place_options, print_problems
from cemaudit.cli.terminal import SCREEN, print_table, print_wrapped
from cemaudit.language import N_, message

if TYPE_CHECKING:
    from cemaudit.compare.power_analysis import Against, SampleSizePlan
    from cemaudit.compare.reliability import StandardDeviations


_DEVIATION = BoundedNumber(0, 100)


@localized.command(
    "plan-visits",
    help=N_(
        "Compute how many visits are needed to detect a difference, and what fewer visits can detect. Standard "
        "deviations come from a snapshot if one is named; else they are assumed: 5 points between stores, 5 between "
        "shoppers, 10 between visits."
    ),
)
@localized.option(
    "--difference", type=BoundedNumber(0.1, 200), required=True, metavar="POINTS", help=N_("The difference to detect.")
)
@localized.option(
    "--against", type=click.Choice(["store", "wave", "target"]), default="store", show_default=True,
    help=N_("Another store, the same store in another wave, or a target."),
)  # fmt: skip
@localized.option("--same-shoppers", is_flag=True, help=N_("The same shoppers visit both stores, or in both waves."))
@localized.option(
    "--power", type=BoundedNumber(50, 99.9), default=80, show_default=True, metavar="PERCENT",
    help=N_("Power: how often a real difference is to be found."),
)  # fmt: skip
@localized.option(
    "--confidence", type=BoundedNumber(50, 99.9), default=95, show_default=True, metavar="PERCENT",
    help=N_("Confidence level for claiming a difference."),
)  # fmt: skip
@localized.option("--store-sd", type=_DEVIATION, metavar="POINTS", help=N_("Standard deviation between stores."))
@localized.option("--shopper-sd", type=_DEVIATION, metavar="POINTS", help=N_("Standard deviation between shoppers."))
@localized.option("--visit-sd", type=_DEVIATION, metavar="POINTS", help=N_("Standard deviation between visits."))
@place_options
@json_option
@localized.common_options
def command(
    difference: float,
    against: Against,
    same_shoppers: bool,
    power: float,
    confidence: float,
    store_sd: float | None,
    shopper_sd: float | None,
    visit_sd: float | None,
    url: str | None,
    snapshot_path: Path | None,
    as_json: bool,
) -> None:
    """Plan, and say it."""
    from cemaudit.compare.power_analysis import ASSUMED_DEVIATIONS, DetectionGoal, plan_sample_size
    from cemaudit.compare.reliability import StandardDeviations

    if same_shoppers and against == "target":
        raise click.UsageError(str(message("a target has no shoppers: leave out --same-shoppers")))
    # a snapshot is only opened for a deviation that nobody named
    needs_snapshot = (url or snapshot_path) and None in {store_sd, shopper_sd, visit_sd}
    usual = _measured_deviations(folder_of(url, snapshot_path)) if needs_snapshot else ASSUMED_DEVIATIONS
    spreads = StandardDeviations(
        usual.store if store_sd is None else store_sd,
        usual.shopper if shopper_sd is None else shopper_sd,
        usual.visit if visit_sd is None else visit_sd,
    )
    aim = DetectionGoal(against, same_shoppers, power / 100, confidence / 100)
    plan = plan_sample_size(difference, spreads, aim, assumed=not needs_snapshot)
    if as_json:
        click.echo(json.dumps(sample_size_to_dict(plan), ensure_ascii=False))
    else:
        print_plan(plan)


def _measured_deviations(snapshot_folder: Path) -> StandardDeviations:
    """The standard deviations of the visits in a snapshot, in points, by the model that compares its stores."""
    from cemaudit.compare.fitting import fit_mixed_model
    from cemaudit.compare.from_snapshot import read_cross_tabulation
    from cemaudit.compare.league_table import standard_deviations
    from cemaudit.compare.selection import Selection
    from cemaudit.ledger.query.counting import counting_notes
    from cemaudit.ledger.query.reading import reading
    from cemaudit.ledger.query.statement import EVERYTHING

    with reading(snapshot_folder) as snapshot:
        measured = standard_deviations(fit_mixed_model(read_cross_tabulation(snapshot, Selection())))
        print_problems(counting_notes(snapshot, EVERYTHING))
        return measured


def print_plan(plan: SampleSizePlan) -> None:
    """Print the plan in words, and what other numbers of visits show."""
    for sentence in plan.sentences():
        print_wrapped(sentence, width=SCREEN)
    rows = [[str(step.visits), f"{step.difference:.1f}", f"{step.reliability:.2f}"] for step in plan.steps]
    print_table(_HEADINGS, rows, "rrr", gap=True)


_HEADINGS = (N_("visits per store"), N_("smallest detectable difference"), N_("reliability"))

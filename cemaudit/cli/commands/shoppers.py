"""``cemaudit shoppers``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from cemaudit.cli import localized
from cemaudit.cli.action_list_output import action_lists_to_dict, print_action_lists
from cemaudit.cli.comparison_json import agreement_to_dict, rules_to_dict, severity_to_dict
from cemaudit.cli.options import SnapshotOptions, open_selection, selection_options
from cemaudit.cli.output import OutputFormat, interval_text, rows_options, write_rows
from cemaudit.cli.terminal import print_bold, print_notes, print_section, print_table, screen_width
from cemaudit.language import N_, message, translate

if TYPE_CHECKING:
    from cemaudit.compare.results import ComparisonRules
    from cemaudit.compare.severity import ShopperSeverities, ShopperSeverity
    from cemaudit.compare.shopper_agreement import ShopperAgreement
    from cemaudit.ledger.export.columns import Kind


_COLUMNS: dict[str, Kind] = {
    "shopper": "text", "visits": "whole", "stores": "whole", "severity": "score", "se": "number", "low": "number",
    "high": "number", "ratio": "number", "spread": "text",
}  # fmt: skip

_HEADINGS = (
    N_("Shopper"), N_("Visits"), N_("Stores"), N_("Severity"), N_("Interval"), N_("Scatter"), N_("Remarks"),
)  # fmt: skip

_SPREADS = {
    "uniform": N_("little variation (by chance: {chance})"),
    "erratic": N_("erratic (by chance: {chance})"),
}


@localized.command(
    "shoppers",
    help=N_(
        "Show each shopper's severity (points below the average shopper in the same stores) and consistency, by "
        "pseudonym, and the agreement of shoppers who visited the same store in the same wave. Shoppers with fewer "
        "than five visits are left out."
    ),
)
@selection_options
@localized.option("--least", type=click.IntRange(2), metavar="N", help=N_("Least number of visits of a shopper (5)."))
@rows_options
@localized.common_options
def command(question: SnapshotOptions, least: int | None, form: OutputFormat) -> None:
    """Show the shoppers."""
    from cemaudit.compare.from_snapshot import read_visit_arrays
    from cemaudit.compare.results import DEFAULT_RULES
    from cemaudit.compare.severity import shopper_severities
    from cemaudit.compare.shopper_agreement import shopper_agreement

    rules = replace(DEFAULT_RULES, least_person=least or DEFAULT_RULES.least_person)
    with open_selection(question) as opened:
        arrays = read_visit_arrays(opened, question.asked())
        results, agreed = shopper_severities(arrays, rules), shopper_agreement(arrays, rules)
    rows = list(map(severity_to_dict, results.shoppers))
    if not write_rows(form, _COLUMNS, rows, lambda: severities_to_dict(results, agreed, rules)):
        print_severities(results, agreed, rules)


def severities_to_dict(
    severities: ShopperSeverities, agreement: ShopperAgreement, rules: ComparisonRules
) -> dict[str, Any]:
    """Severity and agreement of shoppers as plain JSON values."""
    from cemaudit.compare.action_lists import shopper_lists

    return {
        "shoppers": list(map(severity_to_dict, severities.shoppers)),
        "few": severities.few,
        "sd": severities.sd,
        "visit_sd": severities.visit_sd,
        "apart": severities.separable,
        "notes": list(map(str, severities.notes)),
        "agreement": agreement_to_dict(agreement),
        "rules": rules_to_dict(rules),
        "action_lists": action_lists_to_dict(shopper_lists(severities, rules.least_person)),
    }


def print_severities(
    severities: ShopperSeverities, agreement: ShopperAgreement, rules: ComparisonRules | None = None
) -> None:
    """Print the four lists, the severity of each shopper, and how far they agree."""
    from cemaudit.compare.action_lists import shopper_lists
    from cemaudit.compare.results import DEFAULT_RULES
    from cemaudit.compare.score_scale import decimals_of
    from cemaudit.compare.wording import FOOTNOTES

    print_bold(translate(N_("Severity of shoppers")))
    print_action_lists(shopper_lists(severities, (rules or DEFAULT_RULES).least_person))
    notes = [note for note in severities.notes if note not in FOOTNOTES]
    print_section(N_("What the data cannot show"), notes)
    click.echo()

    # Severities are a part of what visits differ by: of a measure of 0 and 1 a tenth is much.
    digits = decimals_of(10 * severities.visit_sd)
    text = N_("Standard deviations: {sd} points between shoppers, {visit} between visits of one shopper to one store.")
    deviations = {"sd": f"{severities.sd:.{digits}f}", "visit": f"{severities.visit_sd:.{digits}f}"}
    print_notes([message(text, **deviations)])
    rows = [_cells(shopper, digits) for shopper in severities.shoppers]
    print_table(_HEADINGS, rows, "lrrrrrl", width=screen_width(), gap=True)
    print_section(N_("Agreement between shoppers"), agreement.notes)
    print_section(N_("How to read this table"), [note for note in severities.notes if note in FOOTNOTES])


def _cells(shopper: ShopperSeverity, digits: int) -> list[str]:
    from cemaudit.compare.severity import LEAST_CHANCE

    signs = [(shopper.strict, N_("strict")), (shopper.mild, N_("mild"))]
    remarks = [translate(text) for holds, text in signs if holds]
    if shopper.spread and shopper.chance is not None:
        chance = f"{max(shopper.chance, LEAST_CHANCE):.2%}"
        remarks.append(str(message(_SPREADS[shopper.spread], chance=chance)))
    return [
        shopper.shopper,
        str(shopper.visits),
        str(shopper.stores),
        f"{shopper.severity:+.{digits}f}",
        interval_text(shopper.interval, digits),
        "-" if shopper.ratio is None else f"{shopper.ratio:.2f}",
        ", ".join(remarks),
    ]

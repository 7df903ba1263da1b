"""``cemaudit drivers``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cemaudit.cli import localized
from cemaudit.cli.action_list_output import action_lists_to_dict, print_action_lists
from cemaudit.cli.comparison_json import experience_to_dict, interaction_to_dict, nps_drivers_to_dict
from cemaudit.cli.options import filter_of, filter_options, folder_of, place_options, print_problems
from cemaudit.cli.output import OutputFormat, interval_text, print_nps, rows_options, write_rows
from cemaudit.cli.terminal import print_bold, print_notes, print_table
from cemaudit.language import N_, message, translate

if TYPE_CHECKING:
    from cemaudit.compare.drivers.results import Driver, DriverStudy
    from cemaudit.compare.intervals import Interval
    from cemaudit.ledger.export.columns import Kind


_KINDS = ("touchpoint", "channel", "stage", "element", "item")

_QUADRANTS = {
    "keep": N_("strength"),
    "improve": N_("weakness"),
    "enough": N_("overperformed"),
    "minor": N_("low priority"),
}

_HINTS = {
    "raise": N_("raise"), "reduce": N_("reduce"), "eliminate": N_("eliminate"), "create": N_("create"),
    "keep": N_("keep up"), "must-keep": N_("must keep"), "not-clear": N_("not clear"),
    "not-known": N_("not known"),
}  # fmt: skip

_NAMES = (
    "visits", "share", "low", "high", "top3", "performance", "performance_low", "performance_high", "quadrant",
    "certain", "suggestion", "penalty", "reward", "range", "asymmetry", "asymmetry_low", "asymmetry_high", "prevalence",
)  # fmt: skip

_TEXTS = ("driver", "title", "quadrant", "suggestion")
_COLUMNS: dict[str, Kind] = {name: "text" if name in _TEXTS else "number" for name in ("driver", "title", *_NAMES)}


@localized.command(
    "drivers",
    help=N_(
        "Key driver analysis: the relative importance of touchpoints (or channels, stages, elements, items) for an "
        "outcome with intervals, their performance, penalty and reward, and the suggestion that follows."
    ),
)
@place_options
@localized.option(
    "--of", type=click.Choice(_KINDS), default="touchpoint", metavar="KIND",
    help=N_("Kind of driver: touchpoint (default), channel, stage, element or item."),
)  # fmt: skip
@localized.option(
    "--outcome", metavar="ID",
    help=N_("Outcome: an item or a measure; by default an overall question, else the emotion, else the headline."),
)  # fmt: skip
@localized.option("--measure", metavar="ID", help=N_("Measure of the drivers; by default the one of the answers."))
@localized.option("--no-centring", is_flag=True, help=N_("Do not centre by shopper."))
@filter_options
@localized.option("--scheme", metavar="ID@VERSION", help=N_("The scores under this scheme (see rescore)."))
@rows_options
@localized.common_options
def command(
    url: str | None,
    snapshot_path: Path | None,
    of: str,
    outcome: str | None,
    measure: str | None,
    no_centring: bool,
    where: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    with_excluded: bool,
    scheme: str | None,
    form: OutputFormat,
) -> None:
    """Study the drivers, and print what was found."""
    from cemaudit.compare.drivers.candidates import DriverQuery
    from cemaudit.compare.from_snapshot import study_drivers
    from cemaudit.ledger.query.completeness import completeness_notes
    from cemaudit.ledger.query.counting import state_notes
    from cemaudit.ledger.query.reading import reading

    visit_filter = filter_of(where, since, until, excluded=with_excluded)
    selection = DriverQuery(of, outcome, measure, visit_filter, scheme, by_shopper=False if no_centring else None)
    with reading(folder_of(url, snapshot_path)) as opened:
        print_problems(completeness_notes(opened, visit_filter, scheme))
        study = study_drivers(opened, selection)
        print_problems(state_notes(opened, visit_filter, scheme))
    rows = [driver_to_dict(driver) for driver in study.drivers]
    if not write_rows(form, _COLUMNS, rows, lambda: study_to_dict(study, rows)):
        print_study(study)


def driver_to_dict(driver: Driver) -> dict[str, Any]:
    """A driver as plain values; shares and probabilities from 0 to 1."""
    lean = driver.asymmetry
    return {
        "driver": driver.name, "title": str(driver.title), "visits": driver.visits,
        "share": driver.share, "low": driver.interval and driver.interval.low,
        "high": driver.interval and driver.interval.high, "top3": driver.top,
        "performance": driver.performance,
        "performance_low": driver.performed.low, "performance_high": driver.performed.high,
        "quadrant": driver.quadrant and driver.quadrant.value, "certain": driver.certain,
        "suggestion": driver.hint.value,
        "penalty": lean and lean.penalty, "reward": lean and lean.reward, "range": lean and lean.range,
        "asymmetry": lean and lean.asymmetry_index,
        "asymmetry_low": lean and lean.interval and lean.interval.low,
        "asymmetry_high": lean and lean.interval and lean.interval.high,
        "prevalence": lean and lean.prevalence,
    }  # fmt: skip


def study_to_dict(study: DriverStudy, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A driver study as plain JSON values."""
    from cemaudit.compare.action_lists import driver_lists

    return {
        "outcome": study.outcome.name, "why": str(study.outcome.why), "of": study.of, "measure": study.measure or None,
        "visits": study.visits, "stores": study.stores, "shoppers": study.shoppers, "centred": study.centred,
        "explained": study.explained, "method": study.method, "drivers": rows,
        "experience": [experience_to_dict(means) for means in study.felt],
        "interaction": study.interaction and interaction_to_dict(study.interaction),
        "promoters": study.promoting and nps_drivers_to_dict(study.promoting),
        "notes": list(map(str, study.notes)), "action_lists": action_lists_to_dict(driver_lists(study)),
    }  # fmt: skip


def print_study(study: DriverStudy) -> None:
    """Print the shares of the drivers, their asymmetry, the experience and what must be said beside them."""
    from cemaudit.compare.action_lists import driver_lists

    # Without a whole question the first thing to say is that nothing shows what drives it, and what to ask.
    first = study.notes[:2] if study.explained is None else ()
    print_bold(message("What drives: {title}", title=study.outcome.title))
    print_notes(first)
    if lists := driver_lists(study):
        print_action_lists(lists)
    click.echo()
    print_notes(_header_lines(study))
    if study.explained is None:
        print_performances(study.drivers)
    else:
        print_shares(study.drivers)
    print_asymmetry(study.drivers)
    print_experience(study)
    if study.promoting:
        print_nps(study.outcome.name, study.promoting, {driver.name: driver.title for driver in study.drivers})
    click.echo()
    print_notes(study.notes[len(first) :])


def _header_lines(study: DriverStudy) -> Iterator[object]:
    from cemaudit.model.vocabulary import Facet, label

    outcome = study.outcome
    yield message("Outcome: {title} ({name}): {why}.", title=outcome.title, name=outcome.name, why=outcome.why)
    yield message(
        "Drivers: {of}, by {measure}; {visits} visits, {stores} stores, {shoppers} shoppers.",
        of=label(Facet(study.of)),
        measure=study.measure or message("the share of points"),
        visits=f"{study.visits:,}",
        stores=f"{study.stores:,}",
        shoppers=f"{study.shoppers:,}",
    )
    if study.explained is None:
        return
    yield message(
        "R² = {share}; relative importance by {method}, with 90% intervals.",
        share=f"{study.explained:.0%}",
        method="LMG" if study.method == "lmg" else "Johnson",
    )


def print_performances(drivers: Sequence[Driver]) -> None:
    """Print the performance of each driver, where nothing else is known of it."""
    rows = [
        [str(driver.title), f"{driver.visits:,}", f"{driver.performance:.1f}", interval_text(driver.performed, 1)]
        for driver in drivers
    ]
    print_table((N_("Driver"), N_("Visits"), N_("Performance"), N_("Interval")), rows, "lrrr", gap=True)


def print_shares(drivers: Sequence[Driver]) -> None:
    """Print the relative importance of each driver."""
    headings = (
        N_("Driver"), N_("Share"), N_("Interval"), N_("Top 3"), N_("Perf."), N_("Quadrant"), N_("Cert."),
        N_("Suggestion"),
    )  # fmt: skip
    rows = [
        [
            str(driver.title),
            _share(driver.share),
            f"{driver.interval.low:.0%}-{driver.interval.high:.0%}" if driver.interval else "-",
            _share(driver.top),
            f"{driver.performance:.1f}",
            translate(_QUADRANTS[driver.quadrant]) if driver.quadrant else "-",
            _share(driver.certain),
            translate(_HINTS[driver.hint]),
        ]
        for driver in drivers
    ]
    print_table(headings, rows, "lrrrrlrl", gap=True)


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"


def print_asymmetry(drivers: Sequence[Driver]) -> None:
    """Print penalty and reward of each driver that has them."""
    rows = [
        [
            str(driver.title),
            f"{-lean.penalty:.1f}".replace("-0.0", "0.0"),
            f"{lean.reward:+.1f}",
            f"{lean.range:.1f}",
            "-" if lean.asymmetry_index is None else f"{lean.asymmetry_index:+.2f}",
            _between(lean.interval),
            f"{lean.prevalence:.0%}",
        ]
        for driver in drivers
        if (lean := driver.asymmetry)
    ]
    if rows:
        names = (
            N_("Driver"),
            N_("Penalty (low)"),
            N_("Reward (high)"),
            N_("Range"),
            N_("Asymmetry"),
            N_("Interval"),
            N_("Share high"),
        )
        text = message("Penalty and reward, in outcome points relative to the driver's middle third:")
        click.echo(f"\n{text}")
        print_table(names, rows, "lrrrrrr")


def _between(interval: Interval | None) -> str:
    return "-" if interval is None else f"{interval.low:+.2f}..{interval.high:+.2f}"


def print_experience(study: DriverStudy) -> None:
    """Print performance, emotion and experience of each touchpoint."""
    if not study.felt:
        return
    names = (N_("Touchpoint"), N_("Visits"), "P", "E", "S", N_("S(mean P, E)"), N_("Covariance"))
    rows = [
        [str(experience.title or experience.name) or translate(N_("all")), f"{experience.visits:,}"]
        + [
            f"{value:.1f}"
            for value in (
                experience.performance,
                experience.emotion,
                experience.experience,
                experience.of_means,
                experience.together,
            )
        ]
        for experience in study.felt
    ]
    click.echo(f"\n{message('Performance P, emotion E and experience S, on average:')}")
    print_table(names, rows, "lrrrrrr")
    if study.interaction:
        both = study.interaction
        text = message(
            "Regression of the outcome on P, E and P x E: {p}, {e}, {both} ({interval}).",
            p=f"{both.performance:+.2f}",
            e=f"{both.emotion:+.2f}",
            both=f"{both.both:+.2f}",
            interval=_between(both.interval),
        )
        click.echo(str(text))

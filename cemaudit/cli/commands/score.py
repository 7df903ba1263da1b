"""``cemaudit score``."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cemaudit.cli import localized
from cemaudit.cli.inputs import LeftOutVisits, print_failed_visits, print_left_out, valid_visits, without_failed
from cemaudit.cli.options import (
    engine_options,
    json_option,
    lens_option,
    print_plugin_problems,
    print_problems,
    scheme_option,
    visits_argument,
)
from cemaudit.cli.scheme_changes import print_scheme_changes
from cemaudit.cli.terminal import print_table, progress, screen_width
from cemaudit.errors import Problem
from cemaudit.language import N_, message, printable, translate

if TYPE_CHECKING:
    from cemaudit.model import Audit, Journey, Score
    from cemaudit.model.lenses import JourneyView
    from cemaudit.scoring import Engine
    from cemaudit.scoring.groups import GroupMeans

    LensView = Callable[[Journey], JourneyView]

__all__ = ["audit_to_dict", "score_to_dict"]

_HEADINGS = (N_("Visit"), N_("Store"), N_("Date"), N_("Band"), N_("Score"))
_GROUP_HEADINGS = (N_("Group of items"), N_("Visits"), N_("Score"))


@localized.command(
    "score",
    help=N_("Score visits (files, folders, or - for standard input). Exit code 3 where a visit could not be scored."),
)
@visits_argument
@json_option
@scheme_option
@localized.option("--compose", metavar="ID@VERSION", help=N_("Compose this scheme from the audits of each store."))
@localized.option("--against", is_flag=True, help=N_("Show what changes against the checklist's own scheme."))
@localized.option("--before", metavar="ID@VERSION", help=N_("Show what changes against this scheme."))
@lens_option
@engine_options
@localized.common_options
def command(
    visits: tuple[str, ...],
    as_json: bool,
    scheme_ref: str | None,
    compose: str | None,
    against: bool,
    before: str | None,
    lens_id: str | None,
    blocked: tuple[str, ...],
    files: tuple[Path, ...],
) -> int:
    """Score visits, one JSON object or one table row each."""
    from cemaudit.ledger.query.privacy import withheld_note
    from cemaudit.scoring import Engine

    engine = Engine(blocked, files, scheme_ref)
    if against or before:
        if lens_id:
            raise click.UsageError(
                str(message("give either {one} or {other}", one="--lens", other="--against, --before"))
            )
        if compose:
            raise click.UsageError(str(message("give either --compose or --against")))
        return print_scheme_changes(engine, visits, before, as_json)
    problems: list[Problem] = []
    tally = CompletenessTally()
    failed: list[str] = []
    left_out = LeftOutVisits()
    scored = progress(
        message("scoring"), without_failed(score_visits(engine, visits, problems, compose, tally, left_out), failed)
    )
    withheld: Counter[int] = Counter()
    audits = with_enough_sheets(scored, withheld)
    view_of_journey = None
    if lens_id:
        engine.library.journeys.journey(lens_id)  # a name mistyped is told before anything is scored
        view_of_journey = partial(engine.library.journeys.view, lens_id)
    if as_json:
        print_audits_json(audits, view_of_journey)
    else:
        kept_audits = list(audits)
        print_left_out(left_out.by_reason)
        print_failed_visits(failed)
        print_audits(engine, kept_audits)
        if view_of_journey and kept_audits:
            print_through_lens(kept_audits, view_of_journey)
    if as_json:
        print_left_out(left_out.by_reason)
        print_failed_visits(failed)
    print_problems(tally.notes())
    print_problems(problems)
    print_problems(Problem(withheld_note(count, least)) for least, count in withheld.items())
    print_plugin_problems(engine)
    return 3 if problems else max(left_out.exit_code, int(bool(failed)))


class CompletenessTally:
    """Counts the visits that are scored, and those of them that are incomplete."""

    def __init__(self) -> None:
        self._visits = self._incomplete = 0

    def passing(self, audits: Iterable[Audit]) -> Iterator[Audit]:
        """Yield the audits as they are."""
        from cemaudit.entry.doubts import missing_parts

        for audit in audits:
            self._visits += 1
            self._incomplete += bool(missing_parts(audit.visit, audit.checklist))
            yield audit

    def notes(self) -> Iterator[Problem]:
        """Yield how many there are, where any is."""
        from cemaudit.entry.doubts import incomplete_count

        if self._incomplete:
            hint = message("'cemaudit lint' says what they lack")
            yield Problem(incomplete_count(self._incomplete, self._visits), hint=hint)


def with_enough_sheets(audits: Iterable[Audit], withheld: Counter[int]) -> Iterator[Audit]:
    """Yield the audits, those of a checklist that asks for a least number of sheets of a store where it has them.

    ``withheld`` counts the stores left out, by that number.
    """
    held: dict[tuple[str, str], list[Audit]] = defaultdict(list)
    for audit in audits:
        if audit.checklist.least_sheets:
            held[audit.checklist.id, audit.visit.store].append(audit)
        else:
            yield audit
    for sheets in held.values():
        least = max(audit.checklist.least_sheets for audit in sheets)
        if len(sheets) >= least:
            yield from sheets
        else:
            withheld[least] += 1


def score_visits(
    engine: Engine,
    sources: tuple[str, ...],
    problems: list[Problem],
    composed: str | None,
    tally: CompletenessTally | None = None,
    left_out: LeftOutVisits | None = None,
) -> Iterator[Audit]:
    """Score the visits that fit their checklist; compose them by store where a scheme to compose is named."""
    from cemaudit.scoring import make_audit
    from cemaudit.scoring.bands import order_by_peer_bands
    from cemaudit.scoring.composition import compose_by_store

    located_visits = valid_visits(engine, sources, problems, left_out)
    audits: Iterator[Audit] = (
        make_audit(engine.plan(located_visit.visit.checklist, located_visit.visit.day), located_visit.visit)
        for located_visit in located_visits
    )
    if tally:
        audits = tally.passing(audits)
    return order_by_peer_bands(compose_by_store(engine.plan(composed), audits) if composed else audits)


def print_audits_json(audits: Iterable[Audit], view: LensView | None = None) -> None:
    """Print one JSON object for each audit, with what follows from the bands so far, and its scores through a lens."""
    from cemaudit.scoring.composition import with_consequences

    # line by line, so that whoever reads need not wait for the last visit
    for audit, consequences in with_consequences(audits):
        record = audit_to_dict(audit) | {"consequences": [consequence.id for consequence in consequences]}
        if view:
            record |= {"lens": lens_to_dict(audit, view(audit.checklist.path))}
        click.echo(json.dumps(record, ensure_ascii=False))


def print_audits(engine: Engine, audits: list[Audit]) -> None:
    """The audits, then the summaries of each checklist and what follows from each store's bands."""
    from cemaudit.scoring import shown
    from cemaudit.scoring.composition import summarise_by_checklist
    from cemaudit.scoring.groups import mean_group_scores

    print_table(_HEADINGS, [_row(audit) for audit in audits], "llllr")
    for checklist in summarise_by_checklist(engine, audits):
        for summary in checklist.scheme.summaries:
            score = checklist.scores[summary.id]
            value = shown(score.value) if score.value is not None else score.reason and score.reason.words
            click.echo(f"{summary.title or summary.id} ({summary.how}, {score.used}/{score.asked}): {value}")
        for store, consequences in checklist.consequences.items():
            for consequence in consequences:
                click.echo(f"{printable(store)}: {consequence.title}")
    for totals in mean_group_scores(audits):
        print_group_totals(totals)


def print_group_totals(totals: GroupMeans) -> None:
    """The totals of a checklist's groups over all its visits, so that no single sheet stands out."""
    from cemaudit.scoring import shown

    click.echo()
    click.echo(f"{totals.checklist.title} {totals.checklist.version}")
    rows = []
    for group, measure, score in totals.means:
        value = shown(score.value, measure) if score.value is not None else (score.reason.words if score.reason else "")
        rows.append([str(group.title), f"{score.used} / {totals.audits}", value])
    print_table(_GROUP_HEADINGS, rows, "lrr")


def print_through_lens(audits: Sequence[Audit], view: LensView) -> None:
    """Print a row for each audit, a column for each stage of a lens."""
    from cemaudit.scoring import shown
    from cemaudit.scoring.lens_scores import lens_measure, lens_scores

    views = [view(audit.checklist.path) for audit in audits]
    rows = []
    for audit, view_of_audit in zip(audits, views, strict=True):
        measure = lens_measure(audit.scheme)
        scores = [score.value for score in lens_scores(audit, view_of_audit)]
        rows.append([audit.visit.id, *("-" if value is None else shown(value, measure) for value in scores)])
    lens = views[0].lens
    headings = [translate(_HEADINGS[0]), *(str(stage.title) for stage in lens.stages)]
    click.echo(f"\n{message('Through the lens: {name}', name=lens.title)}")
    print_table(headings, rows, "l" + "r" * len(lens.stages), width=screen_width(), in_pieces=True, verbatim=True)


def lens_to_dict(audit: Audit, view: JourneyView) -> dict[str, Any]:
    """The scores of a lens's stages as plain JSON values; ``asked``: the touchpoints there, none in a hole."""
    from cemaudit.scoring.lens_scores import lens_measure, lens_scores

    return {
        "id": view.lens.id,
        "measure": lens_measure(audit.scheme).id,
        "stages": {
            score.stage.id: {
                "value": None if score.value is None else float(score.value),
                "used": score.used,
                "asked": score.asked,
            }
            for score in lens_scores(audit, view)
        },
    }


def audit_to_dict(audit: Audit) -> dict[str, Any]:
    """An audit as plain JSON values: the visit it is of, its band, its scores and the critical items that failed."""
    from cemaudit.entry.doubts import missing_parts

    visit = audit.visit
    return {
        "visit": visit.id,
        "store": visit.store,
        "date": visit.day.isoformat() if visit.day else None,
        "wave": visit.wave,
        "checklist": audit.checklist.ref,
        "scheme": audit.scheme.ref,
        "band": audit.band.label if audit.band else None,
        "measures": {name: score_to_dict(score) for name, score in audit.scores.items()},
        "failed_critical": list(audit.failed_critical),
        # What a scheme composes of other audits is nobody's visit.
        **({} if audit.scheme.composition else {"missing": list(missing_parts(visit, audit.checklist))}),
    }


def score_to_dict(score: Score) -> dict[str, Any]:
    """A score as plain JSON values: its value, or the reason why it has none, and how many members it is made of."""
    if score.value is None:
        return {"value": None, "reason": score.reason and score.reason.value, "used": score.used, "asked": score.asked}
    is_whole_number = score.value.denominator == 1
    return {
        "value": int(score.value) if is_whole_number else float(score.value),
        "used": score.used,
        "asked": score.asked,
    }


def _row(audit: Audit) -> list[str]:
    from cemaudit.scoring import shown

    visit, score = audit.visit, audit.headline
    measure = audit.scheme.measure[audit.scheme.leading]
    value = shown(score.value, measure) if score.value is not None else (score.reason.words if score.reason else "")
    day = visit.day.isoformat() if visit.day else ""
    return [visit.id, visit.store_name or visit.store, day, str(audit.band or "-"), value]

"""``cemaudit score``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cemaudit.cli import words
from cemaudit.cli.options import (
    engine_options,
    json_option,
    progress,
    tell_plugin_problems,
    tell_problems,
    visits_argument,
)
from cemaudit.cli.table import print_table
from cemaudit.cli.visits import fitting_visits
from cemaudit.language import N_, message, translate

if TYPE_CHECKING:
    from cemaudit.errors import Problem
    from cemaudit.model import Audit, Score
    from cemaudit.scoring import Engine


@words.command(
    "score",
    help=N_("Score visits (files, folders, or - for standard input). Exit code 3 where a visit could not be scored."),
)
@visits_argument
@json_option
@words.option("--scheme", metavar="ID@VERSION", help=N_("Score under this scheme, not the checklist's own."))
@engine_options
@words.common_options
def command(
    visits: tuple[str, ...], as_json: bool, scheme: str | None, blocked: tuple[str, ...], files: tuple[Path, ...]
) -> int:
    """Score visits, one JSON object or one table row each."""
    from cemaudit.scoring import Engine

    engine = Engine(blocked, files, scheme)
    problems: list[Problem] = []
    audits = progress(message("scoring"), _audits(engine, visits, problems))
    if as_json:
        for audit in audits:
            click.echo(json.dumps(_record(audit), ensure_ascii=False))
    else:
        rows = [_row(audit) for audit in audits]
        headings = [translate(word) for word in (N_("Visit"), N_("Store"), N_("Date"), N_("Band"), N_("Score"))]
        if rows:
            print_table(headings, rows, align="llllr")
    tell_problems(problems)
    tell_plugin_problems(engine)
    return 3 if problems else 0


def _audits(engine: Engine, sources: tuple[str, ...], problems: list[Problem]) -> Iterator[Audit]:
    from cemaudit.scoring import make_audit

    for found in fitting_visits(engine, sources, problems):
        yield make_audit(engine.plan(found.visit.checklist), found.visit)


def _record(audit: Audit) -> dict[str, Any]:
    visit = audit.visit
    return {
        "visit": visit.id,
        "store": visit.store,
        "date": visit.day.isoformat() if visit.day else None,
        "wave": visit.wave,
        "checklist": audit.checklist.ref,
        "scheme": audit.scheme.ref,
        "band": audit.band.label if audit.band else None,
        "measures": {name: _measure(score) for name, score in audit.scores.items()},
        "failed_critical": list(audit.failed_critical),
    }


def _measure(score: Score) -> dict[str, Any]:
    if score.value is None:
        return {"value": None, "reason": score.reason and score.reason.value, "used": score.used, "asked": score.asked}
    whole = score.value.denominator == 1
    return {"value": int(score.value) if whole else float(score.value), "used": score.used, "asked": score.asked}


def _row(audit: Audit) -> list[str]:
    from cemaudit.scoring import shown

    visit, score = audit.visit, audit.headline
    measure = audit.scheme.measure[audit.scheme.leading]
    value = shown(score.value, measure) if score.value is not None else (score.reason.words if score.reason else "")
    day = visit.day.isoformat() if visit.day else ""
    return [visit.id, visit.store_name or visit.store, day, str(audit.band or "-"), value]

"""``cemaudit score --against``: the same visits under another scheme, and what changes."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click

from cemaudit.cli.inputs import LeftOutVisits, print_left_out, valid_visits
from cemaudit.cli.options import print_plugin_problems, print_problems
from cemaudit.cli.terminal import print_table, print_wrapped, progress, screen_width
from cemaudit.errors import BadInput
from cemaudit.language import N_, message, translate

if TYPE_CHECKING:
    from cemaudit.errors import Problem
    from cemaudit.model import Band, Score
    from cemaudit.scoring import Engine
    from cemaudit.scoring.rescore import ChangeCause, RescoredVisit

__all__ = ["CAUSE_TITLES", "print_scheme_changes"]

_HEADINGS = (N_("Visit"), N_("Before"), N_("After"), N_("Change"), N_("Because of"))


def print_scheme_changes(engine: Engine, sources: tuple[str, ...], before: str | None, as_json: bool) -> int:
    """Score the visits under ``before`` (else each checklist's own scheme) and the engine's scheme; print what changes.

    Returns the exit code: 3 where a visit could not be scored, 1 where some are left out without checklist or scheme.
    """
    from cemaudit.scoring.scheme_comparison import rescore_visits

    problems: list[Problem] = []
    left_out = LeftOutVisits()
    visits = []
    for visit in (located_visit.visit for located_visit in valid_visits(engine, sources, problems, left_out)):
        try:
            engine.plan(visit.checklist, visit.day, before or engine.library.checklist(visit.checklist).scheme)
        except BadInput as refusal:
            left_out.add(visit, refusal)
        else:
            visits.append(visit)
    left_out.others = len(visits)
    changes = list(progress(message("scoring"), rescore_visits(engine, visits, before), len(visits)))
    print_left_out(left_out.by_reason)
    if as_json:
        for change in changes:
            click.echo(json.dumps(change_to_dict(change), ensure_ascii=False))
    elif changes:
        print_changes(changes)
    print_problems(problems)
    print_plugin_problems(engine)
    return 3 if problems else left_out.exit_code


def change_to_dict(change: RescoredVisit) -> dict[str, Any]:
    """A visit under both schemes as plain JSON values."""
    return {
        "visit": change.visit.id,
        "store": change.visit.store,
        "before": _score_record(*change.before),
        "after": _score_record(*change.after),
        "change": None if change.change is None else _plain(change.change),
        "causes": [cause.as_json() for cause in change.causes],
    }


def _score_record(score: Score, band: Band | None) -> dict[str, Any]:
    value = None if score.value is None else _plain(score.value)
    return {"value": value, "band": band and band.label} | ({"reason": score.reason.value} if score.reason else {})


def _plain(value: Fraction) -> int | float | str:
    from cemaudit.model.base import shown_exactly

    return shown_exactly(value)


def print_changes(changes: Sequence[RescoredVisit]) -> None:
    """Print the visits that change, and what changes over all of them."""
    from cemaudit.scoring.scheme_comparison import summarise_changes

    # visits with the same score and band under both would only hide the others
    differing = [change for change in changes if change.causes]
    rows = [
        [
            change.visit.id,
            _said_side(*change.before),
            _said_side(*change.after),
            "" if change.change is None else _signed(change.change),
            "; ".join(_CAUSE_WORDS[cause.kind](cause) for cause in change.causes),
        ]
        for change in sorted(differing, key=lambda change: not change.is_another_band)
    ]
    print_table(_HEADINGS, rows, "lllrl", width=screen_width())
    summary = summarise_changes(changes)
    click.echo(str(message("{moved} of {all} visits change band", moved=summary.moved, all=summary.visits)))
    if summary.headline:
        text = message(
            "Headline: {mean} on average, {low} to {high}",
            mean=_signed(summary.headline.mean),
            low=_signed(summary.headline.least),
            high=_signed(summary.headline.greatest),
        )
        print_wrapped(text)
    bands = [([before or "-", after or "-"], count) for (before, after), count in summary.bands.items()]
    _print_counts([N_("Before"), N_("After")], bands)
    causes = [([translate(CAUSE_TITLES[kind])], count) for kind, count in summary.causes.items()]
    _print_counts([N_("Because of")], causes)


def _print_counts(headings: Sequence[str], counts: Sequence[tuple[list[str], int]]) -> None:
    rows = [[*names, str(count)] for names, count in sorted(counts, key=lambda counted: (-counted[1], counted[0]))]
    print_table([*headings, N_("Visits")], rows, "l" * len(headings) + "r", gap=True)


def _said_side(score: Score, band: Band | None) -> str:
    value = f"{float(score.value):.1f}" if score.value is not None else score.reason.words if score.reason else "-"
    return f"{value} {band or '-'}"


def _signed(value: Fraction) -> str:
    return f"{float(value):+.1f}"


def _cause_words(text: str) -> Callable[[ChangeCause], str]:
    return lambda cause: str(message(text, name=cause.name, before=_word(cause.before), after=_word(cause.after)))


def _word(value: str | Fraction | None) -> str:
    from cemaudit.scoring.rounding import shown

    return shown(value) if isinstance(value, Fraction) else value or "-"


def _said_cap(cause: ChangeCause) -> str:
    if cause.before:
        return str(message("no longer capped ({detail})", detail=cause.before))
    return str(message("capped ({detail})", detail=cause.after))


def _said_count(cause: ChangeCause) -> str:
    return str(message("parts that count: {before} → {after}", before=cause.before, after=cause.after))


_CAUSE_WORDS: dict[str, Callable[[ChangeCause], str]] = {
    "score": _cause_words(N_("score: {before} → {after}")),
    "formula": _cause_words(N_("formula: {before} → {after}")),
    "parts": _cause_words(N_("made of other parts")),
    "answers": _said_count,
    "weights": _cause_words(N_("other weights")),
    "transform": _cause_words(N_("rescaled otherwise")),
    "cap": _said_cap,
    "measure": _cause_words(N_("{name} {before} → {after}")),
    "rounding": _cause_words(N_("rounding: {before} → {after}")),
    "bands": _cause_words(N_("other edges of bands")),
}

CAUSE_TITLES = {
    "score": N_("no score under one of them"),
    "formula": N_("another formula"),
    "parts": N_("made of other parts"),
    "answers": N_("another number of parts counts"),
    "weights": N_("other weights"),
    "transform": N_("rescaled otherwise"),
    "cap": N_("caps"),
    "measure": N_("other values of measures"),
    "rounding": N_("rounding"),
    "bands": N_("other edges of bands"),
}

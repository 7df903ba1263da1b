"""``cemaudit score --against``: the same visits under another scheme, and what changes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click

from cemaudit.cli.inputs import valid_visits
from cemaudit.cli.options import print_plugin_problems, print_problems, progress
from cemaudit.cli.terminal import screen_width, table_lines, wrapped
from cemaudit.language import N_, message, translate

if TYPE_CHECKING:
    from cemaudit.errors import Problem
    from cemaudit.model import Band, Score, Visit
    from cemaudit.scoring import Engine
    from cemaudit.scoring.bands import Peers
    from cemaudit.scoring.plan import Plan
    from cemaudit.scoring.rescore import ChangeCause, RescoredVisit

__all__ = ["CAUSE_TITLES", "print_scheme_changes"]


def print_scheme_changes(engine: Engine, sources: tuple[str, ...], before: str | None, as_json: bool) -> int:
    """Score the visits under ``before`` (else each checklist's own scheme) and the engine's scheme; print what changes.

    Returns the exit code: 3 where a visit could not be scored.
    """
    problems: list[Problem] = []
    visits = [located_visit.visit for located_visit in valid_visits(engine, sources, problems)]
    changes = list(progress(message("scoring"), _rescored(engine, visits, before), len(visits)))
    if as_json:
        for change in changes:
            click.echo(json.dumps(_record(change), ensure_ascii=False))
    elif changes:
        _print(changes)
    print_problems(problems)
    print_plugin_problems(engine)
    return 3 if problems else 0


def _rescored(engine: Engine, visits: Sequence[Visit], before: str | None) -> Iterator[RescoredVisit]:
    from cemaudit.scoring.rescore import rescore

    pairs = [(visit, _plan(engine, visit, before), engine.plan(visit.checklist, visit.day)) for visit in visits]
    peers_before = _peers([(visit, plan) for visit, plan, _ in pairs])
    peers_after = _peers([(visit, plan) for visit, _, plan in pairs])
    for visit, pair, other in pairs:
        yield rescore(visit, pair, other, (peers_before.get(pair.scheme.ref), peers_after.get(other.scheme.ref)))


def _plan(engine: Engine, visit: Visit, before: str | None) -> Plan:
    own = engine.library.checklist(visit.checklist).scheme
    return engine.plan(visit.checklist, visit.day, before or own)


def _peers(pairs: Sequence[tuple[Visit, Plan]]) -> dict[str, Peers]:
    """The peers of each scheme whose bands ask for them: all these visits under it."""
    from cemaudit.scoring import make_audit
    from cemaudit.scoring.bands import peers_of

    schemes = {plan.scheme.ref: plan.scheme for _, plan in pairs}
    asking = [
        scheme
        for scheme in schemes.values()
        if any("p" in condition for band in scheme.bands for condition in band.where.values())
    ]
    return {
        scheme.ref: peers_of(scheme, [make_audit(plan, visit) for visit, plan in pairs if plan.scheme is scheme])
        for scheme in asking
    }


def _record(change: RescoredVisit) -> dict[str, Any]:
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


def _print(changes: Sequence[RescoredVisit]) -> None:
    headings = [
        translate(heading) for heading in (N_("Visit"), N_("Before"), N_("After"), N_("Change"), N_("Because of"))
    ]
    differing = [change for change in changes if change.causes]
    rows = [_row(change) for change in sorted(differing, key=lambda change: not change.is_another_band)]
    for line in table_lines(headings, rows, "lllrl", screen_width()) if rows else []:
        click.echo(line)
    moved = [change for change in changes if change.is_another_band]
    click.echo(str(message("{moved} of {all} visits change band", moved=len(moved), all=len(changes))))
    _print_spread([change.change for change in changes if change.change is not None])
    bands: Counter[tuple[str, ...]] = Counter((_name(change.before[1]), _name(change.after[1])) for change in changes)
    _print_counts([N_("Before"), N_("After")], bands)
    cause_kinds = (kind for change in changes for kind in {cause.kind for cause in change.causes})
    kinds: Counter[tuple[str, ...]] = Counter((translate(CAUSE_TITLES[kind]),) for kind in cause_kinds)
    _print_counts([N_("Because of")], kinds)


def _print_counts(headings: Sequence[str], counts: Mapping[tuple[str, ...], int]) -> None:
    rows = [[*names, str(count)] for names, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))]
    if rows:
        click.echo()
        for line in table_lines([*map(translate, headings), translate(N_("Visits"))], rows, "l" * len(headings) + "r"):
            click.echo(line)


def _print_spread(values: Sequence[Fraction]) -> None:
    if values:
        mean = sum(values, Fraction(0)) / len(values)
        low, high = _signed(min(values)), _signed(max(values))
        text = message("Headline: {mean} on average, {low} to {high}", mean=_signed(mean), low=low, high=high)
        for line in wrapped(str(text), screen_width(), "  "):
            click.echo(line)


def _row(change: RescoredVisit) -> list[str]:
    moved = "" if change.change is None else _signed(change.change)
    causes = "; ".join(_CAUSE_WORDS[cause.kind](cause) for cause in change.causes)
    return [change.visit.id, _said_side(*change.before), _said_side(*change.after), moved, causes]


def _said_side(score: Score, band: Band | None) -> str:
    value = f"{float(score.value):.1f}" if score.value is not None else score.reason.words if score.reason else "-"
    return f"{value} {_name(band)}"


def _name(band: Band | None) -> str:
    return str(band) if band else "-"


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

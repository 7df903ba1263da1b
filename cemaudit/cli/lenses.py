"""Keys of lenses, ``lens:ID`` in ``--by`` and ``--where``: what they stand for, and what is never seen through them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cemaudit.errors import BadInput, Problem, nearest
from cemaudit.language import message

if TYPE_CHECKING:
    from cemaudit.hookspecs import Context
    from cemaudit.ledger.query import LedgerQuery, Reading
    from cemaudit.ledger.query.keys import Condition
    from cemaudit.ledger.query.question import LensKey
    from cemaudit.model.lenses import JourneyView
    from cemaudit.scoring import Engine

__all__ = ["journey_view", "lens_holes", "lens_keys"]

_USUAL_LENS = "acass"


def lens_keys(
    keys: Iterable[str],
    blocked: Sequence[str] = (),
    files: Sequence[Path] = (),
    conditions: Sequence[Condition] = (),
) -> dict[str, LensKey]:
    """What the keys of lenses stand for, among ``keys`` and those of ``conditions``.

    ``BadInput`` where a lens is not known, or a condition names a stage it does not have. Plugins are loaded only where
    there is a lens.
    """
    from cemaudit.ledger.query.keys import LENS
    from cemaudit.ledger.query.question import LensKey
    from cemaudit.scoring import Engine

    ids = {
        key: key.removeprefix(LENS)
        for key in [*keys, *(condition.key for condition in conditions)]
        if key.startswith(LENS)
    }
    if not ids:
        return {}
    shelf = Engine(blocked, files).library.journeys
    lenses = {key: LensKey(shelf.journey(lens_id), partial(shelf.view, lens_id)) for key, lens_id in ids.items()}
    problems = []
    for key, value in ((condition.key, value) for condition in conditions for value in condition.values):
        stages = [stage.id for stage in lenses[key].lens.stages] if key in lenses else [value]
        if value not in stages:
            text = message("no such stage in journey {journey}: {stage}", journey=ids[key], stage=value or "-")
            problems.append(Problem(text, f"--where {key}", nearest(value, stages)))
    if problems:
        raise BadInput(problems)
    return lenses


def lens_holes(snapshot: Reading, question: LedgerQuery) -> Iterator[Problem]:
    """What a checklist never looks at, seen through the lenses a question is grouped by."""
    from cemaudit.ledger.query.question import checklists_asked

    for lens_key in (question.lenses[key] for key in question.by if key in question.lenses):
        for ref in checklists_asked(snapshot, question, one=False):
            checklist = snapshot.checklist(ref)
            view = lens_key.view(checklist.path)
            there = {view.stage_of(touchpoint) for touchpoint in checklist.touchpoints}
            holes = [str(stage.title) for stage in lens_key.lens.stages if stage.id not in there]
            if holes:
                text = message("{ref} has no touchpoint here: {names}", ref=ref, names=", ".join(holes))
                yield Problem(text, str(lens_key.lens.title))


def journey_view(engine: Engine, context: Context, lens_id: str | None = None) -> JourneyView | None:
    """The journey through the lens asked for; through the usual one, where nothing is asked and it maps the journey.

    ``BadInput`` where the lens asked for says nothing of the journey, or the scheme keeps no score by touchpoint.
    """
    from cemaudit.scoring.lens_scores import lens_measure

    audit = context.audits[-1]
    try:
        lens_measure(audit.scheme)
        return engine.library.journeys.view(lens_id or _USUAL_LENS, audit.checklist.path)
    except BadInput:
        if lens_id:
            raise
        return None

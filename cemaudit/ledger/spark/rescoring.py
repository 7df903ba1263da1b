"""History under another scheme, scored where a cluster keeps it."""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from cemaudit.errors import BadInput, Problem
from cemaudit.language import message
from cemaudit.ledger.definitions import as_text
from cemaudit.ledger.rescoring.restored_columns import required_columns
from cemaudit.ledger.rescoring.run import RescoringResult
from cemaudit.ledger.snapshot.answer_columns import VISIT_COLUMNS
from cemaudit.ledger.snapshot.names import TOO_LARGE, code_of, quoted, score_columns
from cemaudit.ledger.snapshot.parquet import METADATA_KEY
from cemaudit.ledger.spark.blocks import WorkerTask, batch_scorer
from cemaudit.ledger.spark.reading import ClusterScoresNote, SparkSnapshot
from cemaudit.ledger.spark.session import translate_errors
from cemaudit.model import Checklist, Scheme
from cemaudit.model.answers import Date, TextAnswer, Time
from cemaudit.scoring import Engine
from cemaudit.scoring.plan import make_plan

if TYPE_CHECKING:
    from pyspark.sql import DataFrame
    from pyspark.sql.types import StructType

__all__ = ["rescore_on"]

_WITHOUT = message("rescore without --on, where the ledger is")


def rescore_on(  # noqa: PLR0913 (what a run is made of)
    snapshot: SparkSnapshot,
    engine: Engine,
    scheme: str,
    refs: Iterable[str],
    *,
    since: dt.date | None = None,
    blocked: Iterable[str] = (),
) -> RescoringResult:
    """Score the visits of the checklists ``refs`` under ``scheme`` (``id@version``), on the snapshot's cluster.

    All of them, or with ``since`` those of that day or later; what is scored already stays. The scores are those of
    ``rescore_history``, bit for bit, but for visits with a number that no column holds: these have none, with the
    reason ``too-large``. ``BadInput`` where there is no such scheme, or it fits no checklist.
    """
    done, record = RescoringResult(), _scheme(snapshot, engine, scheme)
    for ref in refs:
        checklist = snapshot.checklist(ref)
        try:
            make_plan(checklist, record, engine.library.aggregators)
            _refuse_text_conditions(checklist)
        except BadInput as error:
            done.problems += [problem.inside(ref) for problem in error.problems]
            continue
        under = WorkerTask(as_text(checklist), as_text(record), tuple(blocked))
        if _is_done(snapshot, ref, under, since):
            done.before += snapshot.visits(ref, since)
        else:
            _write(snapshot, ref, under, since)
            done.visits += snapshot.visits(ref, since)
        done.refs.append(ref)
        done.problems += _left_out(snapshot, ref, scheme)
        done.fallbacks |= {name: str(why) for name, why in under.scorer.fallbacks.items()}
    if not done.refs:
        raise BadInput(done.problems)
    return done


def _scheme(snapshot: SparkSnapshot, engine: Engine, ref: str) -> Scheme:
    """The scheme of the engine or, where only that has it, of the snapshot; they must not differ."""
    used = snapshot.scheme(ref) if ref in snapshot.manifest.schemes else None
    record = used if used and ref not in engine.library.schemes else engine.library.scheme(ref)
    if used and used != record:
        raise _another(ref, snapshot.place)
    return record


def _another(ref: str, place: str) -> BadInput:
    text = message("{ref} exists already with another content", ref=ref)
    return BadInput(Problem(text, place, message("give it a new version")))


def _refuse_text_conditions(checklist: Checklist) -> None:
    """``BadInput`` where items arise by words, dates or times, of which a snapshot gives the kernel nothing."""
    for item in checklist.items.values():
        for name in item.when.names() if item.when else ():
            other = checklist.items.get(name)
            if other and isinstance(other.answer, TextAnswer | Date | Time):
                text = message(
                    "{item} arises by the words of {other}, which only the ledger has", item=item.id, other=name
                )
                raise BadInput(Problem(text, hint=_WITHOUT))


def _is_done(snapshot: SparkSnapshot, ref: str, under: WorkerTask, since: dt.date | None) -> bool:
    """Whether these scores are there already; ``BadInput`` where they are of another scheme of that name."""
    scheme = under.scorer.plan.scheme.ref
    note = snapshot.noted(ref, scheme)
    if note and note.scheme != under.scheme:
        raise _another(scheme, snapshot.scored_in(ref, scheme))
    return note is not None and note.covers(since) and snapshot.holds(ref, note)


def _write(snapshot: SparkSnapshot, ref: str, under: WorkerTask, since: dt.date | None) -> None:
    """Score the answers to a checklist on the workers, and write what comes out beside the snapshot."""
    plan = under.scorer.plan
    url = snapshot.scored_in(ref, plan.scheme.ref)
    answers = snapshot.chosen(ref, since)
    note = ClusterScoresNote(under.scheme, tuple(score_columns(plan)), snapshot.answers_digest(ref), since)
    with translate_errors(url), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas, of which we use nothing
        selected = answers.selectExpr(*_asked(plan.checklist))
        scored = selected.mapInArrow(batch_scorer(under), _schema(answers, under))
        said = scored.withMetadata("scheme", {METADATA_KEY: note.written()})
        said.write.mode("overwrite").parquet(url, compression="zstd")


def _left_out(snapshot: SparkSnapshot, ref: str, scheme: str) -> list[Problem]:
    """How many visits have no scores because of a number that no column holds."""
    (scores,) = snapshot.again(ref, scheme)
    snapshot.view("again", scores.parts)
    every = " and ".join(f"{quoted(column.reason)} = {code_of(TOO_LARGE)}" for column in scores.scores)
    ((count,),) = snapshot.ask(f"select count(*) from again where {every}")
    text = message("{count} visits hold a number that no column holds, and were not scored", count=f"{count:,}")
    return [Problem(text, ref, _WITHOUT)] if count else []


def _asked(checklist: Checklist) -> Iterator[str]:
    """The SQL of the columns that a worker gets; their names are plain, as Spark looks them up by name."""
    columns = [*VISIT_COLUMNS, *(required_column.sql for required_column in required_columns(checklist))]
    yield from (f"{sql} as c{number}" for number, sql in enumerate(columns))


def _schema(answers: DataFrame, under: WorkerTask) -> StructType:
    """The columns that come back."""
    from pyspark.sql.types import ByteType, LongType, StringType, StructField, StructType  # noqa: PLC0415 an extra

    heads = [StructField(name, answers.schema[name].dataType) for name in VISIT_COLUMNS]
    words = [StructField(name, StringType()) for name in ("scheme", "band")]
    scores = [
        field
        for column in score_columns(under.scorer.plan)
        for field in (StructField(column.score, LongType()), StructField(column.reason, ByteType()))
    ]
    return StructType([*heads, *words, *scores])

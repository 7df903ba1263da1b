"""Reads a snapshot on Spark."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from cemaudit.errors import BadInput, Problem
from cemaudit.language import message
from cemaudit.ledger.query.reading import Reading, ScoreTable
from cemaudit.ledger.snapshot.manifest import MANIFEST_FILE, SnapshotFile, SnapshotManifest, read_manifest
from cemaudit.ledger.snapshot.names import ScoreColumn
from cemaudit.ledger.snapshot.parquet import METADATA_KEY
from cemaudit.ledger.spark.session import check_cluster, opened, translate_errors
from cemaudit.model import Scheme

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["ClusterScoresNote", "SparkSnapshot", "manifest_at", "place_of", "reading_on"]


class ClusterScoresNote(NamedTuple):
    """The ``scheme`` as JSON, the ``columns`` of scores, the digest of the ``answers``, and the first day, if not all.

    It travels in the files themselves, so that scores and what is said of them are written at once or not at all.
    """

    scheme: str
    columns: tuple[ScoreColumn, ...]
    answers: str
    since: dt.date | None = None

    def covers(self, since: dt.date | None) -> bool:
        """Whether all visits of that day or later are among the scored; with ``None``, all there are."""
        return self.since is None or (since is not None and self.since <= since)

    def written(self) -> str:
        """As JSON."""
        return json.dumps(self, ensure_ascii=False, default=dt.date.isoformat)

    @classmethod
    def read(cls, text: str) -> ClusterScoresNote:
        """From JSON."""
        scheme, columns, answers, since = json.loads(text)
        score_columns = (ScoreColumn(name, measure, tuple(key), written) for name, measure, key, written in columns)
        return cls(scheme, tuple(score_columns), answers, dt.date.fromisoformat(since) if since else None)


_HERE = "file://"
_MASKS = re.compile(r"([*?\[\]{}\\])")


@contextmanager
def reading_on(master: str, data: str) -> Iterator[SparkSnapshot]:
    """The snapshot at ``data`` (a folder or a URL the cluster reads), opened on the cluster of ``master``.

    Errors as of ``session.ready`` and ``session.opened``; ``BadInput`` where there is no snapshot, which of a folder of
    this machine is said before a session begins, or where files of it are missing.
    """
    reached, location = check_cluster(master), place_of(data)
    manifest = read_manifest(Path(location.removeprefix(_HERE))) if location.startswith(_HERE) else None
    with opened(reached) as session:
        yield SparkSnapshot(session, location, manifest or manifest_at(session, location))


def place_of(data: str) -> str:
    """A folder of this machine, or one shared with the workers, as a URL; other URLs as they are."""
    return data.rstrip("/") if "://" in data else f"{_HERE}{Path(data).absolute()}"


def manifest_at(session: SparkSession, place: str) -> SnapshotManifest:
    """The manifest of the snapshot at ``place``; ``BadInput`` where there is none, or another thing."""
    path = f"{place}/{MANIFEST_FILE}"
    try:
        with translate_errors(path):
            text = session.read.text(_literally(path), wholetext=True).collect()[0][0]
    except BadInput as error:
        hint = message("make it with 'cemaudit snapshot'")
        raise BadInput(Problem(message("there is no snapshot yet"), place, hint)) from error
    with TemporaryDirectory() as kept:
        Path(kept, MANIFEST_FILE).write_text(text, encoding="utf-8")
        try:
            return read_manifest(Path(kept))
        except BadInput as error:
            raise BadInput(replace(error.problems[0], place=path)) from error


def _literally(path: str) -> str:
    """A path in which no character stands for others."""
    return _MASKS.sub(r"\\\1", path)


class SparkSnapshot(Reading):
    """The snapshot at ``place``, read by a cluster; and what was scored again there, in a folder beside it."""

    def __init__(self, session: SparkSession, place: str, manifest: SnapshotManifest) -> None:
        self.session, self.place = session, place
        super().__init__(manifest)

    def view(self, name: str, files: Sequence[SnapshotFile]) -> None:
        self.frame(*(file.file for file in files)).createOrReplaceTempView(name)

    def ask(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        self.refuse_unknown(sql)
        with translate_errors(self.place):
            return [tuple(row) for row in self.session.sql(sql, args=list(values)).collect()]

    def frame(self, *files: str) -> DataFrame:
        """Some files, of the snapshot or by their URLs, as a table; ``BadInput`` where one is missing."""
        urls = [file if "://" in file else f"{self.place}/{file}" for file in files]
        with translate_errors(self.place):
            return self.session.read.parquet(*map(_literally, urls))

    def again(self, ref: str, scheme: str) -> list[ScoreTable]:
        """Those scored on the cluster, where they are whole and of today's answers; else those of the snapshot."""
        note = self.noted(ref, scheme)
        if not note or not self.holds(ref, note):
            return super().again(ref, scheme)
        file = SnapshotFile(self.scored_in(ref, scheme), ref, scheme, self.visits(ref, note.since), 0, 0, "", "")
        return [ScoreTable((file,), self.checklist(ref), (Scheme.model_validate_json(note.scheme),), note.columns)]

    def scored_in(self, ref: str, scheme: str) -> str:
        """Where scores of a checklist under a scheme are written."""
        return f"{self.place}-on-spark/{ref}/{scheme}"

    def noted(self, ref: str, scheme: str) -> ClusterScoresNote | None:
        """What the scores of a checklist under a scheme say of themselves, where some were written."""
        try:
            fields = self.frame(self.scored_in(ref, scheme)).schema
        except BadInput:
            return None
        metadata = [field.metadata[METADATA_KEY] for field in fields if METADATA_KEY in field.metadata]
        return ClusterScoresNote.read(metadata[0]) if metadata else None

    def holds(self, ref: str, note: ClusterScoresNote) -> bool:
        """Whether noted scores are all there, and of the answers there are now."""
        if note.answers != self.answers_digest(ref):
            return False
        url = self.scored_in(ref, Scheme.model_validate_json(note.scheme).ref)
        with translate_errors(url):
            return bool(self.frame(url).count() == self.visits(ref, note.since))

    def chosen(self, ref: str, since: dt.date | None) -> DataFrame:
        """The answers to a checklist; with ``since``, of the visits of that day or later."""
        answers = self.frame(*(file.file for file in self.answers(ref).parts))
        return answers.where(answers["day"] >= since) if since else answers

    def visits(self, ref: str, since: dt.date | None) -> int:
        """How many visits are ``chosen``."""
        if since is None:
            return sum(file.visits for file in self.answers(ref).parts)
        with translate_errors(self.place):
            return int(self.chosen(ref, since).count())

    def answers_digest(self, ref: str) -> str:
        """What tells the answers to a checklist from any other."""
        digests = "".join(file.sha256 for file in self.answers(ref).parts)
        return hashlib.sha256(digests.encode()).hexdigest()

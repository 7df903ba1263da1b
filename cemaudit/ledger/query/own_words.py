"""SQL in the asker's own words: it reads the snapshot's files and nothing else, and writes nowhere."""

from __future__ import annotations

from typing import Any, NamedTuple

from cemaudit.errors import BadInput, Problem
from cemaudit.language import message
from cemaudit.ledger.query.reading import Local
from cemaudit.ledger.query.relations import claims_sql, relations

__all__ = ["SqlResult", "ask"]


class SqlResult(NamedTuple):
    """What SQL returned: the names of its columns, and its rows."""

    columns: list[str]
    rows: list[tuple[Any, ...]]


def ask(reading: Local, sql: str, ref: str, scheme: str | None = None) -> SqlResult:
    """What one ``select`` returns of the tables of a checklist (see ``relations``).

    ``BadInput`` where it is anything else, or goes wrong. The ``reading`` can be asked nothing else afterwards.
    """
    import duckdb  # noqa: PLC0415 (an extra)

    _make_views(reading, ref, scheme)
    _shut_in(reading)
    try:
        statements = reading.link.extract_statements(sql)
        if len(statements) != 1 or statements[0].type is not duckdb.StatementType.SELECT:
            raise BadInput(Problem(message("expected one select, and nothing else")))
        found = reading.link.execute(statements[0])
        return SqlResult([str(column[0]) for column in found.description or ()], found.fetchall())
    except duckdb.Error as error:
        raise BadInput(Problem(message("the SQL cannot be run: {why}", why=" ".join(str(error).split())))) from error


def _make_views(reading: Local, ref: str, scheme: str | None) -> None:
    answers, scores = reading.answers(ref), reading.scores(ref, scheme)
    reading.view("wide_answers", answers.parts)
    for number, some in enumerate(scores, 1):
        reading.view(f"wide_scores_{number}", some.parts)
    if reading.has_circumstances(ref):
        reading.view_circumstances(ref)
    if reading.has_claim_states(ref):
        reading.view_claim_states(ref)
        reading.define("claims", claims_sql(answers.checklist))
    for name, sql in relations(answers, scores):
        reading.link.execute(f"create or replace view {name} as {sql}")


def _shut_in(reading: Local) -> None:
    """From now on nothing but the files of the snapshot can be opened, and this cannot be changed any more."""
    files = [str((reading.folder / part.file).absolute()) for part in reading.manifest.parts]
    reading.link.execute("set temp_directory = ''")
    reading.link.execute("set allowed_paths = $files", {"files": files})
    reading.link.execute("set enable_external_access = false")
    reading.link.execute("set lock_configuration = true")

"""What is said of visits besides their scores stays as it is when they are scored again."""

from __future__ import annotations

from pathlib import Path

from helpers import ledgers, samples

from cemaudit.ledger import open_ledger
from cemaudit.ledger.query.reading import reading
from cemaudit.ledger.rescoring.run import rescore_history
from cemaudit.ledger.snapshot.answer_columns import VISIT_COLUMNS
from cemaudit.ledger.snapshot.taking import update_snapshot
from cemaudit.scoring import Engine

SCHEME = samples.scheme({"id": "all", "how": "mean"})
WALK = samples.items_only(
    samples.item("I1"),
    steps=[{"id": name, "title": samples.text(name)} for name in ("before", "after")],
)
VISITS = (
    samples.visit(id="plain", answers={"I1": True}),
    samples.visit(id="dated", answers={"I1": False}, date="2026-11-21", wave="2026-4"),
    samples.visit(id="walk", answers={"I1": True}, episode={"id": "e", "step": "after"}, origin="simulated"),
)


def test_heads_are_the_same(tmp_path: Path) -> None:
    url, folder, engine = str(tmp_path / "hq.db"), tmp_path / "hq", Engine()
    engine.library.schemes[SCHEME.ref] = SCHEME
    with open_ledger(url, make=True) as ledger:
        assert ledgers.take(ledger, *VISITS, checklist=WALK) == ["collected"] * len(VISITS)
        update_snapshot(ledger, engine, folder)
        rescore_history(ledger, url, engine, folder, SCHEME.ref)
    with reading(folder) as found:
        tables = [found.scores(WALK.ref), found.again(WALK.ref, SCHEME.ref)]
        rows = []
        for (table,) in tables:
            found.view("visits", table.parts)
            rows.append(found.ask(f"select {', '.join(VISIT_COLUMNS)} from visits order by number"))
    assert rows[0] == rows[1]
    assert {row[VISIT_COLUMNS.index("step")] for row in rows[1]} == {None, "after"}
    assert {row[VISIT_COLUMNS.index("wave")] for row in rows[1]} == {None, "2026-4"}

"""Critical failures of the snapshot are those that the core finds visit by visit."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers import ledgers, snapshots
from helpers.program import call

from cemaudit.compare.critical_items import MOST_STORES, critical_sentences
from cemaudit.compare.queries.findings import count_findings
from cemaudit.compare.selection import Selection
from cemaudit.errors import BadInput
from cemaudit.language import LANGUAGES, use
from cemaudit.ledger import open_ledger
from cemaudit.ledger.history import review_visits
from cemaudit.ledger.query import LedgerQuery, show
from cemaudit.ledger.query.keys import Condition
from cemaudit.ledger.query.reading import Local, reading
from cemaudit.ledger.query.statement import Filter
from cemaudit.ledger.rescoring.run import rescore_history
from cemaudit.ledger.states import VisitState
from cemaudit.model import Visit
from cemaudit.scoring import Engine
from cemaudit.scoring.engine import report_contexts
from cemaudit.simulate import simulate

SHOP, HOSPITAL, SCHEME = "retail.green-smile@1.0.0", "hospital.outpatient@1.0.0", "cem.performance@1"
ITEM, NOTE = "GS08", "Charged twice.\nNobody minded."


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


@pytest.fixture(scope="module")
def visits(engine: Engine) -> dict[str, list[Visit]]:
    """Visits to twelve shops, each third of which fails a critical item, with a note on it; and to a hospital."""
    shop = [
        visit.model_copy(update={"answers": {**visit.answers, ITEM: "wrong"}, "notes": {**visit.notes, ITEM: NOTE}})
        if number % 3 == 0 and ITEM in visit.answers
        else visit
        for number, visit in enumerate(simulate(engine.library.checklist(SHOP), 12, 4, 5))
    ]
    hospital = [
        visit.model_copy(update={"answers": {**visit.answers, "H13": False}}) if "H13" in visit.answers else visit
        for visit in simulate(engine.library.checklist(HOSPITAL), 2, 2, 5)
    ]
    return {SHOP: shop, HOSPITAL: hospital}


@pytest.fixture(scope="module")
def home(engine: Engine, visits: dict[str, list[Visit]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("critical")
    checklists = {ref: engine.library.checklist(ref) for ref in visits}
    with open_ledger(str(home / "hq.db"), make=True, who="hq") as ledger:
        for some in visits.values():
            ledger.collect([ledgers.document(one, ledger) for one in some], checklists)
        with snapshots.snapshot(ledger, engine, home / "hq-snapshot"):
            pass
        rescore_history(ledger, str(home / "hq.db"), engine, home / "hq-snapshot", SCHEME, refs=[SHOP])
    return home


@pytest.fixture
def snapshot(home: Path) -> Iterator[Local]:
    with reading(home / "hq-snapshot") as opened:
        yield opened


Failures = list[tuple[str, str, str, str]]
"""Store, day, visit and item of each failure."""


def found_one_by_one(engine: Engine, visits: list[Visit]) -> Failures:
    return [
        (audit.visit.store, str(audit.visit.day), audit.visit.id, str(finding.item))
        for context in report_contexts(engine, visits)
        for audit in context.audits
        for finding in audit.findings
        if finding.rule == "core.critical"
    ]


def shown(snapshot: Local, question: LedgerQuery) -> Failures:
    rows = show(snapshot, "critical", question).rows
    return [(row["store"], str(row["day"]), row["visit"], row["item"]) for row in rows]


def only(*conditions: tuple[str, str]) -> Filter:
    return Filter(tuple(Condition(key, (value,)) for key, value in conditions))


def test_failures_are_those_of_each_visit_the_latest_first(
    snapshot: Local, engine: Engine, visits: dict[str, list[Visit]]
) -> None:
    expected = [failure for some in visits.values() for failure in found_one_by_one(engine, some)]
    rows = shown(snapshot, LedgerQuery())
    assert sorted(rows) == sorted(expected)
    assert len(rows) >= 12
    assert [day for _, day, *_ in rows] == sorted((day for _, day, *_ in rows), reverse=True)
    assert {item for *_, item in rows} >= {ITEM, "H13"}


def test_under_another_scheme_they_are_found_anew(snapshot: Local, visits: dict[str, list[Visit]]) -> None:
    question = LedgerQuery((), only(("checklist", SHOP)), SCHEME)
    assert sorted(shown(snapshot, question)) == sorted(found_one_by_one(Engine(scheme=SCHEME), visits[SHOP]))


def test_conditions_choose_visits_and_items(snapshot: Local, engine: Engine, visits: dict[str, list[Visit]]) -> None:
    everything = found_one_by_one(engine, visits[SHOP])
    store = everything[0][0]
    touchpoint = engine.library.checklist(SHOP).touchpoint_of[ITEM].id
    own = shown(snapshot, LedgerQuery((), only(("checklist", SHOP), ("store", store))))
    assert sorted(own) == sorted(failure for failure in everything if failure[0] == store)
    at_touchpoint = shown(snapshot, LedgerQuery((), only(("touchpoint", touchpoint))))
    assert at_touchpoint
    assert {item for *_, item in at_touchpoint} == {ITEM}
    assert shown(snapshot, LedgerQuery((), only(("item", "H13")))) == [
        failure for failure in shown(snapshot, LedgerQuery()) if failure[3] == "H13"
    ]


def test_grouped_they_are_counted(snapshot: Local, engine: Engine, visits: dict[str, list[Visit]]) -> None:
    everything = found_one_by_one(engine, visits[SHOP])
    rows = show(snapshot, "critical", LedgerQuery(("store", "item"), only(("checklist", SHOP)))).rows
    assert {(row["store"], row["item"]): row["failures"] for row in rows} == Counter(
        (store, item) for store, _, _, item in everything
    )
    (whole,) = show(snapshot, "critical", LedgerQuery(("checklist",), only(("checklist", SHOP)))).rows
    assert (whole["failures"], whole["failed_visits"], whole["failed_stores"], str(whole["last_day"])) == (
        len(everything),
        len({visit for _, _, visit, _ in everything}),
        len({store for store, *_ in everything}),
        max(day for _, day, *_ in everything),
    )


def test_scores_have_no_failures_and_are_no_keys(snapshot: Local) -> None:
    with pytest.raises(BadInput, match="measure is no key of this view"):
        show(snapshot, "critical", LedgerQuery(("measure",)))


def test_a_snapshot_from_before_says_that_they_are_not_known(snapshot: Local) -> None:
    kept = tuple(part for part in snapshot.manifest.parts if part.kind != "findings")
    snapshot.manifest = snapshot.manifest._replace(parts=kept)
    with pytest.raises(BadInput, match="not known; make the snapshot again"):
        show(snapshot, "critical", LedgerQuery())
    with pytest.raises(BadInput, match=f"rescore --scheme {SCHEME}"):
        show(snapshot, "critical", LedgerQuery((), only(("checklist", SHOP)), SCHEME))
    with use("en"):
        (sentence,) = map(str, critical_sentences(snapshot, Selection(only(("checklist", SHOP)))))
    assert "not known; make the snapshot again" in sentence


def test_where_no_figure_may_rest_on_one_sheet_no_single_visit_is_shown(snapshot: Local) -> None:
    staff = snapshot.checklist(SHOP).model_copy(update={"least_sheets": 5})
    snapshot._checklists[SHOP] = staff
    selection = Selection(only(("checklist", SHOP)))
    with pytest.raises(BadInput, match="at least 5 sheets"):
        show(snapshot, "critical", LedgerQuery())
    assert list(critical_sentences(snapshot, selection)) == []
    assert not any(one.named for one in count_findings(snapshot, selection).counts or ())


def test_compare_names_the_stores_that_failed_last(
    snapshot: Local, engine: Engine, visits: dict[str, list[Visit]]
) -> None:
    everything = found_one_by_one(engine, visits[SHOP])
    stores = {store for store, *_ in everything}
    assert len(stores) > MOST_STORES
    with use("en"):
        sentences = [str(one) for one in critical_sentences(snapshot, Selection(only(("checklist", SHOP))))]
    latest = max(day for _, day, *_ in everything)
    assert sentences[0].endswith(f"Last on {latest}.")
    assert any(sentences[0].startswith(f"{store}: not met: ") for store, day, *_ in everything if day == latest)
    assert sentences[MOST_STORES:] == [
        f"More stores: {len(stores) - MOST_STORES}.", "Every such visit: 'cemaudit query critical'."
    ]  # fmt: skip


def test_where_none_failed_that_is_said_and_nothing_where_nothing_is_critical(snapshot: Local) -> None:
    checklist = snapshot.checklist(SHOP)
    with use("en"):
        none = critical_sentences(snapshot, Selection(only(("checklist", SHOP), ("wave", "never"))))
        assert [str(one) for one in none] == ["No visit failed a critical item."]
    harmless = [
        touchpoint.model_copy(
            update={"items": tuple(item.model_copy(update={"critical": None}) for item in touchpoint.items)}
        )
        for touchpoint in checklist.touchpoints
    ]
    snapshot._checklists[SHOP] = type(checklist).model_validate(
        checklist.model_copy(update={"touchpoints": tuple(harmless)}).model_dump()
    )
    assert list(critical_sentences(snapshot, Selection(only(("checklist", SHOP))))) == []


def test_the_league_report_counts_the_stores_it_names(
    snapshot: Local, engine: Engine, visits: dict[str, list[Visit]]
) -> None:
    counts = count_findings(snapshot, Selection(only(("checklist", SHOP)))).counts or ()
    payment = max(counts, key=lambda one: sum(times for _, times in one.named))
    expected = Counter(store for store, _, _, item in found_one_by_one(engine, visits[SHOP]) if item == ITEM)
    assert dict(payment.named) == expected
    assert (payment.times, payment.stores) == (expected.total(), len(expected))
    assert {one.severity.value for one in counts if one.named} == {"critical"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_command_shows_them_with_what_shoppers_wrote(home: Path, language: str) -> None:
    here = ("--ledger", str(home / "hq.db"))
    screen = call(home, "query", "critical", *here, "--limit", "3", "--with-notes", "--lang", language)
    assert screen.code == 0
    assert {"en": "What shoppers wrote", "ko": "쇼퍼가 남긴 글"}[language] in screen.out
    lines = call(home, "query", "critical", *here, "--where", f"item={ITEM}", "--with-notes", "--json").out
    rows = [json.loads(line) for line in lines.splitlines()]
    assert all(NOTE in row["words"] for row in rows[:4] if row["words"].startswith("Charged"))
    assert any(row["words"].startswith(NOTE) for row in rows)
    (row,) = map(json.loads, call(home, "query", "critical", *here, "--limit", "1", "--json").out.splitlines())
    assert list(row) == [
        "day", "store", "name", "item", "title", "touchpoint", "touchpoint_title", "visit", "wave", "checklist",
        "number",
    ]  # fmt: skip
    table = call(home, "query", "critical", *here, "--csv", "--limit", "2").out.splitlines()
    assert (table[0], len(table)) == (",".join(row), 3)


@pytest.mark.parametrize("language", LANGUAGES)
def test_compare_begins_with_them_and_its_json_stays(home: Path, language: str) -> None:
    here = ("--ledger", str(home / "hq.db"), "--where", f"checklist={SHOP}", "--lang", language)
    screen = call(home, "compare", *here).out
    headings = {
        "en": ("Critical items not met", "What the data show"),
        "ko": ("미충족된 중대 항목", "자료로 알 수 있는 것"),
    }
    first, then = headings[language]
    assert 0 < screen.index(first) < screen.index(then)
    assert "critical" not in json.loads(call(home, "compare", *here, "--json").out)


@pytest.mark.parametrize(
    "arguments",
    [
        ("complaints", "--with-notes"),
        ("critical", "--with-notes", "--by", "store"),
        ("critical", "--measure", "overall"),
        ("critical", "--with-notes", "--snapshot", "hq-snapshot"),
    ],
)
def test_what_it_does_not_have_is_refused(home: Path, arguments: tuple[str, ...]) -> None:
    refused = call(home, "query", *arguments, *(() if "--snapshot" in arguments else ("--ledger", "hq.db")))
    assert (refused.code, refused.out) == (2, "")


def test_a_visit_that_was_excluded_is_left_out(engine: Engine, visits: dict[str, list[Visit]], tmp_path: Path) -> None:
    some = visits[HOSPITAL]
    with open_ledger(str(tmp_path / "hq.db"), make=True, who="hq") as ledger:
        ledger.collect([ledgers.document(one, ledger) for one in some], {HOSPITAL: engine.library.checklist(HOSPITAL)})
        before = found_one_by_one(engine, some)
        excluded = before[0][2]
        review_visits(ledger, [excluded], VisitState.EXCLUDED, "the wrong clinic")
        with snapshots.snapshot(ledger, engine, tmp_path / "snapshot") as opened:
            rows = shown(opened, LedgerQuery())
            with_excluded = shown(opened, LedgerQuery((), Filter(excluded=True)))
    assert sorted(rows) == sorted(failure for failure in before if failure[2] != excluded)
    assert len(rows) < len(before)
    assert sorted(with_excluded) == sorted(before)

"""The states of visits: which count is a setting of the ledger, said with every result, and any can be asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers import ledgers, samples
from helpers.ledgers import amended, take, visit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cemaudit.errors import BadInput
from cemaudit.ledger import Ledger, VisitState, open_ledger, review_visits, update_snapshot
from cemaudit.ledger.audit_trail import TrailEntry
from cemaudit.ledger.maintenance import check
from cemaudit.ledger.query.counting import counting_notes, left_out_by_state, state_notes
from cemaudit.ledger.query.keys import Condition
from cemaudit.ledger.query.question import LedgerQuery
from cemaudit.ledger.query.reading import reading
from cemaudit.ledger.query.scores import visits_counted
from cemaudit.ledger.query.statement import Filter
from cemaudit.ledger.settings import SETTINGS, change_setting, counted_states, setting_values
from cemaudit.ledger.snapshot.manifest import MANIFEST_FILE
from cemaudit.scoring import Engine

SCHEME = samples.scheme({"id": "it", "how": "sum"})
STATES = ("accepted", "returned", "excluded", "contested")


@pytest.fixture(scope="module")
def engine() -> Engine:
    found = Engine()
    found.library.schemes[SCHEME.ref] = SCHEME
    return found


def give(ledger: Ledger, name: str, state: VisitState) -> None:
    """Give a visit a state, as whoever may do it does."""

    def work(entry: TrailEntry) -> None:
        ((number,),) = entry.database.run("select max(number) from visit where id = ?", (name,))
        ((last,),) = entry.database.run("select coalesce(max(number), 0) from state")
        entry.add("state", [(last + 1, number, state.value, "why", "kim", entry.at)])

    ledger.write("reviewed", work)


@pytest.fixture
def made(tmp_path: Path, engine: Engine) -> Iterator[tuple[Ledger, Path]]:
    """A new ledger with two visits that were received and one of each other state, and its snapshot."""
    folder = tmp_path / "snapshot"
    with open_ledger(str(tmp_path / "hq.db"), make=True, who="kim") as ledger:
        take(ledger, visit("received"), visit("again"), *map(visit, STATES))
        for state in STATES:
            give(ledger, state, VisitState(state))
        update_snapshot(ledger, engine, folder)
        yield ledger, folder


def ids(folder: Path, *values: str, **which: Any) -> set[str | None]:
    """The states of the visits that are meant, as often as they come."""
    conditions = (Condition("state", values),) if values else ()
    with reading(folder) as snapshot:
        counts = visits_counted(snapshot, LedgerQuery(("state",), Filter(conditions, **which)))
    return {state for (state,), count in counts.items() for _ in range(count)}


def test_a_new_ledger_counts_all_but_returned_and_excluded(made: tuple[Ledger, Path]) -> None:
    ledger, folder = made
    assert counted_states(ledger.database) == ("received", "accepted", "contested")
    assert ids(folder) == {"received", "accepted", "contested"}
    assert ids(folder, excluded=True) == {"received", "accepted", "contested", "excluded"}
    [counts] = [value for value in setting_values(ledger.database) if value.name == "counts"]
    assert (counts.value, counts.by) == ("received,accepted,contested", "kim")
    assert counts.since
    assert list(check(ledger)) == []


def test_a_ledger_made_before_counts_as_before_until_it_is_set(made: tuple[Ledger, Path], engine: Engine) -> None:
    ledger, folder = made
    ledger.database.run("delete from setting")
    update_snapshot(ledger, engine, folder / "before")
    assert ids(folder / "before") == {"received", "accepted", "returned", "contested"}
    assert change_setting(ledger, "counts", "contested, accepted")
    update_snapshot(ledger, engine, folder / "before")
    assert ids(folder / "before") == {"accepted", "contested"}


@pytest.mark.parametrize("state", list(VisitState))
def test_any_state_can_be_asked_for_whether_or_not_it_counts(made: tuple[Ledger, Path], state: VisitState) -> None:
    assert ids(made[1], state.value) == {state}


def test_states_are_asked_for_together_and_unknown_ones_refused(made: tuple[Ledger, Path]) -> None:
    folder = made[1]
    assert ids(folder, "returned", "received") == {"returned", "received"}
    assert ids(folder, *VisitState) == set(VisitState)
    with pytest.raises(BadInput, match="found acepted"):
        ids(folder, "acepted")


def test_a_superseded_revision_is_in_no_state(made: tuple[Ledger, Path], engine: Engine) -> None:
    ledger, folder = made
    take(ledger, amended(visit("returned")))
    update_snapshot(ledger, engine, folder)
    assert "returned" not in ids(folder, *VisitState)


def test_every_result_says_which_states_count(made: tuple[Ledger, Path]) -> None:
    with reading(made[1]) as snapshot:
        assert [str(note) for note in counting_notes(snapshot, Filter())][:2] == [
            "visits count that are received, accepted, contested; left out: returned 1, excluded 1",
            "contested by their stores: 1 of these visits (--where state=contested shows them)",
        ]
        asked = Filter((Condition("state", ("returned", "accepted")),))
        assert [str(note) for note in state_notes(snapshot, asked)] == [
            "visits of the states asked for: accepted, returned"
        ]
        assert left_out_by_state(snapshot, Filter(excluded=True)) == {"returned": 1}


def test_a_snapshot_from_before_states_were_kept_says_so(made: tuple[Ledger, Path], engine: Engine) -> None:
    ledger, folder = made
    path = folder / MANIFEST_FILE
    data = json.loads(path.read_text())
    data["parts"] = [part for part in data["parts"] if part["file"].split("/")[0] not in {"states", "settings"}]
    path.write_text(json.dumps(data))
    with reading(folder) as snapshot:
        assert list(state_notes(snapshot, Filter())) == []
    with pytest.raises(BadInput, match="make the snapshot again"):
        ids(folder, "accepted")
    ledger.database.run("delete from snapshot where file like 'states/%' or file like 'settings/%'")
    update_snapshot(ledger, engine, folder)
    assert ids(folder, "accepted") == {"accepted"}


@pytest.mark.parametrize("value", ["", "excluded", "received,excluded", "recieved", "received,,accepted"])
def test_states_that_cannot_count_are_refused(tmp_path: Path, value: str) -> None:
    with open_ledger(str(tmp_path / "hq.db"), make=True) as ledger, pytest.raises(BadInput):
        change_setting(ledger, "counts", value)


def test_every_setting_has_one_form_of_each_value() -> None:
    for setting in SETTINGS.values():
        for value in (setting.default, setting.at_first):
            assert setting.read(value) == value
            assert setting.value_words(value)


def test_settings_are_kept_alike_by_both_databases(ledger: Ledger) -> None:
    change_setting(ledger, "counts", "accepted")
    take(ledger, ledgers.visit("v1"), ledgers.visit("v2"))
    review_visits(ledger, ["v1"], VisitState.ACCEPTED, "")
    assert counted_states(ledger.database) == ("accepted",)
    assert list(check(ledger)) == []


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    states=st.lists(st.sampled_from(VisitState), min_size=1, max_size=6),
    counted=st.sets(st.sampled_from([state for state in VisitState if state != "excluded"]), min_size=1),
)
def test_what_counts_and_what_is_left_out_are_all_there_is(
    tmp_path_factory: pytest.TempPathFactory, engine: Engine, states: list[VisitState], counted: set[VisitState]
) -> None:
    """Whatever states visits have and whichever count: nothing is counted twice, and nothing goes unsaid."""
    home = tmp_path_factory.mktemp("states")
    with open_ledger(str(home / "hq.db"), make=True) as ledger:
        take(ledger, *(visit(f"v{number}") for number in range(len(states))))
        for number, state in enumerate(states):
            if state is not VisitState.RECEIVED:
                give(ledger, f"v{number}", state)
        change_setting(ledger, "counts", ",".join(counted))
        update_snapshot(ledger, engine, home / "snapshot")
    with reading(home / "snapshot") as snapshot:

        def count(*values: str) -> int:
            conditions = (Condition("state", values),) if values else ()
            return sum(visits_counted(snapshot, LedgerQuery((), Filter(conditions))).values())

        left_out = left_out_by_state(snapshot, Filter())
        assert count() == sum(state in counted for state in states)
        assert count() + sum(left_out.values()) == len(states)
        assert left_out == {
            state: states.count(state) for state in VisitState if state in states and state not in counted
        }
        assert sum(count(state) for state in VisitState) == count(*VisitState) == len(states)

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from helpers import samples

from cemaudit.errors import BadInput
from cemaudit.hookspecs import Context
from cemaudit.language import use
from cemaudit.model import Audit, Visit
from cemaudit.scoring import Engine
from cemaudit.simulate import simulate

SHIPPED = [
    "retail.green-smile@1.0.0",
    "retail.green-smile@2.0.0",
    "hospital.outpatient@1.0.0",
    "ecommerce.order@1.0.0",
    "ecommerce.order@2.0.0",
    "programme.loyalty@1.0.0",
    "programme.loyalty@2.0.0",
    "programme.cem-five-steps@1.0.0",
    "programme.cem-five-steps@2.0.0",
    "programme.staff-pulse@1.0.0",
]


def visits(engine: Engine, checklist: str, count: int) -> list[Visit]:
    whole = engine.library.checklist(checklist)
    return list(itertools.islice(simulate(whole, stores=2, visits=2, seed=7), count))


@pytest.mark.parametrize("checklist", SHIPPED)
def test_simulated_visits_of_every_shipped_checklist(engine: Engine, checklist: str) -> None:
    history: list[Audit] = []
    for visit in visits(engine, checklist, 4):
        audit = engine.audit(visit, history)
        assert audit.headline.value is not None
        assert audit.band is not None
        assert Audit.model_validate_json(audit.model_dump_json(by_alias=True)) == audit
        history.append(audit)
    assert isinstance(engine.review(history[-1].visit), list)
    assert isinstance(engine.sections(Context(history)), list)
    assert engine.plugins.problems == []


@pytest.mark.parametrize("checklist", SHIPPED)
def test_an_empty_visit_of_every_shipped_checklist(engine: Engine, checklist: str) -> None:
    audit = engine.audit(samples.visit(checklist=checklist))
    assert (audit.headline.value, audit.band) == (None, None)


def test_a_plan_is_made_once(engine: Engine) -> None:
    assert engine.plan("retail.green-smile@1.0.0") is engine.plan("retail.green-smile@1.0.0")


def test_evaluating_and_auditing_agree(engine: Engine) -> None:
    (visit,) = visits(engine, "retail.green-smile@1.0.0", 1)
    assert engine.evaluate(visit).scores == engine.audit(visit).scores


def test_the_same_visit_gives_the_same_audit(engine: Engine) -> None:
    (visit,) = visits(engine, "hospital.outpatient@1.0.0", 1)
    assert Engine().audit(visit).model_dump_json() == engine.audit(visit).model_dump_json()


@pytest.mark.parametrize(
    ("ref", "complaint"),
    [
        (
            "retail.green-smile@9",
            (
                "no such checklist: retail.green-smile@9 "
                "(versions here: retail.green-smile@1.0.0, retail.green-smile@2.0.0)"
            ),
        ),
        ("retail.green-smyle@1.0.0", "(did you mean retail.green-smile@1.0.0?)"),
    ],
)
def test_a_checklist_that_is_not_there(engine: Engine, ref: str, complaint: str) -> None:
    with use("en"), pytest.raises(BadInput) as caught:
        engine.audit(samples.visit(checklist=ref))
    assert str(caught.value).endswith(complaint)


def test_a_scheme_that_is_not_there() -> None:
    with use("en"), pytest.raises(BadInput) as caught:
        Engine(scheme="cem.experience@9").plan("retail.green-smile@1.0.0")
    assert str(caught.value) == "no such scheme: cem.experience@9 (versions here: cem.experience@1, cem.experience@2)"


def test_another_scheme_by_hand() -> None:
    audit = Engine(scheme="cem.performance@1").audit(samples.visit(checklist="retail.green-smile@1.0.0"))
    assert audit.scheme.ref == "cem.performance@1"


def test_another_scheme_by_hand_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_text('id = "own"\nversion = "1"\ntitle = { en = "Own" }\nmeasures = [{ id = "m", how = "count" }]\n')
    audit = Engine(files=[path], scheme="own@1").audit(samples.visit(checklist="retail.green-smile@1.0.0"))
    assert audit.headline.value == 0


def test_an_unfit_visit_is_refused_with_everything_that_is_wrong(engine: Engine) -> None:
    visit = samples.visit(checklist="retail.green-smile@1.0.0", answers={"GS99": 1}, emotions={"nowhere": 1})
    with use("en"), pytest.raises(BadInput) as caught:
        engine.audit(visit)
    assert len(caught.value.problems) == 2
    assert str(caught.value).startswith("visit v1: answers.GS99: no such item in retail.green-smile@1.0.0: GS99")


def test_a_blocked_sector_takes_its_checklists_along() -> None:
    with pytest.raises(BadInput):
        Engine(blocked=["retail"]).plan("retail.green-smile@1.0.0")

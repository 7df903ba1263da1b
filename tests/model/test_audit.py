from __future__ import annotations

from helpers import samples, strategies
from hypothesis import given, settings
from hypothesis import strategies as st

from cemaudit.model import Audit, Reason, score_name
from cemaudit.scoring import Engine, audit_visit

GROUPED = samples.scheme(
    {"id": "each", "how": "ratio", "for_each": ["channel", "stage"]}, {"id": "all", "how": "ratio"}
)


@settings(max_examples=15)
@given(st.data())
def test_round_trip(engine: Engine, data: st.DataObject) -> None:
    checklist, visit = data.draw(strategies.checklists_and_visits())
    audit = audit_visit(visit, checklist, engine.library.scheme("cem.experience@1"))
    again = Audit.model_validate_json(audit.model_dump_json(by_alias=True))
    assert again == audit
    assert again.model_dump_json() == audit.model_dump_json()


def test_scores_by_name_and_key() -> None:
    audit = samples.audit(samples.items_only(samples.item("A")), GROUPED, answers={"A": True})
    assert score_name("each", ("face-to-face", "enter")) == "each[face-to-face,enter]"
    assert audit.score("each", "face-to-face", "enter").value == 1
    assert audit.headline == audit.score("all")


def test_a_score_nobody_asked_for_is_not_scored() -> None:
    audit = samples.audit(samples.items_only(samples.item("A")), GROUPED)
    assert audit.score("each", "electronic", "enter").reason is Reason.NOT_ASKED

"""What a visit was like, in one sentence."""

from __future__ import annotations

import pytest

from cemaudit.report.sections.feeling import feeling


@pytest.mark.parametrize(
    ("answers", "emotion", "start"),
    [
        ({"G1": True, "G2": 10, "P1": 5}, 3, "The work was done, and the customer left feeling good."),
        ({"G1": True, "G2": 10, "P1": 5}, 0, "The work was done, but little of it was felt."),
        ({"G1": True, "G2": 10, "P1": 5}, -3, "The work was done, yet the customer left feeling bad."),
        ({"G1": False, "G2": 90, "P1": 1}, 3, "Things were left undone, yet the customer left feeling good."),
        ({"G1": False, "G2": 90, "P1": 1}, 0, "Much was left undone, and little of the visit was felt."),
        ({"G1": False, "G2": 90, "P1": 1}, -3, "Much was left undone, and the customer left feeling bad."),
    ],
)
def test_done_and_felt(make_audit, answers, emotion, start):
    said = feeling(make_audit(answers=answers, emotions={"greeting": emotion, "payment": emotion}))
    assert said is not None
    assert said.en == start


def test_no_sentence_without_both(make_audit, hygiene_audit):
    assert feeling(make_audit(emotions={})) is None
    assert feeling(hygiene_audit) is None

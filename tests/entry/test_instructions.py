from __future__ import annotations

from helpers import samples

from cemaudit.entry.instructions import CONDUCT, briefing
from cemaudit.language import use

LONG = "somebody who " + "has been on the way for a long time and " * 8 + "is tired"


def told(scenario: str | None = "gift", **keys: object) -> list[str]:
    one = {
        "id": "gift",
        "title": samples.text("A gift"),
        "persona": samples.text(LONG),
        "text": samples.text("Buy\nit"),
    }
    other = {**one, "id": "repair", "title": samples.text("A repair")}
    of = samples.items_only(
        samples.item("a"), scenarios=[{**one, "look_for": [samples.text("the door")]}, other], **keys
    )
    return list(briefing(of, scenario))


def test_the_scenario_played_is_told_whole_and_no_other() -> None:
    lines = told()
    assert f"  You are: {LONG}" in lines
    assert lines[lines.index("  Buy") :][:2] == ["  Buy", "  it"]
    assert "  - the door" in lines
    assert not any("A repair" in line for line in lines)


def test_the_rules_of_every_visit_come_before_those_of_the_checklist() -> None:
    lines = told(conduct=[samples.text("Wear no uniform")])
    assert lines[-1] == "  - Wear no uniform"
    assert lines[-1 - len(CONDUCT) : -1] == [f"  - {rule.format(customer='customer')}" for rule in CONDUCT]
    assert "faces" in "".join(lines)


def test_it_speaks_korean() -> None:
    with use("ko"):
        assert "행동 수칙" in told()

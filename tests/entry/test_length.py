"""How long a visit is to enter, counted by scripted sessions: a shopper who types what the screen offers."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.scripted_shopper import SHIPPED, Shopper, longest

from cemaudit.checklists import load_checklist
from cemaudit.entry import Conversation, Desk, EntryQuestion
from cemaudit.scoring import Engine

CHECKLISTS = (
    "retail/green-smile", "retail/green-smile-2", "hospital/outpatient", "hospital/outpatient-2",
    "ecommerce/order", "ecommerce/order-2",
)  # fmt: skip
GOOD, BAD = (-1, 2), (0, -2)


def session(name: str, place: int, emotion: int, folder: Path, *, quick: bool) -> Shopper:
    checklist = load_checklist(SHIPPED.joinpath(*f"{name}.toml".split("/")))
    shopper = Shopper(longest(checklist, place), emotion, folder, quick=quick)
    desk = Desk(folder / "home")
    draft = desk.begin(checklist, {"store": "s1"})
    shopper.draft = lambda: desk.draft(draft.header)

    class Watched(Conversation):
        def _show(self, question: EntryQuestion) -> None:
            shopper.question = question
            super()._show(question)

    with desk.opened(draft, Engine()) as held:
        Watched(held, shopper).run()
    assert any("All questions are answered" in line for line in shopper.shown[-40:]), shopper.shown[-40:]
    return shopper


@pytest.mark.parametrize(("place", "emotion"), [GOOD, BAD], ids=["good", "bad"])
@pytest.mark.parametrize("name", CHECKLISTS)
@pytest.mark.slow
def test_a_visit_is_entered_in_less_than_sixty_prompts(name: str, place: int, emotion: int, tmp_path: Path) -> None:
    assert session(name, place, emotion, tmp_path, quick=True).prompts < 60


@pytest.mark.slow
def test_the_page_tells_how_often_the_longest_visit_waits(tmp_path: Path) -> None:
    shopper = session("ecommerce/order-2", *BAD, tmp_path, quick=True)
    page = (Path(__file__).parents[2] / "docs" / "entering.md").read_text("utf-8")
    assert f"waits for a line {shopper.prompts} times" in page


def test_the_worst_order_is_entered_in_less_than_sixty_prompts(tmp_path: Path) -> None:
    shopper = session("ecommerce/order", *BAD, tmp_path, quick=True)
    assert shopper.prompts < 60, shopper.prompts

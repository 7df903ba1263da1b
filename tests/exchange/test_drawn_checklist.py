"""A checklist drawn from another one loads again, lints, and scores."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from helpers import samples

from cemaudit.checklists import load_checklist
from cemaudit.errors import BadInput
from cemaudit.exchange.drawn_checklist import draw_checklist, drawn_text, write_new
from cemaudit.scoring import Engine
from cemaudit.scoring.lint import LintLevel, lint_checklist
from cemaudit.simulate import simulate


def shop(**keys: object) -> dict[str, object]:
    return samples.checklist_data(
        samples.touchpoint("till", samples.item("A"), carries_to=[{"touchpoint": "after", "items": ["C"]}]),
        samples.touchpoint("web", samples.item("W"), channel="electronic"),
        samples.touchpoint("after", samples.item("B", when="A == false"), samples.item("C"), samples.item("D")),
        facts=[{"id": "price", "title": samples.text("price"), "items": ["A", "W"]}],
        groups=[{"id": "g", "title": samples.text("g")}],
        **keys,
    )


def test_what_stands_on_what_is_left_out_goes_with_it() -> None:
    source = samples.checklist(*shop()["touchpoints"], facts=shop()["facts"])
    drawn, notes = draw_checklist(source, {"after", "web"}, "my.two")
    assert (drawn.id, drawn.version, list(drawn.touchpoint)) == ("my.two", "1", ["web", "after"])
    assert list(drawn.items) == ["W", "C", "D"]
    assert drawn.facts == ()
    assert [str(note) for note in notes] == ["item B is left out: its condition names A"]
    whole, none = draw_checklist(source, {"till", "after", "web"}, "my.all")
    assert (list(whole.items), none, len(whole.facts)) == (["A", "W", "B", "C", "D"], (), 1)
    assert whole.touchpoint["till"].carries_to
    without, _ = draw_checklist(source, {"till", "web"}, "my.web")
    assert without.touchpoint["till"].carries_to == ()


@pytest.mark.parametrize("keys", [{"critical": {"fails_at": 0}}, {"tags": ["duty"]}, {}])
def test_what_must_be_kept_is_not_lost(keys: dict[str, object]) -> None:
    more = [samples.item("C")] if keys else []
    source = samples.checklist(
        samples.touchpoint("till", samples.item("A")),
        samples.touchpoint("after", samples.item("B", when="A == false", **keys), *more),
    )
    with pytest.raises(BadInput, match=r"touchpoints.after: would lose B.*\(keep till, too\)"):
        draw_checklist(source, {"after"}, "my.one")


def test_points_are_given_to_nobody_who_is_gone() -> None:
    source = samples.checklist(
        samples.touchpoint("a", samples.item("A", na="give-to:B")), samples.touchpoint("b", samples.item("B"))
    )
    drawn, notes = draw_checklist(source, {"a"}, "my.one")
    assert drawn.items["A"].na == "exclude"
    assert "gives its points to B no more" in str(notes[0])


def test_drawn_of_every_checklist_it_loads_lints_and_scores(tmp_path: Path) -> None:
    draw = random.Random(1)
    for ref, source in Engine().library.checklists.items():
        names = draw.sample(list(source.touchpoint), max(1, len(source.touchpoint) // 2))
        try:
            drawn = draw_checklist(source, names, "company.ten")
        except BadInput:
            continue
        path = tmp_path / f"{ref}.toml"
        path.write_text(drawn_text(drawn, ["why\nmore"], {names[0]: ['because of "this"\n[[touchpoints]]']}), "utf-8")
        assert load_checklist(path) == drawn.checklist
        assert not [one for one in lint_checklist(drawn.checklist) if one.level is LintLevel.ERROR]
        engine = Engine(files=(path,))
        visits = list(simulate(drawn.checklist, 1, 1))
        assert all(engine.audit(visit).scores for visit in visits)
        lines = path.read_text(encoding="utf-8").splitlines()
        assert lines[:2] == ["# why", "# more"]
        assert '# because of "this"' in lines
        assert "# [[touchpoints]]" in lines


def test_a_file_is_written_over_only_where_that_is_said(tmp_path: Path) -> None:
    path = tmp_path / "ten.toml"
    write_new(path, "one")
    with pytest.raises(BadInput, match="is there already"):
        write_new(path, "two")
    assert path.read_text() == "one"
    write_new(path, "two", overwrite=True)
    assert path.read_text() == "two"
    with pytest.raises(BadInput, match="folder"):
        write_new(tmp_path, "three", overwrite=True)

"""Every scheme of the pack is whole, reproduces its published values, and is shown on its page."""

from __future__ import annotations

import importlib.util
from fractions import Fraction
from importlib.resources import files
from pathlib import Path
from types import ModuleType

import pytest

from cemaudit.checklists import load_scheme
from cemaudit.language import LANGUAGES
from cemaudit.model import Checklist, Scheme, Visit
from cemaudit.scoring import Engine, audit_visit, make_plan
from cemaudit.scoring.examples import run_vectors
from cemaudit.scoring.lint import LintLevel, lint_checklist, lint_scheme

ROOT = Path(__file__).parents[2]
FOLDER = files("cemaudit_checklists") / "schemes"
NAMES = sorted(file.name.removesuffix(".toml") for file in FOLDER.iterdir())
OWN = {"cem.experience", "cem.performance"}
"""The project's schemes for checklists: they ask nothing themselves."""


@pytest.fixture(params=NAMES)
def scheme(request: pytest.FixtureRequest) -> Scheme:
    return load_scheme(FOLDER / f"{request.param}.toml")


def test_reproduces_its_vectors(scheme: Scheme) -> None:
    assert [str(problem) for problem in run_vectors(scheme)] == []


def test_a_wrong_vector_is_told() -> None:
    scheme = load_scheme(FOLDER / "nps.toml")
    wrong = scheme.vectors[0].model_copy(update={"summary": {"wave": Fraction(31)}})
    assert len(run_vectors(scheme.model_copy(update={"vectors": (wrong,)}))) == 1


def test_is_whole(scheme: Scheme) -> None:
    """Formula in words, source and limits for all but the project's own; every number named, in both languages."""
    assert scheme.source
    assert scheme.about
    assert scheme.id in OWN or (scheme.limits and scheme.vectors and scheme.sheet)
    assert all(measure.title for measure in scheme.measures)
    assert all(vector.source for vector in scheme.vectors)
    texts = [scheme.title, scheme.about, scheme.limits, *(measure.title for measure in scheme.measures)]
    texts += [one.title for one in scheme.bands] + [one.title for one in scheme.summaries]
    texts += [one.title for one in scheme.consequences]
    texts += [text for _, text in scheme.sheet.texts()] if scheme.sheet else []
    assert all(text.languages == LANGUAGES for text in texts if text)


def test_nothing_to_look_at_again(scheme: Scheme) -> None:
    remarks = [*lint_scheme(scheme), *(lint_checklist(scheme.sheet) if scheme.sheet else ())]
    assert [str(remark.problem) for remark in remarks if remark.level is not LintLevel.NOTE] == []


def test_files_are_named_after_their_schemes(scheme: Scheme, request: pytest.FixtureRequest) -> None:
    name = request.node.callspec.params["scheme"]
    assert name in {scheme.id, f"{scheme.id}-{scheme.version}"}


def test_versions_of_one_scheme_begin_on_different_days() -> None:
    begins = [(scheme.id, scheme.valid_from) for scheme in (load_scheme(FOLDER / f"{name}.toml") for name in NAMES)]
    assert len(set(begins)) == len(begins)


def test_every_trap_of_grading_is_in_the_pack() -> None:
    """Each way of the language to grade is used by some scheme."""
    everything = [load_scheme(FOLDER / f"{name}.toml") for name in NAMES]
    outcomes = {band.outcome for scheme in everything for band in scheme.bands}
    assert outcomes == {"graded", "pending", "no-grade"}
    assert any(scheme.consequences for scheme in everything)
    assert any(scheme.composition for scheme in everything)
    assert {one.how for scheme in everything for one in scheme.summaries} == {"pooled", "mean", "share-of-band"}


def test_nothing_answered_is_never_a_pass(scheme: Scheme) -> None:
    """An empty visit of a scheme that leaves unanswered questions out has neither a grade nor a number."""
    if scheme.sheet is None or scheme.unanswered == "zero":
        return  # asks nothing itself, or counts what is left out as 0 on purpose
    visit = Visit(id="v", checklist=scheme.sheet.ref, store="s")
    audit = audit_visit(visit, scheme.sheet, scheme)
    assert audit.band is None
    assert {score.value for score in audit.scores.values()} <= {None, Fraction(0)}
    assert audit.headline.value is None


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("pe.")])
def test_the_four_models_score_any_checklist_that_asks_feelings(name: str, engine: Engine) -> None:
    model = load_scheme(FOLDER / f"{name}.toml")
    asking = [one for one in engine.library.checklists.values() if _asks_feelings(one)]
    assert asking
    for checklist in asking:
        groups = next(each.groups for each in make_plan(checklist, model).measures if each.measure.id == "overall")
        assert groups[0].inputs


def _asks_feelings(checklist: Checklist) -> bool:
    return any(touchpoint.emotion for touchpoint in checklist.touchpoints)


def pages_tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("scheme_pages", ROOT / "tools" / "scheme_pages.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_pages_are_those_of_the_files() -> None:
    made = pages_tool().pages()
    written = {f"schemes/{page.name}" for page in (ROOT / "docs" / "schemes").iterdir()} | {"schemes.md"}
    assert set(made) == written
    stale = [name for name, text in made.items() if (ROOT / "docs" / name).read_text(encoding="utf-8") != text]
    assert stale == [], "run python tools/scheme_pages.py"

"""The kit bites: a whole plugin reaches gold, and each fault put into it is caught by a check that names it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple, cast

import pytest
from helpers import samples

from cemaudit.conformance import CheckResult, Level, Trial, check_plugin, reached
from cemaudit.conformance.checks import CHECKS, NotApplicable
from cemaudit.language import use
from cemaudit.scoring import Engine

BURGER = Path(__file__).parent / "burger"
METADATA = """Metadata-Version: 2.1
Name: cemaudit-burger
Version: 1.0
Project-URL: Documentation, https://example.org/burger
Project-URL: Changelog, https://example.org/burger/changes
"""
OTHERS = ("retail", "hospital", "ecommerce")


class Mutant(NamedTuple):
    """One fault: what is written instead of what, in which file, and the check that must catch it.

    Where nothing is named, the file is missing.
    """

    check: str
    old: str
    new: str
    file: str = "__init__.py"


@contextmanager
def installed(folder: Path, monkeypatch: pytest.MonkeyPatch, mutant: Mutant | None = None) -> Iterator[Trial]:
    """The plugin installed in ``folder``, with a fault put in, on trial."""
    package, metadata = folder / "burger", folder / "cemaudit_burger-1.0.dist-info"
    package.mkdir(parents=True)
    metadata.mkdir()
    for source in BURGER.iterdir():
        text = source.read_text(encoding="utf-8")
        if mutant and source.name == mutant.file:
            assert mutant.old in text, mutant
            if not mutant.old:
                continue
            text = text.replace(mutant.old, mutant.new, 1)
        (package / source.name).write_text(text, encoding="utf-8")
    (metadata / "METADATA").write_text(METADATA, encoding="utf-8")
    (metadata / "entry_points.txt").write_text("[cemaudit]\nburger = burger\n", encoding="utf-8")
    (folder / "work").mkdir()
    monkeypatch.syspath_prepend(folder)
    monkeypatch.chdir(folder / "work")
    try:
        yield Trial(Engine(blocked=OTHERS), "burger")
    finally:
        sys.modules.pop("burger", None)


def faults(results: list[CheckResult]) -> dict[str, str]:
    """What failed, by check."""
    return {result.check.name: "\n".join(map(str, result.faults)) for result in results if not result.passed}


def test_the_whole_plugin_reaches_gold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with installed(tmp_path, monkeypatch) as trial:
        results = check_plugin(trial)
    assert faults(results) == {}
    assert reached(results) is Level.GOLD


FINDINGS, SECTIONS = "    answers = audit.visit.answers\n", "    shares = [past"
EVERYWHERE = '    if audit.checklist.sector != "burger":\n        return\n'

MUTANTS = {
    "f01 the points of one item are reversed": Mutant(
        "expected", 'answer = { type = "scale", lowest = 1, highest = 5 }',
        'answer = { type = "scale", lowest = 1, highest = 5, points = [4, 3, 2, 1, 0] }', "counter.toml"),
    "f02 a hook rewrites the scores": Mutant("hooks", FINDINGS, FINDINGS + "    audit.scores.clear()\n"),
    "f03 a hook prints": Mutant("printing", FINDINGS, FINDINGS + "    print('found')\n"),
    "f04 the review looks at every sector": Mutant(
        "sectors", '    if checklist.sector != "burger":\n        return\n', ""),
    "f05 findings for every sector": Mutant("sectors", EVERYWHERE, ""),
    "f06 sections for every sector": Mutant(
        "sectors", f"{EVERYWHERE}    shares = [past", "    shares = [past"),
    "f07 a rule about an item that is not there": Mutant("rules", "answers.get(GREETED)", "answers.get('BG20')"),
    "f08 an unanswered item is not expected": Mutant("hooks", "answers.get(UNDERCOOKED) is True:", "answers['BG04']:"),
    "f09 a crash only where there is history": Mutant(
        "hooks", "past.visit.answers.get(UNDERCOOKED) is True", "past.visit.answers['BG04'][0]"),
    "f10 a section's title in one language": Mutant(
        "languages", 'Text(ko="청결의 흐름", en="Cleanliness over time")', 'Text(en="Cleanliness over time")'),
    "f11 an aggregator gives a float": Mutant(
        "aggregators", "    return min((member.value for", "    return 0.5 + min((float(member.value) for"),
    "f12 an aggregator that needs three members": Mutant(
        "aggregators", "    return min((", "    members[2]\n    return min(("),
    "f13 an aggregator by chance": Mutant(
        "aggregators", "    return min((", "    import random\n    return Fraction(random.random()) or min(("),
    "f14 a rule without the prefix": Mutant("names", '"burger.no-greeting"', '"no-greeting"'),
    "f15 no band takes the rest": Mutant("bands", 'tone = "poor"', 'tone = "poor"\nwhere = { overall = "< 60" }',
                                         "patty.toml"),
    "f16 the Korean text is English": Mutant(
        "texts", 'ko = "식탁이 깨끗했는가?"', 'ko = "Was the table clean?"', "counter.toml"),
    "f17 a problem as a plain word": Mutant(
        "languages", 'Text(ko="두 시간 넘게 기다렸습니다", en="a wait of more than two hours")', '"a wait too long"'),
    "f18 a file is missing": Mutant("whole", '"patty.toml"', '"pattie.toml"'),
    "f19 a hook takes its time": Mutant("time", FINDINGS, FINDINGS + "    import time; time.sleep(0.11)\n"),
    "f20 a section before the summary": Mutant("sections", "order=450", "order=50"),
    "f20b one section twice": Mutant("sections", "    yield Section(", "    for _ in (1, 2):\n        yield Section("),
    "f21 a consequence in one language": Mutant("texts", 'title = { ko = "재교육", en', "title = { en", "patty.toml"),
    "f22 a number that is none in a chart": Mutant("sections", "float(100 * share)", "float('nan')"),
    "f23 a crash where the visit has no end": Mutant(
        "hooks", FINDINGS, FINDINGS + "    audit.visit.finished.date()\n"),
    "f24 a hook writes a file": Mutant("changing", FINDINGS, FINDINGS + "    open('found.txt', 'w').close()\n"),
    "f25 the shopper's code in a finding": Mutant(
        "shoppers", 'en="Practise the first words."', 'en=f"Ask {audit.visit.shopper}."'),
    "f26 a critical item that cannot fail": Mutant("critical", "fails_at = 0", "fails_at = -1", "counter.toml"),
    "f26b a critical item that always fails": Mutant("critical", "fails_at = 0", "fails_at = 1", "counter.toml"),
    "f27 a condition that is never true": Mutant(
        "conditions", 'when = "BG04 == true"', "when = \"BG04 == 'Yes'\"", "counter.toml"),
    "f28 points no longer make the full score": Mutant("expected", "times = 100", "times = 90", "patty.toml"),
    "f29 nothing scored is not expected": Mutant(
        "hooks", "None if share is None else float(100 * share)", "float(100 * share)"),
    "f30 more is worse": Mutant("direction", "times = 100", "times = -100, plus = 100", "patty.toml"),
    "f31 an option without Korean": Mutant("texts", 'ko = "인사하지 않음", en', "en", "counter.toml"),
    "c1 a hook writes an answer": Mutant("hooks", FINDINGS, FINDINGS + "    answers['BG01'] = 1\n"),
    "c3 a finding in one language": Mutant(
        "languages", 'Text(ko="인사 없음", en="No greeting")', 'Text(en="No greeting")'),
    "c4 a finding about an item that is not there": Mutant("places", "item=GREETED", "item='BG99'"),
    "c5 a touchpoint that is not there": Mutant("places", 'touchpoint="counter"', 'touchpoint="desk"'),
    "c6 a section always raises": Mutant("hooks", SECTIONS, f"    raise KeyError('nope')\n{SECTIONS}"),
    "c8 the scheme names a measure that is not there": Mutant(
        "whole", 'of = ["touchpoint.performance"]', 'of = ["touchpoint.quality"]', "patty.toml"),
    "37 the forms of an aggregator differ": Mutant(
        "forms", "np.nanmin(values, axis=0)", "np.nanmin(values, axis=0) + 7"),
    "the column form forgets members without a score": Mutant(
        "forms", "np.nanmin(values, axis=0)", "np.min(values, axis=0)"),
    "the column form gives one number for all audits": Mutant(
        "forms", "np.nanmin(values, axis=0)", "np.nanmin(values)"),
    "an aggregator cannot write its working": Mutant(
        "aggregators", "columns=lowest_columns)", "columns=lowest_columns, working=lambda result, members: 1 / 0)"),
    "a working is no text": Mutant(
        "aggregators", "columns=lowest_columns)", "columns=lowest_columns, working=lambda result, members: result)"),
    "a hook leaves": Mutant("hooks", FINDINGS, FINDINGS + "    raise SystemExit(0)\n"),
    "a hook changes the environment": Mutant(
        "changing", FINDINGS, FINDINGS + "    import os; os.environ['BURGER'] = str(len(os.environ))\n"),
    "a hook remembers": Mutant(
        "chance", '    if answers.get(GREETED) == "none":',
        "    calls = vars(cemaudit_findings)\n    calls['count'] = calls.get('count', 0) + 1\n"
        "    if calls['count'] % 2:"),
    "a record of another kind": Mutant("hooks", FINDINGS, FINDINGS + "    yield 1\n"),
    "a branch that never runs": Mutant(
        "branches", FINDINGS, FINDINGS + "    if answers.get(WAITED) == 7_777:\n        answers = {}\n"),
    "no types": Mutant("documents", "", "", "py.typed"),
    "no visits of its own": Mutant("expected", "", "", "expected.jsonl"),
}  # fmt: skip


@pytest.mark.slow
def test_every_fault_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    missed = {}
    for number, (name, mutant) in enumerate(MUTANTS.items()):
        with monkeypatch.context() as patch, installed(tmp_path / str(number), patch, mutant) as trial:
            caught = faults(check_plugin(trial))
        if mutant.check not in caught:
            missed[name] = caught
    with capsys.disabled():
        print(f"\nkit: {len(MUTANTS) - len(missed)} of {len(MUTANTS)} injected faults caught")
    assert missed == {}
    assert len(MUTANTS) >= 30


def test_versions_a_plugin_brings_are_held_to_each_other() -> None:
    check = next(each for each in CHECKS if each.name == "versions")

    def faults_of(*answers: str) -> list[str]:
        brought = [
            samples.items_only(samples.item("A", answer), version=str(number)) for number, answer in enumerate(answers)
        ]
        with use("en"):
            return [str(fault) for fault in check.faults(cast("Trial", SimpleNamespace(checklists=brought)))]

    assert faults_of("yes-no", "yes-no") == []
    (fault,) = faults_of("yes-no", "nps", "nps")
    assert fault.startswith("test.shop@1: touchpoints.t.items.A.answer: means something else than in test.shop@0")
    with pytest.raises(NotApplicable):
        faults_of("yes-no")

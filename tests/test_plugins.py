"""Small distributions that are broken in one way each; all others must go on working."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest
from helpers import samples

from cemaudit.errors import BadEnvironment, Problem
from cemaudit.hookspecs import Context
from cemaudit.language import use
from cemaudit.library import Library
from cemaudit.plugins import DISABLED, STRICT, Plugins, load_plugins
from cemaudit.scoring import Engine

Install = Callable[..., None]
FIRST_PARTY = ["checklists", "ecommerce", "hospital", "retail"]
HEAD = "from cemaudit.hookspecs import hookimpl\n"
NOTE = """
@hookimpl
def cemaudit_review(visit, checklist):
    from cemaudit.errors import Problem
    yield Problem("noted by {name}")
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Puts a real distribution on the path: a module and its metadata."""
    made = []

    def make(name: str, source: str, *entries: str, distribution: str = "") -> None:
        distribution = distribution or name
        folder = tmp_path / distribution
        metadata = folder / f"{distribution.replace('-', '_')}-1.0.dist-info"
        metadata.mkdir(parents=True)
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
        lines = [f"{entry} = {name}_module" for entry in entries or [name]]
        (metadata / "entry_points.txt").write_text("\n".join(["[cemaudit]", *lines]))
        (folder / f"{name}_module.py").write_text(HEAD + dedent(source))
        monkeypatch.syspath_prepend(folder)
        made.append(f"{name}_module")

    yield make
    for module in made:
        sys.modules.pop(module, None)


def reviews(plugins: Plugins) -> list[str]:
    found = plugins.call(
        "cemaudit_review", Problem, visit=samples.visit(), checklist=samples.items_only(samples.item("A"))
    )
    return [str(problem) for _, problem in found]


def told(plugins: Plugins) -> str:
    with use("en"):
        (problem,) = plugins.problems
        return str(problem)


def names(plugins: Plugins) -> list[str]:
    return [plugin.name for plugin in plugins.entries if plugin.hooks]


def test_what_is_installed_is_whole() -> None:
    plugins = load_plugins(environ={})
    assert set(FIRST_PARTY) <= set(names(plugins))
    assert plugins.problems == []


def test_every_call_starts_fresh() -> None:
    assert load_plugins(environ={}).entries[0] is not load_plugins(environ={}).entries[0]


def test_a_plugin_is_found_loaded_and_called(install: Install) -> None:
    install("good", NOTE.format(name="good"))
    plugins = load_plugins(environ={})
    assert (plugins["good"].distribution, plugins["good"].version) == ("good", "1.0")
    assert plugins["good"].hooks == ("cemaudit_review",)
    assert reviews(plugins) == ["noted by good"]


BROKEN_AT_LOADING = {
    "import": ("import not_here", "cannot be imported: ModuleNotFoundError: No module named 'not_here'"),
    "syntax": ("def", "cannot be imported: SyntaxError"),
    "exit": ("raise SystemExit(3)", "cannot be imported: SystemExit: 3"),
    "argument": ("@hookimpl\ndef cemaudit_review(visit, chcklist): ...", "does not fit the hooks: Plugin 'bad'"),
    "hook": ("@hookimpl\ndef cemaudit_reviews(visit): ...", "does not fit the hooks: unknown hook 'cemaudit_reviews'"),
    "wrapper": ("@hookimpl(wrapper=True)\ndef cemaudit_review(visit):\n    return (yield)", "hook wrappers are not"),
    "old-wrapper": ("@hookimpl(hookwrapper=True)\ndef cemaudit_review(visit):\n    yield", "hook wrappers are not"),
}  # fmt: skip


@pytest.mark.parametrize(("source", "complaint"), BROKEN_AT_LOADING.values(), ids=BROKEN_AT_LOADING)
def test_a_plugin_broken_at_loading_stands_alone(install: Install, source: str, complaint: str) -> None:
    install("bad", source)
    install("good", NOTE.format(name="good"))
    plugins = load_plugins(environ={})
    assert told(plugins).startswith(f"plugin bad: {complaint}")
    assert plugins["bad"].hooks == ()
    assert {*FIRST_PARTY, "good"} <= set(names(plugins))
    assert reviews(plugins) == ["noted by good"]


BROKEN_AT_CALLING = {
    "raising": ("raise KeyError('x')", "cemaudit_review failed: KeyError: 'x'"),
    "midway": ("yield Problem('lost')\n    raise OSError('gone')", "cemaudit_review failed: OSError: gone"),
    "exit": ("raise SystemExit(1)", "cemaudit_review failed: SystemExit: 1"),
    "no-list": ("return 7", "cemaudit_review failed: TypeError: 'int' object is not iterable"),
    "wrong-record": ("return ['text']", "cemaudit_review returned str, not its records"),
    "bare-record": ("return Problem('x')", "cemaudit_review failed: TypeError: 'Problem' object is not iterable"),
}


@pytest.mark.parametrize(("body", "complaint"), BROKEN_AT_CALLING.values(), ids=BROKEN_AT_CALLING)
def test_a_plugin_broken_at_calling_loses_nobody_elses_results(install: Install, body: str, complaint: str) -> None:
    source = f"from cemaudit.errors import Problem\n@hookimpl\ndef cemaudit_review(visit, checklist):\n    {body}"
    for name in ("a_good", "z_good"):
        install(name, NOTE.format(name=name))
    install("bad", source)
    plugins = load_plugins(environ={})
    assert reviews(plugins) == ["noted by a_good", "noted by z_good"]
    assert told(plugins) == f"plugin bad: {complaint}"


def test_good_records_beside_a_wrong_one_are_kept(install: Install) -> None:
    install("mixed", NOTE.format(name="mixed") + "    yield 7")
    plugins = load_plugins(environ={})
    assert reviews(plugins) == ["noted by mixed"]
    assert told(plugins) == "plugin mixed: cemaudit_review returned int, not its records"


def test_the_same_problem_is_told_once(install: Install) -> None:
    install("bad", "@hookimpl\ndef cemaudit_review(visit):\n    return [1, 2, 3]")
    plugins = load_plugins(environ={})
    assert reviews(plugins) + reviews(plugins) == []
    assert len(plugins.problems) == 1


def test_a_name_used_twice_is_refused_to_both(install: Install) -> None:
    install("first", NOTE.format(name="first"), "same", distribution="dist-b")
    install("second", NOTE.format(name="second"), "same", distribution="dist-a")
    plugins = load_plugins(environ={})
    with use("en"):
        lines = [str(problem) for problem in plugins.problems]
    assert lines == [
        "plugin same: the name is used by several distributions, none is loaded: dist-a, dist-b",
        "plugin same: the name is used by several distributions, none is loaded: dist-a, dist-b",
    ]
    assert reviews(plugins) == []
    assert not {"first_module", "second_module"} & set(sys.modules)


def test_taking_a_first_party_name_is_refused_to_both(install: Install) -> None:
    install("rival", NOTE.format(name="rival"), "retail", distribution="acme-retail")
    plugins = load_plugins(environ={})
    assert {plugin.distribution for plugin in plugins.entries if plugin.name == "retail"} == {"acme-retail", "cemaudit"}
    assert len(plugins.problems) == 2
    assert "retail" not in names(plugins)


def test_one_module_under_two_names_is_taken_once(install: Install) -> None:
    install("twin", NOTE.format(name="twin"), "twin_a", "twin_b")
    plugins = load_plugins(environ={})
    assert told(plugins).startswith("plugin twin_b: does not fit the hooks: Plugin already registered")
    assert reviews(plugins) == ["noted by twin"]


@pytest.mark.parametrize("blocked", ["bad", "bad-dist"])
@pytest.mark.parametrize("by", ["argument", "environment"])
def test_a_blocked_plugin_is_never_imported(install: Install, blocked: str, by: str) -> None:
    install("bad", "raise SystemExit", distribution="bad-dist")
    environ = {DISABLED: f"other, {blocked}"} if by == "environment" else {}
    plugins = load_plugins([blocked] if by == "argument" else [], environ)
    assert plugins.problems == []
    assert "bad" not in {plugin.name for plugin in plugins.entries}
    assert "bad_module" not in sys.modules


def test_order_does_not_depend_on_the_path(install: Install) -> None:
    for name in ("m2", "a9", "z1", "b3"):
        install(name, NOTE.format(name=name))
    once = load_plugins(environ={})
    sys.path.reverse()
    try:
        again = load_plugins(environ={})
    finally:
        sys.path.reverse()
    assert reviews(once) == reviews(again) == [f"noted by {name}" for name in ("a9", "b3", "m2", "z1")]
    assert [plugin.name for plugin in once.entries] == [plugin.name for plugin in again.entries]


@pytest.mark.parametrize("source", ["raise SystemExit", "@hookimpl\ndef cemaudit_x(): ..."])
def test_strict_mode_stops_at_the_first_problem(install: Install, source: str) -> None:
    install("bad", source)
    with pytest.raises(BadEnvironment, match="plugin bad: ") as caught:
        load_plugins(environ={STRICT: "1"})
    assert caught.value.exit_code == 4


def test_strict_mode_stops_while_calling(install: Install) -> None:
    install("bad", "@hookimpl\ndef cemaudit_review(visit):\n    raise KeyError")
    plugins = load_plugins(environ={STRICT: "1"})
    with pytest.raises(BadEnvironment, match="plugin bad: "):
        reviews(plugins)


@pytest.mark.parametrize("value", ["", "0"])
def test_strict_mode_can_be_off(install: Install, value: str) -> None:
    install("bad", "raise SystemExit")
    assert len(load_plugins(environ={STRICT: value}).problems) == 1


def test_damaged_metadata_is_the_environments_fault(install: Install, tmp_path: Path) -> None:
    install("good", NOTE.format(name="good"))
    (tmp_path / "good" / "good-1.0.dist-info" / "entry_points.txt").write_text("[cemaudit]\ngood")
    with use("en"), pytest.raises(BadEnvironment, match="the list of installed plugins cannot be read"):
        load_plugins(environ={})


CHECKLISTS = """
from pathlib import Path
@hookimpl
def cemaudit_checklists():
    return [Path(__file__).parent / name for name in {names}]
"""
AGGREGATOR = """
from cemaudit.model.aggregator import Aggregator
@hookimpl
def cemaudit_aggregators():
    return [Aggregator(name, lambda members, options: members[0].value) for name in {names}]
"""
SCHEME = 'id = "{id}"\nversion = "1"\ntitle = {{ en = "S" }}\nmeasures = [{{ id = "m", how = "sum" }}]\n'


def shelf(install: Install, tmp_path: Path, name: str, **files: str) -> None:
    install(name, CHECKLISTS.format(names=[f"{file}.toml" for file in files]))
    for file, text in files.items():
        (tmp_path / name / f"{file}.toml").write_text(text)


def library() -> tuple[Library, list[str]]:
    engine = Engine()
    with use("en"):
        return engine.library, [str(problem) for problem in engine.plugins.problems]


def test_a_broken_checklist_file_is_told_and_the_next_is_read(install: Install, tmp_path: Path) -> None:
    shelf(install, tmp_path, "two", broken='id = "x"', fine=SCHEME.format(id="two.fine"))
    found, problems = library()
    assert "two.fine@1" in found.schemes
    assert all(problem.startswith(f"plugin two: {tmp_path / 'two' / 'broken.toml'}: ") for problem in problems)
    assert any(problem.endswith("version: is missing") for problem in problems)


def test_a_missing_file_is_told(install: Install, tmp_path: Path) -> None:
    install("gone", CHECKLISTS.format(names=["nowhere.toml"]))
    _, problems = library()
    assert problems == [f"plugin gone: {tmp_path / 'gone' / 'nowhere.toml'}: no such file"]


def test_the_same_scheme_from_two_plugins_is_used_from_neither(install: Install, tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        shelf(install, tmp_path, name, s=SCHEME.format(id="shared.s"))
    found, problems = library()
    assert "shared.s@1" not in found.schemes
    assert problems[0] == "plugin one: shared.s@1 comes twice, from one [one], three [three]; neither is used"
    assert {problem.split(":")[0] for problem in problems} == {"plugin one", "plugin two", "plugin three"}


def test_a_first_party_checklist_cannot_be_replaced_in_silence(
    install: Install, engine: Engine, tmp_path: Path
) -> None:
    text = SCHEME.format(id="nps")
    shelf(install, tmp_path, "rival", s=text)
    found, problems = library()
    assert "nps@1" in engine.library.schemes
    assert "nps@1" not in found.schemes
    assert len(problems) == 2


def test_the_same_checklist_twice_from_one_plugin(install: Install, tmp_path: Path) -> None:
    shelf(install, tmp_path, "one", a=SCHEME.format(id="one.s"), b=SCHEME.format(id="one.s"))
    found, problems = library()
    assert "one.s@1" not in found.schemes
    assert len(problems) == 1


def test_the_same_aggregator_from_two_plugins_is_used_from_neither(install: Install) -> None:
    install("one", AGGREGATOR.format(names=["one.own", "shared"]))
    install("two", AGGREGATOR.format(names=["shared"]))
    found, problems = library()
    assert "one.own" in found.aggregators
    assert "shared" not in found.aggregators
    assert len(problems) == 2


def test_a_built_in_aggregator_cannot_be_replaced(install: Install) -> None:
    install("one", AGGREGATOR.format(names=["sum"]))
    found, problems = library()
    assert "sum" not in found.aggregators
    assert problems == ["plugin one: sum is the name of a built-in aggregator"]


def test_findings_and_sections_are_in_order_whatever_the_plugins(install: Install, engine: Engine) -> None:
    source = """
    from cemaudit.model import Finding, Text
    from cemaudit.model.blocks import Section
    @hookimpl
    def cemaudit_findings(audit, history):
        for severity in ("strength", "critical"):
            yield Finding(rule="{name}.r", severity=severity, title=Text(en="t"), text=Text(en="x"))
    @hookimpl
    def cemaudit_report_sections(audit, context):
        yield Section(id="{name}", title=Text(en="t"), blocks=(), order={order})
    """
    install("a", source.format(name="a", order=700))
    install("b", source.format(name="b", order=600))
    fresh = Engine()
    visit = samples.visit(checklist="retail.green-smile@1.0.0")
    audit = fresh.audit(visit)
    ours = [(f.severity.value, f.rule) for f in audit.findings if f.rule in {"a.r", "b.r"}]
    assert ours == [("critical", "a.r"), ("critical", "b.r"), ("strength", "a.r"), ("strength", "b.r")]
    assert [section.id for section in fresh.sections(Context((audit,))) if section.id in {"a", "b"}] == ["b", "a"]


def test_the_surroundings_are_the_programs_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, DISABLED, "hospital")
    assert "hospital" not in names(load_plugins())

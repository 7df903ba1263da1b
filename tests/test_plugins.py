"""Small distributions that are broken in one way each; all others must go on working."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from textwrap import dedent

import pytest
from helpers import samples

from cemaudit import __version__, hookspecs
from cemaudit.checklists import load_checklist
from cemaudit.cli.app import run
from cemaudit.errors import BadEnvironment, BadInput, Problem
from cemaudit.hookspecs import Context, DeprecatedArgument
from cemaudit.language import use
from cemaudit.ledger.definitions import as_text
from cemaudit.library import Library
from cemaudit.model import JOURNEYS, Checklist, Text
from cemaudit.model.lenses import lenses
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
    "argument": (
        "@hookimpl\ndef cemaudit_review(visit, chcklist): ...",
        "does not fit the hooks: cemaudit_review has no argument chcklist (did you mean checklist?)"),
    "hook": (
        "@hookimpl\ndef cemaudit_reviews(visit): ...",
        "does not fit the hooks: there is no hook cemaudit_reviews (did you mean cemaudit_review?)"),
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


def test_an_argument_that_is_to_go_is_told_the_author_alone(
    install: Install, monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder
) -> None:
    instead = Text(ko="visit.checklist를 쓰십시오", en="take visit.checklist")
    gone = DeprecatedArgument("cemaudit_review", "checklist", "0.9", instead)
    monkeypatch.setitem(hookspecs.cemaudit_review.cemaudit_spec, "warn_on_impl_args", {"checklist": gone})
    install("old", NOTE.format(name="old"))
    install("new", NOTE.format(name="new").replace("(visit, checklist)", "(visit)"))
    plugins = load_plugins(blocked=FIRST_PARTY, environ={})
    with use("en"):
        assert [str(remark) for remark in plugins.remarks] == [
            "plugin old: cemaudit_review takes checklist, which version 0.9 has no more (take visit.checklist)"
        ]
    with use("ko"):
        assert "0.9" in str(plugins.remarks[0])
        assert "visit.checklist를" in str(plugins.remarks[0])
    assert plugins.problems == []
    assert reviews(plugins) == ["noted by new", "noted by old"]
    assert recwarn.list == []


BROKEN_AT_CALLING = {
    "raising": ("raise KeyError('x')", "cemaudit_review failed: KeyError: 'x' (bad/bad_module.py:5, bad 1.0)"),
    "midway": (
        "yield Problem('lost')\n    raise OSError('gone')",
        "cemaudit_review failed: OSError: gone (bad/bad_module.py:6, bad 1.0)",
    ),
    "exit": ("raise SystemExit(1)", "cemaudit_review failed: SystemExit: 1 (bad/bad_module.py:5, bad 1.0)"),
    "leaving": ("raise BaseException", "cemaudit_review failed: BaseException (bad/bad_module.py:5, bad 1.0)"),
    "no-list": ("return 7", "cemaudit_review failed: TypeError: 'int' object is not iterable (bad 1.0)"),
    "wrong-record": ("return ['text']", "cemaudit_review returned str, expected Problem"),
    "bare-record": ("return Problem('x')", "cemaudit_review returned one Problem: return a list, or yield it"),
    "endless": ("while True:\n        yield Problem('x')", "cemaudit_review returned more than 10000 records"),
    "long-words": ("yield Problem('x' * 200_000_000)", "cemaudit_review returned more than 64000000 characters"),
}


@pytest.mark.parametrize(("body", "complaint"), BROKEN_AT_CALLING.values(), ids=BROKEN_AT_CALLING)
def test_a_plugin_broken_at_calling_loses_nobody_elses_results(install: Install, body: str, complaint: str) -> None:
    source = f"from cemaudit.errors import Problem\n@hookimpl\ndef cemaudit_review(visit, checklist):\n    {body}"
    for name in ("a_good", "z_good"):
        install(name, NOTE.format(name=name))
    install("bad", source)
    plugins = load_plugins(environ={})
    assert reviews(plugins) == ["noted by a_good", "noted by z_good"]
    assert told(plugins) == f"plugin bad: {complaint} (visit test.shop@1, v1)"


def test_good_records_beside_a_wrong_one_are_kept(install: Install) -> None:
    install("mixed", NOTE.format(name="mixed") + "    yield 7")
    plugins = load_plugins(environ={})
    assert reviews(plugins) == ["noted by mixed"]
    assert told(plugins) == "plugin mixed: cemaudit_review returned int, expected Problem (visit test.shop@1, v1)"


def test_the_same_problem_is_told_once(install: Install) -> None:
    install("bad", "@hookimpl\ndef cemaudit_review(visit):\n    return [1, 2, 3]")
    plugins = load_plugins(environ={})
    assert reviews(plugins) + reviews(plugins) == []
    assert told(plugins).endswith("expected Problem (visit test.shop@1, v1, and 5 more calls)")


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


def test_a_first_party_name_cannot_be_taken(install: Install) -> None:
    install("rival", NOTE.format(name="rival"), "retail", distribution="acme-retail")
    plugins = load_plugins(environ={})
    assert {plugin.distribution for plugin in plugins.entries if plugin.name == "retail"} == {"acme-retail", "cemaudit"}
    assert told(plugins) == "plugin retail: retail is the name of a plugin of the core; this one is not loaded"
    assert "retail" in names(plugins)
    assert "rival_module" not in sys.modules


def test_the_same_entry_twice_is_one(install: Install) -> None:
    install("cafe", NOTE.format(name="cafe"), "cafe", "cafe")
    plugins = load_plugins(environ={})
    assert plugins.problems == []
    assert reviews(plugins) == ["noted by cafe"]


def test_what_is_never_called_is_told(install: Install) -> None:
    install("bare", "def cemaudit_findings(audit, history):\n    return []")
    install("none", "x = 1")
    plugins = load_plugins(environ={})
    with use("en"):
        assert list(map(str, plugins.problems)) == [
            "plugin bare: cemaudit_findings is never called: it is not marked with @hookimpl",
            "plugin none: implements no hook; the entry point may name another module",
        ]


@pytest.mark.parametrize(("required", "fits"), [
    ("cemaudit>=0.1,<1", True), ("cemaudit", True), ("Cemaudit>=0.1; python_version>='3'", True), ("numpy>=99", True),
    ("cemaudit>=9; extra == 'late'", True), ("not a requirement", True),
    ("cemaudit>=9.0", False), ("cemaudit==0.0.1", False),
])  # fmt: skip
def test_the_version_it_is_made_for_is_checked(install: Install, tmp_path: Path, required: str, fits: bool) -> None:
    install("late", NOTE.format(name="late"))
    metadata = tmp_path / "late" / "late-1.0.dist-info" / "METADATA"
    metadata.write_text(f"Metadata-Version: 2.1\nName: late\nVersion: 1.0\nRequires-Dist: {required}\n")
    plugins = load_plugins(environ={})
    assert reviews(plugins) == (["noted by late"] if fits else [])
    assert fits or told(plugins).startswith("plugin late: made for cemaudit ")
    assert fits or "late_module" not in sys.modules
    says_so = required.lower().startswith("cemaudit") and "extra" not in required
    assert (plugins["late"].requirement is not None) == says_so
    assert plugins["retail"].requirement is None


@pytest.mark.parametrize(("required", "shown", "record"), [
    ("cemaudit>=0.1,<1", f"cemaudit <1,>=0.1; this is {__version__}, which fits", ("<1,>=0.1", True)),
    ("cemaudit>=9", f"cemaudit >=9; this is {__version__}, which does not fit", (">=9", False)),
    ("numpy", "not said; write cemaudit and the versions among its dependencies", (None, None)),
])  # fmt: skip
def test_what_it_is_made_for_is_shown(
    install: Install, tmp_path: Path, capsys: pytest.CaptureFixture[str], required: str, shown: str, record: object
) -> None:
    install("late", NOTE.format(name="late"))
    metadata = tmp_path / "late" / "late-1.0.dist-info" / "METADATA"
    metadata.write_text(f"Metadata-Version: 2.1\nName: late\nVersion: 1.0\nRequires-Dist: {required}\n")
    run(["plugins", "--lang", "en"])
    lines = capsys.readouterr().out.splitlines()
    head = lines.index("late  (late 1.0)")
    # where it fits, after the hooks; else nothing is loaded, so there are none
    assert f"  made for: {shown}" in lines[head + 1 : head + 3]
    # plugins of the core are made for it
    assert sum("made for: " in line for line in lines) == 1
    run(["plugins", "--json", "--lang", "ko"])
    (late,) = (plugin for plugin in json.loads(capsys.readouterr().out) if plugin["name"] == "late")
    assert (late["requires"], late["requires_met"]) == record


def test_one_module_under_two_names_is_taken_once(install: Install) -> None:
    install("twin", NOTE.format(name="twin"), "twin_a", "twin_b")
    plugins = load_plugins(environ={})
    assert told(plugins).startswith("plugin twin_b: does not fit the hooks: Plugin already registered")
    assert reviews(plugins) == ["noted by twin"]


@pytest.mark.parametrize("blocked", ["bad", "bad-dist", "Bad_Dist", "BAD.dist"])
@pytest.mark.parametrize("by", ["argument", "environment"])
def test_a_blocked_plugin_is_never_imported(install: Install, blocked: str, by: str) -> None:
    install("bad", "raise SystemExit", distribution="bad-dist")
    environ = {DISABLED: f"other, {blocked}"} if by == "environment" else {}
    plugins = load_plugins([blocked] if by == "argument" else [], environ)
    assert plugins.problems == []
    assert "bad" not in {plugin.name for plugin in plugins.entries}
    assert "bad_module" not in sys.modules


def test_blocking_one_that_is_not_there_is_refused(install: Install) -> None:
    with use("en"), pytest.raises(BadInput, match=r"no such plugin: retial \(did you mean retail\?\)"):
        load_plugins(["retial"], {})
    # one that was removed since must not stop every command
    assert load_plugins([], {DISABLED: "gone"}).problems == []


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


@pytest.mark.parametrize(
    "damage", [b"[cemaudit]\ngood", b"[cemaudit]\nq = = =\n[x]\nno equals sign\n", b"\xff\xfe[cemaudit"]
)
def test_damaged_metadata_keep_nobody_else_out(install: Install, tmp_path: Path, damage: bytes) -> None:
    install("good", NOTE.format(name="good"))
    install("stranger", NOTE.format(name="stranger"))
    (tmp_path / "stranger" / "stranger-1.0.dist-info" / "entry_points.txt").write_bytes(damage)
    plugins = load_plugins(environ={})
    assert reviews(plugins) == ["noted by good"]
    assert {*FIRST_PARTY, "good"} <= set(names(plugins))
    assert (
        told(plugins).startswith("the entry points of distribution stranger cannot be read: ") or not plugins.problems
    )


def test_a_description_of_another_encoding_is_read_past(install: Install, tmp_path: Path) -> None:
    install("old", NOTE.format(name="old"))
    (tmp_path / "old" / "old-1.0.dist-info" / "METADATA").write_bytes("Name: old\nSummary: 카페\n".encode("cp949"))
    assert reviews(load_plugins(environ={})) == ["noted by old"]


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
        (tmp_path / name / f"{file}.toml").write_text(text, encoding="utf-8")


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
        shelf(install, tmp_path, name, s=SCHEME.format(id="shared.s").replace("S", name))
    found, problems = library()
    assert "shared.s@1" not in found.schemes
    assert problems[0] == "plugin one: shared.s@1 comes twice, from one [one], three [three]; neither is used"
    assert {problem.split(":")[0] for problem in problems} == {"plugin one", "plugin two", "plugin three"}


@pytest.mark.parametrize("rival", ["aardvark", "rival"])
def test_an_id_of_the_core_cannot_be_taken(install: Install, engine: Engine, tmp_path: Path, rival: str) -> None:
    shelf(install, tmp_path, rival, s=SCHEME.format(id="nps"))
    found, problems = library()
    assert found.schemes["nps@1"] == engine.library.schemes["nps@1"]
    assert problems == [f"plugin {rival}: nps@1 is an id of the core; this one is not used"]


def test_the_same_content_is_one(install: Install, engine: Engine, tmp_path: Path) -> None:
    shelf(install, tmp_path, "one", a=SCHEME.format(id="one.s"), b=SCHEME.format(id="one.s"))
    shelf(install, tmp_path, "two", a=SCHEME.format(id="one.s"))
    found, problems = library()
    assert "one.s@1" in found.schemes
    assert problems == []


@pytest.mark.parametrize("rivals", [("aaa", "abb"), ("yyy", "zzz"), ("aaa", "zzz"), ("aaa", "abb", "zzz")])
def test_no_number_of_rivals_takes_an_id_of_the_core(
    install: Install, engine: Engine, tmp_path: Path, rivals: tuple[str, ...]
) -> None:
    for rival in rivals:
        shelf(install, tmp_path, rival, s=SCHEME.format(id="nps").replace("S", rival))
    found, problems = library()
    assert found.schemes["nps@1"] == engine.library.schemes["nps@1"]
    assert {problem.split(":")[0] for problem in problems} == {f"plugin {rival}" for rival in rivals}


@pytest.mark.parametrize("copier", ["aaa", "zzz"])
def test_a_copy_of_the_cores_file_lends_nobody_its_id(
    install: Install, engine: Engine, tmp_path: Path, copier: str
) -> None:
    own = (files("cemaudit_checklists") / "schemes" / "nps.toml").read_text("utf-8")
    shelf(install, tmp_path, copier, s=own)
    shelf(install, tmp_path, "zzzz", s=SCHEME.format(id="nps"))
    found, problems = library()
    assert found.schemes["nps@1"] == engine.library.schemes["nps@1"]
    assert problems == ["plugin zzzz: nps@1 is an id of the core; this one is not used"]


def test_who_repeats_what_is_refused_is_refused(install: Install, tmp_path: Path) -> None:
    """The third has the content of the first, whose name is nobody's by then."""
    for name, title in (("one", "Night"), ("two", "Sleep"), ("zwei", "Night")):
        shelf(install, tmp_path, name, stay=JOURNEY % title, s=SCHEME.format(id="shared.s").replace("S", title))
    found, problems = library()
    assert "hotel.stay" not in found.journeys.brought
    assert "shared.s@1" not in found.schemes
    assert "plugin zwei: hotel.stay comes twice, from two [two], zwei [zwei]; neither is used" in problems
    assert "plugin zwei: shared.s@1 comes twice, from two [two], zwei [zwei]; neither is used" in problems


def test_who_repeats_a_refused_aggregator_is_refused(install: Install) -> None:
    made = "\n@hookimpl\ndef cemaudit_aggregators():\n    return [SHARED]\n"
    install("one", f"from cemaudit.model.aggregator import Aggregator\nSHARED = Aggregator('shared', sum){made}")
    install("two", AGGREGATOR.format(names=["shared"]))
    install("zwei", f"from one_module import SHARED{made}")
    found, problems = library()
    assert "shared" not in found.aggregators
    assert any(problem.startswith("plugin zwei: shared comes twice") for problem in problems)


def test_ids_begin_with_the_plugins_name(install: Install, tmp_path: Path) -> None:
    shelf(install, tmp_path, "one", a=SCHEME.format(id="one.s"), b=SCHEME.format(id="other.s"))
    install("two", AGGREGATOR.format(names=["two.own", "own"]))
    plugins = Engine().plugins
    with use("en"):
        assert list(map(str, plugins.remarks)) == [
            "plugin one: scheme other.s does not begin with one. (a later version will not take it)",
            "plugin two: aggregator own does not begin with two. (a later version will not take it)",
        ]
    assert plugins.problems == []
    assert (plugins["one"].schemes, plugins["two"].aggregators) == (["one.s@1", "other.s@1"], ["two.own", "own"])


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


JOURNEY = """id = "hotel.stay"
title = { ko = "투숙", en = "Stay" }
stages = [{ id = "book", title = { ko = "예약", en = "Book" } }, { id = "night", title = { ko = "밤", en = "%s" } }]
"""
LENS = """lens = "%s"
[journeys."hotel.stay"]
%s
outside = ["night"]
"""
STAY = """id = "hotel.room"
version = "1"
sector = "hotel"
journey = "hotel.stay"
scheme = "cem.experience@1"
title = { ko = "객실", en = "Room" }
[[touchpoints]]
id = "bed"
title = { ko = "침대", en = "Bed" }
channel = "face-to-face"
stage = "night"
element = "product"
mode = "passive"
items = [{ id = "B1", ask = { ko = "깨끗하다", en = "Clean" }, answer = { type = "yes-no" } }]
"""


def test_a_checklist_names_a_journey_that_a_later_plugin_brings(install: Install, tmp_path: Path) -> None:
    shelf(install, tmp_path, "a_room", room=STAY, lens=LENS % ("acass", 'acquisition = ["book"]'))
    shelf(install, tmp_path, "b_stay", stay=JOURNEY % "Night")
    engine = Engine()
    assert engine.plugins.problems == []
    assert (engine.plugins["b_stay"].journeys, engine.plugins["a_room"].lenses) == (
        ["hotel.stay"],
        ["acass:hotel.stay"],
    )
    checklist = engine.library.checklist("hotel.room@1")
    assert [stage.id for stage in checklist.path.stages] == ["book", "night"]
    view = engine.library.journeys.view("acass", checklist.path)
    assert (view.place, [stage.id for stage in view.outside]) == ({"book": "acquisition"}, ["night"])
    assert engine.library.journeys.lens_ids("hotel.stay") == ["acass"]


def test_a_kept_checklist_needs_no_plugin(install: Install, tmp_path: Path) -> None:
    """What a ledger keeps of it says which stages there were, whoever brought them."""
    shelf(install, tmp_path, "stay", room=STAY, stay=JOURNEY % "Night")
    kept = as_text(Engine().library.checklist("hotel.room@1"))
    opened = Checklist.model_validate_json(kept)
    assert [str(stage.title.en) for stage in opened.path.stages] == ["Book", "Night"]
    assert as_text(opened) == kept


def test_the_same_journey_from_two_plugins_is_one(install: Install, tmp_path: Path) -> None:
    shelf(install, tmp_path, "one", stay=JOURNEY % "Night", lens=LENS % ("aida", 'action = ["book"]'))
    shelf(install, tmp_path, "two", stay=JOURNEY % "Night", lens=LENS % ("aida", 'action = ["book"]'), room=STAY)
    found, problems = library()
    assert problems == []
    assert "hotel.room@1" in found.checklists


def test_two_journeys_of_one_name_are_told_to_both(install: Install, tmp_path: Path) -> None:
    shelf(install, tmp_path, "one", stay=JOURNEY % "Night", lens=LENS % ("aida", 'action = ["book"]'))
    shelf(install, tmp_path, "two", stay=JOURNEY % "Sleep", lens=LENS % ("aida", 'interest = ["book"]'), room=STAY)
    found, problems = library()
    assert "hotel.stay" not in found.journeys.brought
    both = "comes twice, from one [one], two [two]; neither is used"
    assert f"plugin one: hotel.stay {both}" in problems
    assert f"plugin two: hotel.stay {both}" in problems
    assert any("room.toml: journey: no such journey: hotel.stay" in problem for problem in problems)


def test_two_mappings_of_one_journey_are_told_to_both(install: Install, tmp_path: Path) -> None:
    shelf(install, tmp_path, "one", stay=JOURNEY % "Night", lens=LENS % ("aida", 'action = ["book"]'))
    shelf(install, tmp_path, "two", lens=LENS % ("aida", 'interest = ["book"]'))
    found, problems = library()
    assert found.journeys.mapping("aida", "hotel.stay") is None
    both = "aida:hotel.stay comes twice, from one [one], two [two]; neither is used"
    assert problems == [f"plugin one: {both}", f"plugin two: {both}"]


def test_the_journeys_and_lenses_of_the_core_stay(install: Install, tmp_path: Path) -> None:
    lens = 'lens = "mot"\n[journeys.order]\nfmot = ["%s"]\n'
    stages = ", ".join(f'"{stage.id}"' for stage in JOURNEYS["order"].stages)
    shelf(
        install, tmp_path, "rival", stay=(JOURNEY % "Night").replace("hotel.stay", "order"),
        lens=(lens % "").replace('[""]', f"[{stages}]"),
    )  # fmt: skip
    found, problems = library()
    assert problems == [
        "plugin rival: order is a journey of the core; this one is not used",
        "plugin rival: mot:order is a lens of the core; this one is not used",
    ]
    assert found.journeys.journey("order") is JOURNEYS["order"]
    assert found.journeys.mapping("mot", "order") == lenses()["mot"].journeys["order"]


def test_all_that_is_wrong_with_a_lens_file_is_told(install: Install, tmp_path: Path) -> None:
    shelf(install, tmp_path, "one", stay=JOURNEY % "Night", lens=LENS % ("acas", 'x = ["bok", "night"]'))
    shelf(install, tmp_path, "two", lens=LENS % ("acass", 'network = ["bok", "night"]'))
    _, problems = library()
    assert [problem.partition("lens.toml: ")[2] for problem in problems] == [
        "lens: no such journey: acas (did you mean acass?)",
        "journeys.hotel.stay.network: no such stage in journey hotel.stay: bok (did you mean book?)",
        "journeys.hotel.stay: stage night is mapped twice: network, outside (a stage has one place in a lens)",
        ("journeys.hotel.stay: stages that are mapped nowhere: book (what lies in no stage of the lens is listed under "
        "'outside')"),
    ]  # fmt: skip


def test_files_by_hand_may_come_in_any_order(tmp_path: Path) -> None:
    texts = {"lens": LENS % ("mot", 'zmot = ["book"]'), "room": STAY, "stay": JOURNEY % "Night"}
    paths = [tmp_path / f"{name}.toml" for name in texts]
    for path, text in zip(paths, texts.values(), strict=True):
        path.write_text(text)
    found = Library(Plugins(), paths)
    assert found.journeys.view("mot", found.checklist("hotel.room@1").path).place == {"book": "zmot"}
    (tmp_path / "other.toml").write_text(JOURNEY % "Sleep")
    with use("en"), pytest.raises(BadInput, match=r"other\.toml: journey hotel\.stay has other stages"):
        found.add_file(tmp_path / "other.toml")
    paths[0].write_text(LENS % ("mot", 'fmot = ["book"]'))
    with use("en"), pytest.raises(BadInput, match=r"mot:hotel\.stay exists already with another content"):
        found.add_file(paths[0])


OWN = STAY.replace(
    "[[touchpoints]]", '[[stages]]\nid = "night"\ntitle = { ko = "밤", en = "Night" }\n\n[[touchpoints]]'
)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('stage = "night"', 'stage = "nigth"', "touchpoints.bed.stage: no such stage in journey hotel.stay: nigth"),
        ('"hotel.stay"', '"acass"', "stages: journey acass has other stages (give yours another id)"),
        ("[[stages]]", '[[stages]]\nid = "night"\ntitle = { en = "A" }\n[[stages]]', "stages.night: repeated stage id"),
    ],
)
def test_mistakes_in_stages_of_ones_own(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    path = tmp_path / "room.toml"
    path.write_text(OWN)
    assert [stage.id for stage in load_checklist(path).path.stages] == ["night"]
    path.write_text(OWN.replace(old, new))
    with use("en"), pytest.raises(BadInput) as caught:
        load_checklist(path)
    assert any(str(problem).startswith(f"{path}: {complaint}") for problem in caught.value.problems)


def test_one_stage_under_two_ids(tmp_path: Path) -> None:
    second = STAY.partition("[[touchpoints]]")[2].replace('"bed"', '"bath"').replace('"B1"', '"B2"')
    text = STAY.replace('"hotel.stay"', '"acass"').replace('"night"', '"sharing"')
    path = tmp_path / "room.toml"
    path.write_text(
        f"{text}[[touchpoints]]{second.replace(chr(34) + 'night' + chr(34), chr(34) + 'network' + chr(34))}"
    )
    with use("en"), pytest.raises(BadInput, match="touchpoints: one stage under two ids: network, sharing"):
        load_checklist(path)


PLATFORM = """id = "hotel.platform"
version = "1"
title = { ko = "플랫폼", en = "Platform" }
positioning = { ko = "자리", en = "Place" }
theme = { ko = "주제", en = "Theme" }
[[promises]]
id = "quick"
title = { ko = "빠르게", en = "%s" }
"""


def test_a_plugin_may_bring_a_platform(install: Install, tmp_path: Path) -> None:
    shelf(install, tmp_path, "one", own=PLATFORM % "Quick")
    loaded = load_plugins()
    library = Library(loaded)
    assert list(library.platforms) == ["hotel.platform@1"]
    assert loaded["one"].platforms == ["hotel.platform@1"]
    assert loaded.problems == []


def test_a_platform_that_two_plugins_bring_is_used_of_neither(install: Install, tmp_path: Path) -> None:
    shelf(install, tmp_path, "one", own=PLATFORM % "Quick")
    shelf(install, tmp_path, "two", own=PLATFORM % "Quicker")
    loaded = load_plugins()
    library = Library(loaded)
    assert library.platforms == {}
    assert loaded["one"].platforms == loaded["two"].platforms == []
    said = sorted(map(str, loaded.problems))
    both = "hotel.platform@1 comes twice, from one [one], two [two]; neither is used"
    assert said == [f"plugin one: {both}", f"plugin two: {both}"]

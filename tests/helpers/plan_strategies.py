"""Random checklists, schemes and visits with everything a plan can have."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from cemaudit.model import Checklist, Visit
from cemaudit.model.aggregator import Aggregator
from cemaudit.scoring import Plan, check_visit, make_plan
from helpers import samples, strategies

PLAIN = Aggregator("test.third", lambda members, _: members[0].value)
OTHERS = {
    "test.third": PLAIN,
    "test.spread": Aggregator(
        "test.spread",
        lambda members, _: max(m.value for m in members) - min(m.value for m in members),  # type: ignore[type-var]
        columns=lambda values, _weights, _possible, _options: spread(values),
    ),
}
HOWS = [
    *("sum", "ratio", "mean", "weighted-mean", "min", "max", "product", "share", "count", "deduct", "nps", "first"),
    *("geometric-mean", "test.third", "test.spread"),
]
some_points = st.sampled_from([0, 1, 2, 3, 5, -2, 0.5, 1.25, "1/3"])
edges = st.sampled_from(["0", "1", "2.5", "50", "33.3", "-1", "66.7", "80", "100"])


def spread(values: Any) -> Any:
    import numpy as np

    return np.nanmax(values, axis=0) - np.nanmin(values, axis=0)


@st.composite
def answers(draw: st.DrawFn) -> dict[str, Any]:
    worth = st.lists(st.one_of(some_points, st.none()), min_size=1, max_size=12)
    table = [{"up_to": 1.5, "points": draw(some_points)}, {"up_to": "7/3", "points": 2}, {"points": draw(some_points)}]
    kinds = [
        {"type": "yes-no", "yes": draw(some_points), "no": draw(some_points)},
        samples.points(*draw(worth)),
        {**samples.points(*draw(worth)), "type": "choices"},
        {"type": "scale", "lowest": draw(st.integers(-2, 1)), "highest": draw(st.integers(2, 7))},
        {"type": "nps"},
        {"type": "number", "min": -5, "max": 5, "points": "value"},
        {"type": "count", "points": "value"},
        {"type": "number", "min": 0, "max": 9, "points": table},
        {"type": "number", "one_of": [0, 5, 10], "points": "value"},
        {"type": "number"},
        {"type": "text"},
    ]
    return draw(st.sampled_from(kinds))


@st.composite
def items(draw: st.DrawFn, name: str, earlier: list[str]) -> dict[str, Any]:
    optional: dict[str, Any] = {
        "weight": st.sampled_from([0, 1, 2, 0.5, "1/3"]),
        "na": st.sampled_from(["exclude", "zero", "full", "refuse", *(f"give-to:{one}" for one in earlier)]),
        "out_of": st.sampled_from([0, 2, 4]),
        "bonus": st.booleans(),
        "tags": st.lists(st.sampled_from(["u", "v", "duty"]), unique=True),
        "critical": st.sampled_from([{"fails_at": 0}, {"fails_at": 1, "caps": "single", "at": 40}]),
    }
    if earlier:
        optional["when"] = st.sampled_from([f"answered({earlier[-1]})", f"{earlier[0]} != 1"])
    keys = draw(st.fixed_dictionaries({}, optional=optional))
    return samples.item(name, draw(answers()), **keys)


@st.composite
def checklists(draw: st.DrawFn) -> Checklist:
    touchpoints, names = [], []
    for number in range(draw(st.integers(1, 3))):
        mine = []
        for letter in "abcd"[: draw(st.integers(1, 4))]:
            mine.append(draw(items(f"I{number}{letter}", list(names))))
            names.append(f"I{number}{letter}")
        facets = draw(strategies._facets())
        steps = draw(st.sampled_from([[], [], ["V1"]]))
        later = [{"touchpoint": f"t{number - 1}", "items": [names[-1]]}] if number and draw(st.booleans()) else []
        touchpoints.append(samples.touchpoint(f"t{number}", *mine, **{**facets, "steps": steps, "carries_to": later}))
    steps = [{"id": one, "title": samples.text(one)} for one in ("V1", "V2")]
    return samples.checklist(*touchpoints, steps=steps, facts=draw(facts(touchpoints)))


def facts(touchpoints: list[dict[str, Any]]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Facts of items that are answered alike."""
    by_type: dict[str, list[str]] = {}
    for item in (item for touchpoint in touchpoints for item in touchpoint["items"]):
        by_type.setdefault(item["answer"]["type"], []).append(item["id"])
    alike = [names for kind, names in by_type.items() if len(names) > 1 and kind != "text"]
    written = [{"id": f"f{n}", "title": samples.text("f"), "items": names} for n, names in enumerate(alike)]
    return st.sampled_from([[], written])


@st.composite
def measures(draw: st.DrawFn, name: str, earlier: list[str], names: list[str]) -> dict[str, Any]:
    how = st.sampled_from(HOWS)
    felt = ["@emotions", "@expectations", "@expected", "@perceived", "@claims", "@critical", "@duties"]
    facets = [[], [], ["touchpoint"], ["channel"], ["tag"], ["hand-over"], ["fact"], ["feeling"]]
    for_each = [] if name == "single" else draw(st.sampled_from(facets))
    only = {"tag": "@items", "hand-over": "@items", "fact": "@facts"}.get("".join(for_each))
    sources = ["@items", "@items", *felt, *(() if for_each else ("@facts",)), *names, *earlier]
    of = [only] if only else draw(st.lists(st.sampled_from(sources), min_size=1, max_size=3))
    if for_each:
        of = [one for one in of if one not in earlier] or ["@items"]
    rounding = st.fixed_dictionaries(
        {
            "digits": st.integers(-2, 3),
            "mode": st.sampled_from(["half-up", "half-even", "down", "up", "floor", "ceiling"]),
        },
        optional={"stage": st.just("display")},
    )
    optional: dict[str, Any] = {
        "take": st.sampled_from(["points", "share", "value", "possible"]),
        "na": st.sampled_from(["exclude", "zero", "full"]),
        "weights": st.sampled_from([{"declared": True}, {"facets": {"mode": {"active": 1.5}}}]),
        "transform": st.fixed_dictionaries(
            {},
            optional={
                "times": st.sampled_from([100, -1, 0.5, "1/3"]),
                "plus": st.sampled_from([0, 10, -0.5, "1/7"]),
                "table": st.sampled_from([[{"up_to": 1, "value": 3}, {"up_to": 50, "value": 0.5}, {"value": 9}]]),
                "clamp": st.sampled_from([[0, 100], [-1, "5/3"]]),
            },
        ),
        "round": rounding,
        "at_least": st.integers(1, 3),
    }
    if earlier:
        where = st.dictionaries(st.sampled_from(earlier), edges.map(lambda edge: f"< {edge}"), min_size=1, max_size=2)
        optional["caps"] = st.lists(st.fixed_dictionaries({"where": where, "at": st.sampled_from([1, 2.5, 60])}))
    keys = draw(st.fixed_dictionaries({}, optional=optional))
    return {"id": name, "how": draw(how), "of": of, "for_each": for_each, **keys}


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    checklist = draw(checklists())
    names, scalars, written = list(checklist.items), [], []
    for number in range(draw(st.integers(1, 4))):
        written.append(draw(measures(f"m{number}", list(scalars), names)))
        if not written[-1]["for_each"]:
            scalars.append(written[-1]["id"])
        else:
            written.append({"id": f"w{number}", "how": draw(_MEANS), "of": [written[-1]["id"]]})
            scalars.append(f"w{number}")
    written.append(draw(measures("single", list(scalars), names)))
    pairs = [scalars[0], "single"] if scalars else ["single"]
    for number in range(draw(st.integers(0, 1))):
        of = [draw(st.sampled_from(scalars)), "single"]
        written.append({"id": f"two{number}", "how": draw(_TWO), "of": of})
    low, high = sorted(draw(st.tuples(edges, edges)), key=Fraction)
    bands = [
        {"label": "A", "where": dict.fromkeys(pairs, f">= {high}")},
        {"label": "B", "where": {"single": f">= {low}"} if low != high else {pairs[0]: f"> {high}"}},
        {"label": "C"},
    ]
    downgrades = draw(st.sampled_from([[], [{"where": {"single": f"< {high}"}}]]))
    keys = {"bands": bands, "downgrades": downgrades, "unanswered": draw(st.sampled_from(["exclude", "zero"]))}
    scheme = samples.scheme(*written, **keys)
    return make_plan(checklist, scheme, OTHERS)


_MEANS = st.sampled_from(["mean", "weighted-mean", "min", "sum"])
_TWO = st.sampled_from(["difference", "experience", "smooth-experience", "quotient"])


@st.composite
def visits(draw: st.DrawFn, of: Checklist) -> Visit:
    """Visits of a checklist, mostly fit; what does not arise is mostly not answered."""
    visit = draw(strategies.visits(of))
    step = draw(st.sampled_from([None, None, "V1", "V2"]))
    if step:
        visit = visit.model_copy(update={"episode": samples.visit(episode={"id": "e", "step": step}).episode})
    unfit = {problem.place.removeprefix("answers.") for problem in check_visit(visit, of)}
    kept = {name: answer for name, answer in visit.answers.items() if name not in unfit}
    return visit.model_copy(update={"answers": kept}) if draw(st.integers(0, 3)) else visit

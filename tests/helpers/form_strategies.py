"""Hypothesis strategies: checklists with everything a form can ask, and visits a form can hold."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import strategies as st

from cemaudit.exchange.forms.making import FILES
from cemaudit.exchange.tables.importing import arising
from cemaudit.model import Checklist, ClaimState, Item, Touchpoint, Visit
from cemaudit.model.base import clean
from helpers import samples, strategies
from helpers.filled_forms import FEELINGS

_LETTERS = st.characters(exclude_categories=("Cs", "Cc", "Cn"))
words = st.text(_LETTERS, min_size=1, max_size=20).map(clean).filter(bool)
lines = st.one_of(
    words,
    st.sampled_from(
        ["=1+1", "#N/A", '="007"', '"so", she said', "one\ntwo", "@me", "-", "+82 2", "a;b, c", "'q'", "안녕"]
    ),
)
tokens = st.from_regex(r"[A-Za-z0-9가-힣=+@-][A-Za-z0-9 _.-]{0,10}", fullmatch=True).map(lambda t: clean(t) or "x")
zones = st.integers(-11, 13).map(lambda hours: dt.timezone(dt.timedelta(hours=hours)))
moments = st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2090, 1, 1), timezones=zones)  # noqa: DTZ001
labels = st.fixed_dictionaries({"ko": words, "en": words})


@st.composite
def kinds(draw: st.DrawFn) -> dict[str, Any]:
    """An answer type of any sort."""
    ids = draw(
        st.lists(
            st.from_regex(r"[A-Za-z0-9+-][A-Za-z0-9_.+-]{0,4}", fullmatch=True), min_size=1, max_size=4, unique=True
        )
    )
    options = [{"id": one, "label": draw(labels), "points": draw(strategies.halves)} for one in ids]
    low = draw(st.integers(-5, 3))
    return draw(
        st.sampled_from(
            [
                {"type": "yes-no"},
                {"type": "yes-no", "yes": 0, "no": 2},
                {"type": "choice", "options": options},
                {"type": "choices", "options": options},
                {"type": "scale", "lowest": low, "highest": low + draw(st.sampled_from([1, 4, 10, 30]))},
                {"type": "nps"},
                {"type": "number", "min": low, "max": low + 40, "points": "value"},
                {"type": "number", "min": -1000},
                {"type": "duration", "unit": "s", "points": [{"up_to": 30, "points": 2}, {"points": 0}]},
                {"type": "count", "max": 90},
                {"type": "money", "unit": "KRW"},
                {"type": "date"},
                {"type": "time"},
                {"type": "text"},
            ]
        )
    )


@st.composite
def checklists(draw: st.DrawFn) -> Checklist:
    """Checklists of one to three touchpoints with every sort of item."""
    steps = draw(st.sampled_from([[], ["V1", "Vn"]]))
    known: list[dict[str, Any]] = []
    touchpoints = []
    for number in range(draw(st.integers(1, 3))):
        items = []
        for letter in "abcd"[: draw(st.integers(1, 4))]:
            items.append(draw(_items(f"I{number}{letter}", known, steps)))
            known.append(items[-1])
        facets = {"emotion": draw(st.booleans()), "expectation": draw(st.booleans())}
        facets["perceived"] = facets["expectation"] and draw(st.booleans())
        facets |= {"steps": draw(st.lists(st.sampled_from(steps), unique=True))} if steps else {}
        touchpoints.append(samples.touchpoint(f"t-{number}", *items, **facets))
    scenario = {
        "id": "play",
        "title": draw(labels),
        "persona": draw(labels),
        "text": draw(labels),
        "look_for": [draw(labels)],
    }
    return samples.checklist(
        *touchpoints,
        steps=[{"id": one, "title": draw(labels)} for one in steps],
        scenarios=draw(st.sampled_from([[], [scenario]])),
        **{
            kind: [{"id": one, "title": draw(labels)} for one in draw(st.sampled_from([(), ("p.1", "p-2")]))]
            for kind in ("personas", "occasions")
        },
        times=draw(st.sampled_from(["moments", "moments", "days"])),
        conduct=draw(st.lists(labels, max_size=2)),
        title=draw(labels),
    )


@st.composite
def _items(draw: st.DrawFn, item_id: str, known: list[dict[str, Any]], steps: list[str]) -> dict[str, Any]:
    keys: dict[str, Any] = {
        "na": draw(st.sampled_from(["exclude", "refuse"])),
        "evidence": draw(st.sampled_from(["none", "optional", "required", "required-if-failed"])),
        "ask": draw(labels),
    }
    if draw(st.booleans()):
        keys["note"] = {"at_least": draw(st.integers(1, 9)), "when": draw(st.sampled_from(["always", "if-failed"]))}
    if draw(st.booleans()):
        keys["critical"] = {"fails_at": draw(strategies.halves)}
    if draw(st.booleans()):
        keys["help"] = draw(labels)
    if known and draw(st.booleans()):
        keys["when"] = draw(conditions(known, steps))
    return {**samples.item(item_id, draw(kinds())), **keys}


def conditions(known: list[dict[str, Any]], steps: list[str]) -> st.SearchStrategy[str]:
    """``when`` expressions over items asked before."""
    names = st.sampled_from([item["id"] for item in known])
    options = [option["id"] for item in known for option in item["answer"].get("options", [])]
    texts = st.sampled_from([*options, *steps, "2026-11-21", "14:05"]).map(lambda text: f"'{text}'")
    numbers = st.integers(-3, 9).map(str) | st.sampled_from(["0.5", "-1.5"])
    constants = texts | numbers | st.sampled_from(["true", "false"])
    lists = st.lists(constants, max_size=3).map(lambda members: f"[{', '.join(members)}]")
    sides = names | (st.just("step") if steps else st.nothing())
    leaves = st.one_of(
        names,
        st.builds(lambda name: f"answered({name})", names),
        st.builds(
            lambda left, mark, right: f"{left} {mark} {right}",
            sides,
            st.sampled_from(["==", "!="]),
            constants | names | lists,
        ),
        st.builds(
            lambda left, mark, right: f"{left} {mark} {right}", sides, st.sampled_from(["<", "<=", ">", ">="]), numbers
        ),
        st.builds(lambda left, right: f"{left} in {right}", sides | texts, lists | names),
    )
    return st.recursive(
        leaves,
        lambda inner: (
            st.builds(
                lambda one, word, other: f"({one}) {word} ({other})", inner, st.sampled_from(["and", "or"]), inner
            )
            | inner.map(lambda one: f"not ({one})")
        ),
        max_leaves=4,
    )


def visits(of: Checklist) -> st.SearchStrategy[Visit]:
    """Visits of a checklist that its form can hold, without what does not arise."""
    return careless_visits(of).map(lambda visit: arising(visit, of))


@st.composite
def careless_visits(draw: st.DrawFn, of: Checklist) -> Visit:
    """The same, some with answers to what does not arise."""
    step = draw(st.sampled_from([None, *(one.id for one in of.steps)]))
    data: dict[str, Any] = {"checklist": of.ref, "id": draw(tokens), "store": draw(tokens)}
    data |= {
        name: draw(words) for name in draw(st.sets(st.sampled_from(["store_name", "persona", "place", "occasion"])))
    }
    for name, declared in (("persona", of.personas), ("occasion", of.occasions)):
        if declared and name in data:
            data[name] = draw(st.sampled_from([one.id for one in declared]))
    data |= {name: draw(tokens) for name in draw(st.sets(st.sampled_from(["shopper", "wave"])))}
    if step:
        data["episode"] = {"id": draw(tokens), "step": step, "number": draw(st.integers(1, 999))}
    if of.scenarios and draw(st.booleans()):
        data["scenario"] = "play"
    data |= draw(_days() if of.spans_days else _times())
    for part in ("answers", "skipped", "notes", "evidence"):
        data[part] = {}
    for item in of.items.values():
        draw(_about(item, data))
    data |= draw(_felt([one for one in of.touchpoints if not step or not one.steps or step in one.steps]))
    return Visit.model_validate(data)


def _times() -> st.SearchStrategy[dict[str, Any]]:
    def ordered(times: list[dt.datetime]) -> dict[str, Any]:
        return dict(zip(("briefed", "started", "finished", "entered"), sorted(times), strict=True))

    exact = st.lists(moments, min_size=4, max_size=4).map(ordered)
    return exact | st.dates().map(lambda day: {"date": day}) | st.just({})


def _days() -> st.SearchStrategy[dict[str, Any]]:
    days = st.lists(st.dates(), min_size=2, max_size=2).map(sorted)
    return days.map(lambda pair: dict(zip(("date", "until"), pair, strict=True))) | st.just({})


@st.composite
def _about(draw: st.DrawFn, item: Item, data: dict[str, Any]) -> None:
    what = draw(st.sampled_from(["answer", "answer", "answer", "skip", "leave"]))
    if what == "answer":
        values = words if item.answer.type == "text" else strategies.answers(item.answer)
        data["answers"][item.id] = draw(values)
    elif what == "skip":
        states = ["not-observed", "declined", *(["not-applicable"] if item.na != "refuse" else [])]
        data["skipped"][item.id] = {"state": draw(st.sampled_from(states)), "reason": draw(st.none() | words)}
    if draw(st.booleans()):
        data["notes"][item.id] = draw(lines)
    pieces = [
        {"file": f"{kind} {number}.jpg", "kind": kind, "caption": draw(st.just("") | words)}
        for kind, most in FILES.items()
        for number in range(draw(st.integers(0, most)) if item.evidence != "none" else 0)
    ]
    if pieces:
        data["evidence"][item.id] = pieces


@st.composite
def _felt(draw: st.DrawFn, touchpoints: list[Touchpoint]) -> dict[str, Any]:
    def some(part: list[Touchpoint], values: st.SearchStrategy[Any]) -> dict[str, Any]:
        return {one.id: draw(values) for one in part if draw(st.booleans())}

    marks = {"emotions": st.integers(-3, 3), "expectations": st.integers(1, 7), "perceived": st.integers(1, 7)}
    asked = {part: [one for one in touchpoints if getattr(one, FEELINGS[part])] for part in marks}
    felt = {part: some(asked[part], values) for part, values in marks.items()}
    unfelt = [f"{part}.{one.id}" for part in marks for one in asked[part] if one.id not in felt[part]]
    return {
        **felt,
        "feelings_skipped": {name: draw(skips()) for name in unfelt if draw(st.booleans())},
        "expected": draw(st.none() | moments) if any(one.perceived for one in touchpoints) else None,
        "claims": [
            {"touchpoint": one, "text": text, "state": draw(st.sampled_from([None, *ClaimState]))}
            for one, text in some(touchpoints, lines).items()
        ],
        "blames": [{"touchpoint": one, "text": text} for one, text in some(touchpoints, lines).items()],
    }


def skips() -> st.SearchStrategy[dict[str, Any]]:
    """How a feeling is left out."""
    states = st.sampled_from(["not-observed", "declined"])
    return st.fixed_dictionaries({"state": states, "reason": st.none() | words})


def checklists_and_visits() -> st.SearchStrategy[tuple[Checklist, Visit]]:
    return checklists().flatmap(lambda of: st.tuples(st.just(of), visits(of)))


def checklists_and_careless_visits() -> st.SearchStrategy[tuple[Checklist, Visit]]:
    return checklists().flatmap(lambda of: st.tuples(st.just(of), careless_visits(of)))

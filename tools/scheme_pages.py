"""Write ``docs/schemes.md`` and a page for each scheme: formula, source, vectors, what it cannot do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.resources import files
from itertools import groupby
from pathlib import Path

from cemaudit.checklists import load_scheme
from cemaudit.language import use
from cemaudit.model import Band, Measure, Scheme, Text, Vector
from cemaudit.model.base import shown_exactly
from cemaudit.model.measures import Transform, Weights
from cemaudit.scoring.aggregators import BUILT_IN

DOCS = Path(__file__).parents[1] / "docs"
HEAD = """# The scheme pack

{schemes} schemes with {vectors} vectors: published examples, or values worked from the published rule. `cemaudit lint`
and the tests run them all. Made by `python tools/scheme_pages.py` from the files in
`checklists/cemaudit_checklists/schemes`.

A scheme with inputs can be answered by itself, `"checklist": "uk.fhrs@2012"` in a visit, or score another checklist
(`--scheme uk.fhrs@2012`) that has items of the same ids or tags. How to read a measure: [scoring.md](scoring.md).

| scheme | what | since | inputs | vectors |
|---|---|---|--:|--:|
"""


def schemes() -> list[Scheme]:
    """The schemes of the package, by id and version."""
    folder = files("cemaudit_checklists") / "schemes"
    found = [load_scheme(file) for file in folder.iterdir() if file.name.endswith(".toml")]
    return sorted(found, key=lambda scheme: (scheme.id, [int(part) for part in scheme.version.split(".")]))


def pages() -> dict[str, str]:
    """The text of every page, by its path in ``docs``; all versions of a scheme share one."""
    with use("en"):
        everything = schemes()
        made = {"schemes.md": _overview(everything)}
        for name, versions in groupby(everything, key=lambda scheme: scheme.id):
            blocks = ["\n".join(_scheme(scheme)) for scheme in versions]
            made[f"schemes/{name}.md"] = "\n\n".join(blocks) + "\n"
        return made


def _overview(everything: list[Scheme]) -> str:
    head = HEAD.format(schemes=len(everything), vectors=sum(len(scheme.vectors) for scheme in everything))
    return head + "".join(f"{_row(scheme)}\n" for scheme in everything)


def _row(scheme: Scheme) -> str:
    since = scheme.valid_from.isoformat() if scheme.valid_from else ""
    link = f"[{scheme.ref}](schemes/{scheme.id}.md)"
    return f"| {link} | {_cell(scheme.title)} | {since} | {len(scheme.inputs)} | {len(scheme.vectors)} |"


def _scheme(scheme: Scheme) -> Iterator[str]:
    yield f"# {scheme.ref}\n\n**{scheme.title}** · {scheme.title.ko}"
    if scheme.about:
        yield f"\n{scheme.about}"
    yield f"\n## Formula of {scheme.ref}\n"
    yield from _measures(scheme.measures)
    if scheme.bands:
        yield f"\nBands, the first that holds: {'; '.join(map(_band, scheme.bands))}."
    yield from _over_time(scheme)
    if scheme.source:
        yield f"\nSource: {scheme.source}"
    if scheme.limits:
        yield f"\nWhat it cannot do: {scheme.limits}"
    if scheme.vectors:
        yield f"\n## Vectors of {scheme.ref}\n\n| vector | gives | from |\n|---|---|---|"
        yield from (_vector(vector) for vector in scheme.vectors)


def _over_time(scheme: Scheme) -> Iterator[str]:
    """What a scheme says of several visits."""
    for consequence in scheme.consequences:
        row = f"{consequence.in_a_row} in a row" if consequence.in_a_row > 1 else "once"
        yield f"\n{consequence.title}: {' or '.join(consequence.bands)}, {row}."
    if scheme.summaries:
        named = ", ".join(f"`{one.id}` ({one.how} of {one.of or one.band})" for one in scheme.summaries)
        yield f"\nOver many visits: {named}."
    if scheme.composition:
        sources = (f"`{item}` from `{one.measure}` of {one.checklist}" for item, one in scheme.composition.items())
        yield f"\nComposed: {', '.join(sources)}."


def _vector(vector: Vector) -> str:
    return f"| {_cell(vector.name)} | {_cell(_expected(vector))} | {_cell(vector.source or '')} |"


def _measures(measures: Iterable[Measure]) -> Iterator[str]:
    """One line for each formula; measures that differ only in the facet they are split by share one."""
    alike: dict[str, list[Measure]] = {}
    for measure in measures:
        alike.setdefault(_formula(measure), []).append(measure)
    for formula, group in alike.items():
        names = ", ".join(f"`{measure.id}`" for measure in group)
        facets = [" × ".join(measure.for_each) for measure in group if measure.for_each]
        if facets and len(facets) < len(group):
            facets.append("and of all")
        each = f", for each {', '.join(facets)}" if facets else ""
        yield f"- {names}: {formula}{each}"


def _formula(measure: Measure) -> str:
    aggregator = BUILT_IN[measure.how]
    taken = "" if measure.take == "points" else f"the {measure.take} of "
    options = "".join(f", {name} {_number(value)}" for name, value in measure.options.items())
    parts = [f"{measure.how} `{aggregator.formula}`{options} of {taken}{', '.join(measure.of)}"]
    parts += [f"where {facet} is {_names(value)}" for facet, value in measure.where.items()]
    parts += _weights(measure.weights)
    if measure.at_least > 1:
        parts.append(f"at least {measure.at_least} scored")
    parts += _transform(measure.transform)
    if measure.round and measure.round.stage == "value":
        parts.append(f"rounded {measure.round.mode} to {measure.round.digits} decimals")
    return ", ".join(parts)


def _weights(weights: Weights) -> Iterator[str]:
    if weights.declared:
        yield "weighted as declared"
    factors = [f"{name} ×{_number(factor)}" for name, factor in weights.sources.items()]
    factors += [f"{v} ×{_number(f)}" for values in weights.facets.values() for v, f in values.items()]
    if factors:
        yield f"weighted {', '.join(factors)}"


def _transform(transform: Transform) -> Iterator[str]:
    if transform.times != 1:
        yield f"times {_number(transform.times)}"
    if transform.plus:
        yield f"plus {_number(transform.plus)}"
    if transform.table:
        rungs = (
            f"{'else' if r.up_to is None else f'to {_number(r.up_to)}'} {_number(r.value)}" for r in transform.table
        )
        yield f"by table ({'; '.join(rungs)})"
    if transform.clamp:
        yield f"kept within {_number(transform.clamp[0])}..{_number(transform.clamp[1])}"


def _band(band: Band) -> str:
    where = " and ".join(f"{name} {condition}" for name, condition in band.where.items()) or "the rest"
    outcome = "" if band.outcome == "graded" else f" ({band.outcome})"
    title = f" *{band.title}*" if band.title and str(band.title) != band.label else ""
    return f"**{band.label}**{title}{outcome} {where}"


def _expected(vector: Vector) -> str:
    parts = [f"{name} {_number(value)}" for name, value in {**vector.expect, **vector.summary}.items()]
    parts += [f"{name} not scored" for name in vector.not_scored]
    if vector.band is not None:
        parts.append(f"band {vector.band}" if vector.band else "no band")
    if vector.consequences is not None:
        parts.append(f"follows: {', '.join(vector.consequences) or 'nothing'}")
    return ", ".join(parts)


def _names(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else " or ".join(value)


def _number(value: object) -> str:
    return str(shown_exactly(value))  # type: ignore[arg-type]


def _cell(text: str | Text) -> str:
    return str(text).replace("|", r"\|").replace("\n", " ")


def main() -> None:
    """Write the pages; those of schemes that are no more go."""
    made = pages()
    (DOCS / "schemes").mkdir(exist_ok=True)
    for old in (DOCS / "schemes").glob("*.md"):
        if f"schemes/{old.name}" not in made:
            old.unlink()
    for name, text in made.items():
        (DOCS / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

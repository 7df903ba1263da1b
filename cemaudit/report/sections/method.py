"""How the numbers came about and what they are for: the page a dispute turns to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from cemaudit import __version__
from cemaudit.hookspecs import Context
from cemaudit.model import Audit, Measure, Reason, Scheme, Text
from cemaudit.model.aggregator import Aggregator
from cemaudit.model.blocks import Block, Callout, Cell, Column, Heading, Paragraph, Section, Table, Words
from cemaudit.report.sections.completeness import missing_table
from cemaudit.report.sections.formula import by_facets, formula, in_signs
from cemaudit.report.sections.values import measures_by, show
from cemaudit.report.sections.words import NOTHING, asked_items, both, joined

__all__ = ["method"]

Row = tuple[Cell | Words, ...]
USE = Text(
    ko="이 보고서는 {customer}경험을 개선하고 교육하기 위한 것입니다. "
    "개인을 벌하거나 방문 한 번으로 순위를 매기는 데 쓰지 않습니다. 방문 한 번은 하루의 한 장면입니다. "
    "사실과 다른 점이 있으면 방문받은 쪽에서 해당 항목에 이의를 제기할 수 있습니다.",
    en="This report serves to improve and to train. It is not for punishing a person, nor for ranking on a "
    "single visit, which is one scene of one day. Where it has the facts wrong, those visited may contest the item.",
)
NO_SCORE = Text(
    ko="점수가 없는 것은 0점이 아닙니다. 해당하지 않거나 관찰하지 못한 것은 평균에 넣지 않고, 그 이유를 적습니다.",
    en="No score is not zero. What does not apply or was not observed stays out of the averages, with its reason.",
)
COLOURS = Text(
    ko="점수의 색은 척도를 다섯으로 똑같이 나누어, 나쁜 쪽 둘은 주황, 좋은 쪽 둘은 파랑으로 나타냅니다.",
    en="Colours show in which fifth of its scale a score lies: orange for the two worst, blue for the two best.",
)
NA_NAMES = {
    "exclude": Text(ko="평균에서 뺌", en="left out of the averages"),
    "zero": Text(ko="0점으로 계산", en="counts as 0 points"),
    "full": Text(ko="만점으로 계산", en="counts as full points"),
    "refuse": Text(ko="비워 둘 수 없음", en="may not be left out"),
    "give-to": Text(ko="만점을 다른 항목에 넘김", en="its points go to another item"),
}


def method(context: Context) -> Section:
    """Use, scheme, formulas, bands, and what was answered of what was asked."""
    return Section(
        id="method",
        title=Text(ko="산출 방법과 용도", en="Method and use"),
        blocks=tuple(_blocks(context)),
        order=900,
        new_page=True,
    )


def _blocks(context: Context) -> Iterator[Block]:
    audit = context.audits[-1]
    use = audit.checklist.words_at().put_in(USE)
    yield Callout(
        title=Text(ko="이 보고서의 용도", en="Who may use this, and for what"),
        text=use,
    )
    yield Paragraph(text=NO_SCORE)
    yield from _scheme(audit.scheme)
    yield Heading(text=Text(ko="점수 산출 과정", en="How the numbers came about"))
    yield _measures(audit, context.aggregators)
    yield Paragraph(text=COLOURS, quiet=True)
    if audit.scheme.bands:
        yield Heading(text=Text(ko="등급 기준", en="Grades"))
        yield _bands(audit.scheme)
    yield Heading(text=Text(ko="응답 현황", en="What was answered"))
    yield _coverage(context)
    if missing := missing_table(context.audits):
        yield missing
    yield _na(audit)
    yield _versions(audit)


def _scheme(scheme: Scheme) -> Iterator[Block]:
    yield Heading(text=joined([scheme.title, f"({scheme.ref})"], " "))
    if scheme.about:
        yield Paragraph(text=scheme.about)
    if scheme.source:
        yield Paragraph(text=joined([Text(ko="출처:", en="Source:"), scheme.source], " "), quiet=True)


def _measures(audit: Audit, aggregators: Mapping[str, Aggregator]) -> Table:
    """The single measures with their numbers, then those by facet."""
    scheme = audit.scheme
    columns = (
        Column(title=Text(ko="지표", en="Measure"), width=2),
        Column(title=Text(ko="계산", en="Formula"), width=3.8),
        Column(title=Text(ko="결과", en="Result"), width=1, align="right"),
        Column(title=Text(ko="반영", en="Used"), width=0.9, align="right"),
    )
    families: dict[str, list[Measure]] = {}
    for measure in sorted(scheme.measures, key=lambda one: len(one.for_each)):
        families.setdefault(str(formula(scheme, measure, aggregators)), []).append(measure)
    return Table(columns=columns, rows=tuple(_measure(audit, family, aggregators) for family in families.values()))


def _measure(audit: Audit, family: Sequence[Measure], aggregators: Mapping[str, Aggregator]) -> Row:
    """Measures reckoned alike: the first with its number, and what the others are taken by."""
    first = family[0]
    score = audit.score(first.id)
    counted = not first.for_each and score.asked and first.unit != "count"
    return (
        joined([first.title or "", first.id]),
        joined([formula(audit.scheme, first, aggregators), by_facets([one for one in family if one.for_each])]),
        NOTHING if first.for_each else Cell(text=show(audit.scheme, first, score).text, strong=True),
        f"{score.used} / {score.asked}" if counted else NOTHING,
    )


def _bands(scheme: Scheme) -> Table:
    titles = {measure.id: measure.title or measure.id for measure in measures_by(scheme)}
    columns = (
        Column(title=Text(ko="등급", en="Grade"), width=1),
        Column(title=Text(ko="이름", en="Name"), width=2),
        Column(title=Text(ko="조건 (모두 충족)", en="Conditions (all of them)"), width=4),
    )
    rest = Text(ko="그 밖의 경우", en="all others")
    rows: list[Row] = [
        (
            Cell(text=band.label, tone=band.tone, strong=True),
            band.title or "",
            both(lambda band=band: ", ".join(f"{titles[name]} {in_signs(rule)}" for name, rule in band.where.items()))  # type: ignore[misc]
            if band.where
            else rest,
        )
        for band in scheme.bands
    ]
    return Table(columns=columns, rows=tuple(rows))


def _coverage(context: Context) -> Table:
    """How many items were answered, and why the others were not."""
    counts: Counter[str] = Counter()
    for audit in context.audits:
        for name, score in asked_items(audit).items():
            skip = audit.visit.skipped.get(name)
            why = skip.state if skip else score.reason or Reason.UNANSWERED
            counts["answered" if name in audit.visit.answers else why] += 1
    answered = counts.pop("answered", 0)
    rows: list[Row] = [(Text(ko="응답함", en="answered"), str(answered))]
    rows += [
        (both(lambda reason=reason: Reason(reason).words), str(count))  # type: ignore[misc]
        for reason, count in sorted(counts.items())
    ]
    return _pairs(Text(ko="항목의 상태", en="State of the item"), rows)


def _na(audit: Audit) -> Table:
    kinds = Counter(item.na.partition(":")[0] for item in audit.checklist.items.values())
    rows: list[Row] = [(NA_NAMES[kind], str(kinds[kind])) for kind in NA_NAMES if kinds[kind]]
    return _pairs(Text(ko="‘해당 없음’인 항목의 처리", en="Where an item does not apply"), rows)


def _pairs(title: Text, rows: list[Row]) -> Table:
    columns = (
        Column(title=title, width=4),
        Column(title=Text(ko="항목 수", en="Items"), width=1, align="right"),
    )
    return Table(columns=columns, rows=tuple(rows))


def _versions(audit: Audit) -> Paragraph:
    text = f"cemaudit {__version__} · {audit.checklist.ref} · {audit.scheme.ref}"
    return Paragraph(text=text, quiet=True)

"""What drives the experience, as far as the visits tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cemaudit.compare.drivers.ipa import Suggestion
from cemaudit.compare.drivers.results import Driver, DriverStudy
from cemaudit.compare.report_records import LeagueReportData
from cemaudit.model import Text
from cemaudit.model.blocks import (
    Axis,
    Block,
    Cell,
    Column,
    Intervals,
    Paragraph,
    Ranged,
    Section,
    Table,
    Tone,
    Words,
)
from cemaudit.report.league.words import NOT_KNOWN, notes, number, percent, said

__all__ = ["HINTS", "drivers"]

HINTS: dict[Suggestion, tuple[Text, Tone]] = {
    Suggestion.RAISE: (Text(ko="끌어올리기", en="raise"), "poor"),
    Suggestion.KEEP: (Text(ko="유지하기", en="keep"), "good"),
    Suggestion.MUST_KEEP: (Text(ko="지켜야 함", en="must keep"), "good"),
    Suggestion.REDUCE: (Text(ko="줄여도 됨", en="reduce"), "fair"),
    Suggestion.ELIMINATE: (Text(ko="없애도 됨", en="eliminate"), "fair"),
    Suggestion.CREATE: (Text(ko="새로 만들기", en="create"), "best"),
    Suggestion.UNCLEAR: (Text(ko="아직 불분명", en="not clear yet"), "plain"),
    Suggestion.NOT_KNOWN: (NOT_KNOWN, "plain"),
}
METHODS = {"lmg": "LMG (Shapley)", "johnson": "Johnson"}


def drivers(account: LeagueReportData) -> Section | None:
    """Shares with intervals, and what each suggests; ``None`` without a study."""
    study = account.study
    if study is None or not study.drivers:
        return None
    return Section(
        id="drivers",
        title=Text(ko="핵심 동인", en="What drives the experience"),
        blocks=tuple(_blocks(study, percent(account.league.rules.level))),
        order=500,
        new_page=study.explained is not None,
    )


def _blocks(study: DriverStudy, level: str) -> Iterator[Block]:
    if study.explained is None:
        # By what is reckoned nothing is judged: what to ask instead, and what was done and felt.
        for note in study.notes[:2]:
            yield Paragraph(text=said(note))
        if study.felt:
            yield _felt(study)
        return
    outcome, explained = said(study.outcome.title), percent(study.explained)
    yield Paragraph(
        text=Text(
            ko=f"결과 지표: {_in(outcome, 'ko')}. 아래 동인들이 방문 사이 차이의 {explained}를 설명합니다 (방문 "
            f"{study.visits:,}회, 매장 {study.stores:,}곳, 방법 {METHODS.get(study.method, study.method)}).",
            en=f"Outcome: {_in(outcome, 'en')}. The drivers below explain {explained} of the differences between "
            f"visits ({study.visits:,} visits of {study.stores:,} stores; "
            f"{METHODS.get(study.method, study.method)}).",
        )
    )
    equal = 100 / len(study.drivers)
    yield Intervals(
        title=Text(ko="설명하는 몫", en="Share of what is explained"),
        rows=tuple(_rows(study.drivers)),
        axis=Axis(title=Text(ko="몫", en="share"), unit="%", low=0),
        target=equal,
        target_name=Text(ko="모두 같을 때의 몫", en="an equal share"),
        value_name=Text(ko="몫", en="share"),
        range_name=Text(ko=f"{level} 구간", en=f"{level} interval"),
    )
    yield _table(study)
    if study.felt:
        yield _felt(study)
    yield from notes(study.notes)


def _in(words: Words, language: str) -> str:
    return words if isinstance(words, str) else getattr(words, language) or str(words)


def _rows(drivers: Iterable[Driver]) -> Iterator[Ranged]:
    for driver in drivers:
        if driver.share is not None and driver.interval is not None:
            yield Ranged(
                label=said(driver.title),
                value=100 * driver.share,
                low=100 * driver.interval.low,
                high=100 * driver.interval.high,
                tone="plain",
            )


def _table(study: DriverStudy) -> Table:
    columns = (
        Column(title=Text(ko="동인", en="Driver"), width=2.6),
        Column(title=Text(ko="몫", en="Share"), width=0.7, align="right"),
        Column(title=Text(ko="상위 3위일 확률", en="Among the first three"), width=1.3, align="right"),
        Column(title=Text(ko="수행", en="Performance"), width=1.2, align="right"),
        Column(title=Text(ko="낮을 때 잃는 점수", en="Lost where low"), width=1.5, align="right"),
        Column(title=Text(ko="높을 때 얻는 점수", en="Won where high"), width=1.5, align="right"),
        Column(title=Text(ko="제안", en="Suggestion"), width=1.4),
    )
    return Table(columns=columns, rows=tuple(_cells(driver) for driver in study.drivers))


def _cells(driver: Driver) -> tuple[Cell | Words, ...]:
    words, tone = HINTS[driver.hint]
    leaning = driver.asymmetry
    return (
        said(driver.title),
        Cell(text=percent(driver.share), strong=True),
        percent(driver.top),
        number(driver.performance),
        number(leaning.penalty if leaning else None),
        number(leaning.reward if leaning else None),
        Cell(text=words, tone=tone),
    )


def _felt(study: DriverStudy) -> Table:
    columns = (
        Column(title=Text(ko="수행 × 감정", en="Performance × emotion"), width=2.6),
        Column(title=Text(ko="방문", en="Visits"), width=0.8, align="right"),
        Column(title=Text(ko="수행", en="Performance"), align="right"),
        Column(title=Text(ko="감정", en="Emotion"), align="right"),
        Column(title=Text(ko="경험", en="Experience"), align="right"),
        Column(title=Text(ko="함께여서 더해진 몫", en="From coming together"), width=1.3, align="right"),
    )
    rows = tuple(
        (
            Cell(text=said(one.title or one.name) if one.name else Text(ko="전체", en="All"), strong=not one.name),
            f"{one.visits:,}",
            number(one.performance),
            number(one.emotion),
            number(one.experience),
            number(one.together),
        )
        for one in study.felt
    )
    return Table(columns=columns, rows=rows)

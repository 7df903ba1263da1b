"""How the comparison came about: model, assumptions, sample, what was left out, versions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cemaudit import __version__
from cemaudit.compare.league_table import League
from cemaudit.compare.report_records import LeagueReportData
from cemaudit.compare.results import EXCLUDED, LEFT_OUT_INCOMPLETE
from cemaudit.ledger.states import VisitState
from cemaudit.model import Reason, Text
from cemaudit.model.blocks import Block, Callout, Cell, Column, Heading, Paragraph, Section, Table, Words
from cemaudit.report.league.words import NOT_KNOWN, expected, number, percent, said, several_of
from cemaudit.report.sections.words import both

__all__ = ["method"]

USE = Text(
    ko="이 보고서는 도움이 필요한 곳을 찾고 개선하기 위한 것입니다. 개인을 평가하거나, 구분되지 않는 매장의 순위를 "
    "매기거나, 그 차이로 상벌을 주는 데 쓰지 마십시오.",
    en="This report is for finding where help is needed. It is not for judging persons, nor for ranking or "
    "rewarding stores that cannot be distinguished.",
)
ASSUMED = (
    Text(
        ko="평균적인 쇼퍼의 엄격도는 어느 지역에서나 같다고 봅니다.",
        en="The average shopper is assumed to be equally strict in every region.",
    ),
    Text(
        ko="쇼퍼 배정이 매장의 수준과 무관하다고 봅니다. 엄격한 쇼퍼를 일부러 나쁜 매장에 보내면 결과가 치우칩니다.",
        en="Who visits a store is assumed to have nothing to do with how good it is; strict shoppers sent to bad "
        "stores on purpose bias everything.",
    ),
    Text(
        ko="매장, 쇼퍼, 방문의 차이는 정규분포를 따른다고 봅니다.",
        en="Differences between stores, shoppers and visits are assumed to follow normal distributions.",
    ),
)
FACTORS = {
    "pool": Text(ko="쇼퍼 풀", en="pool"),
    "region": Text(ko="지역", en="region"),
    "wave": Text(ko="차수", en="wave"),
    "checklist": Text(ko="체크리스트의 판", en="version of the checklist"),
    "scheme": Text(ko="채점 체계", en="scheme"),
    "scenario": Text(ko="시나리오", en="scenario"),
    "brand": Text(ko="브랜드", en="brand"),
    "format": Text(ko="매장 형태", en="format"),
    "owner": Text(ko="점주", en="owner"),
}
SOURCES = {
    "store": Text(ko="매장", en="Stores"),
    "shopper": Text(ko="쇼퍼의 엄격도", en="Shoppers' severity"),
    "visit": Text(ko="그날의 사정과 우연", en="The day, and chance"),
}
Row = tuple[Cell | Words, ...]


def method(account: LeagueReportData) -> Section:
    """Use, model, assumptions, sample, rules and versions."""
    return Section(
        id="method",
        title=Text(ko="산출 방법과 용도", en="Method and use"),
        blocks=tuple(_blocks(account)),
        order=900,
        new_page=True,
    )


def _blocks(account: LeagueReportData) -> Iterator[Block]:
    league = account.league
    yield Callout(title=Text(ko="이 보고서의 용도", en="What this is for"), text=USE)
    yield Heading(text=Text(ko="모형", en="Model"))
    yield Paragraph(text=_model(league))
    if league.variance_components:
        yield _parts(league)
    yield Heading(text=Text(ko="가정", en="What is assumed"))
    yield _listed(ASSUMED)
    if league.notes:
        yield Heading(text=Text(ko="자료로 알 수 없는 것", en="What the data cannot show"))
        yield _listed([said(note) for note in league.notes])
    yield Heading(text=Text(ko="표본과 규칙", en="Sample and rules"))
    yield _sample(account)
    versions = f"cemaudit {__version__} · {', '.join((*league.facts.checklists, *league.facts.schemes))}"
    yield Paragraph(text=versions, quiet=True)


def _listed(sentences: Sequence[Words]) -> Paragraph:
    """Sentences below each other."""
    return Paragraph(text=both(lambda: "\n".join(f"• {sentence}" for sentence in sentences)), quiet=True)


def _model(league: League) -> Text:
    several = [factor.name for factor in league.factors if len(factor.levels) > 1]
    known = [FACTORS.get(name, Text(ko=name, en=name)) for name in several]
    random = [("매장", "store"), *([("쇼퍼", "shopper")] if league.shoppers else [])]
    ko = [*(one for one, _ in random), *(one.ko or "" for one in known)]
    en = [*(one for _, one in random), *(one.en or "" for one in known)]
    drawn = "매장과 쇼퍼는" if league.shoppers else "매장은", " and ".join(f"{one}s" for _, one in random)
    items = (
        (
            "점수는 적용된 항목이 쉬웠는지 어려웠는지를 먼저 감안했습니다. ",
            "Scores first allow for how easy the items were. ",
        )
        if league.facts.adjusted
        else ("", "")
    )
    scale = (
        ("비율은 아크사인 척도에서 비교했습니다. ", "Shares were compared on the arcsine scale. ")
        if league.facts.scale.name == "arcsine"
        else ("", "")
    )
    return Text(
        ko=f"혼합 모형: 방문 점수 = {' + '.join(ko)} + 우연. {drawn[0]} 임의 효과, 나머지는 고정 효과이며 REML로 "
        f"추정했습니다(200곳 미만이면 가능한 분산에 걸쳐 평균). {items[0]}{scale[0]}매장 점수는 정보가 적을수록 "
        "평균 쪽으로 당겨집니다.",
        en=f"Mixed model: score of a visit = {' + '.join(en)} + chance; {drawn[1]} are random effects, all "
        "else is fixed; estimated by REML (below 200 stores averaged over what the variances may be). "
        f"{items[1]}{scale[1]}A store's score is drawn towards the mean the less is known of it.",
    )


def _parts(league: League) -> Table:
    columns = (
        Column(title=Text(ko="방문 점수가 다른 까닭", en="Why scores of visits differ"), width=4),
        Column(title=Text(ko="표준편차", en="Standard deviation"), width=1.4, align="right"),
        Column(title=Text(ko="몫", en="Share"), width=1, align="right"),
    )
    decimals = 1 if league.facts.scale.name == "points" else 3
    rows: list[Row] = [
        (SOURCES.get(part.name, part.name), number(part.sd, decimals), percent(part.share))
        for part in league.variance_components
        if part.name != "shopper" or league.shoppers
    ]
    return Table(columns=columns, rows=tuple(rows))


def _sample(account: LeagueReportData) -> Table:
    league = account.league
    facts, rules, units = league.facts, league.rules, several_of(league)
    rows: list[Row] = [
        (Text(ko=units.ko, en=(units.en or "").capitalize()), f"{len(league.standings):,}"),
        (Text(ko="점수가 있는 방문", en="Visits with a score"), f"{facts.visits:,}"),
        (Text(ko="쇼퍼를 모르는 방문", en="Visits by an unknown shopper"), f"{facts.unknown_shopper_visits:,}"),
        (Text(ko="그중 기록이 미비한 방문", en="Of these, incomplete"), _incomplete(facts.incomplete)),
        *(_counted_states(facts.counted)),
        *((_left_out(reason), f"{count:,}") for reason, count in sorted(facts.left_out.items())),
        (Text(ko="순위를 매기는 최소 방문 수", en="Visits needed for a place"), f"{rules.least_visits}"),
        (Text(ko="구간의 수준", en="Level of intervals"), percent(rules.level)),
        (Text(ko="지목하는 확률", en="Probability that flags"), percent(rules.flag_at)),
        (Text(ko="지목 중 잘못일 비율(예상)", en="Flags expected to be wrong"), expected(league.false_flag_rate)),
        (Text(ko="지목이 찾아내는 비율(예상)", en="Share found by the flags"), expected(league.sensitivity)),
        (
            Text(ko="그룹 순서가 틀린 쌍(예상)", en="Pairs ordered wrongly by groups"),
            expected(league.order.discordance),
        ),
        (
            Text(ko="전부 순위를 매길 때 틀린 쌍(예상)", en="Pairs ordered wrongly by a full ranking"),
            expected(league.order.discordance_in_full),
        ),
    ]
    columns = (
        Column(title=Text(ko="사항", en="What"), width=4),
        Column(title=Text(ko="값", en="Value"), width=1.4, align="right"),
    )
    return Table(columns=columns, rows=tuple(rows))


def _incomplete(count: int | None) -> Words:
    """How many visits lack something their checklist asks."""
    return NOT_KNOWN if count is None else f"{count:,}"


def _counted_states(counted: Sequence[str]) -> Iterator[tuple[Text, Words]]:
    """Which states count, as the ledger is set; nothing where that is not known."""
    if counted:
        states = [VisitState(state) for state in counted]
        title = Text(ko="집계하는 상태", en="States that count")
        yield title, both(lambda: ", ".join(state.words for state in states))


def _left_out(reason: str) -> Words:
    """Why visits are not counted."""
    if reason not in set(Reason):
        texts = {
            EXCLUDED: Text(ko="뺀 방문: 제외 처리", en="Left out: excluded"),
            VisitState.RECEIVED: Text(ko="뺀 방문: 접수(미검토)", en="Left out: received, not reviewed"),
            VisitState.ACCEPTED: Text(ko="뺀 방문: 승인", en="Left out: accepted"),
            VisitState.RETURNED: Text(ko="뺀 방문: 반려", en="Left out: returned"),
            VisitState.CONTESTED: Text(ko="뺀 방문: 이의 제기", en="Left out: contested"),
            LEFT_OUT_INCOMPLETE: Text(ko="뺀 방문: 기록 미비", en="Left out: incomplete"),
        }
        return texts.get(reason, reason)
    left_out = Text(ko="뺀 방문", en="Left out")
    return both(lambda: f"{left_out}: {Reason(reason).words}")

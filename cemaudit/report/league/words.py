"""Words of a league: its units, its numbers, and the names of stores, which are strangers' words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cemaudit.compare.intervals import Interval, Standing
from cemaudit.errors import Sayable
from cemaudit.language import printable
from cemaudit.model import Text
from cemaudit.model.blocks import Paragraph, Words
from cemaudit.report.kit.numbers import MINUS
from cemaudit.report.sections.words import NOTHING, both

__all__ = [
    "counted", "expected", "mean_of_units", "name_of", "notes", "number", "one_of", "percent", "said", "several_of",
    "span", "worse_than", "worst_tenth",
]  # fmt: skip

if TYPE_CHECKING:
    from cemaudit.compare.league_table import League

UNITS: dict[str, tuple[Text, Text]] = {
    "store": (Text(ko="매장", en="store"), Text(ko="매장", en="stores")),
    "region": (Text(ko="지역", en="region"), Text(ko="지역", en="regions")),
    "format": (Text(ko="매장 형태", en="format"), Text(ko="매장 형태", en="formats")),
    "brand": (Text(ko="브랜드", en="brand"), Text(ko="브랜드", en="brands")),
    "owner": (Text(ko="점주", en="owner"), Text(ko="점주", en="owners")),
    "pool": (Text(ko="쇼퍼 풀", en="pool"), Text(ko="쇼퍼 풀", en="pools")),
}
LONGEST_NAME = 80
NOT_KNOWN = Text(ko="알 수 없음", en="not known")


def one_of(league: League) -> Text:
    """What is compared, one of it."""
    return UNITS.get(league.unit, UNITS["store"])[0]


def several_of(league: League) -> Text:
    """What is compared, several."""
    return UNITS.get(league.unit, UNITS["store"])[1]


def counted(league: League, count: int) -> Text:
    """So many of what is compared."""
    one, several = one_of(league), several_of(league)
    return Text(ko=f"{one.ko} {count:,}곳", en=f"{count:,} {(one if count == 1 else several).en}")


def expected(share: float | None) -> str:
    """An expected share as percent: never nothing at all, as nothing of the kind is certain."""
    return percent(None if share is None else max(share, 1e-9))


def said(words: Sayable | str) -> Words:
    """Something sayable in both languages; a stranger's words as they are."""
    return words if isinstance(words, str | Text) else both(lambda: str(words))


def notes(sentences: Iterable[Sayable | str], *, quiet: bool = True) -> list[Paragraph]:
    """A paragraph for each sentence."""
    return [Paragraph(text=said(sentence), quiet=quiet) for sentence in sentences]


def name_of(standing: Standing) -> str:
    """What a store is called, in a length a page can bear."""
    return printable(standing.name or standing.store, LONGEST_NAME)


def number(value: float | None, decimals: int = 1) -> str:
    """Points in print."""
    if value is None:
        return NOTHING
    text = f"{abs(value):,.{decimals}f}"
    return f"{MINUS}{text}" if value < 0 and text.strip("0.,") else text


def percent(share: float | None) -> str:
    """A share of 0 to 1 as whole percent; never 0 or 100 where it is not quite that."""
    if share is None:
        return NOTHING
    if 0 < share < 0.01:
        return "< 1%"
    return "> 99%" if 0.99 < share < 1 else f"{share:.0%}"


def span(interval: Interval | None, decimals: int = 1) -> str:
    """From the one end to the other."""
    return NOTHING if interval is None else f"{number(interval.low, decimals)} – {number(interval.high, decimals)}"


def worst_tenth(league: League) -> Text:
    """The tenth that the worst stores are in, by the direction of the measure."""
    if league.worse == "above":
        return Text(ko="점수가 높은(나쁜) 10%", en="highest tenth, the worst")
    return Text(ko="하위 10%", en="lowest tenth")


def mean_of_units(league: League) -> Text:
    """What the mean of the adjusted scores is called, in which each store counts the same."""
    units = several_of(league)
    return Text(ko=f"{units.ko} 평균", en=f"Mean of {units.en}")


def worse_than(league: League) -> Text:
    """What flagged stores are flagged for."""
    if league.target is None:
        tenth = worst_tenth(league)
        return Text(ko=f"{tenth.ko}일 가능성이 큰", en=f"probably among the {tenth.en}")
    aim = number(league.target)
    ko = f"목표 {aim}점에 미치지 못할" if league.worse == "below" else f"목표 {aim}점을 넘을"
    return Text(ko=f"{ko} 가능성이 큰", en=f"probably {league.worse} the target of {aim}")

"""The path of emotion: what was felt at each touchpoint, in the order a customer walks."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from cemaudit.hookspecs import Context
from cemaudit.model import Audit, Text
from cemaudit.model.blocks import Bars, Paragraph, Section, Series
from cemaudit_retail.items import SECTOR, whole
from cemaudit_retail.path import STORE_PATHS, Felt, feelings

__all__ = ["emotion_path"]

FEWEST = 2


def emotion_path(audit: Audit, context: Context) -> Iterator[Section]:
    """One section for audits along the store path, where at least two feelings were noted."""
    if audit.checklist.sector != SECTOR or audit.checklist.journey not in STORE_PATHS:
        return
    path = feelings(audit)
    if len(path) >= FEWEST:
        yield Section(
            id="retail.emotion-path",
            title=Text(ko="매장 동선을 따라 본 감정", en="Emotion along the store path"),
            blocks=(Paragraph(text=_in_words(path)), _bars(path, _visit_before(audit, context))),
            order=450,
        )


def _visit_before(audit: Audit, context: Context) -> Audit | None:
    alike = [earlier for earlier in context.history if earlier.checklist.ref == audit.checklist.ref]
    return alike[-1] if alike else None


def _bars(path: list[Felt], before: Audit | None) -> Bars:
    series = [Series(label=Text(ko="이번 방문", en="This visit"), values=tuple(float(one.emotion) for one in path))]
    if before:
        earlier = [before.score("touchpoint.emotion", one.touchpoint.id).value for one in path]
        values = tuple(None if value is None else float(value) for value in earlier)
        series.append(Series(label=Text(ko="지난 방문", en="The visit before"), values=values))
    return Bars(
        title=Text(
            ko="접점별 감정 (−100 매우 나쁨 ~ 100 매우 좋음)", en="Emotion by touchpoint (-100 worst to 100 best)"
        ),
        categories=tuple(one.touchpoint.title for one in path),
        series=tuple(series),
        low=-100,
        high=100,
    )


def _in_words(path: list[Felt]) -> Text:
    best, worst, last = max(path, key=_emotion), min(path, key=_emotion), path[-1]
    if best.emotion == worst.emotion:
        same = _signed(best.emotion)
        return Text(ko=f"모든 접점에서 느낌이 같았습니다: {same}.", en=f"It felt the same all along: {same}.")
    (ko_best, en_best), (ko_worst, en_worst), (ko_last, en_last) = map(_named, (best, worst, last))
    return Text(
        ko=f"가장 좋았던 순간: {ko_best}. 가장 나빴던 순간: {ko_worst}. 마지막 느낌: {ko_last}.",
        en=f"Best moment: {en_best}. Worst moment: {en_worst}. Last feeling: {en_last}.",
    )


def _signed(emotion: Fraction) -> str:
    rounded = whole(emotion)
    return f"{rounded:+}".replace("-", "−") if rounded else "0"


def _emotion(felt: Felt) -> Fraction:
    return felt.emotion


def _named(felt: Felt) -> tuple[str, str]:
    """The touchpoint with its emotion, in Korean and in English."""
    title, emotion = felt.touchpoint.title, _signed(felt.emotion)
    return f"{title.ko or title.en} ({emotion})", f"{title.en or title.ko} ({emotion})"

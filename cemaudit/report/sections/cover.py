"""The head of the first page: particulars and verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from cemaudit.hookspecs import Context
from cemaudit.model import Audit, Consent, Text
from cemaudit.model.aggregator import Aggregator
from cemaudit.model.blocks import Words
from cemaudit.model.episodes import Episode, attendance, episode_kind, episode_score
from cemaudit.report.document import Particular, Verdict
from cemaudit.report.sections.completeness import missing_counts
from cemaudit.report.sections.episode import missing_words, signed_points, tone_between
from cemaudit.report.sections.feeling import feeling
from cemaudit.report.sections.values import brief_title, headline, leading, reason_of, show, span_of
from cemaudit.report.sections.words import NOTHING, both, joined, when
from cemaudit.scoring.verdict import grade_reasons

__all__ = ["facts", "verdict"]


def facts(context: Context) -> tuple[Particular, ...]:
    """What was visited, when and as whom; the shopper stays unnamed."""
    audit = context.audits[-1]
    visit, checklist = audit.visit, audit.checklist
    scenario = {one.id: one.title for one in checklist.scenarios}.get(visit.scenario or "", visit.scenario)
    persona = {one.id: one.title for one in checklist.personas}.get(visit.persona or "", visit.persona)
    occasion = {one.id: one.title for one in checklist.occasions}.get(visit.occasion or "", visit.occasion)
    rows: list[tuple[Text, Words | None]] = [
        (Text(ko="방문", en="Visited"), _period(context.audits)),
        (Text(ko="코드", en="Code"), visit.store),
        (Text(ko="차수", en="Wave"), visit.wave),
        (Text(ko="시나리오", en="Scenario"), scenario),
        (Text(ko="페르소나", en="Persona"), persona),
        (Text(ko="상황", en="Occasion"), occasion),
        (Text(ko="장소", en="Place"), visit.place),
        (Text(ko="동의", en="Consent"), _consent(visit.consent)),
        (Text(ko="체크리스트", en="Checklist"), checklist.ref),
        (Text(ko="기록 미비", en="Incomplete"), missing_counts(context.audits)),
        (Text(ko="이전 방문", en="Visit before"), _before(context)),
    ]
    return tuple(Particular(label=label, value=value) for label, value in rows if value)


def _consent(consent: Consent | None) -> Words | None:
    """The day and form of the consent, and the day it was taken back."""
    if consent is None:
        return None
    given = f"{consent.date.isoformat()} · {consent.form}"
    if consent.withdrawn is None:
        return given
    day = consent.withdrawn.isoformat()
    return Text(ko=f"{given} ({day} 철회)", en=f"{given} (withdrawn {day})")


def _period(audits: Sequence[Audit]) -> Words:
    count = len(audits)
    if count == 1:
        return when(audits[0].visit)
    days = sorted(audit.visit.day.isoformat() for audit in audits if audit.visit.day)
    span = f"{days[0]} – {days[-1]}" if days else NOTHING
    return Text(ko=f"{span} ({count}회)", en=f"{span} ({count} visits)")


def _before(context: Context) -> Words | None:
    audit = context.audits[-1]
    earlier = [one for one in context.history if one.scheme.ref == audit.scheme.ref and one.headline.value is not None]
    if not earlier:
        return None
    last = earlier[-1]
    return joined([headline(last), f"({when(last.visit)[:10]})"], " ")


def verdict(context: Context) -> Verdict:
    """The grade and headline number of a visit; of an episode its one score, and how many visits have which grade."""
    return (
        _of_visit(context.audits[0], context.aggregators) if len(context.audits) == 1 else _of_episode(context.audits)
    )


def _of_visit(audit: Audit, aggregators: Mapping[str, Aggregator]) -> Verdict:
    band, measure, score = audit.band, leading(audit.scheme), audit.headline
    span = span_of(audit.scheme, measure)
    seen = show(audit.scheme, measure, score)
    return Verdict(
        label=band.label if band else "",
        title=both(lambda: str(band)) if band else Text(ko="등급 없음", en="Not graded"),
        tone=band.tone if band else "plain",
        text=_sentences(audit, aggregators) if score.value is not None else reason_of(score),
        value=str(seen.text) if score.value is not None else NOTHING,
        caption=brief_title(measure),
        at=seen.at,
        low=span.low if span else 0,
        high=span.high if span else 100,
    )


def _sentences(audit: Audit, aggregators: Mapping[str, Aggregator]) -> Words:
    """What decided the grade beside the number, the worst touchpoint first, and how the visit was in a sentence."""
    reasons: list[Words] = [*grade_reasons(audit, aggregators)]
    summary = feeling(audit)
    return joined([*reasons, *([summary] if summary else [])], " ")


def _of_episode(audits: Sequence[Audit]) -> Verdict:
    earned = Counter(audit.band.label for audit in audits if audit.band)
    grades = [
        both(lambda band=band: f"{band.label} {band.title or ''}: {earned[band.label]}")  # type: ignore[misc]
        for band in audits[-1].scheme.bands
        if earned[band.label]
    ]
    episode = Episode("", tuple(audits))
    kind, score, seen = episode_kind(episode), episode_score(episode), attendance(episode)
    words: list[Words] = [joined(grades, " · ") if grades else Text(ko="등급 없음", en="Not graded")]
    if seen.missing:
        words.insert(0, missing_words(seen))
    return Verdict(
        label="",
        title=Text(ko=f"방문 {len(audits)}회의 에피소드", en=f"A journey of {len(audits)} visits"),
        tone=tone_between(score, kind.low, kind.high),
        text=joined(words, " · "),
        value=NOTHING if score is None else signed_points(score, signed=kind.low < 0),
        caption=Text(ko=f"에피소드 전체 {kind.title.ko}", en=f"{kind.title.en}, whole episode"),
        at=None if score is None else float(score),
        low=kind.low,
        high=kind.high,
    )

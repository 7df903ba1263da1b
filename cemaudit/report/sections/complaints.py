"""Claims and blames in the customer's own words."""

from __future__ import annotations

from collections.abc import Sequence

from cemaudit.hookspecs import Context
from cemaudit.model import Audit, Text, label
from cemaudit.model.blocks import Cell, Column, Paragraph, Section, Table, Tone, Words
from cemaudit.report.sections.words import NOTHING, both, touchpoint_name, visit_name
from cemaudit.scoring.complaints import ClaimOutcome, claim_outcomes, claims_in_question

__all__ = ["complaints"]

CLAIM, BLAME = Text(ko="클레임", en="Claim"), Text(ko="원망", en="Blame")
ABOUT = Text(
    ko="클레임은 {customer:이} {company}에 말로 전한, 바로잡을 수 있는 불만입니다. "
    "원망은 {customer:이} {company:을} 탓하며 마음에 담아 둔 감정입니다. "
    "제때 풀지 못한 클레임이 원망으로 남기 쉽다는 것은 이 도구의 관점이며, 이 방문에서 확인한 사실이 아닙니다.",
    en="A claim is a complaint stated to {company} that can be put right. A blame is resentment laid on {company}, "
    "said aloud or not. That a claim not answered in time tends to become a blame is the view of this tool, not "
    "something this visit has shown.",
)
IN_WORDS_OF = Text(ko="{customer}의 말", en="In the {customer}'s words")


def complaints(context: Context) -> Section | None:
    """A table of claims and blames; ``None`` where there are none.

    What became of claims has a column where it was noted of any, and in an episode a sentence: how many became blames.
    """
    several = len(context.audits) > 1
    noted = any(claim.state for audit in context.audits for claim in audit.visit.claims)
    kinds: tuple[tuple[str, Text, Tone], ...] = (("claims", CLAIM, "fair"), ("blames", BLAME, "poor"))
    rows: list[tuple[Cell | Words, ...]] = [
        (
            Cell(text=name, tone=tone, strong=True),
            *((visit_name(audit),) if several else ()),
            touchpoint_name(audit, complaint.touchpoint),
            complaint.text,
            *((label(complaint.state) if complaint.state else NOTHING,) if noted else ()),
        )
        for audit in context.audits
        for field, name, tone in kinds
        for complaint in getattr(audit.visit, field)
    ]
    if not rows:
        return None
    words = context.audits[-1].checklist.words_at()
    columns = (
        Column(title=Text(ko="구분", en="Kind"), width=0.8),
        *((Column(title=Text(ko="방문", en="Visit"), width=1.3),) if several else ()),
        Column(title=Text(ko="접점", en="Touchpoint"), width=1.6),
        Column(title=words.put_in(IN_WORDS_OF), width=4.5),
        *((Column(title=Text(ko="처리 상태", en="What became of it"), width=1.4),) if noted else ()),
    )
    course = _claims_to_blames(context.audits)
    blocks = (
        Paragraph(text=words.put_in(ABOUT), quiet=True),
        Table(columns=columns, rows=tuple(rows)),
        *((Paragraph(text=course),) if course else ()),
    )
    return Section(id="complaints", title=Text(ko="클레임과 원망", en="Claims and blames"), blocks=blocks, order=600)


def _claims_to_blames(audits: Sequence[Audit]) -> Words | None:
    """How many claims became blames at a later visit of the episode; ``None`` where no claim had a visit after it."""
    visits = [audit.visit for audit in audits]
    claims = claims_in_question(claim_outcomes(visits), visits)
    if not claims or any(visit.episode is None for visit in visits):
        return None
    blamed = [outcome for outcome in claims if outcome.blamed_at is not None]
    counted = Text(
        ko=f"이후 방문이 있었던 클레임 {len(claims)}건, 그 가운데 같은 접점의 원망으로 이어진 클레임 {len(blamed)}건",
        en=f"Claims with a later visit: {len(claims)}; followed by a blame at the same touchpoint: {len(blamed)}",
    )
    return both(lambda: " – ".join([str(counted), *filter(None, [", ".join(_course(one, audits) for one in blamed)])]))


def _course(outcome: ClaimOutcome, audits: Sequence[Audit]) -> str:
    """The touchpoint of a claim, and the visits of the claim and of the blame."""
    first, later = audits[outcome.place], audits[outcome.blamed_at or 0]
    touchpoint = touchpoint_name(first, outcome.claim.touchpoint)
    return f"{touchpoint} ({visit_name(first)} \N{RIGHTWARDS ARROW} {visit_name(later)})"

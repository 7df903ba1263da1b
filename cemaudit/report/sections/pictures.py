"""Photos and receipts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cemaudit.hookspecs import Context
from cemaudit.model import Audit, Evidence, Text
from cemaudit.model.blocks import Block, Paragraph, Photo, Photos, Section
from cemaudit.report.media import inside
from cemaudit.report.sections.words import joined, visit_name

__all__ = ["pictures"]

PICTURES = {"photo", "receipt"}


def pictures(context: Context, media: Path | None) -> Section | None:
    """The pictures under ``media``; without it, how many there are. ``None`` where there is no evidence at all."""
    kept = [(audit, item, one) for audit in context.audits for item, one in _evidence(audit)]
    if not kept:
        return None
    several = len(context.audits) > 1
    shown = [entry for entry in kept if entry[2].kind in PICTURES] if media else []
    blocks: list[Block] = []
    if media and shown:
        photos = [_photo(audit, item, one, media, several=several) for audit, item, one in shown]
        blocks.append(Photos(photos=tuple(photos)))
    if rest := len(kept) - len(shown):
        text = Text(
            ko=f"이 보고서에 싣지 않은 증빙: {rest}건. 원본은 방문 기록과 함께 보관합니다.",
            en=f"Evidence not printed here: {rest}. The originals are kept with the record of the visit.",
        )
        blocks.append(Paragraph(text=text, quiet=True))
    return Section(
        id="pictures", title=Text(ko="사진과 증빙", en="Photos and evidence"), blocks=tuple(blocks), order=800
    )


def _evidence(audit: Audit) -> Iterator[tuple[str, Evidence]]:
    order = {item: number for number, item in enumerate(audit.checklist.items)}
    for item in sorted(audit.visit.evidence, key=lambda name: order.get(name, len(order))):
        yield from ((item, one) for one in audit.visit.evidence[item])


def _photo(audit: Audit, item: str, evidence: Evidence, media: Path, *, several: bool) -> Photo:
    touchpoint = audit.checklist.touchpoint_of.get(item)
    head = joined([visit_name(audit) if several else "", item, touchpoint.title if touchpoint else ""], " · ")
    return Photo(path=inside(media, evidence.file), caption=joined([head, evidence.caption]))

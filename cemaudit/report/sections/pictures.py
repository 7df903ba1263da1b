"""Photos and receipts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cemaudit.hookspecs import Context
from cemaudit.model import Audit, Evidence, Text
from cemaudit.model.blocks import Block, Paragraph, Photo, Photos, Section
from cemaudit.report.media import PICTURES, Media, folder_of, inside
from cemaudit.report.sections.words import joined, visit_name

__all__ = ["pictures"]

TITLE = Text(ko="사진과 증빙", en="Photos and evidence")


def pictures(context: Context, media: Media) -> Section | None:
    """The pictures in ``media``, and how many pieces are not printed. ``None`` where there is no evidence at all."""
    kept = [(audit, item, one) for audit in context.audits for item, one in _evidence(audit)]
    if not kept:
        return None
    several = len(context.audits) > 1
    photos = [
        _photo(audit, item, one, folder, several=several)
        for audit, item, one in kept
        if one.kind in PICTURES and (folder := folder_of(media, audit.visit.id))
    ]
    blocks: list[Block] = [Photos(photos=tuple(photos))] if photos else []
    if rest := len(kept) - len(photos):
        text = Text(
            ko=f"이 보고서에 싣지 않은 증빙: {rest}건. 원본은 방문 기록과 함께 보관합니다.",
            en=f"Evidence not printed here: {rest}. The originals are kept with the record of the visit.",
        )
        blocks.append(Paragraph(text=text, quiet=True))
    return Section(id="pictures", title=TITLE, blocks=tuple(blocks), order=800)


def _evidence(audit: Audit) -> Iterator[tuple[str, Evidence]]:
    order = {item: number for number, item in enumerate(audit.checklist.items)}
    for item in sorted(audit.visit.evidence, key=lambda name: order.get(name, len(order))):
        yield from ((item, one) for one in audit.visit.evidence[item])


def _photo(audit: Audit, item: str, evidence: Evidence, folder: Path, *, several: bool) -> Photo:
    touchpoint = audit.checklist.touchpoint_of.get(item)
    head = joined([visit_name(audit) if several else "", item, touchpoint.title if touchpoint else ""], " · ")
    return Photo(path=inside(folder, evidence.file), caption=joined([head, evidence.caption]))

"""Patient identifiers in free text: what must never be stored."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from cemaudit.model import Text, Visit

__all__ = ["identifiers", "written"]

_KINDS: tuple[tuple[re.Pattern[str], Text], ...] = (
    (
        # birth date, century and sex, then the rest in digits or masked
        re.compile(r"(?<!\d)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[-. ]?[1-8](?:\d{6}|[*xX●○]{6})(?!\d)"),
        Text(ko="주민등록번호로 보이는 숫자", en="what looks like a resident registration number"),
    ),
    (
        re.compile(r"(?<!\d)(?:\+?82[-. ]?(?:\(0\))?|0)1[016789][-. ]?\d{3,4}[-. ]?\d{4}(?!\d)"),
        Text(ko="휴대전화 번호로 보이는 숫자", en="what looks like a mobile number"),
    ),
    (
        re.compile(r"(?<!\d)\(?0(?:2|[3-6]\d)[-.) ] ?\d{3,4}[-. ]\d{4}(?!\d)"),
        Text(ko="전화번호로 보이는 숫자", en="what looks like a phone number"),
    ),
    (
        re.compile(
            r"(?:(?:차트|등록|병록|환자|진료) ?번호\D{0,4}|\bMRN\W{0,3}"
            r"|\b(?:chart|patient|hospital|medical record) ?(?:no\.?|number|id|#)\W{0,3})[A-Z]{0,3}\d{4,}",
            re.IGNORECASE,
        ),
        Text(ko="환자 등록번호로 보이는 숫자", en="what looks like a chart number"),
    ),
)
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−~"), "-")


def identifiers(text: str) -> tuple[Text, ...]:
    """The kinds of patient identifier in ``text``; the identifier itself is never repeated."""
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES)
    return tuple(kind for pattern, kind in _KINDS if pattern.search(plain))


def written(visit: Visit) -> Iterator[tuple[str, str]]:
    """Every free text of a visit with its place, also the names a person chose."""
    yield "shopper", visit.shopper or ""
    yield "persona", visit.persona or ""
    yield "place", visit.place or ""
    yield "occasion", visit.occasion or ""
    yield "consent.form", visit.consent.form if visit.consent else ""
    yield "episode.id", visit.episode.id if visit.episode else ""
    yield from ((f"answers.{item}", value) for item, value in visit.answers.items() if isinstance(value, str))
    yield from ((f"skipped.{item}", skip.reason or "") for item, skip in visit.skipped.items())
    yield from ((f"notes.{item}", note) for item, note in visit.notes.items())
    for item, pieces in visit.evidence.items():
        for piece in pieces:
            yield f"evidence.{item}", f"{piece.file} {piece.caption}"
    yield from ((f"claims.{claim.touchpoint}", claim.text) for claim in visit.claims)
    yield from ((f"blames.{blame.touchpoint}", blame.text) for blame in visit.blames)

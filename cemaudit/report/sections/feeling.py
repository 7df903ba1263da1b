"""What a visit was like, in one sentence, from how it was done and how it felt."""

from __future__ import annotations

from fractions import Fraction

from cemaudit.model import Audit, Text
from cemaudit.report.sections.values import MeasureRange, span_of

__all__ = ["feeling"]

SCALES = {"performance": MeasureRange(0, 100), "emotion": MeasureRange(-100, 100)}
DONE = 60
FELT = 20

_SENTENCES = {
    (True, 1): Text(
        ko="해야 할 일을 했고, {customer:은} 좋은 기분으로 돌아갔습니다.",
        en="The work was done, and the {customer} left feeling good.",
    ),
    (True, 0): Text(
        ko="해야 할 일은 했지만, {customer}의 마음에 남은 것은 적었습니다.",
        en="The work was done, but little of it was felt.",
    ),
    (True, -1): Text(
        ko="해야 할 일은 했지만, {customer:은} 언짢은 기분으로 돌아갔습니다.",
        en="The work was done, yet the {customer} left feeling bad.",
    ),
    (False, 1): Text(
        ko="부족한 점이 있었지만, {customer:은} 좋은 기분으로 돌아갔습니다.",
        en="Things were left undone, yet the {customer} left feeling good.",
    ),
    (False, 0): Text(
        ko="부족한 점이 많았고, {customer}의 마음에 남은 것도 적었습니다.",
        en="Much was left undone, and little of the visit was felt.",
    ),
    (False, -1): Text(
        ko="부족한 점이 많았고, {customer:은} 언짢은 기분으로 돌아갔습니다.",
        en="Much was left undone, and the {customer} left feeling bad.",
    ),
}


def feeling(audit: Audit) -> Text | None:
    """The sentence; ``None`` where the scheme does not score both performance and emotion on the usual scales."""
    performance, emotion = (_value(audit, name, span) for name, span in SCALES.items())
    if performance is None or emotion is None:
        return None
    felt = 1 if emotion >= FELT else -1 if emotion <= -FELT else 0
    return audit.checklist.words_at().put_in(_SENTENCES[performance >= DONE, felt])


def _value(audit: Audit, name: str, span: MeasureRange) -> Fraction | None:
    """The score of that name, where the scheme has it on that scale."""
    measure = audit.scheme.measure.get(name)
    return audit.score(name).value if measure and span_of(audit.scheme, measure) == span else None

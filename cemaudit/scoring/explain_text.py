"""The sentences of an explanation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from cemaudit.language import N_, message, printable, translate
from cemaudit.model import Reason
from cemaudit.scoring.exact import ScoreStep
from cemaudit.scoring.explain import ExplanationNode, MissingAnswerDecision
from cemaudit.scoring.rounding import number_words

__all__ = ["derivation_lines", "headline_of", "number_of", "reasons_of", "split_scored_parts"]

_NAMED = 3


def number_of(node: ExplanationNode) -> str:
    """``2 of 3``, ``66.7``, or why there is no score."""
    if node.value is None:
        why = node.reason.words if node.reason else ""
        return str(message("no score ({why})", why=why))
    value = number_words(node.value)
    if node.possible is None:
        return value
    return str(message("{points} of {possible}", points=value, possible=number_words(node.possible)))


def headline_of(node: ExplanationNode) -> str:
    """``GS02 = 1 of 2  ×2  “46 s”``: the name, the number, the weight, the answer."""
    segments = [f"{printable(node.name)} = {number_of(node)}"]
    if node.weight != 1:
        segments.append(f"×{number_words(node.weight)}")
    if node.answer:
        segments.append(f"“{printable(node.answer)}”")
    return "  ".join(segments)


def derivation_lines(node: ExplanationNode, *, as_shown: bool = True) -> Iterator[str]:
    """How a number came about: what was decided, how it was reckoned, and (``as_shown``) how it is printed."""
    if node.decision:
        yield from _decided(node.decision)
    if node.how:
        steps = (f"→ {_STEPS[step.what](step)} = {number_words(step.value)}" for step in node.steps)
        way = f"{node.how} [{node.formula}]" if node.formula else node.how
        if node.aggregate is not None:
            result = number_words(node.aggregate)
            way += f" = {result}" if node.working in {"", result} else f" = {node.working} = {result}"
        yield "  ".join([way, *steps])
    if as_shown and node.rounding and node.rounding.stage == "display" and node.value is not None:
        how = _rounded(node.rounding.mode, str(node.rounding.digits))
        yield str(message("shown as {value}: {how}", value=node.shown, how=how))


def split_scored_parts(children: Sequence[ExplanationNode]) -> tuple[list[ExplanationNode], list[ExplanationNode]]:
    """The parts that have a score, or whose lack of one must be seen, and those that may be folded into a line."""
    # A refused item decides the whole score, so it is never folded away.
    scored = [child for child in children if child.value is not None or child.reason is Reason.REFUSED]
    return scored, [child for child in children if child.value is None and child.reason is not Reason.REFUSED]


def reasons_of(unscored: Sequence[ExplanationNode]) -> str:
    """``3 without a score: 2 not applicable (A, B), 1 not answered (C)``; of many names the first few."""
    names = defaultdict(list)
    for node in unscored:
        names[node.reason.words if node.reason else ""].append(printable(node.name))
    reasons = ", ".join(
        f"{len(group)} {reason} ({', '.join([*group[:_NAMED], *(['…'] if len(group) > _NAMED else [])])})"
        for reason, group in names.items()
    )
    return f"{message('{count} without a score', count=len(unscored))}: {reasons}"


def _decided(decision: MissingAnswerDecision) -> Iterator[str]:
    cause = decision.cause.words if decision.cause else ""
    rule = "stays" if decision.rule == "give-to" and decision.points is None else decision.rule
    if rule:
        by = translate(_MAKERS[decision.rule_owner or "item"])
        points = number_words(decision.points or Fraction())
        yield str(message(_RULES[rule], cause=cause, by=by, heir=decision.heir, points=points))
    for giver, inherited in decision.inherited:
        yield str(
            message("{points} of the points possible come from {giver}", points=number_words(inherited), giver=giver)
        )


_RULES = {
    "exclude": N_("{cause}: left out ({by})"),
    "zero": N_("{cause}: counts 0 ({by})"),
    "full": N_("{cause}: counts in full ({by})"),
    "refuse": N_("{cause}: may not be left out ({by})"),
    "give-to": N_("{cause}: its points go to {heir}, as {points} more possible there ({by})"),
    "stays": N_("{cause}: left out; {heir} is not scored and cannot take its points ({by})"),
    "given": N_("taken from other audits ({by})"),
}

_MAKERS = {
    "item": N_("rule of the item"),
    "measure": N_("rule of the measure"),
    "scheme": N_("rule of the scheme"),
    "composition": N_("composition of the scheme"),
}


def _step_words(text: str) -> Callable[[ScoreStep], str]:
    return lambda step: str(message(text, detail=step.detail))


_STEPS: dict[str, Callable[[ScoreStep], str]] = {
    "times": _step_words(N_("times {detail}")),
    "plus": _step_words(N_("plus {detail}")),
    "table": _step_words(N_("looked up in the table")),
    "clamp": _step_words(N_("kept within {detail}")),
    "cap": _step_words(N_("capped, as {detail}")),
    "critical": _step_words(N_("capped, as critical item {detail} failed")),
    "round": lambda step: _rounded(*step.detail.split()),
}


def _rounded(mode: str, digits: str) -> str:
    return str(message("rounded {mode}, decimals: {digits}", mode=translate(_MODES[mode]), digits=digits))


_MODES = {
    "half-up": N_("half up"),
    "half-even": N_("half to even"),
    "down": N_("towards 0"),
    "up": N_("away from 0"),
    "floor": N_("down"),
    "ceiling": N_("up"),
}

"""The tree behind a number as a section of a report."""

from __future__ import annotations

from collections.abc import Iterator

from cemaudit.language import LANGUAGES, use
from cemaudit.model import Text
from cemaudit.model.blocks import Column, Section, Table, Words
from cemaudit.scoring.exact import Evaluation
from cemaudit.scoring.explain import ExplanationNode, explain
from cemaudit.scoring.explain_text import derivation_lines, number_of, number_words, reasons_of, split_scored_parts

__all__ = ["explanation_section"]

_STEP = "\N{EM SPACE}"
Row = tuple[str, str, str, str]


def explanation_section(evaluation: Evaluation, score: str, order: int = 850) -> Section:
    """How ``score`` came about, down to the answers; ``KeyError`` for no such score.

    Branches without a score are folded into one row each.
    """
    rows: dict[str, list[Row]] = {}
    for language in LANGUAGES:
        with use(language):
            rows[language] = list(_rows(explain(evaluation, score), 0))
    measure = evaluation.derivations[score].measure
    title = measure.title or Text(ko=score, en=score)
    columns = (
        Column(title=Text(ko="항목 · 지표", en="Item, measure"), width=4),
        Column(title=Text(ko="응답 · 계산", en="Answer, reckoning"), width=5),
        Column(title=Text(ko="가중치", en="Weight"), width=1, align="right"),
        Column(title=Text(ko="값", en="Value"), width=2.4, align="right"),
    )
    pairs = zip(rows["ko"], rows["en"], strict=True)
    return Section(
        id=f"explanation.{score}",
        title=Text(ko=f"계산 과정: {title.ko or title.en}", en=f"How it came about: {title.en or title.ko}"),
        blocks=(Table(columns=columns, rows=tuple(tuple(map(_both, ko, en)) for ko, en in pairs)),),
        order=order,
    )


def _rows(node: ExplanationNode, depth: int) -> Iterator[Row]:
    name = f"{node.title} ({node.name})" if node.title else node.name
    ways = [f"“{node.answer}”"] if node.answer else []
    weight = f"×{number_words(node.weight)}" if node.weight != 1 else ""
    yield _STEP * depth + name, "\n".join([*ways, *derivation_lines(node)]), weight, number_of(node)
    folded_parts, unscored = split_scored_parts(node.parts)
    for child in folded_parts:
        yield from _rows(child, depth + 1)
    if unscored:
        yield _STEP * (depth + 1) + reasons_of(unscored), "", "", ""


def _both(korean: str, english: str) -> Words:
    return korean if korean == english else Text(ko=korean, en=english)

"""An author's own visits, each with what must come of it: ``expected.jsonl`` beside the plugin's hooks.

One line a visit: ``{"visit": {...}, "scores": {"overall": "125/2"}, "band": "good", "findings": ["hotel.noise"]}``.
Scores are numbers or fractions; ``null`` where the visit has none. What is left out is not compared.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, ValidationError

from cemaudit.errors import BadInput, Problem
from cemaudit.language import Message, message
from cemaudit.model import Visit
from cemaudit.model.base import Exact, Id, Record
from cemaudit.scoring import Engine

__all__ = ["EXPECTED", "ExpectedVisit", "read_expected"]

EXPECTED = "expected.jsonl"


class ExpectedVisit(Record):
    """A visit, and its scores, band and findings as the author reckoned them."""

    visit: Visit
    scores: Annotated[dict[str, Exact | None], Field(min_length=1)]
    band: str | None = None
    findings: tuple[Id, ...] | None = None

    def differences(self, engine: Engine) -> Iterator[Message]:
        """Say where the audit of the visit is not as expected."""
        try:
            audit = engine.audit(self.visit)
        except BadInput as error:
            yield message("visit {visit}: {problem}", visit=self.visit.id, problem=error)
            return
        for name, expected in self.scores.items():
            score = audit.scores.get(name)
            if score is None or score.value != expected:
                found = None if score is None else score.value
                yield message("visit {visit}: {name} is {found}, expected {expected}", visit=self.visit.id, name=name,
                              found=_shown(found), expected=_shown(expected))  # fmt: skip
        label = audit.band.label if audit.band else None
        if self.band is not None and self.band != label:
            yield message("visit {visit}: {name} is {found}, expected {expected}", visit=self.visit.id, name="band",
                          found=label, expected=self.band)  # fmt: skip
        own = self.visit.checklist.partition(".")[0]
        rules = sorted({finding.rule for finding in audit.findings if finding.rule.partition(".")[0] == own})
        if self.findings is not None and rules != sorted(set(self.findings)):
            expected_rules = ", ".join(sorted(self.findings))
            yield message("visit {visit}: {name} is {found}, expected {expected}", visit=self.visit.id, name="findings",
                          found=", ".join(rules), expected=expected_rules)  # fmt: skip

    @classmethod
    def of_line(cls, line: str) -> Self:
        """Read one line of the file."""
        return cls.model_validate(json.loads(line))


def read_expected(file: Path) -> list[ExpectedVisit]:
    """Read a file of expected visits; none where it is absent, ``BadInput`` with the line where one is wrong."""
    if not file.is_file():
        return []
    expected = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            expected.append(ExpectedVisit.of_line(line))
        except (ValueError, ValidationError) as error:
            first = str(error).partition("\n")[0]
            raise BadInput(Problem(first, f"{file.name}: {number}")) from error
    return expected


def _shown(number: Fraction | None) -> str:
    return "-" if number is None else str(number)

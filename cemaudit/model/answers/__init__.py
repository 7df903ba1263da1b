"""Answer types: what may be answered to an item, and what it is worth.

Each type says for a value whether it fits (``problem``), its ``points``, and the most points possible (``possible``;
``None`` where the item carries no points). Points are exact rationals.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from cemaudit.model.answers.base import AnswerValue
from cemaudit.model.answers.choices import Choice, Choices, Option, YesNo
from cemaudit.model.answers.plain import Date, TextAnswer, Time
from cemaudit.model.answers.quantity import Quantity, Row
from cemaudit.model.answers.scales import Nps, Scale

__all__ = [
    "AnswerType", "AnswerValue", "Choice", "Choices", "Date", "Nps", "Option", "Quantity", "Row", "Scale", "TextAnswer",
    "Time", "YesNo",
]  # fmt: skip

AnswerType = Annotated[
    YesNo | Choice | Choices | Scale | Nps | Quantity | Date | Time | TextAnswer, Field(discriminator="type")
]

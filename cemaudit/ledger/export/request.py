"""What is to be exported."""

from __future__ import annotations

from dataclasses import dataclass

from cemaudit.ledger.query.keys import FACETS
from cemaudit.ledger.query.measured import Facets
from cemaudit.ledger.query.question import Question
from cemaudit.ledger.query.statement import EVERYTHING, Filter

__all__ = ["Request"]


@dataclass(frozen=True)
class Request:
    """Which visits, under the schemes in force or ``scheme``, and how.

    ``wide``: a row for each visit, else one for each thing noted or scored. ``words``: notes, words answered, and those
    of claims and blames too; ``shoppers``: their pseudonyms too; ``owners``: whose the stores are. None of them is
    given unless asked for.
    """

    which: Filter = EVERYTHING
    scheme: str | None = None
    wide: bool = True
    words: bool = False
    shoppers: bool = False
    owners: bool = False

    @property
    def question(self) -> Question:
        """The visits, as questions name them."""
        return Question(by=("checklist",), which=self.which, scheme=self.scheme)

    def keeps(self, facets: Facets) -> bool:
        """Whether something of these facets is wanted: nothing that was said of such facets is against it."""
        return all(
            set(condition.values) & set(facets[condition.key])
            for condition in self.which.conditions
            if condition.key in FACETS and condition.key in facets
        )

"""Forms that others have made (XLSForm), read as drafts of checklists."""

from cemaudit.exchange.questionnaires.draft import ChecklistDraft, import_form
from cemaudit.exchange.questionnaires.leftovers import Leftover, LeftoverKind
from cemaudit.exchange.questionnaires.survey import Facets, facets_of

__all__ = ["ChecklistDraft", "Facets", "Leftover", "LeftoverKind", "facets_of", "import_form"]

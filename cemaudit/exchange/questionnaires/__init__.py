"""Forms that others have made (XLSForm), read as drafts of checklists."""

from cemaudit.exchange.questionnaires.draft import ChecklistDraft, import_form
from cemaudit.exchange.questionnaires.facets import Facets, facets_of
from cemaudit.exchange.questionnaires.leftovers import Leftover, LeftoverKind

__all__ = ["ChecklistDraft", "Facets", "Leftover", "LeftoverKind", "facets_of", "import_form"]

"""Forms that others have made (XLSForm), read as drafts of checklists."""

from cemaudit.exchange.questionnaires.draft import Draft, import_form
from cemaudit.exchange.questionnaires.facets import Facets, facets_of
from cemaudit.exchange.questionnaires.leftovers import Leftover, Sort

__all__ = ["Draft", "Facets", "Leftover", "Sort", "facets_of", "import_form"]

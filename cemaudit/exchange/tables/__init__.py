"""Tables read: delimited text and workbooks as rows of text, mappings of their columns, and filled forms.

``read_table`` gives a table as text by column; ``load_mapping`` and ``import_table`` make visits of one,
``import_filled`` of a table or PDF that is a form of ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cemaudit.packages import front_door

if TYPE_CHECKING:
    from cemaudit.exchange.tables.filled_forms import FilledImport, holds_form, import_filled
    from cemaudit.exchange.tables.importing import Import, ImportCounts, arising, import_table
    from cemaudit.exchange.tables.input_table import InputRow, InputTable, read_table
    from cemaudit.exchange.tables.mapping import Mapping, load_mapping

__all__ = [
    "FilledImport",
    "Import",
    "ImportCounts",
    "InputRow",
    "InputTable",
    "Mapping",
    "arising",
    "holds_form",
    "import_filled",
    "import_table",
    "load_mapping",
    "read_table",
]

_HOMES = {
    "FilledImport": "filled_forms",
    "Import": "importing",
    "ImportCounts": "importing",
    "InputRow": "input_table",
    "InputTable": "input_table",
    "Mapping": "mapping",
    "arising": "importing",
    "holds_form": "filled_forms",
    "import_filled": "filled_forms",
    "import_table": "importing",
    "load_mapping": "mapping",
    "read_table": "input_table",
}
__getattr__, __dir__ = front_door(__name__, _HOMES)

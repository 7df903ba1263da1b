"""One word, one thing: a public class name stands once in the tree."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import cemaudit

SHARED = {
    "Answered",
    "Asked",
    "Beside",
    "Box",
    "Cell",
    "Change",
    "Coded",
    "Column",
    "Columns",
    "Command",
    "Comparison",
    "Counts",
    "Course",
    "Draft",
    "Entry",
    "Facts",
    "Felt",
    "Field",
    "Fitting",
    "Form",
    "Found",
    "Group",
    "Groups",
    "Header",
    "Job",
    "Jpeg",
    "Keeper",
    "Kind",
    "Leaf",
    "Limits",
    "Line",
    "Lines",
    "Logic",
    "Look",
    "Manifest",
    "Names",
    "Node",
    "Noted",
    "Number",
    "Option",
    "Outcome",
    "Part",
    "Placed",
    "Plan",
    "Point",
    "Question",
    "Record",
    "Row",
    "Rules",
    "Scale",
    "Scores",
    "Section",
    "Seen",
    "Series",
    "Setting",
    "Severity",
    "Sheet",
    "Shelf",
    "Shopper",
    "Shown",
    "Sort",
    "Source",
    "Span",
    "Standing",
    "State",
    "Statement",
    "Step",
    "Store",
    "Summary",
    "Table",
    "Taken",
    "Told",
    "Type",
    "Wanted",
}
"""Names that still stand for several things. The list only grows shorter: a name that is unique again leaves it."""


def test_a_class_name_stands_for_one_thing() -> None:
    names = Counter[str]()
    for path in Path(cemaudit.__file__).parent.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names.update(node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    assert {name for name, count in names.items() if count > 1 and not name.startswith("_")} == SHARED

"""One word, one thing: a public class name stands once in the tree."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import cemaudit


def test_a_class_name_stands_for_one_thing() -> None:
    names = Counter[str]()
    for path in Path(cemaudit.__file__).parent.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names.update(node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    assert [name for name, count in names.items() if count > 1 and not name.startswith("_")] == []

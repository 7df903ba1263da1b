"""Runs the examples of docs/python.md and writes what they print below them: ``python tools/python_page.py``."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[1] / "docs" / "python.md"
_EXAMPLE = re.compile(r'```python title="[^"]+"\n(?P<code>.*?)```\n(?P<output>\n```text\n.*?```\n)?', re.DOTALL)


def refreshed(text: str) -> str:
    """Return the page with what its examples print; each goes on where the one before it stopped."""
    names: dict[str, Any] = {}

    def ran(example: re.Match[str]) -> str:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(example["code"], str(PAGE), "exec"), names)
        if not example["output"]:
            return example[0]
        head = example[0].removesuffix(example["output"])
        return f"{head}\n```text\n{printed.getvalue()}```\n"

    return _EXAMPLE.sub(ran, text)


if __name__ == "__main__":
    PAGE.write_text(refreshed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")

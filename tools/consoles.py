"""Run every command the documentation shows, and write down what it says today.

``python tools/consoles.py`` renews the ``console`` blocks of ``docs/*.md``. They run in a folder with all files the
pages show (blocks with ``title="name"``) and a made-up chain in ``demo-output``.
Read the difference before you commit it.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
FILE = re.compile(r'^```\w+ title="([^"/]+)"\n(.*?)^```$', re.MULTILINE | re.DOTALL)
CONSOLE = re.compile(r"(^```console\n)(.*?)(^```$)", re.MULTILINE | re.DOTALL)
DEMO = "cemaudit demo --out demo-output --stores 12 --no-plugin hospital --no-plugin ecommerce"
COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)


def renewed(page: str, folder: Path) -> str:
    """The page with the output of all its commands as it is today."""
    return CONSOLE.sub(lambda block: block[1] + _block(block[2], folder) + block[3], page)


def _block(text: str, folder: Path) -> str:
    said, code = [], 0
    for command, _ in COMMAND.findall(text):
        if command == "echo $?":
            said.append(f"$ {command}\n{code}\n")
        else:
            output, code = _run(command, folder)
            said.append(f"$ {command}\n{output}")
    return "".join(said)


def _run(command: str, folder: Path) -> tuple[str, int]:
    program, *arguments = shlex.split(command)
    if program != "cemaudit":
        raise SystemExit(f"only cemaudit can be run here: {command}")
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": "en", "COLUMNS": "80", "PYTHONUTF8": "1"}
    line = [sys.executable, "-m", "cemaudit", *arguments]
    done = subprocess.run(line, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr, done.returncode


def main() -> None:
    """Renew all pages."""
    pages = {path: path.read_text(encoding="utf-8") for path in sorted(DOCS.glob("*.md"))}
    with tempfile.TemporaryDirectory() as name:
        for text in pages.values():
            for title, content in FILE.findall(text):
                (Path(name) / title).write_text(content, encoding="utf-8")
        _run(DEMO, Path(name))
        for path, text in pages.items():
            path.write_text(renewed(text, Path(name)), encoding="utf-8")


if __name__ == "__main__":
    main()

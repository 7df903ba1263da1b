"""Nothing of the place it was made in is left in the repository; pages are short and their links lead somewhere."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

LONGEST_PAGE = 220
LINK = re.compile(r"\[[^\]]*\]\(([^)\s#]+)(?:#[^)]*)?\)")
PLACES = re.compile("|".join(("/" + "work/", "/" + "tmp/", "/" + "root/", "/" + "home/", "~" + "/")))
HOSTS = re.compile("|".join(("py" + r"pi\.org", "python" + r"hosted\.", "npm" + r"js\.")))
LEFT_OVER = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3)) + r")\b")
NOT_OURS = {"build", "dist", "demo-output", "__pycache__"}


def files(root: Path) -> Iterator[Path]:
    """Every file of the repository: those git knows, or where there is no git, those lying there."""
    if (root / ".git").exists():
        command = ["git", "-C", str(root), "ls-files", "-z"]
        listed = subprocess.run(command, capture_output=True, text=True, check=False)
        if listed.returncode == 0:
            yield from (root / name for name in listed.stdout.split("\0") if name and (root / name).is_file())
            return
    for folder, below, names in os.walk(root):
        here = Path(folder)
        below[:] = [name for name in below if not _is_strange(here / name)]
        yield from (here / name for name in names if not name.startswith("."))


def _is_strange(folder: Path) -> bool:
    made = folder.name in NOT_OURS or folder.name.startswith(".") or folder.name.endswith(".egg-info")
    return made or (folder / "pyvenv.cfg").exists()


def texts(root: Path) -> Iterator[tuple[str, str]]:
    for file in files(root):
        data = file.read_bytes()
        if b"\0" not in data[:8000]:
            yield str(file.relative_to(root)), data.decode("utf-8", "replace")


def test_no_file_tells_where_it_was_made(root: Path) -> None:
    known = list(texts(root))
    assert len(known) > 50
    found = [
        f"{name}: {match[0]}"
        for name, text in known
        for pattern in (PLACES, HOSTS, LEFT_OVER)
        for match in pattern.finditer(text)
    ]
    assert found == []


def test_links_lead_somewhere(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_pages_are_short(page: Path) -> None:
    """What commands say does not count; nobody has to write or read it line by line."""
    written = re.sub(r"^```console\n.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    assert len(written.splitlines()) <= LONGEST_PAGE


def test_every_page_is_found_from_the_overview(pages: dict[str, str]) -> None:
    linked = set(LINK.findall(pages["architecture.md"]))
    assert set(pages) - {"architecture.md"} <= linked

"""A report into its file: named safely, never half-written."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from pathlib import Path

from cemaudit.files import replaced
from cemaudit.language import Language, use
from cemaudit.report.document import Report
from cemaudit.report.kit.render import render

__all__ = ["file_name", "report_bytes", "write_report"]

LONGEST_PART = 32


def write_report(report: Report, folder: Path, language: Language) -> Path:
    """Draws the report in ``language`` and puts it into ``folder``; the path of the file.

    A file of the same report and language is replaced, whole. ``BadEnvironment`` where the folder cannot be written.
    """
    target = folder / file_name(report, language)
    data = report_bytes(report, language)
    with replaced(target) as file:
        file.write(data)
    return target


def report_bytes(report: Report, language: Language) -> bytes:
    """The PDF itself."""
    with use(language):
        return render(report)


def file_name(report: Report, language: Language) -> str:
    """``store-day-language-hash.pdf``, of small letters, digits and hyphens, whatever the store is called."""
    parts = [slug for part in report.key[:2] if (slug := _slug(part))] or ["report"]
    known = hashlib.sha256("\x1f".join(report.key).encode("utf-8", "replace")).hexdigest()[:10]
    return f"{'-'.join(parts)}-{language}-{known}.pdf"


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:LONGEST_PART].strip("-")

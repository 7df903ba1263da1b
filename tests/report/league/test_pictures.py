"""The first two pages look as they did; renewed as the pictures of other reports are."""

from __future__ import annotations

import pytest

from cemaudit.report import league_report, report_bytes


@pytest.mark.parametrize("language", ["ko", "en"])
def test_first_pages(account, read, compare, language):
    report = league_report(account).model_copy(update={"imprint": "cemaudit"})
    pdf = read(report_bytes(report, language))
    for page in (0, 1):
        compare(pdf.picture(page, 1.0), f"league-{page + 1}-{language}")

"""Draw the picture of the README: two pages of a simulated store's report, one Korean, one English.

``python tools/pictures.py`` writes ``docs/images/report.png``.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pypdfium2
from PIL import Image

from cemaudit.cli.lenses import journey_view
from cemaudit.hookspecs import Context
from cemaudit.report import store_report, write_report
from cemaudit.scoring import Engine
from cemaudit.simulate import simulate

PICTURE = Path(__file__).parents[1] / "docs" / "images" / "report.png"
PAGES = (("ko", 0), ("en", 1))
GAP = 24
LENS = "acass"


def main() -> None:
    """Draw the pages side by side."""
    engine = Engine()
    visits = simulate(engine.library.checklist("retail.green-smile@2.0.0"), stores=6, visits=1, seed=5)
    visit = next(visit for visit in visits if visit.persona)
    context = Context((engine.audit(visit),))
    report = store_report(context, engine.sections(context), view=journey_view(engine, context, LENS))
    with tempfile.TemporaryDirectory() as folder:
        pages = [
            pypdfium2.PdfDocument(write_report(report, Path(folder), language))[number].render(scale=0.9).to_pil()
            for language, number in PAGES
        ]
    width, height = pages[0].size
    sheet = Image.new("RGB", (2 * width + 3 * GAP, height + 2 * GAP), "#dfe5ea")
    for number, page in enumerate(pages):
        sheet.paste(page, (GAP + number * (width + GAP), GAP))
    PICTURE.parent.mkdir(exist_ok=True)
    sheet.quantize(256, dither=Image.Dither.NONE).save(PICTURE, optimize=True)


if __name__ == "__main__":
    main()

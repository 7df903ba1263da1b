"""The file as a whole."""

from __future__ import annotations

import io

import pikepdf
import pytest
from reportlab import rl_config

from cemaudit.model.blocks import Paragraph
from cemaudit.report import report_bytes, store_report


@pytest.mark.parametrize("language", ["ko", "en"])
def test_only_our_fonts_and_all_of_them_embedded(context, language):
    with pikepdf.open(io.BytesIO(report_bytes(store_report(context), language))) as pdf:
        fonts = [each for each in pdf.objects if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/Font"]
        assert fonts
        for font in fonts:
            assert "CEMSansKR" in str(font.BaseFont)
            assert "/FontFile2" in font.FontDescriptor
            assert "/ToUnicode" in font


def test_regular_and_bold_are_two_faces(context):
    with pikepdf.open(io.BytesIO(report_bytes(store_report(context), "en"))) as pdf:
        names = {
            str(each.BaseFont) for each in pdf.objects if isinstance(each, pikepdf.Dictionary) and "/BaseFont" in each
        }
    assert any("Regular" in name for name in names)
    assert any("Bold" in name for name in names)


def test_the_file_is_sound(context):
    with pikepdf.open(io.BytesIO(report_bytes(store_report(context), "ko"))) as pdf:
        assert pdf.check_pdf_syntax() == []
        assert str(pdf.docinfo.Title) == "고객경험 진단 보고서 · 한빛 강남점"
        assert str(pdf.docinfo.Author) == "cemaudit"
        assert str(pdf.Root.Lang) == "ko-KR"
    with pikepdf.open(io.BytesIO(report_bytes(store_report(context), "en"))) as pdf:
        assert str(pdf.Root.Lang) == "en"


def test_pages_are_numbered(draw):
    pages = draw(*[Paragraph(text="words " * 300) for _ in range(12)]).pages
    for number, page in enumerate(pages, 1):
        assert f"{number} / {len(pages)}" in " ".join(page.split())


def test_reportlab_is_left_as_it_was_found(draw):
    before = rl_config.useA85
    draw(Paragraph(text="words"))
    assert rl_config.useA85 == before


def test_sections_on_new_pages_are_never_preceded_by_an_empty_one(context, read):
    assert all(page.strip() for page in read(report_bytes(store_report(context), "en")).pages)

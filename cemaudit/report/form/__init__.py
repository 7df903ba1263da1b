"""A checklist as a PDF form, to print or to fill in on a screen; ``cemaudit.exchange.forms.pdf`` reads it back."""

from cemaudit.report.form.write import pdf_form, write_pdf_form

__all__ = ["pdf_form", "write_pdf_form"]

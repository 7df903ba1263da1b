"""Draws blocks on pages. The only place that knows reportlab; nothing of it shows outside ``cemaudit.report``."""

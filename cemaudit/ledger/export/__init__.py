"""Visits, answers and scores for spreadsheets and other programs: redacted unless asked otherwise."""

"""Forms to fill in elsewhere, one for each checklist: phones, spreadsheets, paper; and the one reader back."""

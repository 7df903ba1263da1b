"""Headquarters' ledger: visits of many shoppers and years, nothing lost, nothing twice, nothing overwritten."""

from cemaudit.ledger.ledger import Ledger, LedgerVisit, open_ledger

__all__ = ["Ledger", "LedgerVisit", "open_ledger"]

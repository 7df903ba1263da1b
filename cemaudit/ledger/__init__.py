"""Headquarters' ledger: visits of many shoppers and years, nothing lost, nothing twice, nothing overwritten."""

from cemaudit.ledger.ledger import Held, Ledger, opened

__all__ = ["Held", "Ledger", "opened"]

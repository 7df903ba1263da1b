"""The programme of a chain: what follows from findings and comparisons, computed over the ledger and its snapshot.

What was decided is kept by ``cemaudit.ledger``; nothing here writes to it.
"""

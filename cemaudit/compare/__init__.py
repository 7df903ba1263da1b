"""Comparing stores: what may be concluded from their visits, and what may not."""

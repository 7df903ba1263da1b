"""What is compared, in words."""

from __future__ import annotations

from cemaudit.language import message

__all__ = ["UNITS"]

UNITS = {
    "store": message("Store"),
    "region": message("Region"),
    "format": message("Format"),
    "brand": message("Brand"),
    "owner": message("Owner"),
    "pool": message("Pool"),
}
"""One of what is compared, by its key."""

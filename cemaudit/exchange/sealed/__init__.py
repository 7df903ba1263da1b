"""The sealed visit: one file with a visit, its evidence and the statement of the shopper, and a seal on all of it."""

from cemaudit.exchange.sealed.archive import SUFFIX, is_sealed, sealed_name
from cemaudit.exchange.sealed.reading import Sealed, read_sealed
from cemaudit.exchange.sealed.records import SealedManifest, Statement
from cemaudit.exchange.sealed.writing import write_sealed

__all__ = ["SUFFIX", "Sealed", "SealedManifest", "Statement", "is_sealed", "read_sealed", "sealed_name", "write_sealed"]

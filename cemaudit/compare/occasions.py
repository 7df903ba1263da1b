"""The occasions of visits: what of a visit is neither its store nor its shopper."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cemaudit.compare.coded import Coded, Factor

__all__ = ["Occasions"]

Columns = dict[str, NDArray[Any]]


class Occasions:
    """The waves under versions that a table has visits of: how many there are, and their ``factors``."""

    def __init__(self, table: Coded) -> None:
        self._versions = len(table.versions)
        there = table.columns("select distinct wave, version from compared")
        self._keys = np.unique(self._key_of(there))
        waves, versions = self._keys // self._versions, self._keys % self._versions
        wave = Factor("wave", table.keys["wave"].levels, waves.astype(np.int32))
        self.factors = (wave, *(one._replace(codes=one.codes[versions]) for one in table.of_versions))
        self.count = len(self._keys)

    def _key_of(self, columns: Columns) -> NDArray[np.int64]:
        return np.asarray(columns["wave"].astype(np.int64) * self._versions + columns["version"])

    def of(self, columns: Columns) -> NDArray[np.intp]:
        """The places of rows that have a ``wave`` and a ``version``."""
        return np.searchsorted(self._keys, self._key_of(columns))

"""The visits that are compared, each a row of arrays: what the cross-tabulations must agree with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from cemaudit.compare.asked import Asked
from cemaudit.compare.coded import Coded, Codes, Factor, coded
from cemaudit.compare.facts import Facts
from cemaudit.compare.mixed.sums import Sparse, Sums, sums_of_rows
from cemaudit.ledger.query.reading import Local

__all__ = ["Observed", "indicators", "observe", "observed"]


@dataclass(frozen=True, eq=False)
class Observed:
    """``n`` visits: ``score`` (n; adjusted, on the scale asked for) and ``raw`` (n; points as they are); ``store`` and
    ``shopper`` (n; places among ``stores`` and ``shoppers``, -1 where a shopper is not known); ``factors``, their codes
    visit by visit.
    """

    facts: Facts
    stores: tuple[str, ...]
    shoppers: tuple[str, ...]
    store: Codes
    shopper: Codes
    factors: tuple[Factor, ...]
    score: NDArray[np.float64]
    raw: NDArray[np.float64]

    def sums(self) -> Sums:
        """What the model needs of them; fixed columns: 1, then every level of every factor."""
        fixed = sparse.hstack([np.ones((len(self.score), 1)), indicators(self.factors, len(self.score))], format="csr")
        levels = [len(self.stores), *([len(self.shoppers)] if self.shoppers else [])]
        randoms = [self.shopper] if self.shoppers else []
        return sums_of_rows(self.store, randoms, fixed, self.score, levels=levels)


def indicators(factors: Sequence[Factor], rows: int) -> Sparse:
    """A column for each level of each factor, 1 where it holds."""
    blocks = [
        sparse.csr_array((np.ones(rows), factor.codes, np.arange(rows + 1)), shape=(rows, len(factor.levels)))
        for factor in factors
    ]
    return sparse.hstack(blocks, format="csr") if blocks else sparse.csr_array((rows, 0))


def observe(reading: Local, asked: Asked) -> Observed:
    """The visits that are asked about; ``BadInput`` and ``CannotTell`` as for ``coded``."""
    with coded(reading, asked) as table:
        return observed(table)


def observed(table: Coded) -> Observed:
    """The visits of a table, in no order."""
    rows = table.columns("select store, shopper, wave, version, raw, score from compared")
    of_stores = [factor._replace(codes=factor.codes[rows["store"]]) for factor in table.of_stores]
    of_versions = [factor._replace(codes=factor.codes[rows["version"]]) for factor in table.of_versions]
    return Observed(
        table.facts,
        table.stores,
        table.shoppers,
        rows["store"],
        rows["shopper"],
        (*of_stores, Factor("wave", table.keys["wave"].levels, rows["wave"]), *of_versions),
        rows["score"] / table.facts.scale.unit,
        rows["raw"] / 100,
    )

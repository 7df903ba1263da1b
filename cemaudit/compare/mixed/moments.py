"""Variances by equating sums of squares to what is expected of them: where the search begins, and whether it can end.

With Z_r the incidence of random factor r and Q the projection off the fixed columns, the expectation of |Z_r' Q y|²
is the sum over s of |Z_r' Q Z_s|² times the variance of s, the residual counting as one more factor with Z = 1
(MINQUE with zero prior weights: Rao 1971, Journal of Multivariate Analysis 1:257-275; Hartley, Rao & LaMotte 1978,
Biometrics 34:233-242). These variances can be told apart exactly if the matrix of those squares can be inverted.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import linalg

from cemaudit.compare.mixed.sums import Matrix, Sums, Vector

__all__ = ["Moments"]

_WITHOUT_AN_ANSWER = 0.5
_RANGE = (0.1, 10.0)


@dataclass(frozen=True, eq=False)
class Moments:
    """``matrix``: |Z_r' Q Z_s|² for units, further random factors and residual; ``right``: |Z_r' Q y|².

    ``raw``: |Z_r' Z_r|², the diagonal as it would be without fixed columns.
    """

    matrix: Matrix
    right: Vector
    raw: Vector

    @staticmethod
    def of(sums: Sums) -> Moments:
        """Of ``sums`` without aliased columns."""
        return _Projected(sums).moments()

    def ratios(self) -> Vector:
        """Roughly, the standard deviation of each random factor over the residual one: 0.1 to 10."""
        try:
            *variances, residual = np.linalg.solve(self.matrix, self.right)
        except np.linalg.LinAlgError:
            residual = 0.0
        if not residual > 0:
            return np.full(len(self.right) - 1, _WITHOUT_AN_ANSWER)
        return np.asarray(np.clip(np.sqrt(np.maximum(variances, 0.0) / residual), *_RANGE))

    def likeness(self) -> Matrix:
        """How alike the variances' marks are: 1 on the diagonal, 1 elsewhere where two cannot be told apart.

        A row is 0 where the fixed columns explain all that a factor could.
        """
        own = np.diagonal(self.matrix)
        roots = np.sqrt(np.where(own > 1e-9 * self.raw, own, np.inf))
        return np.asarray(self.matrix / np.outer(roots, roots))


class _Projected:
    """Cross-products between random factors after the fixed columns are taken out of them.

    ``explained``: for each random level, its part along the fixed columns in orthonormal coordinates (p x levels).
    """

    def __init__(self, sums: Sums) -> None:
        self.sums = sums
        self.total = sums.total()
        self.ends = np.cumsum((0, *sums.levels))
        totals = np.concatenate([sums.unit_totals, sums.dense_totals])
        last = self.ends[-1]
        lower = np.linalg.cholesky(self.total[last:, last:].toarray())
        self.explained = linalg.solve_triangular(lower, self.total[last:, :last].toarray(), lower=True)
        along = linalg.solve_triangular(lower, totals[last:], lower=True)
        self.totals = totals[:last] - self.explained.T @ along
        self.squares = sums.squares - float(along @ along)

    def spans(self) -> list[slice]:
        return [slice(low, high) for low, high in pairwise(self.ends.tolist())]

    def _square(self, one: slice, other: slice) -> tuple[float, float]:
        """|Z_r' Z_s|² and |Z_r' Q Z_s|²."""
        cells, left, right = self.total[one, other], self.explained[:, one], self.explained[:, other]
        raw = float((cells.data**2).sum())
        mixed = float(((cells.T @ left.T).T * right).sum())
        return raw, raw - 2.0 * mixed + float(((left @ left.T) * (right @ right.T)).sum())

    def moments(self) -> Moments:
        spans, size = self.spans(), len(self.sums.levels)
        matrix, raw = np.empty((size + 1, size + 1)), np.empty(size + 1)
        for row, one in enumerate(spans):
            for column, other in enumerate(spans[: row + 1]):
                raw[row], matrix[row, column] = self._square(one, other)
                matrix[column, row] = matrix[row, column]
            once = self.total.diagonal()[one].sum() - (self.explained[:, one] ** 2).sum()
            matrix[row, size] = matrix[size, row] = once
        raw[size], matrix[size, size] = self.sums.visits, self.sums.visits - self.sums.fixed
        right = np.array([*(float((self.totals[span] ** 2).sum()) for span in spans), self.squares])
        return Moments(matrix, right, raw)

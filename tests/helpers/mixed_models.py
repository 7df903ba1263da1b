"""Small tables whose mixed models are published, and small designs whose answers a dense textbook formula gives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from cemaudit.compare.mixed_model.crossproducts import CrossProducts, cross_products_of_rows

# Davies & Goldsmith 1972, Statistical Methods in Research and Production: five yields of each of six batches.
DYESTUFF = """
1545 1440 1440 1520 1580 1540 1555 1490 1560 1495 1595 1550 1605 1510 1560 1445 1440 1595 1465 1545 1595 1630
1515 1635 1625 1520 1455 1450 1480 1445
"""

# Box & Tiao 1973, Bayesian Inference in Statistical Analysis: made up, batches no more different than chance.
DYESTUFF2 = """
7.298 3.846 2.434 9.566 7.99 5.22 6.556 0.608 11.788 -0.892 0.11 10.386 13.434 5.51 8.166 2.212 4.852 7.092
9.288 4.98 0.282 9.014 4.458 9.446 7.198 1.722 4.782 8.106 0.758 3.758
"""

# Davies & Goldsmith 1972: diameters on 24 plates, each with the same six samples.
PENICILLIN = """
27 23 26 23 23 21 27 23 26 23 23 21 25 21 25 24 24 20 26 23 25 23 23 20 25 22 26 22 23 20 24 22 25 23 22 19 24
20 23 21 22 19 26 22 26 24 24 21 24 21 24 22 22 20 24 21 24 23 22 19 26 23 26 24 24 21 25 22 26 24 24 20 26 24
26 24 25 22 26 23 26 23 23 20 26 23 25 24 24 22 25 22 25 23 23 20 25 21 24 23 23 20 25 22 24 23 23 19 24 21 23
21 21 19 26 23 26 24 24 21 25 21 24 22 22 18 25 22 25 22 22 20 24 21 24 22 24 19 24 21 24 22 21 18
"""

# Davies & Goldsmith 1972: strengths of ten batches, three casks of each, two tests of each cask.
PASTES = """
62.8 62.6 60.1 62.3 62.7 63.1 60 61.4 57.5 56.9 61.1 58.9 58.7 57.5 63.9 63.1 65.4 63.7 57.1 56.4 56.9 58.6 64.7
64.5 55.1 55.1 54.7 54.2 58.8 57.5 63.4 64.9 59.3 58.1 60.5 60 62.5 62.6 61 58.7 56.9 57.7 59.2 59.4 65.2 66
64.8 64.1 54.8 54.8 64 64 57.7 56.8 58.3 59.3 59.2 59.2 58.9 56.6
"""

# Belenky et al. 2003, Journal of Sleep Research 12:1-12: reaction times of 18 drivers on days 0 to 9.
SLEEP = """
249.56 258.7047 250.8006 321.4398 356.8519 414.6901 382.2038 290.1486 430.5853 466.3535 222.7339 205.2658
202.9778 204.707 207.7161 215.9618 213.6303 217.7272 224.2957 237.3142 199.0539 194.3322 234.32 232.8416
229.3074 220.4579 235.4208 255.7511 261.0125 247.5153 321.5426 300.4002 283.8565 285.133 285.7973 297.5855
280.2396 318.2613 305.3495 354.0487 287.6079 285. 301.8206 320.1153 316.2773 293.3187 290.075 334.8177 293.7469
371.5811 234.8606 242.8118 272.9613 309.7688 317.4629 309.9976 454.1619 346.8311 330.3003 253.8644 283.8424
289.555 276.7693 299.8097 297.171 338.1665 332.0265 348.8399 333.36 362.0428 265.4731 276.2012 243.3647 254.6723
279.0244 284.1912 305.5248 331.5229 335.7469 377.299 241.6083 273.9472 254.4907 270.8021 251.4519 254.6362
245.4523 235.311 235.7541 237.2466 312.3666 313.8058 291.6112 346.1222 365.7324 391.8385 404.2601 416.6923
455.8643 458.9167 236.1032 230.3167 238.9256 254.922 250.7103 269.7744 281.5648 308.102 336.2806 351.6451
256.2968 243.4543 256.2046 255.5271 268.9165 329.7247 379.4445 362.9184 394.4872 389.0527 250.5265 300.0576
269.8939 280.5891 271.8274 304.6336 287.7466 266.5955 321.5418 347.5655 221.6771 298.1939 326.8785 346.8555
348.7402 352.8287 354.4266 360.4326 375.6406 388.5417 271.9235 268.4369 257.2424 277.6566 314.8222 317.2135
298.1353 348.1229 340.28 366.5131 225.264 234.5235 238.9008 240.473 267.5373 344.1937 281.1481 347.5855 365.163
372.2288 269.8804 272.4428 277.8989 281.7895 279.1705 284.512 259.2658 304.6306 350.7807 369.4692 269.4117
273.474 297.5968 310.6316 287.1726 329.6076 334.4818 343.2199 369.1417 364.1236
"""


def numbers(table: str) -> NDArray[np.float64]:
    return np.array(table.split(), dtype=np.float64)


def ones(visits: int) -> NDArray[np.float64]:
    return np.ones((visits, 1))


@dataclass
class Design:
    """Visits to fit, ``ratios`` at which to, and the dense textbook formulas for both."""

    unit: NDArray[np.int64]
    randoms: list[NDArray[np.int64]]
    fixed: NDArray[np.float64]
    y: NDArray[np.float64]
    weights: NDArray[np.float64]
    ratios: NDArray[np.float64]
    levels: list[int]

    def sums(self) -> CrossProducts:
        return cross_products_of_rows(self.unit, self.randoms, self.fixed, self.y, self.weights, self.levels)

    def incidence(self) -> NDArray[np.float64]:
        """Of all random levels, n x (I + J + ...)."""
        factors = zip([self.unit, *self.randoms], self.levels, strict=True)
        return np.hstack([(codes[:, None] == np.arange(size)).astype(float) for codes, size in factors])

    def each_ratio(self) -> NDArray[np.float64]:
        return np.repeat(self.ratios, self.levels)

    def rank(self) -> int:
        return int(np.linalg.matrix_rank(self.fixed))

    def criterion(self, method: str) -> float:
        """-2 log likelihood from the n x n covariance matrix (Harville 1977, JASA 72:320-338)."""
        scaled = self.incidence() * self.each_ratio()
        covariance = np.diag(1.0 / self.weights) + scaled @ scaled.T
        basis = np.linalg.svd(self.fixed, full_matrices=False)
        kept = basis[1] > 1e-9 * basis[1][0]
        root = np.linalg.cholesky(covariance)
        left, y = np.linalg.solve(root, self.fixed @ basis[2][kept].T), np.linalg.solve(root, self.y)
        rest = y - left @ np.linalg.lstsq(left, y)[0]
        freedom = len(self.y) - (self.rank() if method == "REML" else 0)
        found = 2.0 * np.log(np.diagonal(root)).sum() + freedom * (1 + np.log(2 * np.pi * (rest @ rest) / freedom))
        if method == "REML":
            found += np.linalg.slogdet(left.T @ left)[1]
        return float(found)

    def equations(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """A generalised inverse of the mixed model equations and their solution (Henderson 1975)."""
        columns = np.hstack([self.incidence(), self.fixed])
        whole = columns.T @ (columns * self.weights[:, None])
        size = len(self.each_ratio())
        whole[np.arange(size), np.arange(size)] += 1.0 / self.each_ratio() ** 2
        inverse = np.linalg.pinv(whole, rcond=1e-11, hermitian=True)
        return inverse, inverse @ (columns.T @ (self.weights * self.y))

    def visited(self) -> NDArray[np.float64]:
        """Combinations that mean something whatever is aliased: what is expected of each visit, n x (I + K)."""
        return np.hstack([self.incidence(), self.fixed])


@st.composite
def designs(draw: st.DrawFn, further: int = 2, weighed: bool = True) -> Design:
    """Up to ``further`` further random factors; some levels never seen, some unknown, some columns aliased."""
    numbers = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    visits = draw(st.integers(12, 40))
    levels = [draw(st.integers(2, 9)) for _ in range(1 + draw(st.integers(0, further)))]
    unknown = draw(st.sampled_from([0.0, 0.2]))
    codes = [numbers.integers(0, size, visits) for size in levels]
    randoms = [np.where(numbers.random(visits) < unknown, -1, one) for one in codes[1:]]
    group = numbers.integers(0, 3, visits)[:, None] == np.arange(draw(st.integers(1, 3)))
    fixed = np.hstack([np.ones((visits, 1)), group, numbers.normal(size=(visits, draw(st.integers(0, 2))))])
    weights = numbers.uniform(0.5, 3.0, visits) if weighed and draw(st.booleans()) else np.ones(visits)
    y = 80 + 5 * numbers.normal(size=levels[0])[codes[0]] + 10 * numbers.normal(size=visits)
    ratios = np.array([draw(st.floats(0.1, 3.0)) for _ in levels])
    return Design(codes[0], randoms, fixed.astype(float), y, weights, ratios, levels)

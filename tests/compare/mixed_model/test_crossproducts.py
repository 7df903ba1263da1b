"""Sparse and dense ways to the same product."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from cemaudit.compare.mixed_model import crossproducts
from cemaudit.compare.mixed_model.crossproducts import row_blocks, schur_complement, weighted_trace

SHAPES = st.tuples(st.integers(1, 12), st.integers(1, 9), st.floats(0.0, 1.0), st.integers(0, 2**32 - 1))


def drawn(rows: int, columns: int, filled: float, seed: int) -> tuple[np.random.Generator, np.ndarray, np.ndarray]:
    numbers = np.random.default_rng(seed)
    cross = numbers.normal(size=(rows, columns)) * (numbers.random((rows, columns)) < filled)
    square = numbers.normal(size=(columns, columns))
    return numbers, cross, square @ square.T


@pytest.fixture(params=[0, 10**9], ids=["sparse", "dense"], autouse=True)
def one_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes one of the two ways look much cheaper, and blocks small."""
    monkeypatch.setattr(crossproducts, "sparse_is_quicker", lambda *_: request.param == 0)
    monkeypatch.setattr(crossproducts, "_BLOCK", 20)


@given(SHAPES)
def test_what_is_left_of_a_matrix(shape: tuple[int, int, float, int]) -> None:
    numbers, cross, square = drawn(*shape)
    weights = numbers.random(len(cross))
    found = schur_complement(sparse.csr_array(square), sparse.csr_array(cross), weights)
    assert np.tril(found) == pytest.approx(np.tril(square - cross.T @ (weights[:, None] * cross)))


@given(SHAPES)
def test_a_trace_over_the_entries_needed(shape: tuple[int, int, float, int]) -> None:
    numbers, cross, square = drawn(*shape)
    weights = numbers.random(len(cross))
    scale = numbers.random(len(square))
    found = weighted_trace(sparse.csr_array(cross), weights, scale, np.asfortranarray(np.tril(square)))
    assert found == pytest.approx(np.trace(cross.T @ (weights[:, None] * cross) @ (np.outer(scale, scale) * square)))


@given(SHAPES)
def test_quadratic_forms(shape: tuple[int, int, float, int]) -> None:
    _, cross, square = drawn(*shape)
    lower = np.asfortranarray(np.tril(square))
    assert crossproducts.quadratic_forms(sparse.csr_array(cross), lower) == pytest.approx(
        np.diagonal(cross @ square @ cross.T)
    )
    assert crossproducts.bilinear_forms(cross, lower) == pytest.approx(cross @ square @ cross.T)


def test_blocks_cover_all_rows() -> None:
    assert [(rows.start, rows.stop) for rows in row_blocks(7, 6)] == [(0, 3), (3, 6), (6, 7)]
    assert list(row_blocks(0, 6)) == []

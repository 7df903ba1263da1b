"""How a visit is kept: short lines as they are, long ones packed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.ledger.documents import SHORT, compress, decompress


@given(st.binary(max_size=3 * SHORT))
def test_what_is_packed_unpacks(text: bytes) -> None:
    line = b"{" + text + b"}"
    kept = compress(line)
    assert decompress(kept) == line
    assert (kept == line) == (len(line) <= SHORT)


def test_long_lines_take_less_room() -> None:
    assert len(compress(b"{" + b"x" * 10 * SHORT + b"}")) < SHORT


@pytest.mark.parametrize(
    "document", [b"", b"x", compress(b"{" * 2 * SHORT)[:-1], b"y" + compress(b"{" * 2 * SHORT)[1:]]
)
def test_what_is_damaged_is_told(document: bytes) -> None:
    with pytest.raises(ValueError, match="Error"):
        decompress(document)

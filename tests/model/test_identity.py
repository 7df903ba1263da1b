from __future__ import annotations

import time
import uuid

from hypothesis import given
from hypothesis import strategies as st

from cemaudit.model.base import version_order
from cemaudit.model.identity import derived_id, new_id


def test_a_new_id_is_a_version_7_uuid_of_now() -> None:
    before = time.time_ns() // 1_000_000
    made = uuid.UUID(new_id())
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert before <= made.int >> 80 <= time.time_ns() // 1_000_000


def test_new_ids_differ_and_sort_by_time() -> None:
    first = new_id()
    time.sleep(0.002)
    later = new_id()
    assert first < later


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_derived_ids_depend_on_their_parts_alone(parts: list[str]) -> None:
    made = uuid.UUID(derived_id(*parts))
    assert (made.version, made.variant) == (8, uuid.RFC_4122)
    assert derived_id(*parts) == str(made)
    assert derived_id(*parts, "more") != str(made)


@given(st.lists(st.tuples(st.sampled_from("ab"), st.lists(st.integers(0, 30), min_size=3, max_size=3)), min_size=1))
def test_versions_are_in_order_by_their_numbers(versions: list[tuple[str, list[int]]]) -> None:
    def refs(order: list[tuple[str, list[int]]]) -> list[str]:
        return [f"{name}@{'.'.join(map(str, numbers))}" for name, numbers in order]

    assert sorted(refs(versions), key=version_order) == refs(sorted(versions))


def test_a_name_without_a_version_comes_first() -> None:
    assert sorted(["a@2", "a", "-"], key=version_order) == ["-", "a", "a@2"]

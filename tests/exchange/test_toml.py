from fractions import Fraction

import tomli
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.checklists import load_file
from cemaudit.exchange.toml import toml_of, toml_text
from cemaudit.model import Measure, Scheme, Text

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
plain = words | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3), max_leaves=8
)


@given(st.dictionaries(words, values, max_size=5))
def test_what_is_written_reads_back(table):
    assert tomli.loads(toml_text(table)) == table


def test_a_record_reads_back(tmp_path):
    measure = Measure(
        id="a", title=Text(ko="가\u00a0나", en='"quoted" \\ \x7f 😀'), how="sum", options={"base": Fraction(1, 3)}
    )
    scheme = Scheme(id="x", version="1", title=Text(en="x"), measures=(measure,))
    path = tmp_path / "x.toml"
    path.write_text(toml_of(scheme), "utf-8")
    assert load_file(path) == scheme

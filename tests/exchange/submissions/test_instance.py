"""XML submissions: groups, namespaces, repeats, identity, and nothing that attacks."""

from __future__ import annotations

import io

import pytest
from helpers import exports
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.errors import BadInput
from cemaudit.exchange.submissions import instance
from cemaudit.exchange.submissions.instance import Instance, read_instance

META = "<meta><instanceID>uuid:i1</instanceID></meta>"


def read(inside: str, head: str = 'id="test.shop" version="1.0.0"') -> Instance:
    found = read_instance(io.BytesIO(f"<data {head}>{inside}</data>".encode()))
    assert found
    return found


def test_groups_within_groups_are_paths() -> None:
    found = read(f"<visit><store>s1</store><more><wave> w </wave><empty/></more></visit><A1>yes</A1>{META}")
    assert found.values == {"visit/store": "s1", "visit/more/wave": "w", "A1": "yes"}
    assert found.form == "test.shop@1.0.0"
    assert found.identity.own == "i1"


def test_texts_are_whole_and_clean() -> None:
    found = read(f"<A3>\u1112\u1161\u11ab &amp; <![CDATA[<b>]]>\r\n둘째\u202e 줄</A3>{META}")
    assert found.values == {"A3": "한 & <b>\n둘째 줄"}


def test_any_namespace_and_briefcase_attributes() -> None:
    spaces = 'xmlns="http://example.org/f" xmlns:o="http://openrosa.org/xforms"'
    head = f'{spaces} id="f" submissionDate="2026-11-21T05:10:00Z"'
    found = read("<A1>yes</A1><o:meta><o:instanceID>uuid:i2</o:instanceID></o:meta>", head)
    assert found.values == {"A1": "yes"}
    assert found.identity.own == "i2"
    assert found.identity.received
    assert found.identity.received.isoformat() == "2026-11-21T05:10:00+00:00"
    assert read("<A1>no</A1>", 'id="f" instanceID="uuid:i3"').identity.own == "i3"


def test_what_it_takes_the_place_of() -> None:
    meta = "<meta><instanceID>uuid:c</instanceID><deprecatedID>uuid:b</deprecatedID><rootUuid>uuid:a</rootUuid></meta>"
    identity = read(meta).identity
    assert (identity.own, identity.replaces, identity.first) == ("c", "b", "a")
    assert identity.ids == {"a", "b", "c"}


def test_repeats_are_left_out_and_named() -> None:
    found = read(f"<g><row><A1>yes</A1></row><row><A1>no</A1></row><A3>x</A3></g>{META}")
    assert found.values == {"g/A3": "x"}
    assert found.repeats == ("g/row",)


@pytest.mark.parametrize("inside", ["<encryptedXmlFile>submission.xml.enc</encryptedXmlFile>", ""])
def test_encrypted_ones_are_known(inside: str) -> None:
    assert read(inside + META, 'id="f" encrypted="yes"').is_encrypted
    assert not read(META).is_encrypted


@pytest.mark.parametrize("text", ["<html/>", '<Benchmark id="b"/>', "<data id='f'><A1>yes</A1></data>"])
def test_other_xml_is_no_submission(text: str) -> None:
    assert read_instance(io.BytesIO(text.encode())) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<data>", "not well-formed XML"),
        ("", "not well-formed XML"),
        ("<data>\x00</data>", "not well-formed XML"),
        ('<!DOCTYPE d [<!ENTITY a "aaaa">]><d>&a;</d>', "a document type declaration"),
        ('<!DOCTYPE d SYSTEM "file:///etc/passwd"><d/>', "a document type declaration"),
        ("<a>" * 300 + "</a>" * 300, "nested too deeply"),
        ('<?xml version="1.0" encoding="none-such"?><d/>', "not well-formed XML"),
    ],
)
def test_what_attacks_or_is_broken(text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said) as caught:
        read_instance(io.BytesIO(text.encode()))
    assert len(str(caught.value).splitlines()) == 1


def test_endless_elements(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instance, "MOST_ELEMENTS", 10)
    with pytest.raises(BadInput, match="more than 10 elements"):
        read("<a/>" * 20)


@given(st.binary(max_size=200), st.integers(0, 60))
def test_noise_is_refused_or_read(noise: bytes, place: int) -> None:
    whole = f"<data id='f'><A1>yes</A1>{META}</data>".encode()
    assert len(exports.complaints(lambda: read_instance(io.BytesIO(whole[:place] + noise + whole[place:])))) <= 1

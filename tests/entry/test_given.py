"""Paths as people type them and terminals paste them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.entry.evidence import path_typed


@pytest.mark.parametrize(
    "text",
    [
        "/shop/My Photo (1).jpg",
        "  /shop/My Photo (1).jpg \n",
        "'/shop/My Photo (1).jpg'",
        '"/shop/My Photo (1).jpg"',
        "'/shop/My Photo (1).jpg' ",
        r"/shop/My\ Photo\ \(1\).jpg",
        "file:///shop/My%20Photo%20(1).jpg",
        "file://localhost/shop/My%20Photo%20%281%29.jpg",
    ],
)
def test_what_terminals_paste_is_undone(text: str) -> None:
    assert path_typed(text) == Path("/shop/My Photo (1).jpg")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (r"'/shop/Bob'\''s.jpg'", "/shop/Bob's.jpg"),
        ("/shop/Bob's.jpg", "/shop/Bob's.jpg"),
        ("/shop/Bob's and Al's.jpg", "/shop/Bob's and Al's.jpg"),
        ("'/shop/영수증 사진.jpg'", "/shop/영수증 사진.jpg"),
        ("file:///shop/%EC%98%81%EC%88%98%EC%A6%9D.jpg", "/shop/영수증.jpg"),
        ("../photo.jpg", "../photo.jpg"),
        ("photo.jpg", "photo.jpg"),
        ("~nobody-we-know/photo.jpg", "~nobody-we-know/photo.jpg"),
        ("$HOME/photo.jpg", "$HOME/photo.jpg"),
        ("`id`.jpg", "`id`.jpg"),
        ("#1.jpg", "#1.jpg"),
    ],
)
def test_nothing_else_is_done(text: str, path: str) -> None:
    assert path_typed(text) == Path(path)


SLASH = "/"


@pytest.mark.parametrize("text", [f"~{SLASH}photo.jpg", f"'~{SLASH}photo.jpg'", f"~{SLASH}photo.jpg "])
def test_the_home_folder_is_found(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/folder/of/shopper")
    assert path_typed(text) == Path("/folder/of/shopper/photo.jpg")


@given(st.text(max_size=80))
def test_any_text_is_some_path(text: str) -> None:
    assert isinstance(path_typed(text), Path)


@given(st.text("abc 가나'\"()&$`;\\", min_size=1, max_size=30))
def test_what_is_quoted_for_a_shell_comes_back(name: str) -> None:
    import shlex

    path = f"/shop/{name}x"
    assert path_typed(shlex.quote(path)) == Path(path)

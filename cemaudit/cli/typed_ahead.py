"""Lines that were typed, or pasted, before anything was asked."""

from __future__ import annotations

import os
import select
import sys

__all__ = ["edit_lines", "read_waiting_lines"]

_AT_ONCE = 65_536
_PATIENCE = 0.05
"""Seconds until a paste that comes in pieces is over."""


def edit_lines() -> None:
    """Let lines be edited with the system's editor where it has one, so that Hangul is deleted whole.

    What is pasted then comes as one reply, with its line ends.
    """
    try:
        import readline
    except ImportError:
        return
    if "GNU" in (readline.__doc__ or ""):
        readline.parse_and_bind("set enable-bracketed-paste on")


def read_waiting_lines() -> list[str]:
    """Take the lines that wait on the terminal out of its input; none where lines do not come from a terminal."""
    if not sys.stdin.isatty():
        return []
    return (_typed_on_windows() if os.name == "nt" else _typed_on_posix()).splitlines()


def _typed_on_posix() -> str:
    # Below Python's own buffer: the line editor reads there, too, and what the buffer swallowed would be lost to it.
    number, typed = sys.stdin.fileno(), b""
    while select.select([number], [], [], _PATIENCE)[0]:
        chunk = os.read(number, _AT_ONCE)
        if not chunk:
            break
        typed += chunk
    return typed.decode(sys.stdin.encoding, "surrogateescape")


def _typed_on_windows() -> str:
    import msvcrt
    import time

    typed: list[str] = []
    while True:
        if not msvcrt.kbhit():  # type: ignore[attr-defined,unused-ignore]
            time.sleep(_PATIENCE)
            if not msvcrt.kbhit():  # type: ignore[attr-defined,unused-ignore]
                return "".join(typed).replace("\r", "\n")
        typed.append(msvcrt.getwch())  # type: ignore[attr-defined,unused-ignore]

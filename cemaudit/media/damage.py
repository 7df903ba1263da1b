"""What is said of a file that cannot be taken in, and the bounds every file is held to."""

from __future__ import annotations

from cemaudit.errors import BadInput, Problem, Sayable
from cemaudit.language import N_, message

__all__ = ["MOST_PIXELS", "check_pixels", "cut_off", "refused", "unsound"]

MOST_PIXELS = 60_000_000
COPY_AGAIN = N_("copy it again from the phone or camera")


def refused(what: Sayable, hint: Sayable | None = None) -> BadInput:
    """The error of a file that is not taken in."""
    return BadInput(Problem(what, hint=hint))


def cut_off() -> BadInput:
    """The error of a file that ends too early."""
    return refused(message("the file ends before it is complete"), message(COPY_AGAIN))


def unsound() -> BadInput:
    """The error of a file whose parts contradict each other."""
    return refused(message("the file is damaged; its parts do not fit together"), message(COPY_AGAIN))


def check_pixels(width: int, height: int) -> None:
    """``BadInput`` where a header promises no pixels, or more than memory should hold."""
    if not width * height:
        raise unsound()
    if width * height > MOST_PIXELS:
        what = message(
            "{width} x {height} pixels are more than {most} million",
            width=width,
            height=height,
            most=MOST_PIXELS // 1_000_000,
        )
        raise refused(what, message("save the picture smaller"))

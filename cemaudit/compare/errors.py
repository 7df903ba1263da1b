"""What is raised where visits do not answer a question: the data cannot show it."""

from __future__ import annotations

from cemaudit.errors import CemauditError, Problem, Sayable

__all__ = ["NotEstimable"]


class NotEstimable(CemauditError):
    """The visits do not contain the answer; ``str`` is the sentence that says why, in the language in force (exit 1).

    ``reason`` is a short name for programs (such as ``"once"``), ``factor`` the number of the random factor that it
    is about (0: the units themselves; ``None``: no single one).
    """

    def __init__(self, text: Sayable, reason: str = "", factor: int | None = None) -> None:
        self.reason = reason
        self.factor = factor
        super().__init__(Problem(text))

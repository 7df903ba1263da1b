"""What a shopper can say beside answers: lines that begin with a slash, in Korean or English, also shortened."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from cemaudit.errors import BadInput, Problem, nearest
from cemaudit.language import N_, message, translate

__all__ = ["Command", "Said", "parse", "usage"]


class Command(StrEnum):
    """Each command by its English name."""

    BACK = "back"
    UNDO = "undo"
    GO = "go"
    SKIP = "skip"
    NOTE = "note"
    PHOTO = "photo"
    RECEIPT = "receipt"
    AUDIO = "audio"
    DROP = "drop"
    CLAIM = "claim"
    BLAME = "blame"
    STAND = "stand"
    LIST = "list"
    HELP = "help"
    QUIT = "quit"


_KOREAN = {
    "이전": Command.BACK,
    "취소": Command.UNDO,
    "이동": Command.GO,
    "건너뛰기": Command.SKIP,
    "메모": Command.NOTE,
    "사진": Command.PHOTO,
    "영수증": Command.RECEIPT,
    "녹음": Command.AUDIO,
    "빼기": Command.DROP,
    "클레임": Command.CLAIM,
    "원망": Command.BLAME,
    "유지": Command.STAND,
    "목록": Command.LIST,
    "도움말": Command.HELP,
    "나가기": Command.QUIT,
}
_ABOUT = {
    Command.BACK: N_("the question before"),
    Command.UNDO: N_("take back what was said last"),
    Command.GO: N_("jump to an item, touchpoint or number: /go GS05"),
    Command.SKIP: N_("leave an item: /skip na (not applicable), no (not observed), de (declined)"),
    Command.NOTE: N_("write a note on this item"),
    Command.PHOTO: N_("add a photo: /photo PATH | caption"),
    Command.RECEIPT: N_("add a receipt"),
    Command.AUDIO: N_("add a recording"),
    Command.DROP: N_("take a file off this item: /drop 1"),
    Command.CLAIM: N_("a claim at this touchpoint"),
    Command.BLAME: N_("a blame at this touchpoint"),
    Command.STAND: N_("at the end: let a remark stand, for a reason: /stand 1"),
    Command.LIST: N_("all questions and what was said"),
    Command.HELP: N_("how to judge this item"),
    Command.QUIT: N_("stop here; everything is kept"),
}


class Said(NamedTuple):
    """A command and what follows it."""

    command: Command
    rest: str


def parse(line: str, *, free: bool = False) -> Said | None:
    """The command of a line, or ``None`` where the line is an answer; a ``free`` line may begin with any slash.

    ``?`` alone asks for help. ``BadInput`` where a slash is followed by no command.
    """
    word, _, rest = line.strip().partition(" ")
    if word == "?":
        return Said(Command.HELP, "")
    if not word.startswith("/") or word.startswith("//"):
        return None
    command = _named(word[1:].lower())
    if command:
        return Said(command, rest.strip())
    if free:
        return None
    hint = nearest(word[1:], [*Command, *_KOREAN], listing=False) or message("/help lists the commands")
    raise BadInput(Problem(message("no such command: {word}", word=word), hint=hint))


def usage() -> Iterator[str]:
    """One line for each command."""
    korean = {command: word for word, command in _KOREAN.items()}
    for command, about in _ABOUT.items():
        yield f"/{command} /{korean[command]}  {translate(about)}"


def _named(word: str) -> Command | None:
    if not word:
        return None
    if word in _KOREAN:
        return _KOREAN[word]
    return next((command for command in Command if command.startswith(word)), None)

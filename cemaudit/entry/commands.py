"""What a shopper can say beside answers: lines that begin with a slash, in Korean or English, also shortened."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from cemaudit.errors import BadInput, Problem, nearest
from cemaudit.language import N_, message, translate

__all__ = ["Said", "SlashCommand", "is_command", "parse", "usage"]


class SlashCommand(StrEnum):
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
    "이전": SlashCommand.BACK,
    "취소": SlashCommand.UNDO,
    "이동": SlashCommand.GO,
    "건너뛰기": SlashCommand.SKIP,
    "메모": SlashCommand.NOTE,
    "사진": SlashCommand.PHOTO,
    "영수증": SlashCommand.RECEIPT,
    "녹음": SlashCommand.AUDIO,
    "빼기": SlashCommand.DROP,
    "클레임": SlashCommand.CLAIM,
    "원망": SlashCommand.BLAME,
    "유지": SlashCommand.STAND,
    "목록": SlashCommand.LIST,
    "도움말": SlashCommand.HELP,
    "나가기": SlashCommand.QUIT,
}
_ALONE = {SlashCommand.BACK, SlashCommand.UNDO, SlashCommand.LIST, SlashCommand.HELP, SlashCommand.QUIT}
"""Commands after which no words may stand."""

_ABOUT = {
    SlashCommand.BACK: N_("the question before"),
    SlashCommand.UNDO: N_("take back what was said last"),
    SlashCommand.GO: N_("jump to an item, touchpoint or number: /go GS05"),
    SlashCommand.SKIP: N_("leave a question: /skip na (not applicable), no (not observed), de (declined), and why"),
    SlashCommand.NOTE: N_("write a note on this item: /note TEXT"),
    SlashCommand.PHOTO: N_("add a photo: /photo PATH | caption"),
    SlashCommand.RECEIPT: N_("add a receipt"),
    SlashCommand.AUDIO: N_("add a recording"),
    SlashCommand.DROP: N_("take a file off this item: /drop 1"),
    SlashCommand.CLAIM: N_("a claim at this touchpoint: /claim TEXT"),
    SlashCommand.BLAME: N_("a blame at this touchpoint: /blame TEXT"),
    SlashCommand.STAND: N_("at the end: let a remark stand, for a reason: /stand 1 REASON"),
    SlashCommand.LIST: N_("all questions and what was said"),
    SlashCommand.HELP: N_("these commands; ? explains the question"),
    SlashCommand.QUIT: N_("stop here; everything is kept"),
}


class Said(NamedTuple):
    """A command and what follows it."""

    command: SlashCommand
    rest: str


def parse(line: str, *, free: bool = False) -> Said | None:
    """The command of a line, or ``None`` where the line is an answer; a ``free`` line may begin with any slash.

    ``?`` alone asks for help on the question. ``BadInput`` where a slash is followed by no command.
    """
    word, _, rest = line.strip().partition(" ")
    if line.strip() == "?":
        return Said(SlashCommand.HELP, "?")
    if not word.startswith("/") or word.startswith("//"):
        return None
    command = _named(word[1:].lower())
    stands_alone = command in _ALONE and rest.strip()
    if command and not stands_alone:
        return Said(command, rest.strip())
    if free:
        return None
    if stands_alone:
        cause = message("/{command} stands alone, found {value}", command=command, value=rest.strip())
        raise BadInput(Problem(cause, hint=message("nothing was done; type it without the words")))
    hint = nearest(word[1:], [*SlashCommand, *_KOREAN], listing=False) or message("/help lists the commands")
    raise BadInput(Problem(message("no such command: {word}", word=word), hint=hint))


def is_command(line: str) -> bool:
    """Whether a line would be a command where commands are heard."""
    try:
        return parse(line) is not None
    except BadInput:
        return False


def usage() -> Iterator[str]:
    """One line for each command."""
    korean = {command: word for word, command in _KOREAN.items()}
    for command, about in _ABOUT.items():
        yield f"/{command} /{korean[command]}  {translate(about)}"


def _named(word: str) -> SlashCommand | None:
    if not word:
        return None
    if word in _KOREAN:
        return _KOREAN[word]
    return next((command for command in SlashCommand if command.startswith(word)), None)

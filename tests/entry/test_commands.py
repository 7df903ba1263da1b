from __future__ import annotations

import pytest

from cemaudit.entry.commands import Said, SlashCommand, parse, usage
from cemaudit.errors import BadInput


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/back", Said(SlashCommand.BACK, "")),
        ("/b", Said(SlashCommand.BACK, "")),
        ("/BACK", Said(SlashCommand.BACK, "")),
        ("  /go GS05 ", Said(SlashCommand.GO, "GS05")),
        ("/이동 GS05", Said(SlashCommand.GO, "GS05")),
        ("/skip no it was closed", Said(SlashCommand.SKIP, "no it was closed")),
        ("?", Said(SlashCommand.HELP, "?")),
        ("back", None),
        ("//back", None),
        ("", None),
        ("a / b", None),
    ],
)
def test_commands_begin_with_a_slash_and_may_be_shortened(line: str, said: Said | None) -> None:
    assert parse(line) == said


def test_an_unknown_command_is_refused_with_the_nearest() -> None:
    with pytest.raises(BadInput, match="did you mean back"):
        parse("/bakc")


def test_a_path_is_no_command() -> None:
    assert parse("/pictures/photo.jpg", free=True) is None
    assert parse("/photo /pictures/photo.jpg", free=True) == Said(SlashCommand.PHOTO, "/pictures/photo.jpg")


def test_usage_names_every_command() -> None:
    lines = "\n".join(usage())
    assert all(f"/{command} " in lines for command in SlashCommand)

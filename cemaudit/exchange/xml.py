"""XML of strangers, as a stream of elements: nothing in it can attack.

A document type is refused, and with it every entity, inside or outside the file; depth is bounded here, size by the
caller.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Protocol
from xml.parsers import expat

from cemaudit.errors import BadInput, Problem
from cemaudit.language import message

__all__ = ["Listener", "parse_xml", "parse_xml_pieces"]

_PIECE = 1 << 18
DEEPEST = 200
_DAMAGED = message("the file may be cut off or damaged: export or copy it again")


class Listener(Protocol):
    """Is told of every element, in order; ``name`` is ``namespace}local``, or ``local`` where there is none."""

    def start(self, name: str, attributes: dict[str, str]) -> None: ...

    def end(self) -> None: ...

    def data(self, text: str) -> None: ...


def parse_xml(file: IO[bytes], listener: Listener) -> None:
    """Tell ``listener`` all that ``file`` holds; ``BadInput`` where it is no plain, well-formed XML."""
    for _ in parse_xml_pieces(file, listener):
        pass


def parse_xml_pieces(file: IO[bytes], listener: Listener) -> Iterator[None]:
    """The same piece by piece: whoever iterates takes from ``listener`` what it has gathered so far."""
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_document_type
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise BadInput(Problem(message("nested too deeply")))
        listener.start(name, attributes)

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1
        listener.end()

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, listener.data
    try:
        while piece := file.read(_PIECE):
            parser.Parse(piece)
            yield
        parser.Parse(b"", True)  # noqa: FBT003 expat takes no name for it
    except expat.ExpatError as error:
        where = message(
            "not well-formed XML at line {line}, column {column}", line=error.lineno, column=error.offset + 1
        )
        raise BadInput(Problem(where, hint=_DAMAGED)) from error
    except (ValueError, LookupError) as error:
        raise BadInput(Problem(message("not well-formed XML"), hint=_DAMAGED)) from error


def _refuse_document_type(*_: object) -> None:
    cause = message("a document type declaration, which is never read")
    raise BadInput(Problem(cause, hint=message("it can hide entities; save the file without it")))

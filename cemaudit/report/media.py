"""Evidence files, kept within the folder they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from cemaudit.errors import Problem, Sayable
from cemaudit.exchange import LocatedVisit
from cemaudit.exchange.visits import inside
from cemaudit.files import unwritable
from cemaudit.language import message
from cemaudit.model import Visit
from cemaudit.report.kit.image import load
from cemaudit.report.kit.picture import BadPicture

__all__ = ["PICTURES", "Media", "check_pictures", "folder_of", "inside", "media_of", "picture_problems"]

PICTURES = {"photo", "receipt"}
"""The kinds of evidence that are printed."""

Media = Path | Mapping[str, Path] | None
"""The folder evidence files are relative to: one for all visits, or one for each visit's id."""


def folder_of(media: Media, visit: str) -> Path | None:
    """The folder of that visit's evidence, where there is one."""
    return media.get(visit) if isinstance(media, Mapping) else media


@contextmanager
def media_of(visits: Iterable[LocatedVisit]) -> Iterator[Mapping[str, Path]]:
    """The folder of each visit's evidence, by its id; pictures in sealed files are unpacked until the block ends.

    ``BadEnvironment`` where there is no room for them.
    """
    visits = list(visits)
    folders = {found.visit.id: found.folder for found in visits if found.folder}
    with _temporary() as room:
        for number, found in enumerate(visits):
            if found.sealed:
                folders[found.visit.id] = room / str(number)
                found.sealed.media_to(room / str(number), _pictures(found.visit))
        yield folders


@contextmanager
def _temporary() -> Iterator[Path]:
    try:
        room = TemporaryDirectory(prefix="cemaudit-")
    except OSError as error:
        raise unwritable(Path(gettempdir()), error) from error
    with room as folder:
        yield Path(folder)


def _pictures(visit: Visit) -> set[str]:
    return {piece.file for pieces in visit.evidence.values() for piece in pieces if piece.kind in PICTURES}


def picture_problems(visit: Visit, folder: Path, faults: Mapping[str, Sayable]) -> Iterator[Problem]:
    """The pictures of a visit among ``faults``, which says by path why a picture is not drawn, or only in part."""
    for item, pieces in visit.evidence.items():
        for piece in pieces:
            why = faults.get(inside(folder, piece.file)) if piece.kind in PICTURES else None
            if why is not None:
                text = message("reports do not show the picture {file}, or not whole: {why}", file=piece.file, why=why)
                yield Problem(text, f"evidence.{item}")


def check_pictures(located_visit: LocatedVisit) -> Iterator[Problem]:
    """The pictures of a visit that reports cannot show, or only in part."""
    visit = located_visit.visit
    with media_of([located_visit]) as media:
        if not (folder := media.get(visit.id)):
            return
        faults: dict[str, Sayable] = {}
        for path in {inside(folder, file) for file in _pictures(visit)}:
            try:
                if fault := load(path).fault:
                    faults[path] = fault
            except BadPicture as error:
                faults[path] = error.why
        yield from picture_problems(visit, folder, faults)

"""The visits a command is given: files, folders, standard input, and which of them are meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cemaudit.cli.options import print_problems
from cemaudit.errors import BadInput, Problem, nearest
from cemaudit.language import NameList, message

if TYPE_CHECKING:
    from cemaudit.exchange import LocatedVisit
    from cemaudit.model import Audit, Checklist, Scheme, Visit
    from cemaudit.model.platform import Platform
    from cemaudit.scoring import Engine
    from cemaudit.scoring.bands import Peers

__all__ = [
    "definition_order",
    "find_checklist",
    "find_platform",
    "find_store_name",
    "fitting_visits",
    "newest_editions",
    "peers_among",
    "print_failed_visits",
    "single_visit",
    "valid_visits",
    "version_key",
    "without_failed",
]


def find_checklist(engine: Engine, text: str) -> Checklist:
    """The checklist in a TOML file, of an ``id@version``, or the newest of an id."""
    if text.endswith(".toml"):
        return engine.library.add_checklist(Path(text))
    if "@" in text:
        return engine.library.checklist(text)
    versions = [checklist for checklist in engine.library.checklists.values() if checklist.id == text]
    if not versions:
        ids = {checklist.id for checklist in engine.library.checklists.values()}
        hint = nearest(text, ids) or message("'cemaudit checklists' lists them")
        raise BadInput(Problem(message("no such checklist: {ref}", ref=text), hint=hint))
    return max(versions, key=version_key)


def find_platform(engine: Engine, text: str) -> Platform:
    """The platform in a TOML file, of an ``id@version``, or the newest of an id."""
    from cemaudit.model.platform import Platform

    if not text.endswith(".toml"):
        return engine.library.platform(text)
    record = engine.library.add_file(Path(text))
    if not isinstance(record, Platform):
        raise BadInput(Problem(message("expected a platform, found another kind of definition"), text))
    return record


def definition_order(record: Checklist | Scheme | Platform) -> tuple[str, tuple[int, ...]]:
    """What definitions are put in order by: their ids, and the numbers of their versions (1.10.0 after 1.2.0)."""
    return record.id, tuple(map(int, record.version.split(".")))


def version_key(checklist: Checklist) -> tuple[int, ...]:
    """The numbers of the version, by which older checklists come before newer ones."""
    return tuple(map(int, checklist.version.split(".")))


def newest_editions(engine: Engine) -> list[Checklist]:
    """The newest version of each checklist at hand."""
    newest: dict[str, Checklist] = {}
    for checklist in sorted(engine.library.checklists.values(), key=version_key):
        newest[checklist.id] = checklist
    return list(newest.values())


def find_store_name(store: str, stores: Path | None) -> str:
    """The name of ``store`` in the table ``stores`` (columns ``id`` and ``name``), empty without a table.

    ``BadInput`` where the table does not know it.
    """
    from cemaudit.exchange import read_table

    if stores is None:
        return ""
    table = read_table(stores)
    if "id" not in table.columns:
        raise BadInput(Problem(message("no column {name}", name="id"), stores.name, nearest("id", table.columns)))
    names = {row.cells.get("id", ""): row.cells.get("name", "") for row in table.rows if not row.problem}
    if store not in names:
        raise BadInput(Problem(message("no such store: {store}", store=store), stores.name, nearest(store, names)))
    return names[store]


def valid_visits(engine: Engine, sources: tuple[str, ...], problems: list[Problem]) -> Iterator[LocatedVisit]:
    """The visits that fit a checklist at hand; whatever is wrong with the others goes to ``problems``.

    A checklist that is missing or unusable is told once, with the number of visits it leaves unscored.
    """
    from cemaudit.exchange import read_visits

    yield from fitting_visits(engine, read_visits(sources, problems), problems)


def fitting_visits(engine: Engine, visits: Iterable[LocatedVisit], problems: list[Problem]) -> Iterator[LocatedVisit]:
    """Those of ``visits`` that fit a checklist at hand, as ``valid_visits`` tells."""
    from cemaudit.scoring import check_visit

    # thousands of visits may answer one checklist: what is wrong with it is told once
    unusable: dict[str, BadInput] = {}
    left_out: Counter[str] = Counter()
    for visit in visits:
        ref = visit.visit.checklist
        try:
            checklist = None if ref in unusable else engine.plan(ref, visit.visit.day).checklist
        except BadInput as error:
            checklist, unusable[ref] = None, error.inside(visit.place)
        if checklist is None:
            left_out[ref] += 1
        elif unfit := check_visit(visit.visit, checklist):
            problems += (problem.inside(visit.place) for problem in unfit)
        else:
            print_problems(Problem(change, visit.place).inside(message("warning")) for change in visit.signer_changes)
            yield visit
    for ref, refusal in unusable.items():
        problems += refusal.problems
        if left_out[ref] > 1:
            text = message("{count} further visits of {ref} are left out too", count=left_out[ref] - 1, ref=ref)
            problems.append(Problem(text))


def without_failed(audits: Iterable[Audit], failed: list[str]) -> Iterator[Audit]:
    """Yield the audits that code of plugins let be scored; the ids of the other visits go to ``failed``."""
    from cemaudit.model import Reason

    for audit in audits:
        if audit.headline.reason is Reason.FAILED:
            failed.append(audit.visit.id)
        else:
            yield audit


def print_failed_visits(failed: Sequence[str]) -> None:
    """One line on stderr: how many visits are left out because code of a plugin failed, and which."""
    if failed:
        names = NameList(tuple(failed))
        text = message("left out, as code of a plugin failed: {count} visits ({names})", count=len(failed), names=names)
        print_problems([Problem(text)])


def single_visit(sources: tuple[str, ...], visit_id: str | None) -> Visit:
    """The one visit of that id, or the only one there is; ``BadInput`` otherwise."""
    from cemaudit.exchange import read_visits

    visits = [located_visit.visit for located_visit in read_visits(sources)]
    matching = [visit for visit in visits if visit_id in {None, visit.id}]
    if len(matching) == 1:
        return matching[0]
    ids = [visit.id for visit in visits]
    if not visit_id:
        raise BadInput(Problem(message("there are {count} visits; choose one with --id", count=len(ids))))
    if matching:
        raise BadInput(Problem(message("{count} visits have the id {id}", count=len(matching), id=visit_id)))
    raise BadInput(Problem(message("no such visit: {id}", id=visit_id), hint=nearest(visit_id, ids)))


def peers_among(engine: Engine, sources: tuple[str, ...], scheme: Scheme) -> Peers | None:
    """What bands by percentile are measured against: all the visits given; ``None`` where no band asks for it."""
    from cemaudit.scoring.bands import needs_peers
    from cemaudit.scoring.scheme_comparison import peers_by_scheme

    if not needs_peers(scheme):
        return None
    visits = [located_visit.visit for located_visit in valid_visits(engine, sources, [])]
    return peers_by_scheme([(visit, engine.plan(visit.checklist, visit.day)) for visit in visits]).get(scheme.ref)

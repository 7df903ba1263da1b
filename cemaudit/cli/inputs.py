"""The visits a command is given: files, folders, standard input, and which of them are meant."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cemaudit.cli.options import print_problems
from cemaudit.errors import BadInput, Problem, nearest
from cemaudit.language import NameList, message
from cemaudit.model.base import version_order

if TYPE_CHECKING:
    from cemaudit.exchange import LocatedVisit
    from cemaudit.model import Audit, Checklist, Scheme, Visit
    from cemaudit.model.platform import Platform
    from cemaudit.scoring import Engine
    from cemaudit.scoring.bands import Peers

__all__ = [
    "LeftOutVisits",
    "find_checklist",
    "find_platform",
    "find_store_name",
    "fitting_visits",
    "newest_editions",
    "peers_among",
    "print_failed_visits",
    "print_left_out",
    "single_visit",
    "valid_visits",
    "without_failed",
]


def find_checklist(engine: Engine, text: str) -> Checklist:
    """The checklist in a TOML file, of an ``id@version``, or the version of an id that is in force today."""
    if text.endswith(".toml"):
        return engine.library.add_checklist(Path(text))
    if "@" in text:
        return engine.library.checklist(text)
    return engine.library.checklist_on(text, dt.datetime.now().astimezone().date())


def find_platform(engine: Engine, text: str) -> Platform:
    """The platform in a TOML file, of an ``id@version``, or the newest of an id."""
    from cemaudit.model.platform import Platform

    if not text.endswith(".toml"):
        return engine.library.platform(text)
    record = engine.library.add_file(Path(text))
    if not isinstance(record, Platform):
        raise BadInput(Problem(message("expected a platform, found another kind of definition"), text))
    return record


def newest_editions(engine: Engine) -> list[Checklist]:
    """The newest version of each checklist at hand."""
    checklists = engine.library.checklists
    return list({checklists[ref].id: checklists[ref] for ref in sorted(checklists, key=version_order)}.values())


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


@dataclass
class LeftOutVisits:
    """Visits whose checklist or scheme is missing or unusable: their ids by why, and how many ``others`` there are."""

    by_reason: dict[str, list[str]] = field(default_factory=dict)
    others: int = 0

    def add(self, visit: Visit, refusal: BadInput) -> None:
        """Note a visit, and why it cannot be scored."""
        self.by_reason.setdefault("; ".join(map(str, refusal.problems)), []).append(visit.id)

    @property
    def exit_code(self) -> int:
        """0 where none is left out, 1 where others are there, 3 where none is."""
        if not self.by_reason:
            return 0
        return 1 if self.others else 3


def print_left_out(visits_by_reason: Mapping[str, Sequence[str]]) -> None:
    """One line on stderr for each reason why visits are left out: how many, and which."""
    print_problems(
        Problem(
            message("{count} visits are left out ({names}): {why}", count=f"{len(ids):,}", names=NameList(tuple(ids)),
                    why=why)
        )
        for why, ids in visits_by_reason.items()
    )  # fmt: skip


def valid_visits(
    engine: Engine, sources: tuple[str, ...], problems: list[Problem], unscorable: LeftOutVisits | None = None
) -> Iterator[LocatedVisit]:
    """The visits that fit a checklist at hand; whatever is wrong with the others goes to ``problems``.

    A checklist that is missing or unusable is told once, with the number of visits it leaves unscored; its visits go to
    ``unscorable`` where that is given, and are no problem.
    """
    from cemaudit.exchange import read_visits

    yield from fitting_visits(engine, read_visits(sources, problems), problems, unscorable)


def fitting_visits(
    engine: Engine, visits: Iterable[LocatedVisit], problems: list[Problem], unscorable: LeftOutVisits | None = None
) -> Iterator[LocatedVisit]:
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
            checklist, unusable[ref] = None, error if unscorable is not None else error.inside(visit.place)
        if checklist is None and unscorable is not None:
            unscorable.add(visit.visit, unusable[ref])
        elif checklist is None:
            left_out[ref] += 1
        elif unfit := check_visit(visit.visit, checklist):
            problems += (problem.inside(visit.place) for problem in unfit)
        else:
            print_problems(Problem(change, visit.place).inside(message("warning")) for change in visit.signer_changes)
            if unscorable is not None:
                unscorable.others += 1
            yield visit
    for ref, refusal in unusable.items() if unscorable is None else ():
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

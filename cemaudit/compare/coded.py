"""The visits that are compared, as a table of whole numbers inside the engine that reads the snapshot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cemaudit.compare.asked import NO_POOL, Asked, Source, sources_asked
from cemaudit.compare.cannot import CannotTell
from cemaudit.compare.facts import Facts
from cemaudit.compare.filling import KEYS, Filling
from cemaudit.compare.scale import scale_of
from cemaudit.compare.shares import share_of_points
from cemaudit.errors import BadInput, CemauditError, Problem
from cemaudit.language import Message, message
from cemaudit.ledger.query.reading import Local
from cemaudit.ledger.query.statement import Filter
from cemaudit.ledger.snapshot.gone import STORE_COLUMNS
from cemaudit.ledger.snapshot.parquet import reading_of

__all__ = ["Coded", "Codes", "Factor", "coded", "factor_of"]

Codes = NDArray[np.int32]

Version = tuple[str, str, str | None, str]
"""A checklist, a scheme, the scenario played, and whether something was done at the store by then (``yes``, ``no``)."""


class Factor(NamedTuple):
    """A fixed factor: its ``name``, its ``levels`` (``None``: not known), and the place among them of each of whatever
    it is said of (stores, occasions, visits).
    """

    name: str
    levels: tuple[str | None, ...]
    codes: Codes


class _Key(NamedTuple):
    """The ``levels`` of a column that visits have, and the place among them of each code of the table, from code -1."""

    levels: tuple[str | None, ...]
    places: Codes

    def of(self, codes: NDArray[Any]) -> Codes:
        """Codes of the table as places among the levels."""
        return self.places[codes.astype(np.int64) + 1]


@dataclass(frozen=True)
class Coded:
    """The temporary table ``compared`` of an engine: for each visit the codes of its ``store``, ``shopper`` and
    ``wave`` (-1: not known), ``version`` (a place among ``versions``), ``day`` (since the first of 1970), ``raw``
    (hundredths of a point) and ``score`` (parts, see ``Scale``; adjusted, on the scale asked for).

    ``keys`` say what those codes mean; ``of_stores`` are the factors of stores, ``unit_of`` the one that is compared
    where that is not the stores themselves.
    """

    reading: Local
    facts: Facts
    keys: dict[str, _Key]
    versions: tuple[Version | None, ...]
    of_stores: tuple[Factor, ...]
    unit_of: Factor | None
    acted: bool = False

    def columns(self, sql: str, *values: int) -> dict[str, NDArray[Any]]:
        """The columns SQL returns of the table, which must hold nothing null; codes of keys as places."""
        with reading_of(self.reading.folder):
            found = self.reading.link.execute(sql, values).fetchnumpy()
        arrays = {name: np.ma.getdata(values) for name, values in found.items()}
        return {name: self.keys[name].of(array) if name in self.keys else array for name, array in arrays.items()}

    @property
    def stores(self) -> tuple[str, ...]:
        """The stores visited, by id."""
        return tuple(str(store) for store in self.keys["store"].levels)

    @property
    def shoppers(self) -> tuple[str, ...]:
        """The shoppers known, by pseudonym."""
        return tuple(str(shopper) for shopper in self.keys["shopper"].levels)

    @property
    def of_versions(self) -> tuple[Factor, ...]:
        """Checklist, scheme, scenario and, where it is asked, whether something was done, as factors of versions."""
        there = [number for number, version in enumerate(self.versions) if version]
        values = zip(*(version for version in self.versions if version), strict=True)
        names = ("checklist", "scheme", "scenario", *(["acted"] if self.acted else []))
        factors = [factor_of(name, some) for name, some in zip(names, values, strict=False)]
        return tuple(factor._replace(codes=_spread(factor.codes, there, len(self.versions))) for factor in factors)


def _spread(codes: Codes, places: Sequence[int], size: int) -> Codes:
    """Codes at their places, 0 elsewhere."""
    found = np.zeros(size, np.int32)
    found[list(places)] = codes
    return found


def factor_of(name: str, values: Sequence[str | None]) -> Factor:
    """The factor with these values; what is not known comes last."""
    levels = sorted(set(values), key=lambda value: (value is None, value or ""))
    places = {level: place for place, level in enumerate(levels)}
    return Factor(name, tuple(levels), np.array([places[value] for value in values], np.int32))


@contextmanager
def coded(reading: Local, asked: Asked) -> Iterator[Coded]:
    """The table of what is asked, as long as the block runs; one at a time.

    ``BadInput`` where the question is wrong, ``CannotTell`` where no visit has such a score.
    """
    sources = sources_asked(reading, asked)
    nodes = [share_of_points(source) for source in sources]
    scale = scale_of(asked.scale, [node for node, source in zip(nodes, sources, strict=True) if source.column])
    filling = Filling(reading, asked, scale)
    try:
        filling.fill(sources, [node if asked.adjusted else None for node in nodes])
        versions = [version for (version,) in reading.ask("select distinct version from compared order by version")]
        if not versions:
            raise _nothing(reading, asked.which)
        used = sorted({version // 2 % len(sources) for version in versions})
        adjusted = asked.adjusted and all(nodes[place] for place in used)
        facts = _facts(asked, filling, [sources[place] for place in used], adjusted=adjusted)
        yield _coded(reading, asked, facts, _versions(reading, sources, versions))
    finally:
        filling.drop()


def _versions(reading: Local, sources: Sequence[Source], there: Sequence[int]) -> tuple[Version | None, ...]:
    """The versions by their number; ``None`` where no visit is of it."""
    scenarios = [None, *(level for (level,) in reading.ask("select level from known_scenario order by code"))]
    known = [
        (one.table.checklist.ref, one.scheme.ref, scenario, acted)
        for scenario in scenarios
        for one in sources
        for acted in ("no", "yes")
    ]
    used = set(there)
    return tuple(version if number in used else None for number, version in enumerate(known))


def _coded(reading: Local, asked: Asked, facts: Facts, versions: tuple[Version | None, ...]) -> Coded:
    keys = {name: _key(reading, name) for name in KEYS}
    stores = [str(store) for store in keys["store"].levels]
    return Coded(reading, facts, keys, versions, *_known_of_stores(reading, asked, stores), bool(asked.acted))


def _key(reading: Local, name: str) -> _Key:
    levels = dict(reading.ask(f"select code, level from known_{name}"))
    there = sorted(code for (code,) in reading.ask(f"select distinct {name} from compared"))
    kept = [code for code in there if code >= 0]
    places = np.full(len(levels) + 1, -1, np.int32)
    places[np.array(kept, np.int64) + 1] = np.arange(len(kept))
    named: list[str | None] = [levels[code] for code in kept]
    if name != "shopper" and there[:1] == [-1]:
        places[0] = len(kept)
        named.append(None)
    return _Key(tuple(named), places)


def _known_of_stores(reading: Local, asked: Asked, stores: Sequence[str]) -> tuple[tuple[Factor, ...], Factor | None]:
    """The pool, and what is compared, as factors of the stores."""
    rows = reading.ask(f"select store, {', '.join(STORE_COLUMNS)} from stores")
    known = {row[0]: dict(zip(STORE_COLUMNS, row[1:], strict=True)) for row in rows}

    def factor(key: str) -> Factor:
        return factor_of(key, [known.get(store, {}).get(key) for store in stores])

    pool = _pool_key(asked.pool, [known.get(store, {}) for store in stores])
    unit = None if asked.unit == "store" else factor(asked.unit)
    names = dict.fromkeys([pool, asked.unit])
    return tuple(factor(name) for name in names if name not in {NO_POOL, "store"}), unit


def _pool_key(asked: str | None, stores: Iterable[dict[str, str | None]]) -> str:
    """The pool's key: as asked, else the first of pool and region that is known of any store."""
    if asked is not None:
        return asked
    found = {key for store in stores for key in ("pool", "region") if store.get(key)}
    return next((key for key in ("pool", "region") if key in found), NO_POOL)


def _facts(asked: Asked, filling: Filling, sources: Sequence[Source], *, adjusted: bool) -> Facts:
    visits, strangers = filling.counts()
    last = sources[-1]
    measure = last.scheme.measure[last.column.measure] if last.column else None
    assert measure  # noqa: S101 (only sources with a column have visits)
    return Facts(
        measure=measure.id,
        value=asked.value,
        title=measure.title,
        unit=measure.unit,
        better="lower" if last.scheme.direction == "lower-is-better" else "higher",
        checklists=tuple(dict.fromkeys(one.table.checklist.ref for one in sources)),
        schemes=tuple(dict.fromkeys(one.scheme.ref for one in sources)),
        visits=visits,
        strangers=strangers,
        left_out={reason: count for reason, count in sorted(filling.left_out.items()) if count},
        scale=filling.scale,
        adjusted=adjusted,
        notes=tuple(_notes(asked, filling, strangers if strangers < visits else 0, adjusted=adjusted)),
    )


def _notes(asked: Asked, filling: Filling, strangers: int, *, adjusted: bool) -> Iterator[Message]:
    if filling.steps > filling.episodes:
        yield message(
            "Visits that belong together count as one, with their mean: {steps} visits are {episodes} episodes.",
            steps=filling.steps, episodes=filling.episodes,
        )  # fmt: skip
    if asked.adjusted and not adjusted:
        yield message(
            "This measure is no mean of points, so scores are not adjusted for how easy the items were that applied."
        )
    if strangers:
        yield message("Visits by shoppers who are not known, whose severity cannot be adjusted for: {n}.", n=strangers)


def _nothing(reading: Local, which: Filter) -> CemauditError:
    """Why there is nothing to compare."""
    asked = [condition for condition in which.conditions if condition.key == "wave"]
    if asked:
        waves = [wave for (wave,) in reading.ask("select level from known_wave order by level")]
        unknown = [wave for condition in asked for wave in condition.values if wave not in {"", *waves}]
        if unknown:
            hint = message("known here: {names}", names=", ".join(waves) or "-")
            return BadInput(Problem(message("there are no visits of wave {wave}", wave=", ".join(unknown)), hint=hint))
    return CannotTell(message("none of these visits has a score to compare"), "none")

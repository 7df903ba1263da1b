"""What of a visit a measure is made of in the end: answers and feelings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cemaudit.ledger.query.measured import Facets, facets_of_item, facets_of_touchpoint
from cemaudit.model import Checklist, Measure, Scheme

__all__ = ["Leaf", "leaves_of"]

Leaf = tuple[str, str]
"""``("item", id)``, or a source such as ``"@emotions"`` and the touchpoint."""


def leaves_of(checklist: Checklist, scheme: Scheme, measure: str, key: Mapping[str, str]) -> frozenset[Leaf]:
    """All that goes into a measure for these facet values; two measures that share some are alike by arithmetic."""
    return frozenset(_Tree(checklist, scheme).leaves(scheme.measure[measure], key))


class _Tree:
    """A scheme's measures over a checklist."""

    def __init__(self, checklist: Checklist, scheme: Scheme) -> None:
        self.checklist, self.scheme = checklist, scheme
        self._facets: dict[Leaf, Facets] = {}

    def leaves(self, measure: Measure, key: Mapping[str, str]) -> set[Leaf]:
        """Those that meet the measure's own conditions, and the key."""
        wanted = {
            facet.value: {value} if isinstance(value, str) else set(value) for facet, value in measure.where.items()
        }
        return {
            leaf
            for source in (*measure.of, *(name for cap in measure.caps for name in cap.where))
            for leaf in self._of(source)
            if all(values & set(self._known(leaf).get(facet, ())) for facet, values in wanted.items())
            and all(value in self._known(leaf).get(facet, ()) for facet, value in key.items())
        }

    def _of(self, source: str) -> Iterator[Leaf]:
        if source in self.scheme.measure:
            yield from self.leaves(self.scheme.measure[source], {})
        elif source in {"@items", "@critical"}:
            yield from (("item", item) for item in self.checklist.items)
        elif source.startswith("@"):
            yield from ((source, touchpoint) for touchpoint in self.checklist.touchpoint)
        elif source in self.checklist.items:
            yield ("item", source)

    def _known(self, leaf: Leaf) -> Facets:
        if leaf not in self._facets:
            kind, name = leaf
            touchpoint = self.checklist.touchpoint.get(name)
            self._facets[leaf] = (
                facets_of_touchpoint(touchpoint)
                if touchpoint and kind != "item"
                else facets_of_item(self.checklist, name)
            )
        return self._facets[leaf]

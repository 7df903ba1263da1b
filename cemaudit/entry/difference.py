"""What differs between two revisions of a visit, place by place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from cemaudit.model import Change, Visit

__all__ = ["difference"]

_OWN = {"id", "checklist", "entered", "briefed", "revision", "supersedes", "amendment", "changes"}
"""Fields that differ by nature, or never."""


def difference(before: Visit, after: Visit) -> tuple[Change, ...]:
    """Every place that differs, sorted; ``None`` where one of the two has nothing there."""
    old, new = dict(_places(before)), dict(_places(after))
    changed = sorted(place for place in old.keys() | new.keys() if old.get(place) != new.get(place))
    return tuple(Change(place=place, before=old.get(place), after=new.get(place)) for place in changed)


def _places(visit: Visit) -> Iterator[tuple[str, str]]:
    for field, value in visit.model_dump(mode="json", exclude_defaults=True, exclude=_OWN).items():
        if isinstance(value, dict):
            yield from ((f"{field}.{name}", _text(one)) for name, one in value.items())
        else:
            yield field, _text(value)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)

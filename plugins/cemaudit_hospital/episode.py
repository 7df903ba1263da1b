"""The episode view of a treatment: its visits side by side, each number exact.

Across (one visit): its touchpoints and its own score. Down (one item): how it changes from visit to visit.
"""

from __future__ import annotations

from cemaudit.model.episodes import (
    EXPERIENCE,
    PERFORMANCE,
    Episode,
    EpisodeKind,
    Line,
    episode_kind,
    episodes,
    in_order,
    series,
)

__all__ = [
    "EXPERIENCE",
    "PERFORMANCE",
    "Episode",
    "EpisodeKind",
    "Line",
    "episode_kind",
    "episodes",
    "matrix",
    "series",
]


def matrix(episode: Episode, kind: EpisodeKind) -> dict[str, Line]:
    """Touchpoint id -> its value at each visit; touchpoints never scored in this kind are left out."""
    names = in_order(episode, lambda audit: audit.checklist.touchpoint)
    lines = {name: episode.line(kind.touchpoint, name) for name in names}
    return {name: line for name, line in lines.items() if line.count(None) < len(line)}

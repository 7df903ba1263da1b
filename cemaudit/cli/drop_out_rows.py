"""Drop-outs on the screen and for programs: columns beside a league or a trend of episodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cemaudit.cli.terminal import print_section, print_table, screen_width
from cemaudit.language import N_

if TYPE_CHECKING:
    from cemaudit.compare.drop_outs import DropOuts, DropOutShare
    from cemaudit.ledger.export.columns import Kind

__all__ = ["DROP_OUT_COLUMNS", "drop_out_to_dict", "drop_outs_to_dict", "print_drop_outs"]

DROP_OUT_COLUMNS: dict[str, Kind] = {
    "episodes": "whole", "missing": "whole", "dropped_out": "whole", "drop_out_share": "number",
    "drop_out_low": "number", "drop_out_high": "number",
}  # fmt: skip
"""The columns of drop-outs in CSV and workbooks, behind those of standings; called as in ``query episodes``."""

_HEADINGS = (N_("Episodes"), N_("Missing visits"), N_("Dropped out"), N_("Drop-out rate"), N_("Interval"))
MOST_SHOWN = 60


def drop_out_to_dict(share: DropOutShare | None) -> dict[str, Any]:
    """The drop-outs of a store or a wave as flat columns, each ``None`` where it has no episode."""
    if share is None:
        return dict.fromkeys(DROP_OUT_COLUMNS)
    return {
        "episodes": share.counts.episodes,
        "missing": share.counts.missing,
        "dropped_out": share.counts.dropped_out,
        "drop_out_share": share.share,
        "drop_out_low": share.interval.low,
        "drop_out_high": share.interval.high,
    }


def drop_outs_to_dict(drop_outs: DropOuts) -> dict[str, Any]:
    """The drop-outs of all episodes, and by the key."""
    from cemaudit.compare.drop_outs import drop_out_sentences

    whole = drop_outs.whole
    return {
        "level": drop_outs.level,
        **drop_out_to_dict(whole),
        "plan_not_known": whole and whole.counts.episodes - whole.counts.planned,
        "terms": [str(sentence) for sentence in drop_out_sentences(drop_outs)],
        "by": [{drop_outs.key: value, **drop_out_to_dict(share)} for value, share in drop_outs.shares.items()],
    }


def print_drop_outs(drop_outs: DropOuts, heading: str, names: Mapping[str, str], order: Sequence[str | None]) -> None:
    """Print what is known of drop-outs, then a row for each value of the key, in an order; ``heading``: the key's."""
    from cemaudit.compare.drop_outs import drop_out_sentences

    print_section(N_("Drop-outs"), list(drop_out_sentences(drop_outs)))
    listed = [value for value in order if value in drop_outs.shares]
    # As in the league, the ends are what is looked for.
    shown = listed if len(listed) <= MOST_SHOWN else [*listed[: MOST_SHOWN // 2], *listed[-MOST_SHOWN // 2 :]]
    rows = [
        [
            names.get(value or "", value or "-"),
            f"{share.counts.episodes:,}",
            f"{share.counts.missing:,}",
            f"{share.counts.dropped_out:,}",
            f"{share.share:.0%}",
            f"{share.interval.low:.0%}..{share.interval.high:.0%}",
        ]
        for value in shown
        for share in [drop_outs.shares[value]]
    ]
    print_table((heading, *_HEADINGS), rows, "lrrrrr", width=screen_width(), gap=True)

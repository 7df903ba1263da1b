"""Platforms and promises kept as JSON, rows, sentences and tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from cemaudit.cli.output import interval_text
from cemaudit.cli.terminal import print_bold, print_section, print_table, print_wrapped, screen_width
from cemaudit.language import N_, message, translate
from cemaudit.model import Channel, label

if TYPE_CHECKING:
    from cemaudit.compare.promises import KeptShare, PromiseRecord, PromiseSummary
    from cemaudit.ledger.export.columns import Kind
    from cemaudit.model import Checklist
    from cemaudit.model.platform import Platform

__all__ = [
    "PROMISE_COLUMNS",
    "kept_rows",
    "kept_text",
    "platform_to_dict",
    "print_kept",
    "print_kept_by_store",
    "print_platform",
    "promises_to_dict",
]

PROMISE_COLUMNS: dict[str, Kind] = {
    "promise": "text", "title": "text", "of": "text", "key": "text", "name": "text", "kept": "whole",
    "answers": "whole", "visits": "whole", "share": "number", "low": "number", "high": "number", "unlike": "text",
}  # fmt: skip
"""A row is of the chain, of a channel or of a store (``of``), which ``key`` names; shares are 0 to 1."""

MOST_SHOWN = 60


def platform_to_dict(platform: Platform, checklists: Sequence[Checklist]) -> dict[str, Any]:
    """A platform as plain JSON values, each promise with the items of these checklists that prove it."""
    from cemaudit.model.platform import proof_items

    proofs = {checklist.ref: proof_items(platform, checklist) for checklist in checklists}
    return {
        "id": platform.id,
        "version": platform.version,
        "title": platform.title.model_dump(exclude_none=True),
        "about": platform.about and platform.about.model_dump(exclude_none=True),
        "positioning": platform.positioning.model_dump(exclude_none=True),
        "theme": platform.theme.model_dump(exclude_none=True),
        "promises": [
            {
                "id": promise.id,
                "title": promise.title.model_dump(exclude_none=True),
                "about": promise.about and promise.about.model_dump(exclude_none=True),
                "interactive": promise.interactive,
                "protected": promise.protected,
                "items": {ref: list(items[promise.id]) for ref, items in proofs.items() if promise.id in items},
            }
            for promise in platform.promises
        ],
    }


def print_platform(platform: Platform, checklists: Sequence[Checklist]) -> None:
    """Print what a platform says, its promises with their marks, and the items that prove each."""
    from cemaudit.model.platform import proof_items

    print_bold(f"{platform.title} ({platform.ref})")
    # Not as values of a message, which are cut where they are long.
    print_wrapped(f"{message('Positioning:')} {platform.positioning}")
    print_wrapped(f"{message('Theme:')} {platform.theme}")
    proofs = {checklist.ref: proof_items(platform, checklist) for checklist in checklists}
    counts = {name: sum(len(items.get(name, ())) for items in proofs.values()) for name in platform.promise}
    rows = [
        [
            str(promise.title),
            promise.id,
            _yes(promise.interactive),
            _yes(promise.protected),
            str(counts[promise.id] or translate(N_("none"))),
        ]
        for promise in platform.promises
    ]
    headings = (N_("Value promise"), N_("Id"), N_("Two-way, renewed"), N_("Protected by law"), N_("Items"))
    click.echo()
    print_table(headings, rows, "llllr", width=screen_width())
    click.echo()
    for promise in platform.promises:
        listed = "; ".join(
            f"{ref}: {', '.join(items[promise.id])}" for ref, items in proofs.items() if promise.id in items
        )
        print_wrapped(f"- {promise.title}: {listed or message('nobody audits it')}")


def _yes(mark: bool) -> str:
    return translate(N_("yes")) if mark else "-"


def kept_rows(summary: PromiseSummary, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """A row for each promise, then one for each channel and store that answered for it, best first."""
    return [row for record in summary.records for row in _rows(record, names)]


def _rows(record: PromiseRecord, names: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    head = {"promise": record.promise.id, "title": str(record.promise.title)}
    yield {**head, "of": "chain", "key": None, "name": None, **share_to_dict(record.chain), "unlike": None}
    for key, share in record.channels.items():
        name = str(label(Channel(key)))
        yield {
            **head,
            "of": "channel",
            "key": key,
            "name": name,
            **share_to_dict(share),
            "unlike": _channel_side(key, record),
        }
    for key, share in record.stores.items():
        yield {
            **head,
            "of": "store",
            "key": key,
            "name": names.get(key, key),
            **share_to_dict(share),
            "unlike": _store_side(share, record),
        }


def _channel_side(channel: str, record: PromiseRecord) -> str | None:
    return "below" if channel in record.low_channels else None


def _store_side(share: KeptShare, record: PromiseRecord) -> str | None:
    return "below" if share.is_below(record.chain) else "above" if share.is_above(record.chain) else None


def share_to_dict(share: KeptShare) -> dict[str, Any]:
    """A share with its interval; neither where there are no answers."""
    low, high = share.interval if share.answers else (None, None)
    return {
        "kept": share.kept,
        "answers": share.answers,
        "visits": share.visits,
        "share": share.share,
        "low": low,
        "high": high,
    }


def promises_to_dict(summary: PromiseSummary, names: Mapping[str, str]) -> dict[str, Any]:
    """How far promises are kept, as plain JSON values with the sentences."""
    from cemaudit.compare.promise_wording import promise_legend, promise_limitations, promise_sentences

    return {
        "platform": summary.platform.ref,
        "checklists": list(summary.checklists),
        "level": summary.level,
        "promises": [
            {
                "id": record.promise.id,
                "title": str(record.promise.title),
                "interactive": record.promise.interactive,
                "protected": record.promise.protected,
                "audited": record.is_audited,
                "items": {proof.checklist: list(proof.items) for proof in record.proofs},
                **share_to_dict(record.chain),
                "worst_store": record.worst_store,
                "worst_channel": record.worst_channel,
                "channels": [
                    {"channel": name, **share_to_dict(share), "unlike": _channel_side(name, record)}
                    for name, share in record.channels.items()
                ],
                "stores": [
                    {
                        "store": name,
                        "name": names.get(name, name),
                        **share_to_dict(share),
                        "unlike": _store_side(share, record),
                    }
                    for name, share in record.stores.items()
                ],
            }
            for record in summary.records
        ],
        "can_be_told": list(map(str, promise_sentences(summary, names))),
        "cannot_be_told": list(map(str, promise_limitations(summary))),
        "terms": list(map(str, promise_legend(summary))),
    }


def print_kept(summary: PromiseSummary, names: Mapping[str, str]) -> None:
    """Print how far each promise is kept, by channel too, and what can and cannot be concluded."""
    from cemaudit.compare.promise_wording import promise_legend, promise_limitations, promise_sentences

    print_bold(f"{summary.platform.title} ({summary.platform.ref}; {', '.join(summary.checklists)})")
    print_section(N_("What the data show"), promise_sentences(summary, names))
    print_section(N_("What the data cannot show"), promise_limitations(summary))
    click.echo()
    print_table(
        (N_("Value promise"), N_("Kept %"), N_("Answers"), N_("Visits"), N_("Worst store"), N_("Worst channel")),
        [_cells(record, names) for record in summary.records],
        "lrrrll",
        width=screen_width(),
    )  # fmt: skip
    print_kept_by_channel(summary)
    print_section(N_("How to read this table"), promise_legend(summary))


def _cells(record: PromiseRecord, names: Mapping[str, str]) -> list[str]:
    chain, store, channel = record.chain, record.worst_store, record.worst_channel
    return [
        str(record.promise.title),
        _with_interval(chain) if record.is_audited else kept_text(record),
        f"{chain.answers:,}",
        f"{chain.visits:,}",
        f"{names.get(store, store)} ({_percent(record.stores[store])})" if store else "-",
        f"{label(Channel(channel))} ({_percent(record.channels[channel])})" if channel else "-",
    ]


def kept_text(record: PromiseRecord) -> str:
    """The share kept in percent, or why there is none: never 0."""
    if not record.is_audited:
        return translate(N_("not audited"))
    return _percent(record.chain)


def _percent(share: KeptShare) -> str:
    return translate(N_("not known")) if share.share is None else f"{share.share * 100:.0f}"


def _with_interval(share: KeptShare) -> str:
    return f"{_percent(share)} ({_percent_interval(share)})" if share.answers else _percent(share)


def _percent_interval(share: KeptShare) -> str:
    from cemaudit.compare.intervals import Interval

    low, high = share.interval
    return interval_text(Interval(low * 100, high * 100), 0) if share.answers else "-"


def print_kept_by_channel(summary: PromiseSummary) -> None:
    """Print the share kept in each channel, where promises are proven in more than one."""
    channels = [channel for channel in Channel if any(channel.value in record.channels for record in summary.records)]
    if len(channels) < 2:
        return
    headings = [translate(N_("Value promise")), *(str(label(channel)) for channel in channels)]
    rows = [
        [
            str(record.promise.title),
            *(_with_interval(share) if (share := record.channels.get(channel.value)) else "-" for channel in channels),
        ]
        for record in summary.records
    ]
    print_table(headings, rows, "l" + "r" * len(channels), width=screen_width(), gap=True, verbatim=True)


def print_kept_by_store(summary: PromiseSummary, names: Mapping[str, str]) -> None:
    """Print the stores for each promise, best first; of very many the first and the last."""
    for record in summary.records:
        stores = list(record.stores)
        if not stores:
            continue
        shown = stores if len(stores) <= MOST_SHOWN else [*stores[: MOST_SHOWN // 2], *stores[-MOST_SHOWN // 2 :]]
        unlike = {store for side in record.unlike_the_chain() for store in side}
        rows = [
            [
                ("! " if store in unlike else "") + names.get(store, store),
                _percent(share),
                _percent_interval(share),
                f"{share.answers:,}",
                f"{share.visits:,}",
            ]
            for store, share in ((store, record.stores[store]) for store in shown)
        ]
        click.echo()
        print_bold(record.promise.title)
        headings = (N_("Store"), N_("Kept %"), N_("Interval"), N_("Answers"), N_("Visits"))
        flagged = [store in unlike for store in shown]
        print_table(headings, rows, "lrrrr", width=screen_width(), flagged=flagged)
    click.echo()
    print_wrapped(message("!: unlike the chain by more than chance; the order of all others may be chance."))

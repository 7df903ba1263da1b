"""Actions on a screen and for programs: how they stand, what was said of them, drafts, and what later visits show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from cemaudit.cli.terminal import print_bold, print_notes, print_section, print_table, print_wrapped, screen_width
from cemaudit.language import N_, message, translate

if TYPE_CHECKING:
    from cemaudit.ledger.action_updates import ActionHistory
    from cemaudit.ledger.actions import Action
    from cemaudit.programme import ActionDraft, ActionFollowUp, ActionProposals

__all__ = [
    "KINDS",
    "draft_to_dict",
    "follow_up_to_dict",
    "history_to_dict",
    "print_action",
    "print_actions",
    "print_follow_ups",
    "print_proposals",
    "proposals_to_dict",
]

KINDS = {"eliminate": N_("eliminate"), "reduce": N_("reduce"), "raise": N_("raise"), "create": N_("create")}
_HEADINGS = (
    N_("Action"), N_("Kind"), N_("Status"), N_("Since"), N_("Due"), N_("Stores"), N_("Responsible"), N_("What"),
)  # fmt: skip
_DRAFT_HEADINGS = (N_("Action"), N_("Kind"), N_("Stores"), N_("Found"), N_("Gain x frequency"), N_("What"))


def plan_to_dict(action: Action) -> dict[str, Any]:
    """The action as plain JSON values; a reason's members and days that are not known are ``null``."""
    data = action.model_dump(mode="json")
    data["gain"] = None if action.gain is None else float(action.gain)
    return data


def history_to_dict(history: ActionHistory, *, whole: bool = False) -> dict[str, Any]:
    """How an action stands as plain JSON values; ``whole``: with every plan and update there was."""
    stands = {
        **plan_to_dict(history.action),
        "status": history.status.value,
        "done": history.done_on and history.done_on.isoformat(),
        "noted": history.plans[0].at,
    }
    if not whole:
        return stands
    plans = [{"at": plan.at, "who": plan.who, "plan": plan_to_dict(plan.action)} for plan in history.plans]
    return {**stands, "plans": plans, "updates": [update.as_json() for update in history.updates]}


def print_actions(histories: Sequence[ActionHistory]) -> None:
    """Print one line for each action."""
    rows = [
        [
            history.action.id,
            translate(KINDS[history.action.kind]),
            history.status.words,
            history.action.since.isoformat(),
            history.action.due.isoformat() if history.action.due else "-",
            str(len(history.action.stores)),
            history.action.owner,
            history.action.what,
        ]
        for history in histories
    ]
    columns = [place for place in range(len(_HEADINGS)) if any(row[place] for row in rows)]
    # Ids are what other commands ask for, so a table that is too wide comes in pieces and is not cut.
    headings, sides = [_HEADINGS[place] for place in columns], "".join("lllllrll"[place] for place in columns)
    shown = [[row[place] for place in columns] for row in rows]
    print_table(headings, shown, sides, width=screen_width(), in_pieces=True)


def print_action(history: ActionHistory, result: ActionFollowUp | None) -> None:
    """Print an action: what it is, everything that became of it, and what later visits show."""
    action = history.action
    print_bold(f"{action.id}: {action.what}")
    gain = "" if action.gain is None else message("{gain} points", gain=f"{float(action.gain):+.1f}")
    pairs: list[tuple[str, object]] = [
        (N_("Kind"), translate(KINDS[action.kind])),
        (N_("Status"), history.status.words),
        (N_("Responsible"), action.owner),
        (N_("Since"), action.since.isoformat()),
        (N_("Due"), action.due.isoformat() if action.due else ""),
        (N_("Stores"), ", ".join(action.stores)),
        (N_("Expected gain"), gain),
        (N_("Reason"), _reason_words(action)),
    ]
    for title, value in pairs:
        if str(value):
            print_wrapped(f"{translate(title)}: {value}")
    print_section(N_("What became of it"), _events(history))
    if result:
        print_follow_ups([result])


def _reason_words(action: Action) -> str:
    reason = action.reason
    places = [reason.finding, reason.checklist, reason.touchpoint, reason.item]
    visits = message("visits: {names}", names=", ".join(reason.visits)) if reason.visits else None
    return "; ".join(str(part) for part in (*places, visits) if part)


def _events(history: ActionHistory) -> list[str]:
    """Everything that was noted, in the order of time."""
    events = [(plan.at, f"{plan.at[:10]} {plan.who}: {_plan_words(place)}") for place, plan in enumerate(history.plans)]
    for update in history.updates:
        since = f" ({update.day})" if update.day else ""
        said = [f"{update.status.words}{since}" if update.day else "", update.comment, update.photo or ""]
        text = "; ".join(" ".join(part.split()) for part in said if part)
        events.append((update.at, f"{update.at[:10]} {update.who}: {text or '-'}"))
    return [text for _, text in sorted(events, key=lambda event: event[0])]


def _plan_words(place: int) -> str:
    return translate(N_("plan changed") if place else N_("noted"))


def print_proposals(proposals: ActionProposals) -> None:
    """Print the drafts of a wave, the most urgent first, and what is not proposed."""
    text = message(
        "Wave {wave} (to {last}): actions begin {since}, due {due} (other days: --since, --due)",
        wave=proposals.wave, last=proposals.last_day, since=proposals.since, due=proposals.due,
    )  # fmt: skip
    print_bold(text)
    if proposals.drafts:
        print_table(_DRAFT_HEADINGS, [_draft_cells(draft) for draft in proposals.drafts], "lllrrl",
                    width=screen_width(), in_pieces=True)  # fmt: skip
        click.echo(str(message("!: critical; for all stores: (all), for no single one has visits enough to tell")))
    else:
        click.echo(str(message("nothing is proposed")))
    print_section(N_("Not proposed"), [f"{name}: {why}" for name, why in proposals.left_out])
    print_section(N_("What these visits cannot tell"), [*proposals.notes, *_CAUTIONS] if proposals.drafts else [])


_CAUTIONS = (
    message(
        "Gains are those if the fault came up in no visit any more. Stores chosen for their faults get better partly "
        "by chance: 'cemaudit effect' takes that off."
    ),
)


def _draft_cells(draft: ActionDraft) -> list[str]:
    count = len(draft.action.stores)
    return [
        f"{'!' if draft.critical else ' '} {draft.action.id}",
        translate(KINDS[draft.action.kind]),
        f"{count} {translate(N_('(all)'))}" if draft.of_all else str(count),
        f"{draft.found}/{draft.asked}",
        "-" if draft.chain_gain is None else f"{draft.chain_gain:+.2f}",
        draft.action.what,
    ]


def draft_to_dict(draft: ActionDraft) -> dict[str, Any]:
    """A draft as plain JSON values."""
    return {
        "action": plan_to_dict(draft.action),
        "critical": draft.critical,
        "found": draft.found,
        "asked": draft.asked,
        "chain_gain": draft.chain_gain,
        "of_all": draft.of_all,
    }


def proposals_to_dict(proposals: ActionProposals, follow_ups: Sequence[ActionFollowUp]) -> dict[str, Any]:
    """The drafts of a wave, and what later visits show of actions that were done, as plain JSON values."""
    return {
        "wave": proposals.wave,
        "last_day": proposals.last_day.isoformat(),
        "since": proposals.since.isoformat(),
        "due": proposals.due.isoformat(),
        "drafts": [draft_to_dict(draft) for draft in proposals.drafts],
        "left_out": [{"name": left.name, "why": str(left.why)} for left in proposals.left_out],
        "notes": [str(note) for note in proposals.notes],
        "follow_ups": [follow_up_to_dict(result) for result in follow_ups],
    }


def follow_up_to_dict(result: ActionFollowUp) -> dict[str, Any]:
    """What later visits show of an action, as plain JSON values."""
    from cemaudit.programme.follow_up import follow_up_words

    return {
        "action": result.action,
        "outcome": result.outcome.value,
        "proposed": result.proposed and result.proposed.value,
        "visits": result.visits,
        "faults": result.faults,
        "stores": result.stores,
        "all_stores": result.all_stores,
        "before": result.before,
        "faults_before": result.faults_before,
        "chance": result.chance,
        "last_day": result.last_day.isoformat(),
        "what": str(follow_up_words(result)),
    }


def print_follow_ups(results: Sequence[ActionFollowUp], titles: Mapping[str, str] | None = None) -> None:
    """Print what later visits show of actions that were done, and how to say so."""
    from cemaudit.programme.follow_up import follow_up_words

    lines: list[object] = []
    for result in results:
        title = (titles or {}).get(result.action)
        named = f"{result.action} ({title})" if title else result.action
        lines.append(f"{named}: {follow_up_words(result)}")
        if result.proposed:
            command = f"cemaudit actions update {result.action} --status {result.proposed.value}"
            lines.append(message("if you agree: {command}", command=command))
    if lines:
        click.echo()
        print_bold(translate(N_("What later visits show of actions that were done")))
        print_notes(lines)

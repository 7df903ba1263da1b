"""The programme of a chain: what follows from findings and comparisons, computed over the ledger and its snapshot.

``propose_actions`` drafts actions from what a wave found, ``follow_up_actions`` says what later visits show of those
that were done. What was decided is kept by ``cemaudit.ledger``; nothing here writes to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cemaudit.packages import front_door

if TYPE_CHECKING:
    from cemaudit.programme.follow_up import ActionFollowUp, FollowUpOutcome
    from cemaudit.programme.from_snapshot import follow_up_actions, propose_actions
    from cemaudit.programme.proposals import ActionDraft, ActionProposals, ProposalRules

__all__ = [
    "ActionDraft",
    "ActionFollowUp",
    "ActionProposals",
    "FollowUpOutcome",
    "ProposalRules",
    "follow_up_actions",
    "propose_actions",
]

_HOMES = {
    "ActionDraft": "proposals",
    "ActionFollowUp": "follow_up",
    "ActionProposals": "proposals",
    "FollowUpOutcome": "follow_up",
    "ProposalRules": "proposals",
    "follow_up_actions": "from_snapshot",
    "propose_actions": "from_snapshot",
}

__getattr__, __dir__ = front_door(__name__, _HOMES)

"""The programme of a chain: what follows from findings and comparisons, computed over the ledger and its snapshot.

``propose_actions`` drafts actions from what a wave found, ``follow_up_actions`` says what later visits show of those
that were done. ``check_policy`` holds the visits of a snapshot against what headquarters expects, ``alerts_in`` names
what of the visits in a ledger must be told at once. What was decided is kept by ``cemaudit.ledger``; nothing here
writes to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cemaudit.packages import front_door

if TYPE_CHECKING:
    from cemaudit.programme.alerts import Alert, alerts_in
    from cemaudit.programme.follow_up import ActionFollowUp, FollowUpOutcome
    from cemaudit.programme.from_snapshot import follow_up_actions, propose_actions
    from cemaudit.programme.policy import Policy, read_policy
    from cemaudit.programme.policy_check import PolicyCheck, check_policy
    from cemaudit.programme.proposals import ActionDraft, ActionProposals, ProposalRules

__all__ = [
    "ActionDraft",
    "ActionFollowUp",
    "ActionProposals",
    "Alert",
    "FollowUpOutcome",
    "Policy",
    "PolicyCheck",
    "ProposalRules",
    "alerts_in",
    "check_policy",
    "follow_up_actions",
    "propose_actions",
    "read_policy",
]

_HOMES = {
    "ActionDraft": "proposals",
    "ActionFollowUp": "follow_up",
    "ActionProposals": "proposals",
    "Alert": "alerts",
    "FollowUpOutcome": "follow_up",
    "Policy": "policy",
    "PolicyCheck": "policy_check",
    "ProposalRules": "proposals",
    "alerts_in": "alerts",
    "check_policy": "policy_check",
    "follow_up_actions": "from_snapshot",
    "propose_actions": "from_snapshot",
    "read_policy": "policy",
}

__getattr__, __dir__ = front_door(__name__, _HOMES)

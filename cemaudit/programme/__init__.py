"""The programme of a chain: what follows from findings and comparisons, computed over the ledger and its snapshot.

``check_policy`` holds the visits of a snapshot against what headquarters expects, ``alerts_in`` names what of the
visits in a ledger must be told at once. Nothing here writes to the ledger.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cemaudit.packages import front_door

if TYPE_CHECKING:
    from cemaudit.programme.alerts import Alert, alerts_in
    from cemaudit.programme.policy import Policy, read_policy
    from cemaudit.programme.policy_check import PolicyCheck, check_policy

__all__ = ["Alert", "Policy", "PolicyCheck", "alerts_in", "check_policy", "read_policy"]

_HOMES = {
    "Alert": "alerts",
    "Policy": "policy",
    "PolicyCheck": "policy_check",
    "alerts_in": "alerts",
    "check_policy": "policy_check",
    "read_policy": "policy",
}

__getattr__, __dir__ = front_door(__name__, _HOMES)

"""What goes out: files for people at other desks, written whole or not at all, and sent by nobody from here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cemaudit.packages import front_door

if TYPE_CHECKING:
    from cemaudit.delivery.action_files import write_action_calendar, write_action_table

__all__ = ["write_action_calendar", "write_action_table"]

_HOMES = {"write_action_calendar": "action_files", "write_action_table": "action_files"}

__getattr__, __dir__ = front_door(__name__, _HOMES)

"""Settings of a ledger: what counts in its results, each changed by whom and when. The last row of a name is in force.

A setting is added to ``SETTINGS`` with the values it may have. Its first value is the default: what a ledger did before
there was the setting, so that no number moves by upgrading.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from cemaudit.errors import BadInput, Problem, nearest
from cemaudit.language import N_, message, translate
from cemaudit.ledger.audit_trail import TrailEntry

if TYPE_CHECKING:
    from cemaudit.ledger.database import Database
    from cemaudit.ledger.ledger import Ledger

__all__ = ["COUNT", "INCOMPLETE", "LEAVE_OUT", "SETTINGS", "LedgerSetting", "change_setting", "settings_in_force"]

INCOMPLETE = "incomplete"
COUNT, LEAVE_OUT = "count", "leave-out"


class LedgerSetting(NamedTuple):
    """A setting: the ``values`` it may have, the default first, what it is ``about``, and each value in ``words``."""

    values: tuple[str, ...]
    about: str
    words: tuple[str, ...]

    @property
    def title(self) -> str:
        """Return what it is about, in the language in force."""
        return translate(self.about)

    def value_words(self, value: str) -> str:
        """Return what a value says, in the language in force."""
        return translate(self.words[self.values.index(value)])


SETTINGS: Mapping[str, LedgerSetting] = {
    INCOMPLETE: LedgerSetting(
        (COUNT, LEAVE_OUT),
        N_("incomplete visits: count them where they can be scored, or leave them out"),
        (N_("incomplete visits count (incomplete count)"), N_("incomplete visits are left out (incomplete leave-out)")),
    )
}


def settings_in_force(database: Database) -> dict[str, str]:
    """Return the value of every setting."""
    rows = database.run("select name, value from setting order by number")
    changed = {name: value for name, value in rows if name in SETTINGS}
    return {name: setting.values[0] for name, setting in SETTINGS.items()} | changed


def change_setting(ledger: Ledger, name: str, value: str) -> bool:
    """Give a setting a value from now on, and return whether that is another one than before.

    ``BadInput`` where there is no such setting, or it cannot have the value.
    """
    if name not in SETTINGS:
        hint = nearest(name, SETTINGS, listing=False) or message("known here: {names}", names=", ".join(SETTINGS))
        raise BadInput(Problem(message("no such setting: {name}", name=name), hint=hint))
    values = SETTINGS[name].values
    if value not in values:
        what = message("expected one of {names}, found {value}", names=", ".join(values), value=value)
        raise BadInput(Problem(what, name, nearest(value, values, listing=False)))

    def work(entry: TrailEntry) -> bool:
        if settings_in_force(entry.database)[name] == value:
            return False
        ((last,),) = entry.database.run("select coalesce(max(number), 0) from setting")
        entry.add("setting", [(last + 1, name, value, ledger.who, entry.at)])
        entry.subject = f"{name} {value}"
        return True

    return ledger.write("set", work)

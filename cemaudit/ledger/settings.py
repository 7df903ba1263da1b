"""Settings of a ledger: what counts in its results, and its periods; each changed by whom and when, the last row of a
name in force.

A setting is added to ``SETTINGS`` with what it may be. Its default is what a ledger did before there was the setting,
so that no number moves by upgrading; what a new ledger begins with may be another value, and is a row of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from cemaudit.errors import BadInput, Problem, nearest
from cemaudit.language import N_, message, translate
from cemaudit.ledger.audit_trail import TrailEntry
from cemaudit.ledger.states import VisitState

if TYPE_CHECKING:
    from cemaudit.ledger.database import Database
    from cemaudit.ledger.ledger import Ledger

__all__ = [
    "APPEAL_DAYS",
    "COUNT",
    "COUNTS",
    "INCOMPLETE",
    "LEAVE_OUT",
    "NEVER",
    "RETENTION_DAYS",
    "SETTINGS",
    "ChoiceSetting",
    "DaysSetting",
    "LedgerSetting",
    "SettingValue",
    "StatesSetting",
    "begin_settings",
    "change_setting",
    "counted_states",
    "period",
    "retention_days",
    "setting_values",
    "settings_in_force",
    "state_words",
    "states_in",
]

INCOMPLETE, COUNTS, APPEAL_DAYS = "incomplete", "counts", "appeal-days"
RETENTION_DAYS = "retention-days"
COUNT, LEAVE_OUT, NEVER = "count", "leave-out", "never"


class LedgerSetting(Protocol):
    """A setting: its ``default`` value, what a new ledger begins with (``at_first``), and how values are written."""

    @property
    def default(self) -> str:
        """The value in a ledger that never had another."""

    @property
    def at_first(self) -> str:
        """The value a new ledger is given."""

    @property
    def form(self) -> str:
        """How a value is written, for people."""

    @property
    def title(self) -> str:
        """What it is about, in the language in force."""

    def read(self, text: str) -> str:
        """Return the value a text stands for, in its one form; ``BadInput`` where it stands for none."""

    def value_words(self, value: str) -> str:
        """Return what a value says, in the language in force."""


class ChoiceSetting(NamedTuple):
    """One of several ``values``, the default first; what it is ``about``, and each value in ``words``."""

    values: tuple[str, ...]
    about: str
    words: tuple[str, ...]

    @property
    def default(self) -> str:
        return self.values[0]

    @property
    def at_first(self) -> str:
        return self.values[0]

    @property
    def form(self) -> str:
        return "|".join(self.values)

    @property
    def title(self) -> str:
        return translate(self.about)

    def read(self, text: str) -> str:
        _refuse_unknown([text], self.values)
        return text

    def value_words(self, value: str) -> str:
        return translate(self.words[self.values.index(value)])


class StatesSetting(NamedTuple):
    """Some of the states a visit may have; ``excluded`` is none of them, for that is in no result."""

    default: str
    at_first: str
    about: str
    words: str

    @property
    def form(self) -> str:
        return "STATE,STATE,..."

    @property
    def title(self) -> str:
        return translate(self.about)

    def read(self, text: str) -> str:
        named = [name.strip() for name in text.split(",")]
        allowed = [state.value for state in VisitState if state is not VisitState.EXCLUDED]
        _refuse_unknown(named, allowed)
        return ",".join(state for state in allowed if state in named)

    def value_words(self, value: str) -> str:
        return str(message(self.words, states=state_words(states_in(value))))


class DaysSetting(NamedTuple):
    """A period of whole days, from 1 to ``most``; where there are words for ``never``, it may be without an end."""

    default: str
    about: str
    words: str
    most: int = 3_650
    never: str = ""

    @property
    def at_first(self) -> str:
        return self.default

    @property
    def form(self) -> str:
        return f"DAYS|{NEVER}" if self.never else "DAYS"

    @property
    def title(self) -> str:
        return translate(self.about)

    def read(self, text: str) -> str:
        digits = text.strip()
        if self.never and digits == NEVER:
            return NEVER
        days = int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 10 else 0
        if not 1 <= days <= self.most:
            raise BadInput(Problem(message("expected a number of days from 1 to {most}", most=f"{self.most:,}"), text))
        return str(days)

    def value_words(self, value: str) -> str:
        return translate(self.never) if value == NEVER else str(message(self.words, days=value))


def _refuse_unknown(named: Sequence[str], allowed: Sequence[str]) -> None:
    for name in named:
        if name not in allowed:
            text = message("expected one of {names}, found {value}", names=", ".join(allowed), value=name)
            raise BadInput(Problem(text, hint=nearest(name, allowed, listing=False)))


SETTINGS: Mapping[str, LedgerSetting] = {
    INCOMPLETE: ChoiceSetting(
        (COUNT, LEAVE_OUT),
        N_("incomplete visits: count them where they can be scored, or leave them out"),
        (N_("incomplete visits count (incomplete count)"), N_("incomplete visits are left out (incomplete leave-out)")),
    ),
    COUNTS: StatesSetting(
        "received,accepted,returned,contested",
        "received,accepted,contested",
        N_("the states of visits that count in results; excluded never does"),
        N_("visits count that are {states}"),
    ),
    APPEAL_DAYS: DaysSetting(
        "30",
        N_("how many days after a visit was accepted (else collected) its store can contest it"),
        N_("a store can contest a visit for {days} days after it was accepted, else collected"),
    ),
    RETENTION_DAYS: DaysSetting(
        NEVER,
        N_("how many days after a visit 'purge --due' takes its personal data away"),
        N_("personal data of visits older than {days} days are due to be purged"),
        36_500,
        N_("personal data of visits are never due to be purged by themselves"),
    ),
}


def state_words(states: Sequence[VisitState]) -> str:
    """Return states in the language in force, with commas between."""
    return ", ".join(state.words for state in states)


def states_in(value: str) -> tuple[VisitState, ...]:
    """Return the states in a value of the setting ``counts``."""
    return tuple(map(VisitState, value.split(",")))


def counted_states(database: Database) -> tuple[VisitState, ...]:
    """Return the states whose visits count in results."""
    return states_in(settings_in_force(database)[COUNTS])


def period(database: Database, name: str) -> int:
    """Return the days of a setting that is a period with an end."""
    return int(settings_in_force(database)[name])


def retention_days(database: Database) -> int | None:
    """Return after how many days personal data are due to be purged; ``None`` where they never are."""
    value = settings_in_force(database)[RETENTION_DAYS]
    return None if value == NEVER else int(value)


class SettingValue(NamedTuple):
    """A value of a setting, in force ``since`` (UTC) as somebody said (``by``); both empty where it is the default."""

    name: str
    value: str
    since: str = ""
    by: str = ""


def setting_values(database: Database) -> list[SettingValue]:
    """Return the value in force of every setting, with since when and by whom."""
    rows = database.run("select name, value, at, who from setting order by number")
    changed = {name: SettingValue(name, value, at, who) for name, value, at, who in rows if name in SETTINGS}
    return [changed.get(name) or SettingValue(name, setting.default) for name, setting in SETTINGS.items()]


def settings_in_force(database: Database) -> dict[str, str]:
    """Return the value of every setting."""
    return {setting.name: setting.value for setting in setting_values(database)}


def begin_settings(entry: TrailEntry, who: str) -> None:
    """Give a new ledger the values it begins with, where they are not the defaults."""
    values = {name: setting.at_first for name, setting in SETTINGS.items() if setting.at_first != setting.default}
    rows = [(number, name, value, who, entry.at) for number, (name, value) in enumerate(values.items(), 1)]
    entry.add("setting", rows)


def change_setting(ledger: Ledger, name: str, value: str) -> bool:
    """Give a setting a value from now on, and return whether that is another one than before.

    ``BadInput`` where there is no such setting, or it cannot have the value.
    """
    if name not in SETTINGS:
        hint = nearest(name, SETTINGS, listing=False) or message("known here: {names}", names=", ".join(SETTINGS))
        raise BadInput(Problem(message("no such setting: {name}", name=name), hint=hint))
    try:
        chosen = SETTINGS[name].read(value)
    except BadInput as error:
        raise error.inside(name) from error

    def work(entry: TrailEntry) -> bool:
        if settings_in_force(entry.database)[name] == chosen:
            return False
        entry.add("setting", [(entry.next_number("setting"), name, chosen, ledger.who, entry.at)])
        entry.subject = f"{name} {chosen}"
        return True

    return ledger.write("set", work)

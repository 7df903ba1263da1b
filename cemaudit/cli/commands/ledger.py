"""``cemaudit ledger``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from cemaudit.cli import localized
from cemaudit.cli.localized import group
from cemaudit.cli.options import FILE, by_option, json_option, ledger_option, print_problems
from cemaudit.cli.terminal import print_wrapped
from cemaudit.errors import LONGEST_PLACE
from cemaudit.language import N_, message, printable, translate

_ABOUT = {
    "check": N_("Check the integrity of the ledger."),
    "backup": N_("Copy the ledger while it is in use."),
    "restore": N_("Bring a copy back, with identities and evidence, and prove it."),
    "upgrade": N_("Bring an older ledger up to date, after a copy of it."),
    "info": N_("Summarise the ledger."),
    "set": N_("Change what counts in the ledger's results."),
    "settings": N_("Show the ledger's settings: since when, and by whom."),
}

_NAMES = {
    "place": N_("ledger"),
    "version": N_("version"),
    "bytes": N_("bytes"),
    "visits": N_("visits"),
    "revisions": N_("revisions"),
    "waiting": N_("revisions that wait for an earlier one"),
    "states": N_("states"),
    "checklists": N_("checklists"),
    "schemes": N_("schemes"),
    "incomplete": N_("incomplete visits"),
    "settings": N_("settings"),
    "stores": N_("stores"),
    "shoppers": N_("shoppers"),
    "first_day": N_("first day"),
    "last_day": N_("last day"),
    "entries": N_("lines of the trail"),
    "hash": N_("hash of the last line"),
}


@group("ledger", N_("The ledger itself: check it, copy it, see what is in it."), _ABOUT)
def command() -> None:
    """The group; its commands follow."""


@localized.command(
    "check",
    help=N_(
        "Check the integrity of the ledger: the hash chain of its audit trail, and every row and document the trail "
        "covers. Exit code 1 if anything has changed."
    ),
)
@localized.option(
    "--hash", "noted", metavar="HASH",
    help=N_("A hash noted earlier with 'ledger check'; it must still be in the audit trail."),
)  # fmt: skip
@ledger_option
@localized.common_options
def check_(noted: str | None, url: str) -> int:
    """Say what is wrong, or the hash to note down."""
    from cemaudit.ledger import open_ledger
    from cemaudit.ledger.maintenance import check

    with open_ledger(url) as ledger:
        problems = list(check(ledger, noted))
        number, last = ledger.trail.head()
    print_problems(problems)
    if problems:
        click.echo(str(message("integrity problems: {count}", count=len(problems))))
        return 1
    click.echo(str(message("intact; line {number} of the audit trail: {hash}", number=number, hash=last)))
    return 0


@localized.command(
    "backup",
    help=N_(
        "Copy the ledger's file and that of the shoppers' identities while others write. Evidence is not copied: it "
        "lies in a folder of files that never change."
    ),
)
@click.argument("file", type=FILE)
@ledger_option
@localized.common_options
def backup_(file: Path, url: str) -> None:
    """Copy, and say where the copy is."""
    from cemaudit.ledger import open_ledger
    from cemaudit.ledger.maintenance import backup

    with open_ledger(url) as ledger:
        for path in backup(ledger, file):
            click.echo(printable(path, LONGEST_PLACE))


@localized.command(
    "restore",
    help=N_(
        "Bring a copy of a ledger back to a new folder: the ledger, the shoppers' identities beside it and the "
        "evidence its visits name; then check all of it. The copy stays as it is, and nothing is overwritten. Exit "
        "code 1 where anything is missing or not as it was written."
    ),
)
@click.argument("copy", type=FILE)
@localized.option("--to", "folder", required=True, type=FILE, metavar="DIR", help=N_("The folder it is brought to."))
@localized.option(
    "--media", type=FILE, envvar="CEMAUDIT_MEDIA", metavar="DIR",
    help=N_("Where the evidence is; else the folder beside the copy."),
)  # fmt: skip
@localized.common_options
def restore_(copy: Path, folder: Path, media: Path | None) -> int:
    """Bring it back, and say whether it is whole."""
    from cemaudit.ledger.restoring import restore

    restored = restore(copy, folder, media)
    for path in restored.files:
        click.echo(printable(path, LONGEST_PLACE))
    counts = message(
        "visits with their revisions {visits}, pieces of evidence {evidence}",
        visits=f"{restored.visits:,}", evidence=f"{restored.evidence:,}",
    )  # fmt: skip
    click.echo(str(counts))
    print_problems(restored.wrong)
    if restored.wrong:
        click.echo(str(message("integrity problems: {count}", count=len(restored.wrong))))
        return 1
    number, last = restored.line, restored.hash
    click.echo(str(message("intact; line {number} of the audit trail: {hash}", number=number, hash=last)))
    return 0


@localized.command(
    "upgrade",
    help=N_(
        "Bring a ledger of an older cemaudit up to date, after a copy of it beside it. Every command that opens a "
        "ledger does so, too, without a copy; no number of an existing ledger moves by it."
    ),
)
@ledger_option
@localized.option("--dry-run", is_flag=True, help=N_("Only say what would change."))
@localized.option("--copy", "target", type=FILE, metavar="FILE", help=N_("Where the copy goes."))
@localized.common_options
def upgrade_(url: str, dry_run: bool, target: Path | None) -> None:
    """Say what changes, copy, and do it."""
    from cemaudit.ledger.upgrading import planned_upgrade, upgrade

    planned, files = (planned_upgrade(url), []) if dry_run else upgrade(url, target)
    if not planned.is_needed:
        click.echo(str(message("version {version}: up to date", version=planned.version)))
        return
    click.echo(str(message("version {version} to {to}:", version=planned.version, to=planned.to)))
    for change in planned.changes:
        click.echo(f"  {change}")
    for path in files:
        click.echo(str(message("copied as it was: {path}", path=path)))


@localized.command("info", help=N_("Summarise the ledger."))
@ledger_option
@json_option
@localized.common_options
def info_(url: str, as_json: bool) -> None:
    """A line for each thing, or one JSON object."""
    from cemaudit.ledger import open_ledger
    from cemaudit.ledger.maintenance import info
    from cemaudit.ledger.settings import SETTINGS

    with open_ledger(url) as ledger:
        numbers = info(ledger)
    if as_json:
        click.echo(json.dumps(numbers, ensure_ascii=False))
        return
    numbers["settings"] = ", ".join(
        SETTINGS[setting].value_words(chosen) for setting, chosen in numbers["settings"].items()
    )
    for name, value in numbers.items():
        click.echo(f"{translate(_NAMES[name])}: {_shown(value)}")


class _SetCommand(localized.TranslatedCommand):
    """The command with the settings listed."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 (click's)
        from cemaudit.ledger.settings import SETTINGS

        with formatter.section(translate(N_("Settings"))):
            rows = [(f"{name} {setting.form}", setting.title) for name, setting in SETTINGS.items()]
            formatter.write_dl(rows)


@localized.command(
    "set",
    cls=_SetCommand,
    help=N_(
        "Change what counts in the ledger's results, from the next 'cemaudit snapshot' on. Who changed it and when is "
        "kept; 'ledger settings' shows what is in force."
    ),
)
@click.argument("name", metavar="NAME")
@click.argument("value", metavar="VALUE")
@by_option
@ledger_option
@localized.common_options
def set_(name: str, value: str, who: str | None, url: str) -> None:
    """Change one setting, and say so."""
    from cemaudit.ledger import open_ledger
    from cemaudit.ledger.settings import change_setting, settings_in_force

    with open_ledger(url, who=who) as ledger:
        is_changed = change_setting(ledger, name, value)
        value = settings_in_force(ledger.database)[name]
    if is_changed:
        hint = message("bring the snapshot up to date with 'cemaudit snapshot'")
        click.echo(f"{message('{name}: {value} from now on', name=name, value=value)} ({hint})")
    else:
        click.echo(str(message("{name}: {value} already", name=name, value=value)))


@localized.command(
    "settings",
    help=N_("Show every setting of the ledger with its value, since when it is in force and who set it."),
)
@ledger_option
@json_option
@localized.common_options
def settings_(url: str, as_json: bool) -> None:
    """A row for each setting, or one JSON object for each."""
    from cemaudit.ledger import open_ledger
    from cemaudit.ledger.settings import SETTINGS, setting_values

    with open_ledger(url) as ledger:
        values = setting_values(ledger.database)
    if as_json:
        for setting in values:
            row = {
                "name": setting.name, "value": setting.value, "since": setting.since or None, "by": setting.by or None,
            }  # fmt: skip
            click.echo(json.dumps(row, ensure_ascii=False))
        return
    for setting in values:
        since = (
            message("since {day}, by {who}", day=setting.since[:10], who=setting.by)
            if setting.since
            else message("as every ledger is, unless set otherwise")
        )
        print_wrapped(f"{setting.name} {setting.value}  ({since})")
        print_wrapped(f"    {SETTINGS[setting.name].value_words(setting.value)}", indent="    ")


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{printable(translate(name))} {count:,}" for name, count in value.items()) or "-"
    return f"{value:,}" if isinstance(value, int) else printable(value or "-", LONGEST_PLACE)


command.add_command(check_)


command.add_command(backup_)


command.add_command(restore_)


command.add_command(upgrade_)


command.add_command(info_)


command.add_command(set_)


command.add_command(settings_)

"""``cemaudit check``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cemaudit.cli import localized
from cemaudit.cli.options import (
    FILE,
    OUT_FILE,
    SnapshotOptions,
    json_option,
    make_rules,
    open_selection,
    print_problems,
    rules_options,
    selection_options,
)
from cemaudit.language import N_, message

if TYPE_CHECKING:
    from cemaudit.compare.results import ComparisonRules

__all__ = ["command"]


@localized.command(
    "check",
    help=N_(
        "Hold the visits against a policy (TOML): targets of stores by region, format or store, and gates on means and "
        "critical items. A store misses its target where it probably does; how many of those are expected to be wrong "
        "is said. Exit code 1 if anything is missed."
    ),
)
@selection_options
@localized.option("--policy", "path", type=FILE, metavar="FILE", help=N_("The policy to hold them against."))
@localized.option(
    "--write", "written", type=OUT_FILE, metavar="FILE", help=N_("Write a policy that these visits satisfy.")
)
@localized.option("--junit", type=OUT_FILE, metavar="FILE", help=N_("Write JUnit XML for a build server, too."))
@localized.option("--dry-run", is_flag=True, help=N_("Show what the policy would find, and end with exit code 0."))
@localized.option("--strict", is_flag=True, help=N_("Fail also where a gate cannot be decided."))
@rules_options
@json_option
@localized.common_options
def command(
    question: SnapshotOptions,
    path: Path | None,
    written: Path | None,
    junit: Path | None,
    dry_run: bool,
    strict: bool,
    least_visits: int | None,
    level: float | None,
    flag_at: float | None,
    as_json: bool,
) -> int:
    """Check, or write what to check by."""
    rules = make_rules(least_visits, level, flag_at)
    if written is not None and path is None:
        _write_policy(question, rules, written)
        return 0
    if path is None or written is not None:
        raise click.UsageError(str(message("give either {one} or {other}", one="--policy", other="--write")))
    if question.measure:
        raise click.UsageError(str(message("the policy says which measure; --measure goes with --write")))
    from cemaudit.cli.policy_output import check_to_dict, print_check, write_junit
    from cemaudit.errors import BadInput
    from cemaudit.programme.policy import read_policy
    from cemaudit.programme.policy_check import check_policy

    policy = read_policy(path)
    with open_selection(question) as opened:
        try:
            check = check_policy(opened, question.asked(), policy, rules)
        except BadInput as error:
            raise error.inside(path) from error
    print_problems(problem.inside(path) for problem in check.remarks)
    if junit:
        write_junit(check, junit)
    if as_json:
        click.echo(json.dumps(check_to_dict(check), ensure_ascii=False))
    else:
        print_check(check)
    return 0 if dry_run or (check.is_met and (check.is_known or not strict)) else 1


def _write_policy(question: SnapshotOptions, rules: ComparisonRules, path: Path) -> None:
    from cemaudit.exchange.toml import toml_of
    from cemaudit.files import replaced
    from cemaudit.programme.policy_check import policy_met_by

    with open_selection(question) as opened:
        policy = policy_met_by(opened, question.asked(), "policy", rules)
    with replaced(path) as file:
        file.write(toml_of(policy).encode())
    click.echo(str(message("written: {path}", path=path)))

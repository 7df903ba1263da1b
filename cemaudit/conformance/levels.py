"""The level of a plugin: how far it has been proved right, computed anew each time and never claimed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cemaudit.conformance.checks import CHECKS, Check, Level, NotApplicable
from cemaudit.conformance.trial import Trial
from cemaudit.errors import CemauditError
from cemaudit.guard import words_of
from cemaudit.language import Message, message

__all__ = ["CheckResult", "check_plugin", "reached", "run_check"]


@dataclass(frozen=True)
class CheckResult:
    """What a check said: its faults, or why it has nothing to look at."""

    check: Check
    faults: tuple[Message, ...] = ()
    not_applicable: Message | None = None

    @property
    def passed(self) -> bool:
        """Whether no fault was found; also where there was nothing to look at."""
        return not self.faults


def run_check(check: Check, trial: Trial) -> CheckResult:
    """Run one check on a trial. What keeps the trial itself from going on, a failing aggregator say, is a fault."""
    try:
        return CheckResult(check, tuple(dict.fromkeys(check.faults(trial))))
    except NotApplicable as reason:
        return CheckResult(check, not_applicable=reason.why)
    except CemauditError as error:
        return CheckResult(check, tuple(message("{problem}", problem=problem) for problem in error.problems))
    except (Exception, SystemExit) as error:  # noqa: BLE001 (functions of a plugin may raise anything)
        return CheckResult(check, (message("{problem}", problem=words_of(error)),))


def check_plugin(trial: Trial) -> list[CheckResult]:
    """Run every check; the results stand in the order of ``CHECKS``."""
    return [run_check(check, trial) for check in CHECKS]


def reached(results: Sequence[CheckResult]) -> Level:
    """Return the highest level all of whose checks, and those of the levels below, passed."""
    failed = [result.check.level for result in results if not result.passed]
    return Level(min(failed, default=Level.GOLD + 1) - 1)

"""How a policy check is shown: for people, as JSON, and as the JUnit XML that build servers read."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from cemaudit.cli.terminal import print_table, print_wrapped, screen_width
from cemaudit.errors import Sayable
from cemaudit.files import replaced
from cemaudit.language import N_, Message, message, printable
from cemaudit.programme.policy_check import CheckVerdict, PolicyCheck, QualityGateResult, TargetResult

__all__ = ["check_to_dict", "print_check", "write_junit"]

MOST_SHOWN = 30
_ORDER = list(CheckVerdict)


def check_to_dict(check: PolicyCheck) -> dict[str, Any]:
    """The check as plain values."""
    return {
        "policy": check.policy.ref,
        "met": check.is_met,
        "gates": [
            {
                "id": result.gate.id,
                "measure": result.gate.measure,
                "bound": result.gate.mean or result.gate.critical,
                "of": "mean" if result.gate.mean else "critical",
                "verdict": result.verdict.name.lower(),
                "value": result.value,
                "visits": result.visits,
                "why": str(result.why) if result.why else None,
            }
            for result in check.gates
        ],
        "targets": [
            {
                "store": result.store,
                "name": result.name,
                "measure": result.measure,
                "target": result.target,
                "verdict": result.verdict.name.lower(),
                "visits": result.visits,
                "score": result.score,
                "probability_missed": result.probability,
                "why": str(result.why) if result.why else None,
            }
            for result in check.targets
        ],
        "missed": len(check.missed),
        "expected_wrong": check.wrong,
    }


def print_check(check: PolicyCheck) -> None:
    """The answer, the gates, the stores that miss their target, how many of these are expected to be wrong."""
    print_wrapped(_answer(check))
    if check.gates:
        print_table(
            [N_("Gate"), N_("Verdict"), N_("Value"), N_("Bound"), N_("Visits")],
            [_gate_cells(result) for result in check.gates],
            "llrlr",
            gap=True,
            width=screen_width(),
        )
    results = sorted(check.targets, key=lambda result: (_ORDER.index(result.verdict), -(result.probability or 0.0)))
    if results:
        counts = [
            f"{verdict.words} {count:,}"
            for verdict in CheckVerdict
            if (count := sum(result.verdict is verdict for result in results))
        ]
        text = message("Targets of {count} stores: {verdicts}.", count=f"{len(results):,}", verdicts=", ".join(counts))
        click.echo()
        print_wrapped(text)
        print_table(
            [N_("Store"), N_("Verdict"), N_("Score"), N_("Target"), N_("Chance of a miss"), N_("Visits")],
            [_target_cells(result) for result in results[:MOST_SHOWN]],
            "llrrrr",
            gap=True,
            width=screen_width(),
            flagged=[result.verdict is CheckVerdict.MISSED for result in results[:MOST_SHOWN]],
        )
        if len(results) > MOST_SHOWN:
            print_wrapped(message("And {count} more; --json has all.", count=f"{len(results) - MOST_SHOWN:,}"))
    if check.wrong is not None:
        click.echo()
        print_wrapped(expected_wrong(check))


def expected_wrong(check: PolicyCheck) -> Message:
    """How many of the stores said to miss their target are expected to meet it."""
    wrong, missed = check.wrong or 0.0, len(check.missed)
    return message(
        "Stores said to miss their target: {missed}; expected to be wrong: {wrong} ({share}).",
        missed=f"{missed:,}", wrong=f"{wrong:.1f}", share=f"{wrong / max(missed, 1):.0%}",
    )  # fmt: skip


def _answer(check: PolicyCheck) -> Message:
    if not check.is_met:
        return message("The policy {policy} is not met.", policy=check.policy.ref)
    if not check.is_known:
        return message("Nothing of the policy {policy} is missed; not all of it is known.", policy=check.policy.ref)
    return message("The policy {policy} is met.", policy=check.policy.ref)


def _gate_cells(result: QualityGateResult) -> list[str]:
    gate = result.gate
    value = "-" if result.value is None else f"{result.value:.0f}" if gate.critical else f"{result.value:.1f}"
    name = str(gate.title) if gate.title else gate.id
    why = f" ({result.why})" if result.why else ""
    return [name, f"{result.verdict.words}{why}", value, gate.mean or gate.critical or "", f"{result.visits:,}"]


def _target_cells(result: TargetResult) -> list[str]:
    why = f" ({result.why})" if result.why else ""
    return [
        result.name,
        f"{result.verdict.words}{why}",
        "-" if result.score is None else f"{result.score:.1f}",
        f"{result.target:g}",
        "-" if result.probability is None else f"{result.probability:.0%}",
        f"{result.visits:,}",
    ]


def write_junit(check: PolicyCheck, path: Path) -> None:
    """Write the check as JUnit XML: a case for each gate and each store; what is open or not known is skipped."""
    root = ET.Element("testsuites", name=check.policy.ref)
    for name, cases in (("gates", list(_gate_cases(check))), ("targets", list(_target_cases(check)))):
        failures = sum(verdict is CheckVerdict.MISSED for _, verdict, _ in cases)
        skipped = sum(verdict in {CheckVerdict.OPEN, CheckVerdict.NOT_KNOWN} for _, verdict, _ in cases)
        suite = ET.SubElement(
            root, "testsuite", name=name, tests=str(len(cases)), failures=str(failures), errors="0",
            skipped=str(skipped),
        )  # fmt: skip
        for title, verdict, said in cases:
            case = ET.SubElement(suite, "testcase", classname=f"{check.policy.id}.{name}", name=printable(title))
            if verdict is not CheckVerdict.MET:
                ET.SubElement(case, "failure" if verdict is CheckVerdict.MISSED else "skipped", message=printable(said))
    ET.indent(root)
    with replaced(path) as file:
        ET.ElementTree(root).write(file, encoding="utf-8", xml_declaration=True)


def _gate_cases(check: PolicyCheck) -> Iterator[tuple[str, CheckVerdict, Sayable]]:
    for result in check.gates:
        cells = _gate_cells(result)
        yield result.gate.id, result.verdict, f"{cells[1]}: {cells[2]}, {cells[3]}"


def _target_cases(check: PolicyCheck) -> Iterator[tuple[str, CheckVerdict, Sayable]]:
    for result in check.targets:
        cells = _target_cells(result)
        title = " ".join(dict.fromkeys([result.store, result.name, result.measure]))
        yield title.strip(), result.verdict, f"{cells[1]}: {cells[2]}, {cells[3]}, {cells[4]}"

"""`assess`: what the evidence says."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from proveonce.cli.common import (
    GATE_NOT_MET,
    INCOMPLETE,
    format_option,
    open_workspace,
    table,
    workspace_option,
)

if TYPE_CHECKING:
    from proveonce.model.assessment import Assessment
    from proveonce.model.content import Content

_SHOWN = 20


@click.command()
@workspace_option
@click.option("--run", "run_id", help="Run id. Default: the latest.")
@click.option("--as-of", help="Instant to judge at. Default: the end of the run.")
@click.option("--framework", "-f", "frameworks", multiple=True, help="Only this framework, repeatable.")
@click.option(
    "--fail-on",
    type=click.Choice(["fail", "undetermined"]),
    help="Exit with 3 when a finding is this bad, or worse.",
)
@format_option
def assess(
    workspace_path: Path | None,
    run_id: str | None,
    as_of: str | None,
    frameworks: tuple[str, ...],
    fail_on: str | None,
    form: str,
) -> int:
    """Judge a run: findings, control and requirement status.

    Exit code 3 says that --fail-on was not met, 4 that evidence is incomplete.
    """
    from proveonce.app.assessing import assess as run_assessment

    workspace = open_workspace(workspace_path)
    with run_assessment(workspace, run_id=run_id, as_of=as_of, frameworks=frameworks) as (assessment, content):
        if form == "json":
            from proveonce.present.machine import write_assessment

            write_assessment(sys.stdout, assessment, content)
        else:
            _print(assessment, content)
        counts = assessment.counts
        if (counts.failed and fail_on) or (counts.undetermined and fail_on == "undetermined"):
            return GATE_NOT_MET
        return INCOMPLETE if any(not row.is_complete for row in assessment.coverage) else 0


def _print(assessment: Assessment, content: Content) -> None:
    from proveonce.model.finding import Status
    from proveonce.present.registers import acceptance_words

    click.echo(f"{assessment.run.id} as of {assessment.as_of[:19]} UTC")
    for note in assessment.notes:
        click.echo(f"note: {note}")
    click.echo("")
    rows = []
    for framework, results in assessment.requirements.items():
        inside = [r for r in results if r.in_scope]
        by = {status: sum(r.status is status for r in inside) for status in Status}
        unmapped = sum(r.coverage == "unmapped" for r in inside)
        rows.append([framework, str(len(inside)), str(by[Status.PASS]), str(by[Status.FAIL]),
                     str(by[Status.UNDETERMINED]), str(unmapped)])  # fmt: skip
    click.echo(table(["framework", "requirements", "pass", "fail", "undetermined", "of which unmapped"], rows,
                     right=frozenset(range(1, 6))))  # fmt: skip
    click.echo("")
    failing = sorted(
        (r for r in assessment.checks.values() if r.counts.failed),
        key=lambda r: (-content.checks[r.check].severity.weight, -r.counts.failed, r.check),
    )
    click.echo(table(
        ["failing check", "severity", "fail", "of", "undetermined"],
        [[r.check, str(content.checks[r.check].severity), f"{r.counts.failed:,}", f"{r.counts.total:,}",
          f"{r.counts.undetermined:,}"] for r in failing[:_SHOWN]],
        right=frozenset({2, 3, 4}),
    ))  # fmt: skip
    if len(failing) > _SHOWN:
        click.echo(f"and {len(failing) - _SHOWN} more failing checks: --format json")
    counts = assessment.counts
    click.echo(
        f"\n{counts.total:,} findings: {counts.passed:,} pass, {counts.failed:,} fail, "
        f"{counts.undetermined:,} undetermined, {counts.not_applicable:,} not applicable"
    )
    registers = assessment.registers
    if words := acceptance_words(registers, counts.failed, registers.accepted.total):
        click.echo(f"{words}; proveonce risks list")
    lost = [row for row in assessment.coverage if not row.is_complete]
    if lost:
        click.echo(f"{len(lost)} planned reads were not done to their end; see the coverage ledger (--format json)")

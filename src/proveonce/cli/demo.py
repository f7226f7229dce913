"""`demo`: a simulated AWS organisation, end to end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from proveonce.cli.common import progress, table
from proveonce.cli.gaps import gap_table

if TYPE_CHECKING:
    from proveonce.app.demo import DemoResult
    from proveonce.app.packaging import PackageResult

_OPEN_FIRST = "soc2"


@click.command()
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path, file_okay=False), default="proveonce-demo")
def demo(folder: Path) -> None:
    """Make the attestation packages of a simulated AWS organisation in DIR, by default ./proveonce-demo.

    Needs no account and no network: AWS is simulated on this machine, everything after it is real.
    """
    from proveonce.app.demo import run_demo

    result = run_demo(folder.resolve(), stage=progress)
    _echo_reading(result)
    click.echo(table(
        ["framework", "requirements", "findings", "fail", "undetermined", "pages"],
        [_line(made) for made in result.packages], right=frozenset({2, 3, 4, 5}),
    ))  # fmt: skip
    first = next((made for made in result.packages if made.framework == _OPEN_FIRST), result.packages[0])
    click.echo("\nOpen first:")
    click.echo(f"  {_near(first.folder / 'report.pdf')}")
    click.echo(f"  {_near(first.folder / 'workbook.xlsx')}")


def _echo_reading(result: DemoResult) -> None:
    accounts = result.run.accounts
    regions = {region for facts in accounts.values() for region in facts["regions"]}
    planned, read = sum(c.planned for c in result.coverage), sum(c.read for c in result.coverage)
    click.echo(
        f"{result.workspace.organisation}, simulated: {result.resources} resources made in {len(accounts)} accounts "
        f"and {len(regions)} regions"
    )
    click.echo(f"Read: {read:,} of {planned:,} planned reads ({result.run.id})")
    missing = [row for row in result.coverage if not row.is_complete]
    if missing:
        click.echo("Not read, so what rests on it is undetermined:")
        click.echo(gap_table(missing, indent="  "))
        click.echo("Each of them: workbook, sheet Coverage; evidence/coverage.jsonl in every package.")
    click.echo()


def _line(made: PackageResult) -> list[str]:
    words = ", ".join(
        f"{count} {str(status).replace('_', ' ')}" for status, count in made.requirements.items() if count
    )
    counts = made.findings
    return [
        made.framework,
        words,
        f"{counts.total:,}",
        f"{counts.failed:,}",
        f"{counts.undetermined:,}",
        str(made.pages),
    ]


def _near(path: Path) -> str:
    """The path as a person in this folder would type it."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)

"""`evidence request` and `evidence receive`: a list that owners fill in, and what came back, row by row."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from proveonce.cli.common import (
    echo_json,
    format_option,
    open_workspace,
    table,
    workspace_option,
    workspace_root,
    write_output,
)

if TYPE_CHECKING:
    from proveonce.app.receiving import Received, Result

BAD_INPUT = 2


@click.command("request")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Workbook to write; else only a list.")
@click.option("--framework", "-f", "frameworks", multiple=True, help="Only what serves it; repeatable.")
@click.option("--control", "-c", "controls", multiple=True, metavar="ID", help="Only this control; repeatable.")
@click.option("--owner", "owners", multiple=True, metavar="ROLE", help="Only what this role answers for; repeatable.")
@click.option("--due", metavar="DAY", help="Ask too for what falls due by this day. Default: missing or stale today.")
@click.option("--stale", is_flag=True, help="Only what was shown once and no longer counts.")
@workspace_option
@format_option
def request(
    out: Path | None,
    frameworks: tuple[str, ...],
    controls: tuple[str, ...],
    owners: tuple[str, ...],
    due: str | None,
    stale: bool,
    workspace_path: Path | None,
    form: str,
) -> None:
    """Ask owners for evidence by people that is missing, stale or falls due, in a workbook that they fill in."""
    from proveonce.app.requesting import Wanted, requests
    from proveonce.content import load_content

    now = datetime.now(UTC)
    wanted = Wanted(frameworks, controls, owners, _day(due), only_stale=stale)
    workspace = open_workspace(workspace_path)
    found = requests(workspace, load_content(workspace.root), wanted, now)
    if out is not None and found:
        from proveonce.present.request_book import request_workbook

        write_output(request_workbook(found, workspace, now), out)
    if form == "json":
        echo_json([asdict(one) for one in found])
    elif not found:
        click.echo("nothing to ask for" + (": no workbook written" if out else ""))
    elif out is None:
        click.echo(table(["request", "owner", "due", "last record"], [[r.id, r.owner, r.due, r.last] for r in found]))
    else:
        roles = ", ".join(sorted({one.owner.partition(":")[0] for one in found}))
        click.echo(f"asked: {len(found)}, of {roles}; when it is filled in: proveonce evidence receive {out.name}")


def _day(text: str | None) -> date | None:
    from proveonce.content.manual_schema import day_of
    from proveonce.kernel.errors import UsageError

    try:
        return day_of(text) if text is not None else None
    except ValueError as error:
        raise UsageError(str(error)) from error


@click.command("receive")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--attachments", type=click.Path(path_type=Path, file_okay=False), help="Folder of the files named in it."
)
@click.option("--recorded-by", default="", metavar="NAME", help="Who takes it in.")
@click.option("--dry-run", is_flag=True, help="Say what would be done; write nothing.")
@workspace_option
@format_option
def receive(
    file: Path,
    attachments: Path | None,
    recorded_by: str,
    dry_run: bool,
    workspace_path: Path | None,
    form: str,
) -> int:
    """Read back a filled request workbook, row by row; exit code 2 when a row was refused.

    A row is recorded whole or refused with its cells, reasons and words; what is refused can be put right in the
    same workbook, which may be read again: what was received already makes no second record.
    """
    from proveonce.app.receiving import receive as take_in
    from proveonce.content import load_content

    root = workspace_root(workspace_path)
    received = take_in(root, load_content(root), file, now=datetime.now(UTC), attachments=attachments,
                       recorded_by=recorded_by, is_dry_run=dry_run)  # fmt: skip
    if form == "json":
        echo_json(asdict(received))
    else:
        _print(received)
    return BAD_INPUT if received.refused else 0


def _print(received: Received) -> None:
    done = [result for result in received.results if result.outcome != "untouched"]
    if done:
        click.echo(table(["row", "request", "outcome", "record"],
                         [[str(r.row), r.request or "-", r.outcome, r.record or "-"] for r in done]))  # fmt: skip
    for result in received.refused:
        _print_refused(result)
    counts = ", ".join(f"{number} {word}" for word, number in received.counts.items())
    click.echo(f"\n{counts}{f'; written: {received.written}' if received.written else ''}"
               f"{': dry run, nothing written' if received.is_dry_run else ''}")  # fmt: skip


def _print_refused(result: Result) -> None:
    from proveonce.model.request import ANSWERED

    click.echo(f"\nrow {result.row} refused:")
    for refusal in result.refusals:
        click.echo(f"  {refusal.cell}: {refusal.what}\n    fix: {refusal.fix}")
    click.echo("  its words:")
    for head in (head for head in ANSWERED if head in result.words):
        click.echo(f"    {head}: " + result.words[head].replace("\n", "\n      "))

"""`frameworks seal`: name the source of a catalog's present text."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from proveonce.cli.common import workspace_option, workspace_root


@click.command("seal")
@click.argument("framework_id")
@click.option("--source", required=True, help="Where the text that changed comes from, in a sentence.")
@click.option("--retrieved", required=True, metavar="DATE", help="The day on which the source was read, as 2026-11-24.")
@workspace_option
def seal(framework_id: str, source: str, retrieved: str, workspace_path: Path | None) -> None:
    """Seal a catalog of the workspace after an edit, naming the source of what changed."""
    from proveonce.app.sealing import seal as seal_catalog

    today = datetime.now(tz=UTC).date()
    path = seal_catalog(workspace_root(workspace_path), framework_id, source=source, retrieved=retrieved, today=today)
    click.echo(f"sealed {path}: {source.strip()} (retrieved {retrieved})")

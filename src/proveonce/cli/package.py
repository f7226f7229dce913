"""`package`: the attestation packages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from proveonce.cli.common import echo_json, format_option, open_workspace, progress, workspace_option

if TYPE_CHECKING:
    from proveonce.app.packaging import PackageResult


@click.command()
@workspace_option
@click.option("--framework", "-f", "frameworks", multiple=True, help="Framework, repeatable. Default: the workspace's.")
@click.option("--run", "run_id", help="Run id. Default: the latest.")
@click.option("--as-of", help="Instant to judge at. Default: the end of the run.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for packages. Default: reports/out."
)
@format_option
def package(
    workspace_path: Path | None,
    frameworks: tuple[str, ...],
    run_id: str | None,
    as_of: str | None,
    out: Path | None,
    form: str,
) -> None:
    """Make the attestation package: report.pdf, workbook.xlsx, findings.json, evidence, content, manifest, one zip."""
    from proveonce.app.packaging import package as make

    workspace = open_workspace(workspace_path)
    with progress("packaging") as move:
        results = make(workspace, frameworks=frameworks, run_id=run_id, as_of=as_of, out=out, progress=move)
    if form == "json":
        echo_json([
            {"framework": r.framework, "folder": str(r.folder), "archive": str(r.archive), "sha256": r.archive_digest,
             "pages": r.pages, "requirements": {str(s): n for s, n in r.requirements.items()}, "unread": r.unread}
            for r in results
        ])  # fmt: skip
        return
    for result in results:
        echo_result(result)


def echo_result(result: PackageResult) -> None:
    """One package in a few lines."""
    words = ", ".join(
        f"{count} {str(status).replace('_', ' ')}" for status, count in result.requirements.items() if count
    )
    click.echo(
        f"{result.framework}: {words}; {result.findings.total:,} findings, {result.findings.failed:,} of them fail"
    )
    if result.unread:
        click.echo(f"  {result.unread} planned reads were not done to their end: what rests on them is undetermined")
    click.echo(f"  {result.folder / 'report.pdf'} ({result.pages} pages)")
    click.echo(f"  {result.folder / 'workbook.xlsx'}")
    click.echo(f"  {result.archive} sha256 {result.archive_digest[:16]}…")

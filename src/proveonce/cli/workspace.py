"""`init` and `validate`: a workspace, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import click

from proveonce.cli.common import echo_json, format_option, workspace_option, workspace_root

BAD_INPUT = 2


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def init(folder: Path) -> None:
    """Make a workspace in FOLDER: a proveonce.yaml to fill in, and the four folders."""
    from proveonce.app.workspaces import init_workspace

    for path in init_workspace(folder):
        click.echo(f"made {path}")
    click.echo(f"next: fill in {folder / 'proveonce.yaml'}, then proveonce -h")


@click.command()
@workspace_option
@format_option
def validate(workspace_path: Path | None, form: str) -> int:
    """Report every content problem with file:line:column; exit code 2 when there is one."""
    from dataclasses import asdict

    from proveonce.app.validating import validate as find_problems

    content, problems = find_problems(workspace_root(workspace_path))
    if form == "json":
        echo_json({"problems": [asdict(problem) for problem in problems]})
    elif problems:
        for problem in problems:
            click.echo(str(problem), err=True)
        click.echo(f"{len(problems)} problem{'s' if len(problems) != 1 else ''} found", err=True)
    else:
        requirements = sum(len(f.requirements) for f in content.frameworks.values())
        edges = sum(len(w.edges) for w in content.crosswalks.values())
        click.echo(
            f"sound: {len(content.frameworks)} frameworks with {requirements} requirements, "
            f"{len(content.controls)} common controls, {edges} crosswalk edges, {len(content.checks)} checks"
        )
    return BAD_INPUT if problems else 0

"""`iam-policy`: the exact read-only policy of a collection."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

import click

from proveonce.cli.common import open_workspace, workspace_option


@click.command("iam-policy")
@workspace_option
@click.option("--format", "form", type=click.Choice(["json", "cloudformation"]), default="json", show_default=True,
              help="The policy documents, or a template of the role that has them.")  # fmt: skip
@click.option("--external-id", help="External id of the role. Default: that of proveonce.yaml, else a new one.")
@click.option("--all-tables", "everything", is_flag=True, help="Allow also what no check needs.")
def iam_policy(workspace_path: Path | None, form: str, external_id: str | None, everything: bool) -> None:
    """Print what IAM must allow: the actions of the calls that are made, none other, and a Deny on data.

    IAM takes no policy of more than 6,144 characters, so there is a list of documents: attach them all.
    """
    from proveonce.app.collecting import needed_policy

    workspace = open_workspace(workspace_path)
    policy = needed_policy(workspace, everything=everything)
    if form == "json":
        click.echo(json.dumps(policy.documents(), indent=2))
    else:
        known = external_id or workspace.external_id
        external_id = known or secrets.token_hex(16)
        click.echo(json.dumps(policy.template(external_id), indent=2))
        if not known:
            click.echo(f"new external id; put it into proveonce.yaml: external_id: {external_id}", err=True)
    click.echo(f"{len(policy.actions)} actions for {len(policy.operations)} operations", err=True)
    if policy.unverified:
        click.echo("not confirmed by any list of AWS's actions, check before use: " + ", ".join(policy.unverified),
                   err=True)  # fmt: skip

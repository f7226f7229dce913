"""`collect`, `plan`, `runs`: what is asked of AWS, and what was."""

from __future__ import annotations

import re
from pathlib import Path

import click

from proveonce.cli.common import INCOMPLETE, echo_json, format_option, open_workspace, progress, table, workspace_option
from proveonce.cli.gaps import gap_table


@click.command()
@workspace_option
@click.option("--profile", help="AWS profile. Default: the usual credential chain.")
@click.option("--role", help="Role to assume in each account, a name or an ARN.")
@click.option("--external-id", help="External id for that role.")
@click.option(
    "--regions", "-r", multiple=True, help="Regions, repeatable or comma-separated. Default: every enabled one."
)
@click.option("--services", "-s", multiple=True, help="Only these services, whole. Default: what the checks need.")
@click.option("--all-tables", "everything", is_flag=True, help="Read also what no check needs.")
@click.option("--organization", is_flag=True, help="Read every active account of the AWS organisation.")
@click.option("--accounts", multiple=True, help="Only these accounts, repeatable or comma-separated.")
@click.option("--ous", multiple=True, help="Only accounts in or below these organisational units.")
@click.option("--exclude", multiple=True, help="Not these accounts; the run names them as not read.")
@click.option("--resume", "resumes", is_flag=True, help="Go on with the collection that was stopped.")
@format_option
def collect(
    workspace_path: Path | None,
    profile: str | None,
    role: str | None,
    external_id: str | None,
    regions: tuple[str, ...],
    services: tuple[str, ...],
    everything: bool,
    organization: bool,
    accounts: tuple[str, ...],
    ous: tuple[str, ...],
    exclude: tuple[str, ...],
    resumes: bool,
    form: str,
) -> int:
    """Read live AWS, read-only, into one committed evidence run.

    Uses the usual AWS credential chain and AWS_ENDPOINT_URL. Exit code 4 says that something planned
    was not read; it is listed, and the run is committed all the same. A collection that is stopped
    commits nothing; --resume goes on with it.
    """
    from proveonce.app.collecting import Choice
    from proveonce.app.collecting import collect as run_collection

    choice = Choice(
        profile=profile, role=role, external_id=external_id, regions=_split(regions), services=_services(services),
        accounts=_accounts(accounts), units=_split(ous), exclude=_accounts(exclude), organization=organization,
        everything=everything, resumes=resumes,
    )  # fmt: skip
    workspace = open_workspace(workspace_path)
    with progress("collecting") as move:
        run, coverage = run_collection(workspace, choice, progress=move)
    missing = [row for row in coverage if not row.is_complete]
    predicate = run.manifest["predicate"]
    if form == "json":
        from dataclasses import asdict

        echo_json({
            "run": run.id, "digest": run.digest, "calls": predicate["calls"], "accounts": dict(run.accounts),
            "planned": sum(c.planned for c in coverage), "read": sum(c.read for c in coverage),
            "not_read": [asdict(row) for row in missing],
        })  # fmt: skip
        return INCOMPLETE if missing else 0
    for account, facts in run.accounts.items():
        click.echo(f"account {account} as {facts['caller_arn'] or 'nobody'}, {len(facts['regions'])} regions")
    rows = sum(c.rows for c in coverage if not c.detail)
    click.echo(f"{run.id}: {rows:,} items by {predicate['calls']:,} calls, committed to {workspace.store}")
    planned, read = sum(c.planned for c in coverage), sum(c.read for c in coverage)
    click.echo(f"{read:,} of {planned:,} planned reads done")
    click.echo(f"accounts: {run.completeness}")
    if missing:
        click.echo("\nNot read (each of them: --format json):")
        click.echo(gap_table(missing))
    return INCOMPLETE if missing else 0


def _split(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


def _accounts(values: tuple[str, ...]) -> tuple[str, ...]:
    from proveonce.kernel.errors import UsageError

    names = _split(values)
    for name in names:
        if not re.fullmatch(r"\d{12}", name):
            raise UsageError(f"{name!r} is no account id", fix="give its twelve digits")
    return names


def _services(values: tuple[str, ...]) -> tuple[str, ...]:
    from proveonce.kernel.errors import UsageError
    from proveonce.kernel.naming import nearest
    from proveonce.tables.spec import load_specs

    names = _split(values)
    known = [service.name for service in load_specs().services]
    for name in names:
        if name not in known:
            near = nearest(name, known)
            hint = f"did you mean {near}? " if near else ""
            raise UsageError(f"no spec for the service {name!r}", fix=f"{hint}known: {', '.join(known)}")
    return names


@click.command()
@workspace_option
@click.option("--regions", "-r", multiple=True, default=("us-east-1",), show_default=True, help="Regions to plan for.")
@click.option("--all-tables", "everything", is_flag=True, help="Plan also what no check needs.")
@format_option
def plan(workspace_path: Path | None, regions: tuple[str, ...], everything: bool, form: str) -> None:
    """Print the calls that a collection of one account makes, before any is made.

    With an estimate of their number and of what AWS charges for them, from the workspace's latest run if there is one.
    """
    from proveonce.app.collecting import planned_calls
    from proveonce.app.estimating import PRICES_AS_OF, estimate

    workspace = open_workspace(workspace_path)
    plans = planned_calls(workspace, _split(regions), everything=everything)
    expected = estimate(workspace, plans)
    rows = [
        {
            "region": p.region,
            "operation": p.call.key,
            "tables": [t.name for t in p.call.tables],
            "details": [f"{p.call.service}:{d.operation}" for t in p.call.tables for d in t.details],
        }
        for p in plans
    ]
    if form == "json":
        from dataclasses import asdict

        echo_json({"listings": rows, "estimate": {**asdict(expected), "prices_as_of": PRICES_AS_OF}})
        return
    click.echo(table(
        ["region", "listing", "then for each item"],
        [[str(r["region"]), str(r["operation"]), ", ".join(d.split(":")[1] for d in r["details"])] for r in rows],
    ))  # fmt: skip
    least = "at least " if expected.is_floor else "about "
    click.echo(f"{len(rows)} listings, read-only; {least}{expected.calls:,} calls an account ({expected.basis})")
    click.echo(
        f"AWS charges {least}${expected.usd:.4f} for them (list prices of {PRICES_AS_OF}, no free tier taken off)"
    )


@click.command()
@workspace_option
@format_option
def runs(workspace_path: Path | None, form: str) -> None:
    """List the committed evidence runs, oldest first."""
    from proveonce.store import Store

    workspace = open_workspace(workspace_path)
    found = Store(workspace.store).runs()
    if form == "json":
        echo_json([
            {"run": run.id, "digest": run.digest, "started_at": run.started_at, "ended_at": run.ended_at,
             "accounts": list(run.accounts), "endpoint": run.endpoint} for run in found
        ])  # fmt: skip
        return
    if not found:
        click.echo("no run yet: proveonce collect")
        return
    rows = [
        [run.id, run.ended_at[:19], ", ".join(run.accounts), f"{run.manifest['predicate']['calls']:,}"] for run in found
    ]
    click.echo(table(["run", "ended (UTC)", "accounts", "calls"], rows))

"""`risks`: decisions to accept failures for a time; they change no result."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from proveonce.cli.asking import Question, ask, chosen_day, described, pick
from proveonce.cli.common import GATE_NOT_MET, echo_json, table, workspace_option, workspace_root
from proveonce.cli.registers import as_of_option, table_option
from proveonce.model.standing import AcceptanceState

if TYPE_CHECKING:
    from proveonce.model.standing import AcceptanceStanding, RegisterStanding

_QUESTIONS = (
    Question("title", "Title"),
    Question("reason", "Why the risk is accepted"),
    Question("risk_owner", "Who owns the risk"),
    Question("requested_by", "Who asks for it"),
    Question("requested_on", "Day of asking (2026-11-24)", is_day=True),
    Question("expires_on", "First day on which it no longer holds, at most 12 months away", is_day=True),
    Question("compensating_control", "What is done meanwhile; or none, and why"),
)


@click.group("risks")
def risks() -> None:
    """Risk acceptances: decisions about failures found, beside the results and never instead of them."""


@risks.command("list")
@workspace_option
@as_of_option
@click.option("--fail-on", type=click.Choice(["expired", "unsigned"]), multiple=True, help="Exit with 3 when one is.")
@table_option
def list_risks(workspace_path: Path | None, as_of: str | None, fail_on: tuple[str, ...], form: str) -> int:
    """List acceptances: in force until when, or why not."""
    from proveonce.present import registers as present

    found = _registers(workspace_path, chosen_day(as_of))
    if form == "json":
        entries = [present.acceptance_json(entry) for entry in found.acceptances]
        echo_json({"as_of": found.day, "risk_acceptances": entries})
    elif not found.acceptances:
        click.echo("no risk_acceptances.yaml, or nothing in it: proveonce risks add")
    else:
        click.echo(f"as of {found.day}\n")
        rows = [_row(entry) for entry in found.acceptances]
        heads = ["acceptance", "state", "approved by", "expires", "days left", "about", "title"]
        click.echo(table(heads, rows, right=frozenset({4})))
        click.echo("\nWhich failures each is about: proveonce assess --format json. No result changes by one.")
    return GATE_NOT_MET if any(str(entry.state) in fail_on for entry in found.acceptances) else 0


@risks.command("show")
@click.argument("identifier")
@workspace_option
@as_of_option
@table_option
def show_risk(identifier: str, workspace_path: Path | None, as_of: str | None, form: str) -> None:
    """Show one acceptance."""
    from proveonce.present import registers as present

    found = _registers(workspace_path, chosen_day(as_of))
    entry = pick(identifier, {entry.acceptance.id: entry for entry in found.acceptances}, "risk acceptance")
    plain = present.acceptance_json(entry)
    if form == "json":
        echo_json(plain)
        return
    del plain["in_force"], plain["covered"]
    click.echo("\n".join(described(plain)))


@risks.command("add")
@workspace_option
@click.option("--id", "identifier", help="Id. Default: the next RA-<year>-<number>.")
@click.option("--control", "controls", multiple=True, help="Control whose failures it is about, repeatable.")
@click.option("--check", "checks", multiple=True, help="Check, or glob over checks, repeatable.")
@click.option("--account", "accounts", multiple=True, help="Only this account, repeatable.")
@click.option("--resource", "resources", multiple=True, help="Only this ARN or id, or glob over them, repeatable.")
@click.option("--title", help="Title.")
@click.option("--reason", help="Why the risk is accepted.")
@click.option("--risk-owner", help="Who owns the risk.")
@click.option("--requested-by", help="Who asks for it.")
@click.option("--requested-on", help="Day of asking.")
@click.option("--approved-by", help="Who approved it: never who asked. Default: not signed, so not in force.")
@click.option("--approved-on", help="Day of approval.")
@click.option("--expires-on", help="First day on which it no longer holds, at most 12 months away.")
@click.option("--compensating-control", help="What is done meanwhile.")
def add_risk(
    workspace_path: Path | None,
    identifier: str | None,
    controls: tuple[str, ...],
    checks: tuple[str, ...],
    accounts: tuple[str, ...],
    resources: tuple[str, ...],
    **given: str | None,
) -> None:
    """Add an acceptance: asks for what is missing; without an approver it is not in force."""
    from proveonce.app.registers import add_acceptance, next_id
    from proveonce.kernel.errors import UsageError

    if not controls and not checks:
        raise UsageError("it names neither a check nor a control", fix="give --control or --check, repeatable")
    root = workspace_root(workspace_path)
    answers = ask(_QUESTIONS, given)
    taken = {entry.acceptance.id: entry for entry in _registers(workspace_path, date.max).acceptances}
    lists = {"controls": controls, "checks": checks, "accounts": accounts, "resources": resources}
    signed = {key: value for key in ("approved_by", "approved_on") if (value := given[key])}
    entry: dict[str, str | list[str]] = {
        "id": identifier or next_id(taken, f"RA-{answers['requested_on'][:4]}-"),
        "title": answers["title"],
        "reason": answers["reason"],
        **{key: list(names) for key, names in lists.items() if names},
        **{key: answers[key] for key in ("risk_owner", "requested_by", "requested_on")},
        **signed,
        **{key: answers[key] for key in ("expires_on", "compensating_control")},
    }
    added = add_acceptance(root, entry)
    state = "in force once its day of approval has come" if signed else "not signed, so not in force"
    click.echo(f"added {added.id} to {added.register.name}: {state}")


def _row(entry: AcceptanceStanding) -> list[str]:
    acceptance = entry.acceptance
    state = "in force" if entry.state is AcceptanceState.IN_FORCE else f"not in force: {entry.why}"
    about = ", ".join((*acceptance.checks, *acceptance.controls))
    return [acceptance.id, state, acceptance.approved_by, acceptance.expires_on, str(entry.days_left), about,
            acceptance.title]  # fmt: skip


def _registers(workspace_path: Path | None, day: date) -> RegisterStanding:
    from proveonce.app.registers import registers_on

    return registers_on(workspace_root(workspace_path), day)

"""`attestations` and `vendors`: which documents count, which end, and what is open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from proveonce.cli.asking import Question, ask, chosen_day, described, pick
from proveonce.cli.common import GATE_NOT_MET, echo_json, table, workspace_option, workspace_root
from proveonce.model.register import AttestationKind, Tier
from proveonce.model.standing import DocumentState

if TYPE_CHECKING:
    from proveonce.model.standing import AttestationStanding, RegisterStanding, VendorStanding

table_option = click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True, help="Output format."
)
as_of_option = click.option("--as-of", help="Day to look at. Default: today.")

_KINDS = tuple(str(kind) for kind in AttestationKind)
_QUESTIONS = (
    Question("id", "Id, permanent and unique in the workspace"),
    Question("kind", "What it is", choices=_KINDS),
    Question("title", "Title"),
    Question("scope", "What it covers, in a sentence"),
    Question("issued_on", "Day of issue (2026-11-24)", is_day=True),
    Question("issuer", "Who issued it: the firm"),
)
_OVER_A_PERIOD = (
    Question("period_start", "First day of the period", is_day=True),
    Question("period_end", "Last day of the period", is_day=True),
)
_WITH_A_PERIOD = ("soc2_type2", "soc1_type2", "soc3", "bridge_letter")


@click.group("attestations")
def attestations() -> None:
    """Documents by which somebody attests to something of ours: reports, AOC, evaluations, letters, agreements."""


@attestations.command("list")
@workspace_option
@as_of_option
@click.option("--fail-on", type=click.Choice(["expired", "expiring"]), help="Exit with 3 when one is, or worse.")
@table_option
def list_attestations(workspace_path: Path | None, as_of: str | None, fail_on: str | None, form: str) -> int:
    """List our documents with the days left of each, and the days that no report is about."""
    from proveonce.present import registers as present

    found = _registers(workspace_path, as_of)
    if form == "json":
        echo_json({
            "as_of": found.day, "attestations": [present.attestation_json(entry) for entry in found.attestations],
            "continuity": present.continuity_json(found.continuity),
        })  # fmt: skip
    elif not found.attestations:
        click.echo("no attestations.yaml, or nothing in it: proveonce attestations add")
    else:
        click.echo(f"as of {found.day}\n")
        click.echo(_documents(found.attestations))
        click.echo("".join(f"\n{line}" for line in _notes(found.attestations, _continuity(found))))
    return _gate(found.attestations, fail_on)


@attestations.command("show")
@click.argument("identifier")
@workspace_option
@as_of_option
@table_option
def show_attestation(identifier: str, workspace_path: Path | None, as_of: str | None, form: str) -> None:
    """Show one document of ours, or of a vendor."""
    from proveonce.present import registers as present

    found = _registers(workspace_path, as_of)
    every = [*found.attestations, *(entry for vendor in found.vendors for entry in vendor.attestations)]
    entry = pick(identifier, {entry.attestation.id: entry for entry in every}, "attestation")
    plain = present.attestation_json(entry)
    if form == "json":
        echo_json(plain)
        return
    click.echo("\n".join(described(plain)))


@attestations.command("add")
@workspace_option
@click.option("--id", help="Id, permanent and unique in the workspace.")
@click.option("--kind", type=click.Choice(_KINDS), help="What it is.")
@click.option("--title", help="Title.")
@click.option("--scope", help="What it covers, in a sentence.")
@click.option("--issued-on", help="Day of issue.")
@click.option("--valid-to", help="First day on which it no longer counts. Default: it does not end.")
@click.option("--period-start", help="First day of the period, for reports over one.")
@click.option("--period-end", help="Last day of the period.")
@click.option(
    "--tier", type=click.Choice([str(tier) for tier in Tier]), help="Who may be given it. Default: restricted."
)
@click.option("--issuer", help="Who issued it: the firm.")
@click.option("--assessor", help="Name of the assessor.")
@click.option("--licence", help="The assessor's or firm's licence or certificate number.")
@click.option(
    "--opinion", type=click.Choice(["unqualified", "qualified", "adverse", "disclaimed"]), help="Its opinion."
)
@click.option("--file", "document", type=click.Path(path_type=Path, dir_okay=False), help="The document, to be copied.")
@click.option("--sha256", help="Digest of a document that is kept elsewhere.")
@click.option("--draft", is_flag=True, help="A bridge letter that is not issued yet.")
def add_attestation(
    workspace_path: Path | None, document: Path | None, *, draft: bool, **given: str | None
) -> None:  # fmt: skip
    """Add a document: asks for what is missing, copies the file into the workspace and digests it."""
    from proveonce.app.registers import add_attestation as add
    from proveonce.kernel.errors import UsageError

    if document is not None and given["sha256"]:
        raise UsageError("both --file and --sha256 are given", fix="the digest of a file that is copied is its own")
    questions = [question for question in _QUESTIONS if not (draft and question.key == "issued_on")]
    answers = ask([*questions, *(_OVER_A_PERIOD if given["kind"] in _WITH_A_PERIOD else ())], given)
    if answers["kind"] in _WITH_A_PERIOD:
        answers |= ask(_OVER_A_PERIOD, given | answers)
    entry = answers | {key: value for key, value in given.items() if value and key not in answers}
    added = add(workspace_root(workspace_path), entry, document)
    click.echo(f"added {added.id} to {added.register.name}")
    if added.document:
        click.echo(f"copied {added.document} sha256 {added.sha256}")


@click.group("vendors")
def vendors() -> None:
    """Third parties: their documents, the user controls and the PCI DSS duties that they leave to us."""


@vendors.command("list")
@workspace_option
@as_of_option
@click.option("--fail-on", type=click.Choice(["expired", "gaps"]), help="Exit with 3 when one has any.")
@table_option
def list_vendors(workspace_path: Path | None, as_of: str | None, fail_on: str | None, form: str) -> int:
    """List vendors with what is open of each."""
    from proveonce.present import registers as present

    found = _registers(workspace_path, as_of)
    if form == "json":
        echo_json({"as_of": found.day, "vendors": [present.vendor_json(entry) for entry in found.vendors]})
    elif not found.vendors:
        click.echo("no vendors.yaml, or nothing in it: docs/officer.md shows an entry")
    else:
        click.echo(f"as of {found.day}\n")
        click.echo(table(
            ["vendor", "name", "criticality", "holds", "documents", "expired", "open"],
            [_vendor_row(entry) for entry in found.vendors], right=frozenset({4, 5, 6}),
        ))  # fmt: skip
        for entry in found.vendors:
            for line in _vendor_notes(entry):
                click.echo(f"\n{entry.vendor.id}: {line}", nl=False)
        click.echo("")
    expired = [document for entry in found.vendors for document in entry.attestations]
    if fail_on == "gaps" and any(entry.gaps for entry in found.vendors):
        return GATE_NOT_MET
    return _gate(expired, "expired" if fail_on else None)


@vendors.command("show")
@click.argument("identifier")
@workspace_option
@as_of_option
@table_option
def show_vendor(identifier: str, workspace_path: Path | None, as_of: str | None, form: str) -> None:
    """Show one vendor: documents, user controls with ours that answer them, PCI DSS duties."""
    from proveonce.present import registers as present

    found = _registers(workspace_path, as_of)
    entry = pick(identifier, {entry.vendor.id: entry for entry in found.vendors}, "vendor")
    plain = present.vendor_json(entry)
    if form == "json":
        echo_json(plain)
        return
    facts = {key: plain[key] for key in ("id", "name", "service", "criticality", "owner", "data", "reviewed_on")}
    click.echo("\n".join(described(facts)))
    if entry.attestations:
        click.echo(f"\n{_documents(entry.attestations)}")
    if plain["user_controls"]:
        rows = [[", ".join(c["controls"]) or "open", c["owner"], c["text"]] for c in plain["user_controls"]]
        click.echo(f"\n{table(['answered by', 'owner', 'user control that it leaves to us'], rows)}")
    if plain["responsibilities"]:
        rows = [
            [r["requirement"], r["party"] or "nobody", r["how"], r["doubt"] or ""] for r in plain["responsibilities"]
        ]
        click.echo(f"\n{table(['PCI DSS', 'who has it', 'how it is divided', 'to settle'], rows)}")
    for line in _vendor_notes(entry):
        click.echo(f"\n{line}", nl=False)
    click.echo("")


def _vendor_row(entry: VendorStanding) -> list[str]:
    from proveonce.present.registers import DATA

    expired = sum(document.state is DocumentState.EXPIRED for document in entry.attestations)
    return [entry.vendor.id, entry.vendor.name, entry.vendor.criticality,
            ", ".join(DATA[data] for data in entry.vendor.data), str(len(entry.attestations)), str(expired),
            str(len(entry.gaps))]  # fmt: skip


def _vendor_notes(entry: VendorStanding) -> Iterator[str]:
    from proveonce.present.registers import continuity_words

    yield from entry.gaps
    yield from _notes(entry.attestations, continuity_words(entry.continuity) if entry.continuity else ())


def _documents(documents: Sequence[AttestationStanding]) -> str:
    from proveonce.present import registers as present

    rows = []
    for entry in documents:
        document, left = entry.attestation, "" if entry.days_left is None else str(entry.days_left)
        rows.append([document.id, present.KINDS[document.kind], present.period(entry), document.issued_on,
                     document.valid_to, left, present.STATES[entry.state].lower(),
                     present.FILES[document.file_state]])  # fmt: skip
    heads = ["document", "kind", "period", "issued", "valid to", "days left", "state", "file"]
    return table(heads, rows, right=frozenset({5}))


def _notes(documents: Sequence[AttestationStanding], more: Sequence[str] | Iterator[str]) -> Iterator[str]:
    for entry in documents:
        for note in entry.notes:
            yield f"{entry.attestation.id}: {note}"
    yield from more


def _continuity(found: RegisterStanding) -> Iterator[str]:
    from proveonce.present.registers import continuity_words

    return continuity_words(found.continuity) if found.continuity else iter(())


def _gate(documents: Sequence[AttestationStanding], fail_on: str | None) -> int:
    bad = {"expired": {DocumentState.EXPIRED}, "expiring": {DocumentState.EXPIRED, DocumentState.EXPIRING}}
    return GATE_NOT_MET if any(entry.state in bad.get(fail_on or "", ()) for entry in documents) else 0


def _registers(workspace_path: Path | None, as_of: str | None) -> RegisterStanding:
    from proveonce.app.registers import registers_on

    return registers_on(workspace_root(workspace_path), chosen_day(as_of))

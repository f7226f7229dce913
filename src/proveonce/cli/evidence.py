"""`evidence`: what people did, recorded, listed and reviewed; the lists that owners fill in and send back."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from proveonce.cli.common import echo_json, format_option, table, workspace_option, workspace_root
from proveonce.cli.evidence_add import add
from proveonce.cli.evidence_requests import receive, request

if TYPE_CHECKING:
    from proveonce.model.manual import ManualRecord, OnRecord


@click.group("evidence")
def evidence() -> None:
    """Evidence by people: records, requests in a workbook, what came back."""


evidence.add_command(add)
evidence.add_command(request)
evidence.add_command(receive)


@evidence.command("kinds")
@format_option
def kinds(form: str) -> None:
    """List the kinds of records and the facts that each asks for."""
    from proveonce.model.manual_fields import FIELDS

    if form == "json":
        echo_json([{"kind": kind, "fields": [{"name": name, **asdict(field)} for name, field in fields.items()]}
                   for kind, fields in FIELDS.items()])  # fmt: skip
        return
    for kind, fields in FIELDS.items():
        click.echo(f"{kind}")
        click.echo(table(["  fact", "type", "asked", "question"],
                         [[f"  {name}", _type(field.type), "always" if field.is_required else "if known",
                           field.question + (f" ({', '.join(field.choices)})" if field.choices else "")]
                          for name, field in fields.items()]) + "\n")  # fmt: skip


def _type(name: str) -> str:
    return {"VARCHAR": "text", "DATE": "day", "BOOLEAN": "yes or no", "BIGINT": "number", "VARCHAR[]": "list"}[name]


@evidence.command("list")
@click.option("--control", "-c", metavar="ID", help="Only what is on record for this control.")
@click.option("--stale", is_flag=True, help="Only records in force that no longer count.")
@workspace_option
@format_option
def list_records(control: str | None, stale: bool, workspace_path: Path | None, form: str) -> None:
    """List the records, a line for each control that they serve, the latest first."""
    from proveonce.app.recording import standing
    from proveonce.content import load_content

    root, now = workspace_root(workspace_path), datetime.now(UTC)
    content = load_content(root)
    if control is not None:
        _must_be_known(control, [str(name) for name in content.controls])
    today = now.date().isoformat()
    found = [
        entry for entry in standing(root, content, now)
        if (control is None or entry.control == control)
        and (not stale or (entry.superseded_by is None and entry.valid_until < today))
    ]  # fmt: skip
    if form == "json":
        echo_json([_plain(entry, today) for entry in found])
        return
    if not found:
        click.echo("no records" + (" that are stale" if stale else ""))
        return
    click.echo(table(
        ["control", "record", "kind", "performed on", "valid until", "reviewed by", "state"],
        [[e.control, e.record.id, str(e.record.kind), e.record.performed_on, e.valid_until, e.record.reviewed_by or "-",
          _state(e, today)] for e in found],
    ))  # fmt: skip


def _must_be_known(control: str, known: list[str]) -> None:
    from proveonce.kernel.errors import UsageError
    from proveonce.kernel.naming import nearest

    if control not in known:
        near = nearest(control, known)
        fix = f"did you mean {near}?" if near else "proveonce controls list"
        raise UsageError(f"no control {control!r}", fix=fix)


def _state(entry: OnRecord, today: str) -> str:
    """What stands against the record, in order of weight; `in force` where nothing does."""
    from proveonce.model.manual import AttachmentState, Conclusion

    record = entry.record
    if entry.superseded_by is not None:
        return f"superseded by {entry.superseded_by}"
    against = [
        "not effective" if record.conclusion is Conclusion.NOT_EFFECTIVE else "",
        "performed on a day to come" if record.performed_on > today else "",
        "stale" if entry.valid_until < today else "",
        "" if record.reviewed_by else "not reviewed",
        *(f"attachment {a.state}: {a.file}" for a in record.attachments if a.state is not AttachmentState.KEPT),
    ]
    return "; ".join(filter(None, against)) or "in force"


def _plain(entry: OnRecord, today: str) -> dict[str, Any]:
    return {"control": entry.control, "state": _state(entry, today), "valid_until": entry.valid_until,
            "superseded_by": entry.superseded_by, "record": _plain_record(entry.record)}  # fmt: skip


def _plain_record(record: ManualRecord) -> dict[str, Any]:
    return {**asdict(record), "place": str(record.place)}


@evidence.command("show")
@click.argument("record_id")
@workspace_option
@format_option
def show_record(record_id: str, workspace_path: Path | None, form: str) -> None:
    """Show a record with all its facts and how its attachments were found."""
    from proveonce.app.recording import find
    from proveonce.content import load_content
    from proveonce.content.manual import load_manual

    root = workspace_root(workspace_path)
    record = find(load_manual(root, load_content(root)), record_id)
    if form == "json":
        echo_json(_plain_record(record))
        return
    click.echo(f"{record.id} {record.title}\n{record.kind} for {', '.join(record.controls)}, {record.conclusion}\n")
    click.echo(f"{record.statement}\n")
    reviewed = f"reviewed by {record.reviewed_by}" if record.reviewed_by else "not reviewed"
    click.echo(f"performed on {record.performed_on} by {record.performed_by}; {reviewed}"
               f"{f' on {record.reviewed_on}' if record.reviewed_on else ''}")  # fmt: skip
    click.echo(f"recorded at {record.recorded_at}{f' by {record.recorded_by}' if record.recorded_by else ''}, "
               f"{record.place}")  # fmt: skip
    for name, value in record.facts.items():
        shown = ", ".join(value) if isinstance(value, list) else "none" if value is None else value
        click.echo(f"  {name}: {str(shown).lower() if isinstance(shown, bool) else shown}")
    for attachment in record.attachments:
        click.echo(f"  attached: {attachment.file} ({attachment.state}) sha256 {attachment.sha256}")


@evidence.command("review")
@click.argument("record_id")
@click.option("--by", required=True, metavar="NAME", help="Who reviewed it; never who performed it.")
@click.option("--on", metavar="DAY", help="Day of the review. Default: today.")
@workspace_option
def review(record_id: str, by: str, on: str | None, workspace_path: Path | None) -> None:
    """Add its reviewer to a record that has none."""
    from proveonce.app.recording import review as add_review
    from proveonce.content import load_content

    root, today = workspace_root(workspace_path), datetime.now(UTC).date()
    record = add_review(root, load_content(root), record_id, by=by, on=_day(on, today))
    click.echo(f"{record.id} reviewed by {record.reviewed_by} on {record.reviewed_on}: {record.place}")


def _day(text: str | None, today: date) -> date:
    """The day that the option names, no later than today. Raises: UsageError."""
    from proveonce.content.manual_schema import day_of
    from proveonce.kernel.errors import UsageError

    try:
        day = day_of(text) if text is not None else today
    except ValueError as error:
        raise UsageError(str(error)) from error
    if day > today:
        raise UsageError(f"{day} lies ahead", fix="give the day on which it was reviewed")
    return day

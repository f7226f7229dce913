"""What people did, control by control, and each record with its facts: Procedural."""

from __future__ import annotations

from collections.abc import Iterator

from proveonce.model.manual import OnRecord
from proveonce.present.procedural import Performed, attachments, performed
from proveonce.present.workbook import facts
from proveonce.present.workbook.book import Book
from proveonce.present.workbook.grid import Column, Grid, Layout, Value
from proveonce.present.workbook.results import key_width
from proveonce.present.workbook.style import LOOKS, Kind, Tone


def write_procedural(book: Book) -> None:
    """Each control with a part by people: a row for each of its records, or one that says that there is none."""
    found = performed(book.view)
    on_record = sum(1 for people in found if people.records)
    layout = Layout(
        name="Procedural",
        title="Procedural controls",
        holds="What people did: due, performed, reviewed, result, evidence",
        sentence=(
            f"{facts.count(len(found), 'control')} with a part done by people; of {on_record:,} of them evidence is on "
            "record. Missing, stale or not reviewed is undetermined. The result is that of the control's part by "
            "people; a record that a later one replaced has none."
        ),
        columns=(
            Column("Reference", key_width((people.sheet.reference for people in found), 11), Kind.KEY),
            Column("Control", 8, Kind.MONO),
            Column("Title", 26, takes_rest=True),
            Column("Due", 10),
            Column("Owner", 13),
            Column("Record", 13, Kind.MONO),
            Column("Performed on", 11),
            Column("Performed by", 15),
            Column("Reviewed by", 15),
            Column("Valid until", 11),
            Column("Result", 15.5, Kind.STATUS),
            Column("Evidence, and what it lacks", 30),
            Column("Kind", 20, is_printed=False),
            Column("Reviewed on", 11, is_printed=False),
            Column("What was done", 60, is_printed=False),
            Column("Conclusion", 14, is_printed=False),
            Column("Facts", 60, is_printed=False),
            Column("Recorded at, UTC", 18, is_printed=False),
            Column("Attachments", 50, Kind.MONO, is_printed=False),
            Column("Record SHA-256", 68, Kind.MONO, is_printed=False),
            Column("Evidence expected", 60, is_printed=False),
        ),
    )
    grid = Grid(book, layout)
    for people in found:
        if not people.records:
            grid.add(_row(book, people, None))
        for entry in sorted(people.records, key=lambda held: held.superseded_by is not None):
            grid.add(_row(book, people, entry), Tone.PLAIN if entry.superseded_by is None else Tone.QUIET)
    grid.close()


def _row(book: Book, people: Performed, entry: OnRecord | None) -> tuple[Value, ...]:
    sheet = people.sheet
    control = sheet.control
    named = book.view.workspace.owners.get(control.owner, "")
    owner = control.owner.replace("_", " ")
    head: tuple[Value, ...] = (
        sheet.reference, control.id, control.title, facts.cadence(control.cadence),
        f"{owner} ({named})" if named else owner,
    )  # fmt: skip
    expected = "; ".join(control.evidence)
    reasons = "; ".join(people.reasons)
    if entry is None:
        return (*head, *("",) * 5, LOOKS[people.status], reasons, *("",) * 8, expected)
    record = entry.record
    if entry.superseded_by is None:
        result, lacks = LOOKS[people.status], "; ".join(filter(None, (attachments(entry), reasons)))
    else:
        result, lacks = None, f"{attachments(entry)}; {entry.superseded_by} took its place"
    return (
        *head, record.id, record.performed_on, record.performed_by, record.reviewed_by or "not reviewed",
        entry.valid_until, result, lacks, record.kind.replace("_", " "), record.reviewed_on, record.statement,
        record.conclusion.replace("_", " "), facts.observed(record.facts), facts.second(record.recorded_at),
        "; ".join(_attachments(entry)), entry.digest, expected,
    )  # fmt: skip


def _attachments(entry: OnRecord) -> Iterator[str]:
    for attachment in entry.record.attachments:
        yield f"{attachment.file} {attachment.sha256} ({attachment.state})"

"""What was read, what was not, by which call, and where it is kept: Coverage, Calls, Evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from proveonce.model.evidence import ReadState
from proveonce.present.workbook import facts
from proveonce.present.workbook.grid import Column, Grid, Layout, Value, digits
from proveonce.present.workbook.results import key_width
from proveonce.present.workbook.style import READ_BAR, Kind, Tone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from proveonce.model.evidence import Coverage
    from proveonce.present.workbook.book import Book

    Calls = Callable[[], Iterator[Mapping[str, object]]]

STATE_WORDS = {
    ReadState.READ: "Read",
    ReadState.ABSENT: "Read, absent",
    ReadState.NOT_NEEDED: "Not needed",
    ReadState.DENIED: "Access denied",
    ReadState.THROTTLED: "Throttled out",
    ReadState.UNAVAILABLE: "Unavailable",
    ReadState.REGION_NOT_OPTED_IN: "Region not opted in",
    ReadState.NOT_ENABLED: "Not enabled",
    ReadState.NOT_SUBSCRIBED: "Not subscribed",
    ReadState.GONE: "Gone before its detail",
    ReadState.QUARANTINED: "Quarantined",
    ReadState.ERROR: "Error",
}
_SHARE = 8


def write_coverage(book: Book) -> None:
    """The ledger, every planned account, region and operation; what was not fully read comes first."""
    ledger = book.view.assessment.coverage
    planned, read = sum(entry.planned for entry in ledger), sum(entry.read for entry in ledger)
    rows = sum(entry.rows for entry in ledger)
    open_entries = [entry for entry in ledger if not entry.is_complete]
    layout = Layout(
        name="Coverage",
        title="Coverage",
        holds="Reads planned and done, by account, region, operation",
        sentence=(
            f"{read:,} of {planned:,} planned reads done; {facts.count(len(open_entries), 'line')} of {len(ledger):,} "
            "not fully read, bold and first. Completeness of the accounts: "
            f"{book.view.assessment.run.completeness}."
        ),
        columns=(
            Column("Account", 13.5, Kind.MONO),
            Column("Region", 13),
            Column("Service", 12),
            Column("Operation", 22, takes_rest=True),
            Column("State", 14),
            Column("Leaves open", 14),
            Column("Planned", digits(planned, 7.5), Kind.NUMBER),
            Column("Read", digits(planned, 7), Kind.NUMBER),
            Column("Share", 9, Kind.SHARE),
            Column("Account name", 16, is_printed=False),
            Column("Detail", 16, is_printed=False),
            Column("Rows", 10, Kind.NUMBER, is_printed=False),
            Column("Pages", 8, Kind.NUMBER, is_printed=False),
            Column("Code", 24, is_printed=False),
            Column("What AWS said", 60, is_printed=False),
            Column("Tables", 40, Kind.MONO, is_printed=False),
        ),
        is_portrait=True,
        rows_expected=len(ledger),
    )
    grid = Grid(book, layout)
    served = _served_by_operation(book)
    for entry in sorted(ledger, key=lambda entry: entry.is_complete):
        tone = Tone.PLAIN if entry.is_complete else Tone.UNREAD
        grid.add(_coverage_row(book, entry, served), tone)
    grid.bars(_SHARE, READ_BAR, 1)
    pages = sum(entry.pages for entry in ledger)
    share = _share(read, planned)
    grid.total(("Total", "", "", "", "", "", planned, read, share, None, None, rows, pages, None, None, None))
    grid.close()


def _coverage_row(book: Book, entry: Coverage, served: Mapping[str, tuple[str, ...]]) -> tuple[Value, ...]:
    leaves_open = () if entry.is_complete else served.get(f"{entry.service}:{entry.operation}", ())
    return (
        entry.account, entry.region, entry.service, entry.operation, _state(entry), ", ".join(leaves_open),
        entry.planned, entry.read, _share(entry.read, entry.planned), book.accounts.get(entry.account, ""),
        entry.detail, entry.rows, entry.pages, entry.code, entry.message, ", ".join(entry.tables),
    )  # fmt: skip


def _state(entry: Coverage) -> str:
    if entry.state is ReadState.READ and entry.is_complete and not entry.detail and not entry.rows:
        return "Read, empty"
    word = STATE_WORDS[entry.state]
    return f"{word}, in part" if entry.read and not entry.is_complete else word


def _share(read: int, planned: int) -> float | None:
    """The share read, cut and not rounded, so that only all of it is ever 100 %; none of nothing."""
    return (read * 1000 // planned) / 1000 if planned else None


def _served_by_operation(book: Book) -> dict[str, tuple[str, ...]]:
    """service:Operation → requirements of this framework whose tests rest on it, in catalog order."""
    view = book.view
    of_control: dict[str, list[str]] = {}
    for result in view.requirements:
        for control in result.controls if result.in_scope else ():
            of_control.setdefault(control, []).append(result.requirement)
    order = {requirement: place for place, requirement in enumerate(view.catalog)}
    found: dict[str, set[str]] = {}
    for check, result in view.assessment.checks.items():
        reached = {r for control in view.content.checks[check].supports for r in of_control.get(control, ())}
        for operation in result.operations:
            found.setdefault(operation, set()).update(reached)
    return {operation: tuple(sorted(reached, key=order.__getitem__)) for operation, reached in found.items()}


_CALL_FIELDS: tuple[tuple[Column, str], ...] = (
    (Column("Call", 12, Kind.MONO), "id"),
    (Column("Account", 13, Kind.MONO), "account"),
    (Column("Region", 12.5), "region"),
    (Column("Service", 11), "service"),
    (Column("Operation", 22), "operation"),
    (Column("Parameters", 18, Kind.MONO, takes_rest=True), "params"),
    (Column("Page", 5, Kind.NUMBER), "page"),
    (Column("State", 12.5), "state"),
    (Column("HTTP", 5), "http_status"),
    (Column("Retries", 7, Kind.NUMBER), "retries"),
    (Column("Rows", 7.5, Kind.NUMBER), "rows"),
    (Column("Started at, UTC", 18.5), "started_at"),
    (Column("Ended at, UTC", 19, is_printed=False), "ended_at"),
    (Column("Detail", 16, is_printed=False), "detail"),
    (Column("Request id", 40, Kind.MONO, is_printed=False), "request_id"),
    (Column("Code", 24, is_printed=False), "code"),
    (Column("What AWS said", 60, is_printed=False), "message"),
    (Column("Caller", 60, Kind.MONO, is_printed=False), "caller_arn"),
    (Column("Table", 30, Kind.MONO, is_printed=False), "table"),
    (Column("First line", 9, Kind.NUMBER, is_printed=False), "first_line"),
)


def write_calls(book: Book, calls: Calls | None) -> None:
    """Every call to AWS, streamed, in the order of the calls artefact."""
    expected = sum(artefact.rows for artefact in book.view.assessment.run.of_kind("calls"))
    kept = "evidence/calls.jsonl"
    layout = Layout(
        name="Calls",
        title="Calls to AWS",
        holds="Every call: parameters, page, answer, request id",
        sentence=(
            f"One row a call, the same as in {kept}. The request id finds the call in the account's own CloudTrail."
            if calls
            else f"Not listed here: the calls of this run stand in {kept}."
        ),
        columns=tuple(column for column, _ in _CALL_FIELDS),
        rows_expected=expected,
    )
    grid = Grid(book, layout)
    total, rows, retries = 0, 0, 0
    for record in calls() if calls else ():
        grid.add([_call_value(column, record.get(field)) for column, field in _CALL_FIELDS])
        total += 1
        rows += cast("int", record.get("rows") or 0)
        retries += cast("int", record.get("retries") or 0)
    grid.total(("Total", f"{total:,}", "", "", "", "", None, "", "", retries, rows, "", *(None,) * 8))
    grid.close()


def _call_value(column: Column, value: object) -> Value:
    if value is None or value == "":
        return None
    if column.kind is Kind.NUMBER and isinstance(value, int):
        return value
    if column.head == "State" and value in STATE_WORDS:
        return STATE_WORDS[ReadState(str(value))]
    if column.head.endswith("UTC"):
        return facts.second(str(value))
    return value if isinstance(value, str) else facts.value_text(value)


def write_evidence(book: Book) -> None:
    """Each artefact of the run with its digests; a reference where a control's tests rest on it."""
    pairs = book.view.artefacts
    references = evidence_references(book)
    length = sum(artefact.length for _, artefact in pairs)
    stored = sum(artefact.stored_length for _, artefact in pairs)
    rows = sum(artefact.rows for _, artefact in pairs)
    layout = Layout(
        name="Evidence",
        title="Evidence index",
        holds="Artefacts: path in the package, rows, digests, lengths",
        sentence=(
            f"{facts.count(len(pairs), 'artefact')} of run {book.view.assessment.run.id}. The SHA-256 is of the plain bytes, "
            "as sha256sum prints it for the file in this package. Artefacts without a reference serve no test here."
        ),
        columns=(
            Column("Reference", key_width(references.values(), 12), Kind.KEY),
            Column("Path in the package", 28, Kind.MONO, takes_rest=True),
            Column("Table", 23, Kind.MONO),
            Column("Account", 13, Kind.MONO),
            Column("Region", 12.5),
            Column("Rows", digits(rows, 7), Kind.NUMBER),
            Column("SHA-256", 34.5, Kind.MONO),
            Column("Bytes", digits(length, 9), Kind.NUMBER),
            Column("Stored bytes", digits(stored, 8), Kind.NUMBER),
            Column("Stored SHA-256", 68, Kind.MONO, is_printed=False),
            Column("Account name", 16, is_printed=False),
        ),
        rows_expected=len(pairs),
    )
    grid = Grid(book, layout)
    for path, artefact in pairs:
        grid.add((
            references.get(path, ""), path, artefact.table or artefact.kind, artefact.account, artefact.region,
            artefact.rows, artefact.digest, artefact.length, artefact.stored_length, artefact.stored_digest,
            book.accounts.get(artefact.account, ""),
        ))  # fmt: skip
    grid.total(("Total", f"{len(pairs):,}", "", "", "", rows, "", length, stored, None, None))
    grid.close()


def evidence_references(book: Book) -> dict[str, str]:
    """Package path → `CC6.1-03.E2`: artefacts by path, numbered within the first control that rests on them."""
    paths: dict[str, list[str]] = {}
    for path, artefact in book.view.artefacts:
        paths.setdefault(artefact.digest, []).append(path)
    references: dict[str, str] = {}
    for sheet in book.view.sheets:
        digests = {digest for test in sheet.tests for digest in book.view.assessment.checks[test.check.id].artefacts}
        used = sorted(path for digest in digests for path in paths.get(digest, ()) if path not in references)
        references |= {path: f"{sheet.reference}.E{number}" for number, path in enumerate(used, 1)}
    return references

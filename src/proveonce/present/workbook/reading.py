"""What was read, what was not, by which call, and where it is kept: Coverage, Calls, Evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import cast

from proveonce.model.evidence import Coverage, ReadState
from proveonce.model.finding import Status
from proveonce.present.workbook import facts, measure
from proveonce.present.workbook.book import Book
from proveonce.present.workbook.grid import Column, Grid, Layout, Value, digits
from proveonce.present.workbook.results import key_width
from proveonce.present.workbook.style import READ_BAR, Kind, Tone

_Call = tuple[str, str, str]
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
_OPEN = 4
"""Requirements that a printed cell names."""
_PARAMETERS = 240


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
            Column("Account", 14, Kind.MONO),
            Column("Region", 14),
            Column("Service", _service_width(entry.service for entry in ledger)),
            Column("Operation", 22, takes_rest=True),
            Column("State", 18),
            Column("Leaves open", _open_width(book)),
            Column("Planned", digits(planned, 7.5), Kind.NUMBER),
            Column("Read", digits(planned, 7), Kind.NUMBER),
            Column("Share", 9, Kind.SHARE, bar=(READ_BAR, 1)),
            Column("Account name", 16, is_printed=False),
            Column("Detail", 16, is_printed=False),
            Column("Rows", 10, Kind.NUMBER, is_printed=False),
            Column("Pages", 8, Kind.NUMBER, is_printed=False),
            Column("Code", 24, is_printed=False),
            Column("What AWS said", 60, is_printed=False),
            Column("Tables", 40, Kind.MONO, is_printed=False),
            Column("All that it leaves open", 60, is_printed=False),
        ),
        is_portrait=True,
        rows_expected=len(ledger),
    )
    grid = Grid(book, layout)
    served = _left_open(book)
    for entry in sorted(ledger, key=_open_first):
        tone = Tone.PLAIN if entry.is_complete else Tone.UNREAD
        grid.add(_coverage_row(book, entry, served), tone)
    pages = sum(entry.pages for entry in ledger)
    sums = {"Planned": planned, "Read": read, "Share": _share(read, planned), "Rows": rows, "Pages": pages}
    grid.total({"Account": "Total", **sums})
    grid.close()


def _coverage_row(book: Book, entry: Coverage, served: Mapping[_Call, tuple[str, ...]]) -> tuple[Value, ...]:
    call = (f"{entry.service}:{entry.operation}", entry.account, entry.region)
    leaves_open = () if entry.is_complete else served.get(call, ())
    return (
        entry.account, entry.region, entry.service, entry.operation, _state(entry), facts.some_of(leaves_open, _OPEN),
        entry.planned, entry.read, _share(entry.read, entry.planned), book.accounts.get(entry.account, ""),
        entry.detail, entry.rows, entry.pages, entry.code, entry.message, ", ".join(entry.tables),
        ", ".join(leaves_open),
    )  # fmt: skip


def _state(entry: Coverage) -> str:
    if entry.state is ReadState.READ and entry.is_complete and not entry.detail and not entry.rows:
        return "Read, empty"
    word = STATE_WORDS[entry.state]
    return f"{word}, in part" if entry.read and not entry.is_complete else word


def _share(read: int, planned: int) -> float | None:
    """The share read, cut and not rounded, so that only all of it is ever 100 %; none of nothing."""
    return (read * 1000 // planned) / 1000 if planned else None


def _open_first(entry: Coverage) -> tuple[bool, bool]:
    """Incomplete reads first, and among them those behind which something may be hidden."""
    is_empty_place = entry.state in (ReadState.REGION_NOT_OPTED_IN, ReadState.NOT_ENABLED, ReadState.NOT_SUBSCRIBED)
    return entry.is_complete, is_empty_place


def _service_width(services: Iterable[str]) -> float:
    return max([10.0, *(measure.units_for(service, is_bold=True) + 0.5 for service in set(services))])


def _open_width(book: Book) -> float:
    return max([13.0, *(measure.units_for(requirement, is_bold=True) + 0.5 for requirement in book.view.catalog)])


def _left_open(book: Book) -> dict[_Call, tuple[str, ...]]:
    """(service:Operation, account, region) → requirements with an undetermined finding there, in catalog order."""
    view = book.view
    of_control: dict[str, set[str]] = {}
    for result in view.requirements:
        for control in result.controls if result.in_scope else ():
            of_control.setdefault(control, set()).add(result.requirement)
    found: dict[_Call, set[str]] = {}
    undetermined = {(f.check, f.account, f.region) for f in view.findings(status=Status.UNDETERMINED)}
    for check, account, region in undetermined:
        reached = [of_control.get(control, set()) for control in view.content.checks[check].supports]
        for operation in view.assessment.checks[check].operations:
            found.setdefault((operation, account, region), set()).update(*reached)
    order = {requirement: place for place, requirement in enumerate(view.catalog)}
    return {call: tuple(sorted(reached, key=order.__getitem__)) for call, reached in found.items()}


CALLS_FILE = "evidence/calls.jsonl"
_CALL_FIELDS: tuple[tuple[Column, str], ...] = (
    (Column("Call", 10, Kind.MONO), "id"),
    (Column("Account", 14, Kind.MONO), "account"),
    (Column("Region", 12.5), "region"),
    (Column("Service", 17.5), "service"),
    (Column("Operation", 25), "operation"),
    (Column("Parameters", 18, Kind.MONO, takes_rest=True), "params"),
    (Column("Page", 5, Kind.NUMBER), "page"),
    (Column("State", 14), "state"),
    (Column("HTTP", 6, Kind.NUMBER), "http_status"),
    (Column("Retries", 7, Kind.NUMBER), "retries"),
    (Column("Rows", 7, Kind.NUMBER), "rows"),
    (Column("Started at, UTC", 20), "started_at"),
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
    layout = Layout(
        name="Calls",
        title="Calls to AWS",
        holds="Every call: parameters, page, answer, request id",
        sentence=(
            f"One row a call, the same as in {CALLS_FILE}. The request id finds it in the account's own CloudTrail."
            if calls
            else f"Not listed here: the calls of this run stand in {CALLS_FILE}."
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
    grid.total({"Call": "Total", "Account": f"{total:,}", "Retries": retries, "Rows": rows})
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
    text = value if isinstance(value, str) else facts.value_text(value)
    return facts.shortened(text, _PARAMETERS, CALLS_FILE) if column.is_printed else text


def write_evidence(book: Book) -> None:
    """Each artefact of the run and each file of evidence by people; a reference where a control's tests rest on it."""
    pairs = (*book.view.artefacts, *book.view.people)
    references = book.view.evidence_references
    length = sum(artefact.length for _, artefact in pairs)
    stored = sum(artefact.stored_length for _, artefact in pairs)
    rows = sum(artefact.rows for _, artefact in pairs)
    layout = Layout(
        name="Evidence",
        title="Evidence index",
        holds="Artefacts: path in the package, rows, digests, lengths",
        sentence=(
            f"{facts.count(len(pairs), 'artefact')} of run {book.view.assessment.run.id}. The SHA-256 is of the plain "
            "bytes, as sha256sum prints it for the file. Artefacts without a reference serve no test here."
        ),
        columns=(
            Column("Reference", key_width(references.values(), 12), Kind.KEY),
            Column("Path in the package", 28, Kind.MONO, takes_rest=True),
            Column("Table", min(27.0, key_width((artefact.table for _, artefact in pairs), 12)), Kind.MONO),
            Column("Rows", digits(rows, 7), Kind.NUMBER),
            Column("SHA-256", 37, Kind.MONO),
            Column("Bytes", digits(length, 9), Kind.NUMBER),
            Column("Stored bytes", digits(stored, 8), Kind.NUMBER),
            Column("Account", 14, Kind.MONO, is_printed=False),
            Column("Account name", 16, is_printed=False),
            Column("Region", 14, is_printed=False),
            Column("Stored SHA-256", 68, Kind.MONO, is_printed=False),
        ),
        rows_expected=len(pairs),
    )
    grid = Grid(book, layout)
    for path, artefact in pairs:
        grid.add((
            references.get(path, ""), path, artefact.table or artefact.kind, artefact.rows, artefact.digest,
            artefact.length, artefact.stored_length, artefact.account, book.accounts.get(artefact.account, ""),
            artefact.region, artefact.stored_digest,
        ))  # fmt: skip
    sums = {"Rows": rows, "Bytes": length, "Stored bytes": stored}
    grid.total({"Reference": "Total", "Path in the package": facts.count(len(pairs), "artefact"), **sums})
    grid.close()

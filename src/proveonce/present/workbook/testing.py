"""The tests and everything they found: Tests, Findings, Deviations."""

from __future__ import annotations

from collections.abc import Iterator

from proveonce.kernel.errors import ProveonceError
from proveonce.model.assessment import Counts
from proveonce.model.check import Check
from proveonce.model.finding import Finding, Status
from proveonce.present.view import Test
from proveonce.present.workbook import facts
from proveonce.present.workbook import grid as grids
from proveonce.present.workbook.book import Book
from proveonce.present.workbook.grid import (
    Column,
    Grid,
    Layout,
    Link,
    Value,
    count_cells,
    counts_columns,
    digits,
    sheet_name,
)
from proveonce.present.workbook.registers import acceptance_cell
from proveonce.present.workbook.results import four, key_width
from proveonce.present.workbook.style import LOOKS, OUT_OF_SCOPE, Kind, Tone

_SEEN = 480
_PREDICATE = 640
"""Characters that a printed cell shows; more would outgrow Excel's highest row."""
_IN_FULL = "Observed in full, if cut"


def write_tests(book: Book) -> None:
    """Each test: claim, predicate, population, result; the reference leads to its findings."""
    view = book.view
    tests = [test for sheet in view.sheets for test in sheet.tests]
    results = view.assessment.checks
    most = max((results[test.check.id].counts.total for test in tests), default=0)
    sums = facts.total(test.counts for test in tests)
    layout = Layout(
        name="Tests",
        title="Tests of controls",
        holds="Each test: claim, predicate, population, counts, query as run",
        sentence=(
            "Rows read + listings not read to their end - rows out of scope = pass + fail + undetermined + not "
            "applicable. A reference leads to the test's findings. A test that supports two controls is under both; "
            "the last row counts it once. Query as run, digests and instants stand right of the printed part."
        ),
        columns=(
            Column("Reference", key_width((test.reference for test in tests), 14), Kind.KEY),
            Column("Control", 8, Kind.MONO),
            Column("Claim", 22),
            Column("Passes when", 28, Kind.MONO, takes_rest=True),
            Column("Population", min(27.0, key_width((test.check.population for test in tests), 12)), Kind.MONO),
            Column("Result", 15.5, Kind.STATUS),
            Column("Rows read", digits(most, 6), Kind.NUMBER),
            Column("Lists unread", digits(most, 6.5), Kind.OPEN),
            Column("Out of scope", digits(most, 6), Kind.NUMBER),
            *counts_columns(sums.total),
            *(Column(head, width, kind, is_printed=False) for head, width, kind in _TEST_EXTRAS),
        ),
    )
    grid = Grid(book, layout)
    targets = _finding_targets(book)
    for sheet in view.sheets:
        for test in sheet.tests:
            grid.add(_test_row(book, test, sheet.control.id, targets[test.check.id]))
    own = facts.own_tests(view)
    grid.total(
        {"Reference": "Sum", "Claim": "of the rows"} | _row_sums(book, tests) | count_cells(sums),
        {"Reference": "Each once", "Claim": "ties to Findings"} | _row_sums(book, own) | count_cells(book.findings),
    )
    grid.close()


_TEST_EXTRAS = (
    ("Check", 44, Kind.MONO),
    ("Severity", 9, Kind.TEXT),
    ("Query as run", 60, Kind.MONO),
    ("Query SHA-256", 24, Kind.MONO),
    ("Calls behind it", 40, Kind.MONO),
    ("Listings planned", 9, Kind.NUMBER),
    ("First read, UTC", 18, Kind.TEXT),
    ("Last read, UTC", 18, Kind.TEXT),
    ("Artefacts, SHA-256", 40, Kind.MONO),
)


def _test_row(book: Book, test: Test, control: str, target: str) -> tuple[Value, ...]:
    check, result = test.check, book.view.assessment.checks[test.check.id]
    first = book.view.references[check.id]
    claim = check.title if first == test.reference else f"{check.title} (the same test as {first})"
    return (
        Link(test.reference, target) if target else test.reference, control, claim, _predicate(check),
        check.population, facts.test_look(test), result.rows, result.unread_listings,
        result.counts.total - test.counts.total, *four(test.counts),
        check.id, check.severity, result.sql, result.sql_digest, ", ".join(result.operations), result.listings_planned,
        facts.second(result.first_read_at), facts.second(result.last_read_at), ", ".join(result.artefacts),
    )  # fmt: skip


def _predicate(check: Check) -> str:
    where = "Query as run"
    passes = facts.shortened(" ".join(check.passes_when.split()), _PREDICATE, where)
    if not check.applies_when:
        return passes
    return f"{passes}\napplies when {facts.shortened(' '.join(check.applies_when.split()), _PREDICATE // 2, where)}"


def _row_sums(book: Book, tests: list[Test]) -> dict[str, Value]:
    results = [(test, book.view.assessment.checks[test.check.id]) for test in tests]
    return {
        "Rows read": sum(result.rows for _, result in results),
        "Lists unread": sum(result.unread_listings for _, result in results),
        "Out of scope": sum(result.counts.total - test.counts.total for test, result in results),
    }


def _finding_targets(book: Book) -> dict[str, str]:
    """Check → the cell of its first row on sheet Findings; empty where it has none."""
    targets: dict[str, str] = {}
    done = 0
    for test in facts.own_tests(book.view):
        size = book.view.assessment.checks[test.check.id].counts.total
        name = sheet_name("Findings", done // grids.MAX_ROWS + 1)
        targets[test.check.id] = f"'{name}'!A{grids.FIRST_ROW + 1 + done % grids.MAX_ROWS}" if size else ""
        done += size
    return targets


def write_findings(book: Book) -> None:
    """Every finding of this framework's tests, streamed; out-of-scope resources are listed and not counted.

    Raises: ProveonceError when the findings do not add up to the counts that the other sheets print.
    """
    view, own = book.view, facts.own_tests(book.view)
    listed = sum(view.assessment.checks[test.check.id].counts.total for test in own)
    layout = Layout(
        name="Findings",
        title="Findings",
        holds="One row for each item judged, passes too",
        sentence=_findings_sentence(book, listed),
        columns=(
            Column("Test", key_width((test.reference for test in own), 14), Kind.KEY),
            Column("Result", 15, Kind.STATUS),
            Column("Severity", 8),
            Column("Account", 14, Kind.MONO),
            Column("Region", 12.5),
            Column("Resource", 40, Kind.MONO, takes_rest=True),
            Column("Observed, or why not", 27),
            Column("Acceptance", 12),
            Column("Read at, UTC", 15.5),
            Column("Reason", 40, is_printed=False),
            Column("Account name", 16, is_printed=False),
            Column(_IN_FULL, 40, is_printed=False),
            Column("Raw result, if out of scope", 14, is_printed=False),
            Column("Check", 44, Kind.MONO, is_printed=False),
            Column("File", 60, Kind.MONO, is_printed=False),
            Column("Line in file", 9, Kind.NUMBER, is_printed=False),
            Column("Call", 30, Kind.MONO, is_printed=False),
        ),
        rows_expected=listed,
    )
    grid = Grid(book, layout)
    tally = dict.fromkeys(Status, 0)
    for test in own:
        before = dict(tally)
        for finding in view.assessment.findings(check=test.check.id):
            is_out = view.framework.id in finding.out_of_scope
            if not is_out:
                tally[finding.status] += 1
            grid.add(_finding_row(book, test, finding, is_out), Tone.QUIET if is_out else Tone.PLAIN)
        _must_tie(test, {status: tally[status] - before[status] for status in Status})
    counted = sum(tally.values())
    grid.total({"Test": "Total", "Result": f"{counted:,}", "Resource": facts.in_words(book.findings)})
    grid.close()


def _findings_sentence(book: Book, listed: int) -> str:
    elsewhere = book.view.assessment.counts.total - listed
    outside = listed - book.findings.total
    parts = [f"{facts.count(book.findings.total, 'finding')}: {facts.in_words(book.findings)}."]
    if outside:
        parts.append(f"{facts.count(outside, 'more row')} of resources out of scope: listed, not counted.")
    if elsewhere:
        parts.append(
            f"{facts.count(elsewhere, 'finding')} of the run belong to controls that serve other frameworks only."
        )
    return " ".join(parts)


def _finding_row(book: Book, test: Test, finding: Finding, is_out: bool) -> tuple[Value, ...]:
    look = LOOKS[finding.status]
    file = book.file_of(finding)
    return (
        test.reference, OUT_OF_SCOPE if is_out else look, test.check.severity, finding.account, finding.region,
        finding.resource, _seen(finding), acceptance_cell(book, finding.acceptances), facts.minute(finding.read_at),
        finding.reason,
        book.accounts.get(finding.account, ""), _whole(finding), look.word if is_out else "", finding.check, file,
        finding.line + 1 if file else None, finding.call,
    )  # fmt: skip


def _seen(finding: Finding) -> str:
    """What was observed; of what did not pass, why."""
    reason = "" if finding.status is Status.PASS else finding.reason
    return "\n".join(filter(None, (_observed(finding), facts.shortened(reason, _SEEN, "Reason"))))


def _observed(finding: Finding) -> str:
    return facts.shortened(facts.observed(finding.observed), _SEEN, _IN_FULL)


def _whole(finding: Finding) -> str:
    observed = facts.observed(finding.observed)
    return observed if len(observed) > _SEEN else ""


def _must_tie(test: Test, streamed: dict[Status, int]) -> None:
    counted = {status: test.counts.of(status) for status in Status}
    if streamed != counted:
        raise ProveonceError(
            f"the findings of {test.check.id} are {_words(streamed)}, its result says {_words(counted)}",
            where=f"workbook sheet Findings, test {test.reference}",
            fix="assess the run again; if it persists, the evidence or the assessment was changed in between",
        )


def _words(tally: dict[Status, int]) -> str:
    counts = Counts(tally[Status.PASS], tally[Status.FAIL], tally[Status.UNDETERMINED], tally[Status.NOT_APPLICABLE])
    return facts.in_words(counts)


def write_deviations(book: Book) -> None:
    """Each failure with what mends it and room for management's response."""
    view, failed = book.view, book.findings.failed
    serious = _by_severity(book)
    layout = Layout(
        name="Deviations",
        title="Deviations",
        holds="Each failure, what mends it, room for management's response",
        sentence=(
            f"{facts.sentence(facts.count(failed, 'deviation'))}{f': {serious}' if serious else ''}. A deviation is a "
            "failure found; a risk acceptance is a decision about it. Framed cells are for management."
        ),
        columns=(
            Column("Reference", key_width((f"{sheet.reference}.X{failed}" for sheet in view.sheets), 12), Kind.KEY),
            Column("Severity", 8),
            Column("What should be so", 20),
            Column("Account", 14, Kind.MONO),
            Column("Region", 12.5),
            Column("Resource", 30, Kind.MONO, takes_rest=True),
            Column("Observed", 20),
            Column("What mends it", 22),
            Column("Risk acceptance", 13),
            Column("Management's response", 18, Kind.INPUT),
            Column("Account name", 16, is_printed=False),
            Column(_IN_FULL, 40, is_printed=False),
            Column("Test", 16, Kind.MONO, is_printed=False),
            Column("Check", 44, Kind.MONO, is_printed=False),
            Column("Read at, UTC", 16, is_printed=False),
            Column("File", 60, Kind.MONO, is_printed=False),
            Column("Line in file", 9, Kind.NUMBER, is_printed=False),
        ),
        rows_expected=failed,
    )
    grid = Grid(book, layout)
    for row in _deviation_rows(book):
        grid.add(row)
    grid.total({"Reference": "Total", "Severity": f"{failed:,}", "What should be so": "ties to Fail on Summary"})
    grid.close()


def _by_severity(book: Book) -> str:
    totals: dict[str, int] = {}
    for test in sorted(facts.own_tests(book.view), key=lambda test: -test.check.severity.weight):
        if test.counts.failed:
            totals[test.check.severity] = totals.get(test.check.severity, 0) + test.counts.failed
    return ", ".join(f"{number:,} {severity}" for severity, number in totals.items())


def _deviation_rows(book: Book) -> Iterator[tuple[Value, ...]]:
    for reference, finding in book.view.deviations():
        check = book.view.content.checks[finding.check]
        file = book.file_of(finding)
        yield (
            reference, check.severity, check.title, finding.account, finding.region, finding.resource,
            _observed(finding), check.remediation, acceptance_cell(book, finding.acceptances), None,
            book.accounts.get(finding.account, ""), _whole(finding), book.view.references[finding.check], finding.check,
            facts.minute(finding.read_at), file, finding.line + 1 if file else None,
        )  # fmt: skip

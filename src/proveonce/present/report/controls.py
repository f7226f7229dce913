"""6 Tests of controls: one sheet a control, from management's words to the deviations."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from proveonce.kernel.canonical import digest
from proveonce.model.assessment import CheckResult, Counts
from proveonce.model.control import Nature
from proveonce.model.finding import Status
from proveonce.present.report import marks, text
from proveonce.present.report.facts import Facts, cadence, short_title
from proveonce.present.report.tally import Deviation
from proveonce.present.view import ControlSheet, Test

_EDGES = 8
_SQL_LINES = 14
_SQL_WIDTH = 80
"""Characters of a printed line of SQL."""
_TESTS = 12
"""Tests of a control printed row by row."""


@dataclass(frozen=True, slots=True)
class EdgeRow:
    """One requirement that the control serves."""

    framework: str
    requirement: str
    relation: str
    coverage: str
    open: str


@dataclass(frozen=True, slots=True)
class TestRow:
    """One check over its population."""

    number: str
    anchor: str
    title: str
    severity: str
    counts: Counts
    mark: Markup
    table: str
    rows: int
    unread: int
    outside: int
    listings: int
    """Account × region listings planned."""
    read: str
    operations: str
    files: str
    """How many evidence files hold it, and the digest over theirs."""
    where: str
    """The sheet that numbers its deviations, when that is another one."""


@dataclass(frozen=True, slots=True)
class Query:
    """What was run for one test."""

    reference: str
    check: str
    digest: str
    lines: tuple[str, ...]
    left_out: str
    """How much stands in the workbook only, if any."""
    predicate: str
    applies: str


@dataclass(frozen=True, slots=True)
class DeviationRow:
    """One failure in full."""

    reference: str
    anchor: str
    is_on_sheet: bool
    """Whether its control's sheet prints it in full; else its place is sheet 7."""
    title: str
    severity: str
    place: str
    observed: str
    read_at: str
    resource: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One control's section."""

    reference: str
    anchor: str
    id: str
    title: str
    facts: str
    status: Markup
    is_failed: bool
    is_brief: bool
    """No test failed or was left open: it takes a third of a page."""
    statement: str
    edges: tuple[EdgeRow, ...]
    more_edges: int
    tests: tuple[TestRow, ...]
    more_tests: int
    tests_label: str
    populations_label: str
    ties_to: str
    query: Query
    population: str
    sample: str
    counts: Counts
    result_note: str
    deviations: tuple[DeviationRow, ...]
    deviations_note: str
    group: str
    """`CC6 Logical and physical access controls` on the first sheet of a group."""


def sheets(facts: Facts) -> tuple[Sheet, ...]:
    """The sheets of all controls that checks test, by reference."""
    groups = {group.id: group for group in facts.view.framework.groups}
    result, seen = [], ""
    for sheet in facts.tested:
        group = groups[sheet.home.group]
        is_first = group.id != seen
        seen = group.id
        result.append(_sheet(facts, sheet, f"{group.id} {group.title}" if is_first else ""))
    return tuple(result)


def _sheet(facts: Facts, sheet: ControlSheet, group: str) -> Sheet:
    status = sheet.status
    control = sheet.control
    owner = facts.view.workspace.owners.get(control.owner)
    held = [
        f"Common control {control.id}",
        f"{control.type.value}, {control.nature.value}",
        cadence(control.cadence),
        f"owner: {control.owner}{f' ({owner})' if owner else ''}",
    ]
    deviations = facts.tally.first_of.get(sheet.reference, ())
    return Sheet(
        reference=sheet.reference,
        anchor=text.anchor(sheet.reference),
        id=control.id,
        title=control.title,
        facts=" · ".join(held),
        status=_headline(sheet, status),
        is_failed=status is Status.FAIL,
        is_brief=not sheet.counts.failed and not sheet.counts.undetermined and bool(sheet.counts.total),
        statement=text.prose(control.statement),
        edges=tuple(_edges(facts, sheet)[:_EDGES]),
        more_edges=max(0, len(sheet.edges) - _EDGES),
        tests=tuple(_test(facts, sheet, test) for test in sheet.tests[:_TESTS]),
        more_tests=max(0, len(sheet.tests) - _TESTS),
        tests_label=f"{_span(sheet, 'T')}: inspection, automated, all items",
        populations_label=_span(sheet, "P"),
        ties_to="P1" if len(sheet.tests) == 1 else f"P1 to P{len(sheet.tests)}",
        query=_query(facts, sheet),
        population=_population(facts, sheet),
        sample=f"None drawn: {_all(sheet.counts.total)} tested.",
        counts=sheet.counts,
        result_note=_result_note(sheet),
        deviations=tuple(deviation_row(facts, deviation) for deviation in deviations),
        deviations_note=_deviations_note(facts, sheet, len(deviations)),
        group=group,
    )


def _span(sheet: ControlSheet, kind: str) -> str:
    """`CC6.1-03.T1 to .T5`."""
    return f"{sheet.reference}.{kind}1" + (f" to .{kind}{len(sheet.tests)}" if len(sheet.tests) > 1 else "")


def _all(total: int) -> str:
    return f"all {total:,}" if total > 1 else f"the only member, {total:,}," if total else "there was nothing to be"


def _headline(sheet: ControlSheet, status: Status) -> Markup:
    counts, word = sheet.counts, marks.WORDS[status]
    if not counts.total:
        return marks.labelled(status, f"{word}, no occurrence")
    if sheet.status is not status:
        return marks.labelled(status, f"{word}, {counts.passed:,} of {counts.total:,} pass")
    return marks.labelled(status, f"{word}, {counts.of(status):,} of {counts.total:,}")


def _edges(facts: Facts, sheet: ControlSheet) -> list[EdgeRow]:
    frameworks = {str(f.id): f.title for f in facts.view.content.frameworks.values()}
    return [
        EdgeRow(
            framework=short_title(framework, frameworks.get(framework, "")),
            requirement=edge.requirement,
            relation=edge.relation.value.replace("-", " "),
            coverage="full" if edge.relation.is_full else "partial",
            open=text.prose(edge.residual) or text.MISSING,
        )
        for framework, edge in sheet.edges
    ]


def _test(facts: Facts, sheet: ControlSheet, test: Test) -> TestRow:
    result = facts.view.assessment.checks[test.check.id]
    home = facts.view.references[test.check.id]
    return TestRow(
        number=test.reference.rpartition(".")[2],
        anchor=text.anchor(test.reference),
        title=test.check.title,
        severity=test.check.severity.value,
        counts=test.counts,
        mark=marks.narrow(test.counts.status) if test.counts.status else Markup("No occurrence"),
        table=test.check.population,
        rows=result.rows,
        unread=result.unread_listings,
        outside=result.counts.total - test.counts.total,
        listings=result.listings_planned,
        read=text.between(result.first_read_at, result.last_read_at),
        operations=", ".join(result.operations),
        files=_files(result),
        where="" if home.startswith(f"{sheet.reference}.") else home,
    )


def _files(result: CheckResult) -> str:
    if not result.artefacts:
        return ""
    over = digest("".join(f"{artefact}\n" for artefact in sorted(result.artefacts)).encode())
    return f"{text.count(len(result.artefacts), 'file')} · digest {text.short_digest(over)}"


def _query(facts: Facts, sheet: ControlSheet) -> Query:
    """The query of the first failing test, else of the first."""
    test = next((test for test in sheet.tests if test.counts.failed), sheet.tests[0])
    result = facts.view.assessment.checks[test.check.id]
    lines, left_out = _cut(result.sql.rstrip().splitlines())
    return Query(
        reference=test.reference,
        check=test.check.id,
        digest=text.short_digest(result.sql_digest),
        lines=tuple(lines),
        left_out=left_out,
        predicate=text.prose(test.check.passes_when),
        applies=text.prose(test.check.applies_when or ""),
    )


def _cut(lines: list[str]) -> tuple[list[str], str]:
    """As many lines as print on 14, and how many more there are."""
    room = _SQL_LINES
    for place, line in enumerate(lines):
        room -= max(1, -(-len(line) // _SQL_WIDTH))
        if room < 0 and place:
            return lines[:place], text.count(len(lines) - place, "more line")
        if room < 0:
            return [line[: _SQL_LINES * _SQL_WIDTH]], "Cut here"
    return lines, ""


def _population(facts: Facts, sheet: ControlSheet) -> str:
    """How the population of the sheet is made up, so that rows out equal rows in."""
    results = [facts.view.assessment.checks[test.check.id] for test in sheet.tests]
    rows = sum(result.rows for result in results)
    unread = sum(result.unread_listings for result in results)
    outside = sum(result.counts.total for result in results) - sheet.counts.total
    members, listings = text.count(sheet.counts.total, "member"), text.count(unread, "listing")
    less = f", less {outside:,} out of this framework’s scope" if outside else ""
    once = "; a resource is a member once for each test of it" if len(sheet.tests) > 1 else ""
    return f"{members}: {text.count(rows, 'row')} read and {listings} not read to the end{less}{once}."


def _result_note(sheet: ControlSheet) -> str:
    notes = []
    if not sheet.counts.total:
        notes.append("No occurrence: every population read is empty. That is not a pass.")
    if sheet.control.nature is not Nature.AUTOMATED:
        notes.append(
            "Part of this control is done by people and no evidence of it is recorded, so checks alone do not prove it:"
            " sheet 8."
        )
    if sheet.counts.undetermined:
        notes.append(
            "Undetermined: a listing, or a fact that the test needs, was not read; the reasons stand on sheet 4 and,"
            " row by row, in the workbook."
        )
    return " ".join(notes)


def _deviations_note(facts: Facts, sheet: ControlSheet, printed: int) -> str:
    """What of the sheet's failures is not printed here, and where it stands."""
    notes = []
    own = facts.tally.of_control.get(sheet.reference, 0)
    if own > printed:
        notes.append(f"And {own - printed:,} more in the workbook.")
    for test in sheet.tests:
        home = facts.view.references[test.check.id].rpartition(".")[0]
        if home != sheet.reference and test.counts.failed:
            number = test.reference.rpartition(".")[2]
            notes.append(
                f"The {test.counts.failed:,} of {number} are numbered under {home}, where the check comes first."
            )
    return " ".join(notes)


def deviation_row(facts: Facts, deviation: Deviation) -> DeviationRow:
    """A deviation as both sheet 6 and sheet 7 print it."""
    finding = deviation.finding
    return DeviationRow(
        reference=deviation.reference,
        anchor=text.anchor(deviation.reference),
        is_on_sheet=deviation in facts.tally.first_of[deviation.control_reference],
        title=deviation.check.title,
        severity=deviation.check.severity.value,
        place=f"{facts.account_name(finding.account)}, {finding.region}",
        observed=text.observed(finding.observed),
        read_at=text.minute(finding.read_at),
        resource=finding.resource,
    )

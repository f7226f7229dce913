"""6 Tests of controls: one sheet a control, from management's words to the deviations."""

from __future__ import annotations

from collections.abc import Iterable
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

_EDGES, _FEW = 4, 2
_MORE = 6
"""Ids named of the edges that are not rows."""
_RESIDUAL, _ID = 86, 8
"""Characters on a line beside ids of at most 8; with one or two edges, what they leave open takes two lines."""
_SHORT = 3
"""Tests and printed deviations of a sheet that takes less than half a page."""
_TESTS = 12
"""Tests of a control printed row by row."""
_PREDICATE = 80
"""Characters on a line of 119.5 mm, Mono."""
_PREDICATE_LINES = 8
"""Lines of predicates on a sheet, at most 3 a test and at least 1: the whole ones stand in the workbook."""
_OBSERVED = 88
"""Characters of a deviation's line of facts, its reference included."""


@dataclass(frozen=True, slots=True)
class EdgeRow:
    """One requirement of this framework that the control serves."""

    requirement: str
    relation: str
    open: str


@dataclass(frozen=True, slots=True)
class TestRow:
    """One check over its population."""

    number: str
    anchor: str
    title: str
    severity: str
    predicate: str
    applies: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class Population:
    """The members that one or several tests share."""

    numbers: str
    """`P1 and P3`."""
    table: str
    rows: str
    listings: str
    """`6 listings read`, or how many were not."""
    is_unread: bool
    operations: str
    digest: str
    """Over the digests of its evidence files."""


@dataclass(frozen=True, slots=True)
class DeviationRow:
    """One failure."""

    reference: str
    anchor: str
    is_on_sheet: bool
    """Whether its control's sheet prints it; else its place is sheet 7."""
    sheet: str
    """The anchor of its control's sheet."""
    control: str
    test: str
    """`T1`."""
    title: str
    severity: str
    place: str
    observed: str
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
    is_short: bool
    """It takes less than half a page: it breaks between rows only, and without deviations not at all."""
    statement: str
    edges: tuple[EdgeRow, ...]
    also: str
    tests: tuple[TestRow, ...]
    more_tests: int
    tests_label: str
    populations_label: str
    ties_to: str
    """Empty where one test is all: its row is the total."""
    population: str
    populations: tuple[Population, ...]
    read: str
    counts: Counts
    note: str
    deviations: tuple[DeviationRow, ...]
    deviations_note: str


def sheets(facts: Facts) -> tuple[Sheet, ...]:
    """The sheets of all controls that checks test, by reference."""
    return tuple(_sheet(facts, sheet) for sheet in facts.tested)


def _sheet(facts: Facts, sheet: ControlSheet) -> Sheet:
    control = sheet.control
    owner = facts.view.workspace.owners.get(control.owner)
    held = [
        control.id,
        f"{control.type.value}, {control.nature.value}",
        cadence(control.cadence),
        f"owner: {control.owner}{f' ({owner})' if owner else ''}",
    ]
    deviations = facts.tally.first_of.get(sheet.reference, ())
    last = len(sheet.tests)
    return Sheet(
        reference=sheet.reference,
        anchor=text.anchor(sheet.reference),
        id=control.id,
        title=control.title,
        facts=" · ".join(held),
        status=_headline(sheet),
        is_failed=sheet.status is Status.FAIL,
        is_short=last + len(deviations) <= _SHORT,
        statement=text.prose(control.statement),
        edges=tuple(_edges(facts, sheet)),
        also=_also(facts, sheet),
        tests=tuple(_test(test, max(1, min(3, _PREDICATE_LINES // last))) for test in sheet.tests[:_TESTS]),
        more_tests=max(0, last - _TESTS),
        tests_label=_span(sheet, "T"),
        populations_label=_span(sheet, "P"),
        ties_to="" if last == 1 else f"P1 to P{last}",
        population=_population(facts, sheet),
        populations=_populations(facts, sheet),
        read=_read(facts, sheet),
        counts=sheet.counts,
        note=_note(sheet),
        deviations=tuple(deviation_row(facts, deviation) for deviation in deviations),
        deviations_note=_deviations_note(facts, sheet),
    )


def _span(sheet: ControlSheet, kind: str) -> str:
    """`CC6.1-03.T1 to .T5`."""
    return f"{sheet.reference}.{kind}1" + (f" to .{kind}{len(sheet.tests)}" if len(sheet.tests) > 1 else "")


def _headline(sheet: ControlSheet) -> Markup:
    counts, status, word = sheet.counts, sheet.status, marks.WORDS[sheet.status]
    if not counts.total:
        return marks.labelled(status, f"{word}, no occurrence")
    if counts.status is not status:
        return marks.labelled(status, f"{word}, {counts.passed:,} of {counts.total:,} pass")
    return marks.labelled(status, f"{word}, {counts.of(status):,} of {counts.total:,}")


def _edges(facts: Facts, sheet: ControlSheet) -> list[EdgeRow]:
    own = [edge for framework, edge in sheet.edges if framework == facts.view.framework.id]
    longest = max((len(edge.requirement) for edge in own), default=0)
    room = (_RESIDUAL - max(_ID, longest)) * (2 if len(own) <= _FEW else 1)
    return [
        EdgeRow(
            requirement=edge.requirement,
            relation=edge.relation.value.replace("-", " "),
            open=text.cut(text.prose(edge.residual), room) or text.MISSING,
        )
        for edge in own[:_EDGES]
    ]


def _also(facts: Facts, sheet: ControlSheet) -> str:
    """The edges that are not rows, by name: this framework's further ones, then the other frameworks'."""
    titles = {str(framework.id): framework.title for framework in facts.view.content.frameworks.values()}
    served: dict[str, list[str]] = {}
    for framework, edge in sheet.edges:
        served.setdefault(framework, []).append(edge.requirement)
    own = served.pop(facts.view.framework.id, [])[_EDGES:]
    more = f"And {len(own):,} more in the workbook: {text.listed(own, _MORE)}." if own else ""
    others = [f"{short_title(name, titles[name])} {text.series(ids, _MORE)}" for name, ids in served.items()]
    return " ".join(filter(None, [more, f"Also serves {'; '.join(others)}." if others else ""]))


def _test(test: Test, lines: int) -> TestRow:
    applies = text.prose(test.check.applies_when or "")
    passes = text.prose(test.check.passes_when)
    # Severity and "passes when" stand on the first line.
    room = lines * _PREDICATE - 22
    return TestRow(
        number=test.reference.rpartition(".")[2],
        anchor=text.anchor(test.reference),
        title=test.check.title,
        severity=test.check.severity.value,
        predicate=text.cut(passes, max(room * 2 // 3, room - len(applies) - 15) if applies else room),
        applies=text.cut(applies, max(room // 3, room - len(passes)) - 15),
        counts=test.counts,
    )


def _population(facts: Facts, sheet: ControlSheet) -> str:
    """How the population of the sheet is made up, so that rows out equal rows in."""
    results = [facts.view.assessment.checks[test.check.id] for test in sheet.tests]
    rows = sum(result.rows for result in results)
    unread = sum(result.unread_listings for result in results)
    outside = sum(result.counts.total for result in results) - sheet.counts.total
    read = f"{text.count(rows, 'row')} + {text.count(unread, 'unread listing')}"
    less = f" \u2212 {outside:,} out of this framework’s scope" if outside else ""
    return f"{sheet.counts.total:,} = {read}{less}."


def _populations(facts: Facts, sheet: ControlSheet) -> tuple[Population, ...]:
    """What was read for the tests, those over the same members together."""
    shared: dict[tuple[object, ...], list[tuple[str, Test, CheckResult]]] = {}
    for number, test in enumerate(sheet.tests, 1):
        result = facts.view.assessment.checks[test.check.id]
        key = (test.check.population, result.rows, result.unread_listings, result.listings_planned, result.artefacts)
        shared.setdefault(key, []).append((f"P{number}", test, result))
    return tuple(_shared(members) for members in shared.values())


def _shared(members: list[tuple[str, Test, CheckResult]]) -> Population:
    _, test, result = members[0]
    operations = dict.fromkeys(operation for _, _, each in members for operation in each.operations)
    listings, unread = text.count(result.listings_planned, "listing"), result.unread_listings
    over = digest("".join(f"{artefact}\n" for artefact in sorted(result.artefacts)).encode())
    return Population(
        numbers=text.listed([number for number, _, _ in members]),
        table=test.check.population,
        rows=text.count(result.rows, "row"),
        listings=f"{unread:,} of {listings} not read" if unread else f"{listings} read",
        is_unread=bool(unread),
        operations=text.series(_short(operations), _MORE),
        digest=text.short_digest(over) if result.artefacts else "",
    )


def _short(operations: Iterable[str]) -> list[str]:
    """Each service once: `iam:ListUsers, GetUser, sts:GetCallerIdentity`."""
    shown, last = [], ""
    for operation in sorted(operations):
        service, _, name = operation.partition(":")
        shown.append(name if service == last else operation)
        last = service
    return shown


def _read(facts: Facts, sheet: ControlSheet) -> str:
    """First to last read of anything that the tests rest on."""
    results = [facts.view.assessment.checks[test.check.id] for test in sheet.tests]
    first = min((result.first_read_at for result in results if result.first_read_at), default="")
    return text.between(first, max(result.last_read_at for result in results))


def _note(sheet: ControlSheet) -> str:
    notes = []
    if not sheet.counts.total:
        notes.append("No occurrence: every population read is empty. That is not a pass.")
    if sheet.control.nature is not Nature.AUTOMATED:
        notes.append("Checks alone do not prove it: no evidence of the part done by people is recorded, sheet 8.")
    if sheet.counts.undetermined:
        notes.append("Undetermined: something was not read; why, on sheet 4 and, row by row, in the workbook.")
    return " ".join(notes)


def _deviations_note(facts: Facts, sheet: ControlSheet) -> str:
    """What of the sheet's failures is not printed here, and where it stands."""
    notes = []
    here = facts.tally.first_of.get(sheet.reference, ())
    more = facts.tally.of_control.get(sheet.reference, 0) - len(here)
    listed = sum(1 for d in facts.tally.listed if d.control_reference == sheet.reference and d not in here)
    if more:
        where = "on sheet 7" if listed == more else f"in the workbook, {listed:,} of them on sheet 7"
        notes.append(f"And {more:,} more {where}." if listed else f"And {more:,} more in the workbook.")
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
    place = f"{facts.account_name(finding.account)}, {finding.region}"
    # The facts that the test turns on come first: a cut must not hide them.
    observed = dict(sorted(finding.observed.items(), key=lambda fact: fact[0] not in deviation.check.passes_when))
    return DeviationRow(
        reference=deviation.reference,
        anchor=text.anchor(deviation.reference),
        is_on_sheet=deviation in facts.tally.first_of[deviation.control_reference],
        sheet=text.anchor(deviation.control_reference),
        control=facts.control_at[deviation.control_reference],
        test=facts.view.references[finding.check].rpartition(".")[2],
        title=deviation.check.title,
        severity=deviation.check.severity.value,
        place=place,
        observed=text.observed(observed, max(20, _OBSERVED - len(deviation.reference) * 3 // 2 - len(place))),
        resource=finding.resource,
    )

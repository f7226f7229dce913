"""6 Tests of controls: one sheet a control, from management's words to the deviations.

A control whose every population is empty has no sheet but a line of the table that ends sheet 6.
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from proveonce.model.assessment import Counts
from proveonce.model.finding import Status
from proveonce.model.manual import is_by_people
from proveonce.present.report import marks, tested, text
from proveonce.present.report.facts import Facts, cadence, short_title
from proveonce.present.report.tally import Deviation
from proveonce.present.report.tested import Kind, Population, TestRow
from proveonce.present.view import ControlSheet

_EDGES, _FEW = 2, 1
_MORE = 2
"""Ids named of the edges that are not rows."""
_RESIDUAL, _ID = 98, 8
"""Characters on a line beside ids of at most 8; with one edge, what it leaves open takes two lines."""
_SHORT = 3
"""Rows of tests and printed deviations of a sheet that takes less than half a page."""
_ACCEPTANCE = 24
"""Characters of an acceptance's id where it is flagged; whole in the table of acceptances and in the workbook."""
_OBSERVED = 98
"""Characters of a deviation's line of facts, its reference included."""


@dataclass(frozen=True, slots=True)
class EdgeRow:
    """One requirement of this framework that the control serves."""

    requirement: str
    relation: str
    open: str


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
    acceptance: Markup
    """Flag and id of the decision about it; empty where there is none."""


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
    left_out: str
    """What of its tests is no row, and what of the control no test shows."""
    tests_label: str
    populations_label: str
    ties_to: str
    """Empty where one test is all: its row is the total."""
    population: str
    populations: tuple[Population, ...]
    read: str
    counts: Counts
    deviations: tuple[DeviationRow, ...]
    deviations_note: str


@dataclass(frozen=True, slots=True)
class BareRow:
    """A control of which nothing was found to test."""

    reference: str
    anchor: str
    id: str
    title: str
    nature: str
    tests: int
    status: Markup
    services: str
    serves: str
    test_anchors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Controls:
    """Sheet 6."""

    lead: str
    kinds: tuple[Kind, ...]
    tests: int
    counts: Counts
    sheets: tuple[Sheet, ...]
    bare: tuple[BareRow, ...]
    bare_tests: int


def controls(facts: Facts) -> Controls:
    """All controls that checks test, by reference: those with findings as sheets, the others as rows."""
    kinds = tested.kinds(facts)
    found = [sheet for sheet in facts.tested if tested.has_occurrence(facts, sheet)]
    bare = [sheet for sheet in facts.tested if not tested.has_occurrence(facts, sheet)]
    rows = tuple(_bare(facts, sheet) for sheet in bare)
    return Controls(
        lead=facts.tested_lead,
        kinds=kinds,
        tests=sum(kind.tests for kind in kinds),
        counts=sum((kind.counts for kind in kinds), Counts()),
        sheets=tuple(_sheet(facts, sheet) for sheet in found),
        bare=rows,
        bare_tests=sum(row.tests for row in rows),
    )


def _bare(facts: Facts, sheet: ControlSheet) -> BareRow:
    own = [edge.requirement for framework, edge in sheet.edges if framework == facts.view.framework.id]
    tests = tuple(test for test in sheet.tests if not is_by_people(test.check.id))
    return BareRow(
        reference=sheet.reference,
        anchor=text.anchor(sheet.reference),
        id=sheet.control.id,
        title=sheet.control.title,
        nature=sheet.control.nature.value,
        tests=len(tests),
        status=marks.narrow(sheet.status),
        services=tested.services(tests),
        serves=text.series(own, _MORE),
        test_anchors=tuple(text.anchor(test.reference) for test in tests),
    )


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
    last, rows = len(sheet.tests), tested.rows(facts, sheet)
    return Sheet(
        reference=sheet.reference,
        anchor=text.anchor(sheet.reference),
        id=control.id,
        title=control.title,
        facts=" · ".join(held),
        status=_headline(sheet),
        is_failed=sheet.status is Status.FAIL,
        is_short=len(rows) + len(deviations) <= _SHORT,
        statement=text.prose(control.statement),
        edges=tuple(_edges(facts, sheet)),
        also=_also(facts, sheet),
        tests=rows,
        left_out=" ".join([*tested.left_out(facts, sheet), *_notes(facts, sheet)]),
        tests_label=_span(sheet, "T"),
        populations_label=_span(sheet, "P"),
        ties_to="" if last == 1 else f"P1 to P{last}",
        population=_population(facts, sheet),
        populations=tested.populations(facts, sheet),
        read=_read(facts, sheet),
        counts=sheet.counts,
        deviations=tuple(deviation_row(facts, deviation) for deviation in deviations),
        deviations_note=_deviations_note(facts, sheet),
    )


def _span(sheet: ControlSheet, kind: str) -> str:
    """`CC6.1-03.T1 to .T5`."""
    return f"{sheet.reference}.{kind}1" + (f" to .{kind}{len(sheet.tests)}" if len(sheet.tests) > 1 else "")


def _headline(sheet: ControlSheet) -> Markup:
    counts, status, word = sheet.counts, sheet.status, marks.WORDS[sheet.status]
    if not counts.total:
        return marks.labelled(status, f"{word}, nothing in scope")
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


def _population(facts: Facts, sheet: ControlSheet) -> str:
    """How the population of the sheet is made up, so that rows out equal rows in."""
    results = [facts.view.assessment.checks[test.check.id] for test in sheet.tests]
    rows = sum(result.rows for result in results)
    unread = sum(result.unread_listings for result in results)
    outside = sum(result.counts.total for result in results) - sheet.counts.total
    read = f"{text.count(rows, 'row')} + {text.count(unread, 'unread listing')}"
    less = f" \u2212 {outside:,} out of this framework’s scope" if outside else ""
    return f"{sheet.counts.total:,} = {read}{less}."


def _read(facts: Facts, sheet: ControlSheet) -> str:
    """First to last read of anything that the tests rest on."""
    results = [facts.view.assessment.checks[test.check.id] for test in sheet.tests]
    first = min((result.first_read_at for result in results if result.first_read_at), default="")
    return text.between(first, max(result.last_read_at for result in results))


def _notes(facts: Facts, sheet: ControlSheet) -> list[str]:
    notes = []
    if not sheet.counts.total:
        notes.append("No finding is in this framework’s scope. That is not a pass.")
    if people := next((p for p in facts.procedural if p.sheet.reference == sheet.reference), None):
        said = "; ".join(text.prose(reason) for reason in people.reasons) or "it is fresh and reviewed"
        notes.append(f"Of the part done by people: {said} (sheet 8).")
    if sheet.counts.undetermined:
        notes.append("What was not read, and why: sheet 4; row by row: workbook.")
    return notes


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
    place, acceptance = facts.place(finding), flagged(facts, finding.acceptances)
    taken = len(deviation.reference) * 3 // 2 + len(place) + (len(acceptance.striptags()) + 4 if acceptance else 0)
    # The facts that the test turns on come first: a cut must not hide them.
    observed = dict(sorted(finding.observed.items(), key=lambda fact: fact[0] not in deviation.check.passes_when))
    return DeviationRow(
        reference=deviation.reference,
        anchor=text.anchor(deviation.reference),
        is_on_sheet=deviation.control_reference in facts.with_section
        and deviation in facts.tally.first_of[deviation.control_reference],
        sheet=text.anchor(deviation.control_reference),
        control=facts.control_at[deviation.control_reference],
        test=facts.view.references[finding.check].rpartition(".")[2],
        title=deviation.check.title,
        severity=deviation.check.severity.value,
        place=place,
        observed=text.observed(observed, max(20, _OBSERVED - taken)),
        resource=finding.resource,
        acceptance=acceptance,
    )


def flagged(facts: Facts, identifiers: tuple[str, ...]) -> Markup:
    """Flag and id of the first decision about a failure, and whether it is in force; empty where there is none."""
    if not identifiers:
        return Markup()
    standing = facts.view.assessment.registers.acceptance(identifiers[0])
    more = f" and {len(identifiers) - 1:,} more" if len(identifiers) > 1 else ""
    tail = more if standing.is_in_force else f", not in force{more}"
    return Markup('<span class="accepted{}"><span class="nb">{}{}</span>{}</span>').format(
        "" if standing.is_in_force else " idle", marks.flag(standing.is_in_force),
        text.cut(identifiers[0], _ACCEPTANCE), tail,
    )  # fmt: skip

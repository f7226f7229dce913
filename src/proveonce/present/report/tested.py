"""How the tests of a control print: in full, in a line, or summed, so that no test and no number is lost.

A test with a deviation or something undetermined prints in full, with its predicate and population. One
that held prints in one line. Tests with nothing to judge are summed in a sentence a reason; by name they
stand in the workbook, sheet Tests.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from proveonce.kernel.canonical import digest
from proveonce.model.assessment import CheckResult, Counts
from proveonce.model.manual import is_by_people
from proveonce.present.report import text
from proveonce.present.report.facts import Facts
from proveonce.present.view import ControlSheet, Test

_PREDICATE = 89
"""Characters on a line of 134 mm, Mono."""
_PREDICATE_LINES, _MOST_LINES = 6, 2
"""Lines of predicates on a sheet, at most 2 a test and at least 1: the whole ones stand in the workbook."""
_ROWS = 24
"""Rows of tests on one sheet, those in full first."""
_SERVICES = 8
_OPERATIONS = 3


class Shown(StrEnum):
    """Where a test stands in print."""

    IN_FULL = "in full"
    """Something failed or is undetermined."""
    IN_A_LINE = "in one line"
    """All that was judged passed or is not applicable."""
    EMPTY = "no occurrence"
    """Every listing planned was read, and is empty."""
    OUTSIDE = "out of scope"
    """Every member is outside this framework's scope."""
    NOT_COLLECTED = "not collected"
    """No listing of its population was planned."""
    ON_SHEET_8 = "evidence by people, on sheet 8"
    """It judges what is on record for a control that has nothing else to test."""


@dataclass(frozen=True, slots=True)
class TestRow:
    """One check over its population; the predicate is empty where the row is one line."""

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
class Kind:
    """All tests that print in one way, under whatever control."""

    name: str
    tests: int
    counts: Counts


def shown_as(test: Test, result: CheckResult) -> Shown:
    """Where the test stands in print."""
    if test.counts.failed or test.counts.undetermined:
        return Shown.IN_FULL
    if test.counts.total:
        return Shown.IN_A_LINE
    if result.counts.total:
        return Shown.OUTSIDE
    return Shown.EMPTY if result.listings_planned else Shown.NOT_COLLECTED


def _of(facts: Facts, sheet: ControlSheet, kind: Shown) -> list[Test]:
    return [test for test in sheet.tests if shown_as(test, facts.view.assessment.checks[test.check.id]) is kind]


def has_occurrence(facts: Facts, sheet: ControlSheet) -> bool:
    """Whether any test of the control has a finding, in scope or out of it; evidence by people aside."""
    return sheet.reference in facts.with_section


def rows(facts: Facts, sheet: ControlSheet) -> tuple[TestRow, ...]:
    """The tests that print as rows: in full, then in a line."""
    full, held = _of(facts, sheet, Shown.IN_FULL), _of(facts, sheet, Shown.IN_A_LINE)
    lines = max(1, min(_MOST_LINES, _PREDICATE_LINES // max(1, len(full))))
    printed = [*(_in_full(test, lines) for test in full), *(_in_a_line(test) for test in held)]
    return tuple(printed[:_ROWS])


def left_out(facts: Facts, sheet: ControlSheet) -> tuple[str, ...]:
    """A sentence for each kind of test that is no row, with its number; where they stand is said in the last one."""
    beyond = max(0, len(_of(facts, sheet, Shown.IN_FULL)) + len(_of(facts, sheet, Shown.IN_A_LINE)) - _ROWS)
    said = [f"{text.count(beyond, 'further test')} with findings; the counts are in the total."] if beyond else []
    reasons = {
        Shown.EMPTY: "every listing was read and is empty",
        Shown.OUTSIDE: "every member is outside this framework’s scope",
        Shown.NOT_COLLECTED: "no listing of the population was planned in this run",
    }
    for kind, reason in reasons.items():
        if tests := _of(facts, sheet, kind):
            words = f"{text.sentence(kind.value)}: {text.count(len(tests), 'test')}, {reason} ({services(tests)})."
            said.append(words)
    return (*said, "By name: workbook, sheet Tests.") if said else ()


def services(tests: Iterable[Test]) -> str:
    """`s3 4, efs 2, dax`: the services of checks, most tests first."""
    counted = Counter(test.check.id.split(".")[1] for test in tests)
    order = sorted(counted, key=lambda service: (-counted[service], service))
    return text.series([s if counted[s] == 1 else f"{s}\u00a0{counted[s]}" for s in order], _SERVICES)


def kinds(facts: Facts) -> tuple[Kind, ...]:
    """Every test of every control, by how it prints; a test of two controls counts twice, as on their sheets."""
    number: Counter[Shown] = Counter()
    counts = dict.fromkeys(Shown, Counts())
    for sheet in facts.view.sheets:
        for test in sheet.tests:
            kind = shown_as(test, facts.view.assessment.checks[test.check.id])
            if is_by_people(test.check.id) and not has_occurrence(facts, sheet):
                kind = Shown.ON_SHEET_8
            number[kind] += 1
            counts[kind] += test.counts
    return tuple(Kind(kind.value, number[kind], counts[kind]) for kind in Shown if number[kind])


def _in_full(test: Test, lines: int) -> TestRow:
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


def _in_a_line(test: Test) -> TestRow:
    number, anchor = test.reference.rpartition(".")[2], text.anchor(test.reference)
    return TestRow(number, anchor, test.check.title, test.check.severity.value, "", "", test.counts)


def populations(facts: Facts, sheet: ControlSheet) -> tuple[Population, ...]:
    """What was read for the tests in full, those over the same members together."""
    shared: dict[tuple[object, ...], list[tuple[str, Test, CheckResult]]] = {}
    for test in _of(facts, sheet, Shown.IN_FULL):
        result = facts.view.assessment.checks[test.check.id]
        key = (test.check.population, result.rows, result.unread_listings, result.listings_planned, result.artefacts)
        number = f"P{test.reference.rpartition('.T')[2]}"
        shared.setdefault(key, []).append((number, test, result))
    return tuple(_shared(members) for members in shared.values())


def _shared(members: Sequence[tuple[str, Test, CheckResult]]) -> Population:
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
        operations=text.series(_short(operations), _OPERATIONS),
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

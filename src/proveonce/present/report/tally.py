"""One pass over the failed and undetermined findings: what the pages list, and where on the map it fell.

Passes are never read here: their numbers stand in the view, and there may be a million of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from proveonce.model.check import Check
from proveonce.model.finding import Finding, Status
from proveonce.present.view import ControlSheet, PackageView

PER_CONTROL = 2
"""Deviations printed in full on a control's sheet."""
LISTED = 60
"""Deviations printed on sheet 7."""
_SEVERITIES = ("critical", "high", "medium", "low")


@dataclass(frozen=True, slots=True)
class Deviation:
    """One failure with its reference and check."""

    reference: str
    finding: Finding
    check: Check

    @property
    def control_reference(self) -> str:
        """The sheet on which it is numbered."""
        return self.reference.rpartition(".")[0]


@dataclass(frozen=True, slots=True)
class Tally:
    """What one pass found."""

    first_of: Mapping[str, tuple[Deviation, ...]]
    """Control reference → its first deviations, at most `PER_CONTROL`."""
    of_control: Mapping[str, int]
    """Control reference → all deviations numbered on its sheet."""
    listed: tuple[Deviation, ...]
    """At most `LISTED` deviations in order of reference: the first few of every test, gravest tests first."""
    by_severity: Mapping[str, int]
    total: int
    failed_at: Mapping[str, frozenset[tuple[str, str]]]
    """Check → (account, region) where it failed."""
    unread_at: Mapping[str, frozenset[tuple[str, str]]]
    """Check → (account, region) where something was undetermined."""


def take(view: PackageView) -> Tally:
    """The tally of `view`; memory is bounded by what is printed and by checks × accounts × regions."""
    first_of: dict[str, list[Deviation]] = {}
    of_control: Counter[str] = Counter()
    by_severity: Counter[str] = Counter()
    failed_at: dict[str, set[tuple[str, str]]] = {}
    of_check: Counter[str] = Counter()
    kept: list[tuple[int, int, int, Deviation]] = []
    total = 0
    for order, (reference, finding) in enumerate(view.deviations()):
        check = view.content.checks[finding.check]
        deviation = Deviation(reference, finding, check)
        control = deviation.control_reference
        total += 1
        of_control[control] += 1
        by_severity[check.severity.value] += 1
        failed_at.setdefault(finding.check, set()).add((finding.account, finding.region))
        if of_control[control] <= PER_CONTROL:
            first_of.setdefault(control, []).append(deviation)
        # Round by round through the tests, so that one test with thousands of failures does not hide the others.
        if of_check[finding.check] < LISTED:
            kept.append((of_check[finding.check] // PER_CONTROL, -check.severity.weight, order, deviation))
        of_check[finding.check] += 1
    return Tally(
        first_of={control: tuple(deviations) for control, deviations in first_of.items()},
        of_control=of_control,
        listed=tuple(entry[3] for entry in sorted(sorted(kept, key=_rank)[:LISTED], key=lambda entry: entry[2])),
        by_severity=by_severity,
        total=total,
        failed_at={check: frozenset(places) for check, places in failed_at.items()},
        unread_at=_unread(view),
    )


def _rank(entry: tuple[int, int, int, Deviation]) -> tuple[int, int, int]:
    return entry[:3]


def _unread(view: PackageView) -> dict[str, frozenset[tuple[str, str]]]:
    places: dict[str, set[tuple[str, str]]] = {}
    for finding in view.findings(status=Status.UNDETERMINED):
        places.setdefault(finding.check, set()).add((finding.account, finding.region))
    return {check: frozenset(found) for check, found in places.items()}


def own_tests(view: PackageView, sheet: ControlSheet) -> int:
    """How many of the sheet's tests are numbered here first; the others' deviations stand on another sheet."""
    return sum(1 for test in sheet.tests if view.references[test.check.id] == test.reference)


def severities(tally: Tally) -> list[tuple[str, int]]:
    """(severity, deviations), worst first, those that occur."""
    return [(name, tally.by_severity[name]) for name in _SEVERITIES if tally.by_severity.get(name)]

"""A first order of work: which common controls pay most, each score explained term by term.

A score is the sum of its terms. Reach counts requirements served, by relation; failure adds what is
known to fail, by severity; doubt is shown as a term of weight zero: missing data never raises a score.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from proveonce.model.assessment import CheckResult, Priority, Term
from proveonce.model.check import CheckId
from proveonce.model.content import Content
from proveonce.model.control import ControlId
from proveonce.model.crosswalk import Relation

RELATION_WEIGHT: Mapping[Relation, float] = {
    Relation.EQUAL_TO: 1.0,
    Relation.EQUIVALENT_TO: 1.0,
    Relation.SUPERSET_OF: 1.0,
    Relation.SUBSET_OF: 0.5,
    Relation.INTERSECTS_WITH: 0.35,
}
FRAMEWORK_WEIGHT = 3.0
"""A control that speaks in one more framework is one proof fewer to gather there."""


def prioritise(
    content: Content, results: Mapping[CheckId, CheckResult], frameworks: tuple[str, ...]
) -> tuple[Priority, ...]:
    """Every common control that serves one of `frameworks`, most urgent first; ties by id."""
    priorities = [
        priority
        for control in content.controls
        if (priority := _priority(content, results, control, frameworks)).requirements
    ]
    return tuple(sorted(priorities, key=lambda p: (-p.score, p.control)))


def _priority(
    content: Content, results: Mapping[CheckId, CheckResult], control: ControlId, frameworks: tuple[str, ...]
) -> Priority:
    edges = {
        name: [edge for edge in content.crosswalks[name].edges if edge.control == control]
        for name in content.crosswalks
        if name in frameworks
    }
    served: dict[str, tuple[str, ...]] = {
        name: tuple(edge.requirement for edge in found) for name, found in edges.items() if found
    }
    reach = sum(RELATION_WEIGHT[edge.relation] for found in edges.values() for edge in found)
    full = sum(edge.relation.is_full for found in edges.values() for edge in found)
    total = sum(len(found) for found in served.values())
    terms = [
        Term("reach", round(reach, 2),
             f"serves {total} requirements, {full} in full: 1 a full relation, 0.5 subset-of, 0.35 intersects-with"),
        Term("overlap", FRAMEWORK_WEIGHT * max(0, len(served) - 1),
             f"one proof speaks in {len(served)} frameworks: {FRAMEWORK_WEIGHT:g} for each beyond the first"),
    ]  # fmt: skip
    checks = content.checks_of(control)
    failed = [(check, results[check.id].counts.failed) for check in checks if results[check.id].counts.failed]
    severity = sum(check.severity.weight * (1 + math.log10(count)) for check, count in failed)
    terms.append(Term("failing", round(severity, 2), _failing([(c.id, str(c.severity), n) for c, n in failed])))
    unread = sum(results[check.id].counts.undetermined for check in checks)
    terms.append(Term("unknown", 0.0, _unknown(unread, has_checks=bool(checks))))
    return Priority(control, round(sum(term.value for term in terms), 2), tuple(terms), served)


def _failing(failed: list[tuple[str, str, int]]) -> str:
    if not failed:
        return "no failure found"
    parts = [f"{check} ({severity}) {count:,}" for check, severity, count in failed]
    return "severity 8, 4, 2, 1 × (1 + log10 of failures): " + "; ".join(parts)


def _unknown(unread: int, *, has_checks: bool) -> str:
    if not has_checks:
        return "no automated check: its state is unknown"
    return f"{unread:,} findings undetermined: the score may be too low" if unread else "everything asked was read"

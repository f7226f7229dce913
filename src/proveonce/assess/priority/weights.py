"""The weights of the model (docs/adr/0008): requirements, frameworks, failures.

Each is a stated policy or a workspace's own figure. Where data is missing, the weight is the lowest.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from proveonce.kernel.instants import parse_instant
from proveonce.model.assessment import Counts
from proveonce.model.catalog import Framework, Requirement
from proveonce.model.check import Severity
from proveonce.model.workspace import Workspace

FRAMEWORK_POINTS = 100.0
SUPPORT = 0.1
"""What a partial edge outside every covering group pays, of a full one: ten of them weigh as much as one proof."""
HORIZON_DAYS = 365
"""An audit further away than this adds no urgency."""
_LAST_MILESTONE = 6


def requirement_weight(requirement: Requirement, own: float) -> tuple[float, str]:
    """The weight among the requirements of its framework, and how it came about.

    PCI DSS milestones of the Prioritized Approach, 1 (first) to 6, weigh 2.0 down to 1.0 in equal steps; no milestone
    weighs 1. HIPAA's addressable weighs as much as required: addressable is not optional (45 CFR 164.306(d)(3)).
    """
    if superseded := requirement.facts.get("superseded_by"):
        return 0.0, f"0: superseded by {superseded}"
    weight, parts = 1.0, ["1"]
    milestone = requirement.facts.get("milestone")
    if isinstance(milestone, int):
        factor = 1 + (_LAST_MILESTONE - milestone) / (_LAST_MILESTONE - 1)
        weight *= factor
        parts.append(f"milestone {milestone} {factor:g}")
    if own != 1:
        weight *= own
        parts.append(f"the workspace's own {own:g}")
    return weight, " × ".join(parts)


def requirement_points(framework: Framework, workspace: Workspace, in_scope: frozenset[str]) -> Mapping[str, float]:
    """Requirement in scope → its part of the framework's 100 points, by weight.

    Paragraphs that a catalog lists as elements of a standard or specification (kind …_element, HIPAA) share its
    weight with it equally: a duty does not weigh more because its text has more paragraphs.
    """
    own = workspace.weights.get(framework.id, {})
    inside = [requirement for requirement in framework.requirements if requirement.id in in_scope]
    units = {requirement.id: _unit(framework, requirement) for requirement in inside}
    sizes = Counter(units.values())
    weights = {
        requirement.id: requirement_weight(requirement, own.get(requirement.id, 1.0))[0] / sizes[units[requirement.id]]
        for requirement in inside
    }
    total = sum(weights.values())
    return {requirement: FRAMEWORK_POINTS * weight / total if total else 0.0 for requirement, weight in weights.items()}


def _unit(framework: Framework, requirement: Requirement) -> str:
    """The requirement itself, or of an element what it is an element of."""
    found = requirement
    while found.kind.endswith("_element") and found.parent is not None:
        if (parent := framework.requirement(found.parent)) is None:
            break
        found = parent
    return found.id


@dataclass(frozen=True, slots=True)
class Deadline:
    """A framework's next audit, seen from as-of."""

    date: str
    """Empty: not known."""
    days: int | None
    """Whole days to go; negative: it is past; None: not known, or as-of is not given."""
    urgency: float
    """0 with a year or more to go, or where the days are not known or past; 1 on the day."""


def deadline(workspace: Workspace, framework: str, as_of: str) -> Deadline:
    """The framework's next audit, seen from `as_of`, an instant or empty; the clock is never asked."""
    named = workspace.audits.get(framework, "")
    if not named or not as_of:
        return Deadline(named, None, 0.0)
    days = (date.fromisoformat(named) - parse_instant(as_of).date()).days
    return Deadline(named, days, max(0.0, 1 - days / HORIZON_DAYS) if days >= 0 else 0.0)


def failing_weight(severity: Severity, failed: int, total: int) -> float:
    """Severity × reach, which grows with the share that fails and with the logarithm of their number; 0 of none."""
    return severity.weight * (1 + failed / total) * math.log10(1 + failed) if failed else 0.0


def judged(counts: Counts) -> int:
    """Findings that could have failed: undetermined ones stay in, so that missing data never raises a share."""
    return counts.passed + counts.failed + counts.undetermined

"""Small contents and situations for the tests of the order of work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from proveonce.assess.priority.situation import Situation, situation
from proveonce.kernel.located import Place
from proveonce.model.assessment import CheckResult, Counts
from proveonce.model.catalog import Framework, FrameworkId, Group, Requirement, RequirementId
from proveonce.model.check import Check, CheckId, Severity
from proveonce.model.content import Content
from proveonce.model.control import CommonControl, ControlId, ControlType, Nature
from proveonce.model.crosswalk import Crosswalk, Edge, JointCoverage, Relation
from proveonce.model.workspace import Workspace

AS_OF = "2026-11-24T00:00:00.000000Z"
FULL, PART = Relation.SUPERSET_OF, Relation.INTERSECTS_WITH

Edges = Mapping[str, Mapping[str, Relation]]
"""Requirement → control → relation; requirements in catalog order."""


def check_of(control: str) -> CheckId:
    """The one check of a made control."""
    return CheckId(f"a.b.{control.lower()}")


def made_content(
    frameworks: Mapping[str, Edges],
    *,
    joint: Mapping[str, Sequence[tuple[str, ...]]] | None = None,
    nature: Mapping[str, Nature] | None = None,
    severity: Mapping[str, Severity] | None = None,
    facts: Mapping[str, Mapping[str, Any]] | None = None,
) -> Content:
    """Content with these edges; each control has one check and is automated unless said otherwise."""
    names = sorted({control for edges in frameworks.values() for row in edges.values() for control in row})
    return Content(
        frameworks={FrameworkId(name): _framework(name, edges, facts or {}) for name, edges in frameworks.items()},
        domains={},
        controls={
            ControlId(name): CommonControl(
                ControlId(name), "CRY", f"Title of {name}", "s", "o", ControlType.PREVENTIVE,
                (nature or {}).get(name, Nature.AUTOMATED), "P1D", "security",
            )
            for name in names
        },
        crosswalks={FrameworkId(name): _crosswalk(name, edges, joint or {}) for name, edges in frameworks.items()},
        checks={
            check_of(name): Check(
                check_of(name), f"Claim of {name}", (ControlId(name),), "p", "true",
                (severity or {}).get(name, Severity.HIGH), "r", ("x",),
            )
            for name in names
        },
    )  # fmt: skip


def _framework(name: str, edges: Edges, facts: Mapping[str, Mapping[str, Any]]) -> Framework:
    requirements = tuple(
        Requirement(RequirementId(r), "G", f"Title of {r}", "p", "requirement", facts=facts.get(r, {})) for r in edges
    )
    return Framework(
        FrameworkId(name), name, "1", "p", "s", "d", "l", "requirement", (Group("G", "g"),), requirements,
        Place("t", 1, 1),
    )  # fmt: skip


def _crosswalk(name: str, edges: Edges, joint: Mapping[str, Sequence[tuple[str, ...]]]) -> Crosswalk:
    found = [
        Edge(ControlId(control), RequirementId(requirement), relation, "why", "" if relation.is_full else "open")
        for requirement, row in edges.items()
        for control, relation in row.items()
    ]
    sets = [
        JointCoverage(RequirementId(requirement), tuple(map(ControlId, controls)), "why")
        for requirement in edges
        for controls in joint.get(requirement, ())
    ]
    return Crosswalk(FrameworkId(name), tuple(found), tuple(sets))


def made_results(content: Content, found: Mapping[str, Counts]) -> dict[CheckId, CheckResult]:
    """Results of every check: these counts in every framework, one pass where none are given."""
    results = {}
    for name in content.controls:
        counts = found.get(name, Counts(passed=1))
        scoped: dict[str, Counts] = dict.fromkeys(content.frameworks, counts)
        results[check_of(name)] = CheckResult(
            check_of(name), counts, scoped, counts.total, 0, "", "", (), listings_planned=1
        )
    return results


def made_situation(
    content: Content, found: Mapping[str, Counts] | None = None, *, as_of: str = AS_OF, **workspace: Any
) -> Situation:
    """Where things stand; without `found`, nothing was assessed."""
    results = None if found is None else made_results(content, found)
    return situation(content, results, Workspace(root=Path(), **workspace), content.frameworks, as_of)

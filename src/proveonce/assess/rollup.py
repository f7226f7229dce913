"""Findings → controls → requirements, by the lattice of the design (section 4).

Worst wins: fail, undetermined, pass, not_applicable. A requirement is satisfied only with full
coverage, every control of that coverage passing; no finding means undetermined, with the
reason. People's part of a control counts like any other check.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from proveonce.model.assessment import CheckResult, ControlResult, Counts, RequirementCoverage, RequirementResult
from proveonce.model.catalog import Framework, FrameworkId, Requirement
from proveonce.model.check import Check, CheckId
from proveonce.model.content import Content
from proveonce.model.control import CommonControl, ControlId, Nature
from proveonce.model.crosswalk import Crosswalk, Edge
from proveonce.model.finding import Status, worst
from proveonce.model.manual import is_by_people
from proveonce.model.workspace import Workspace
from proveonce.tables.imported import is_record

NOT_JUDGED = "evidence by people was not judged"
UNMAPPED = "no common control is mapped to it yet"


def roll_up_controls(
    content: Content, results: Mapping[CheckId, CheckResult], framework: str | None = None
) -> dict[ControlId, ControlResult]:
    """Every common control's result, by id; within one framework's scope when named."""
    return {
        control.id: _control(control, [(c, results[c.id]) for c in content.checks_of(control.id)], framework)
        for control in content.controls.values()
    }


def _control(control: CommonControl, results: list[tuple[Check, CheckResult]], framework: str | None) -> ControlResult:
    counts = Counts()
    statuses: list[Status] = []
    reasons: list[str] = []
    is_judged = any(is_by_people(check.id) for check, _ in results)
    for check, result in results:
        found = result.counts if framework is None else result.by_framework[framework]
        counts += found
        if not result.listings_planned and is_judged and is_record(check.population):
            # What people's tables show is more than the evidence by people that stands for the control.
            reasons.append(f"{result.check}: no such table was imported")
        elif not result.listings_planned:
            statuses.append(Status.UNDETERMINED)
            reasons.append(f"{result.check}: its population was not collected in this run")
        elif found.status is None:
            reasons.append(f"{result.check}: no occurrence, every listing read is empty")
        else:
            statuses.append(found.status)
        if result.said:
            reasons += [f"{result.check}: {words}" for words in result.said]
        elif found.failed:
            reasons.append(f"{result.check}: {found.failed:,} of {found.total:,} fail")
        elif found.undetermined:
            reasons.append(f"{result.check}: {found.undetermined:,} of {found.total:,} undetermined")
    if (missing := _missing(control, [check for check, _ in results])) is not None:
        status, reason = missing
        statuses += [status] if status else []
        reasons.append(reason)
    return ControlResult(control.id, worst(statuses), tuple(reasons), counts, tuple(check.id for check, _ in results))


def _missing(control: CommonControl, checks: list[Check]) -> tuple[Status | None, str] | None:
    """What no check looked at, and what that makes of the control; no status where something else stands for it."""
    is_judged = any(is_by_people(check.id) for check in checks)
    if control.nature is not Nature.AUTOMATED and not is_judged:
        return Status.UNDETERMINED, NOT_JUDGED
    if not checks:
        return Status.UNDETERMINED, "no automated check speaks to it"
    if control.nature is Nature.HYBRID and all(is_by_people(check.id) for check in checks):
        return None, "no automated check speaks to it: evidence by people stands for its part by machine too"
    return None


def roll_up(
    content: Content,
    results: Mapping[CheckId, CheckResult],
    workspace: Workspace,
    frameworks: Iterable[str],
) -> dict[FrameworkId, tuple[RequirementResult, ...]]:
    """The record of every requirement of each framework, in catalog order."""
    return {
        content.frameworks[FrameworkId(name)].id: _framework(content, results, workspace, FrameworkId(name))
        for name in frameworks
    }


def _framework(
    content: Content, results: Mapping[CheckId, CheckResult], workspace: Workspace, name: FrameworkId
) -> tuple[RequirementResult, ...]:
    framework = content.frameworks[name]
    crosswalk = content.crosswalks.get(name) or Crosswalk(name, ())
    edges: dict[str, list[Edge]] = {}
    for edge in crosswalk.edges:
        edges.setdefault(edge.requirement, []).append(edge)
    controls = roll_up_controls(content, results, name)
    return tuple(
        _requirement(
            framework, requirement, edges.get(requirement.id, []), crosswalk, content, controls, results,
            _in_scope(framework, requirement, workspace),
        )
        for requirement in framework.requirements
    )  # fmt: skip


def _in_scope(framework: Framework, requirement: Requirement, workspace: Workspace) -> bool:
    """SOC 2 criteria of categories that management did not select are outside the report."""
    if framework.id != "soc2" or not workspace.soc2_categories:
        return True
    return requirement.facts.get("category") in workspace.soc2_categories


def _requirement(
    framework: Framework,
    requirement: Requirement,
    edges: list[Edge],
    crosswalk: Crosswalk,
    content: Content,
    controls: Mapping[ControlId, ControlResult],
    results: Mapping[CheckId, CheckResult],
    in_scope: bool,
) -> RequirementResult:
    mapped = [content.controls[edge.control] for edge in edges]
    joint = [j.controls for j in crosswalk.joint if j.requirement == requirement.id]
    covering = [(edge.control,) for edge in edges if edge.relation.is_full] + joint
    coverage = _coverage(mapped, covering)
    checks = {check for edge in edges for check in controls[edge.control].checks}
    counts = Counts()
    for check in sorted(checks):
        counts += results[check].by_framework[framework.id]
    status, reasons = _verdict(edges, covering, controls, coverage)
    if not edges and (why := crosswalk.not_mapped.get(requirement.id)):
        reasons = (f"no common control applies: {why}",)
    return RequirementResult(
        framework=framework.id,
        requirement=requirement.id,
        status=status,
        coverage=coverage,
        reasons=reasons,
        controls=tuple(edge.control for edge in edges),
        counts=counts,
        automated=sum(1 for check in checks if not is_by_people(check)),
        manual=sum(1 for control in mapped if control.nature is not Nature.AUTOMATED),
        in_scope=in_scope,
    )


def _coverage(mapped: list[CommonControl], covering: list[tuple[ControlId, ...]]) -> RequirementCoverage:
    if not mapped:
        return RequirementCoverage.UNMAPPED
    if all(control.nature is Nature.MANUAL for control in mapped):
        return RequirementCoverage.PROCEDURAL
    return RequirementCoverage.FULL if covering else RequirementCoverage.PARTIAL


def _verdict(
    edges: list[Edge],
    covering: list[tuple[ControlId, ...]],
    controls: Mapping[ControlId, ControlResult],
    coverage: RequirementCoverage,
) -> tuple[Status, tuple[str, ...]]:
    """Status and reasons; see the module's docstring."""
    if not edges:
        return Status.UNDETERMINED, (UNMAPPED,)
    statuses = {edge.control: controls[edge.control].status for edge in edges}
    failing = [control for control, status in statuses.items() if status is Status.FAIL]
    reasons = [f"{control}: {reason}" for control in statuses for reason in controls[control].reasons]
    if failing:
        return Status.FAIL, tuple([f"{control} fails" for control in failing] + reasons)
    if any(all(statuses[control] is Status.PASS for control in group) for group in covering):
        return Status.PASS, tuple(reasons)
    if coverage is RequirementCoverage.PARTIAL:
        residuals = [f"partial coverage, open: {edge.residual}" for edge in edges if edge.residual]
        return Status.UNDETERMINED, tuple(residuals + reasons)
    return Status.UNDETERMINED, tuple(reasons or ["no control of its coverage was shown to pass"])

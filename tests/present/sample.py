"""A synthetic package view over the real catalogs; every number is derived from its findings.

`sample_view` is what renderer tests start from. The organisation, controls and findings are invented;
hostile names and values stand among them on purpose.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from present.sample_content import sample_content
from present.sample_facts import ACCOUNTS, REGIONS, findings_of, sample_artefacts, sample_coverage
from present.sample_registers import with_decisions
from proveonce.kernel.canonical import digest
from proveonce.model.assessment import (
    Assessment,
    CheckResult,
    ControlResult,
    Counts,
    RequirementCoverage,
    RequirementResult,
)
from proveonce.model.catalog import FrameworkId
from proveonce.model.check import Check, CheckId
from proveonce.model.content import Content
from proveonce.model.control import ControlId, Nature
from proveonce.model.evidence import Artefact, Coverage, Run
from proveonce.model.finding import Finding, Status, worst
from proveonce.model.priority import Priority, Term
from proveonce.model.workspace import Account, Person, Workspace
from proveonce.present.view import PackageView

AS_OF = "2026-11-24T03:20:00.000000Z"
FIELD = {
    Status.PASS: "passed",
    Status.FAIL: "failed",
    Status.UNDETERMINED: "undetermined",
    Status.NOT_APPLICABLE: "not_applicable",
}


def count(findings: Iterable[Finding]) -> Counts:
    """The findings by outcome."""
    tally = dict.fromkeys(Status, 0)
    for finding in findings:
        tally[finding.status] += 1
    return Counts(**{FIELD[status]: number for status, number in tally.items()})


@dataclass(frozen=True)
class MemorySource:
    """Findings held in memory; a FindingSource for tests."""

    by_check: dict[CheckId, tuple[Finding, ...]]

    def __call__(self, *, check: str | None = None, status: Status | None = None) -> Iterator[Finding]:
        for name, findings in self.by_check.items():
            if check in (None, name):
                yield from (finding for finding in findings if status in (None, finding.status))


def sample_view(framework: str = "soc2", *, scale: int = 1) -> PackageView:
    """The view of one framework's package; `scale` multiplies the sizes of the populations."""
    content = sample_content()
    run = _run(sample_artefacts(scale))
    return PackageView(
        workspace=sample_workspace(),
        content=content,
        assessment=sample_assessment(content, run, scale),
        framework=content.frameworks[FrameworkId(framework)],
        package=f"{framework}-2026-11-24",
        tool="proveonce 0.1.0",
        evidence_digest=run.digest,
    )


def sample_workspace() -> Workspace:
    """An invented organisation with three accounts."""
    return Workspace(
        root=Path("/nowhere"),
        organisation="Example Health Inc.",
        system="CareLoop Platform",
        description="Claims and eligibility for small clinics.",
        accounts=tuple(Account(identifier, name) for identifier, name in ACCOUNTS.items()),
        regions=REGIONS,
        prepared_by=Person("Pat Sato", "compliance manager", "2026-11-24"),
        reviewed_by=Person("Mo Adeyemi", "director, security", "2026-11-25"),
        owners={"security": "Mo Adeyemi", "platform": "Lee Okafor"},
        is_default=False,
    )


def sample_assessment(content: Content, run: Run, scale: int) -> Assessment:
    """An assessment whose every count is taken from its findings."""
    found = {check.id: tuple(findings_of(check, scale)) for check in content.checks.values()}
    registers, found = with_decisions(content, found, AS_OF)
    source = MemorySource(found)
    coverage = sample_coverage(content, scale)
    checks = {
        check.id: _check_result(check, source.by_check[check.id], content, coverage)
        for check in content.checks.values()
    }
    controls = {control: _control_result(content, control, checks) for control in content.controls}
    return Assessment(
        as_of=AS_OF,
        run=run,
        content_digest=content.digest,
        checks=checks,
        controls=controls,
        requirements={
            framework: tuple(_requirement_results(content, framework, checks, controls))
            for framework in content.frameworks
        },
        priorities=_priorities(content, controls),
        coverage=coverage,
        findings=source,
        registers=registers,
        notes=("Invented data: no account was read.", "One row of aws_s3_bucket did not fit its schema: quarantined."),
    )


def _run(artefacts: tuple[Artefact, ...]) -> Run:
    root = digest(b"sample run")
    return Run(
        id=f"run-20261124T032000Z-{root[:8]}",
        digest=root,
        started_at="2026-11-24T03:00:00.000000Z",
        ended_at=AS_OF,
        artefacts=artefacts,
        accounts={
            identifier: {
                "name": name,
                "caller_arn": f"arn:aws:sts::{identifier}:assumed-role/proveonce-read/collect",
                "regions": list(REGIONS),
                "regions_not_enabled": ["ap-east-1"],
            }
            for identifier, name in ACCOUNTS.items()
        },
        tool={"proveonce": "0.1.0", "botocore": "1.44.0", "python": "3.11"},
        endpoint="http://127.0.0.1:5000",
    )


def _check_result(
    check: Check, findings: tuple[Finding, ...], content: Content, coverage: tuple[Coverage, ...]
) -> CheckResult:
    sql = (
        f"select account_id, region, arn, {', '.join(check.shows)},\n"
        f"       case when not ({check.applies_when or 'true'}) then 'not_applicable'\n"
        f"            when ({check.passes_when}) is null then 'undetermined'\n"
        f"            when {check.passes_when} then 'pass' else 'fail' end as status\nfrom {check.population}"
    )
    listings = [entry for entry in coverage if check.population in entry.tables]
    read = [finding for finding in findings if finding.artefact]
    instants = sorted(finding.read_at for finding in read)
    return CheckResult(
        check=check.id,
        counts=count(findings),
        by_framework={
            framework: count(f for f in findings if framework not in f.out_of_scope) for framework in content.frameworks
        },
        rows=len(read),
        unread_listings=len(findings) - len(read),
        sql=sql,
        sql_digest=digest(sql.encode()),
        artefacts=tuple(dict.fromkeys(finding.artefact for finding in read)),
        first_read_at=instants[0] if instants else "",
        last_read_at=instants[-1] if instants else "",
        operations=tuple(sorted({f"{entry.service}:{entry.operation}" for entry in listings})),
        listings_planned=sum(1 for entry in listings if not entry.detail),
    )


def _control_result(content: Content, control: ControlId, checks: dict[CheckId, CheckResult]) -> ControlResult:
    supporting = tuple(check.id for check in content.checks_of(control))
    counts = sum((checks[check].counts for check in supporting), Counts())
    reasons = []
    statuses = [counts.status] if counts.status else []
    if content.controls[control].nature is not Nature.AUTOMATED:
        statuses.append(Status.UNDETERMINED)
        reasons.append("no manual evidence is recorded for the part that people do")
    if counts.undetermined:
        reasons.append(f"{counts.undetermined} of {counts.total} findings are undetermined")
    if counts.failed:
        reasons.append(f"{counts.failed} of {counts.total} findings fail")
    return ControlResult(control, worst(statuses), tuple(reasons), counts, supporting)


def _requirement_results(
    content: Content,
    framework: FrameworkId,
    checks: dict[CheckId, CheckResult],
    controls: dict[ControlId, ControlResult],
) -> Iterator[RequirementResult]:
    crosswalk = content.crosswalks[framework]
    for requirement in content.frameworks[framework].requirements:
        edges = [edge for edge in crosswalk.edges if edge.requirement == requirement.id]
        serving = tuple(edge.control for edge in edges)
        manual = [c for c in serving if content.controls[c].nature is not Nature.AUTOMATED]
        joint = {c for entry in crosswalk.joint if entry.requirement == requirement.id for c in entry.controls}
        coverage = RequirementCoverage.PARTIAL
        if not serving:
            coverage = RequirementCoverage.UNMAPPED
        elif all(content.controls[c].nature is Nature.MANUAL for c in serving):
            coverage = RequirementCoverage.PROCEDURAL
        elif any(edge.relation.is_full for edge in edges) or (joint and joint <= set(serving)):
            coverage = RequirementCoverage.FULL
        relevant = {check: None for control in serving for check in controls[control].checks}
        status, reasons = _verdict(coverage, [controls[control] for control in serving])
        yield RequirementResult(
            framework=framework,
            requirement=requirement.id,
            status=status,
            coverage=coverage,
            reasons=reasons,
            controls=serving,
            counts=sum((checks[check].by_framework[framework] for check in relevant), Counts()),
            automated=len(relevant),
            manual=len(manual),
        )


def _verdict(coverage: RequirementCoverage, controls: list[ControlResult]) -> tuple[Status, tuple[str, ...]]:
    reasons = tuple(f"{result.control}: {reason}" for result in controls for reason in result.reasons)
    status = worst([result.status for result in controls if result.status]) or Status.UNDETERMINED
    if coverage is RequirementCoverage.UNMAPPED:
        return Status.UNDETERMINED, ("no common control is mapped to it",)
    if status is Status.PASS and coverage is not RequirementCoverage.FULL:
        return Status.UNDETERMINED, (*reasons, "the controls mapped to it cover it in part only")
    return status, reasons


def _priorities(content: Content, controls: dict[ControlId, ControlResult]) -> tuple[Priority, ...]:
    ranked = []
    for control, result in controls.items():
        serves: dict[str, tuple[str, ...]] = {
            framework: tuple(edge.requirement for edge in crosswalk.edges if edge.control == control)
            for framework, crosswalk in content.crosswalks.items()
        }
        weight = max((content.checks[check].severity.weight for check in result.checks), default=1)
        reach = sum(map(len, serves.values()))
        terms = (
            Term(
                "failures",
                float(weight * result.counts.failed),
                f"{result.counts.failed} times severity weight {weight}",
            ),
            Term("unread", 0.5 * result.counts.undetermined, f"{result.counts.undetermined} undetermined times 0.5"),
            Term("reach", 1.25 * reach, f"serves {reach} requirements times 1.25"),
        )
        if result.status is not Status.PASS:
            score = sum(term.value for term in terms)
            ranked.append(Priority(control, score, terms, serves, upper=score + result.counts.undetermined))
    return tuple(sorted(ranked, key=lambda priority: (-priority.score, priority.control)))

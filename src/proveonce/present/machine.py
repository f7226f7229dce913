"""`findings.json` and every other JSON answer: streamed, so that memory stays flat."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import IO, Any

from proveonce.model.assessment import Assessment, Counts, RequirementResult
from proveonce.model.content import Content
from proveonce.model.finding import Finding
from proveonce.model.priority import Priority
from proveonce.model.standing import RegisterStanding
from proveonce.present.registers import acceptance_json, finding_acceptance


def dumps(value: Any) -> str:
    """`value` as readable JSON with stable key order."""
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=False)


def counts_json(counts: Counts) -> dict[str, int]:
    """The four counts and their sum."""
    return {
        "pass": counts.passed,
        "fail": counts.failed,
        "undetermined": counts.undetermined,
        "not_applicable": counts.not_applicable,
        "total": counts.total,
    }


def finding_json(finding: Finding, content: Content, registers: RegisterStanding) -> dict[str, Any]:
    """One finding; a risk acceptance stands beside its status and changes nothing of it."""
    return {
        "check": finding.check,
        "status": str(finding.status),
        "reason": finding.reason,
        "account": finding.account,
        "region": finding.region,
        "resource": finding.resource,
        "observed": dict(finding.observed),
        "controls": list(content.checks[finding.check].supports),
        "severity": str(content.checks[finding.check].severity),
        "call": finding.call,
        "artefact": finding.artefact,
        "line": finding.line,
        "out_of_scope": list(finding.out_of_scope),
        "acceptance": finding_acceptance(finding.acceptances, registers),
    }


def requirement_json(result: RequirementResult) -> dict[str, Any]:
    """One requirement's record."""
    return {
        "framework": result.framework,
        "requirement": result.requirement,
        "status": str(result.status),
        "coverage": str(result.coverage),
        "satisfied": result.is_satisfied,
        "in_scope": result.in_scope,
        "controls": list(result.controls),
        "counts": counts_json(result.counts),
        "reasons": list(result.reasons),
    }


def write_assessment(
    out: IO[str],
    assessment: Assessment,
    content: Content,
    *,
    framework: str | None = None,
    findings: Iterable[Finding] | None = None,
) -> None:
    """The assessment as one JSON document: findings, controls, requirements, acceptances, priorities, coverage.

    A package holds one `framework` and the `findings` of its tests.
    """
    head = {
        "as_of": assessment.as_of,
        "run": assessment.run.id,
        "run_digest": assessment.run.digest,
        "content_digest": assessment.content_digest,
        "manual_digest": assessment.people.digest,
        "registers_digest": assessment.registers.digest,
        "counts": counts_json(assessment.counts),
        "notes": list(assessment.notes),
    }
    out.write("{\n")
    for key, value in head.items():
        out.write(f" {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)},\n")
    found = assessment.findings() if findings is None else findings
    _array(out, "findings", (finding_json(finding, content, assessment.registers) for finding in found))
    _array(out, "controls", _controls(assessment))
    _array(
        out,
        "requirements",
        (
            requirement_json(r)
            for name, rows in assessment.requirements.items()
            if framework in (None, name)
            for r in rows
        ),
    )
    _array(out, "risk_acceptances", map(acceptance_json, assessment.registers.acceptances))
    _array(out, "priorities", priorities_json(assessment.priorities))
    _array(out, "coverage", ({**asdict(row), "complete": row.is_complete} for row in assessment.coverage), last=True)
    out.write("}\n")


def _array(out: IO[str], name: str, rows: Iterable[Mapping[str, Any]], *, last: bool = False) -> None:
    out.write(f" {json.dumps(name)}: [")
    separator = "\n  "
    for row in rows:
        out.write(separator + json.dumps(row, ensure_ascii=False))
        separator = ",\n  "
    out.write("\n ]" + ("\n" if last else ",\n"))


def _controls(assessment: Assessment) -> Iterator[dict[str, Any]]:
    for result in assessment.controls.values():
        yield {
            "control": result.control,
            "status": str(result.status) if result.status else "no_occurrence",
            "counts": counts_json(result.counts),
            "checks": list(result.checks),
            "reasons": list(result.reasons),
        }


def priorities_json(priorities: Iterable[Priority]) -> Iterator[dict[str, Any]]:
    """The order of work, each score with its terms."""
    for rank, priority in enumerate(priorities, 1):
        yield {
            "rank": rank,
            "control": priority.control,
            "score": priority.score,
            "upper": priority.upper,
            "status": str(priority.status) if priority.status else "no_occurrence",
            "effort_days": priority.effort,
            "doubts": list(priority.doubts),
            "terms": [asdict(term) for term in priority.terms],
            "requirements": {name: list(ids) for name, ids in priority.requirements.items()},
        }

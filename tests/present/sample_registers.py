"""Registers of the sample organisation, judged by the real functions; hostile names stand among them on purpose."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from proveonce.assess.registers import standing
from proveonce.model.check import CheckId
from proveonce.model.content import Content
from proveonce.model.control import ControlId
from proveonce.model.finding import Finding, Status
from proveonce.model.register import (
    Attestation,
    AttestationKind,
    FileState,
    Registers,
    Responsibility,
    RiskAcceptance,
    Tier,
    UserControl,
    Vendor,
)
from proveonce.model.standing import Covered, RegisterStanding

HOSTILE = '=HYPERLINK("http://evil.example","<script>alert(1)</script>")\u202e\U0001f4a9'
Findings = dict[CheckId, tuple[Finding, ...]]

_SOC2 = Attestation(
    "SOC2-1", AttestationKind.SOC2_TYPE2, "SOC 2 report", "All.", "2026-01-31", "2027-01-01", "2025-01-01",
    "2025-12-31", Tier.CUSTOMER_NDA, "A firm", "An auditor", "A licence", "documents/soc2.pdf", "0" * 64, "qualified",
    FileState.ALTERED,
)  # fmt: skip
REGISTERS = Registers(
    attestations=(
        _SOC2,
        Attestation("BL-1", AttestationKind.BRIDGE_LETTER, HOSTILE, HOSTILE, "", "", "2026-01-01", "2026-03-31"),
        Attestation("AOC-1", AttestationKind.PCI_AOC, "AOC", "Cards.", "2025-01-01", "2026-01-01"),
    ),
    vendors=(
        Vendor(
            "gateway", "Gateway & Sons", HOSTILE, "high", "Lee", ("cardholder_data", "ephi"),
            attestations=(replace(_SOC2, id="gateway-soc2", file_state=FileState.ELSEWHERE),),
            user_controls=(UserControl("Keys are kept.", (ControlId("CRY-02"),), "Lee"), UserControl(HOSTILE)),
            responsibilities=(
                Responsibility("3.5.1", "vendor"), Responsibility("8.3.6", "vendor"), Responsibility("1.2.1", "us"),
                Responsibility("11.3.1", "shared", HOSTILE), Responsibility("12.10.1", ""),
            ),
        ),
    ),
    acceptances=(
        RiskAcceptance("RA-UNSIGNED", HOSTILE, HOSTILE, requested_by="Pat", requested_on="2026-10-01",
                       expires_on="2027-01-01", compensating_control="None."),
        RiskAcceptance("RA-IN-FORCE", "Accepted for now", "It ends soon.", checks=("aws.*",), risk_owner="Lee",
                       requested_by="Pat", requested_on="2026-10-01", approved_by="Mo", approved_on="2026-10-02",
                       expires_on="2027-09-30", compensating_control="Watched daily."),
        RiskAcceptance("RA-IDLE", "About nothing", "It was mended.", checks=("aws.none",), requested_by="Pat",
                       requested_on="2025-10-01", approved_by="Mo", approved_on="2025-10-02", expires_on="2026-10-02",
                       compensating_control="None."),
    ),
    digest="1" * 64,
)  # fmt: skip


def with_decisions(content: Content, found: Findings, as_of: str) -> tuple[RegisterStanding, Findings]:
    """The registers on that day, and the findings told of them: every second failure is accepted, the others not."""
    judged = standing(REGISTERS, content, date.fromisoformat(as_of[:10]))
    told: Findings = {}
    for check, findings in found.items():
        failed = [finding for finding in findings if finding.status is Status.FAIL]
        ids = {id(f): ("RA-IN-FORCE",) if n % 2 == 0 else ("RA-UNSIGNED",) for n, f in enumerate(failed)}
        told[check] = tuple(replace(f, acceptances=ids.get(id(f), ())) for f in findings)
    about = {entry.acceptance.id: _about(entry.acceptance.id, told, content) for entry in judged.acceptances}
    entries = tuple(replace(entry, covered=about[entry.acceptance.id]) for entry in judged.acceptances)
    return replace(judged, acceptances=entries, accepted=about["RA-IN-FORCE"]), told


def _about(identifier: str, found: Findings, content: Content) -> Covered:
    by_check: dict[str, dict[str, int]] = {}
    for check, findings in found.items():
        for finding in findings:
            if identifier in finding.acceptances:
                inside = by_check.setdefault(check, dict.fromkeys(content.frameworks, 0))
                for framework in content.frameworks:
                    inside[framework] += framework not in finding.out_of_scope
    total = sum(identifier in finding.acceptances for findings in found.values() for finding in findings)
    return Covered(total, by_check)

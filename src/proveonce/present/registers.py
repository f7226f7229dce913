"""The registers in words and as JSON: attestations, vendors and risk acceptances as they stand on a day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from proveonce.model.register import AttestationKind, FileState
from proveonce.model.standing import (
    AcceptanceStanding,
    AcceptanceState,
    AttestationStanding,
    Continuity,
    Covered,
    DocumentState,
    RegisterStanding,
    VendorStanding,
)

KINDS = {
    AttestationKind.SOC2_TYPE1: "SOC 2 Type 1",
    AttestationKind.SOC2_TYPE2: "SOC 2 Type 2",
    AttestationKind.SOC1_TYPE2: "SOC 1 Type 2",
    AttestationKind.SOC3: "SOC 3",
    AttestationKind.PCI_AOC: "PCI DSS AOC",
    AttestationKind.HIPAA_EVALUATION: "HIPAA evaluation",
    AttestationKind.PENETRATION_TEST: "Penetration test",
    AttestationKind.BRIDGE_LETTER: "Bridge letter",
    AttestationKind.BUSINESS_ASSOCIATE_AGREEMENT: "BAA",
    AttestationKind.ISO_27001: "ISO/IEC 27001",
    AttestationKind.OTHER: "Other",
}
STATES = {
    DocumentState.DRAFT: "Draft",
    DocumentState.NOT_YET: "Not yet issued",
    DocumentState.CURRENT: "Current",
    DocumentState.EXPIRING: "Expiring",
    DocumentState.EXPIRED: "Expired",
    DocumentState.SUPERSEDED: "Superseded",
}
ACCEPTANCE_STATES = {
    AcceptanceState.IN_FORCE: "In force",
    AcceptanceState.UNSIGNED: "Not signed",
    AcceptanceState.NOT_YET: "Not yet",
    AcceptanceState.EXPIRED: "Expired",
}
FILES = {
    FileState.ELSEWHERE: "kept elsewhere",
    FileState.PRESENT: "as recorded",
    FileState.MISSING: "missing",
    FileState.ALTERED: "altered",
    FileState.NO_DIGEST: "no digest",
    FileState.UNREAD: "not read",
}
DATA = {
    "cardholder_data": "cardholder data",
    "ephi": "ePHI",
    "personal": "personal data",
    "confidential": "confidential data",
    "none": "none of our data",
}


def period(standing: AttestationStanding) -> str:
    """`2025-01-01 to 2025-12-31`; empty for what is not over a period."""
    entry = standing.attestation
    return f"{entry.period_start} to {entry.period_end}" if entry.period_start else ""


def continuity_words(found: Continuity) -> Iterator[str]:
    """How the SOC 2 Type 2 reports follow one another, a sentence each."""
    names = ", ".join(found.reports)
    if not found.gaps:
        follow = "reports" if len(found.reports) == 1 else "follow one another without a gap,"
        yield f"SOC 2 Type 2: {names} {follow} up to {found.reported_to}."
    for gap in found.gaps:
        days = "1 day" if gap.days == 1 else f"{gap.days:,} days"
        yield (
            f"SOC 2 Type 2: no report is about {gap.first_day} to {gap.last_day} ({days}), between {gap.before} and"
            f" {gap.after}."
        )
    for bridge in found.bridges:
        goes_on = f"goes on from {bridge.report}" if bridge.report else "goes on from no report"
        doubts = f"; {'; '.join(bridge.doubts)}" if bridge.doubts and bridge.report else ""
        yield (
            f"Bridge letter {bridge.letter} {goes_on}: {bridge.first_day} to {bridge.last_day}, in management’s own"
            f" words{doubts}."
        )
    if found.days_since:
        since = "report or letter" if found.bridges else "report"
        yield f"Since {found.bridged_to}, {found.days_since:,} days, no {since} says anything."


def acceptance_words(standing: RegisterStanding, failed: int, accepted: int) -> str:
    """`12 fail, of them 3 accepted until 2027-03-31 (RA-1); 1 acceptance is not signed: not in force`; may be empty."""
    if not standing.acceptances:
        return ""
    covering = [entry for entry in standing.acceptances if entry.is_in_force and entry.covered and entry.covered.total]
    named = ", ".join(f"{entry.acceptance.id} until {entry.acceptance.expires_on}" for entry in covering)
    parts = [f"{failed:,} fail, of them {accepted:,} accepted" + (f" ({named})" if named else "")]
    for state, one, many in (
        (AcceptanceState.UNSIGNED, "is not signed", "are not signed"),
        (AcceptanceState.EXPIRED, "has expired", "have expired"),
        (AcceptanceState.NOT_YET, "is not yet in force", "are not yet in force"),
    ):
        number = sum(entry.state is state for entry in standing.acceptances)
        if number:
            parts.append(f"{number} acceptance{'s' if number > 1 else ''} {many if number > 1 else one}")
    idle = [e.acceptance.id for e in standing.acceptances if e.is_in_force and e.covered and not e.covered.total]
    if idle:
        parts.append(f"in force and about no failure: {', '.join(idle)}")
    return "; ".join(parts)


def finding_acceptance(identifiers: tuple[str, ...], standing: RegisterStanding) -> dict[str, Any] | None:
    """What a finding's JSON says of the decisions about it; None where there is none."""
    if not identifiers:
        return None
    entry = standing.acceptance(identifiers[0])
    return {
        "id": entry.acceptance.id,
        "in_force": entry.is_in_force,
        "state": str(entry.state),
        "why_not": entry.why,
        "approved_by": entry.acceptance.approved_by,
        "approved_on": entry.acceptance.approved_on,
        "expires_on": entry.acceptance.expires_on,
        "also": list(identifiers[1:]),
    }


def attestation_json(standing: AttestationStanding) -> dict[str, Any]:
    """One document."""
    entry = standing.attestation
    return {
        "id": entry.id,
        "kind": str(entry.kind),
        "title": entry.title,
        "state": str(standing.state),
        "days_left": standing.days_left,
        "issued_on": entry.issued_on,
        "valid_to": entry.valid_to,
        "period_start": entry.period_start,
        "period_end": entry.period_end,
        "scope": entry.scope,
        "tier": str(entry.tier),
        "issuer": entry.issuer,
        "assessor": entry.assessor,
        "licence": entry.licence,
        "opinion": entry.opinion,
        "file": entry.file,
        "sha256": entry.sha256,
        "file_state": str(entry.file_state),
        "notes": list(standing.notes),
    }


def continuity_json(found: Continuity | None) -> dict[str, Any] | None:
    """How reports follow one another."""
    if found is None:
        return None
    return {
        "reports": list(found.reports),
        "gaps": [
            {"first_day": g.first_day, "last_day": g.last_day, "days": g.days, "before": g.before, "after": g.after}
            for g in found.gaps
        ],
        "reported_to": found.reported_to,
        "bridges": [
            {"letter": b.letter, "report": b.report, "first_day": b.first_day, "last_day": b.last_day,
             "doubts": list(b.doubts)}
            for b in found.bridges
        ],
        "bridged_to": found.bridged_to,
        "days_since": found.days_since,
    }  # fmt: skip


def vendor_json(standing: VendorStanding) -> dict[str, Any]:
    """One third party."""
    vendor, doubts = standing.vendor, {doubt.requirement: doubt.what for doubt in standing.doubts}
    return {
        "id": vendor.id,
        "name": vendor.name,
        "service": vendor.service,
        "criticality": vendor.criticality,
        "owner": vendor.owner,
        "data": list(vendor.data),
        "reviewed_on": vendor.reviewed_on,
        "gaps": list(standing.gaps),
        "attestations": [attestation_json(entry) for entry in standing.attestations],
        "continuity": continuity_json(standing.continuity),
        "user_controls": [
            {"text": c.text, "controls": list(c.controls), "owner": c.owner, "open": not c.controls}
            for c in vendor.user_controls
        ],
        "responsibilities": [
            {
                "requirement": r.requirement,
                "party": r.party,
                "how": r.how,
                "doubt": doubts.get(r.requirement),
            }
            for r in vendor.responsibilities
        ],
    }


def acceptance_json(standing: AcceptanceStanding) -> dict[str, Any]:
    """One risk acceptance; `covered` is null where nothing was assessed."""
    entry = standing.acceptance
    return {
        "id": entry.id,
        "title": entry.title,
        "state": str(standing.state),
        "in_force": standing.is_in_force,
        "why_not": standing.why,
        "days_left": standing.days_left,
        "reason": entry.reason,
        "controls": list(entry.controls),
        "checks": list(entry.checks),
        "accounts": list(entry.accounts),
        "resources": list(entry.resources),
        "risk_owner": entry.risk_owner,
        "requested_by": entry.requested_by,
        "requested_on": entry.requested_on,
        "approved_by": entry.approved_by,
        "approved_on": entry.approved_on,
        "expires_on": entry.expires_on,
        "compensating_control": entry.compensating_control,
        "covered": _covered_json(standing.covered),
    }


def _covered_json(covered: Covered | None) -> dict[str, Any] | None:
    if covered is None:
        return None
    return {"fail": covered.total, "checks": {check: dict(inside) for check, inside in covered.by_check.items()}}

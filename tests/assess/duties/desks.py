"""A small desk: three frameworks, a handful of controls, and the words to make registers and records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from proveonce.assess.duties import Desk
from proveonce.kernel.located import Place
from proveonce.model.catalog import Framework, FrameworkId, Group, Requirement, RequirementId
from proveonce.model.content import Content
from proveonce.model.control import CommonControl, ControlId, ControlType, Domain, Nature
from proveonce.model.crosswalk import Crosswalk, Edge, JointCoverage, Relation
from proveonce.model.manual import Conclusion, Kind, ManualRecord, RecordId
from proveonce.model.planning import Planning
from proveonce.model.recurrence import Basis, Obligation, RecurrenceKind
from proveonce.model.register import Attestation, AttestationKind, Registers, RiskAcceptance, Vendor
from proveonce.model.workspace import Workspace

EQ, SUB = Relation.EQUAL_TO, Relation.SUBSET_OF
DAY = date(2026, 3, 2)

_REQUIREMENTS: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "soc2": {"CC6.3": {"category": "security"}, "A1.3": {"category": "availability"}},
    "pci_dss": {
        "7.2.4": {"applicability": "all", "interval": "P6M"},
        "11.3.2": {"applicability": "all", "interval": "P3M"},
        "11.4.6": {"applicability": "service_provider", "interval": "P6M"},
        "8.3.9": {"applicability": "all", "interval": "P90D", "interval_kind": "lifetime"},
        "12.8.4": {"applicability": "all", "interval": "P12M"},
        "A3.4.1": {"applicability": "DESV", "interval": "P1M"},
    },
    "hipaa": {"164.308(a)(8)": {}},
}
_CONTROLS = {
    "IAM-06": (Nature.MANUAL, "P12M", "security"),
    "VUL-05": (Nature.HYBRID, "P6M", "security"),
    "VUL-07": (Nature.MANUAL, "P12M", "security"),
    "VEN-02": (Nature.MANUAL, "P12M", "procurement"),
    "CRY-01": (Nature.AUTOMATED, "P1D", "platform"),
    "LOG-06": (Nature.MANUAL, "P1D", "security"),
}
_EDGES = {
    "soc2": [("IAM-06", "CC6.3", EQ), ("LOG-06", "A1.3", SUB), ("CRY-01", "CC6.3", SUB)],
    "pci_dss": [
        ("IAM-06", "7.2.4", EQ), ("IAM-06", "A3.4.1", EQ), ("IAM-06", "8.3.9", EQ), ("VUL-05", "11.3.2", SUB),
        ("VUL-07", "11.4.6", EQ), ("VEN-02", "12.8.4", EQ),
    ],
    "hipaa": [("IAM-06", "164.308(a)(8)", SUB)],
}  # fmt: skip


def _framework(name: str, requirements: Mapping[str, Mapping[str, Any]]) -> Framework:
    entries = tuple(Requirement(RequirementId(r), "G", r, "x", "requirement", facts=f) for r, f in requirements.items())
    return Framework(FrameworkId(name), name, "1", "us", "us", "2026-01-01", "ours", "requirement",
                     (Group("G", "G"),), entries, Place("", 1, 1))  # fmt: skip


def content(joint: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] | None = None) -> Content:
    """The content; `joint` declares controls complete together for a framework's requirement."""
    joint = joint or {}
    crosswalks = {
        FrameworkId(name): Crosswalk(
            FrameworkId(name),
            tuple(Edge(ControlId(c), RequirementId(r), relation, "because") for c, r, relation in edges),
            tuple(JointCoverage(RequirementId(r), tuple(map(ControlId, cs)), "both") for r, cs in joint.get(name, ())),
        )
        for name, edges in _EDGES.items()
    }
    controls = {
        ControlId(i): CommonControl(ControlId(i), i[:3], f"Title {i}", "x", "x", ControlType.DETECTIVE, nature, cadence,
                                    owner, evidence=("the record.", "its review"))
        for i, (nature, cadence, owner) in _CONTROLS.items()
    }  # fmt: skip
    obligation = Obligation(
        "pci_dss.provider-status", "Third parties", RecurrenceKind.RECURRING, Basis.MANDATORY, "pci_dss", ("12.8.4",),
        "P12M", "a change of theirs",
    )  # fmt: skip
    return Content(
        frameworks={FrameworkId(name): _framework(name, found) for name, found in _REQUIREMENTS.items()},
        domains={"IAM": Domain("IAM", "Identity")},
        controls=controls,
        crosswalks=crosswalks,
        checks={},
        recurrence=(obligation,),
    )


def workspace(**further: Any) -> Workspace:
    """A workspace of all three frameworks."""
    owners = {"security": "Ada Byron", "compliance": "Priya Shah"}
    return replace(Workspace(root=Path(), owners=owners), **further)


def desk(
    *records: ManualRecord, day: date = DAY, until: date | None = None, planning: Planning | None = None,
    joint: Any = None, **registers: Any,
) -> Desk:  # fmt: skip
    """A desk on a day; keywords are the registers'."""
    space = workspace(**({"planning": planning} if planning else {}))
    return Desk(content(joint), space, Registers(**registers), records, day, until or day)


def record(control: str, performed_on: str, **further: Any) -> ManualRecord:
    """A record of that control's work, concluded effective and reviewed."""
    facts: dict[str, Any] = {
        "id": RecordId(f"{control}-{performed_on}"), "kind": Kind.STATEMENT, "controls": (ControlId(control),),
        "title": "Done", "statement": "Done", "conclusion": Conclusion.EFFECTIVE, "performed_on": performed_on,
        "recorded_at": f"{performed_on}T12:00:00.000000Z", "performed_by": "A", "reviewed_by": "B",
    }  # fmt: skip
    return ManualRecord(**facts | further)


def report(identifier: str, period_end: str, issued_on: str, valid_to: str, **further: Any) -> Attestation:
    """A SOC 2 Type II report of ours."""
    facts: dict[str, Any] = {
        "id": identifier, "kind": AttestationKind.SOC2_TYPE2, "title": f"Report {identifier}", "scope": "The system",
        "issued_on": issued_on, "valid_to": valid_to, "period_end": period_end,
    }  # fmt: skip
    return Attestation(**facts | further)


def document(identifier: str, kind: str, issued_on: str, valid_to: str, scope: str = "The system") -> Attestation:
    """Any other document."""
    return Attestation(identifier, AttestationKind(kind), f"Document {identifier}", scope, issued_on, valid_to)


def acceptance(identifier: str, expires_on: str, **further: Any) -> RiskAcceptance:
    """A signed risk acceptance of one control."""
    facts: dict[str, Any] = {
        "id": identifier, "title": f"Acceptance {identifier}", "reason": "x", "controls": (ControlId("IAM-06"),),
        "requested_by": "A", "requested_on": "2025-01-01", "approved_by": "B", "approved_on": "2025-01-02",
        "expires_on": expires_on,
    }  # fmt: skip
    return RiskAcceptance(**facts | further)


def vendor(*documents: Attestation, reviewed_on: str = "") -> Vendor:
    """A third party."""
    return Vendor("acme", "Acme", "hosting", "high", "procurement", attestations=documents, reviewed_on=reviewed_on)

"""Third parties: their documents that end, and the review of each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from proveonce.assess.duties.desk import Desk
from proveonce.assess.duties.documents import NAMES, framework_of, lines
from proveonce.assess.duties.work import next_due
from proveonce.kernel.calendar import plus
from proveonce.kernel.durations import strictest
from proveonce.model.duty import Duty, DutyKind, DutyState
from proveonce.model.manual import Conclusion, Kind
from proveonce.model.register import Attestation, Vendor

REVIEW = "pci_dss.provider-status"
"""The obligation that asks for a look at each third party."""


def vendor_duties(desk: Desk) -> Iterator[Duty]:
    """The newest document of each line of each third party, and its next review."""
    for vendor in desk.registers.vendors:
        yield _review(desk, vendor)
        for line in lines(vendor.attestations, desk.today):
            if line[-1].valid_to:
                yield _document(desk, vendor, line[-1])


def _document(desk: Desk, vendor: Vendor, document: Attestation) -> Duty:
    due = plus(date.fromisoformat(document.valid_to), -1)
    start = desk.start(due)
    owner, person = desk.named(vendor.owner)
    return Duty(
        uid=f"vendor.{vendor.id}.document.{document.id}",
        kind=DutyKind.VENDOR,
        title=f"{vendor.name}: {document.title} ends on {document.valid_to}",
        due_on=due.isoformat(),
        start_on=start.isoformat(),
        state=desk.state(start, due, DutyState.DONE),
        owner=owner,
        person=person,
        last_done_on=document.issued_on,
        proof=document.id,
        needs=f"a newer {NAMES[document.kind]} of the same scope in the register",
        requirements=framework_of(desk, document.kind),
        reason=f"no longer counts on {document.valid_to}; criticality {vendor.criticality}",
    )


def _review(desk: Desk, vendor: Vendor) -> Duty:
    obligation = next((o for o in desk.content.recurrence if o.id == REVIEW), None)
    names = [f"{obligation.framework} {r}" for r in obligation.requirements] if obligation else []
    asked = [b for b in desk.bindings if b.name in names]
    interval = strictest([desk.workspace.planning.vendor_review, *(b.interval for b in asked)])
    controls = tuple(dict.fromkeys(control for b in asked for control in desk.proofs[b.name]))
    last, proof = _last_review(desk, vendor)
    due = next_due(date.fromisoformat(last), interval) if last else desk.day
    start = desk.start(due, interval) if last else due
    owner, person = desk.named(vendor.owner)
    return Duty(
        uid=f"vendor.{vendor.id}.review",
        kind=DutyKind.VENDOR,
        title=f"{vendor.name}: review",
        due_on=due.isoformat(),
        start_on=start.isoformat(),
        state=desk.state(start, due, DutyState.DONE) if last else DutyState.NEVER,
        owner=owner,
        person=person,
        interval=interval,
        last_done_on=last,
        proof=proof,
        needs="documents read, what they leave to us settled, responsibilities agreed",
        controls=controls,
        requirements=tuple(b.name for b in asked),
        reason=f"{', '.join(b.name for b in asked) or 'vendor_review'} every {interval}",
    )


def _last_review(desk: Desk, vendor: Vendor) -> tuple[str, str]:
    """The day of the last review and what shows it: the register says when, a record shows it too."""
    found = [(vendor.reviewed_on, f"vendors.yaml: {vendor.id}")] if vendor.reviewed_on else []
    found += [
        (record.performed_on, record.id)
        for record in desk.records
        if record.kind is Kind.VENDOR_REVIEW and record.conclusion is Conclusion.EFFECTIVE
        and record.facts.get("vendor") in (vendor.id, vendor.name)
    ]  # fmt: skip
    return max((pair for pair in found if pair[0] <= desk.today), default=("", ""))

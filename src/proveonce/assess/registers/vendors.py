"""Third parties on a day: which of their documents count, and what of the split of duties is open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from proveonce.assess.registers import documents
from proveonce.kernel.calendar import shift
from proveonce.model.catalog import FrameworkId
from proveonce.model.content import Content
from proveonce.model.control import ControlId, Nature
from proveonce.model.crosswalk import Crosswalk
from proveonce.model.register import AttestationKind, Responsibility, Vendor
from proveonce.model.standing import AttestationStanding, ResponsibilityDoubt, VendorStanding

REVIEW_EVERY = "P12M"
"""PCI DSS 4.0.1, 12.8.4; the cadence of VEN-02."""
_CALLED_FOR = {
    "cardholder_data": (AttestationKind.PCI_AOC, "cardholder data", "PCI DSS attestation of compliance"),
    "ephi": (AttestationKind.BUSINESS_ASSOCIATE_AGREEMENT, "ePHI", "business associate agreement"),
}


def stand(vendor: Vendor, content: Content, day: date) -> VendorStanding:
    """The vendor on `day`, its duties held against our crosswalk of PCI DSS."""
    held = documents.stand(vendor.attestations, day)
    return VendorStanding(
        vendor=vendor,
        attestations=held,
        continuity=documents.continuity(vendor.attestations, day),
        lacks=tuple(_lacks(vendor, held)),
        open_controls=tuple(control for control in vendor.user_controls if not control.controls),
        doubts=tuple(_doubts(vendor, content)),
        review=_review(vendor, day),
    )


def _lacks(vendor: Vendor, held: tuple[AttestationStanding, ...]) -> Iterator[str]:
    for data in vendor.data:
        if data not in _CALLED_FOR:
            continue
        kind, what, document = _CALLED_FOR[data]
        of_kind = [standing for standing in held if standing.attestation.kind is kind]
        if any(standing.state.counts for standing in of_kind):
            continue
        ended = max((s.attestation.valid_to for s in of_kind if s.state.value == "expired"), default="")
        yield f"holds {what}, and no current {document} is on record" + (f"; the last ended {ended}" if ended else "")


def _review(vendor: Vendor, day: date) -> str:
    if not vendor.reviewed_on or (reviewed := date.fromisoformat(vendor.reviewed_on)) > day:
        return "no review of it is on record"
    due = shift(reviewed, REVIEW_EVERY)
    return f"its yearly review was due by {due.isoformat()}" if due < day else ""


def _doubts(vendor: Vendor, content: Content) -> Iterator[ResponsibilityDoubt]:
    framework = FrameworkId("pci_dss")
    crosswalk = content.crosswalks.get(framework) or Crosswalk(framework, ())
    for entry in vendor.responsibilities:
        if what := _doubt(entry, crosswalk, content):
            yield ResponsibilityDoubt(entry.requirement, what)


def _doubt(entry: Responsibility, crosswalk: Crosswalk, content: Content) -> str:
    mapped = [edge for edge in crosswalk.edges if edge.requirement == entry.requirement]
    if not entry.party:
        return "nobody has it: no party is named"
    if entry.party == "shared" and not entry.how:
        return "shared, and not said how it is divided"
    if entry.party in ("us", "shared") and not mapped:
        return f"{'ours' if entry.party == 'us' else 'shared'}, and no common control is mapped to it"
    if entry.party == "vendor":
        tested = [edge.control for edge in mapped if edge.relation.is_full and _is_tested(edge.control, content)]
        if tested:
            return (
                f"the vendor’s alone, yet {', '.join(tested)} of ours does all of it and is tested in our accounts: "
                "shared?"
            )
    return ""


def _is_tested(control: ControlId, content: Content) -> bool:
    return content.controls[control].nature is not Nature.MANUAL and bool(content.checks_of(control))

"""Registers: attestations that we hold, third parties and theirs, and decisions to accept a risk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from proveonce.kernel.located import Place
from proveonce.model.control import ControlId


class AttestationKind(StrEnum):
    """What sort of document it is."""

    SOC2_TYPE1 = "soc2_type1"
    SOC2_TYPE2 = "soc2_type2"
    SOC1_TYPE2 = "soc1_type2"
    SOC3 = "soc3"
    PCI_AOC = "pci_aoc"
    HIPAA_EVALUATION = "hipaa_evaluation"
    PENETRATION_TEST = "penetration_test"
    BRIDGE_LETTER = "bridge_letter"
    BUSINESS_ASSOCIATE_AGREEMENT = "business_associate_agreement"
    ISO_27001 = "iso_27001"
    OTHER = "other"


class FileState(StrEnum):
    """How a document's file stands to what the register says of it."""

    ELSEWHERE = "elsewhere"
    """The register names no file in the workspace."""
    PRESENT = "present"
    MISSING = "missing"
    ALTERED = "altered"
    """Its digest is another than the register's."""
    NO_DIGEST = "no_digest"
    """It is there, and the register has no digest to hold it against."""
    UNREAD = "unread"
    """Too large, or not readable."""


class Tier(StrEnum):
    """Who may be given the document."""

    PUBLIC = "public"
    CUSTOMER_NDA = "customer_nda"
    RESTRICTED = "restricted"


@dataclass(frozen=True, slots=True)
class Attestation:
    """One document by which somebody independent, or management, attests to something."""

    id: str
    kind: AttestationKind
    title: str
    scope: str
    """What it covers, in a sentence."""
    issued_on: str
    """Empty: a draft, which attests to nothing; only a bridge letter may be one."""
    valid_to: str
    """First day on which it no longer counts; empty where it does not end."""
    period_start: str = ""
    period_end: str = ""
    """Last day of the period, for reports over one."""
    tier: Tier = Tier.RESTRICTED
    issuer: str = ""
    """Firm; for management's own letters the organisation."""
    assessor: str = ""
    licence: str = ""
    """The assessor's or firm's licence or certificate number."""
    file: str = ""
    """Path in the workspace; empty where it is kept elsewhere."""
    sha256: str = ""
    opinion: str = ""
    """unqualified, qualified, adverse or disclaimed, for reports that have one."""
    file_state: FileState = FileState.ELSEWHERE
    """As found when the register was read."""
    place: Place = Place("", 1, 1)


@dataclass(frozen=True, slots=True)
class UserControl:
    """A complementary user entity control that a third party's report leaves to us."""

    text: str
    controls: tuple[ControlId, ...] = ()
    """Ours that answer it; empty: open."""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Responsibility:
    """PCI DSS 12.8.5: who has a requirement."""

    requirement: str
    party: str
    """us, vendor or shared; empty: nobody has said."""
    how: str = ""
    """How it is divided, where shared."""


@dataclass(frozen=True, slots=True)
class Vendor:
    """A third party that our system relies on."""

    id: str
    name: str
    service: str
    criticality: str
    """high, medium or low."""
    owner: str = ""
    data: tuple[str, ...] = ()
    """What it holds of ours: cardholder_data, ephi, personal, confidential, none."""
    attestations: tuple[Attestation, ...] = ()
    user_controls: tuple[UserControl, ...] = ()
    responsibilities: tuple[Responsibility, ...] = ()
    reviewed_on: str = ""
    place: Place = Place("", 1, 1)


@dataclass(frozen=True, slots=True)
class RiskAcceptance:
    """A decision about failures found; shown beside them, never instead of them.

    It covers a failure that meets all that it names: one of its controls, one of its checks, one of its accounts and
    one of its resources.
    """

    id: str
    title: str
    reason: str
    controls: tuple[ControlId, ...] = ()
    checks: tuple[str, ...] = ()
    """Ids or globs of checks whose findings it covers."""
    accounts: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    """ARNs or ids, or globs over them; empty: every one."""
    risk_owner: str = ""
    requested_by: str = ""
    requested_on: str = ""
    approved_by: str = ""
    """Never who requested it; empty: not signed, and so not in force."""
    approved_on: str = ""
    expires_on: str = ""
    """First day on which it is no longer in force."""
    compensating_control: str = ""
    place: Place = Place("", 1, 1)

    def is_in_force(self, day: str) -> bool:
        """Whether it is signed and not expired on an ISO day."""
        return bool(self.approved_by) and self.approved_on <= day < self.expires_on


@dataclass(frozen=True, slots=True)
class Registers:
    """What a workspace keeps besides records of evidence."""

    attestations: tuple[Attestation, ...] = ()
    vendors: tuple[Vendor, ...] = ()
    acceptances: tuple[RiskAcceptance, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    """Path in the workspace → bytes, as read."""
    digest: str = ""
    """SHA-256 over those bytes and how each document's file was found; empty where there is no register."""

"""How the registers stand on a day: what counts, what ends, what is missing, and which failures a decision covers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from proveonce.model.register import Attestation, RiskAcceptance, UserControl, Vendor


class DocumentState(StrEnum):
    """How a document stands on a day."""

    DRAFT = "draft"
    """Not issued, so it attests to nothing."""
    NOT_YET = "not_yet"
    """Issued later than the day."""
    CURRENT = "current"
    EXPIRING = "expiring"
    """It counts, and ends within the notice of its kind."""
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    """It ended, and another of its kind and scope counts."""

    @property
    def counts(self) -> bool:
        """Whether it attests to anything on that day."""
        return self in (DocumentState.CURRENT, DocumentState.EXPIRING)


@dataclass(frozen=True, slots=True)
class AttestationStanding:
    """One document on a day."""

    attestation: Attestation
    state: DocumentState
    days_left: int | None
    """Until it no longer counts; negative since then; None where it does not end or was not issued."""
    notes: tuple[str, ...] = ()
    """What a reader must know: its file missing or altered, an opinion that is not unqualified."""


@dataclass(frozen=True, slots=True)
class PeriodGap:
    """Days between two reports that no report is about."""

    first_day: str
    last_day: str
    days: int
    before: str
    """Id of the report that ends before it."""
    after: str


@dataclass(frozen=True, slots=True)
class Bridge:
    """A bridge letter: management's own words on the time since a report."""

    letter: str
    report: str
    """Id of the report that it goes on from; empty: none ends before it."""
    first_day: str
    last_day: str
    doubts: tuple[str, ...] = ()
    """Days left out before it, or longer than customary."""


@dataclass(frozen=True, slots=True)
class Continuity:
    """SOC 2 Type 2 reports of one holder, one after the other."""

    reports: tuple[str, ...]
    """Ids by period."""
    gaps: tuple[PeriodGap, ...]
    reported_to: str
    """Last day that a report is about."""
    bridges: tuple[Bridge, ...]
    bridged_to: str
    """Last day up to which letters go on from the reports without a break; `reported_to` where there is none."""
    days_since: int
    """Days from then to the day asked for, about which nobody says anything."""


@dataclass(frozen=True, slots=True)
class ResponsibilityDoubt:
    """A requirement of which it is not settled who has it."""

    requirement: str
    what: str


@dataclass(frozen=True, slots=True)
class VendorStanding:
    """One third party on a day."""

    vendor: Vendor
    attestations: tuple[AttestationStanding, ...]
    continuity: Continuity | None
    """None without a SOC 2 Type 2 report."""
    lacks: tuple[str, ...]
    """Documents that what it holds of ours calls for, and that do not count."""
    open_controls: tuple[UserControl, ...]
    """User controls that no control of ours answers."""
    doubts: tuple[ResponsibilityDoubt, ...]
    review: str
    """What is wrong with its yearly review; empty: nothing."""

    @property
    def gaps(self) -> tuple[str, ...]:
        """Everything that is open, in sentences without a stop."""
        answered = [
            f"user control without a control of ours: {control.text.rstrip('.')}" for control in self.open_controls
        ]
        unsettled = [f"PCI DSS {doubt.requirement}: {doubt.what}" for doubt in self.doubts]
        return (*self.lacks, *([self.review] if self.review else ()), *answered, *unsettled)


class AcceptanceState(StrEnum):
    """Whether a risk acceptance is in force on a day, and why not."""

    IN_FORCE = "in_force"
    UNSIGNED = "unsigned"
    NOT_YET = "not_yet"
    """Asked for, or approved, later than the day."""
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Covered:
    """Failures that a decision is about."""

    total: int = 0
    by_check: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Check → framework → failures in its scope."""

    def of(self, check: str, framework: str) -> int:
        """How many of a check's failures in a framework's scope."""
        return self.by_check.get(check, {}).get(framework, 0)


@dataclass(frozen=True, slots=True)
class AcceptanceStanding:
    """One risk acceptance on a day."""

    acceptance: RiskAcceptance
    state: AcceptanceState
    why: str
    """Why it is not in force; empty where it is."""
    days_left: int
    """Until it expires; negative since then."""
    covered: Covered | None = None
    """Failures that it is about; None where nothing was assessed."""

    @property
    def is_in_force(self) -> bool:
        """Whether it is."""
        return self.state is AcceptanceState.IN_FORCE


@dataclass(frozen=True, slots=True)
class RegisterStanding:
    """All registers on a day."""

    day: str = ""
    attestations: tuple[AttestationStanding, ...] = ()
    continuity: Continuity | None = None
    vendors: tuple[VendorStanding, ...] = ()
    acceptances: tuple[AcceptanceStanding, ...] = ()
    """Those in force first, then by id."""
    accepted: Covered = field(default_factory=Covered)
    """Failures that at least one acceptance in force is about, each once."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    """The registers as read; see `Registers`."""
    digest: str = ""

    def acceptance(self, identifier: str) -> AcceptanceStanding:
        """The acceptance of that id."""
        return next(standing for standing in self.acceptances if standing.acceptance.id == identifier)

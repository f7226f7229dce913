"""Assessments: findings rolled up to controls and requirements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from proveonce.model.catalog import FrameworkId, RequirementId
from proveonce.model.check import CheckId
from proveonce.model.control import ControlId
from proveonce.model.evidence import Coverage, Run
from proveonce.model.finding import Finding, Status
from proveonce.model.manual import ManualEvidence
from proveonce.model.priority import Priority
from proveonce.model.standing import RegisterStanding


@dataclass(frozen=True, slots=True)
class Counts:
    """Findings by outcome; their sum is the population."""

    passed: int = 0
    failed: int = 0
    undetermined: int = 0
    not_applicable: int = 0

    @property
    def total(self) -> int:
        """Every finding."""
        return self.passed + self.failed + self.undetermined + self.not_applicable

    @property
    def status(self) -> Status | None:
        """The worst outcome counted; None when nothing was counted."""
        if self.failed:
            return Status.FAIL
        if self.undetermined:
            return Status.UNDETERMINED
        if self.passed:
            return Status.PASS
        return Status.NOT_APPLICABLE if self.not_applicable else None

    def of(self, status: Status) -> int:
        """How many had that outcome."""
        return {
            Status.PASS: self.passed,
            Status.FAIL: self.failed,
            Status.UNDETERMINED: self.undetermined,
            Status.NOT_APPLICABLE: self.not_applicable,
        }[status]

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.passed + other.passed,
            self.failed + other.failed,
            self.undetermined + other.undetermined,
            self.not_applicable + other.not_applicable,
        )


class RequirementCoverage(StrEnum):
    """How far our controls reach a requirement, whatever their results."""

    FULL = "full"
    PARTIAL = "partial"
    PROCEDURAL = "procedural"
    """Served, by manual controls only."""
    UNMAPPED = "unmapped"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check over its whole population."""

    check: CheckId
    counts: Counts
    """All findings, whatever their scope."""
    by_framework: Mapping[str, Counts]
    """Framework → findings of resources in its scope."""
    rows: int
    """Members of the population that were read."""
    unread_listings: int
    """Account × region listings not read to their end; each is one undetermined finding."""
    sql: str
    """The query as composed and run."""
    sql_digest: str
    artefacts: tuple[str, ...]
    """Digests of the population's artefacts."""
    first_read_at: str = ""
    last_read_at: str = ""
    operations: tuple[str, ...] = ()
    """service:Operation calls behind the population and the facts used."""
    listings_planned: int = 0
    said: tuple[str, ...] = ()
    """Why findings fail or are undetermined, in words of the check's own; none where it has none."""


@dataclass(frozen=True, slots=True)
class ControlResult:
    """One common control: the worst of its findings."""

    control: ControlId
    status: Status | None
    """None: no occurrence; every population read is empty."""
    reasons: tuple[str, ...]
    counts: Counts
    checks: tuple[CheckId, ...]


@dataclass(frozen=True, slots=True)
class RequirementResult:
    """The record of one requirement."""

    framework: FrameworkId
    requirement: RequirementId
    status: Status
    coverage: RequirementCoverage
    reasons: tuple[str, ...]
    controls: tuple[ControlId, ...]
    counts: Counts
    """Findings in the framework's scope; a finding counts once however many controls it supports."""
    automated: int
    """Checks that speak to it."""
    manual: int
    """Mapped controls with a part that only people can show."""
    in_scope: bool = True
    """False: the workspace did not select this requirement's category."""

    @property
    def is_satisfied(self) -> bool:
        """Satisfied: covered in full, by machine or by people, every control of that coverage passing."""
        return self.status is Status.PASS and self.coverage in (
            RequirementCoverage.FULL, RequirementCoverage.PROCEDURAL,
        )  # fmt: skip


class FindingSource(Protocol):
    """Every finding, as often as asked, never all in memory."""

    def __call__(self, *, check: str | None = None, status: Status | None = None) -> Iterator[Finding]:
        """Findings by check, then account, region, resource, line."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """A pure function of the digests of evidence, of evidence by people and of content, and of as-of."""

    as_of: str
    run: Run
    content_digest: str
    checks: Mapping[CheckId, CheckResult]
    controls: Mapping[ControlId, ControlResult]
    requirements: Mapping[FrameworkId, tuple[RequirementResult, ...]]
    """Framework → its requirements, all of them, in catalog order."""
    priorities: tuple[Priority, ...]
    """Most urgent first."""
    coverage: tuple[Coverage, ...]
    findings: FindingSource
    imports: tuple[Run, ...] = ()
    """What was brought in from files and is in force."""
    people: ManualEvidence = field(default_factory=ManualEvidence)
    """Evidence by people on record at `as_of`."""
    registers: RegisterStanding = field(default_factory=RegisterStanding)
    """Attestations, vendors and risk acceptances on the day of `as_of`; no result depends on them."""
    notes: tuple[str, ...] = field(default=())
    """What a reader must know: simulated endpoint, quarantined rows, excluded accounts."""

    @property
    def counts(self) -> Counts:
        """All findings."""
        total = Counts()
        for result in self.checks.values():
            total += result.counts
        return total

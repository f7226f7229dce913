"""Evidence by people: one record of one thing that was done, with what shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NewType

from proveonce.kernel.located import Place
from proveonce.model.control import ControlId

RecordId = NewType("RecordId", str)


class Kind(StrEnum):
    """What was done."""

    POLICY = "policy"
    ACCESS_REVIEW = "access_review"
    TRAINING = "training"
    VULNERABILITY_SCAN = "vulnerability_scan"
    ASV_SCAN = "asv_scan"
    PENETRATION_TEST = "penetration_test"
    SEGMENTATION_TEST = "segmentation_test"
    RISK_ANALYSIS = "risk_analysis"
    TARGETED_RISK_ANALYSIS = "targeted_risk_analysis"
    VENDOR_REVIEW = "vendor_review"
    BUSINESS_ASSOCIATE_AGREEMENT = "business_associate_agreement"
    TABLETOP_EXERCISE = "tabletop_exercise"
    RESTORE_TEST = "restore_test"
    CHANGE_REVIEW = "change_review"
    SCOPE_CONFIRMATION = "scope_confirmation"
    ADDRESSABLE_DECISION = "addressable_decision"
    """HIPAA 164.306(d)(3): implemented, an equivalent measure instead, or neither, and why."""
    STATEMENT = "statement"
    """A person attests to something that no other kind fits."""


class Conclusion(StrEnum):
    """What the performer concluded. What was found and put right on the way is no failure: it stands in the facts."""

    EFFECTIVE = "effective"
    NOT_EFFECTIVE = "not_effective"
    """The control did not work; judged as a fail however old it is, until a later record takes its place."""


@dataclass(frozen=True, slots=True)
class FactField:
    """One fact of a kind, as its schema, its form and its column."""

    type: str
    """DuckDB type: VARCHAR, DATE, BOOLEAN, BIGINT or VARCHAR[]."""
    question: str
    """What a person is asked."""
    is_required: bool = True
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that shows what was done; kept beside the record, told apart by its digest."""

    file: str
    """Path below `evidence/manual/`."""
    sha256: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class ManualRecord:
    """One record of manual evidence."""

    id: RecordId
    """Permanent, and unique in the workspace."""
    kind: Kind
    controls: tuple[ControlId, ...]
    title: str
    statement: str
    """What was done and found, in the performer's words."""
    conclusion: Conclusion
    performed_on: str
    """Day on which it was done (its last day), not that of writing it down."""
    recorded_at: str
    """Instant at which it was written down."""
    performed_by: str
    reviewed_by: str = ""
    """Never who performed it; empty: not reviewed, and what needs a review is undetermined."""
    reviewed_on: str = ""
    recorded_by: str = ""
    valid_for: str = ""
    """ISO 8601 duration from `performed_on`; empty: the cadence of each control. Never longer than that cadence."""
    attachments: tuple[Attachment, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    """By the schema of its kind (`FIELDS`)."""
    place: Place = Place("", 1, 1)

"""Evidence by people: one record of one thing that was done, with what shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, NewType

from proveonce.kernel.canonical import canonical
from proveonce.kernel.located import Place
from proveonce.model.check import CheckId
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


class AttachmentState(StrEnum):
    """How the file of an attachment was found when its record was read."""

    KEPT = "kept"
    MISSING = "missing"
    ALTERED = "altered"
    """Its digest is not the one recorded."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that shows what was done; kept beside the record, told apart by its digest."""

    file: str
    """Path below `evidence/manual/`."""
    sha256: str
    title: str = ""
    state: AttachmentState = AttachmentState.KEPT


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

    def data(self) -> bytes:
        """The record as an artefact: its canonical bytes, with how its attachments were found, without its place."""
        return canonical({name: value for name, value in asdict(self).items() if name != "place"})


@dataclass(frozen=True, slots=True)
class OnRecord:
    """One record, as it stands for one of its controls at an as-of."""

    record: ManualRecord
    control: ControlId
    digest: str
    """SHA-256 of the record's `data`."""
    valid_until: str
    """Last day on which it counts for the control."""
    superseded_by: RecordId | None
    """A later record that takes its place for the control."""


@dataclass(frozen=True, slots=True)
class ManualEvidence:
    """What is on record at an as-of."""

    records: tuple[ManualRecord, ...] = ()
    """Those recorded by then, by id."""
    by_control: Mapping[ControlId, tuple[OnRecord, ...]] = field(default_factory=dict)
    """Control → its records, the latest first."""
    digest: str = ""
    """SHA-256 over the records' digests; empty where there is none."""


_CHECK = "process.manual."


def check_of(control: ControlId) -> CheckId:
    """The check that judges what is on record for a control."""
    return CheckId(f"{_CHECK}{control.lower()}")


def is_by_people(check: CheckId) -> bool:
    """Whether a check judges what is on record for a control."""
    return check.startswith(_CHECK)

"""The shapes of our YAML files; pydantic parses here and only here.

Every model forbids unknown keys. Lists are of one kind only, so that an error's location is a path
into the file. Field meanings stand on the dataclasses of `model`.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from proveonce.model.check import Severity
from proveonce.model.control import ControlType, Nature
from proveonce.model.crosswalk import Relation
from proveonce.model.recurrence import Basis, RecurrenceKind
from proveonce.model.service import ListName, ListState, Share


def _is_a_day(text: str) -> str:
    date.fromisoformat(text)
    return text


Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Date = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$"), AfterValidator(_is_a_day)]
Duration = Annotated[str, StringConstraints(pattern=r"^P(\d+[YMWD])+$|^PT(\d+[HM])+$")]
Interval = Annotated[str, StringConstraints(pattern=r"^P\d{1,3}[YMWD]$")]
ControlName = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}-\d{2}$")]
CHECK_ID = re.compile(r"^[a-z0-9]+(\.[a-z0-9-]+){2,3}$")
Owner = Literal[
    "board", "executive", "compliance", "security", "platform", "engineering", "it_operations", "hr", "legal",
    "privacy", "facilities", "procurement", "finance", "product",
]  # fmt: skip


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class GroupModel(_Model):
    id: Text
    title: Text
    category: str = ""


class RequirementModel(_Model):
    id: Text
    group: Text
    title: Text
    paraphrase: Text
    kind: Text
    parent: str | None = None
    facts: dict[str, str | int | bool] = Field(default_factory=dict)
    focus: list[Text] = Field(default_factory=list)
    test: dict[Literal["examine", "interview", "observe"], Text] = Field(default_factory=dict)
    owner: Owner


ShortDigest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}$")]


class SealModel(_Model):
    source: Text
    retrieved: Date
    head: dict[str, ShortDigest]
    requirements: dict[str, dict[str, ShortDigest]]


class FrameworkModel(_Model):
    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
    title: Text
    edition: Text
    publisher: Text
    source: Text
    retrieved: Date
    licence: Text
    requirement_word: Text
    groups: list[GroupModel] = Field(min_length=1)
    requirements: list[RequirementModel] = Field(min_length=1)
    sealed: SealModel | None = None


class ControlModel(_Model):
    id: ControlName
    title: Text
    statement: Text
    objective: Text
    type: Annotated[ControlType, Field(strict=False)]
    nature: Annotated[Nature, Field(strict=False)]
    cadence: Duration
    owner: Owner
    procedures: dict[Literal["inquiry", "inspection", "observation", "reperformance"], Text] = Field(min_length=1)
    evidence: list[Text] = Field(min_length=1)


class ControlFileModel(_Model):
    domain: Text
    title: Text
    controls: list[ControlModel] = Field(min_length=1)


class ReviewModel(_Model):
    name: Text
    credential: Text
    date: Date
    of: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")] | None = None


class EdgeModel(_Model):
    control: Text
    requirement: Text
    relation: Annotated[Relation, Field(strict=False)]
    rationale: Text
    residual: str = ""
    reviewed: ReviewModel | None = None


class JointModel(_Model):
    requirement: Text
    controls: list[Text] = Field(min_length=2)
    reason: Text


class CrosswalkModel(_Model):
    framework: Text
    edges: list[EdgeModel]
    jointly_complete: list[JointModel] = Field(default_factory=list)
    not_mapped: dict[str, Text] = Field(default_factory=dict)


class CheckModel(_Model):
    id: Text
    title: Text
    supports: list[Text] = Field(min_length=1)
    population: Text
    applies_when: Text | None = None
    passes_when: Text
    needs: list[Text] = Field(default_factory=list)
    shows: list[Text] = Field(min_length=1)
    severity: Annotated[Severity, Field(strict=False)]
    remediation: Text
    rationale: str = ""
    crosses_accounts: Text | None = None
    crosses_regions: Text | None = None


class RuleMapModel(_Model):
    tool: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
    title: Text
    source: Text
    fresh_for: Annotated[str, StringConstraints(pattern=r"^P\d+[DWM]$")]
    rules: dict[str, list[Text]]
    polarity: dict[str, Literal["fail", "pass"]] = Field(default_factory=dict)


class OrganisationModel(_Model):
    name: Text
    system: Text
    description: str = ""


class PersonModel(_Model):
    name: Text
    role: str = ""
    date: str = ""


AccountId = Annotated[str, StringConstraints(pattern=r"^\d{12}$")]


class AccountModel(_Model):
    id: AccountId
    name: str = ""
    role: Text | None = None


Days = Annotated[float, Field(strict=False, ge=0.01, le=10_000)]
Weight = Annotated[float, Field(strict=False, ge=0, le=1_000)]


class OrganizationModel(_Model):
    account: AccountId | None = None
    role: Text | None = None
    units: list[Annotated[str, StringConstraints(pattern=r"^(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32})$")]] = (
        Field(default_factory=list)
    )
    exclude: list[AccountId] = Field(default_factory=list)


class ScopeRuleModel(_Model):
    state: Literal["in", "connected", "out"]
    reason: Text
    accounts: list[AccountId] = Field(default_factory=list)
    name: Text | None = None
    tag: dict[str, str] = Field(default_factory=dict)


RecordKind = Literal["change", "joiner", "leaver", "ticket", "training", "asset"]
_DATE_PARTS = re.compile(r"(DD|MMM|MM|YYYY)(?:[ ./-]|$)")


def _orders_a_date(text: str) -> str:
    parts = _DATE_PARTS.findall(text)
    if sorted(part[0] for part in parts) != ["D", "M", "Y"] or _DATE_PARTS.sub("", text) or parts[:2] == ["YYYY", "DD"]:
        raise ValueError("write the order of a date as DD/MM/YYYY, MM/DD/YYYY or DD-MMM-YYYY")
    return text


class ImportsModel(_Model):
    tables: dict[RecordKind, dict[str, Text]] = Field(default_factory=dict)
    dates: dict[RecordKind, Annotated[str, AfterValidator(_orders_a_date)]] = Field(default_factory=dict)


Applicability = Literal["all", "service_provider", "multi-tenant", "issuer", "DESV"]
BusinessDayCount = Annotated[int, Field(ge=0, le=250)]


class CalendarModel(_Model):
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] = ""
    subdivision: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,3}$")] = ""
    notice: Interval = ""
    observation: Interval = ""
    fieldwork_days: BusinessDayCount = 0
    report_days: BusinessDayCount = 0
    bridge: Interval = ""
    bridge_days: BusinessDayCount = 0
    vendor_review: Interval = ""
    gaps: Interval = ""
    applies_to: list[Literal["service_provider", "multi-tenant", "issuer", "DESV"]] = Field(default_factory=list)


class WorkspaceModel(_Model):
    organisation: OrganisationModel
    frameworks: list[Text] = Field(default_factory=lambda: ["soc2", "pci_dss", "hipaa"], min_length=1)
    soc2_categories: list[Literal["security", "availability", "confidentiality", "processing_integrity", "privacy"]] = (
        Field(default_factory=list)
    )
    accounts: list[AccountModel] = Field(default_factory=list)
    organization: OrganizationModel | None = None
    regions: list[Text] | Literal["enabled", "all"] = "enabled"
    role: Text | None = None
    external_id: Text | None = None
    prepared_by: PersonModel | None = None
    reviewed_by: PersonModel | None = None
    owners: dict[Owner, str] = Field(default_factory=dict)
    scope: dict[str, list[ScopeRuleModel]] = Field(default_factory=dict)
    audits: dict[str, Date] = Field(default_factory=dict)
    effort: dict[str, Days] = Field(default_factory=dict)
    weights: dict[str, dict[str, Weight]] = Field(default_factory=dict)
    imports: ImportsModel = ImportsModel()
    calendar: CalendarModel = CalendarModel()


class SourceModel(_Model):
    title: Text


class ServiceListModel(_Model):
    title: Text
    short: Text
    framework: Text
    check: Annotated[str, StringConstraints(pattern=r"^https://\S+$")]


class ListingModel(_Model):
    state: Annotated[ListState, Field(strict=False)]
    as_of: Date | None = None
    source: Text | None = None


class ServiceModel(_Model):
    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+$")]
    title: Text | None = None
    botocore: list[Text] | None = None
    service_class: Annotated[Text | None, Field(alias="class")] = None
    limits: str | None = None
    hipaa_eligible: ListingModel = ListingModel(state=ListState.UNKNOWN)
    pci_in_scope: ListingModel = ListingModel(state=ListState.UNKNOWN)
    soc_in_scope: ListingModel = ListingModel(state=ListState.UNKNOWN)


class ServiceFileModel(_Model):
    lists: dict[Annotated[ListName, Field(strict=False)], ServiceListModel] = Field(default_factory=dict)
    sources: dict[str, SourceModel] = Field(default_factory=dict)
    services: list[ServiceModel] = Field(min_length=1)


class DutyModel(_Model):
    id: Text
    title: Text
    controls: list[Text] = Field(min_length=1)


class SplitModel(_Model):
    share: Annotated[Share, Field(strict=False)]
    how: str = ""


class ServiceClassModel(_Model):
    id: Text
    title: Text
    meaning: Text
    split: dict[str, SplitModel]


class SplitExceptionModel(_Model):
    service: Text
    variant: str = ""
    duty: Text
    share: Annotated[Share, Field(strict=False)]
    how: Text


class ResponsibilityFileModel(_Model):
    duties: list[DutyModel] = Field(min_length=1)
    classes: list[ServiceClassModel] = Field(min_length=1)
    exceptions: list[SplitExceptionModel] = Field(default_factory=list)


class ObligationModel(_Model):
    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+\.[a-z0-9-]+$")]
    title: Text
    framework: Text | None = None
    requirements: list[Text] = Field(default_factory=list)
    kind: Annotated[RecurrenceKind, Field(strict=False)]
    basis: Annotated[Basis, Field(strict=False)]
    interval: Interval | None = None
    after: str = ""
    applies_to: Applicability = "all"
    note: str = ""
    source: Text


class RecurrenceModel(_Model):
    obligations: list[ObligationModel] = Field(min_length=1)


class TextsModel(_Model):
    framework: Text
    edition: Text
    licence: Text
    imported_on: Date
    file: Text
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    texts: dict[str, Text] = Field(min_length=1)

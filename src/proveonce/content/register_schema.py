"""The shapes of the registers' files; meanings stand on the dataclasses of `model/register.py`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from proveonce.content.schema import AccountId, Date
from proveonce.model.register import AttestationKind, Tier

Words = Annotated[str, StringConstraints(min_length=1, max_length=4_000, strip_whitespace=True)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
EntryId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]

_MANY = 1_000
"""Names in one list."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class AttestationModel(_Entry):
    id: EntryId
    kind: Annotated[AttestationKind, Field(strict=False)]
    title: Name
    scope: Words
    issued_on: Date | None = None
    valid_to: Date | None = None
    period_start: Date | None = None
    period_end: Date | None = None
    tier: Annotated[Tier, Field(strict=False)] = Tier.RESTRICTED
    issuer: Name | None = None
    assessor: Name | None = None
    licence: Name | None = None
    file: Name | None = None
    sha256: Digest | None = None
    opinion: Literal["unqualified", "qualified", "adverse", "disclaimed"] | None = None


class UserControlModel(_Entry):
    text: Words
    controls: list[Name] = Field(default_factory=list, max_length=_MANY)
    owner: Name | None = None


class ResponsibilityModel(_Entry):
    requirement: Name
    party: Literal["us", "vendor", "shared"] | None = None
    how: Words | None = None


class VendorModel(_Entry):
    id: EntryId
    name: Name
    service: Words
    criticality: Literal["high", "medium", "low"]
    owner: Name | None = None
    data: list[Literal["cardholder_data", "ephi", "personal", "confidential", "none"]] = Field(min_length=1)
    attestations: list[AttestationModel] = Field(default_factory=list, max_length=_MANY)
    user_controls: list[UserControlModel] = Field(default_factory=list, max_length=_MANY)
    responsibilities: list[ResponsibilityModel] = Field(default_factory=list, max_length=_MANY)
    reviewed_on: Date | None = None


class RiskAcceptanceModel(_Entry):
    id: EntryId
    title: Name
    reason: Words
    controls: list[Name] = Field(default_factory=list, max_length=_MANY)
    checks: list[Name] = Field(default_factory=list, max_length=_MANY)
    accounts: list[AccountId] = Field(default_factory=list, max_length=_MANY)
    resources: list[Name] = Field(default_factory=list, max_length=_MANY)
    risk_owner: Name
    requested_by: Name
    requested_on: Date
    approved_by: Name | None = None
    approved_on: Date | None = None
    expires_on: Date
    compensating_control: Words

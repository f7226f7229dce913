"""Common controls: what the organisation does, once, for several requirements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType

from proveonce.kernel.located import Place

ControlId = NewType("ControlId", str)


class ControlType(StrEnum):
    """When a control acts."""

    PREVENTIVE = "preventive"
    DETECTIVE = "detective"
    CORRECTIVE = "corrective"


class Nature(StrEnum):
    """How a control is carried out, and so how it is proven."""

    AUTOMATED = "automated"
    MANUAL = "manual"
    HYBRID = "hybrid"
    """Part by machine, part by people: checks alone never prove it."""


@dataclass(frozen=True, slots=True)
class CommonControl:
    """One control, stated as what the organisation does."""

    id: ControlId
    domain: str
    title: str
    statement: str
    objective: str
    type: ControlType
    nature: Nature
    cadence: str
    """How often it is done or tested, ISO 8601 duration."""
    owner: str
    """The role that answers for it."""
    procedures: Mapping[str, str] = field(default_factory=dict)
    """Test procedures for a human: inquiry, inspection, observation, reperformance."""
    evidence: tuple[str, ...] = ()
    """What proves it."""
    place: Place = Place("", 1, 1)


@dataclass(frozen=True, slots=True)
class Domain:
    """A family of common controls."""

    id: str
    title: str

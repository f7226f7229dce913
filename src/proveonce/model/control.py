"""Common controls: what the organisation does, once, for several requirements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType

from proveonce.kernel.durations import days
from proveonce.kernel.located import Place

ControlId = NewType("ControlId", str)
_MONTH = "P1M"


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


def recorded_every(interval: str) -> str:
    """How often evidence by people is due for work done at an interval, and how long one record counts.

    Work done more often than monthly is recorded a month at a time: nobody keeps a reviewed record of each day.
    """
    return interval if (days(interval) or 0) >= (days(_MONTH) or 0) else _MONTH


@dataclass(frozen=True, slots=True)
class Domain:
    """A family of common controls."""

    id: str
    title: str

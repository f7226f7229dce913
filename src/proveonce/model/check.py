"""Checks: one SQL boolean about one row of a population."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from proveonce.kernel.located import Place
from proveonce.model.control import ControlId

CheckId = NewType("CheckId", str)


class Severity(StrEnum):
    """How bad a failure is, by its likely consequence."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def weight(self) -> int:
        """Its weight in the prioritisation."""
        return {"critical": 8, "high": 4, "medium": 2, "low": 1}[self.value]


@dataclass(frozen=True, slots=True)
class Check:
    """One automated test, stated as the good condition."""

    id: CheckId
    title: str
    supports: tuple[ControlId, ...]
    population: str
    passes_when: str
    severity: Severity
    remediation: str
    shows: tuple[str, ...]
    """Columns printed as observed."""
    applies_when: str | None = None
    needs: tuple[str, ...] = ()
    """Detail calls of the population's own spec that the predicate relies on."""
    crosses_accounts: str | None = None
    """Why a relation does not match account_id."""
    crosses_regions: str | None = None
    """Why a relation to a regional table does not match region."""
    says: str = ""
    """SQL text about the row: the reason where it does not pass; empty or null: the predicate is quoted."""
    rationale: str = ""
    place: Place = Place("", 1, 1)

"""Status: one screen of how things stand on a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from proveonce.model.calendar import Calendar
from proveonce.model.control import ControlId
from proveonce.model.duty import DutyState
from proveonce.model.finding import Status


class Gate(StrEnum):
    """What `--fail-on` may name."""

    STALE = "stale"
    OVERDUE = "overdue"
    FAILING = "failing"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True)
class Document:
    """The newest of a line of our attestations."""

    id: str
    title: str
    valid_to: str
    """Empty: it does not end."""
    days_left: int | None
    """Negative once it ended; None where it does not end."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where evidence came from last."""

    name: str
    """`AWS`, or the tool."""
    run: str
    ended_at: str
    age_days: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand on a day."""

    day: str
    organisation: str
    documents: tuple[Document, ...]
    controls: Mapping[ControlId, Status | None] | None
    """Control with a check → its status, None for no occurrence; None in all: nothing was assessed."""
    controls_in_all: int
    stale: tuple[ControlId, ...]
    """Controls whose evidence is older than their cadence: the run's, or people's last record."""
    sources: tuple[Source, ...]
    """The latest run first."""
    calendar: Calendar
    notes: tuple[str, ...] = ()

    def of(self, status: Status) -> list[ControlId]:
        """The controls with that status."""
        return [control for control, found in (self.controls or {}).items() if found is status]

    def missed(self, gates: frozenset[Gate]) -> list[Gate]:
        """Which gates are not met. What was never assessed meets none of those that ask for an assessment."""
        is_known = self.controls is not None
        met = {
            Gate.STALE: is_known and not self.stale,
            Gate.OVERDUE: not self.calendar.count(DutyState.OVERDUE, DutyState.NEVER),
            Gate.FAILING: is_known and not self.of(Status.FAIL),
            Gate.UNDETERMINED: is_known and not self.of(Status.UNDETERMINED),
        }
        return [gate for gate in Gate if gate in gates and not met[gate]]

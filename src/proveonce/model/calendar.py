"""The calendar as people get it, and what of it was given out before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from proveonce.model.control import ControlId
from proveonce.model.duty import Duty, DutyState, Gap
from proveonce.model.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Calendar:
    """The duties of a window, chosen by framework and owner."""

    workspace: Workspace
    day: str
    """As-of, ISO."""
    start: str
    end: str
    """First day after the window."""
    duties: tuple[Duty, ...]
    """By day, then uid."""
    gaps: tuple[Gap, ...]
    unproven: tuple[str, ...] = ()
    """`framework requirement, interval` of intervals that bind and that no control proves whole."""
    choice: str = ""
    """What was chosen, for people: `PCI DSS, security`; empty: everything."""
    every: frozenset[str] = frozenset()
    """Uids of all duties, chosen or not: what is missing here is no longer due."""

    def count(self, *states: DutyState) -> int:
        """How many duties are in one of these states."""
        return sum(duty.state in states for duty in self.duties)


@dataclass(frozen=True, slots=True)
class Exported:
    """An event as it was last given out."""

    sequence: int
    digest: str
    """Of its content, the sequence and stamp left out."""
    on: str
    stamp: str
    """As-of of the export that last changed it."""
    title: str
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Exports:
    """Everything given out so far."""

    domain: str = ""
    """Right side of every UID, kept from the first export; empty: none yet."""
    events: Mapping[str, Exported] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recurring:
    """How often a control's work was done over a time, of how often it had to be."""

    control: ControlId
    interval: str
    reason: str
    performed: tuple[tuple[str, str], ...]
    """(day, record id) of what was done in the time and concludes effective, oldest first."""
    expected: int
    """How many intervals end within the time."""
    open_days: int
    """Days of the time that no record covers."""
    next_due: str
    state: DutyState

    @property
    def is_whole(self) -> bool:
        """Whether every day of the time is covered by a record."""
        return not self.open_days

"""Duties: what is due, when, for whom, for which requirement, and what proves it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from proveonce.model.control import ControlId


class DutyKind(StrEnum):
    """Where a duty comes from."""

    CONTROL = "control"
    """A control's cadence, and what its requirements ask for at an interval."""
    ATTESTATION = "attestation"
    """A document of ours that ends, and the steps back from its end."""
    VENDOR = "vendor"
    """A third party's document that ends, or its review."""
    RISK_ACCEPTANCE = "risk_acceptance"
    LIBRARY = "library"
    """An approved answer that ends."""


class DutyState(StrEnum):
    """How a duty stands on a day."""

    DONE = "done"
    """Its last occurrence is proven and the next is not near."""
    UPCOMING = "upcoming"
    DUE = "due"
    """Within its notice."""
    OVERDUE = "overdue"
    NEVER = "never"
    """No occurrence is on record: overdue from the first day, and said so."""


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing to do by a day. Days are ISO 8601; nothing here depends on the zone of the reader."""

    uid: str
    """Stable over exports: made of what the duty is and of its occurrence, never of its date."""
    kind: DutyKind
    title: str
    due_on: str
    """Last day on which it is still in time."""
    start_on: str
    """Day on which work on it has to begin."""
    state: DutyState
    owner: str
    """Owner role."""
    person: str
    """Who answers for the role, by the workspace; empty: nobody is named."""
    interval: str = ""
    """ISO 8601 duration, the strictest of what it serves; empty: once."""
    last_done_on: str = ""
    proof: str = ""
    """What proves it: the id of the last record or document; empty: nothing yet."""
    needs: str = ""
    """What has to be shown, in a few words."""
    controls: tuple[ControlId, ...] = ()
    requirements: tuple[str, ...] = ()
    """`framework requirement` that it serves, in order of the catalogs; a framework alone asks for it as a whole."""
    reason: str = ""
    """Which rule set the interval."""

    @property
    def frameworks(self) -> tuple[str, ...]:
        """The frameworks that it serves, in order."""
        return tuple(dict.fromkeys(name.partition(" ")[0] for name in self.requirements))


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which something will not be shown, if nothing changes."""

    duty: str
    """Uid of the duty whose doing prevents it."""
    kind: DutyKind
    title: str
    opens_on: str
    """First day on which it is not shown."""
    closes_on: str
    """Day on which what is planned closes it; empty: nothing is planned."""
    why: str
    owner: str
    requirements: tuple[str, ...] = ()

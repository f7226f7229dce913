"""Recurrence: which obligations return, how often, and who says so."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from proveonce.kernel.located import Place


class Basis(StrEnum):
    """Who says so."""

    MANDATORY = "mandatory"
    MANDATORY_WITHOUT_INTERVAL = "mandatory_without_interval"
    """It must return, and how often is the organisation's to decide; an interval beside it is the usual one."""
    CONVENTION = "convention"
    """Practice, no obligation."""
    ENTITY_DEFINED = "entity_defined"
    """The organisation says how often, and is then held to it."""


class RecurrenceKind(StrEnum):
    """What the interval measures."""

    RECURRING = "recurring"
    """Time between one occurrence and the next."""
    EVENT = "event"
    """Nothing: it follows an event, named in `after`."""
    DEADLINE = "deadline"
    """Time from the event named in `after` within which it is done."""
    RETENTION = "retention"
    """How long something is kept."""


@dataclass(frozen=True, slots=True)
class Obligation:
    """One obligation that returns, or has a deadline."""

    id: str
    title: str
    """In our own words."""
    kind: RecurrenceKind
    basis: Basis
    framework: str = ""
    """Empty: outside our catalogs."""
    requirements: tuple[str, ...] = ()
    """Ids in the framework's catalog; empty where no single requirement says it."""
    interval: str = ""
    """ISO 8601 duration; empty: none."""
    after: str = ""
    """The event that asks for it, also besides the interval."""
    applies_to: str = "all"
    """In the words of the catalog's applicability: all, service_provider, multi-tenant, issuer, DESV."""
    note: str = ""
    source: str = ""
    place: Place = Place("", 1, 1)

    @property
    def is_binding(self) -> bool:
        """Whether it must return at its interval."""
        return self.kind is RecurrenceKind.RECURRING and self.basis is Basis.MANDATORY and bool(self.interval)

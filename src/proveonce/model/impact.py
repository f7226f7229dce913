"""What a new edition of a framework changes, and what that asks of the crosswalk."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from proveonce.model.catalog import FrameworkId, RequirementId
from proveonce.model.check import CheckId
from proveonce.model.control import ControlId
from proveonce.model.crosswalk import Relation


class ChangeKind(StrEnum):
    """What happened to a requirement."""

    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    """Probably the same under a new id: a person decides."""
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs; empty where one edition has none."""

    field: str
    """As in the catalog: title, paraphrase, facts.interval, …"""
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class TouchedEdge:
    """An edge of the crosswalk in force into a requirement that changes."""

    control: ControlId
    relation: Relation
    is_reviewed: bool


@dataclass(frozen=True, slots=True)
class Likeness:
    """Why two requirements are taken for each other, or a requirement for the nearest to begin with."""

    requirement: RequirementId
    score: float
    """Share of words in common (Dice), 0 to 1; 1 where a catalog says so itself."""
    reason: str


@dataclass(frozen=True, slots=True)
class Change:
    """One requirement that differs between the editions."""

    kind: ChangeKind
    id: RequirementId
    """In the old edition; of an added one, in the new."""
    title: str
    fields: tuple[FieldChange, ...] = ()
    likeness: Likeness | None = None
    """Moved: the new id. Added: the requirement in force that is nearest, where one is."""
    edges: tuple[TouchedEdge, ...] = ()
    sets: tuple[tuple[ControlId, ...], ...] = ()
    """Jointly complete sets declared for it."""
    checks: tuple[CheckId, ...] = ()
    """Checks that support a control of these edges."""
    todo: tuple[str, ...] = ()
    """What a person has to do, in order."""


@dataclass(frozen=True, slots=True)
class Impact:
    """All that a new edition changes."""

    framework: FrameworkId
    old_edition: str
    new_edition: str
    header: tuple[FieldChange, ...]
    """Title, publisher, licence and the like."""
    changes: tuple[Change, ...]
    """Removed and moved, changed, added, each in catalog order."""
    unchanged: int
    is_compared: bool = True
    """Whether moves were looked for; not in catalogs so large that comparing each with each would take too long."""
    is_mapped: bool = True
    """Whether the workspace has a crosswalk into the framework."""

    def count(self, kind: ChangeKind) -> int:
        """How many requirements of that kind."""
        return sum(change.kind is kind for change in self.changes)

    @property
    def controls(self) -> tuple[ControlId, ...]:
        """The common controls touched."""
        return tuple(sorted({edge.control for change in self.changes for edge in change.edges}))

"""Crosswalks: common control → requirement, with a relation and a reason.

Relations are the words of NIST IR 8477 as OSCAL 1.2 mapping-collections use them, read from the
control's side: `superset-of` means that the control does all the requirement asks, and more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from proveonce.kernel.canonical import canonical, digest
from proveonce.kernel.located import Place
from proveonce.model.catalog import FrameworkId, RequirementId
from proveonce.model.control import ControlId


class Relation(StrEnum):
    """How a control (source) stands to a requirement (target)."""

    EQUAL_TO = "equal-to"
    EQUIVALENT_TO = "equivalent-to"
    SUPERSET_OF = "superset-of"
    SUBSET_OF = "subset-of"
    INTERSECTS_WITH = "intersects-with"

    @property
    def is_full(self) -> bool:
        """Whether a control of this relation covers the requirement by itself."""
        return self in (Relation.EQUAL_TO, Relation.EQUIVALENT_TO, Relation.SUPERSET_OF)

    @property
    def is_within(self) -> bool:
        """Whether all that a control of this relation does is asked by the requirement."""
        return self in (Relation.EQUAL_TO, Relation.EQUIVALENT_TO, Relation.SUBSET_OF)

    @property
    def closeness(self) -> float:
        """How near to the whole requirement: 1 full, ¾ wholly within it, ½ in part. A convention that orders only."""
        return 1.0 if self.is_full else 0.75 if self.is_within else 0.5


@dataclass(frozen=True, slots=True)
class Review:
    """A person's independent review of an edge; only a human fills it."""

    name: str
    credential: str
    date: str
    of: str = ""
    """The `edge_digest` of what was reviewed; empty where it was written by hand without one."""


def edge_digest(statement: str, paraphrase: str, relation: Relation, rationale: str, residual: str) -> str:
    """16 hex digits over what a reviewer judges: control statement, requirement paraphrase and the edge's own words."""
    return digest(canonical([statement, paraphrase, str(relation), rationale, residual]))[:16]


@dataclass(frozen=True, slots=True)
class Edge:
    """One mapping from a common control to a requirement."""

    control: ControlId
    requirement: RequirementId
    relation: Relation
    rationale: str
    residual: str = ""
    """What of the requirement stays open; empty only where the relation is full."""
    reviewed: Review | None = None
    """A review of the edge as it stands."""
    place: Place = Place("", 1, 1)
    stale_review: Review | None = None
    """A review of what the edge, its control or its requirement said before; it counts for nothing."""


@dataclass(frozen=True, slots=True)
class JointCoverage:
    """Partial edges declared complete together, with the reason."""

    requirement: RequirementId
    controls: tuple[ControlId, ...]
    reason: str
    place: Place = Place("", 1, 1)


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """All edges into one framework."""

    framework: FrameworkId
    edges: tuple[Edge, ...]
    joint: tuple[JointCoverage, ...] = ()
    not_mapped: Mapping[str, str] = field(default_factory=dict)
    """Requirement → why no control applies."""

    @property
    def is_reviewed(self) -> bool:
        """Whether a named person reviewed every edge."""
        return bool(self.edges) and all(edge.reviewed for edge in self.edges)

"""How two requirements overlap, derived through the common controls that serve both.

Relations of an overlap are read from its first requirement to its second. Everything here is derived
(`assess/overlap.py`); nobody writes it down.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TypeAlias

from proveonce.model.catalog import FrameworkId, RequirementId
from proveonce.model.control import ControlId
from proveonce.model.crosswalk import Edge, JointCoverage, Relation


@dataclass(frozen=True, slots=True, order=True)
class RequirementKey:
    """A requirement among all frameworks, whose ids may clash."""

    framework: FrameworkId
    id: RequirementId

    def __str__(self) -> str:
        return f"{self.framework}:{self.id}"


Node: TypeAlias = RequirementKey | ControlId


@dataclass(frozen=True, slots=True)
class Step:
    """All that `inner` asks or does lies within `outer` taken together, and what says so."""

    inner: Node
    outer: tuple[Node, ...]
    """One control or requirement; several controls where the basis declares them jointly complete."""
    basis: Edge | JointCoverage


@dataclass(frozen=True, slots=True)
class SharedControl:
    """A control with an edge to both requirements, whatever the relations."""

    first: Edge
    second: Edge
    first_breadth: int
    """How many requirements of the first framework the control serves: a broad one says little of a pair."""
    second_breadth: int

    @property
    def control(self) -> ControlId:
        """The control that both edges leave from."""
        return self.first.control

    @property
    def strength(self) -> float:
        """What the control adds to the strength of the pair: closeness on both sides over breadth."""
        closeness = self.first.relation.closeness * self.second.relation.closeness
        return closeness / sqrt(self.first_breadth * self.second_breadth)


@dataclass(frozen=True, slots=True)
class Overlap:
    """What is known of two requirements; no containment proven means shared only."""

    first: RequirementKey
    second: RequirementKey
    within: tuple[Step, ...] = ()
    """Proof that the first lies within the second, in reading order; empty when unproven."""
    contains: tuple[Step, ...] = ()
    """Proof that the second lies within the first."""
    shared: tuple[SharedControl, ...] = ()
    """Strongest first."""

    @property
    def relation(self) -> Relation | None:
        """How the first stands to the second, as far as proven; None when they only share controls."""
        match bool(self.within), bool(self.contains):
            case True, True:
                return Relation.EQUIVALENT_TO
            case True, False:
                return Relation.SUBSET_OF
            case False, True:
                return Relation.SUPERSET_OF
        return None

    @property
    def strength(self) -> float:
        """Orders pairs and decides nothing: the sum of what each shared control adds."""
        return sum(shared.strength for shared in self.shared)

"""The crosswalk as one view that the workbook and the page both print; pure, made from content alone.

Nothing here judges evidence: coverage says what the mapping claims, never whether a control works.
Every edge of the content appears once under its control and once under its requirement.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cached_property

from proveonce.model.catalog import Framework, FrameworkId, Requirement
from proveonce.model.check import Check
from proveonce.model.content import Content
from proveonce.model.control import CommonControl, ControlId, Domain, Nature
from proveonce.model.crosswalk import Crosswalk, Edge, JointCoverage

_ORDER = ("soc2", "pci_dss", "hipaa")
"""How people name them; any other framework follows, by id."""


class Strength(IntEnum):
    """How far an edge carries its requirement; more is stronger."""

    PARTIAL = 1
    JOINT = 2
    """Partial, and in a set declared jointly complete."""
    FULL = 3


class Coverage(StrEnum):
    """What the crosswalk claims for a requirement."""

    ONE = "full, by one control"
    JOINT = "full, jointly"
    PARTIAL = "partial"
    UNMAPPED = "not mapped"


@dataclass(frozen=True, slots=True)
class MappedEdge:
    """One edge with both its ends."""

    framework: Framework
    requirement: Requirement
    control: CommonControl
    edge: Edge
    strength: Strength
    is_alone: bool
    """Whether no other control stands for the requirement."""


@dataclass(frozen=True, slots=True)
class ControlRow:
    """One control and all that it serves."""

    control: CommonControl
    domain: Domain
    checks: tuple[Check, ...]
    served: Mapping[FrameworkId, tuple[MappedEdge, ...]]
    """In catalog order; a framework that it does not serve is missing."""

    @property
    def edges(self) -> tuple[MappedEdge, ...]:
        """Every edge, framework by framework."""
        return tuple(edge for edges in self.served.values() for edge in edges)

    @property
    def alone(self) -> tuple[MappedEdge, ...]:
        """The edges whose requirement rests on this control only."""
        return tuple(edge for edge in self.edges if edge.is_alone)


@dataclass(frozen=True, slots=True)
class RequirementRow:
    """One requirement and the controls that stand for it."""

    framework: Framework
    requirement: Requirement
    edges: tuple[MappedEdge, ...]
    joint: tuple[JointCoverage, ...]
    why_unmapped: str
    """The crosswalk's reason; empty where it is mapped, or where none is stated."""

    @property
    def coverage(self) -> Coverage:
        """What the crosswalk claims."""
        if not self.edges:
            return Coverage.UNMAPPED
        if any(edge.edge.relation.is_full for edge in self.edges):
            return Coverage.ONE
        return Coverage.JOINT if self.joint else Coverage.PARTIAL

    @property
    def is_by_people(self) -> bool:
        """Whether people carry out every control of it, so that only records can show it."""
        return bool(self.edges) and all(edge.control.nature is Nature.MANUAL for edge in self.edges)

    @property
    def is_alone(self) -> bool:
        """Whether exactly one control stands for it."""
        return len(self.edges) == 1


@dataclass(frozen=True, slots=True)
class Overlap:
    """The controls that serve exactly these frameworks."""

    frameworks: tuple[Framework, ...]
    controls: tuple[ControlRow, ...]


@dataclass(frozen=True)
class CrosswalkView:
    """Everything that the workbook and the page print."""

    frameworks: tuple[Framework, ...]
    controls: tuple[ControlRow, ...]
    requirements: tuple[RequirementRow, ...]
    """Framework by framework, in catalog order."""
    digest: str
    """Of the content that this was made from."""

    @cached_property
    def edges(self) -> tuple[MappedEdge, ...]:
        """Every edge, once, by control."""
        return tuple(edge for row in self.controls for edge in row.edges)

    @cached_property
    def reviewed(self) -> int:
        """How many edges a named person reviewed."""
        return sum(1 for mapped in self.edges if mapped.edge.reviewed)

    @property
    def is_reviewed(self) -> bool:
        """Whether there are edges and a named person reviewed every one."""
        return bool(self.edges) and self.reviewed == len(self.edges)

    @cached_property
    def overlaps(self) -> tuple[Overlap, ...]:
        """Each set of frameworks that some control serves exactly; most frameworks first, then most controls."""
        groups: dict[tuple[str, ...], list[ControlRow]] = {}
        for row in self.controls:
            groups.setdefault(tuple(row.served), []).append(row)
        known = {framework.id: framework for framework in self.frameworks}
        found = [
            Overlap(tuple(known[FrameworkId(name)] for name in names), tuple(rows)) for names, rows in groups.items()
        ]
        places = {framework.id: place for place, framework in enumerate(self.frameworks)}
        return tuple(
            sorted(
                found,
                key=lambda o: (-len(o.frameworks), -len(o.controls), [places[f.id] for f in o.frameworks]),
            )
        )

    def serving(self, count: int) -> int:
        """How many controls serve exactly `count` frameworks."""
        return sum(1 for row in self.controls if len(row.served) == count)

    def of(self, framework: Framework) -> tuple[RequirementRow, ...]:
        """The requirements of one framework."""
        return tuple(row for row in self.requirements if row.framework.id == framework.id)

    @cached_property
    def domains(self) -> tuple[Domain, ...]:
        """The domains that have controls, by id."""
        found = {row.domain.id: row.domain for row in self.controls}
        return tuple(found[name] for name in sorted(found))


def view_of(content: Content) -> CrosswalkView:
    """The crosswalk of `content`, which has been linked: each edge's ends exist."""
    frameworks = tuple(sorted(content.frameworks.values(), key=_place))
    requirements = tuple(row for framework in frameworks for row in _requirements(content, framework))
    edges: dict[str, dict[FrameworkId, list[MappedEdge]]] = {}
    for row in requirements:
        for mapped in row.edges:
            edges.setdefault(mapped.control.id, {}).setdefault(row.framework.id, []).append(mapped)
    controls = tuple(
        ControlRow(
            control,
            content.domains.get(control.domain) or Domain(control.domain, control.domain),
            tuple(content.checks_of(control.id)),
            {framework: tuple(found) for framework, found in edges.get(control.id, {}).items()},
        )
        for control in sorted(content.controls.values(), key=lambda control: (control.domain, control.id))
    )
    return CrosswalkView(frameworks, controls, requirements, content.digest)


def _place(framework: Framework) -> tuple[int, str]:
    return (_ORDER.index(framework.id) if framework.id in _ORDER else len(_ORDER), framework.id)


def _requirements(content: Content, framework: Framework) -> Iterator[RequirementRow]:
    crosswalk = content.crosswalks.get(framework.id) or Crosswalk(framework.id, ())
    by_requirement: dict[str, list[Edge]] = {}
    for edge in crosswalk.edges:
        by_requirement.setdefault(edge.requirement, []).append(edge)
    for requirement in framework.requirements:
        found = by_requirement.get(requirement.id, [])
        joint = tuple(entry for entry in crosswalk.joint if entry.requirement == requirement.id)
        together = {control for entry in joint for control in entry.controls}
        edges = tuple(
            MappedEdge(
                framework, requirement, content.controls[edge.control], edge, _strength(edge, together),
                is_alone=len(found) == 1,
            )
            for edge in found
        )  # fmt: skip
        why = "" if found else crosswalk.not_mapped.get(requirement.id, "")
        yield RequirementRow(framework, requirement, edges, joint, why)


def _strength(edge: Edge, together: set[ControlId]) -> Strength:
    if edge.relation.is_full:
        return Strength.FULL
    return Strength.JOINT if edge.control in together else Strength.PARTIAL

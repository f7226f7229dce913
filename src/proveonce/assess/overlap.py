"""Requirement-to-requirement overlap, derived through the common controls.

Read each requirement as the set of what it asks, each control as the set of what it does (the set theory
relations of NIST IR 8477). An edge then puts one inside the other, both (equal), or neither
(`intersects-with`, from which nothing follows). Proven is only what follows by transitivity:

- A within C and C within B: A lies within B. Equal counts as both directions. Any number of such steps is
  sound, through other controls and requirements too; the proof printed is a shortest one.
- A declared within C1, …, Cn together (jointly complete), and each of them within B: A lies within B.
- Both ways: the two ask the same.

Nothing follows from A and B both within C (they may be far apart), nor from two controls within A and B. A
control within both is a common part, which is no containment: it is printed as shared, like every other pair
with a common control, with what each edge leaves open.

A containment is one of subject: 8.3.6 within CC6.1 says that passwords of that kind are part of what CC6.1 is about.
It is no implication between verdicts: frameworks differ in how strictly and on which systems they test, so a
wider requirement that is met shows nothing of a narrower one; only the evidence of the control between does.

Order: proven pairs first (equal, then one way), then by strength. Strength adds up, over the shared
controls, closeness to the first × closeness to the second ÷ √(requirements of the first framework that the control
serves × those of the second), so that many, close and narrow controls come before one broad one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from proveonce.model.catalog import FrameworkId
from proveonce.model.content import Content
from proveonce.model.control import ControlId
from proveonce.model.crosswalk import Edge, Relation
from proveonce.model.overlap import Node, Overlap, RequirementKey, SharedControl, Step

_ORDER = (Relation.EQUIVALENT_TO, Relation.SUPERSET_OF, Relation.SUBSET_OF, None)


def overlaps(content: Content, requirement: RequirementKey, to: FrameworkId | None = None) -> tuple[Overlap, ...]:
    """Every requirement of `to` that overlaps with `requirement`, best first; of all other frameworks when None."""
    frameworks = [to] if to else [name for name in content.frameworks if name != requirement.framework]
    web = _web(content)
    others = [key for name in frameworks for key in _keys(content, name) if key != requirement]
    return _best_first(_pairs(web, [requirement], others))


def all_overlaps(content: Content, first: FrameworkId, second: FrameworkId) -> tuple[Overlap, ...]:
    """Every overlapping pair of two frameworks, best first."""
    return _best_first(_pairs(_web(content), _keys(content, first), _keys(content, second)))


@dataclass(frozen=True, slots=True)
class _Web:
    """The crosswalks of all frameworks as one graph."""

    inside: Mapping[Node, tuple[Step, ...]]
    """Node → the steps that put something within it, alone or with others."""
    edges: Mapping[RequirementKey, Mapping[ControlId, Edge]]
    breadth: Mapping[tuple[ControlId, FrameworkId], int]
    """How many requirements of a framework the control serves."""


def _web(content: Content) -> _Web:
    inside: dict[Node, list[Step]] = {}
    edges: dict[RequirementKey, dict[ControlId, Edge]] = {}
    breadth: dict[tuple[ControlId, FrameworkId], int] = {}
    for crosswalk in content.crosswalks.values():
        for edge in crosswalk.edges:
            key = RequirementKey(crosswalk.framework, edge.requirement)
            edges.setdefault(key, {})[edge.control] = edge
            served = (edge.control, crosswalk.framework)
            breadth[served] = breadth.get(served, 0) + 1
            if edge.relation.is_full:
                inside.setdefault(edge.control, []).append(Step(key, (edge.control,), edge))
            if edge.relation.is_within:
                inside.setdefault(key, []).append(Step(edge.control, (key,), edge))
        for joint in crosswalk.joint:
            step = Step(RequirementKey(crosswalk.framework, joint.requirement), joint.controls, joint)
            for control in joint.controls:
                inside.setdefault(control, []).append(step)
    return _Web({node: tuple(steps) for node, steps in inside.items()}, edges, breadth)


def _keys(content: Content, framework: FrameworkId) -> list[RequirementKey]:
    return [RequirementKey(framework, requirement.id) for requirement in content.frameworks[framework].requirements]


def _pairs(web: _Web, firsts: Iterable[RequirementKey], seconds: Iterable[RequirementKey]) -> Iterator[Overlap]:
    within = {second: _contained(web, second) for second in seconds}
    for first in firsts:
        contained = _contained(web, first)
        for second, held in within.items():
            overlap = Overlap(
                first,
                second,
                within=_proof(held, first, second),
                contains=_proof(contained, second, first),
                shared=_shared(web, first, second),
            )
            if overlap.relation or overlap.shared:
                yield overlap


def _contained(web: _Web, outer: Node) -> dict[Node, Step]:
    """All that lies within `outer`, each with the step that shows it; breadth first, so by shortest proofs."""
    shown: dict[Node, Step] = {}
    waiting = deque([outer])
    while waiting:
        for step in web.inside.get(waiting.popleft(), ()):
            is_new = step.inner != outer and step.inner not in shown
            if is_new and all(node == outer or node in shown for node in step.outer):
                shown[step.inner] = step
                waiting.append(step.inner)
    return shown


def _proof(shown: Mapping[Node, Step], inner: Node, outer: Node) -> tuple[Step, ...]:
    """The steps from `inner` to `outer`, in reading order; empty when it was not shown to lie within."""
    steps: dict[Node, Step] = {}
    open_nodes = deque([inner] if inner in shown else [])
    while open_nodes:
        node = open_nodes.popleft()
        if node != outer and node not in steps:
            steps[node] = shown[node]
            open_nodes.extend(shown[node].outer)
    return tuple(steps.values())


def _shared(web: _Web, first: RequirementKey, second: RequirementKey) -> tuple[SharedControl, ...]:
    there = web.edges.get(second, {})
    shared = [
        SharedControl(
            edge,
            there[control],
            web.breadth[control, first.framework],
            web.breadth[control, second.framework],
        )
        for control, edge in web.edges.get(first, {}).items()
        if control in there
    ]
    return tuple(sorted(shared, key=lambda one: (-one.strength, one.control)))


def _best_first(found: Iterable[Overlap]) -> tuple[Overlap, ...]:
    return tuple(sorted(found, key=lambda overlap: (_ORDER.index(overlap.relation), -overlap.strength)))

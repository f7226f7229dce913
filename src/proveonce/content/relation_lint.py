"""Lint of relations: edges that contradict each other once they are composed.

The relations of the crosswalks are read as NIST IR 8477 defines them: `superset-of` and `subset-of` are strict,
`intersects-with` means that each side has something the other lacks. Composing "contains" (`A ⊇ B ⊇ C`, so
`A ⊇ C`) over every edge must therefore never lead back to where it began over a strict step, nor connect two ends
of an `intersects-with`.

A requirement contains its children (`parent`), except implementation specifications: 45 CFR 164.306(d) has them
implemented or assessed each by itself beside the standard they belong to, so a control may do all that the sentence of
the standard asks without doing what the specification asks. PCI DSS requirements have no parents in our catalog,
because 10.4.1.1 under 10.4.1 is a further requirement and no part.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from proveonce.content.mapped import MappedEdge
from proveonce.kernel.errors import Problem
from proveonce.model.content import Content
from proveonce.model.crosswalk import Relation

BESIDE_ITS_PARENT = "implementation_specification"
"""The kind of requirement that is asked beside its parent rather than as a part of it."""

MAX_STEPS = 10
"""Steps over which containment is followed: a chain that is longer tells a reader nothing."""

_EQUAL = (Relation.EQUAL_TO, Relation.EQUIVALENT_TO)


@dataclass(frozen=True, slots=True)
class _Step:
    """`container` contains `contained`."""

    container: str
    contained: str
    said: str
    edge: MappedEdge | None = None
    """The edge that says so; None for a requirement and its part."""

    @property
    def is_strict(self) -> bool:
        return self.edge is not None and self.edge.edge.relation not in _EQUAL


_Steps = Mapping[str, Sequence[_Step]]


def parts(content: Content) -> dict[tuple[str, str], list[str]]:
    """(framework, requirement) → the requirements that are its parts."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for framework in content.frameworks.values():
        for requirement in framework.requirements:
            if requirement.parent and requirement.kind != BESIDE_ITS_PARENT:
                found[framework.id, requirement.parent].append(requirement.id)
    return found


def contradictions(content: Content, edges: Sequence[MappedEdge]) -> Iterator[Problem]:
    """Every edge that cannot be true beside the others."""
    steps = _steps(content, edges)
    yield from _circles(steps, edges)
    yield from _intersections(steps, edges)
    yield from _two_equals(edges)
    yield from _parts_left_out(content, edges)


def _steps(content: Content, edges: Sequence[MappedEdge]) -> _Steps:
    steps: dict[str, list[_Step]] = defaultdict(list)
    for edge in edges:
        control, requirement = _nodes(edge)
        if edge.edge.relation.is_full:
            steps[control].append(_Step(control, requirement, str(edge), edge))
        if edge.edge.relation in (*_EQUAL, Relation.SUBSET_OF):
            steps[requirement].append(_Step(requirement, control, str(edge), edge))
    for (framework, parent), children in parts(content).items():
        above = f"{framework}:{parent}"
        steps[above] += [_Step(above, f"{framework}:{child}", f"{child} is a part of {parent}") for child in children]
    return steps


def _nodes(edge: MappedEdge) -> tuple[str, str]:
    return edge.edge.control, f"{edge.framework}:{edge.edge.requirement}"


def _path(steps: _Steps, start: str, end: str) -> list[_Step]:
    """The fewest steps by which `start` contains `end`; none when it does not, or only over more than `MAX_STEPS`."""
    came: dict[str, _Step] = {}
    waiting = deque([(start, 0)])
    while waiting and end not in came:
        node, depth = waiting.popleft()
        for step in steps.get(node, ()) if depth < MAX_STEPS else ():
            if step.contained not in came:
                came[step.contained] = step
                waiting.append((step.contained, depth + 1))
    path: list[_Step] = []
    node = end
    while node in came and (not path or node != start):
        path.append(came[node])
        node = came[node].container
    return path[::-1]


def _circles(steps: _Steps, edges: Sequence[MappedEdge]) -> Iterator[Problem]:
    """Circles of containment with a strict step, each once, at its edge that stands last."""
    seen: set[frozenset[str]] = set()
    rank = {id(edge): number for number, edge in enumerate(edges)}
    for step in (step for found in steps.values() for step in found if step.is_strict):
        back = _path(steps, step.contained, step.container)
        nodes = frozenset(s.container for s in (step, *back))
        if not back or nodes in seen:
            continue
        seen.add(nodes)
        last = max((s.edge for s in (step, *back) if s.edge), key=lambda edge: rank[id(edge)])
        others = [s.said for s in (step, *back) if s.edge is not last]
        what = f"the relations go in a circle: {last.edge.control} {last.edge.relation} {last.edge.requirement}"
        yield last.problem("relation", f"{what}, yet {'; '.join(others)}",
                           fix="one of them is turned round, or too strong")  # fmt: skip


def _intersections(steps: _Steps, edges: Sequence[MappedEdge]) -> Iterator[Problem]:
    for mapped in edges:
        if mapped.edge.relation is not Relation.INTERSECTS_WITH:
            continue
        control, requirement = _nodes(mapped)
        down, up = _path(steps, control, requirement), _path(steps, requirement, control)
        if path := down or up:
            follows = "superset-of" if down else "subset-of"
            what = (
                f"{control} {mapped.edge.relation} {mapped.edge.requirement}, yet {follows} follows from the other "
                f"relations: {'; '.join(step.said for step in path)}"
            )
            yield mapped.problem("relation", what, fix="correct the one relation or the other")


def _two_equals(edges: Sequence[MappedEdge]) -> Iterator[Problem]:
    first: dict[tuple[str, str], MappedEdge] = {}
    for mapped in edges:
        if mapped.edge.relation in _EQUAL:
            other = first.setdefault((mapped.framework, mapped.edge.control), mapped)
            if other is not mapped:
                what = f"{mapped.edge.control} {mapped.edge.relation} {mapped.edge.requirement}, yet {other}"
                yield mapped.problem("relation", f"{what}: two requirements would be one",
                                     fix="superset-of, where the control does more than each")  # fmt: skip


def _parts_left_out(content: Content, edges: Sequence[MappedEdge]) -> Iterator[Problem]:
    """Full edges to a requirement whose control has no edge at all to a part of it."""
    within = parts(content)
    pairs = {(mapped.framework, mapped.edge.control, mapped.edge.requirement) for mapped in edges}
    for mapped in edges:
        edge = mapped.edge
        if edge.relation.is_full:
            left_out = [
                part
                for part in within.get((mapped.framework, edge.requirement), ())
                if (mapped.framework, edge.control, part) not in pairs and not _is_not_mapped(content, mapped, part)
            ]
            if left_out:
                what = f"{edge.control} {edge.relation} {edge.requirement}, yet has no edge to its part"
                yield mapped.problem("relation", f"{what}{'s' if len(left_out) > 1 else ''} {', '.join(left_out)}",
                                     fix="add the edges, or weaken this relation")  # fmt: skip


def _is_not_mapped(content: Content, mapped: MappedEdge, requirement: str) -> bool:
    return any(w.framework == mapped.framework and requirement in w.not_mapped for w in content.crosswalks.values())

"""Lint of catalogs and cadences: facts that contradict themselves, chains in circles, controls that act too seldom.

An `interval` fact is how often the requirement has its activity done, unless `interval_kind` says that it is something
else: a `deadline` after an event, a `retention` period, or the `lifetime` of a thing such as a password. It binds the
cadence of each control that covers the requirement in full or whose whole activity lies within it (`subset-of`); the
strictest wins. A control that only intersects with it may be about another part than the interval: the yearly targeted
risk analysis behind a weekly comparison, say. Of a jointly complete set at least one control has to keep it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from proveonce.content.build import Gathered
from proveonce.content.mapped import MappedEdge, problem
from proveonce.content.parsing import Listed
from proveonce.content.schema import FrameworkModel, RequirementModel
from proveonce.kernel.durations import days
from proveonce.kernel.errors import Problem
from proveonce.kernel.located import Path_
from proveonce.kernel.naming import nearest
from proveonce.model.catalog import Requirement
from proveonce.model.content import Content
from proveonce.model.crosswalk import Relation

RECURRING = "recurring"
INTERVAL_KINDS = (RECURRING, "deadline", "retention", "lifetime")


def catalog_problems(gathered: Gathered) -> Iterator[Problem]:
    """Every fact of a catalog that contradicts another."""
    for listed in gathered.frameworks:
        if listed.model is not None:
            yield from _facts(listed, listed.model)
            yield from _circles(listed, listed.model)
            used = {requirement.group for requirement in listed.model.requirements}
            for index, group in zip(listed.kept["groups"], listed.model.groups, strict=True):
                if group.id not in used and not listed.document.problems:
                    yield problem(listed.document, ("groups", index), f"group {group.id!r} holds no requirement",
                                  fix="remove it, or put its requirements in")  # fmt: skip


def _located(listed: Listed[FrameworkModel], model: FrameworkModel) -> Iterable[tuple[Path_, RequirementModel]]:
    indices = listed.kept["requirements"]
    return ((("requirements", i), requirement) for i, requirement in zip(indices, model.requirements, strict=True))


def _facts(listed: Listed[FrameworkModel], model: FrameworkModel) -> Iterator[Problem]:
    for path, requirement in _located(listed, model):
        interval, kind = requirement.facts.get("interval"), requirement.facts.get("interval_kind")
        if interval is not None and days(str(interval)) is None:
            yield problem(listed.document, (*path, "facts", "interval"), f"{interval!r} is no duration",
                          fix="write it as P7D, P3M or P1Y")  # fmt: skip
        if kind is not None and kind not in INTERVAL_KINDS:
            near = nearest(str(kind), INTERVAL_KINDS)
            yield problem(listed.document, (*path, "facts", "interval_kind"), f"unknown interval_kind {kind!r}",
                          closest=repr(near) if near else "", fix=f"one of {', '.join(INTERVAL_KINDS)}")  # fmt: skip
        if kind is not None and interval is None:
            yield problem(listed.document, (*path, "facts", "interval_kind"), "interval_kind is given without interval",
                          fix="add the interval, or remove the kind")  # fmt: skip


def _circles(listed: Listed[FrameworkModel], model: FrameworkModel) -> Iterator[Problem]:
    """Chains of `parent` and of `superseded_by` that never end, each once, where it turns against the file's order."""
    order = {requirement.id: number for number, requirement in enumerate(model.requirements)}
    paths = {requirement.id: path for path, requirement in _located(listed, model)}
    parents = {r.id: r.parent for r in model.requirements if r.parent in order}
    successors = {r.id: str(r.facts["superseded_by"]) for r in model.requirements if "superseded_by" in r.facts}
    for identifier, successor in successors.items():
        if successor not in order:
            near = nearest(successor, order)
            place = (*paths[identifier], "facts", "superseded_by")
            yield problem(listed.document, place, f"unknown requirement {successor!r}",
                          closest=repr(near) if near else "", fix="correct the id")  # fmt: skip
    for circle in _cycles(parents):  # a parent stands before its children
        start = next(i for i, one in enumerate(circle) if order[parents[one] or ""] >= order[one])
        shown = " → ".join([*circle[start:], *circle[: start + 1]])
        yield problem(listed.document, (*paths[circle[start]], "parent"), f"parents go in a circle: {shown}",
                      fix="name the requirement of which this is a part")  # fmt: skip
    for circle in _cycles(successors):  # a successor stands after what it supersedes
        start = next(i for i, one in enumerate(circle) if order[successors[one]] <= order[one])
        shown = " → ".join([*circle[start:], *circle[: start + 1]])
        place = (*paths[circle[start]], "facts", "superseded_by")
        yield problem(listed.document, place, f"superseded_by goes in a circle: {shown}",
                      fix="remove it where the requirement is in force")  # fmt: skip


def _cycles(links: Mapping[str, str | None]) -> list[list[str]]:
    """The cycles of a mapping from each name to its next."""
    done: set[str] = set()
    cycles: list[list[str]] = []
    for start in links:
        trail: list[str] = []
        name: str | None = start
        while name is not None and name in links and name not in done:
            done.add(name)
            trail.append(name)
            name = links[name]
        if name is not None and name in trail:
            cycles.append(trail[trail.index(name) :])
    return cycles


def weak_cadences(content: Content, gathered: Gathered, edges: Sequence[MappedEdge]) -> Iterator[Problem]:
    """Controls done less often than a requirement that binds them asks, each once, with the strictest."""
    intervals = _intervals(content)
    asked: dict[str, list[tuple[float, str, MappedEdge]]] = defaultdict(list)
    for mapped in edges:
        interval = intervals.get((mapped.framework, mapped.edge.requirement), "")
        if mapped.edge.relation is not Relation.INTERSECTS_WITH and (length := days(interval)) is not None:
            asked[mapped.edge.control].append((length, interval, mapped))
    for listed in gathered.controls:
        controls = listed.model.controls if listed.model else []
        for index, control in zip(listed.kept["controls"] if controls else [], controls, strict=True):
            if not asked[control.id]:
                continue
            length, interval, mapped = min(asked[control.id], key=lambda one: one[0])
            if (days(control.cadence) or 0) > length:
                what = f"cadence {control.cadence} of {control.id} is weaker than {interval}, which {mapped.framework}"
                yield problem(listed.document, ("controls", index, "cadence"), f"{what} asks: {mapped}",
                              fix="raise the cadence: the strictest of what a control serves wins")  # fmt: skip


def weak_sets(content: Content) -> Iterator[Problem]:
    """Jointly complete sets of which no control is done as often as the requirement asks."""
    intervals = _intervals(content)
    for crosswalk in content.crosswalks.values():
        for joint in crosswalk.joint:
            interval = intervals.get((crosswalk.framework, joint.requirement), "")
            cadences = [content.controls[name].cadence for name in joint.controls if name in content.controls]
            length = days(interval)
            if cadences and length is not None and all((days(cadence) or 0) > length for cadence in cadences):
                what = f"the set is complete for {joint.requirement}, yet none of it is done every {interval}"
                at = joint.place
                yield Problem(at.file, at.line, at.column, what, fix="raise a cadence, or add what is done so often")


def _intervals(content: Content) -> dict[tuple[str, str], str]:
    """(framework, requirement) → how often it has its activity done."""
    return {
        (framework.id, requirement.id): interval
        for framework in content.frameworks.values()
        for requirement in framework.requirements
        if (interval := recurring_interval(requirement))
    }


def recurring_interval(requirement: Requirement) -> str:
    """How often a requirement has its activity done, as a duration; empty where it says no such thing."""
    is_recurring = requirement.facts.get("interval_kind", RECURRING) == RECURRING
    return str(requirement.facts.get("interval", "")) if is_recurring else ""

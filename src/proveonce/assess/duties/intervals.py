"""Which interval a control is held to: the strictest of its cadence and of what it proves whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from proveonce.kernel.durations import days, strictest
from proveonce.model.catalog import FrameworkId, Requirement
from proveonce.model.content import Content
from proveonce.model.control import CommonControl, ControlId, recorded_every
from proveonce.model.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Binding:
    """An interval that a requirement sets."""

    framework: str
    requirement: str
    interval: str
    after: str
    """The event that asks for it besides; empty: none."""

    @property
    def name(self) -> str:
        """`framework requirement`."""
        return f"{self.framework} {self.requirement}"


def bindings(content: Content, workspace: Workspace) -> tuple[Binding, ...]:
    """The intervals that bind the workspace, of obligations and of catalogs, one a requirement, the strictest."""
    applies = {"all", *workspace.planning.applies_to}
    found: dict[str, Binding] = {}
    for binding in (*_of_obligations(content, applies), *_of_catalogs(content, applies)):
        if binding.framework in workspace.frameworks:
            known = found.setdefault(binding.name, binding)
            if (days(binding.interval) or 0) < (days(known.interval) or 0):
                found[binding.name] = binding
    return tuple(found.values())


def _of_obligations(content: Content, applies: set[str]) -> Iterator[Binding]:
    for obligation in content.recurrence:
        if obligation.is_binding and obligation.applies_to in applies:
            for requirement in obligation.requirements:
                yield Binding(obligation.framework, requirement, obligation.interval, obligation.after)


def _of_catalogs(content: Content, applies: set[str]) -> Iterator[Binding]:
    """What catalogs say of intervals besides: `lifetime` measures a secret, not work, and what is superseded ended."""
    for framework in content.frameworks.values():
        for requirement in framework.requirements:
            facts = requirement.facts
            interval = facts.get("interval")
            ends = facts.get("interval_kind") == "lifetime" or "superseded_by" in facts
            if isinstance(interval, str) and not ends and facts.get("applicability", "all") in applies:
                yield Binding(framework.id, requirement.id, interval, "")


def proving(content: Content, framework: str, requirement: str) -> frozenset[ControlId]:
    """The controls that prove a requirement whole, alone or declared complete together."""
    crosswalk = content.crosswalks.get(FrameworkId(framework))
    if crosswalk is None:
        return frozenset()
    alone = {edge.control for edge in crosswalk.edges if edge.requirement == requirement and edge.relation.is_full}
    return frozenset(alone.union(*(joint.controls for joint in crosswalk.joint if joint.requirement == requirement)))


def served_by(content: Content, workspace: Workspace) -> dict[ControlId, list[str]]:
    """Control → `framework requirement` of what it is mapped to and is in scope, in order of the catalogs."""
    found: dict[ControlId, list[str]] = {}
    for name in workspace.frameworks:
        framework, crosswalk = content.frameworks.get(FrameworkId(name)), content.crosswalks.get(FrameworkId(name))
        mapped: dict[str, list[ControlId]] = {}
        for edge in crosswalk.edges if crosswalk else ():
            mapped.setdefault(edge.requirement, []).append(edge.control)
        for requirement in framework.requirements if framework else ():
            if is_in_scope(name, requirement, workspace):
                for control in dict.fromkeys(mapped.get(requirement.id, ())):
                    found.setdefault(control, []).append(f"{name} {requirement.id}")
    return found


def is_in_scope(framework: str, requirement: Requirement, workspace: Workspace) -> bool:
    """SOC 2 criteria of categories that management did not select are outside."""
    chosen = workspace.soc2_categories
    return framework != "soc2" or not chosen or requirement.facts.get("category") in chosen


@dataclass(frozen=True, slots=True)
class Rule:
    """The interval of a control's duty, and why it is that."""

    interval: str
    reason: str
    after: tuple[str, ...]
    """The events that ask for it besides."""


def rule_of(control: CommonControl, own: Sequence[Binding]) -> Rule:
    """The strictest of the control's cadence and of the binding intervals of what it proves whole."""
    asked = strictest([control.cadence, *(b.interval for b in own)])
    interval = recorded_every(asked)
    setting = [b.name for b in own if days(b.interval) == days(asked)]
    reason = f"{', '.join(setting)} every {asked}" if setting else f"cadence of {control.id} every {asked}"
    if interval != asked:
        reason += ", recorded a month at a time"
    return Rule(interval, reason, tuple(dict.fromkeys(b.after for b in own if b.after)))

"""Frameworks: their requirements as data, in our own words (HIPAA may quote the regulation)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NewType

from proveonce.kernel.located import Place

FrameworkId = NewType("FrameworkId", str)
RequirementId = NewType("RequirementId", str)

Fact = str | int | bool


@dataclass(frozen=True, slots=True)
class Group:
    """A heading under which requirements stand: CC6, Requirement 8, 164.312."""

    id: str
    title: str
    category: str = ""
    """SOC 2: the trust services category."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One criterion, requirement, standard or implementation specification."""

    id: RequirementId
    group: str
    title: str
    paraphrase: str
    kind: str
    parent: str | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)
    """SOC 2: category, coso_principle. PCI DSS: applicability, future_dated, interval, superseded_by,
    customized_approach_eligible, milestone. HIPAA: designation."""
    focus: tuple[str, ...] = ()
    """Own-word hints of what an assessor looks for; guidance, never requirements."""
    test: Mapping[str, str] = field(default_factory=dict)
    """What an assessor does: examine, interview, observe."""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Framework:
    """One framework and its edition."""

    id: FrameworkId
    title: str
    edition: str
    publisher: str
    source: str
    retrieved: str
    licence: str
    requirement_word: str
    """criterion, requirement, standard: the general word in this framework."""
    groups: tuple[Group, ...]
    requirements: tuple[Requirement, ...]
    place: Place

    def requirement(self, requirement: str) -> Requirement | None:
        """The requirement of that id."""
        return next((r for r in self.requirements if r.id == requirement), None)

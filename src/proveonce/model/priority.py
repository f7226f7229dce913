"""The order of work: what each control's proof pays, which controls suffice, and what a fix would move.

Every score is the sum of its printed terms. A framework has 100 points, spread over its requirements in
scope by weight (docs/adr/0008), so that figures of frameworks of different size can be added.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from proveonce.model.catalog import FrameworkId, RequirementId
from proveonce.model.check import CheckId
from proveonce.model.control import ControlId
from proveonce.model.crosswalk import Relation
from proveonce.model.finding import Status


@dataclass(frozen=True, slots=True)
class Term:
    """One term of a score."""

    name: str
    value: float
    explanation: str


class Role(StrEnum):
    """How a control takes part in covering a requirement."""

    ALONE = "covers it alone"
    JOINT = "member of a jointly complete set"
    SUPPORT = "partial, closes nothing alone"


@dataclass(frozen=True, slots=True)
class Served:
    """One requirement that a control serves, and what proving the control pays there."""

    framework: FrameworkId
    requirement: RequirementId
    relation: Relation
    role: Role
    points: float
    """The requirement's share of its framework's 100 points."""
    share: float
    """The control's part of those points; 0 when it passes already or passing controls cover the requirement."""

    @property
    def value(self) -> float:
        """Points that proving the control pays here."""
        return self.points * self.share


@dataclass(frozen=True, slots=True)
class Priority:
    """One common control's place in the order of work."""

    control: ControlId
    score: float
    """The sum of its terms."""
    terms: tuple[Term, ...]
    requirements: Mapping[str, tuple[str, ...]]
    """Framework → requirements it serves."""
    upper: float = 0.0
    """The score if everything undetermined about it turned out to fail; never below the score."""
    doubts: tuple[str, ...] = ()
    """What is not known, in words; none of it is in the score."""
    status: Status | None = Status.UNDETERMINED
    """None: no occurrence."""
    effort: float | None = None
    """Person-days, where the workspace says."""
    served: tuple[Served, ...] = ()


@dataclass(frozen=True, slots=True)
class Points:
    """A framework's 100 points: cover proven, open to proof, beyond any control; and, across these, what fails."""

    framework: FrameworkId
    requirements: int
    """In scope."""
    covered: float
    """Requirements that passing controls cover; one may fail all the same, by another control mapped to it."""
    open: float
    """Equal to the sum of what proving pays, over all controls, partial support left out."""
    not_coverable: float
    failing: float
    """Requirements that fail: equal to the sum of the term blocked over all controls."""
    audit: str = ""
    """Date of the next audit, where the workspace says."""
    urgency: float = 0.0
    """0 with a year or more to go, or no date; 1 on the day."""


@dataclass(frozen=True, slots=True)
class Cover:
    """A set of controls that covers every coverable requirement in scope, by proof of least cost."""

    by: str
    """count or effort."""
    controls: tuple[ControlId, ...]
    cost: float
    """Controls, or person-days."""
    bound: float
    """No covering set costs less: the solver's proof."""
    greedy: tuple[ControlId, ...]
    greedy_cost: float
    covered: Mapping[FrameworkId, tuple[RequirementId, ...]]
    not_coverable: Mapping[FrameworkId, Mapping[RequirementId, str]]
    """Requirement → why no set covers it."""
    forced: frozenset[ControlId]
    """Members without which some requirement has no cover left."""
    assumed: frozenset[ControlId] = frozenset()
    """Members whose effort is not known, taken as dear as the dearest known."""

    @property
    def gap(self) -> float:
        """How far a better set could still be, as a share of the cost; 0 is proof that there is none."""
        return (self.cost - self.bound) / self.cost if self.cost else 0.0


@dataclass(frozen=True, slots=True)
class Blocker:
    """Why a requirement is not satisfied, after a fix."""

    control: ControlId
    status: Status | None
    is_procedural: bool
    """Whether it has a part that only people can show."""
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """One requirement before and after a fix, by the roll-up run again with the results that the fix would give."""

    framework: FrameworkId
    requirement: RequirementId
    before: Status
    after: Status
    was_satisfied: bool
    is_satisfied: bool
    blockers: tuple[Blocker, ...]
    """What still stands in the way: of the covering set nearest to passing, or the controls that still fail."""

    @property
    def leaves_fail(self) -> bool:
        """Whether nothing mapped to it fails any longer."""
        return self.before is Status.FAIL and self.after is not Status.FAIL


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What fixing some checks would move."""

    named: tuple[str, ...]
    """Checks and controls as asked for."""
    checks: tuple[CheckId, ...]
    """Failing checks that the fix would turn to pass."""
    findings: int
    """Failing findings that it would turn."""
    untouched: tuple[str, ...]
    """Of those named, the ones with nothing that fails."""
    moves: tuple[Move, ...]
    """Every requirement in scope that a fixed check speaks to."""


@dataclass(frozen=True, slots=True)
class Fix:
    """One step of the best next fixes."""

    name: str
    """A check; or a control, whose effort pays for all its failing checks."""
    checks: tuple[CheckId, ...]
    cost: float
    is_assumed: bool
    """Whether its effort is unknown, taken as dear as the dearest known."""
    failing: float
    """Severity × reach of what it turns, as in the score's term."""


@dataclass(frozen=True, slots=True)
class NextFixes:
    """The set of fixes that clears most failing requirements, by points, within the limit."""

    fixes: tuple[Fix, ...]
    """Those that clear most first."""
    cleared: tuple[int, ...]
    """After each fix in turn, how many requirements have left fail."""
    limit: int
    budget: float | None
    """Person-days; None counts fixes only."""
    value: float
    """Points of requirements cleared, those satisfied counted twice."""
    bound: float
    """No set within the limit is worth more: the solver's proof."""
    failing_requirements: int
    """How many fail now."""
    what_if: WhatIf


@dataclass(frozen=True, slots=True)
class OrderOfWork:
    """The three answers, from one model."""

    as_of: str
    run: str
    """Empty: nothing was assessed."""
    frameworks: tuple[FrameworkId, ...]
    points: tuple[Points, ...]
    priorities: tuple[Priority, ...]
    """Most urgent first."""
    cover: Cover
    next_fixes: NextFixes | None = None
    what_if: WhatIf | None = None
    notes: tuple[str, ...] = ()

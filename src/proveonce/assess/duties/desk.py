"""The desk: everything that duties are computed from, and how a duty stands on its day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from proveonce.assess.duties.intervals import Binding, Rule, bindings, proving, rule_of, served_by
from proveonce.kernel.calendar import BusinessDays, plus, shift
from proveonce.kernel.durations import days
from proveonce.model.content import Content
from proveonce.model.control import CommonControl, ControlId
from proveonce.model.duty import DutyState
from proveonce.model.manual import ManualRecord
from proveonce.model.questionnaire import LibraryAnswer
from proveonce.model.register import Registers
from proveonce.model.workspace import Workspace

DEFAULT_OWNER = "compliance"
"""Who has what nobody else was named for."""
_SHARE = 3
"""Where an interval is short, its notice is this part of it."""


@dataclass(frozen=True)
class Desk:
    """What is known on a day. Nothing done or issued after it counts."""

    content: Content
    workspace: Workspace
    registers: Registers
    records: tuple[ManualRecord, ...]
    day: date
    until: date
    """Repeats are told before this day."""
    answers: tuple[LibraryAnswer, ...] = ()

    @cached_property
    def business(self) -> BusinessDays:
        """The days on which the organisation works."""
        return BusinessDays(self.workspace.planning.country, self.workspace.planning.subdivision)

    @cached_property
    def bindings(self) -> tuple[Binding, ...]:
        """The intervals that bind the workspace's frameworks."""
        return bindings(self.content, self.workspace)

    @cached_property
    def proofs(self) -> Mapping[str, tuple[ControlId, ...]]:
        """`framework requirement` of each binding → the controls that prove it whole."""
        return {b.name: tuple(sorted(proving(self.content, b.framework, b.requirement))) for b in self.bindings}

    @cached_property
    def served(self) -> Mapping[ControlId, list[str]]:
        """Control → `framework requirement` of what it is mapped to and is in scope."""
        return served_by(self.content, self.workspace)

    @property
    def unproven(self) -> tuple[Binding, ...]:
        """The binding intervals that no control proves whole, so that no duty stands for them."""
        return tuple(binding for binding in self.bindings if not self.proofs[binding.name])

    def rule(self, control: CommonControl) -> Rule:
        """The interval that a control is held to."""
        return rule_of(control, [b for b in self.bindings if control.id in self.proofs[b.name]])

    @cached_property
    def roles(self) -> frozenset[str]:
        """The owner roles that controls and the workspace know."""
        return frozenset({control.owner for control in self.content.controls.values()} | set(self.workspace.owners))

    @property
    def today(self) -> str:
        """The day as registers and records write it."""
        return self.day.isoformat()

    def person(self, owner: str) -> str:
        """Who answers for an owner role; empty where nobody is named."""
        return self.workspace.owners.get(owner, "")

    def named(self, who: str) -> tuple[str, str]:
        """The owner role and the person that a register means by a role, by a name or by nothing."""
        if not who or who in self.roles:
            role = who or DEFAULT_OWNER
            return role, self.person(role)
        return next((role for role, name in self.workspace.owners.items() if name == who), DEFAULT_OWNER), who

    def notice(self, interval: str = "") -> int:
        """Days of notice: the workspace's, or a third of the interval where that is shorter."""
        usual = (shift(self.day, self.workspace.planning.notice) - self.day).days
        return min(usual, int((days(interval) or 0) // _SHARE)) if interval else usual

    def start(self, due: date, interval: str = "") -> date:
        """The day on which notice of what is due begins."""
        return plus(due, -self.notice(interval))

    def state(self, start: date, due: date, before: DutyState) -> DutyState:
        """How a duty stands; `before` is what it is called ahead of its notice."""
        if self.day > due:
            return DutyState.OVERDUE
        return DutyState.DUE if self.day >= start else before

"""Where things stand: scope, points and control results per framework, gathered once for all three answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from proveonce.assess.priority.coverage import Mapped, mapped
from proveonce.assess.priority.weights import Deadline, deadline, requirement_points
from proveonce.assess.rollup import roll_up, roll_up_controls
from proveonce.model.assessment import CheckResult, ControlResult, Counts, RequirementResult
from proveonce.model.catalog import FrameworkId
from proveonce.model.check import CheckId
from proveonce.model.content import Content
from proveonce.model.control import ControlId
from proveonce.model.finding import Status
from proveonce.model.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Standing:
    """One framework as it stands."""

    framework: FrameworkId
    points: Mapping[str, float]
    """Requirement in scope → points."""
    mapped: Mapping[str, Mapped]
    """Every requirement, in catalog order."""
    controls: Mapping[ControlId, ControlResult]
    """Within the framework's scope."""
    requirements: Mapping[str, RequirementResult]
    """Every requirement."""
    deadline: Deadline

    @property
    def passing(self) -> frozenset[ControlId]:
        """Controls that pass, so that proving them is done."""
        return frozenset(name for name, result in self.controls.items() if result.status is Status.PASS)

    @property
    def failing(self) -> frozenset[ControlId]:
        """Controls that fail: each holds every requirement it is mapped to."""
        return frozenset(name for name, result in self.controls.items() if result.status is Status.FAIL)


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything the order of work is computed from."""

    content: Content
    workspace: Workspace
    results: Mapping[CheckId, CheckResult]
    standings: tuple[Standing, ...]
    is_assessed: bool

    def counts(self, check: CheckId) -> Counts:
        """A check's findings in the scope of the framework where most of them fail.

        Scopes overlap, and how far is not counted: this is the most that is surely in scope of one of them.
        """
        found = [self.results[check].by_framework[standing.framework] for standing in self.standings]
        return max(found, key=lambda c: (c.failed, c.undetermined, c.passed), default=Counts())


def situation(
    content: Content,
    results: Mapping[CheckId, CheckResult] | None,
    workspace: Workspace,
    frameworks: Iterable[str],
    as_of: str,
) -> Situation:
    """Where things stand in `frameworks`; without `results`, every check is unassessed."""
    names = list(dict.fromkeys(frameworks))
    known = unassessed(content, names) if results is None else results
    standings = tuple(_standing(content, known, workspace, name, as_of) for name in names)
    return Situation(content, workspace, known, standings, results is not None)


def unassessed(content: Content, frameworks: Iterable[str]) -> Mapping[CheckId, CheckResult]:
    """A result for each check that says that nothing was asked: no finding, no listing planned."""
    nothing = dict.fromkeys(frameworks, Counts())
    return {
        check: CheckResult(check, Counts(), nothing, rows=0, unread_listings=0, sql="", sql_digest="", artefacts=())
        for check in content.checks
    }


def _standing(
    content: Content, results: Mapping[CheckId, CheckResult], workspace: Workspace, name: str, as_of: str
) -> Standing:
    framework = content.frameworks[FrameworkId(name)]
    rolled = roll_up(content, results, workspace, [name])[framework.id]
    records: dict[str, RequirementResult] = {record.requirement: record for record in rolled}
    in_scope = frozenset(record.requirement for record in records.values() if record.in_scope)
    return Standing(
        framework=framework.id,
        points=requirement_points(framework, workspace, in_scope),
        mapped=mapped(content, name),
        controls=roll_up_controls(content, results, name),
        requirements=records,
        deadline=deadline(workspace, name, as_of),
    )

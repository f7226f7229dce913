"""The smallest or cheapest set of controls that covers every requirement that can be covered.

A requirement is covered by any one full edge or by all of one jointly complete set. Solved exactly as a binary
program: a variable for each control, one for each joint set that is at most each of its members. Requirements
that nothing covers are listed with the reason, never dropped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from proveonce.assess.priority.coverage import Group
from proveonce.assess.priority.situation import Situation
from proveonce.assess.priority.solver import Row, minimise
from proveonce.kernel.errors import UsageError
from proveonce.model.catalog import FrameworkId, RequirementId
from proveonce.model.control import ControlId
from proveonce.model.priority import Cover

COUNT, EFFORT = "count", "effort"
HUNDREDTHS = 100
"""Person-days are solved in hundredths, so that all arithmetic is in integers."""


@dataclass(frozen=True, slots=True)
class Costs:
    """What each fix or control costs, and which of them nobody stated."""

    hundredths: Mapping[str, int]
    assumed: frozenset[str]


def efforts(names: Sequence[str], stated: Mapping[str, float]) -> Costs:
    """Person-days of each name; one that is not stated is taken as dear as the dearest stated.

    So a missing figure never makes a choice look cheap. Raises: UsageError when none is stated.
    """
    known = {name: round(stated[name] * HUNDREDTHS) for name in names if name in stated}
    if not known:
        raise UsageError(
            "no effort is known for any of them",
            where="proveonce.yaml",
            fix="state person-days by control or check, such as effort: {CRY-02: 3}",
        )
    dearest = max(known.values())
    return Costs({name: known.get(name, dearest) for name in names}, frozenset(names) - frozenset(known))


def smallest_cover(known: Situation, by: str = COUNT) -> Cover:
    """The covering set of least count or effort; ties go to fewer assumed efforts, then to the first control ids.

    Raises: UsageError when `by` is effort and no effort is stated.
    """
    alternatives, not_coverable = _requirements(known)
    every = list(alternatives.values())
    groups = list(dict.fromkeys(every))
    controls = sorted({control for found in groups for group in found for control in group})
    costs = Costs(dict.fromkeys(controls, 1), frozenset())
    if by == EFFORT and controls:
        costs = efforts(controls, known.workspace.effort)
    solution = minimise(_rows(groups), [costs.hundredths, dict.fromkeys(costs.assumed, 1)], controls)
    chosen = tuple(control for control in controls if control in solution.chosen)
    greedy = greedy_cover(every, costs.hundredths)
    unit = HUNDREDTHS if by == EFFORT else 1
    covered: dict[FrameworkId, tuple[RequirementId, ...]] = {s.framework: () for s in known.standings}
    for framework, requirement in alternatives:
        covered[framework] = (*covered[framework], requirement)
    return Cover(
        by=by, controls=chosen, cost=solution.value / unit, bound=solution.bound / unit, greedy=greedy,
        greedy_cost=sum(costs.hundredths[control] for control in greedy) / unit, covered=covered,
        not_coverable=not_coverable, forced=_forced(groups),
        assumed=frozenset(chosen).intersection(map(ControlId, costs.assumed)),
    )  # fmt: skip


def _requirements(
    known: Situation,
) -> tuple[
    Mapping[tuple[FrameworkId, RequirementId], tuple[Group, ...]], Mapping[FrameworkId, Mapping[RequirementId, str]]
]:
    """Coverable requirement → its groups; and what nothing covers, with the reason."""
    alternatives: dict[tuple[FrameworkId, RequirementId], tuple[Group, ...]] = {}
    not_coverable: dict[FrameworkId, dict[RequirementId, str]] = {}
    for standing in known.standings:
        not_coverable[standing.framework] = {}
        for name in standing.points:
            entry, requirement = standing.mapped[name], RequirementId(name)
            if entry.groups:
                alternatives[standing.framework, requirement] = entry.groups
            else:
                not_coverable[standing.framework][requirement] = entry.why_not
    return alternatives, not_coverable


def _rows(requirements: Sequence[tuple[Group, ...]]) -> list[Row]:
    """Each requirement takes one of its groups; a joint set counts only with each of its members."""
    rows: list[Row] = []
    joint: dict[Group, str] = {}
    for groups in requirements:
        terms: dict[str, int] = {}
        for group in groups:
            if len(group) == 1:
                terms[next(iter(group))] = 1
            else:
                terms[joint.setdefault(group, "all of " + " ".join(sorted(group)))] = 1
        rows.append(Row(terms, 1))
    for group, name in joint.items():
        rows += [Row({member: 1, name: -1}, 0) for member in sorted(group)]
    return rows


def _forced(requirements: Sequence[tuple[Group, ...]]) -> frozenset[ControlId]:
    """Controls that stand in every group of some requirement: no covering set is without them."""
    return frozenset(control for groups in requirements for control in frozenset.intersection(*groups))


def greedy_cover(requirements: Sequence[tuple[Group, ...]], cost: Mapping[str, int]) -> tuple[ControlId, ...]:
    """A covering set by the rule of thumb: always the group that newly covers most per cost; for comparison."""
    chosen: set[ControlId] = set()
    open_ = list(requirements)
    every = sorted({group for groups in requirements for group in groups}, key=sorted)
    while open_:
        best: tuple[float, list[ControlId]] | None = None
        for group in every:
            added = group - chosen
            price = sum(cost[control] for control in added)
            gained = sum(any(other <= chosen | group for other in groups) for groups in open_)
            if added and gained and (best is None or gained / price > best[0]):
                best = gained / price, sorted(added)
        if best is None:
            break
        chosen |= set(best[1])
        open_ = [groups for groups in open_ if not any(group <= chosen for group in groups)]
    return tuple(sorted(chosen))

"""The best next fixes under a limit: those that clear most failing requirements, by points; exact.

By the roll-up a requirement leaves fail when every failing check of every control mapped to it is fixed, so each is
a bundle of checks. A program chooses fixes within the limit so that the bundles completed are worth most; then
those of most severity × reach; then the first by name. The moves printed come from the real roll-up, run again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from proveonce.assess.priority.cover import HUNDREDTHS, efforts
from proveonce.assess.priority.situation import Situation, Standing
from proveonce.assess.priority.solver import Row, minimise
from proveonce.assess.priority.weights import failing_weight, judged
from proveonce.assess.priority.whatif import hypothetical, moves, what_if
from proveonce.assess.rollup import roll_up
from proveonce.kernel.errors import UsageError
from proveonce.model.check import CheckId
from proveonce.model.finding import Status
from proveonce.model.priority import Fix, NextFixes

FIXES = 10


@dataclass(frozen=True, slots=True)
class Bundle:
    """The failing checks that hold one requirement in fail, all of which must be fixed to clear it."""

    framework: str
    requirement: str
    checks: frozenset[CheckId]
    worth: int
    """Hundredths of points, with the urgency of the next audit; twice where it would be satisfied."""


def next_fixes(known: Situation, *, limit: int = FIXES, budget: float | None = None) -> NextFixes:
    """The best `limit` fixes that cost at most `budget` person-days; without a budget each counts as one check.

    With a budget, a control whose effort is stated can be bought whole: its days pay for all its failing checks.
    Raises: UsageError when nothing was assessed, or a budget is given and no effort is known.
    """
    if not known.is_assessed:
        raise UsageError("nothing was assessed, so no fix can be ranked", fix="run: proveonce collect, or name a --run")
    if budget is not None and not math.isfinite(budget):
        raise UsageError(f"a budget of {budget} person-days is no number", fix="state it in days, such as 20")
    failing = tuple(check for check, result in known.results.items() if result.counts.failed)
    offers = _offers(known, failing, is_priced=budget is not None)
    costs, assumed = dict.fromkeys(offers, HUNDREDTHS), frozenset[str]()
    if budget is not None and offers:
        priced = efforts(list(offers), known.workspace.effort)
        costs, assumed = dict(priced.hundredths), priced.assumed
    bundles = _bundles(known, failing)
    gravity = {check: _gravity(known, check) for check in failing}
    rows, objectives = _program(offers, costs, bundles, gravity, limit, budget)
    solution = minimise(rows, objectives, list(offers))
    bought = [name for name in offers if name in solution.chosen]
    fixes = [
        Fix(name, offers[name], costs[name] / HUNDREDTHS, name in assumed,
            sum(gravity[check] for check in offers[name]) / HUNDREDTHS)
        for name in bought
    ]  # fmt: skip
    ordered = _in_order(fixes, bundles)
    return NextFixes(
        fixes=ordered, cleared=_cleared(known, ordered), limit=limit, budget=budget, value=-solution.value / HUNDREDTHS,
        bound=-solution.bound / HUNDREDTHS, failing_requirements=len(bundles),
        what_if=what_if(known, [fix.name for fix in ordered]),
    )  # fmt: skip


def _offers(known: Situation, failing: Sequence[CheckId], *, is_priced: bool) -> Mapping[str, tuple[CheckId, ...]]:
    """What can be bought: each failing check; and, priced, each control with a stated effort, for all its checks.

    A check without an effort of its own is not offered alone where such a control already pays for it.
    """
    content, stated = known.content, known.workspace.effort
    whole: dict[str, tuple[CheckId, ...]] = {}
    if is_priced:
        for control in content.controls:
            checks = tuple(check for check in failing if control in content.checks[check].supports)
            if control in stated and checks:
                whole[control] = checks
    paid = {check for checks in whole.values() for check in checks}
    alone: dict[str, tuple[CheckId, ...]] = {
        check: (check,) for check in failing if check in stated or check not in paid
    }
    return dict(sorted({**whole, **alone}.items()))


def _gravity(known: Situation, check: CheckId) -> int:
    """Hundredths of severity × reach, as in the term `failing`."""
    counts = known.counts(check)
    return round(HUNDREDTHS * failing_weight(known.content.checks[check].severity, counts.failed, judged(counts)))


def _bundles(known: Situation, failing: Sequence[CheckId]) -> list[Bundle]:
    best = hypothetical(known.results, failing)
    found: list[Bundle] = []
    for standing in known.standings:
        after = roll_up(known.content, best, known.workspace, [standing.framework])[standing.framework]
        satisfied = {record.requirement for record in after if record.is_satisfied}
        for requirement, points in standing.points.items():
            record = standing.requirements[requirement]
            if record.status is Status.FAIL:
                times = 2 if record.requirement in satisfied else 1
                worth = round(HUNDREDTHS * points * times * (1 + standing.deadline.urgency))
                checks = _holding(known, standing, requirement)
                found.append(Bundle(standing.framework, requirement, checks, worth))
    return found


def _holding(known: Situation, standing: Standing, requirement: str) -> frozenset[CheckId]:
    checks = {check for edge in standing.mapped[requirement].edges for check in standing.controls[edge.control].checks}
    return frozenset(c for c in checks if known.results[c].by_framework[standing.framework].failed)


def _program(
    offers: Mapping[str, tuple[CheckId, ...]],
    costs: Mapping[str, int],
    bundles: Sequence[Bundle],
    gravity: Mapping[CheckId, int],
    limit: int,
    budget: float | None,
) -> tuple[list[Row], list[Mapping[str, int]]]:
    """Rows and objectives; a check is fixed at most when an offer that holds it is bought."""
    rows = [Row(dict.fromkeys(offers, -1), -limit)]
    if budget is not None:
        rows.append(Row({name: -cost for name, cost in costs.items()}, -int(budget * HUNDREDTHS + 1e-6)))
    for check in gravity:
        paying = {name: 1 for name, checks in offers.items() if check in checks}
        rows.append(Row({**paying, f"fixed {check}": -1}, 0))
    worth: dict[str, int] = {}
    for bundle in bundles:
        cleared = f"cleared {bundle.framework} {bundle.requirement}"
        worth[cleared] = -bundle.worth
        rows += [Row({f"fixed {check}": 1, cleared: -1}, 0) for check in sorted(bundle.checks)]
    return rows, [worth, {f"fixed {check}": -weight for check, weight in gravity.items()}, costs]


def _in_order(fixes: Sequence[Fix], bundles: Sequence[Bundle]) -> tuple[Fix, ...]:
    """The fixes in the order that clears most soonest; those that complete no bundle by severity × reach."""
    done: set[CheckId] = set()
    left, ordered = list(fixes), []
    while left:
        best = max(
            left,
            key=lambda fix: (
                sum(b.worth for b in bundles if b.checks - done and b.checks <= done.union(fix.checks)),
                fix.failing,
            ),
        )
        ordered.append(best)
        left.remove(best)
        done |= set(best.checks)
    return tuple(ordered)


def _cleared(known: Situation, fixes: Sequence[Fix]) -> tuple[int, ...]:
    """Requirements out of fail after each fix in turn, by the real roll-up."""
    totals = []
    for count in range(1, len(fixes) + 1):
        checks = {check for fix in fixes[:count] for check in fix.checks}
        totals.append(sum(move.leaves_fail for move in moves(known, checks)))
    return tuple(totals)

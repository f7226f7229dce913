"""What a fix would move: the real roll-up, run again with the results that the fix would give.

A fix turns the failing findings of a check to pass and nothing else: what was not read stays undetermined, and
what people must show stays to be shown. So a requirement may leave fail without being satisfied; the blockers
say why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from proveonce.assess.priority.situation import Situation, Standing
from proveonce.assess.rollup import roll_up, roll_up_controls
from proveonce.kernel.errors import UsageError
from proveonce.kernel.naming import nearest
from proveonce.model.assessment import CheckResult, ControlResult, Counts
from proveonce.model.check import CheckId
from proveonce.model.content import Content
from proveonce.model.control import ControlId, Nature
from proveonce.model.finding import Status
from proveonce.model.priority import Blocker, Move, WhatIf


def what_if(known: Situation, named: Sequence[str]) -> WhatIf:
    """What fixing the checks and controls `named` would move.

    Raises: UsageError for an unknown name, or when nothing was assessed.
    """
    if not known.is_assessed:
        raise UsageError("nothing was assessed, so no fix can be tried", fix="run: proveonce collect, or name a --run")
    asked = {name: _checks_of(known.content, name) for name in dict.fromkeys(named)}
    touched = {name: [check for check in checks if known.results[check].counts.failed]
               for name, checks in asked.items()}  # fmt: skip
    checks = tuple(sorted({check for found in touched.values() for check in found}))
    return WhatIf(
        named=tuple(asked),
        checks=checks,
        findings=sum(known.results[check].counts.failed for check in checks),
        untouched=tuple(name for name, found in touched.items() if not found),
        moves=moves(known, checks),
    )


def _checks_of(content: Content, name: str) -> list[CheckId]:
    if name in content.checks:
        return [CheckId(name)]
    if name in content.controls:
        return [check.id for check in content.checks_of(name)]
    near = nearest(name, [*content.checks, *content.controls])
    raise UsageError(f"unknown check or control {name!r}", fix=f"did you mean {near}?" if near else "name one of them")


def hypothetical(results: Mapping[CheckId, CheckResult], fixed: Iterable[CheckId]) -> Mapping[CheckId, CheckResult]:
    """The results if every failing finding of the `fixed` checks passed."""
    changed = {check: _fixed(results[check]) for check in fixed}
    return {check: changed.get(check, result) for check, result in results.items()}


def _fixed(result: CheckResult) -> CheckResult:
    def passed(counts: Counts) -> Counts:
        return replace(counts, passed=counts.passed + counts.failed, failed=0)

    scoped = {framework: passed(counts) for framework, counts in result.by_framework.items()}
    return replace(result, counts=passed(result.counts), by_framework=scoped)


def moves(known: Situation, fixed: Iterable[CheckId]) -> tuple[Move, ...]:
    """Every requirement in scope that a fixed check speaks to, before and after."""
    chosen = frozenset(fixed)
    results = hypothetical(known.results, chosen)
    controls = {control for check in chosen for control in known.content.checks[check].supports}
    found: list[Move] = []
    for standing in known.standings:
        after = roll_up(known.content, results, known.workspace, [standing.framework])[standing.framework]
        later = roll_up_controls(known.content, results, standing.framework)
        for record in after:
            before = standing.requirements[record.requirement]
            if record.in_scope and controls.intersection(record.controls):
                found.append(
                    Move(
                        standing.framework, record.requirement, before.status, record.status,
                        before.is_satisfied, record.is_satisfied,
                        () if record.is_satisfied else _blockers(known.content, standing, record.requirement, later),
                    )
                )  # fmt: skip
    return tuple(found)


def _blockers(
    content: Content, standing: Standing, requirement: str, controls: Mapping[ControlId, ControlResult]
) -> tuple[Blocker, ...]:
    """The controls that still fail; where none does, the open ones of the covering group nearest to passing."""
    entry = standing.mapped[requirement]
    failing = [edge.control for edge in entry.edges if controls[edge.control].status is Status.FAIL]
    if not failing and entry.groups:
        open_ = [[c for c in sorted(group) if controls[c].status is not Status.PASS] for group in entry.groups]
        failing = min(open_, key=lambda left: (len(left), left))
    return tuple(_blocker(content, controls[control]) for control in sorted(failing))


def _blocker(content: Content, result: ControlResult) -> Blocker:
    is_procedural = content.controls[result.control].nature is not Nature.AUTOMATED
    return Blocker(result.control, result.status, is_procedural, result.reasons)

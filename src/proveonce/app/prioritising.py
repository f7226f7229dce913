"""The order of work: from a run, or from content alone, which is said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from proveonce.app.assessing import assess
from proveonce.assess.priority.cover import COUNT, smallest_cover
from proveonce.assess.priority.fixes import FIXES, next_fixes
from proveonce.assess.priority.overlap import framework_points, rank
from proveonce.assess.priority.situation import Situation, situation
from proveonce.assess.priority.whatif import what_if
from proveonce.content import load_content
from proveonce.content.loader import WORKSPACE_FILE, workspace_problems
from proveonce.kernel.errors import InputError, UsageError
from proveonce.kernel.instants import format_instant, parse_instant
from proveonce.kernel.naming import nearest
from proveonce.model.assessment import Assessment
from proveonce.model.content import Content
from proveonce.model.priority import OrderOfWork
from proveonce.model.workspace import Workspace
from proveonce.store import Store

NOT_ASSESSED = (
    "nothing was assessed: there is no evidence run; what fails is unknown, and scores hold what a proof would pay only"
)


def prioritize(
    workspace: Workspace,
    *,
    run_id: str | None = None,
    as_of: str | None = None,
    frameworks: tuple[str, ...] = (),
    by: str = COUNT,
    fix: Sequence[str] = (),
    limit: int | None = None,
    budget: float | None = None,
) -> tuple[OrderOfWork, Content]:
    """The three answers for a run, the latest by default; without any run from content alone.

    The best next fixes are at most `limit`, ten when it is None; without a run, asking for any is refused.
    As of the end of the run by default; without a run and an as-of, no deadline is counted.
    Raises: InputError, UsageError, EvidenceError.
    """
    content = load_content(workspace.root)
    chosen = tuple(dict.fromkeys(frameworks or workspace.frameworks))
    for name in chosen:
        if name not in content.frameworks:
            near = nearest(name, content.frameworks)
            raise UsageError(f"unknown framework {name!r}", fix=f"did you mean {near}?" if near else "")
    if (workspace.root / WORKSPACE_FILE).is_file() and (problems := workspace_problems(workspace.root, content)):
        raise InputError(problems)
    if run_id is None and not Store(workspace.store).runs():
        if fix or limit is not None or budget is not None:
            raise UsageError("nothing was assessed, so no fix can be tried", fix="run: proveonce collect")
        instant = format_instant(parse_instant(as_of)) if as_of else ""
        known = situation(content, None, workspace, chosen, instant)
        return _order(known, instant, "", (NOT_ASSESSED,), by=by), content
    with assess(workspace, run_id=run_id, as_of=as_of, frameworks=chosen) as (assessment, content):
        known = situation(content, assessment.checks, workspace, chosen, assessment.as_of)
        return _order(
            known, assessment.as_of, assessment.run.id, (*assessment.notes, *_accepted(assessment)), by=by, fix=fix,
            limit=limit or FIXES, budget=budget,
        ), content  # fmt: skip


def _order(
    known: Situation,
    as_of: str,
    run: str,
    notes: tuple[str, ...],
    *,
    by: str,
    fix: Sequence[str] = (),
    limit: int = FIXES,
    budget: float | None = None,
) -> OrderOfWork:
    return OrderOfWork(
        as_of=as_of,
        run=run,
        frameworks=tuple(standing.framework for standing in known.standings),
        points=framework_points(known),
        priorities=rank(known),
        cover=smallest_cover(known, by),
        next_fixes=next_fixes(known, limit=limit, budget=budget) if run else None,
        what_if=what_if(known, fix) if fix else None,
        notes=(*notes, *_missing(known)),
    )


def _accepted(assessment: Assessment) -> Iterator[str]:
    """That a decision about a failure takes nothing from its weight."""
    if number := assessment.registers.accepted.total:
        failed = assessment.counts.failed
        yield f"{number:,} of {failed:,} failures are accepted for a time, and weigh as before (proveonce risks list)"


def _missing(known: Situation) -> Iterator[str]:
    """What the workspace does not say, told once rather than at every control."""
    if undated := [standing.framework for standing in known.standings if not standing.deadline.date]:
        yield f"no audit date for {', '.join(undated)}: it adds no urgency (proveonce.yaml, audits)"
    if not known.workspace.effort:
        yield "no effort is stated: nothing counts as easy (proveonce.yaml, effort)"

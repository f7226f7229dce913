"""The order of work as JSON and as plain tables, which CSV, the terminal and the workbook share."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from proveonce.model.catalog import FrameworkId, RequirementId
from proveonce.model.content import Content
from proveonce.model.finding import Status
from proveonce.model.priority import Blocker, Cover, Move, NextFixes, OrderOfWork, Priority, Served, WhatIf
from proveonce.present.machine import priorities_json

Cell = str | int | float | None

HOW_SCORED = (
    "A score is the sum of its terms. Each framework has 100 points, spread over its requirements in scope by weight; "
    "a requirement's points go to the controls whose proof would complete its coverage. Missing data never raises a "
    "score: it widens the interval up to “up to”, or is told as a doubt."
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A plain table."""

    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def order_json(order: OrderOfWork, content: Content) -> dict[str, Any]:
    """The three answers as one JSON value."""
    return {
        "as_of": order.as_of,
        "run": order.run,
        "assessed": bool(order.run),
        "frameworks": list(order.frameworks),
        "notes": list(order.notes),
        "how_scored": HOW_SCORED,
        "points": [asdict(points) for points in order.points],
        "controls": [
            {"title": content.controls[priority.control].title, **row, "served": [_served(s) for s in priority.served]}
            for priority, row in zip(order.priorities, priorities_json(order.priorities), strict=True)
        ],
        "cover": _cover_json(order.cover),
        "next_fixes": _fixes_json(order.next_fixes) if order.next_fixes else None,
        "what_if": _what_if_json(order.what_if) if order.what_if else None,
    }


def _served(served: Served) -> dict[str, Any]:
    return {
        "framework": served.framework, "requirement": served.requirement, "relation": str(served.relation),
        "role": str(served.role), "points": round(served.points, 6), "share": round(served.share, 6),
        "value": round(served.value, 6),
    }  # fmt: skip


def _cover_json(cover: Cover) -> dict[str, Any]:
    return {
        "by": cover.by, "cost": cover.cost, "bound": cover.bound, "gap": cover.gap, "controls": list(cover.controls),
        "forced": sorted(cover.forced), "assumed_effort": sorted(cover.assumed), "greedy": list(cover.greedy),
        "greedy_cost": cover.greedy_cost, "covered": {name: list(ids) for name, ids in cover.covered.items()},
        "not_coverable": {name: dict(ids) for name, ids in cover.not_coverable.items()},
    }  # fmt: skip


def _fixes_json(found: NextFixes) -> dict[str, Any]:
    return {
        "limit": found.limit, "budget_days": found.budget, "value": found.value, "bound": found.bound,
        "failing_requirements": found.failing_requirements,
        "fixes": [{**asdict(fix), "cleared_so_far": done}
                  for fix, done in zip(found.fixes, found.cleared, strict=True)],
        "what_if": _what_if_json(found.what_if),
    }  # fmt: skip


def _what_if_json(found: WhatIf) -> dict[str, Any]:
    return {
        "fix": list(found.named), "checks": list(found.checks), "findings": found.findings,
        "nothing_fails": list(found.untouched), "summary": {m.framework: asdict(m) for m in summaries(found)},
        "moves": [_move_json(move) for move in found.moves],
    }  # fmt: skip


def _move_json(move: Move) -> dict[str, Any]:
    return {
        "framework": move.framework, "requirement": move.requirement, "before": str(move.before),
        "after": str(move.after), "was_satisfied": move.was_satisfied, "satisfied": move.is_satisfied,
        "blockers": [{"control": b.control, "status": _status(b.status), "procedural": b.is_procedural,
                      "reasons": list(b.reasons)} for b in move.blockers],
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Summary:
    """What a fix moves in one framework."""

    framework: FrameworkId
    satisfied: int
    """Requirements that it newly satisfies."""
    leave_fail: int
    """Requirements that fail before and no longer after."""
    to_undetermined: int
    """Of those, the ones that are then undetermined."""
    still_fail: int
    """Requirements it speaks to that fail all the same, for other reasons."""


def summaries(found: WhatIf) -> tuple[Summary, ...]:
    """What the fix moves, by framework."""
    return tuple(
        Summary(
            name,
            satisfied=sum(m.is_satisfied and not m.was_satisfied for m in moves),
            leave_fail=sum(m.leaves_fail for m in moves),
            to_undetermined=sum(m.leaves_fail and m.after is Status.UNDETERMINED for m in moves),
            still_fail=sum(m.after is Status.FAIL for m in moves),
        )
        for name in dict.fromkeys(move.framework for move in found.moves)
        for moves in [[move for move in found.moves if move.framework == name]]
    )


def holding(found: WhatIf) -> tuple[tuple[Blocker, tuple[Move, ...]], ...]:
    """What keeps requirements that left fail from being satisfied: each control with those it holds, most first."""
    held: dict[str, tuple[Blocker, list[Move]]] = {}
    for move in found.moves:
        if move.leaves_fail and not move.is_satisfied:
            for blocker in move.blockers:
                held.setdefault(blocker.control, (blocker, []))[1].append(move)
    ordered = sorted(held.values(), key=lambda pair: (-len(pair[1]), pair[0].control))
    return tuple((blocker, tuple(moves)) for blocker, moves in ordered)


def _status(status: Status | None) -> str:
    return str(status) if status else "no occurrence"


def serves(priority: Priority) -> str:
    """`soc2 3, pci_dss 7`."""
    return ", ".join(f"{name} {len(ids)}" for name, ids in priority.requirements.items())


def controls_sheet(order: OrderOfWork, content: Content) -> Sheet:
    """The controls, most urgent first, a column a term."""
    names = [term.name for term in order.priorities[0].terms] if order.priorities else []
    heads = ("rank", "control", "title", "result", "score", "up to", *names, "effort days", "serves", "not known")
    rows = (
        (rank, p.control, content.controls[p.control].title, _status(p.status), p.score, p.upper,
         *(term.value for term in p.terms), p.effort, serves(p), "; ".join(p.doubts))
        for rank, p in enumerate(order.priorities, 1)
    )  # fmt: skip
    return Sheet(heads, tuple(rows))


def served_sheet(order: OrderOfWork, content: Content) -> Sheet:
    """What each control's proof pays at each requirement: the inputs of the terms proof and blocked."""
    heads = ("control", "framework", "requirement", "title", "relation", "part", "points", "share", "proof pays")
    titles = _titles(content)
    rows = (
        (p.control, s.framework, s.requirement, titles[s.framework, s.requirement], str(s.relation), str(s.role),
         round(s.points, 4), round(s.share, 4), round(s.value, 4))
        for p in order.priorities for s in p.served
    )  # fmt: skip
    return Sheet(heads, tuple(rows))


def cover_sheet(order: OrderOfWork, content: Content) -> Sheet:
    """The members of the covering set."""
    results: Mapping[str, Priority] = {p.control: p for p in order.priorities}
    rows = (
        (control, content.controls[control].title, _status(results[control].status), results[control].effort,
         "yes" if control in order.cover.assumed else "", "yes" if control in order.cover.forced else "",
         serves(results[control]))
        for control in order.cover.controls
    )  # fmt: skip
    heads = ("control", "title", "result", "effort days", "effort assumed", "no way without it", "serves")
    return Sheet(heads, tuple(rows))


def not_coverable_sheet(order: OrderOfWork, content: Content) -> Sheet:
    """Requirements that no set of controls covers, and why."""
    titles = _titles(content)
    rows = (
        (framework, requirement, titles[framework, requirement], why)
        for framework, found in order.cover.not_coverable.items() for requirement, why in found.items()
    )  # fmt: skip
    return Sheet(("framework", "requirement", "title", "why"), tuple(rows))


def fixes_sheet(found: NextFixes, content: Content) -> Sheet:
    """The best next fixes in order."""
    heads = ("step", "fix", "title", "checks", "days", "days assumed", "severity × reach", "requirements out of fail")
    rows = (
        (step, fix.name, _title(fix.name, content), len(fix.checks), fix.cost if found.budget is not None else None,
         "yes" if fix.is_assumed else "", fix.failing, done)
        for step, (fix, done) in enumerate(zip(found.fixes, found.cleared, strict=True), 1)
    )  # fmt: skip
    return Sheet(heads, tuple(rows))


def moves_sheet(found: WhatIf, content: Content) -> Sheet:
    """Every requirement that the fix speaks to, before and after, and what still stands in the way."""
    titles = _titles(content)
    heads = ("framework", "requirement", "title", "before", "after", "satisfied", "still in the way")
    rows = (
        (m.framework, m.requirement, titles[m.framework, m.requirement], str(m.before), str(m.after),
         "yes" if m.is_satisfied else "no", "; ".join(blocker_words(b) for b in m.blockers))
        for m in found.moves
    )  # fmt: skip
    return Sheet(heads, tuple(rows))


def points_sheet(order: OrderOfWork) -> Sheet:
    """Each framework's 100 points: proven, open to proof, beyond it."""
    heads = (
        "framework",
        "requirements",
        "cover proven",
        "open to proof",
        "not coverable",
        "fails now",
        "next audit",
        "urgency",
    )
    rows = tuple(
        (p.framework, p.requirements, round(p.covered, 2), round(p.open, 2), round(p.not_coverable, 2),
         round(p.failing, 2), p.audit or "not known", round(p.urgency, 3))
        for p in order.points
    )  # fmt: skip
    return Sheet(heads, rows)


def blocker_words(blocker: Blocker) -> str:
    """`CRY-02 undetermined: reason`; what fails has its reasons in the findings."""
    reasons = "; ".join(blocker.reasons) if blocker.status is not Status.FAIL else ""
    return f"{blocker.control} {_status(blocker.status)}" + (f": {reasons}" if reasons else "")


def _titles(content: Content) -> Mapping[tuple[FrameworkId, RequirementId], str]:
    return {(framework.id, r.id): r.title for framework in content.frameworks.values() for r in framework.requirements}


def _title(name: str, content: Content) -> str:
    titles: dict[str, str] = {control.id: control.title for control in content.controls.values()}
    titles |= {check.id: check.title for check in content.checks.values()}
    return titles.get(name, "")


def to_csv(sheet: Sheet) -> str:
    """The table as CSV (RFC 4180, LF line ends)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(sheet.heads)
    writer.writerows(sheet.rows)
    return out.getvalue()


def shown(cell: Cell) -> str:
    """A cell as the terminal shows it."""
    if cell is None:
        return ""
    return f"{cell:,.2f}" if isinstance(cell, float) else str(cell)


def columns(sheet: Sheet, names: Sequence[str]) -> Sheet:
    """The sheet with these columns only, in this order."""
    places = [sheet.heads.index(name) for name in names]
    return Sheet(tuple(names), tuple(tuple(row[place] for place in places) for row in sheet.rows))

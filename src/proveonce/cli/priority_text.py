"""The order of work on a terminal: short by default, the whole with --all, the terms with --explain."""

from __future__ import annotations

from collections.abc import Iterator

from proveonce.cli.common import table
from proveonce.model.content import Content
from proveonce.model.finding import Status
from proveonce.model.priority import NextFixes, OrderOfWork, Priority, WhatIf
from proveonce.present import priority as present
from proveonce.present.priority import Sheet

_TITLE = 60


def head(order: OrderOfWork) -> Iterator[str]:
    """Which run, as of when, and what must be known to read on."""
    when = f" as of {order.as_of[:19]} UTC" if order.as_of else ""
    yield f"{order.run or 'content alone, no run'}{when}: {', '.join(order.frameworks)}"
    for note in order.notes:
        yield f"note: {note}"


def controls(order: OrderOfWork, content: Content, shown: int | None, *, explain: bool) -> Iterator[str]:
    """The controls, most urgent first, and the other two answers in a line each."""
    if explain:
        for rank, priority in enumerate(order.priorities[:shown], 1):
            yield from _explained(rank, priority, content)
    else:
        sheet = present.columns(
            present.controls_sheet(order, content), ["rank", "control", "score", "up to", "result", "serves", "title"]
        )
        yield _drawn(sheet, shown, right={0, 2, 3})
    yield from _more(len(order.priorities), shown)
    yield "up to: the score if all that is undetermined about the control failed"
    yield "terms: --explain, or with every input: proveonce prioritize CONTROL"
    yield ""
    yield _drawn(present.points_sheet(order), None, right={1, 2, 3, 4, 5, 7})
    yield ""
    yield _cover_line(order) + "; list: --cover"
    if order.next_fixes:
        yield _fixes_line(order.next_fixes) + "; list: --next 10"


def _explained(rank: int, priority: Priority, content: Content) -> Iterator[str]:
    title = content.controls[priority.control].title
    yield f"{rank:>3}  {priority.control}  {priority.score:.2f} (up to {priority.upper:.2f})  {title}"
    for term in priority.terms:
        yield f"       {term.value:>6.2f}  {term.name}: {term.explanation}"
    if priority.doubts:
        yield f"       not known: {'; '.join(priority.doubts)}"


def one_control(order: OrderOfWork, content: Content, control: str) -> Iterator[str]:
    """One control's score with every input of its terms."""
    rank, priority = next((n, p) for n, p in enumerate(order.priorities, 1) if p.control == control)
    yield from _explained(rank, priority, content)
    yield ""
    only = [row for row in present.served_sheet(order, content).rows if row[0] == control]
    heads = ("framework", "requirement", "relation", "points", "share", "proof pays", "part", "title")
    whole = Sheet(present.served_sheet(order, content).heads, tuple(only))
    rows = present.columns(whole, heads).rows
    yield table(heads, [[_exact(cell) for cell in row] for row in rows], right=frozenset({3, 4, 5}))
    yield f"proof pays {sum(s.value for s in priority.served):.4f} in all: points × share, added up"


def _exact(cell: present.Cell) -> str:
    return f"{cell:.4f}" if isinstance(cell, float) else present.shown(cell)


def cover(order: OrderOfWork, content: Content, shown: int | None) -> Iterator[str]:
    """The covering set, and what nothing covers."""
    found = order.cover
    yield _cover_line(order)
    greedy = f"{found.greedy_cost:g} {_unit(found.by)}"
    yield f"for comparison, the greedy rule of thumb: {greedy}; of two equally good sets the first by id is taken"
    if found.assumed:
        yield f"{len(found.assumed)} of them have no effort stated and are taken as dear as the dearest stated"
    forced = sum(control in found.forced for control in found.controls)
    yield f"{forced} of them have no alternative: without it, some requirement has no cover"
    yield ""
    sheet = present.columns(
        present.cover_sheet(order, content),
        ["control", "result", "effort days", "no way without it", "serves", "title"],
    )
    yield _drawn(sheet, shown, right={2})
    yield from _more(len(found.controls), shown)
    gaps = present.not_coverable_sheet(order, content)
    if gaps.rows:
        yield f"\nnot coverable: {len(gaps.rows)} requirements"
        yield _drawn(present.columns(gaps, ["framework", "requirement", "title", "why"]), shown, cut={3})
        yield from _more(len(gaps.rows), shown)


def fixes(found: NextFixes, content: Content) -> Iterator[str]:
    """The best next fixes, and what they move."""
    yield _fixes_line(found)
    yield f"worth {found.value:.2f} points, no other choice within the limit more than {found.bound:.2f}"
    yield ""
    names = ["step", "fix", "requirements out of fail", "severity × reach", "title"]
    if found.budget is not None:
        names[2:2] = ["days", "days assumed"]
    right = {0, 2, 3} if found.budget is None else {0, 2, 4, 5}
    yield _drawn(present.columns(present.fixes_sheet(found, content), names), None, right=right)
    if found.budget is not None:
        yield f"{sum(fix.cost for fix in found.fixes):g} of {found.budget:g} person-days"
    yield ""
    yield from _effect(found.what_if)


def moved(found: WhatIf, shown: int | None) -> Iterator[str]:
    """What a fix would move."""
    checks = f"{len(found.checks)} failing check{'' if len(found.checks) == 1 else 's'}"
    yield f"if {', '.join(found.named)} were fixed: {checks}, {found.findings:,} findings would pass"
    for check in found.checks:
        yield f"  {check}"
    if found.untouched:
        yield f"nothing fails in {', '.join(found.untouched)}: a fix changes nothing there"
    yield ""
    yield from _effect(found)
    still = [move for move in found.moves if move.after is Status.FAIL]
    if still:
        yield "\nstill failing, because of other controls:"
        for move in still[:shown]:
            yield f"  {move.framework} {move.requirement}: {', '.join(b.control for b in move.blockers)}"
        yield from _more(len(still), shown)


def _effect(found: WhatIf) -> Iterator[str]:
    if not found.moves:
        yield "no requirement moves"
        return
    rows = [
        [s.framework, str(s.satisfied), str(s.leave_fail), str(s.to_undetermined), str(s.still_fail)]
        for s in present.summaries(found)
    ]
    heads = ["framework", "newly satisfied", "leave fail", "of which to undetermined", "still fail"]
    yield table(heads, rows, right=frozenset({1, 2, 3, 4}))
    if held := present.holding(found):
        yield "\nout of fail but not satisfied, held by:"
        for blocker, moves in held:
            kind = "part done by people" if blocker.is_procedural else "evidence"
            yield f"  {present.blocker_words(blocker)} ({kind}; {len(moves)} requirements)"
    bare = sum(move.leaves_fail and not move.is_satisfied and not move.blockers for move in found.moves)
    if bare:
        yield f"  {bare} requirements have partial coverage only: no control or declared set covers them"


def _unit(by: str) -> str:
    return "controls" if by == "count" else "person-days"


def _cover_line(order: OrderOfWork) -> str:
    found = order.cover
    covered = sum(len(ids) for ids in found.covered.values())
    beyond = sum(len(ids) for ids in found.not_coverable.values())
    size = f"{len(found.controls)} controls"
    cost = "" if found.by == "count" else f" at {found.cost:g} person-days"
    word = "smallest" if found.by == "count" else "cheapest"
    return (
        f"{word} covering set: {size}{cost} cover {covered} of {covered + beyond} requirements, optimality gap "
        f"{found.gap:.1%}; {beyond} cannot be covered"
    )


def _fixes_line(found: NextFixes) -> str:
    cleared = found.cleared[-1] if found.cleared else 0
    satisfied = sum(s.satisfied for s in present.summaries(found.what_if))
    limit = f"in {found.budget:g} person-days" if found.budget is not None else f"of at most {found.limit}"
    return (
        f"best next fixes {limit}: {len(found.fixes)} clear {cleared} of {found.failing_requirements} failing "
        f"requirements, {satisfied} newly satisfied"
    )


def _drawn(sheet: Sheet, shown: int | None, *, right: set[int] | None = None, cut: set[int] | None = None) -> str:
    rows = [
        [_cut(present.shown(cell)) if cut and place in cut else present.shown(cell) for place, cell in enumerate(row)]
        for row in sheet.rows[:shown]
    ]
    return table(sheet.heads, rows, right=frozenset(right or ()))


def _cut(text: str) -> str:
    return text if len(text) <= _TITLE else f"{text[: _TITLE - 1]}…"


def _more(count: int, shown: int | None) -> Iterator[str]:
    if shown is not None and count > shown:
        yield f"and {count - shown} more: --all"

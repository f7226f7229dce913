"""Gaps that open: days on which a document will have ended before its successor is planned, or evidence is stale."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from proveonce.assess.duties.desk import Desk
from proveonce.assess.duties.documents import lines, plan_of
from proveonce.kernel.calendar import Window, plus, shift, uncovered
from proveonce.model.duty import Duty, DutyKind, DutyState, Gap
from proveonce.model.register import Attestation, AttestationKind

_OPEN_ENDED = (DutyState.DONE, DutyState.DUE, DutyState.OVERDUE)
"""States of a duty whose last occurrence is on record."""


def gaps(desk: Desk, found: Iterable[Duty]) -> tuple[Gap, ...]:
    """The gaps that are open or open within `calendar.gaps` of the desk's day, soonest first."""
    known = list(found)
    ahead = Window(desk.day, shift(desk.day, desk.workspace.planning.gaps))
    every = [*_of_documents(desk, {duty.uid: duty for duty in known}, ahead), *_of_duties(known, ahead)]
    return tuple(sorted(every, key=lambda gap: (gap.opens_on, gap.duty)))


def _of_documents(desk: Desk, found: dict[str, Duty], ahead: Window) -> Iterator[Gap]:
    for line in lines(desk.registers.attestations, desk.today):
        newest = line[-1]
        duty = found.get(f"attestation.{newest.id}.report")
        if duty is None or newest.kind is AttestationKind.BRIDGE_LETTER:
            continue
        covers = [_window(document) for document in line]
        plan = plan_of(desk, newest)
        planned = plan.planned if plan and plan.is_short else None
        if planned and planned > desk.day:
            covers.append(Window(planned, date.max))
        for part in uncovered(Window(covers[0].start, date.max), covers):
            if part.end > ahead.start and part.start < ahead.end:
                closes = part.end.isoformat() if part.end < date.max else ""
                yield _gap(duty, part.start, closes, f"{newest.id} no longer counts and no successor is "
                           + (f"planned before {closes}" if closes else "planned"))  # fmt: skip


def _window(document: Attestation) -> Window:
    end = date.fromisoformat(document.valid_to) if document.valid_to else date.max
    return Window(date.fromisoformat(document.issued_on), end)


def _of_duties(found: Iterable[Duty], ahead: Window) -> Iterator[Gap]:
    """Everything else that was done once and whose last proof ends."""
    for duty in found:
        if duty.kind is not DutyKind.ATTESTATION and duty.state in _OPEN_ENDED:
            opens = plus(date.fromisoformat(duty.due_on), 1)
            if opens < ahead.end:
                yield _gap(duty, opens, "", f"{duty.proof} no longer counts")


def _gap(duty: Duty, opens: date, closes: str, why: str) -> Gap:
    return Gap(duty.uid, duty.kind, duty.title, opens.isoformat(), closes, why, duty.owner, duty.requirements)

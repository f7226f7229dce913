"""Work that returns: one duty a control with a part by people, whatever number of frameworks asks for it.

It counts from the last record that concludes effective. What only machines do has no duty. What nobody
recorded is never done: due at once, and said so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from proveonce.assess.duties.desk import Desk
from proveonce.kernel.calendar import Window, repeats, shift
from proveonce.kernel.durations import days, strictest
from proveonce.kernel.instants import parse_instant
from proveonce.model.control import CommonControl, ControlId, Nature
from proveonce.model.duty import Duty, DutyKind, DutyState
from proveonce.model.manual import Conclusion, ManualRecord


def control_duties(desk: Desk) -> Iterator[Duty]:
    """The next occurrence of each control's work, and its repeats before `desk.until`."""
    done = occurrences(desk)
    for control in desk.content.controls.values():
        if control.nature is not Nature.AUTOMATED and desk.served.get(control.id):
            yield from _duties_of(desk, control, done.get(control.id, []))


def occurrences(desk: Desk) -> Mapping[ControlId, list[ManualRecord]]:
    """Control → its records that conclude effective, performed and recorded by the desk's day, oldest first."""
    found: dict[ControlId, list[ManualRecord]] = {}
    for record in sorted(desk.records, key=lambda record: (record.performed_on, record.id)):
        is_known = record.performed_on <= desk.today and parse_instant(record.recorded_at).date() <= desk.day
        if record.conclusion is Conclusion.EFFECTIVE and is_known:
            for control in record.controls:
                found.setdefault(control, []).append(record)
    return found


def _duties_of(desk: Desk, control: CommonControl, done: list[ManualRecord]) -> Iterator[Duty]:
    rule = desk.rule(control)
    if not done:
        yield _duty(desk, control, 1, desk.day, None, DutyState.NEVER)
        return
    last, number = done[-1], len(done) + 1
    anchor = date.fromisoformat(last.performed_on)
    # A record that says itself for how long it holds is stale after that, however long the interval is.
    own = strictest([rule.interval, last.valid_for]) if days(last.valid_for) else rule.interval
    due = next_due(anchor, own)
    state = desk.state(desk.start(due, own), due, DutyState.DONE)
    if state is DutyState.DONE and not last.reviewed_by:
        state = DutyState.DUE  # it is no evidence before somebody else has looked at it
    yield _duty(desk, control, number, due, last, state)
    for count, day in repeats(due, rule.interval, Window(max(due, desk.day), desk.until)):
        yield _duty(desk, control, number + count, day, last, DutyState.UPCOMING)


def next_due(done_on: date, interval: str) -> date:
    """The last day on which the next occurrence is in time; what returns more often than daily is due daily."""
    return shift(done_on, interval if (days(interval) or 0) >= 1 else "P1D")


def _duty(
    desk: Desk, control: CommonControl, number: int, due: date, last: ManualRecord | None, state: DutyState
) -> Duty:
    rule = desk.rule(control)
    start = due if state is DutyState.NEVER else desk.start(due, rule.interval)
    return Duty(
        uid=f"control.{control.id}.{number}",
        kind=DutyKind.CONTROL,
        title=control.title,
        due_on=due.isoformat(),
        start_on=start.isoformat(),
        state=state,
        owner=control.owner,
        person=desk.person(control.owner),
        interval=rule.interval,
        last_done_on=last.performed_on if last else "",
        proof=last.id if last else "",
        needs=_needs(control, last),
        controls=(control.id,),
        requirements=tuple(desk.served.get(control.id, ())),
        reason=_reason(rule.reason, rule.after, last),
    )


def _needs(control: CommonControl, last: ManualRecord | None) -> str:
    waiting = f"; review of {last.id} by a second person" if last and not last.reviewed_by else ""
    return "; ".join(text.rstrip(".") for text in control.evidence) + waiting


def _reason(reason: str, after: tuple[str, ...], last: ManualRecord | None) -> str:
    parts = [reason, *(f"also after: {event}" for event in after)]
    if last and last.valid_for:
        parts.append(f"{last.id} is valid for {last.valid_for}")
    return "; ".join(parts)

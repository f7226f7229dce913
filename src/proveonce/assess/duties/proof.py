"""Proof of recurring work: done of expected over the time before a day, and the days that no record covers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from proveonce.assess.duties.desk import Desk
from proveonce.assess.duties.work import control_duties, next_due, occurrences
from proveonce.kernel.calendar import Window, plus, repeats, uncovered
from proveonce.kernel.durations import days, strictest
from proveonce.model.calendar import Recurring
from proveonce.model.duty import Duty
from proveonce.model.manual import ManualRecord


def recurring(desk: Desk, time: Window) -> Iterator[Recurring]:
    """Each control with a part by people, by id, over `time`; a record covers the days until its next is due."""
    done = occurrences(desk)
    next_of: dict[str, Duty] = {}
    for duty in control_duties(desk):
        next_of.setdefault(duty.controls[0], duty)
    for _, duty in sorted(next_of.items()):
        rule = desk.rule(desk.content.controls[duty.controls[0]])
        records = done.get(duty.controls[0], [])
        covers = [_cover(record, rule.interval) for record in records]
        yield Recurring(
            control=duty.controls[0],
            interval=rule.interval,
            reason=rule.reason,
            performed=tuple((r.performed_on, r.id) for r in records if date.fromisoformat(r.performed_on) in time),
            expected=sum(1 for _ in repeats(plus(time.start, -1), rule.interval, time)),
            open_days=sum(part.days for part in uncovered(time, covers)),
            next_due=duty.due_on,
            state=duty.state,
        )


def _cover(record: ManualRecord, interval: str) -> Window:
    """From the day on which it was done through the last on which the next one is in time."""
    own = strictest([interval, record.valid_for]) if days(record.valid_for) else interval
    start = date.fromisoformat(record.performed_on)
    return Window(start, plus(next_due(start, own), 1))

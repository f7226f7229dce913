"""Proof of recurring work: done of expected, and the days that no record covers."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from assess.duties.desks import desk, record
from proveonce.assess.duties.proof import recurring
from proveonce.kernel.calendar import Window, shift
from proveonce.model.calendar import Recurring
from proveonce.model.duty import DutyState
from proveonce.model.manual import ManualRecord

DAY = date(2026, 3, 2)
YEAR = Window(date(2025, 3, 2), DAY)


def work(*records: ManualRecord, control: str = "IAM-06") -> Recurring:
    (found,) = [row for row in recurring(desk(*records, day=DAY), YEAR) if row.control == control]
    return found


def test_work_done_twice_at_half_years_covers_the_whole_year() -> None:
    found = work(record("IAM-06", "2025-03-01"), record("IAM-06", "2025-08-30"), record("IAM-06", "2026-02-27"))
    assert (len(found.performed), found.expected, found.open_days) == (2, 2, 0)
    assert found.is_whole


def test_a_record_before_the_year_covers_its_beginning_and_is_not_counted() -> None:
    found = work(record("IAM-06", "2024-12-31"))
    assert (found.performed, found.open_days) == ((), (DAY - date(2025, 7, 1)).days)


def test_a_day_late_is_a_day_open() -> None:
    found = work(record("IAM-06", "2025-02-10"), record("IAM-06", "2025-08-12"), record("IAM-06", "2026-02-12"))
    assert found.open_days == 1
    assert not found.is_whole


def test_what_was_never_done_is_open_on_every_day() -> None:
    found = work()
    assert (found.open_days, found.state, found.expected) == (365, DutyState.NEVER, 2)


def test_daily_work_is_recorded_a_month_at_a_time() -> None:
    assert work(control="LOG-06").expected == 12


@settings(deadline=None)
@given(st.lists(st.dates(date(2024, 6, 1), date(2026, 3, 1)), max_size=6))
def test_open_days_are_those_that_a_day_by_day_count_finds(performed: list[date]) -> None:
    found = work(*(record("IAM-06", on.isoformat()) for on in performed))
    days = [YEAR.start + timedelta(n) for n in range(YEAR.days)]
    assert found.open_days == sum(not any(on <= day <= shift(on, "P6M") for on in performed) for day in days)
    assert len(found.performed) == sum(on in YEAR for on in performed)
